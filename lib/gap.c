/*  gap.c - global average pooling: how much of it is in the picture at all?
 *
 *  After the last convolution every channel is a map of where something is. A
 *  dense layer over all maps has a weight for each place, so it learns each place
 *  anew, and most of the weights of a small network stand there. The mean of each
 *  map asks only how much of it there is (Lin, Chen and Yan 2013). No weights, any
 *  size of picture, and where things stand no longer matters.
 */
#include "nn.h"

/*  y = the mean of each channel of x, for the images lo .. hi - 1. */
NN_EACH_WIDTH
void nn_gap_forward (const nn_tensor *y, const nn_tensor *x, int lo, int hi)
{
    const float share = 1 / ((float) x->h * (float) x->w);
    for (int i = lo; i < hi; i++) {
        float *restrict mean = y->x + nn_at (y, i, 0, 0);
        for (int k = 0; k < x->c; k++)
            mean[k] = 0;
        for (int row = 0; row < x->h; row++)
            for (int col = 0; col < x->w; col++) {
                const float *at = x->x + nn_at (x, i, row, col);
                for (int k = 0; k < x->c; k++)
                    mean[k] += at[k];
            }
        for (int k = 0; k < x->c; k++)
            mean[k] *= share;
    }
}

/*  Every place of a map had the same share in its mean, and gets the same share of
 *  its gradient: x->dx is set, or added to. */
NN_EACH_WIDTH
void nn_gap_backward (const nn_tensor *x, const nn_tensor *y, int lo, int hi,
                      bool add)
{
    const float share = 1 / ((float) x->h * (float) x->w);
    for (int i = lo; i < hi; i++) {
        const float *dy = y->dx + nn_at (y, i, 0, 0);
        for (int row = 0; row < x->h; row++)
            for (int col = 0; col < x->w; col++) {
                float *restrict dx = x->dx + nn_at (x, i, row, col);
                for (int k = 0; k < x->c; k++)
                    dx[k] = (add ? dx[k] : 0) + share * dy[k];
            }
    }
}

static int shape (nn_layer *self)
{
    self->out.h = self->out.w = 1;
    self->out.c = self->in[0]->out.c;
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_gap_forward (&self->out, &self->in[0]->out, lo, hi);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_gap_backward (&self->in[0]->out, &self->out, lo, hi, !self->overwrites[0]);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    const nn_tensor *in = &self->in[0]->out;
    snprintf (text, size, "mean of %d x %d", in->h, in->w);
}

const nn_kind nn_gap_kind = { .name = "gap",
                              .shape = shape,
                              .forward = forward,
                              .backward = backward,
                              .describe = describe,
                              .flags = NN_HALO_IN };

nn_layer *nn_gap (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_gap_kind, &in, 1, NULL, 0);
}
