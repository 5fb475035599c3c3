/*  slices.c - the gradient of many weights, slice by slice
 *
 *  Usually each shard of a batch adds up a gradient of its own, and in the end the
 *  shards are added. For a convolution of two million weights that is eight times
 *  two million numbers, to be cleared, filled and added in each step. And its
 *  pictures, deep in the net, have a few places only.
 *
 *  So the other way round: the weights are cut into slices, and a slice gets its
 *  gradient from all images at once. It is a product of what those weights saw,
 *  transposed, and the outputs' gradients. There is nothing to add up afterwards,
 *  and again it does not matter which thread takes which slice.
 */
#include "nn.h"

#include <string.h>

enum {
    MANY = 1 << 19, // weights
    SOME = 1 << 14, // the same, where an image has
    FEW = 16,       // places
    AT_ONCE = 1024  // places of a product
};

static int rows_of (const nn_conv_shape *s) // of the weights; each has s->o
{
    return s->kh * s->kw * s->c;
}

/*  Has the convolution so many weights that slices are better than shards? Where
 *  few places share the work, fewer are many. */
bool nn_conv_sliced (const nn_conv_shape *s)
{
    const size_t weights = (size_t) rows_of (s) * s->o;
    const int places = s->oh * s->ow;
    return s->groups == 1 &&
           (weights >= MANY ||
            (weights >= SOME && places <= FEW && rows_of (s) >= 16 * places));
}

/*  For the largest run of channels that a slice takes of one place of the kernel;
 *  0 if there are no slices. */
size_t nn_conv_slice_work (const nn_conv_shape *s)
{
    const int rows = rows_of (s) / NN_PARTS + 1;
    return nn_conv_sliced (s) * sizeof (float) * AT_ONCE *
           (rows < s->c ? rows : s->c);
}

/*  What `count` channels of one place of the kernel saw, at the places from ..
 *  to - 1 of the output, counted on through all images; zeros beyond the edge.
 *  `tap` numbers the places of the kernel. */
static void look (const nn_conv_shape *s, const float *x, int tap, int count,
                  int from, int to, float *seen)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const int down = tap / s->kw * s->dilation - s->top;
    const int right = tap % s->kw * s->dilation - s->left;
    for (int place = from; place < to; place++, seen += count) {
        const int row = place / s->ow % s->oh * s->stride + down;
        const int col = place % s->ow * s->stride + right;
        if (row < 0 || row >= s->h || col < 0 || col >= s->w)
            memset (seen, 0, count * sizeof *seen);
        else
            memcpy (seen, x + nn_at (&in, place / s->ow / s->oh, row, col),
                    count * sizeof *seen);
    }
}

/*  dw = the gradient of part number `part` of the weights, from n images. */
void nn_conv_slice (const nn_conv_shape *s, float *dw, const float *x,
                    const float *dy, int n, int part, int parts, float *work)
{
    const int places = n * s->oh * s->ow;
    const int end = (int) ((long) rows_of (s) * (part + 1) / parts);
    int row = (int) ((long) rows_of (s) * part / parts);
    for (int count; row < end; row += count) { // a run of one place's channels
        const int tap = row / s->c, channel = row % s->c;
        count = s->c - channel < end - row ? s->c - channel : end - row;
        for (int from = 0, to; from < places; from = to) {
            to = places - from < AT_ONCE ? places : from + AT_ONCE;
            look (s, x + channel, tap, count, from, to, work);
            nn_gemm ((nn_product){ .m = count,
                                   .n = s->o,
                                   .k = to - from,
                                   .a = work,
                                   .ta = true,
                                   .b = dy + (size_t) from * s->o,
                                   .c = dw + (size_t) row * s->o,
                                   .add = from > 0 });
        }
    }
}
