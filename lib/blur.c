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
                              const float *share, int window)
{
    float sum[FEW] = { 0 };
    for (int t = 0; t < window; t++)
        for (int i = 0; i < count; i++)
            sum[i] += share[t] * x[(size_t) t * step + i];
    for (int i = 0; i < count; i++)
        y[i] = sum[i];
}

NN_EACH_WIDTH
static void all_means (float *y, const float *x, int n, int step,
                       const float *share, int window)
{
    int at = 0;
    for (; at + FEW <= n; at += FEW) // a number that the compiler knows
        few_means (y + at, x + at, FEW, step, share, window);
    if (at < n)
        few_means (y + at, x + at, n - at, step, share, window);
}

/*  n weighted means: y[i] is of x[i], x[i + step] and so on, as many as the window
 *  has shares. */
void nn_window_means (float *y, const float *x, int n, int step,
                      const float *share, int window)
{
    all_means (y, x, n, step, share, window);
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
        nn_window_means (rows + (size_t) row * n, line, n, c, bell, 2 * reach + 1);
    }
    for (int t = 1; t <= reach; t++) {
        memcpy (rows - (size_t) t * n, rows, n * sizeof *rows);
        memcpy (rows + (size_t) (h - 1 + t) * n, rows + (size_t) (h - 1) * n,
                n * sizeof *rows);
    }
    for (int row = 0; row < h; row++)
        nn_window_means (image->x + (size_t) row * n,
                         rows + (long) (row - reach) * n, n, n, bell,
                         2 * reach + 1);
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
