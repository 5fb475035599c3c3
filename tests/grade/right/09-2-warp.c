// Right in another way: a sampler of its own, two means in the rows and one between them.
#include "exercise.h"

static float at (const float *x, int h, int w, int c, int row, int col, int k)
{
    row = row < 0 ? 0 : row > h - 1 ? h - 1 : row;
    col = col < 0 ? 0 : col > w - 1 ? w - 1 : col;
    return x[(row * w + col) * c + k];
}

void ex_warp (float *y, const float *x, int h, int w, int c, const float m[6])
{
    for (int i = 0; i < h * w * c; i++) {
        const int place = i / c, row_of = place / w;
        const double u = place % w - (w - 1) / 2.0, v = row_of - (h - 1) / 2.0;
        const double col = m[0] * u + m[1] * v + m[2] + (w - 1) / 2.0;
        const double row = m[3] * u + m[4] * v + m[5] + (h - 1) / 2.0;
        const int left = (int) floor (col), top = (int) floor (row), k = i % c;
        const double right = col - left, down = row - top;
        const double above = at (x, h, w, c, top, left, k) * (1 - right) +
                             at (x, h, w, c, top, left + 1, k) * right;
        const double under = at (x, h, w, c, top + 1, left, k) * (1 - right) +
                             at (x, h, w, c, top + 1, left + 1, k) * right;
        y[i] = (float) (above * (1 - down) + under * down);
    }
}
