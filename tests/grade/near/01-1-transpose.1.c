// Mistake 1 with a tile of 40.
#include "exercise.h"

void ex_transpose (float *y, const float *x, int rows, int cols)
{
    for (int top = 0; top + 40 <= rows; top += 40)
        for (int left = 0; left + 40 <= cols; left += 40)
            for (int i = top; i < top + 40; i++)
                for (int j = left; j < left + 40; j++)
                    y[(size_t) j * rows + i] = x[(size_t) i * cols + j];
}
