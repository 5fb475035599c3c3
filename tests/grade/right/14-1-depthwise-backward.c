// Right in another way: each place of the picture collects from the outputs that it has fed; and each tap of the filter goes over
// all outputs by itself.
#include "exercise.h"

static void add_products (float *to, const float *a, const float *b, int c)
{
    for (int k = 0; k < c; k++)
        to[k] += a[k] * b[k];
}

void ex_depthwise_backward (float *dx, float *dw, const float *dy, const float *x,
                            const float *w, int rows, int cols, int c, int stride)
{
    const int down = (rows - 1) / stride + 1, across = (cols - 1) / stride + 1;
    for (int i = 0; i < rows * cols * c; i++)
        dx[i] = 0;
    for (int r = 0; r < rows; r++)
        for (int q = 0; q < cols; q++)
            for (int a = 2; a >= 0; a--)
                for (int b = 2; b >= 0; b--) {
                    const int i = r + 1 - a, j = q + 1 - b;
                    if (i >= 0 && j >= 0 && i % stride == 0 && j % stride == 0 &&
                        i / stride < down && j / stride < across)
                        add_products (dx + (r * cols + q) * c,
                                      dy + (i / stride * across + j / stride) * c,
                                      w + (a * 3 + b) * c, c);
                }
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            float *sum = dw + (a * 3 + b) * c;
            for (int k = 0; k < c; k++)
                sum[k] = 0;
            for (int i = 0; i < down; i++)
                for (int j = 0; j < across; j++) {
                    const int r = i * stride + a - 1, q = j * stride + b - 1;
                    if (r >= 0 && r < rows && q >= 0 && q < cols)
                        add_products (sum, dy + (i * across + j) * c,
                                      x + (r * cols + q) * c, c);
                }
        }
}
