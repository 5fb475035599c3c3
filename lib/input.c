/*  input.c - the layer that every net begins with
 *
 *  Three verbs, and the simplest of them all: its shape is given, forward copies
 *  the pictures of the batch to where the next layer wants to read them, and there
 *  is nothing behind it that could learn, so backward does nothing.
 */
#include "nn.h"

#include <string.h>

static int shape (nn_layer *self)
{
    const int *size = self->args;
    if (size[0] < 1 || size[1] < 1 || size[2] < 1)
        return nn_fail (NN_ESHAPE, "nn_input: no picture has %d x %d x %d",
                        size[0], size[1], size[2]);
    self->out.h = size[0];
    self->out.w = size[1];
    self->out.c = size[2];
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const nn_tensor *out = &self->out;
    const size_t row = (size_t) out->w * out->c;
    for (int i = lo; i < hi; i++)
        for (int r = 0; r < out->h; r++)
            memcpy (out->x + nn_at (out, i, r, 0),
                    pass->batch->x + ((size_t) i * out->h + r) * row,
                    row * sizeof *out->x);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) self, (void) lo, (void) hi, (void) pass;
}

const nn_kind nn_input_kind = { .name = "input",
                                .shape = shape,
                                .forward = forward,
                                .backward = backward,
                                .flags = NN_NEEDS_OUT | NN_HALO_OUT };

nn_layer *nn_input (nn_net *net, int h, int w, int c)
{
    return nn_layer_add (net, &nn_input_kind, NULL, 0, (int[]){ h, w, c },
                         3 * sizeof (int));
}
