/*  resize.c - larger or smaller
 *
 *  A dot of the new picture looks at a window of the old one. When the picture
 *  grows, the window is as wide as the method asks for: bilinear takes the two
 *  nearest dots of a row, bicubic four, and weighs them by a curve. When it
 *  shrinks, one new dot stands for several old ones, and all must have their
 * say, or fine patterns turn into coarse ones that are not there. So the window
 * grows with the scale. That is called antialiasing, and it is what Pillow
 * does. PyTorch's own interpolate and OpenCV leave it out unless asked, so the
 * same "bilinear" gives other pictures there.
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

typedef float four __attribute__ ((vector_size (4 * sizeof (float))));

/*  One row of dots from another. Each new dot has a window: its first dot, how
 * many there are, and room for the weights of `most`. Of three colours the
 * number behind the last is reckoned as well, and dropped: four are a vector.
 */
static void across (float *y, const float *x, int w, int c, const int *window,
                    const float *weight, int most)
{
    for (int col = 0; col < w; col++, y += c, window += 2, weight += most) {
        const float *from = x + (size_t) window[0] * c;
        four sum = { 0 }, dot;
        if (c == 3) {
            for (int k = 0; k < window[1]; k++, from += 3) {
                memcpy (&dot, from, sizeof dot);
                sum += weight[k] * dot;
            }
            memcpy (y, &sum, 3 * sizeof *y);
            continue;
        }
        for (int i = 0; i < c; i++) {
            y[i] = 0;
            for (int k = 0; k < window[1]; k++)
                y[i] += weight[k] * from[k * c + i];
        }
    }
}

/*  One row from the rows of its window, which begin at x. */
static void down (float *restrict y, const float *restrict x, size_t n,
                  const float *weight, int count)
{
    memset (y, 0, n * sizeof *y);
    for (int k = 0; k < count; k++, x += n)
        for (size_t i = 0; i < n; i++)
            y[i] += weight[k] * x[i];
}

/*  Bicubic overshoots at edges, and is cut to 0 .. 1. */
static void cut (float *y, size_t n, nn_filter filter)
{
    for (size_t i = 0; i < n && filter == NN_BICUBIC; i++)
        y[i] = y[i] < 0 ? 0 : y[i] > 1 ? 1 : y[i];
}

/*  How many dots a window can have. */
static int widest (int from, int to)
{
    return 4 * (from > to ? (from + to - 1) / to : 1) + 2;
}

/*  The picture becomes h x w dots. */
int nn_resize_image (nn_image *image, int h, int w, nn_filter filter)
{
    const int from_h = image->h, from_w = image->w, c = image->c;
    if (from_h == h && from_w == w)
        return NN_OK;
    const size_t old = (size_t) from_h * from_w * c, new = (size_t) h *w *c;
    const size_t line = (size_t) w * c, between = from_h * line;
    const int most = widest (from_w, w), high = widest (from_h, h);
    const int status = nn_image_fit (image, h, w, c);
    if (status != NN_OK)
        return status;
    float *middle =
        nn_image_behind (image, old > new ? old : new,
                         between + 2 * (size_t) w + (size_t) most * w + high);
    if (!middle)
        return NN_EMEMORY;
    // -- all windows of a row, which are the same in every row
    int *window = (void *) (middle + between), first;
    float *weight = middle + between + 2 * (size_t) w;
    for (int col = 0; col < w; col++)
        window[2 * col + 1] = look (weight + (size_t) col * most, &window[2 * col],
                                    col, from_w, w, filter);
    for (int row = 0; row < from_h; row++)
        across (middle + row * line, image->x + (size_t) row * from_w * c, w, c,
                window, weight, most);
    cut (middle, between, filter);
    for (int row = 0; row < h; row++) {
        const int count = look (weight, &first, row, from_h, h, filter);
        down (image->x + row * line, middle + first * line, line, weight, count);
    }
    cut (image->x, new, filter);
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
