// Right in another way: halves the longer side until a piece is small (cache-oblivious).
#include "exercise.h"

static void part (float *y, const float *x, int rows, int cols, int top, int left,
                  int high, int wide)
{
    if (high > 16 && high >= wide) {
        part (y, x, rows, cols, top, left, high / 2, wide);
        part (y, x, rows, cols, top + high / 2, left, high - high / 2, wide);
    } else if (wide > 16) {
        part (y, x, rows, cols, top, left, high, wide / 2);
        part (y, x, rows, cols, top, left + wide / 2, high, wide - wide / 2);
    } else
        for (int j = left; j < left + wide; j++)
            for (int i = top; i < top + high; i++)
                y[(size_t) j * rows + i] = x[(size_t) i * cols + j];
}

void ex_transpose (float *y, const float *x, int rows, int cols)
{
    part (y, x, rows, cols, 0, 0, rows, cols);
}
