/*  blur.c - out of focus
 *
 *  Each dot becomes a mean of its neighbourhood, weighted by the bell curve of
 *  Gauss. In two directions that is the product of two bell curves, so the rows
 *  can be blurred first and then the columns: of a window of 7 x 7 that is 14
 *  multiplications a dot in place of 49.
 *
 *  Beyond the edge the nearest dot goes on for ever.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

enum { MOST = 32, REACH = 3 * MOST }; // the largest sigma, in dots; its window

enum { FEW = 16 }; // sums at a time, which stay in registers

static inline void few_means (float *y, const float *x, int count, int step,
                              const float *bell, int reach)
{
    float sum[FEW] = { 0 };
    for (int t = -reach; t <= reach; t++) {
        const float share = bell[t + reach], *from = x + (long) t * step;
        for (int i = 0; i < count; i++)
            sum[i] += share * from[i];
    }
    for (int i = 0; i < count; i++)
        y[i] = sum[i];
}

/*  y = the window's mean around each of n numbers of x, which has `reach` steps of
 *  numbers more on each side. */
NN_EACH_WIDTH
static void mean (float *y, const float *x, int n, int step, const float *bell,
                  int reach)
{
    int at = 0;
    for (; at + FEW <= n; at += FEW) // a number that the compiler knows
        few_means (y + at, x + at, FEW, step, bell, reach);
    if (at < n)
        few_means (y + at, x + at, n - at, step, bell, reach);
}

/*  The bell curve from -reach to reach, its sum 1; returns the reach. */
static int ring (float bell[2 * REACH + 1], float sigma)
{
    const int reach = (int) ceilf (3 * sigma);
    double sum = 0;
    for (int t = -reach; t <= reach; t++) {
        const double x = t / (double) sigma;
        bell[t + reach] = (float) exp (-x * x / 2);
        sum += bell[t + reach];
    }
    for (int t = 0; t <= 2 * reach; t++)
        bell[t] /= (float) sum;
    return reach;
}

/*  Each dot becomes the mean around it, with a bell curve of this deviation, in
 *  dots. */
int nn_blur_image (nn_image *image, float sigma)
{
    const int h = image->h, w = image->w, c = image->c;
    if (!(sigma >= 0 && sigma <= MOST))
        return nn_fail (NN_EVALUE, "blur is %g; it takes 0 to %d dots", sigma,
                        MOST);
    if (sigma == 0)
        return NN_OK;
    float bell[2 * REACH + 1];
    const int reach = ring (bell, sigma), n = w * c;
    const size_t size = (size_t) h * n, wide = (size_t) (w + 2 * reach) * c;
    float *line =
        nn_image_behind (image, size, wide + (h + 2 * reach) * (size_t) n);
    if (!line)
        return NN_EMEMORY;
    float *rows = line + wide + (size_t) reach * n;
    for (int row = 0; row < h; row++) {
        const float *x = image->x + (size_t) row * n;
        for (int t = 0; t < reach; t++) {
            memcpy (line + (size_t) t * c, x, c * sizeof *x);
            memcpy (line + (size_t) (reach + w + t) * c, x + n - c, c * sizeof *x);
        }
        memcpy (line + (size_t) reach * c, x, n * sizeof *x);
        mean (rows + (size_t) row * n, line + (size_t) reach * c, n, c, bell,
              reach);
    }
    for (int t = 1; t <= reach; t++) {
        memcpy (rows - (size_t) t * n, rows, n * sizeof *rows);
        memcpy (rows + (size_t) (h - 1 + t) * n, rows + (size_t) (h - 1) * n,
                n * sizeof *rows);
    }
    for (int row = 0; row < h; row++)
        mean (image->x + (size_t) row * n, rows + (size_t) row * n, n, n, bell,
              reach);
    return NN_OK;
}

static int blur (const nn_transform *self, nn_image *image, nn_random *random)
{
    const float low = self->value[0], high = self->value[1];
    return nn_blur_image (image, low + nn_random_uniform (random) * (high - low));
}

/*  Each picture gets its own sigma, between low and high, in dots. */
nn_transform nn_blur (float low, float high)
{
    nn_require (low >= 0 && low <= high && high <= MOST,
                "blur from %g to %g; it takes 0 to %d dots, the smaller first",
                low, high, MOST);
    return (nn_transform){ "blur", blur, true, { low, high } };
}
