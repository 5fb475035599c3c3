/*  order.c - the same numbers, in another order
 *
 *  A convolution has four subscripts: the row and the column in the kernel, the
 *  channel that it reads, the filter that it belongs to. Memory has one. PyTorch
 *  lets the column run fastest (out, in, rows, columns: OIHW), Keras and we the
 *  filter (HWIO). Whatever the order, moving on by one row, one column, one
 *  channel or one filter is a step of a fixed length. Four lengths say all about a
 *  layout.
 *
 *  A dense layer is the convolution whose kernel is as large as the picture. So
 *  the same four lengths turn its weights, too, even those that read a whole map,
 *  of which PyTorch keeps channel after channel and we place after place.
 */
#include "nn.h"

#include <string.h>

/*  ours[…] = theirs[…], in our order. */
void nn_order_gather (const nn_order *self, float *ours, const float *theirs)
{
    const int *dim = self->dim;
    const size_t *step = self->step;
    for (int r = 0; r < dim[0]; r++)
        for (int q = 0; q < dim[1]; q++)
            for (int i = 0; i < dim[2]; i++)
                for (int o = 0; o < dim[3]; o++)
                    *ours++ = theirs[r * step[0] + q * step[1] + i * step[2] +
                                     o * step[3]];
}

/*  And back: theirs[…] = ours[…]. */
void nn_order_scatter (const nn_order *self, float *theirs, const float *ours)
{
    const int *dim = self->dim;
    const size_t *step = self->step;
    for (int r = 0; r < dim[0]; r++)
        for (int q = 0; q < dim[1]; q++)
            for (int i = 0; i < dim[2]; i++)
                for (int o = 0; o < dim[3]; o++)
                    theirs[r * step[0] + q * step[1] + i * step[2] + o * step[3]] =
                        *ours++;
}

/*  How a parameter lies in a file of this layout: its shape there, and the steps
 *  through it. A dense layer is a convolution as large as the picture; anything
 *  but weights is a list, in every layout. */
void nn_order_of (nn_order *order, int shape[4], const nn_layer *layer,
                  const nn_param *p, bool hwio)
{
    const nn_tensor *map = layer->ins ? &layer->in[0]->out : NULL;
    int h = 1, w = 1, in = 1, out = (int) p->size;
    if (p->dims == 4) {
        h = p->dim[0], w = p->dim[1], in = p->dim[2], out = p->dim[3];
    } else if (p->dims == 2) {
        in = p->dim[0], out = p->dim[1];
        if (map && nn_image_size (map) == (size_t) in)
            h = map->h, w = map->w, in = map->c;
    }
    const size_t area = (size_t) h * w, row = (size_t) in * out;
    *order = (nn_order){ { h, w, in, out }, { w, 1, area, area * in } };
    if (hwio)
        *order = (nn_order){ { h, w, in, out }, { w * row, row, out, 1 } };
    const int shapes[2][4] = { { out, in, h, w }, { h, w, in, out } };
    memcpy (shape, shapes[hwio], sizeof shapes[hwio]);
}
