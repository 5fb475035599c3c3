/*  rows.c - layers that look at each number by itself
 *
 *  A function of one number needs no shape. What it does to a row of numbers is
 *  all that must be written; going from row to row, over halos and images, is the
 *  same for all such functions, and stands here.
 */
#include "nn.h"

/*  The output is as large as the input. */
int nn_rows_shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

void nn_rows_forward (nn_layer *self, int lo, int hi, nn_row_forward *f)
{
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            f (out->x + nn_at (out, i, row, 0), in->x + nn_at (in, i, row, 0),
               (size_t) in->w * in->c);
}

/*  `known` is what the slope is found from: the layer's output, or its input. */
void nn_rows_backward (nn_layer *self, int lo, int hi, const nn_tensor *known,
                       nn_row_backward *f)
{
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < in->h; row++)
            f (in->dx + nn_at (in, i, row, 0), out->dx + nn_at (out, i, row, 0),
               known->x + nn_at (known, i, row, 0), (size_t) in->w * in->c,
               !self->overwrites[0]);
}
