/*  tensor.c - numbers with four sizes
 *
 *  A batch of pictures is n images of h rows, w columns and c channels. In memory
 *  the channels of a place lie side by side, places follow in reading order, rows
 *  follow rows, images follow images (NHWC). So a dot of the picture is one short
 *  run of memory, and a whole image, seen by a layer that does not care for
 *  places, is one long row.
 *
 *  A convolution looks over the edge of its picture and wants to see zeros there.
 *  If it asks, each image is laid into a frame of zeros, its halo; row 0, column 0
 *  then stands a little inside, and a row ends before the next begins.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

/*  Takes memory for the values, and for their gradient if asked, from the sizes
 *  already in self. Negative or overflowing sizes are refused. */
int nn_tensor_lay (nn_tensor *self, nn_arena *arena, bool gradient)
{
    const long long row = ((long long) self->w + 2 * self->halo) * self->c;
    const long long rows = (long long) self->h + 2 * self->halo;
    if (self->n < 1 || self->h < 1 || self->w < 1 || self->c < 1 ||
        self->halo < 0 || row > INT32_MAX || rows > INT32_MAX / row)
        return nn_fail (NN_ESHAPE, "no tensor has %d images of %d x %d x %d",
                        self->n, self->h, self->w, self->c);
    const size_t floats = self->n * nn_image_stride (self);
    const size_t first = self->halo * (nn_row_stride (self) + self->c);
    float *x = nn_arena_take (arena, floats * sizeof *x);
    float *dx = x && gradient ? nn_arena_take (arena, floats * sizeof *dx) : NULL;
    if (!x || (gradient && !dx))
        return NN_EMEMORY;
    self->x = x + first;
    self->dx = dx ? dx + first : NULL;
    return NN_OK;
}

/*  Zeros in the halo of images lo .. hi - 1, whose memory had another use. */
void nn_tensor_clear_halo (const nn_tensor *self, int lo, int hi)
{
    const size_t row = nn_row_stride (self), side = (size_t) self->halo * self->c;
    for (int i = lo; i < hi && self->halo; i++) {
        float *x = self->x + nn_at (self, i, 0, 0) - side;
        memset (x - self->halo * row, 0, self->halo * row * sizeof *x);
        memset (x + self->h * row, 0, self->halo * row * sizeof *x);
        for (int r = 0; r < self->h; r++, x += row) {
            memset (x, 0, side * sizeof *x);
            memset (x + row - side, 0, side * sizeof *x);
        }
    }
}

/*  A tensor of zeros without halo or gradient. */
int nn_tensor_new (nn_tensor *self, nn_arena *arena, int n, int h, int w, int c)
{
    *self = (nn_tensor){ .n = n, .h = h, .w = w, .c = c };
    return nn_tensor_lay (self, arena, false);
}

/*  The smallest and largest value and the mean, halo not counted. */
void nn_tensor_range (const nn_tensor *self, float *low, float *high, float *mean)
{
    double sum = 0;
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < self->n; i++)
        for (int row = 0; row < self->h; row++) {
            const float *x = self->x + nn_at (self, i, row, 0);
            for (int k = 0; k < self->w * self->c; k++) {
                *low = x[k] < *low ? x[k] : *low;
                *high = x[k] > *high ? x[k] : *high;
                sum += x[k];
            }
        }
    *mean = (float) (sum / ((double) self->n * nn_image_size (self)));
}

/*  Shape, range, and the first corner of the first image's first channel. */
void nn_tensor_print (const nn_tensor *self, FILE *out)
{
    float low, high, mean;
    nn_tensor_range (self, &low, &high, &mean);
    fprintf (out, "%d x %d x %d x %d, from %g to %g, mean %g\n", self->n, self->h,
             self->w, self->c, low, high, mean);
    for (int row = 0; row < self->h && row < 6; row++) {
        for (int col = 0; col < self->w && col < 8; col++)
            fprintf (out, "%9.4f", self->x[nn_at (self, 0, row, col)]);
        fprintf (out, self->w > 8 ? " …\n" : "\n");
    }
    if (self->h > 6)
        fprintf (out, "        …\n");
}
