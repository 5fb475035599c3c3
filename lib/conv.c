/*  conv.c - the same small question, asked everywhere in the picture
 *
 *  A filter is a small picture of weights, say 3 x 3 places with all their
 *  channels. It is laid over every place of the input; what lies under it is
 *  multiplied and added up, and the sum says how much this place looks like the
 *  filter. So an edge is an edge wherever it is, and a filter has few weights to
 *  learn.
 *
 *  A convolution is computed in one of several ways, its algorithms, which give
 *  the same result at a different speed. The one here follows the definition. It
 *  can do everything, and it is what the fast ones are compared with.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

/*  Rows (or columns) of the output: how often the kernel fits into the input
 *  with its zeros before and after; 0 if not at all. With a dilation it covers
 *  more rows than it has: those between its own. */
int nn_conv_out (int in, int kernel, int stride, int dilation, int before,
                 int after)
{
    const int spare = in + before + after - dilation * (kernel - 1) - 1;
    return spare < 0 ? 0 : spare / stride + 1;
}

/*  One meeting: a place of the kernel lies over a place of the input and adds
 *  to a place of the output. Says where the channels of each begin. */
typedef struct {
    size_t x, w, y;
} meeting;

static size_t meetings (const nn_conv_shape *s, int n)
{
    return (size_t) n * s->oh * s->ow * s->kh * s->kw;
}

/*  Meeting number `number` of them all. False where the kernel looks over the
 *  edge. */
static bool meet (const nn_conv_shape *s, size_t number, meeting *m)
{
    // -- the number tells the place of the kernel, of the output, and the image
    const int kernel = (int) (number % (s->kh * s->kw));
    const size_t place = number / (s->kh * s->kw);
    const int col = (int) (place % s->ow), row = (int) (place / s->ow % s->oh);
    const nn_tensor x = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const int image = (int) (place / s->ow / s->oh);
    // -- and these the place of the input
    const int r = row * s->stride + kernel / s->kw * s->dilation - s->top;
    const int q = col * s->stride + kernel % s->kw * s->dilation - s->left;
    if (r < 0 || r >= s->h || q < 0 || q >= s->w)
        return false;
    *m = (meeting){ .x = nn_at (&x, image, r, q),
                    .w = (size_t) kernel * (s->c / s->groups) * s->o,
                    .y = place * s->o };
    return true;
}

/*  y = x * w + bias. x: n x h x w x c, w: kh x kw x c / groups x o, bias: o, or
 *  NULL for none; y: n x oh x ow x o. With two groups, the first half of the
 *  filters sees only the first half of the channels; and so on. */
static void naive_forward (const nn_conv_shape *s, float *y, const float *x,
                           const float *w, const float *bias, int n, void *work)
{
    (void) work;
    const int filters = s->o / s->groups, channels = s->c / s->groups;
    const size_t outputs = (size_t) n * s->oh * s->ow * s->o;
    for (size_t k = 0; k < outputs; k++)
        y[k] = bias ? bias[k % s->o] : 0;
    meeting m;
    for (size_t number = 0; number < meetings (s, n); number++) {
        if (!meet (s, number, &m))
            continue;
        for (int f = 0; f < s->o; f++)
            for (int k = 0; k < channels; k++)
                y[m.y + f] += x[m.x + f / filters * channels + k] *
                              w[m.w + (size_t) k * s->o + f];
    }
}

/*  dx += the gradient of each input: wherever it was multiplied with a weight
 *  and added to an output, that output's gradient comes back, multiplied with
 *  the same weight. */
static void naive_backward_data (const nn_conv_shape *s, float *dx,
                                 const float *dy, const float *w, int n,
                                 void *work)
{
    (void) work;
    const int filters = s->o / s->groups, channels = s->c / s->groups;
    meeting m;
    for (size_t number = 0; number < meetings (s, n); number++) {
        if (!meet (s, number, &m))
            continue;
        for (int f = 0; f < s->o; f++)
            for (int k = 0; k < channels; k++)
                dx[m.x + f / filters * channels + k] +=
                    dy[m.y + f] * w[m.w + (size_t) k * s->o + f];
    }
}

/*  dw += the gradient of each weight: the same meetings, and now the input
 *  comes along. */
static void naive_backward_weights (const nn_conv_shape *s, float *dw,
                                    const float *x, const float *dy, int n,
                                    void *work)
{
    (void) work;
    const int filters = s->o / s->groups, channels = s->c / s->groups;
    meeting m;
    for (size_t number = 0; number < meetings (s, n); number++) {
        if (!meet (s, number, &m))
            continue;
        for (int k = 0; k < channels; k++)
            for (int f = 0; f < s->o; f++)
                dw[m.w + (size_t) k * s->o + f] +=
                    x[m.x + f / filters * channels + k] * dy[m.y + f];
    }
}

static bool naive_fits (const nn_conv_shape *s)
{
    (void) s;
    return true;
}

static double naive_cost (const nn_conv_shape *s)
{
    return 30.0 * s->oh * s->ow * s->o * s->kh * s->kw * s->c / s->groups;
}

static size_t naive_work (const nn_conv_shape *s)
{
    (void) s;
    return 0;
}

const nn_conv_algorithm nn_conv_naive = { .name = "naive",
                                          .fits = naive_fits,
                                          .cost = naive_cost,
                                          .work = naive_work,
                                          .forward = naive_forward,
                                          .backward_data = naive_backward_data,
                                          .backward_weights =
                                              naive_backward_weights };

const nn_conv_algorithm *const nn_conv_algorithms[] = {
    &nn_conv_spots,     // few places, many weights
    &nn_conv_winograd,  // 3 x 3, stride 1, channels in sixteens
    &nn_conv_direct,    // without groups
    &nn_conv_im2col,    // the same, by the BLAS
    &nn_conv_pointwise, // 1 x 1: one product
    &nn_conv_depthwise, // a filter for each channel
    &nn_conv_lanes,     // the same, with vectors
    &nn_conv_grouped,   // filters that see some of the channels
    &nn_conv_naive,     // everything
    NULL,
};

/*  The algorithm of this name, or, if that is NULL, the cheapest that fits the
 *  shape. NULL with a sentence when there is none. */
const nn_conv_algorithm *nn_conv_choose (const nn_conv_shape *s, const char *name)
{
    const nn_conv_algorithm *best = NULL;
    const char *known[16];
    int count = 0;
    for (; nn_conv_algorithms[count]; count++) {
        const nn_conv_algorithm *a = nn_conv_algorithms[count];
        known[count] = a->name;
        if (name ? strcmp (name, a->name) == 0
                 : a->fits (s) && (!best || a->cost (s) < best->cost (s)))
            best = a;
    }
    if (!best) {
        const char *meant = nn_nearest (name, known, count);
        nn_fail (NN_EVALUE, "there is no convolution algorithm '%s'%s%s%s", name,
                 meant ? "; did you mean '" : "", meant ? meant : "",
                 meant ? "'?" : "");
    } else if (!best->fits (s)) {
        nn_fail (NN_EVALUE,
                 "the algorithm '%s' cannot do %d x %d, stride %d, dilation %d, "
                 "%d groups, %d to %d channels; leave .algorithm out",
                 name, s->kh, s->kw, s->stride, s->dilation, s->groups, s->c,
                 s->o);
        best = NULL;
    }
    return best;
}

typedef struct { // what a layer knows besides its arguments
    nn_conv_shape shape;
    const nn_conv_algorithm *algorithm;
    float *prepared; // what the algorithm makes of the weights in a pass, or NULL
} convolution;

/*  Zeros before the input and sizes of the output. `same`: as many outputs as
 *  strides begin in the input; of an odd number of zeros the larger half comes
 *  after it, as in Keras. */
static void place (nn_conv_shape *s, const nn_conv2d_args *args)
{
    s->top = s->left = args->pad;
    s->oh =
        nn_conv_out (s->h, s->kh, s->stride, s->dilation, args->pad, args->pad);
    s->ow =
        nn_conv_out (s->w, s->kw, s->stride, s->dilation, args->pad, args->pad);
    if (!args->same)
        return;
    s->oh = (s->h + s->stride - 1) / s->stride;
    s->ow = (s->w + s->stride - 1) / s->stride;
    const int rows =
        (s->oh - 1) * s->stride + s->dilation * (s->kh - 1) + 1 - s->h;
    const int cols =
        (s->ow - 1) * s->stride + s->dilation * (s->kw - 1) + 1 - s->w;
    s->top = rows > 0 ? rows / 2 : 0;
    s->left = cols > 0 ? cols / 2 : 0;
}

/*  How far the kernel looks over any edge: the halo that it would like. */
static int overhang (const nn_conv_shape *s)
{
    const int below = (s->oh - 1) * s->stride + s->dilation * (s->kh - 1) - s->top;
    const int right =
        (s->ow - 1) * s->stride + s->dilation * (s->kw - 1) - s->left;
    int most = s->top > s->left ? s->top : s->left;
    most = below - (s->h - 1) > most ? below - (s->h - 1) : most;
    return right - (s->w - 1) > most ? right - (s->w - 1) : most;
}

/*  Can there be such a layer? Says why not. */
static int check (const nn_layer *self, const nn_conv_shape *s,
                  const nn_conv2d_args *args)
{
    if (s->o < 1 || s->kh < 1 || s->kw < 1 || s->stride < 1 || s->dilation < 1 ||
        args->pad < 0)
        return nn_fail (
            NN_EVALUE,
            "nn_conv2d '%s': .filters %d, .kernel %d, .stride %d, .dilation %d, "
            ".pad %d; all but .pad must be 1 or more, and .pad not below 0",
            self->name, s->o, s->kh, s->stride, s->dilation, args->pad);
    if (s->groups < 1 || s->c % s->groups || s->o % s->groups)
        return nn_fail (
            NN_ESHAPE,
            "nn_conv2d '%s': %d groups do not divide the %d channels of '%s' "
            "and %d filters",
            self->name, s->groups, s->c, self->in[0]->name, s->o);
    if ((double) s->kh * s->kw * s->c / s->groups * s->o > INT32_MAX)
        return nn_fail (
            NN_ESHAPE,
            "nn_conv2d '%s': %d filters of %d x %d x %d have more than "
            "2^31 weights; take fewer",
            self->name, s->o, s->kh, s->kw, s->c / s->groups);
    if (s->oh < 1 || s->ow < 1)
        return nn_fail (
            NN_ESHAPE,
            "nn_conv2d '%s': a kernel of %d x %d, dilation %d, does not fit into "
            "the %d x %d of '%s'; try .same = true",
            self->name, s->kh, s->kw, s->dilation, s->h, s->w, self->in[0]->name);
    return NN_OK;
}

static int shape (nn_layer *self)
{
    const nn_conv2d_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out;
    convolution *state = nn_arena_take (self->net->lasting, sizeof *state);
    if (!state)
        return NN_EMEMORY;
    // -- the shape of the convolution
    nn_conv_shape *s = &state->shape;
    *s = (nn_conv_shape){ .h = in->h,
                          .w = in->w,
                          .c = in->c,
                          .o = args->filters,
                          .kh = args->kernel,
                          .kw = args->kernel_w ? args->kernel_w : args->kernel,
                          .stride = args->stride,
                          .dilation = args->dilation,
                          .groups = args->groups };
    if (s->kh > 0 && s->kw > 0 && s->stride > 0 && s->dilation > 0)
        place (s, args);
    const int status = check (self, s, args);
    if (status != NN_OK)
        return status;
    // -- the algorithm and the memory that it wants
    state->algorithm = nn_conv_choose (s, args->algorithm);
    if (!state->algorithm)
        return nn_fail (NN_EVALUE, "nn_conv2d '%s': %s", self->name, nn_error ());
    self->work_size = state->algorithm->work (s);
    const bool sliced = nn_conv_sliced (s);
    if (sliced)
        self->rows_size = state->algorithm->slice_work
                              ? state->algorithm->slice_work (s)
                              : nn_conv_slice_work (s);
    if (state->algorithm->prepare) {
        const size_t bytes = state->algorithm->prepared (s);
        state->prepared = nn_arena_take (self->net->lasting, bytes);
        if (!state->prepared)
            return NN_EMEMORY;
    }
    // -- what the net asks for: the output, the parameters
    self->state = state;
    self->halo = overhang (s);
    self->wide = sliced; // so many weights should be read as seldom as can be
    self->finishes = state->algorithm->finishes;
    self->out.h = s->oh;
    self->out.w = s->ow;
    self->out.c = s->o;
    const int dim[] = { s->kh, s->kw, s->c / s->groups, s->o };
    const int fan_in = s->kh * s->kw * dim[2],
              fan_out = s->kh * s->kw * (s->o / s->groups);
    nn_param_add (self, "weight", 4, dim, fan_in, fan_out,
                  args->init ? args->init : nn_init_glorot)
        ->by_rows = sliced;
    if (!args->no_bias)
        nn_param_add (self, "bias", 1, &s->o, fan_in, fan_out, nn_init_zeros);
    return NN_OK;
}

/*  The shape as it is in memory: only the built net knows whether the input has
 *  a halo. */
static nn_conv_shape laid (const nn_layer *self)
{
    nn_conv_shape s = ((const convolution *) self->state)->shape;
    s.halo = self->in[0]->out.halo;
    return s;
}

/*  What the layers above would do to each output, as far as this one does it. */
static nn_after after_of (const nn_layer *self, int lo)
{
    nn_after after = { .low = -INFINITY, .high = INFINITY };
    for (const nn_layer *l = self->carries; l; l = l->carries)
        if (l->kind->limits) {
            after.low = l->kind->limits[0];
            after.high = l->kind->limits[1];
        } else
            after.plus = l->in[1]->out.x + nn_at (&l->in[1]->out, lo, 0, 0);
    return after;
}

static const float *weights (const nn_layer *self)
{
    const convolution *state = self->state;
    return state->prepared ? state->prepared : self->param[0].w;
}

/*  Does the kernel meet every input, or, behind the last output, would it? With a
 *  larger stride some get no gradient. */
static bool meets_all (const nn_conv_shape *s)
{
    return s->stride == 1 ||
           (s->dilation == 1 && s->stride <= s->kh && s->stride <= s->kw);
}

static void prepare (nn_layer *self, int part, int parts)
{
    const convolution *state = self->state;
    if (state->prepared)
        state->algorithm->prepare (&state->shape, state->prepared,
                                   self->param[0].w, part, parts);
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const nn_after after = after_of (self, lo);
    nn_conv_shape s = laid (self);
    s.halo_out = self->out.halo;
    s.after = self->carries ? &after : NULL;
    ((const convolution *) self->state)
        ->algorithm->forward (
            &s, self->out.x + nn_at (&self->out, lo, 0, 0),
            self->in[0]->out.x + nn_at (&self->in[0]->out, lo, 0, 0),
            weights (self), self->params > 1 ? self->param[1].w : NULL, hi - lo,
            pass->work);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    nn_conv_shape s = laid (self);
    const nn_conv_algorithm *algorithm =
        ((const convolution *) self->state)->algorithm;
    s.anew = algorithm->finishes && self->overwrites[0] && meets_all (&s);
    const size_t at = nn_at (&self->in[0]->out, lo, 0, 0);
    const float *dy = self->out.dx + nn_at (&self->out, lo, 0, 0);
    const int n = hi - lo;
    if (nn_gradient_wanted (self, 0)) {
        if (!s.anew)
            nn_clear_gradient (self, 0, lo, hi);
        algorithm->backward_data (&s, self->in[0]->out.dx + at, dy, weights (self),
                                  n, pass->work);
    }
    if (self->frozen)
        return;
    if (!self->param[0].by_rows)
        algorithm->backward_weights (&s, nn_sums (&self->param[0], pass),
                                     self->in[0]->out.x + at, dy, n, pass->work);
    if (self->params > 1)
        nn_bias_backward (nn_sums (&self->param[1], pass), dy,
                          (size_t) n * s.oh * s.ow, s.o);
}

/*  The gradient of so many weights that they are taken in slices. */
static void rows (nn_layer *self, int part, int parts, const nn_pass *pass)
{
    const nn_conv_shape s = laid (self);
    const convolution *state = self->state;
    (state->algorithm->slice ? state->algorithm->slice : nn_conv_slice) (
        &s, self->param[0].dw, self->in[0]->out.x, self->out.dx, pass->batch->n,
        part, parts, pass->work);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    const convolution *state = self->state;
    const nn_conv_shape *s = &state->shape;
    char groups[32] = "";
    if (s->groups > 1)
        snprintf (groups, sizeof groups, ", %d groups", s->groups);
    snprintf (text, size, "%d x %d, stride %d%s, %s", s->kh, s->kw, s->stride,
              groups, state->algorithm->name);
}

const nn_kind nn_conv2d_kind = { .name = "conv2d",
                                 .shape = shape,
                                 .forward = forward,
                                 .backward = backward,
                                 .describe = describe,
                                 .rows = rows,
                                 .prepare = prepare,
                                 .flags = NN_HALO_IN };

nn_layer *nn_conv2d_with (nn_net *net, nn_layer *in, nn_conv2d_args args)
{
    args.kernel = args.kernel ? args.kernel : 3;
    args.stride = args.stride ? args.stride : 1;
    args.dilation = args.dilation ? args.dilation : 1;
    args.groups = args.groups ? args.groups : 1;
    return nn_layer_add (net, &nn_conv2d_kind, &in, 1, &args, sizeof args);
}
