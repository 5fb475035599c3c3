/*  resize.c - larger or smaller
 *
 *  A dot of the new picture looks at a window of the old one. When the picture
 *  grows, the window is as wide as the method asks for: bilinear takes the two
 *  nearest dots of a row, bicubic four, and weighs them by a curve. When it
 *  shrinks, one new dot stands for several old ones, and all must have their say,
 *  or fine patterns turn into coarse ones that are not there. So the window grows
 *  with the scale. That is called antialiasing, and it is what Pillow does.
 *  PyTorch's own interpolate and OpenCV leave it out unless asked, so the same
 *  "bilinear" gives other pictures there.
 *
 *  The rows first, then the columns, as for the blur.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

/*  The weight of a dot at distance x, in dots of the coarser picture. */
static double near (nn_filter filter, double x)
{
    x = fabs (x);
    if (filter == NN_BILINEAR)
        return x < 1 ? 1 - x : 0;
    // -- Keys (1981), a = -1/2: two cubic pieces that also subtract
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/*  Which of `from` dots the new dot i of `to` looks at, and with which weights;
 *  returns how many, the first in *first. */
static int look (float *weight, int *first, int i, int from, int to,
                 nn_filter filter)
{
    const double scale = (double) from / to, centre = (i + 0.5) * scale;
    if (filter == NN_NEAREST) {
        *first = (int) centre;
        weight[0] = 1;
        return 1;
    }
    const double stretch = scale > 1 ? scale : 1;
    const double reach = (filter == NN_BILINEAR ? 1 : 2) * stretch;
    int low = (int) (centre - reach + 0.5), high = (int) (centre + reach + 0.5);
    low = low < 0 ? 0 : low;
    high = high > from ? from : high;
    double sum = 0;
    for (int k = low; k < high; k++)
        sum += near (filter, (k + 0.5 - centre) / stretch);
    for (int k = low; k < high; k++)
        weight[k - low] =
            (float) (near (filter, (k + 0.5 - centre) / stretch) / sum);
    *first = low;
    return high - low;
}

/*  y[i] = sum of weight[k] x[k][i], k steps apart. Bicubic overshoots at edges,
 *  and is cut to 0 .. 1. */
static void weigh (float *y, const float *x, size_t n, size_t step,
                   const float *weight, int count, nn_filter filter)
{
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (int k = 0; k < count; k++)
            sum += weight[k] * x[k * step + i];
        y[i] = filter != NN_BICUBIC ? sum : sum < 0 ? 0 : sum > 1 ? 1 : sum;
    }
}

/*  The picture becomes h x w dots. */
int nn_resize_image (nn_image *image, int h, int w, nn_filter filter)
{
    const int from_h = image->h, from_w = image->w, c = image->c;
    if (from_h == h && from_w == w)
        return NN_OK;
    const size_t old = (size_t) from_h * from_w * c, new = (size_t) h *w *c;
    const size_t between = (size_t) from_h * w * c;
    const int longest = 2 + (from_h > from_w ? from_h : from_w);
    const int status = nn_image_fit (image, h, w, c);
    if (status != NN_OK)
        return status;
    float *middle =
        nn_image_behind (image, old > new ? old : new, between + longest);
    if (!middle)
        return NN_EMEMORY;
    float *weight = middle + between;
    int first;
    for (int col = 0; col < w; col++) {
        const int count = look (weight, &first, col, from_w, w, filter);
        for (int row = 0; row < from_h; row++)
            weigh (middle + ((size_t) row * w + col) * c,
                   image->x + ((size_t) row * from_w + first) * c, c, c, weight,
                   count, filter);
    }
    const size_t line = (size_t) w * c;
    for (int row = 0; row < h; row++) {
        const int count = look (weight, &first, row, from_h, h, filter);
        weigh (image->x + row * line, middle + first * line, line, line, weight,
               count, filter);
    }
    return NN_OK;
}

static int resize (const nn_transform *self, nn_image *image, nn_random *random)
{
    (void) random;
    return nn_resize_image (image, (int) self->value[0], (int) self->value[1],
                            (nn_filter) self->value[2]);
}

/*  To h x w dots, in training and in measuring. */
nn_transform nn_resize (int h, int w, nn_filter filter)
{
    nn_require (h > 0 && w > 0 && h <= 10000 && w <= 10000,
                "a resize to %d x %d; give 1 to 10000", h, w);
    return (nn_transform){
        "resize", resize, false, { (float) h, (float) w, (float) filter }
    };
}
