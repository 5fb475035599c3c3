// Right in another way: image by image, row by row, and by multiplication instead of choice.
#include "exercise.h"

static int shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const float slope = *(float *) self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            for (int k = 0; k < in->w * in->c; k++) {
                const float x = in->x[nn_at (in, i, row, 0) + k];
                out->x[nn_at (out, i, row, 0) + k] =
                    fmaxf (x, 0) + slope * fminf (x, 0);
            }
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const float slope = *(float *) self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    if (self->overwrites[0])
        nn_clear_gradient (self, 0, lo, hi);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            for (int k = 0; k < in->w * in->c; k++) {
                const size_t at = nn_at (in, i, row, 0) + k;
                const float passed = out->x[at] > 0 ? 1 : slope;
                in->dx[at] += passed * out->dx[at];
            }
}

const nn_kind ex_leaky_relu_kind = {
    .name = "leaky_relu", .shape = shape, .forward = forward, .backward = backward
};

nn_layer *ex_leaky_relu (nn_net *net, nn_layer *in, float slope)
{
    return nn_layer_add (net, &ex_leaky_relu_kind, &in, 1, &slope, sizeof slope);
}
