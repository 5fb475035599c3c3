/*  conv.c - sizes, the definition by hand, im2col against it, and what is
 *  refused */
#include "near.h"

#include <omp.h>

/*  This program once more, with the inner loops of this name. */
static int again (const char *program, const char *isa)
{
    char command[600];
    snprintf (command, sizeof command, "NN_ISA=%s '%s' 2>&1", isa, program);
    fflush (stdout);
    return system (command); // NOLINT(cert-env33-c): our own program
}

/*  Every kind of vectors that this processor has, and one that nobody has. */
static void instruction_sets (const char *program)
{
    for (int i = 0; nn_inners[i]; i++)
        if (nn_inner_runs (nn_inners[i]))
            check (again (program, nn_inners[i]->name) == 0, nn_inners[i]->name,
                   "some of its checks failed");
        else
            skip (nn_inners[i]->name, "this processor does not have it");
    check (again (program, "abacus >/dev/null") != 0, "NN_ISA=abacus is refused",
           "it went on");
}

static void sizes (void)
{
    check (nn_conv_out (32, 3, 1, 1, 0, 0) == 30, "32 valid 3", "wrong");
    check (nn_conv_out (32, 3, 1, 1, 1, 1) == 32, "32 same 3", "wrong");
    check (nn_conv_out (7, 3, 2, 1, 0, 0) == 3, "7 valid 3 stride 2", "wrong");
    check (nn_conv_out (8, 3, 2, 1, 0, 0) == 3, "8 valid 3 stride 2", "wrong");
    check (nn_conv_out (9, 3, 1, 4, 0, 0) == 1, "9 valid 3 dilation 4", "wrong");
    check (nn_conv_out (2, 3, 1, 1, 0, 0) == 0, "2 valid 3 does not fit", "wrong");
}

/*  The output's size, with as much below and to the right as above and to the
 *  left. */
static nn_conv_shape complete (nn_conv_shape s)
{
    s.groups = s.groups ? s.groups : 1;
    s.stride = s.stride ? s.stride : 1;
    s.dilation = s.dilation ? s.dilation : 1;
    s.oh = nn_conv_out (s.h, s.kh, s.stride, s.dilation, s.top, s.top);
    s.ow = nn_conv_out (s.w, s.kw, s.stride, s.dilation, s.left, s.left);
    return s;
}

/*  Two channels, two filters, 2 x 2 over 2 x 3: every number can be followed. */
static void by_hand (void)
{
    const nn_conv_shape s = complete (
        (nn_conv_shape){ .h = 2, .w = 3, .c = 2, .o = 2, .kh = 2, .kw = 2 });
    const float x[] = { 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60 };
    const float w[] = { 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -1 };
    const float bias[] = { 0.5f, 0 };
    float y[4];
    nn_conv_naive.forward (&s, y, x, w, bias, 1, NULL);
    // filter 0 adds the four places of channel 0; filter 1 takes the last place of
    // channel 1 from its first
    const float want[] = { 12.5f, -40, 16.5f, -40 };
    check (equal (y, want, 4), "by hand", "%g %g %g %g", y[0], y[1], y[2], y[3]);
}

typedef struct {
    const char *name;
    nn_conv_shape s;
    int n;
} conv_case;

static const conv_case cases[] = {
    { "3 x 3", { .h = 9, .w = 7, .c = 5, .o = 6, .kh = 3, .kw = 3 }, 3 },
    { "zeros around", { 9, 7, 5, 6, 3, 3, .top = 1, .left = 1 }, 3 },
    { "zeros around, halo",
      { 9, 7, 5, 6, 3, 3, .top = 1, .left = 1, .halo = 1 },
      3 },
    { "larger halo", { 9, 7, 5, 6, 3, 3, .top = 1, .left = 1, .halo = 3 }, 2 },
    { "smaller halo", { 9, 7, 5, 6, 5, 5, .top = 2, .left = 2, .halo = 1 }, 2 },
    { "stride 2", { 9, 8, 4, 3, 3, 3, .stride = 2, .top = 0, .left = 1 }, 2 },
    { "dilation 2", { 9, 8, 4, 3, 3, 3, .dilation = 2, .top = 2, .left = 1 }, 2 },
    { "dilation 2, halo",
      { 9, 8, 4, 3, 3, 3, .dilation = 2, .top = 2, .left = 1, .halo = 2 },
      2 },
    { "1 x 5", { 4, 9, 3, 8, 1, 5, .left = 2 }, 2 },
    { "many small images", { 3, 3, 8, 8, 3, 3, .top = 1, .left = 1 }, 300 },
    { "one wide image", { 6, 700, 3, 4, 3, 3, .top = 1, .left = 1 }, 1 },
    { "1 x 1", { 5, 7, 40, 50, 1, 1, .stride = 1 }, 3 },
    { "1 x 1, stride 2", { 5, 7, 40, 50, 1, 1, .stride = 2 }, 3 },
    { "one pixel", { 1, 1, 17, 33, 3, 3, .top = 1, .left = 1 }, 2 },
    { "kernel larger than the picture",
      { 3, 2, 4, 20, 7, 7, .top = 3, .left = 3 },
      2 },
    { "5 x 5, stride 3, dilation 2",
      { 19, 17, 6, 24, 5, 5, .stride = 3, .dilation = 2, .top = 4, .left = 4 },
      2 },
    { "16 to 16", { 8, 8, 16, 16, 3, 3, .top = 1, .left = 1 }, 2 },
    { "32 to 48, valid", { 13, 11, 32, 48, 3, 3, .stride = 1 }, 3 },
    { "48 to 32, halo",
      { 15, 9, 48, 32, 3, 3, .top = 1, .left = 1, .halo = 1 },
      3 },
    { "16 to 64, much halo",
      { 6, 6, 16, 64, 3, 3, .top = 1, .left = 1, .halo = 3 },
      2 },
    { "16 to 16, zeros on two sides",
      { 7, 6, 16, 16, 3, 3, .top = 2, .left = 2 },
      2 },
    { "16 to 16, one place", { 1, 1, 16, 16, 3, 3, .top = 1, .left = 1 }, 40 },
    { "each channel", { 9, 7, 5, 5, 3, 3, .groups = 5, .top = 1, .left = 1 }, 3 },
    { "each of 24 channels, halo",
      { 9, 7, 24, 24, 3, 3, .groups = 24, .top = 1, .left = 1, .halo = 1 },
      3 },
    { "each channel, stride 2, a row missing above",
      { 12, 10, 40, 40, 3, 3, .stride = 2, .groups = 40, .left = 1 },
      2 },
    { "each channel, stride 2, halo",
      { 11, 8, 96, 96, 3, 3, .stride = 2, .groups = 96, .top = 1, .left = 1,
        .halo = 1 },
      3 },
    { "each channel, 5 x 5, stride 2",
      { 13, 9, 72, 72, 5, 5, .stride = 2, .groups = 72, .top = 2, .left = 2 },
      2 },
    { "each channel, 5 x 5, halo",
      { 7, 7, 33, 33, 5, 5, .groups = 33, .top = 2, .left = 2, .halo = 2 },
      2 },
    { "each channel, dilation 2",
      { 9, 9, 17, 17, 3, 3, .dilation = 2, .groups = 17, .top = 2, .left = 2 },
      2 },
    { "each channel, stride 3, dilation 2",
      { 19, 17, 18, 18, 3, 5, .stride = 3, .dilation = 2, .groups = 18, .top = 2,
        .left = 4 },
      2 },
    { "each channel, 7 x 7 over 3 x 2",
      { 3, 2, 16, 16, 7, 7, .groups = 16, .top = 3, .left = 3 },
      2 },
    { "each channel of one pixel",
      { 1, 1, 960, 960, 3, 3, .groups = 960, .top = 1, .left = 1 },
      9 },
    { "2 groups", { 9, 7, 10, 6, 3, 3, .groups = 2, .top = 1, .left = 1 }, 3 },
    { "32 groups of 4, halo",
      { 9, 7, 128, 128, 3, 3, .groups = 32, .top = 1, .left = 1, .halo = 1 },
      2 },
    { "4 groups of 16 to 16, stride 2",
      { 12, 10, 64, 64, 3, 3, .stride = 2, .groups = 4, .left = 1 },
      3 },
    { "3 groups of 32 to 48, dilation 2",
      { 9, 11, 96, 144, 3, 3, .dilation = 2, .groups = 3, .top = 2, .left = 2 },
      2 },
    { "2 groups of 17 to 33, 1 x 1, stride 2",
      { 5, 7, 34, 66, 1, 1, .stride = 2, .groups = 2 },
      3 },
    { "7 groups of 3 to 1, one pixel",
      { 1, 1, 21, 7, 3, 3, .groups = 7, .top = 1, .left = 1 },
      5 },
    { "5 groups, 5 x 3, stride 3, dilation 2, halo",
      { 19, 17, 40, 45, 5, 3, .stride = 3, .dilation = 2, .groups = 5, .top = 4,
        .left = 2, .halo = 4 },
      2 },
    { "2 groups, 7 x 7 over 3 x 2",
      { 3, 2, 8, 40, 7, 7, .groups = 2, .top = 3, .left = 3 },
      2 },
    { "groups of one channel to three filters",
      { 8, 8, 12, 36, 3, 3, .groups = 12, .top = 1, .left = 1 },
      2 },
    { "1 x 1, halo", { 5, 7, 24, 72, 1, 1, .halo = 1 }, 3 },
    { "deep, 2 x 2", { 2, 2, 48, 40, 3, 3, .top = 1, .left = 1 }, 9 },
    { "deep, one place", { 1, 1, 64, 33, 3, 3, .top = 1, .left = 1 }, 5 },
    { "deep, stride 2, halo",
      { 7, 8, 40, 50, 3, 3, .stride = 2, .top = 1, .halo = 1 },
      4 },
    { "deep, 1 x 1, stride 2", { 3, 4, 130, 144, 1, 1, .stride = 2 }, 33 },
    { "deep, 5 x 5 over 3 x 2",
      { 3, 2, 24, 33, 5, 5, .top = 2, .left = 2, .halo = 1 },
      3 },
    { "deep, 2 x 2 over 8 x 8, stride 3",
      { 8, 8, 40, 112, 2, 2, .stride = 3, .top = 1, .left = 1 },
      3 },
    { "64 to 64, many squares", { 32, 32, 64, 64, 3, 3, .top = 1, .left = 1 }, 5 },
};

/*  Zeros in the halo of each image, or the check that they still are zero. */
static bool halo (float *x, const nn_tensor *t, bool set)
{
    bool zero = true;
    for (int i = 0; i < t->n; i++)
        for (int row = -t->halo; row < t->h + t->halo; row++)
            for (int col = -t->halo; col < t->w + t->halo; col++) {
                if (row >= 0 && row < t->h && col >= 0 && col < t->w)
                    continue;
                float *at = x + (long) nn_at (t, i, 0, 0) +
                            row * (long) nn_row_stride (t) + (long) col * t->c;
                for (int k = 0; k < t->c; k++) {
                    if (set)
                        at[k] = 0;
                    zero &= at[k] == 0;
                }
            }
    return zero;
}

/*  All three passes of the algorithm, twice: gradients add, outputs do not. */
static void passes (const nn_conv_algorithm *by, const nn_conv_shape *s, int n,
                    float *out[3], const float *x, const float *w, const float *b,
                    const float *dy)
{
    void *work = malloc (by->work (s) + 1);
    float *to = by->prepare ? malloc (by->prepared (s)) : NULL;
    for (int part = 2; part >= 0 && to; part--) // in any order
        by->prepare (s, to, w, part, 3);
    const float *ready = to ? to : w;
    for (int twice = 0; twice < 2; twice++) {
        by->forward (s, out[0], x, ready, b, n, work);
        by->backward_data (s, out[1], dy, ready, n, work);
        by->backward_weights (s, out[2], x, dy, n, work);
    }
    free (to), free (work);
}

static void same_as_naive (const nn_conv_algorithm *by, const conv_case *test)
{
    const nn_conv_shape s = complete (test->s);
    if (!by->fits (&s))
        return;
    const nn_tensor t = {
        .n = test->n, .h = s.h, .w = s.w, .c = s.c, .halo = s.halo
    };
    const size_t in = t.n * nn_image_stride (&t);
    const size_t first = s.halo * (nn_row_stride (&t) + s.c);
    const size_t out = (size_t) test->n * s.oh * s.ow * s.o;
    const size_t weights = (size_t) s.kh * s.kw * (s.c / s.groups) * s.o;
    nn_random random = nn_random_from (5, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, in), *w = draw (&random, weights);
    float *b = draw (&random, s.o), *dy = draw (&random, out);
    halo (x + first, &t, true);
    float *y[2], *dx[2], *dw[2];
    const nn_conv_algorithm *pair[] = { by, &nn_conv_naive };
    for (int k = 0; k < 2; k++) {
        y[k] = zeros (out), dx[k] = zeros (in), dw[k] = zeros (weights);
        passes (pair[k], &s, test->n, (float *[]){ y[k], dx[k] + first, dw[k] },
                x + first, w, b, dy);
    }
    // -- Winograd's constants cost him two bits or three
    const double most = by == &nn_conv_winograd ? 3e-5 : 1e-5;
    char name[120];
    snprintf (name, sizeof name, "%s (%s), %s", by->name, nn_inner_here ()->name,
              test->name);
    check (apart (y[0], y[1], out) < most && apart (dx[0], dx[1], in) < most &&
               apart (dw[0], dw[1], weights) < most,
           name, "y %g, dx %g, dw %g", apart (y[0], y[1], out),
           apart (dx[0], dx[1], in), apart (dw[0], dw[1], weights));
    snprintf (name, sizeof name, "%s does not write into the halo, %s", by->name,
              test->name);
    if (s.halo)
        check (halo (dx[0] + first, &t, false) && halo (dx[1] + first, &t, false),
               name, "not zero");
    for (int k = 0; k < 2; k++)
        free (y[k]), free (dx[k]), free (dw[k]);
    free (x), free (w), free (b), free (dy);
}

/*  The gradient of the weights in so many slices, from whatever was there. */
static void slices (const conv_case *test, int parts)
{
    const nn_conv_shape s = complete (test->s);
    if (s.groups > 1)
        return;
    const nn_tensor t = {
        .n = test->n, .h = s.h, .w = s.w, .c = s.c, .halo = s.halo
    };
    const size_t in = t.n * nn_image_stride (&t),
                 first = s.halo * (nn_row_stride (&t) + s.c),
                 out = (size_t) test->n * s.oh * s.ow * s.o,
                 weights = (size_t) s.kh * s.kw * s.c * s.o;
    nn_random random = nn_random_from (6, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, in), *dy = draw (&random, out);
    float *want = zeros (weights), *got = draw (&random, weights);
    float *work = zeros ((size_t) 1024 * s.c + // what slice_work () bounds
                         nn_conv_strips_work (&s) * NN_PARTS);
    halo (x + first, &t, true);
    nn_conv_naive.backward_weights (&s, want, x + first, dy, test->n, NULL);
    for (int fast = 0; fast < 2; fast++) {
        for (int part = parts - 1; part >= 0; part--) // in any order
            (fast ? nn_conv_strips : nn_conv_slice) (&s, got, x + first, dy,
                                                     test->n, part, parts, work);
        char name[80];
        snprintf (name, sizeof name, "%d %s, %s", parts,
                  fast ? "slices in strips" : "slices", test->name);
        check (apart (got, want, weights) < 1e-5, name, "off by %g",
               apart (got, want, weights));
        memset (got, 1, weights * sizeof *got); // whatever was there
    }
    free (x), free (dy), free (want), free (got), free (work);
}

/*  A layer of many weights is sliced, has no sums of shards, and learns the same
 *  for any number of threads. */
static void many_weights (void)
{
    float *w[3] = { NULL };
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads (threads);
        nn_net *net = nn_net_new (.seed = 1);
        nn_layer *x = nn_input (net, 3, 2, 256);
        nn_layer *conv = nn_conv2d (net, x, .filters = 260, .same = true);
        nn_cross_entropy (net, nn_dense (net, conv, .units = 3));
        const bool built = nn_net_build (net, .batch = 5) == NN_OK;
        check (built && conv->param[0].by_rows && !conv->param[0].sums &&
                   conv->param[1].sums,
               "many weights have slices, not shards", "'%s'", nn_error ());
        nn_random random = nn_random_from (2, NN_FOR_TEST, 0, 0);
        float target[15] = { 0 };
        for (int i = 0; i < 5; i++)
            target[3 * i + i % 3] = 1;
        const nn_batch batch = { .n = 5,
                                 .h = 3,
                                 .w = 2,
                                 .c = 256,
                                 .classes = 3,
                                 .x = draw (&random, 5 * 6 * 256),
                                 .target = target };
        nn_optimiser sgd = nn_sgd (.rate = 0.1f);
        for (int k = 0; k < 2; k++)
            nn_net_step (net, &batch, &sgd, NULL);
        const size_t bytes = conv->param[0].size * sizeof (float);
        w[threads - 1] = memcpy (malloc (bytes), conv->param[0].w, bytes);
        check (memcmp (w[0], w[threads - 1], bytes) == 0,
               "and the same bits for any threads", "%d threads differ", threads);
        free (batch.x);
        nn_net_free (&net);
    }
    for (int k = 0; k < 3; k++)
        free (w[k]);
}

static nn_net *two_convolutions (void)
{
    nn_net *net = nn_net_new (.seed = 4);
    nn_layer *x = nn_input (net, 6, 7, 3);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 16, .same = true));
    nn_conv2d (net, x, .filters = 32, .same = true);
    return net;
}

/*  Weights that are settled are prepared once: the same answers, also to a second
 *  batch, and changes wait until the net is built again. */
static void settled (void)
{
    nn_net *net = two_convolutions (), *like = two_convolutions ();
    check (nn_net_build (net, .batch = 2, .settled = true) == NN_EVALUE &&
               strstr (nn_error (), ".inference"),
           "a settled net cannot learn", "'%s'", nn_error ());
    nn_net_build (net, .batch = 2, .inference = true, .settled = true);
    nn_net_build (like, .batch = 2, .inference = true);
    nn_random random = nn_random_from (3, NN_FOR_TEST, 0, 0);
    const size_t out = (size_t) 2 * 6 * 7 * 32;
    for (int k = 0; k < 4; k++) {
        nn_batch batch = { .n = 2,
                           .h = 6,
                           .w = 7,
                           .c = 3,
                           .x = draw (&random, (size_t) 2 * 6 * 7 * 3) };
        float *w = net->layer[3]->param[0].w;
        if (k == 2) // both change; one does not know
            w[0] = like->layer[3]->param[0].w[0] = 9;
        if (k == 3)
            nn_net_build (net, .batch = 2, .inference = true, .settled = true);
        nn_net_forward (net, &batch, false);
        nn_net_forward (like, &batch, false);
        check (equal (net->output->out.x, like->output->out.x, out) == (k != 2),
               "a settled net answers alike", "batch %d", k);
        free (batch.x);
    }
    nn_net_free (&net);
    nn_net_free (&like);
}

/*  `same` as in Keras: of an odd number of zeros, one more below and to the
 *  right. */
static void same_with_stride (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 4, 4, 1);
    x = nn_conv2d (net, x, .filters = 1, .stride = 2, .same = true,
                   .init = nn_init_ones);
    float ones[16];
    for (int i = 0; i < 16; i++)
        ones[i] = 1;
    const nn_batch batch = { .n = 1, .h = 4, .w = 4, .c = 1, .x = ones };
    const bool ran = nn_net_build (net, .batch = 1) == NN_OK &&
                     nn_net_forward (net, &batch, false) == NN_OK;
    const float want[] = { 9, 6, 6, 4 };
    check (ran && x->out.h == 2 && equal (x->out.x, want, 4), "same with stride 2",
           "'%s'", nn_error ());
    nn_net_free (&net);
}

/*  With more groups than a filter has places, first weights were infinite once. */
static void first_weights (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 4, 4, 32);
    x = nn_conv2d (net, x, .filters = 64, .groups = 32, .init = nn_init_he);
    const nn_param *p = &x->param[0];
    check (p->fan_in == 9 && p->fan_out == 18, "fans of 32 groups", "%d and %d",
           p->fan_in, p->fan_out);
    nn_net_free (&net);
}

static void refused (nn_conv2d_args args, const char *names, const char *name)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_conv2d_with (net, nn_input (net, 6, 5, 4), args);
    const int status = nn_net_build (net, .batch = 1);
    check (status < 0 && strstr (nn_error (), names) &&
               strstr (nn_error (), "conv2d_1"),
           name, "%d, '%s'", status, nn_error ());
    nn_net_free (&net);
}

/*  Is this case too large for whoever gave a number of products? An emulated
 *  processor takes a minute for what a real one does in a tenth of a second. */
static bool too_large (const conv_case *test, const char *most)
{
    const nn_conv_shape s = complete (test->s);
    if (!most ||
        1.0 * test->n * s.oh * s.ow * s.o * s.kh * s.kw * s.c / s.groups <=
            strtod (most, NULL))
        return false;
    skip (test->name, "larger than asked for");
    return true;
}

/*  conv [PRODUCTS]: without the cases that have more. */
int main (int argc, char **argv)
{
    if (!getenv ("NN_ISA"))
        instruction_sets (argv[0]);
    sizes ();
    by_hand ();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (too_large (&cases[i], argc > 1 ? argv[1] : NULL))
            continue;
        for (int k = 0; nn_conv_algorithms[k]; k++)
            if (nn_conv_algorithms[k] != &nn_conv_naive)
                same_as_naive (nn_conv_algorithms[k], &cases[i]);
        slices (&cases[i], 16), slices (&cases[i], 1), slices (&cases[i], 3);
    }
    many_weights ();
    settled ();
    same_with_stride ();
    first_weights ();
    refused ((nn_conv2d_args){ .filters = 2, .kernel = 7 }, "7 x 7",
             "too large a kernel");
    refused ((nn_conv2d_args){ .filters = INT32_MAX }, "2^31", "too many weights");
    refused ((nn_conv2d_args){ .filters = 0 }, ".filters 0", "no filters");
    refused ((nn_conv2d_args){ .filters = 3, .groups = 3 }, "4 channels",
             "groups that do not divide");
    refused ((nn_conv2d_args){ .filters = 1, .algorithm = "im2cool" }, "im2col",
             "an unknown algorithm");
    refused ((nn_conv2d_args){ .filters = 4, .groups = 2, .algorithm = "im2col" },
             "2 groups", "an algorithm that cannot do it");
    return nn_test_done ();
}
