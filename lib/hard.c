/*  hard.c - curves made of straight lines
 *
 *  A sigmoid goes smoothly from 0 to 1, and needs an exponential. Three straight
 *  lines do nearly the same: 0 up to -3, then x / 6 + 1 / 2, and 1 from 3 on. That
 *  is the hard sigmoid. A value times its own hard sigmoid is the hard swish: a
 *  ReLU that lets a little of what is negative through (Howard and others 2019).
 */
#include "nn.h"

/*  y = x / 6 + 1 / 2, but not below 0 nor above 1. y may be x. */
void nn_hard_sigmoid_forward (float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float up = x[i] + 3, above = up <= 0 ? 0 : up;
        y[i] = (above >= 6 ? 6 : above) / 6;
    }
}

/*  dx = dy / 6 where 0 < y < 1, else 0; or the same added. dx may be dy. */
void nn_hard_sigmoid_backward (float *dx, const float *dy, const float *y,
                               size_t n, bool add)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float before = add ? dx[i] : 0, d = dy[i] / 6;
        dx[i] = before + (((y[i] > 0) & (y[i] < 1)) ? d : 0);
    }
}

/*  y = x times its hard sigmoid. y may be x. */
void nn_hard_swish_forward (float *y, const float *x, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float up = x[i] + 3, above = up <= 0 ? 0 : up;
        y[i] = x[i] * (above >= 6 ? 6 : above) / 6;
    }
}

/*  The slope is 0 below -3, 1 above 3, and x / 3 + 1 / 2 between; so here x must
 *  be known, not y. */
void nn_hard_swish_backward (float *dx, const float *dy, const float *x, size_t n,
                             bool add)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float before = add ? dx[i] : 0;
        const float between = x[i] >= 3 ? 1 : x[i] / 3 + 0.5f;
        dx[i] = before + dy[i] * (x[i] <= -3 ? 0 : between);
    }
}

static void sigmoid_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_forward (self, lo, hi, nn_hard_sigmoid_forward);
}

static void sigmoid_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_backward (self, lo, hi, &self->out, nn_hard_sigmoid_backward);
}

static void swish_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_forward (self, lo, hi, nn_hard_swish_forward);
}

static void swish_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_rows_backward (self, lo, hi, &self->in[0]->out, nn_hard_swish_backward);
}

const nn_kind nn_hard_sigmoid_kind = { .name = "hard_sigmoid",
                                       .shape = nn_rows_shape,
                                       .forward = sigmoid_forward,
                                       .backward = sigmoid_backward,
                                       .flags = NN_IN_PLACE | NN_NEEDS_OUT |
                                                NN_HALO_IN | NN_HALO_OUT };

const nn_kind nn_hard_swish_kind = { .name = "hard_swish",
                                     .shape = nn_rows_shape,
                                     .forward = swish_forward,
                                     .backward = swish_backward,
                                     .flags = NN_IN_PLACE_AT_REST | NN_HALO_IN |
                                              NN_HALO_OUT };

nn_layer *nn_hard_sigmoid (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_hard_sigmoid_kind, &in, 1, NULL, 0);
}

nn_layer *nn_hard_swish (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_hard_swish_kind, &in, 1, NULL, 0);
}
