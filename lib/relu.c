/*  relu.c - what is negative becomes zero
 *
 *  Two dense layers in a row could be replaced by one: a product of products is a
 *  product. Something must bend in between, and the simplest bend does it. A ReLU
 *  lets positive values pass and stops the others; the gradient passes where the
 *  value did (Nair and Hinton 2010). At exactly 0 there is no slope, and it is
 *  taken to be 0.
 *
 *  Whether a value passed can be seen from the output. So the input need not be
 *  kept, and the layer may write over it: y and x, or dx and dy, may be the same
 *  memory. `simd` tells the compiler that even then no turn of the loop waits for
 *  another.
 */
#include "nn.h"

#include <math.h>

/*  y = x where x > 0, else 0. Not-a-number stays, so that nobody overlooks it. */
NN_EACH_WIDTH
void nn_relu_forward (float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] <= 0 ? 0 : x[i];
}

/*  dx = dy where y > 0, else 0; or the same added to dx. Each dy is read whether
 *  it is wanted or not: without a branch, several turns of the loop become one. */
NN_EACH_WIDTH
void nn_relu_backward (float *dx, const float *dy, const float *y, size_t n,
                       bool add)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float before = add ? dx[i] : 0, d = dy[i];
        dx[i] = before + (y[i] > 0 ? d : 0);
    }
}

static int shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

/*  Row by row, because only one of input and output may have a halo. */
static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            nn_relu_forward (out->x + nn_at (out, i, row, 0),
                             in->x + nn_at (in, i, row, 0),
                             (size_t) in->w * in->c);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++) {
            const size_t at = nn_at (out, i, row, 0);
            nn_relu_backward (in->dx + nn_at (in, i, row, 0), out->dx + at,
                              out->x + at, (size_t) in->w * in->c,
                              !self->overwrites[0]);
        }
}

static const float limits[] = { 0, INFINITY };

const nn_kind nn_relu_kind = { .name = "relu",
                               .shape = shape,
                               .forward = forward,
                               .backward = backward,
                               .row = nn_relu_forward,
                               .row_back = nn_relu_backward,
                               .limits = limits,
                               .flags = NN_IN_PLACE | NN_NEEDS_OUT | NN_HALO_IN |
                                        NN_HALO_OUT | NN_AGAIN };

nn_layer *nn_relu (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_relu_kind, &in, 1, NULL, 0);
}
