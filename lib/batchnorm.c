/*  batchnorm.c - every channel at mean 0 and deviation 1, then as the net likes
 *
 *  A layer can only learn well if the scale of what it reads stays about the same.
 *  But all layers below it learn too. Batch normalisation (Ioffe and Szegedy 2015)
 *  measures each channel over the whole batch, over all images and places, and
 *  takes that scale out. A weight and a bias, both learnt, put back what is
 *  needed.
 *
 *  An image alone cannot be normalised like this. So while a net is trained
 *  everybody waits here until the whole batch has been seen, on the way forward
 *  and on the way back. And for later, when there may be no batch, the layer keeps
 *  running averages of what it has measured. They are kept with the weights.
 *
 *  Sums are made in double, of each image by itself, and images are added in their
 *  order. So neither threads nor shards can be seen in the result.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

// the channels of a place, as many as a register holds where it is widest
enum { LANES = 8, MANY = 4 };
typedef double sums __attribute__ ((vector_size (LANES * sizeof (double))));
typedef double sums_there __attribute__ ((vector_size (LANES * sizeof (double)),
                                          aligned (sizeof (double)), may_alias));
typedef float lanes __attribute__ ((vector_size (LANES * sizeof (float)),
                                    aligned (sizeof (float)), may_alias));
#define DOUBLES(x) __builtin_convertvector(*(const lanes *) (x), sums)
#define ALWAYS static inline __attribute__ ((always_inline))

/*  `many` times LANES channels of all places: so few sums stay in registers. */
ALWAYS void add_sums (const int many, double *sum, double *square, const float *x,
                      size_t places, int c)
{
    sums a[MANY], b[MANY];
    for (int j = 0; j < many; j++) {
        a[j] = *(sums_there *) (sum + j * LANES);
        b[j] = *(sums_there *) (square + j * LANES);
    }
    for (size_t i = 0; i < places; i++, x += c)
        for (int j = 0; j < many; j++) {
            const sums v = DOUBLES (x + j * LANES);
            a[j] += v;
            b[j] += v * v;
        }
    for (int j = 0; j < many; j++) {
        *(sums_there *) (sum + j * LANES) = a[j];
        *(sums_there *) (square + j * LANES) = b[j];
    }
}

/*  Adds to sum[k] all x of channel k and to square[k] their squares. In double the
 *  square of a float is exact, so the variance may be had from both sums without
 *  harm. */
NN_EACH_WIDTH
void nn_batchnorm_sums (double *restrict sum, double *restrict square,
                        const float *x, size_t places, int c)
{
    int k = 0;
    for (; k + MANY * LANES <= c; k += MANY * LANES)
        add_sums (MANY, sum + k, square + k, x + k, places, c);
    for (; k + LANES <= c; k += LANES)
        add_sums (1, sum + k, square + k, x + k, places, c);
    for (; k < c; k++)
        for (size_t i = 0; i < places; i++) {
            const double v = x[i * c + k];
            sum[k] += v;
            square[k] += v * v;
        }
}

/*  y = weight (x - mean) inverse + bias, channel by channel, and what is beyond
 *  the limits becomes the limit. y may be x. */
NN_EACH_WIDTH
void nn_batchnorm_forward (float *y, const float *x, const nn_norm *by,
                           size_t places, const float limits[2])
{
    const float *weight = by->weight, *bias = by->bias;
    const float *mean = by->mean, *inverse = by->inverse;
    const float low = limits[0], high = limits[1];
    for (size_t i = 0; i < places; i++, x += by->c, y += by->c)
#pragma omp simd
        for (int k = 0; k < by->c; k++) {
            float v = weight[k] * ((x[k] - mean[k]) * inverse[k]) + bias[k];
            v = v <= low ? low : v;
            y[k] = v >= high ? high : v;
        }
}

/*  The same two sums on the way back, of channels k and on. */
ALWAYS void add_sums_back (const int many, double *sum, double *product,
                           const float *dy, const float *x, const nn_norm *by,
                           int k, size_t places)
{
    sums a[MANY], b[MANY];
    lanes mean[MANY], inverse[MANY];
    for (int j = 0; j < many; j++) {
        a[j] = *(sums_there *) (sum + k + j * LANES);
        b[j] = *(sums_there *) (product + k + j * LANES);
        mean[j] = *(const lanes *) (by->mean + k + j * LANES);
        inverse[j] = *(const lanes *) (by->inverse + k + j * LANES);
    }
    for (size_t i = 0; i < places; i++, dy += by->c, x += by->c)
        for (int j = 0; j < many; j++) {
            const lanes normal =
                (*(const lanes *) (x + k + j * LANES) - mean[j]) * inverse[j];
            const sums d = DOUBLES (dy + k + j * LANES);
            a[j] += d;
            b[j] += d * __builtin_convertvector(normal, sums);
        }
    for (int j = 0; j < many; j++) {
        *(sums_there *) (sum + k + j * LANES) = a[j];
        *(sums_there *) (product + k + j * LANES) = b[j];
    }
}

/*  Adds to sum[k] all dy of channel k, and to product[k] each dy times the
 *  normalised x that it belongs to. These are the gradients of bias and weight. */
NN_EACH_WIDTH
void nn_batchnorm_backward_sums (double *restrict sum, double *restrict product,
                                 const float *dy, const float *x,
                                 const nn_norm *by, size_t places)
{
    const int c = by->c;
    int k = 0;
    for (; k + MANY * LANES <= c; k += MANY * LANES)
        add_sums_back (MANY, sum, product, dy, x, by, k, places);
    for (; k + LANES <= c; k += LANES)
        add_sums_back (1, sum, product, dy, x, by, k, places);
    for (; k < c; k++)
        for (size_t i = 0; i < places; i++) {
            const float normal = (x[i * c + k] - by->mean[k]) * by->inverse[k];
            sum[k] += dy[i * c + k];
            product[k] += (double) dy[i * c + k] * normal;
        }
}

ALWAYS void differentiate (float *dx, const float *dy, const float *x,
                           const nn_norm *by, size_t places, const bool add)
{
    const float *weight = by->weight, *mean = by->mean, *inverse = by->inverse;
    const float *mean_dy = by->dy, *product = by->product;
    for (size_t i = 0; i < places; i++, x += by->c, dx += by->c, dy += by->c)
#pragma omp simd
        for (int k = 0; k < by->c; k++) {
            const float before = add ? dx[k] : 0;
            const float normal = (x[k] - mean[k]) * inverse[k];
            dx[k] = before + weight[k] * inverse[k] *
                                 (dy[k] - mean_dy[k] - normal * product[k]);
        }
}

/*  dx, or what is added to it. An x moves its own y, and through mean and
 *  deviation all others: by->dy and by->product are the means over the batch by
 *  which they take back what they would get. Both are 0 when mean and deviation do
 *  not come from the batch. */
NN_EACH_WIDTH
void nn_batchnorm_backward (float *dx, const float *dy, const float *x,
                            const nn_norm *by, size_t places, bool add)
{
    if (add)
        differentiate (dx, dy, x, by, places, true);
    else
        differentiate (dx, dy, x, by, places, false);
}

enum { WEIGHT, BIAS, MEAN, VARIANCE }; // the parameters

typedef struct {
    nn_norm by;    // how this pass normalises
    bool measured; // mean and deviation come from the batch
} batchnorm;

/*  Arrays for one number a channel, five of them. */
static int take_channels (nn_norm *by, nn_arena *arena, int c)
{
    float *all = nn_arena_take (arena, (size_t) 4 * c * sizeof *all);
    if (!all)
        return NN_EMEMORY;
    *by = (nn_norm){ .c = c,
                     .mean = all,
                     .inverse = all + c,
                     .dy = all + 2 * c,
                     .product = all + 3 * c };
    return NN_OK;
}

static int shape (nn_layer *self)
{
    const nn_batchnorm_args *args = self->args;
    if (!(args->momentum > 0 && args->momentum <= 1 && args->epsilon > 0))
        return nn_fail (NN_EVALUE,
                        "nn_batchnorm '%s': .momentum %g, .epsilon %g; momentum, "
                        "the share of the new batch, must be above 0 and at most "
                        "1, epsilon above 0",
                        self->name, (double) args->momentum,
                        (double) args->epsilon);
    const nn_tensor *in = &self->in[0]->out;
    self->out.h = in->h;
    self->out.w = in->w;
    self->out.c = in->c;
    batchnorm *state = nn_arena_take (self->net->lasting, sizeof *state);
    if (!state || take_channels (&state->by, self->net->lasting, in->c) != NN_OK)
        return NN_EMEMORY;
    self->state = state;
    self->kept_size = (size_t) 2 * in->c * sizeof (double);
    nn_param_add (self, "weight", 1, &in->c, in->c, in->c, nn_init_ones);
    nn_param_add (self, "bias", 1, &in->c, in->c, in->c, nn_init_zeros);
    nn_param_add (self, "running_mean", 1, &in->c, in->c, in->c, nn_init_zeros)
        ->constant = true;
    nn_param_add (self, "running_var", 1, &in->c, in->c, in->c, nn_init_ones)
        ->constant = true;
    return NN_OK;
}

/*  Before each pass: as in inference. A pass that trains then measures for
 *  itself. */
static void prepare (nn_layer *self, int part, int parts)
{
    (void) parts;
    if (part > 0)
        return;
    const nn_batchnorm_args *args = self->args;
    batchnorm *state = self->state;
    nn_norm *by = &state->by;
    by->weight = self->param[WEIGHT].w;
    by->bias = self->param[BIAS].w;
    for (int k = 0; k < by->c; k++) {
        by->mean[k] = self->param[MEAN].w[k];
        by->inverse[k] = 1 / sqrtf (self->param[VARIANCE].w[k] + args->epsilon);
        by->dy[k] = by->product[k] = 0;
    }
    state->measured = false;
}

/*  The two sums of one image: of x and its square on the way forward, of dy and
 *  dy times x on the way back. */
static double *sums_of (const nn_layer *self, int image)
{
    return (double *) self->kept + (size_t) image * 2 * self->out.c;
}

static void partial (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out;
    for (int i = lo; i < hi && !self->frozen; i++) {
        double *sum = sums_of (self, i);
        memset (sum, 0, self->kept_size);
        for (int row = 0; row < in->h; row++)
            nn_batchnorm_sums (sum, sum + in->c, in->x + nn_at (in, i, row, 0),
                               in->w, in->c);
    }
}

/*  Both sums of channel k over all images. */
static void total (const nn_layer *self, int n, int k, double *a, double *b)
{
    *a = *b = 0;
    for (int i = 0; i < n; i++) {
        *a += sums_of (self, i)[k];
        *b += sums_of (self, i)[k + self->out.c];
    }
}

/*  Mean and deviation of the batch, and the running ones a step further. The batch
 *  is normalised by its own variance, divided by how many values there are. As a
 *  guess at the variance of all pictures that is a little too small, so the
 *  running one is divided by one less. A single value has no deviation at all:
 *  such a batch is normalised as in inference, and nothing is learnt from it here.
 */
static void reduce (nn_layer *self, const nn_pass *pass)
{
    const nn_batchnorm_args *args = self->args;
    batchnorm *state = self->state;
    const double count = (double) pass->batch->n * self->out.h * self->out.w;
    if (self->frozen || count < 2)
        return;
    float *mean = self->param[MEAN].w, *variance = self->param[VARIANCE].w;
    for (int k = 0; k < self->out.c; k++) {
        double sum, square;
        total (self, pass->batch->n, k, &sum, &square);
        const double middle = sum / count;
        double spread = square / count - middle * middle;
        spread = spread < 0 ? 0 : spread; // by rounding
        state->by.mean[k] = (float) middle;
        state->by.inverse[k] =
            (float) (1 / sqrt (spread + (double) args->epsilon));
        mean[k] += args->momentum * ((float) middle - mean[k]);
        variance[k] += args->momentum *
                       ((float) (spread * count / (count - 1)) - variance[k]);
    }
    state->measured = true;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    static const float none[] = { -INFINITY, INFINITY };
    const batchnorm *state = self->state;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const float *limits = self->carries && self->carries->kind->limits
                              ? self->carries->kind->limits
                              : none;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++) {
            float *y = out->x + nn_at (out, i, row, 0);
            nn_batchnorm_forward (y, in->x + nn_at (in, i, row, 0), &state->by,
                                  in->w, limits);
            if (self->carries && !self->carries->kind->limits)
                self->carries->kind->row (y, y, (size_t) out->w * out->c);
        }
}

static void partial_back (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const batchnorm *state = self->state;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi && !self->frozen; i++) {
        double *sum = sums_of (self, i);
        memset (sum, 0, self->kept_size);
        for (int row = 0; row < in->h; row++) {
            const size_t at = nn_at (out, i, row, 0);
            float *dy = out->dx + at;
            if (self->carries)
                self->carries->kind->row_back (dy, dy, out->x + at,
                                               (size_t) out->w * out->c, false);
            nn_batchnorm_backward_sums (sum, sum + in->c, dy,
                                        in->x + nn_at (in, i, row, 0), &state->by,
                                        in->w);
        }
    }
}

/*  The gradients of weight and bias; and their means over the batch, which the
 *  gradient of x needs. */
static void reduce_back (nn_layer *self, const nn_pass *pass)
{
    batchnorm *state = self->state;
    const double count = (double) pass->batch->n * self->out.h * self->out.w;
    for (int k = 0; k < self->out.c && !self->frozen; k++) {
        double sum, product;
        total (self, pass->batch->n, k, &sum, &product);
        nn_sums (&self->param[BIAS], pass)[k] += (float) sum;
        nn_sums (&self->param[WEIGHT], pass)[k] += (float) product;
        state->by.dy[k] = state->measured ? (float) (sum / count) : 0;
        state->by.product[k] = state->measured ? (float) (product / count) : 0;
    }
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const batchnorm *state = self->state;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    if (!nn_gradient_wanted (self, 0))
        return;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            nn_batchnorm_backward (in->dx + nn_at (in, i, row, 0),
                                   out->dx + nn_at (out, i, row, 0),
                                   in->x + nn_at (in, i, row, 0), &state->by,
                                   in->w, !self->overwrites[0]);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    snprintf (text, size, "%s", self->frozen ? "as in inference" : "");
}

static const nn_whole whole = { .partial = partial,
                                .reduce = reduce,
                                .partial_back = partial_back,
                                .reduce_back = reduce_back };

const nn_kind nn_batchnorm_kind = { .name = "batchnorm",
                                    .shape = shape,
                                    .forward = forward,
                                    .backward = backward,
                                    .describe = describe,
                                    .prepare = prepare,
                                    .whole = &whole,
                                    .flags = NN_IN_PLACE_AT_REST | NN_HALO_IN |
                                             NN_HALO_OUT | NN_AGAIN | NN_CARRIES };

nn_layer *nn_batchnorm_with (nn_net *net, nn_batchnorm_args args)
{
    args.momentum = args.momentum != 0 ? args.momentum : 0.1f;
    args.epsilon = args.epsilon != 0 ? args.epsilon : 1e-5f;
    return nn_layer_add (net, &nn_batchnorm_kind, &args.in, 1, &args, sizeof args);
}
