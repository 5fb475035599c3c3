// Mistake 1, by looking for the largest value first.
#include "exercise.h"

void ex_maxpool_backward (float *dx, const float *dy, const float *x, int n, int h,
                          int w, int c, int size)
{
    const int rows = h / size, cols = w / size;
    for (int i = 0; i < n; i++)
        for (int r = 0; r < rows * size; r++)
            for (int q = 0; q < cols * size; q++)
                for (int k = 0; k < c; k++) {
                    float most = -INFINITY;
                    for (int a = 0; a < size * size; a++)
                        most = fmaxf (most,
                                      x[((i * h + r / size * size + a / size) * w +
                                         q / size * size + a % size) *
                                            c +
                                        k]);
                    if (x[((i * h + r) * w + q) * c + k] == most)
                        dx[((i * h + r) * w + q) * c + k] +=
                            dy[((i * rows + r / size) * cols + q / size) * c + k];
                }
}
