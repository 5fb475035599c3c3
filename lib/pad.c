/*  pad.c - a frame of zeros around each picture
 *
 *  A convolution pads by itself. A max pooling that looks over the edge finds
 *  nothing there, and the largest of what it sees is inside. Some networks want
 *  zeros there that can win: Keras's second ResNet, where the values that are
 *  pooled may all be negative. So the frame is a layer of its own.
 */
#include "nn.h"

#include <string.h>

typedef struct {
    int by; // rows and columns on each side
} frame;

static int shape (nn_layer *self)
{
    const frame *args = self->args;
    const nn_tensor *in = &self->in[0]->out;
    if (args->by < 1)
        return nn_fail (NN_EVALUE, "nn_zero_pad '%s': by %d; it must be 1 or more",
                        self->name, args->by);
    self->out.h = in->h + 2 * args->by;
    self->out.w = in->w + 2 * args->by;
    self->out.c = in->c;
    return NN_OK;
}

/*  y, of (h + 2 by) x (w + 2 by) places, = x with zeros around it; images lo ..
 *  hi - 1. */
void nn_zero_pad_forward (const nn_tensor *y, const nn_tensor *x, int by, int lo,
                          int hi)
{
    const size_t inner = (size_t) x->w * x->c, edge = (size_t) by * x->c;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++) {
            float *to = y->x + nn_at (y, i, row, 0);
            memset (to, 0, (inner + 2 * edge) * sizeof *to);
            if (row >= by && row < by + x->h)
                memcpy (to + edge, x->x + nn_at (x, i, row - by, 0),
                        inner * sizeof *to);
        }
}

/*  x->dx = what of y->dx lies inside the frame; or x->dx += that. */
void nn_zero_pad_backward (const nn_tensor *x, const nn_tensor *y, int by, int lo,
                           int hi, bool add)
{
    const int inner = x->w * x->c;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < x->h; row++)
            nn_concat_backward (x->dx + nn_at (x, i, row, 0), inner,
                                y->dx + nn_at (y, i, row + by, by), inner, 1, add);
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const frame *args = self->args;
    nn_zero_pad_forward (&self->out, &self->in[0]->out, args->by, lo, hi);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const frame *args = self->args;
    nn_zero_pad_backward (&self->in[0]->out, &self->out, args->by, lo, hi,
                          !self->overwrites[0]);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    snprintf (text, size, "by %d", ((const frame *) self->args)->by);
}

const nn_kind nn_zero_pad_kind = { .name = "pad",
                                   .shape = shape,
                                   .forward = forward,
                                   .backward = backward,
                                   .describe = describe,
                                   .flags = NN_HALO_IN | NN_HALO_OUT };

/*  The pictures with so many rows and columns of zeros on each side. */
nn_layer *nn_zero_pad (nn_net *net, nn_layer *in, int by)
{
    const frame args = { by };
    return nn_layer_add (net, &nn_zero_pad_kind, &in, 1, &args, sizeof args);
}
