/*  relu6.c - a ReLU with a ceiling
 *
 *  What is negative becomes 0, and what is above 6 becomes 6. The ceiling keeps
 *  values in a range that few bits can hold: MobileNets were made for telephones,
 *  which compute in bytes (Howard and others 2017). Six was found by trying.
 *
 *  As with a ReLU, the output tells what the gradient needs to know: it passes
 *  where 0 < y < 6.
 */
#include "nn.h"

/*  y = x, but not below 0 nor above 6. Not-a-number stays. y may be x. */
NN_EACH_WIDTH
void nn_relu6_forward (float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float above = x[i] <= 0 ? 0 : x[i];
        y[i] = above >= 6 ? 6 : above;
    }
}

/*  dx = dy where 0 < y < 6, else 0; or the same added to dx. dx may be dy. */
NN_EACH_WIDTH
void nn_relu6_backward (float *dx, const float *dy, const float *y, size_t n,
                        bool add)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float before = add ? dx[i] : 0, d = dy[i];
        dx[i] = before + (((y[i] > 0) & (y[i] < 6)) ? d : 0);
    }
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_forward (self, lo, hi, nn_relu6_forward);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_backward (self, lo, hi, &self->out, nn_relu6_backward);
}

static const float limits[] = { 0, 6 };

const nn_kind nn_relu6_kind = { .name = "relu6",
                                .shape = nn_rows_shape,
                                .forward = forward,
                                .backward = backward,
                                .row = nn_relu6_forward,
                                .row_back = nn_relu6_backward,
                                .limits = limits,
                                .flags = NN_IN_PLACE | NN_NEEDS_OUT | NN_HALO_IN |
                                         NN_HALO_OUT | NN_AGAIN };

nn_layer *nn_relu6 (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_relu6_kind, &in, 1, NULL, 0);
}
