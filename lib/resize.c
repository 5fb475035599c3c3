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

/*  How far a window of the old dots goes to each side. */
static double reach (int from, int to, nn_filter filter)
{
    const double scale = (double) from / to;
    const double wide = filter == NN_NEAREST ? 0 : filter == NN_BILINEAR ? 1 : 2;
    return wide * (scale > 1 ? scale : 1);
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
    const double far = reach (from, to, filter);
    int low = (int) (centre - far + 0.5), high = (int) (centre + far + 0.5);
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

// of a block: rows, room for a dot's numbers, and what a column of it has in all
enum { ROWS = 4, ROOM = 4, COLUMN = ROWS * ROOM };
typedef float column __attribute__ ((vector_size (COLUMN * sizeof (float))));

/*  A block: the dots of some rows, at most four, column by column. Of three
 *  colours the number behind the last is taken as well: four are a vector. */
static inline void lay (float *block, const float *x, int w, int c, int rows)
{
    for (int r = 0; r < rows; r++)
        for (int col = 0; col < w; col++, x += c)
            memcpy (block + col * COLUMN + r * ROOM, x, ROOM * sizeof *x);
}

/*  Rows of w dots from a block, all of them at once. Each new dot has a window:
 *  its first dot, and the weights of `taps`. */
static inline void across (float *y, const float *block, int w, int c, int rows,
                           const int *window, const float *weight, int taps)
{
    for (int col = 0; col < w; col++, weight += taps) {
        const float *from = block + (size_t) window[col] * COLUMN;
        column sum = { 0 }, dots;
        for (int k = 0; k < taps; k++, from += COLUMN) {
            memcpy (&dots, from, sizeof dots);
            sum += weight[k] * dots;
        }
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < c; i++)
                y[((size_t) r * w + col) * c + i] = sum[r * ROOM + i];
    }
}

/*  Rows of w dots from h rows of from_w. */
NN_EACH_WIDTH
static void all_rows (float *y, int w, const float *x, int h, int from_w, int c,
                      float *block, const int *window, const float *weight,
                      int taps)
{
    const size_t from = (size_t) from_w * c, to = (size_t) w * c;
    for (int r = 0; r < h; r += ROWS) {
        const int rows = h - r < ROWS ? h - r : ROWS;
        lay (block, x + r * from, from_w, c, rows);
        if (c == 3 && rows == ROWS) // numbers that the compiler knows are faster
            across (y + r * to, block, w, 3, ROWS, window, weight, taps);
        else
            across (y + r * to, block, w, c, rows, window, weight, taps);
    }
}

/*  Bicubic overshoots at edges, and is cut to 0 .. 1. */
static void cut (float *y, size_t n, nn_filter filter)
{
    for (size_t i = 0; i < n && filter == NN_BICUBIC; i++)
        y[i] = y[i] < 0 ? 0 : y[i] > 1 ? 1 : y[i];
}

/*  How many dots the largest window has. */
static int widest (int from, int to, nn_filter filter)
{
    const int most = (int) (2 * reach (from, to, filter)) + 1;
    return most < from ? most : from;
}

/*  The windows of all dots of a row, each as wide as the widest, with zeros for
 *  weights where it is less: loops of one length are faster. */
static void look_all (int *window, float *weight, int taps, int from, int to,
                      nn_filter filter)
{
    for (int i = 0; i < to; i++, weight += taps) {
        int first;
        const int count = look (weight, &first, i, from, to, filter);
        window[i] = first < from - taps ? first : from - taps;
        const int before = first - window[i];
        memmove (weight + before, weight, count * sizeof *weight);
        memset (weight, 0, before * sizeof *weight);
        memset (weight + before + count, 0,
                (taps - before - count) * sizeof *weight);
    }
}

/*  The picture becomes h x w dots. */
int nn_resize_image (nn_image *image, int h, int w, nn_filter filter)
{
    const int from_h = image->h, from_w = image->w, c = image->c;
    if (from_h == h && from_w == w)
        return NN_OK;
    const size_t old = (size_t) from_h * from_w * c, new = (size_t) h *w *c;
    const size_t line = (size_t) w * c, between = from_h * line;
    const int taps = widest (from_w, w, filter), high = widest (from_h, h, filter);
    const int status = nn_image_fit (image, h, w, c);
    if (status != NN_OK)
        return status;
    float *middle = nn_image_behind (image, old > new ? old : new,
                                     between + (size_t) w + (size_t) taps * w +
                                         high + (size_t) from_w * COLUMN);
    if (!middle)
        return NN_EMEMORY;
    // -- all windows of a row, which are the same in every row
    float *block = middle + between, *weight = block + (size_t) from_w * COLUMN;
    int *window = (void *) (weight + (size_t) taps * w + high), first;
    memset (block, 0, (size_t) from_w * COLUMN * sizeof *block);
    look_all (window, weight, taps, from_w, w, filter);
    all_rows (middle, w, image->x, from_h, from_w, c, block, window, weight, taps);
    cut (middle, between, filter);
    for (int row = 0; row < h; row++) {
        const int count = look (weight, &first, row, from_h, h, filter);
        nn_window_means (image->x + row * line, middle + first * line, (int) line,
                         (int) line, weight, count);
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
