/*  concat.c - several layers side by side
 *
 *  The channels of one layer, behind them those of the next: what was computed
 *  earlier stays there, and who comes later may use all of it (Huang, Liu, van der
 *  Maaten and Weinberger 2017). Nothing is computed here. On the way back each
 *  layer gets the gradient of its own channels.
 */
#include "nn.h"

#include <string.h>

static int shape (nn_layer *self)
{
    const nn_tensor *first = &self->in[0]->out;
    self->out.h = first->h;
    self->out.w = first->w;
    for (int k = 0; k < self->ins; k++) {
        const nn_tensor *in = &self->in[k]->out;
        if (in->h != first->h || in->w != first->w)
            return nn_fail (NN_ESHAPE,
                            "nn_concat '%s': '%s' is %d x %d and '%s' %d x %d; "
                            "only channels may differ",
                            self->name, self->in[0]->name, first->h, first->w,
                            self->in[k]->name, in->h, in->w);
        self->out.c += in->c;
    }
    return NN_OK;
}

/*  Channels at .. at + in->c - 1 of y are those of x, at all places of a row. */
void nn_concat_forward (float *y, int channels, const float *x, int c, int places)
{
    for (int i = 0; i < places; i++, y += channels, x += c)
        memcpy (y, x, c * sizeof *y);
}

/*  dx = those channels of dy; or dx += them. */
NN_EACH_WIDTH
void nn_concat_backward (float *restrict dx, int c, const float *dy, int channels,
                         int places, bool add)
{
    for (int i = 0; i < places; i++, dy += channels, dx += c)
        for (int k = 0; k < c; k++)
            dx[k] = (add ? dx[k] : 0) + dy[k];
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *out = &self->out;
    for (int k = 0, at = 0; k < self->ins; at += self->in[k++]->out.c) {
        const nn_tensor *in = &self->in[k]->out;
        for (int i = lo; i < hi; i++)
            for (int row = 0; row < in->h; row++)
                nn_concat_forward (out->x + nn_at (out, i, row, 0) + at, out->c,
                                   in->x + nn_at (in, i, row, 0), in->c, in->w);
    }
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *out = &self->out;
    for (int k = 0, at = 0; k < self->ins; at += self->in[k++]->out.c) {
        const nn_tensor *in = &self->in[k]->out;
        for (int i = lo; i < hi && nn_gradient_wanted (self, k); i++)
            for (int row = 0; row < in->h; row++)
                nn_concat_backward (in->dx + nn_at (in, i, row, 0), in->c,
                                    out->dx + nn_at (out, i, row, 0) + at, out->c,
                                    in->w, !self->overwrites[k]);
    }
}

const nn_kind nn_concat_kind = { .name = "concat",
                                 .shape = shape,
                                 .forward = forward,
                                 .backward = backward,
                                 .flags = NN_HALO_IN | NN_HALO_OUT };

/*  The channels of `ins` layers of one size, in this order. */
nn_layer *nn_concat (nn_net *net, nn_layer *const *in, int ins)
{
    nn_require (ins > 0, "nn_concat of %d layers", ins);
    return nn_layer_add (net, &nn_concat_kind, in, ins, NULL, 0);
}
