// Right in another way: whole matrices of all places at once, in double, and the slope of the bend kept apart.
#include "exercise.h"

static double *times (const float *x, const float *a, int rows, int inner,
                      int cols)
{
    double *y = calloc ((size_t) rows * cols, sizeof *y);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            for (int k = inner - 1; k >= 0; k--)
                y[i * cols + j] += (double) x[i * inner + k] * a[k * cols + j];
    return y;
}

void ex_bottleneck (float *y, const float *x, const float *a, const float *b,
                    int places, int thin, int wide)
{
    double *h = times (x, a, places, thin, wide);
    for (int i = 0; i < places * wide; i++)
        h[i] = fmin (fmax (h[i], 0), 6);
    for (int p = 0; p < places; p++)
        for (int i = 0; i < thin; i++) {
            double sum = 0;
            for (int j = 0; j < wide; j++)
                sum += h[p * wide + j] * b[j * thin + i];
            y[p * thin + i] = (float) (sum + x[p * thin + i]);
        }
    free (h);
}

void ex_bottleneck_backward (float *dx, const float *dy, const float *x,
                             const float *a, const float *b, int places, int thin,
                             int wide)
{
    double *slope = times (x, a, places, thin, wide);
    for (int i = 0; i < places * wide; i++)
        slope[i] = slope[i] <= 0 || slope[i] >= 6 ? 0 : 1;
    for (int p = 0; p < places; p++)
        for (int i = 0; i < thin; i++) {
            double sum = dy[p * thin + i];
            for (int j = 0; j < wide; j++)
                for (int k = 0; k < thin; k++)
                    sum += (double) dy[p * thin + k] * b[j * thin + k] *
                           slope[p * wide + j] * a[i * wide + j];
            dx[p * thin + i] = (float) sum;
        }
    free (slope);
}
