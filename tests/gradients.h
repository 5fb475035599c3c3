/*  gradients.h - small nets whose gradients are checked, as floats and as
 *  doubles */
#ifndef NN_GRADIENTS_H
#define NN_GRADIENTS_H

#include "nn.h"
#include "test.h"

typedef struct {
    const char *name;
    nn_maker *make;
    nn_conv2d_args conv;
    nn_maxpool_args pool;
    nn_batchnorm_args norm;
    nn_gradcheck_args size;
} gradient_case;

static nn_layer *make_dense (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_dense (net, in, .units = 7);
}

static nn_layer *make_mlp (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    in = nn_relu (net, nn_dense (net, in, .units = 12));
    return nn_dense (net, in, .units = 5, .no_bias = true, .init = nn_init_he);
}

static nn_layer *make_relu (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_relu (net, in);
}

static nn_layer *make_cross_entropy (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_cross_entropy (net, in);
}

static nn_layer *make_classifier (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_cross_entropy (net, nn_dense (net, in, .units = 6));
}

static nn_layer *make_conv (nn_net *net, nn_layer *in, const void *with)
{
    return nn_conv2d_with (net, in, ((const gradient_case *) with)->conv);
}

static nn_layer *make_pool (nn_net *net, nn_layer *in, const void *with)
{
    return nn_maxpool_with (net, in, ((const gradient_case *) with)->pool);
}

/*  At a given step the draws are fixed, so dropout has a gradient like any other
 *  layer. Behind a pooling it works in place, between convolutions with halos. */
static nn_layer *make_dropout (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    in = nn_dropout (net, in, .rate = 0.3f);
    in = nn_conv2d (net, in, .filters = 4, .same = true);
    in = nn_dropout (net, in, .rate = 0.5f);
    in = nn_conv2d (net, in, .filters = 5, .same = true);
    return nn_dropout (net, nn_maxpool (net, in, .size = 2), .rate = 0.5f);
}

/*  Convolution, ReLU with a halo for the next convolution, pooling with one for
 *  the last. */
static nn_layer *make_cnn (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    in = nn_relu (net, nn_conv2d (net, in, .filters = 4, .same = true));
    in = nn_relu (net, nn_conv2d (net, in, .filters = 4, .same = true));
    in = nn_conv2d (net, nn_maxpool (net, in, .size = 2), .filters = 3,
                    .same = true);
    return nn_cross_entropy (net, nn_dense (net, in, .units = 4));
}

static nn_layer *make_batchnorm (nn_net *net, nn_layer *in, const void *with)
{
    nn_batchnorm_args args = ((const gradient_case *) with)->norm;
    args.in = in;
    return nn_batchnorm_with (net, args);
}

static nn_layer *make_gap (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_gap (net, in);
}

/*  Convolutions with batch norms, behind which one asks for a halo, and global average
 *  pooling. */
static nn_layer *make_normed (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    in = nn_batchnorm (net, nn_conv2d (net, in, .filters = 4, .same = true));
    in = nn_conv2d (net, in, .filters = 4, .same = true, .no_bias = true);
    in = nn_gap (net, nn_relu (net, nn_batchnorm (net, in)));
    in = nn_relu (net, nn_batchnorm (net, nn_dense (net, in, .units = 6)));
    return nn_cross_entropy (net, nn_dense (net, in, .units = 4));
}

/*  A layer for tests: its inputs, one after the other. */
static int join_shape (nn_layer *self)
{
    self->out.h = self->out.w = 1;
    for (int k = 0; k < self->ins; k++)
        self->out.c += (int) nn_image_size (&self->in[k]->out);
    return NN_OK;
}

static void join_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    for (int i = lo; i < hi; i++) {
        float *y = self->out.x + nn_at (&self->out, i, 0, 0);
        for (int k = 0; k < self->ins; k++) {
            const nn_tensor *in = &self->in[k]->out;
            const size_t size = nn_image_size (in);
            memcpy (y, in->x + i * size, size * sizeof *y);
            y += size;
        }
    }
}

static void join_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    for (int k = 0; k < self->ins; k++)
        nn_clear_gradient (self, k, lo, hi);
    for (int i = lo; i < hi; i++) {
        const float *dy = self->out.dx + nn_at (&self->out, i, 0, 0);
        for (int k = 0; k < self->ins; k++) {
            const nn_tensor *in = &self->in[k]->out;
            for (size_t j = 0; j < nn_image_size (in); j++)
                in->dx[i * nn_image_size (in) + j] += *dy++;
        }
    }
}

static const nn_kind join_kind = { .name = "join",
                                   .shape = join_shape,
                                   .forward = join_forward,
                                   .backward = join_backward };

/*  Two readers, and dropout is the one that adds its gradient. */
static nn_layer *make_dropout_twice (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_dropout (net, in, .rate = 0.25f);
    nn_layer *b = nn_dense (net, in, .units = 4);
    return nn_layer_add (net, &join_kind, (nn_layer *[]){ a, b }, 2, NULL, 0);
}

/*  Four readers of one layer: the gradients of three are added to that of the
 *  last. */
static nn_layer *make_twice (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_conv2d (net, in, .filters = 3, .same = true);
    nn_layer *b = nn_maxpool (net, in, .size = 3, .stride = 1, .pad = 1);
    nn_layer *c = nn_relu (net, in);
    nn_layer *d = nn_dense (net, in, .units = 4);
    return nn_layer_add (net, &join_kind, (nn_layer *[]){ a, b, c, d }, 4, NULL,
                         0);
}

/*  Three readers of one layer with a halo, for which one of them asks: batch norm and
 *  pooling add their gradients. */
static nn_layer *make_beside (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_batchnorm (net, in), *b = nn_gap (net, in);
    nn_layer *c = nn_conv2d (net, in, .filters = 3, .same = true);
    return nn_layer_add (net, &join_kind, (nn_layer *[]){ a, b, c }, 3, NULL, 0);
}

/*  So large that values get to both sides of a ceiling. */
static void init_large (float *w, size_t size, int fan_in, int fan_out,
                        nn_random *random)
{
    nn_init_he (w, size, fan_in, fan_out, random);
    for (size_t i = 0; i < size; i++)
        w[i] *= 4;
}

static nn_layer *make_relu6 (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_relu6 (net, nn_dense (net, in, .units = 40, .init = init_large));
}

/*  Two shortcuts: over the first the sum is written, of the second both have other
 *  readers. */
static nn_layer *make_add (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_conv2d (net, in, .filters = 4, .same = true);
    nn_layer *sum = nn_add (net, nn_batchnorm (net, a), in);
    nn_layer *b = nn_conv2d (net, sum, .filters = 4, .same = true);
    nn_layer *c = nn_add (net, sum, b);
    return nn_add (net, nn_add (net, b, c), c);
}

/*  An inverted residual: 1 x 1, depthwise with a halo, 1 x 1, around them a
 *  shortcut; a second one with a stride. */
static nn_layer *make_inverted (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *x = in;
    for (int stride = 1; stride < 3; stride++) {
        x = nn_conv2d (net, x, .filters = 12, .kernel = 1, .no_bias = true);
        x = nn_relu6 (net, nn_batchnorm (net, x));
        x = nn_conv2d (net, x, .filters = 12, .groups = 12, .stride = stride,
                       .same = true, .no_bias = true);
        x = nn_relu6 (net, nn_batchnorm (net, x));
        x = nn_batchnorm (net, nn_conv2d (net, x, .filters = 4, .kernel = 1));
        x = stride == 1 ? nn_add (net, x, in) : x;
    }
    return nn_cross_entropy (net, nn_dense (net, nn_gap (net, x), .units = 4));
}

/*  Three layers side by side, of which one has another reader, and one a halo. */
static nn_layer *make_concat (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_conv2d (net, in, .filters = 3, .same = true);
    nn_layer *b = nn_batchnorm (net, in);
    nn_layer *all = nn_concat (net, (nn_layer *[]){ a, b, in }, 3);
    nn_layer *c = nn_conv2d (net, all, .filters = 2, .kernel = 1, .kernel_w = 3,
                             .same = true);
    return nn_concat (net, (nn_layer *[]){ c, all, b }, 3);
}

/*  A squeeze and excitation that is met on all lines of its hard sigmoid, and a hard
 *  swish behind it. */
static nn_layer *make_squeeze (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *s = nn_conv2d (net, nn_gap (net, in), .filters = 7, .kernel = 1,
                             .init = init_large);
    s = nn_conv2d (net, nn_relu (net, s), .filters = in ? in->out.c : 1,
                   .kernel = 1, .init = init_large);
    nn_layer *x = nn_scale (net, in, nn_hard_sigmoid (net, s));
    x = nn_conv2d (net, nn_hard_swish (net, x), .filters = 3, .same = true,
                   .init = init_large);
    return nn_hard_swish (net, x);
}

static nn_layer *make_avgpool (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    nn_layer *a = nn_avgpool (net, in, .size = 3, .stride = 1, .pad = 1);
    nn_layer *b =
        nn_avgpool (net, in, .size = 3, .stride = 1, .pad = 1, .inside = true);
    nn_layer *c = nn_avgpool (net, nn_add (net, a, b), .size = 2);
    return nn_dense (net, c, .units = 5);
}

#define CONV_TO(channels, ...)                                                    \
    .make = make_conv, .conv = { 0, .filters = channels, __VA_ARGS__ }
#define CONV(...) CONV_TO (4, __VA_ARGS__)
#define POOL(...) .make = make_pool, .pool = { 0, __VA_ARGS__ }
#define SIZE(...) .size = { 0, __VA_ARGS__ }

static const gradient_case gradient_cases[] = {
    { "dense", make_dense, SIZE (.h = 2, .w = 3) },
    { "dense on single images", make_dense,
      SIZE (.n = 1, .h = 1, .w = 1, .c = 9) },
    { "relu", make_relu, SIZE (.n = 3) },
    { "cross-entropy", make_cross_entropy, SIZE (.n = 5, .h = 1, .w = 1, .c = 5) },
    { "dense and cross-entropy", make_classifier, SIZE (.n = 4, .h = 2, .w = 2) },
    { "dense, relu, dense", make_mlp, SIZE (.n = 9, .h = 2, .w = 2) },
    { "convolution, valid", CONV (.stride = 1) },
    { "convolution, same", CONV (.same = true) },
    { "convolution, 5 x 5, pad 1", CONV (.kernel = 5, .pad = 1, .no_bias = true) },
    { "convolution, stride 2, same", CONV (.stride = 2, .same = true) },
    { "convolution, stride 3, valid", CONV (.stride = 3), SIZE (.h = 8, .w = 7) },
    { "convolution, dilation 2", CONV (.dilation = 2, .same = true) },
    { "convolution, groups", CONV (.groups = 2, .same = true) },
    { "convolution, depthwise", CONV (.groups = 4, .stride = 2, .same = true) },
    { "convolution, 1 x 1", CONV (.kernel = 1) },
    { "naive, same", CONV (.same = true, .algorithm = "naive") },
    { "naive, stride 2, dilation 2",
      CONV (.stride = 2, .dilation = 2, .same = true, .algorithm = "naive") },
    { "im2col, same", CONV (.same = true, .algorithm = "im2col") },
    { "im2col, stride 2, dilation 2",
      CONV (.stride = 2, .dilation = 2, .same = true, .algorithm = "im2col") },
    { "direct, stride 2, dilation 2",
      CONV (.stride = 2, .dilation = 2, .same = true, .algorithm = "direct") },
    { "winograd, same", CONV_TO (16, .same = true, .algorithm = "winograd"),
      SIZE (.n = 3, .h = 6, .w = 5, .c = 16) },
    { "winograd, valid", CONV_TO (16, .algorithm = "winograd"),
      SIZE (.n = 2, .h = 7, .w = 9, .c = 16) },
    { "im2col, many images", CONV (.same = true, .algorithm = "im2col"),
      SIZE (.n = 70, .h = 3, .w = 4, .c = 2) },
    { "im2col, wide", CONV (.same = true),
      SIZE (.n = 1, .h = 5, .w = 600, .c = 3) },
    { "max pooling", POOL (.size = 2) },
    { "max pooling, odd size", POOL (.size = 2), SIZE (.h = 5, .w = 7) },
    { "max pooling, 3 x 3, stride 2", POOL (.size = 3, .stride = 2) },
    { "max pooling, 3 x 3, stride 2, pad 1",
      POOL (.size = 3, .stride = 2, .pad = 1) },
    { "max pooling, stride above size", POOL (.size = 2, .stride = 3) },
    { "a whole net", make_cnn, SIZE (.h = 8, .w = 8, .c = 3) },
    { "four readers of one layer", make_twice, SIZE (.n = 3) },
    { "dropout, its draws fixed", make_dropout, SIZE (.n = 3) },
    { "dropout, adding its gradient", make_dropout_twice, SIZE (.n = 3) },
    { "batch norm", make_batchnorm, SIZE (.n = 5, .h = 3, .w = 4) },
    { "batch norm, one picture", make_batchnorm, SIZE (.n = 1) },
    { "batch norm of single values", make_batchnorm,
      SIZE (.n = 9, .h = 1, .w = 1, .c = 7) },
    { "batch norm, a large epsilon", make_batchnorm, .norm = { .epsilon = 0.5f },
      SIZE (.n = 5, .h = 3, .w = 4) },
    { "global average pooling", make_gap, SIZE (.h = 5, .w = 3) },
    { "batch norm and pooling beside others", make_beside, SIZE (.n = 3) },
    { "a whole net with batch norms", make_normed, SIZE (.n = 5, .h = 7, .w = 6) },
    // -- the draws of a case hang on its place: new ones come last
    { "pointwise", CONV (.kernel = 1, .algorithm = "pointwise") },
    { "depthwise", CONV (.groups = 4, .same = true, .algorithm = "depthwise") },
    { "depthwise, 5 x 5, stride 2, dilation 2",
      CONV_TO (3, .groups = 3, .kernel = 5, .stride = 2, .dilation = 2,
               .same = true, .algorithm = "depthwise"),
      SIZE (.n = 2, .h = 13, .w = 11, .c = 3) },
    { "lanes, 3 x 3, stride 2",
      CONV_TO (19, .groups = 19, .stride = 2, .same = true, .algorithm = "lanes"),
      SIZE (.n = 2, .h = 9, .w = 8, .c = 19) },
    { "lanes, 5 x 5",
      CONV_TO (6, .groups = 6, .kernel = 5, .pad = 2, .algorithm = "lanes"),
      SIZE (.n = 2, .h = 5, .w = 11, .c = 6) },
    { "a kernel of 1 x 5", CONV (.kernel = 1, .kernel_w = 5, .same = true),
      SIZE (.n = 2, .h = 4, .w = 7) },
    { "side by side", make_concat, SIZE (.n = 3) },
    { "squeeze and excite", make_squeeze, SIZE (.n = 3, .h = 5, .w = 4) },
    { "average pooling", make_avgpool, SIZE (.n = 3, .h = 7, .w = 5) },
    { "relu6", make_relu6, SIZE (.n = 3) },
    { "shortcuts", make_add, SIZE (.n = 3) },
    { "inverted residuals", make_inverted, SIZE (.n = 4, .h = 7, .w = 8) },
    { "naive, groups", CONV (.groups = 2, .same = true, .algorithm = "naive") },
    { "grouped, stride 2, dilation 2",
      CONV_TO (9, .groups = 3, .stride = 2, .dilation = 2, .pad = 2,
               .algorithm = "grouped"),
      SIZE (.n = 2, .h = 8, .w = 9, .c = 6) },
    { "grouped, whole vectors",
      CONV_TO (32, .groups = 2, .same = true, .algorithm = "grouped"),
      SIZE (.n = 1, .h = 3, .w = 4, .c = 32) },
};

/*  Only doubles can tell: a whole net has so many kinks that only small steps keep clear
 *  of them, and a difference of floats would measure Winograd's rounding. */
static inline bool for_doubles (const gradient_case *c)
{
    const char *algorithm = c->conv.algorithm;
    return c->make == make_cnn || c->make == make_normed ||
           c->make == make_inverted || c->make == make_add ||
           c->make == make_concat || c->make == make_squeeze ||
           (algorithm && strcmp (algorithm, "winograd") == 0);
}

/*  Checks all cases with this step; `most` is the largest error that passes. */
static inline void check_gradients (double step, double most, bool doubles)
{
    const int count = sizeof gradient_cases / sizeof *gradient_cases;
    for (int i = 0; i < count; i++) {
        const gradient_case *c = &gradient_cases[i];
        if (for_doubles (c) && !doubles)
            continue;
        nn_gradcheck_args size = c->size;
        size.step = step;
        size.seed = (uint64_t) i + 1;
        nn_gradient_report report = { 0 };
        size.report = &report;
        if (nn_gradcheck_with (c->make, c, size) != NN_OK) {
            check (false, c->name, "%s", nn_error ());
            continue;
        }
        check (report.worst <= most && report.checked > 10 * report.kinks, c->name,
               "error %.2g at %s, %d checked, %d kinks", report.worst,
               report.where, report.checked, report.kinks);
        printf ("   %-36s %4d checked, %d kinks, worst %.1e at %s\n", c->name,
                report.checked, report.kinks, report.worst, report.where);
    }
}

#endif
