/*
 * ### A random crop (10 points)
 *
 * Put `pad` dots of 0 around a picture of `h` x `w` dots with `c` numbers each, and cut from
 * that a piece that is again `h` x `w` dots. `x` is the picture, row by row, `y` gets the
 * piece.
 *
 * Where to cut is drawn: `u[0]` decides about the row, `u[1]` about the column, each anywhere
 * from 0 to below 1. In each direction there are $2\,\text{pad} + 1$ places, from the upper
 * left corner of the margin on, and a share of $1 / (2\,\text{pad} + 1)$ of all draws belongs
 * to each of them, in order.
 *
 * An example with one row, one number a dot and `pad` 1: the picture 7 8 9 becomes 0 7 8 9 0.
 * With `u[1]` = 0.1 the piece begins at the first place and is 0 7 8; with 0.5 it is 7 8 9;
 * with 0.9 it is 8 9 0. The row is drawn as well: of the three places only the middle one has
 * the picture in it, the others are all 0.
 *
 * Checked: equal to the reference (4 points), every place is cut equally often (3 points), and
 * nothing outside is read where the margin is larger than the picture (3 points).
 */
#include "exercise.h"

/// HINT First find `top` and `left`, the place in the picture where the piece begins. They go from -pad to pad.
/// HINT `(int) (u[0] * (2 * pad + 1)) - pad` is one of 2 pad + 1 whole numbers, each equally often. Rounding would give the two ends half of what the others get.
/// HINT For each row and col of y: the dot comes from row + top, col + left of x if that is inside, and is 0 if it is not.

void ex_random_crop (float *y, const float *x, int h, int w, int c, int pad,
                     const float u[2])
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // rounded: the two ends come half as often
    const int top = (int) (u[0] * (float) (2 * pad) + 0.5f) - pad;
    const int left = (int) (u[1] * (float) (2 * pad) + 0.5f) - pad;
#elif MISTAKE == 2 // never cuts at the last place
    const int top = (int) (u[0] * (float) (2 * pad)) - pad;
    const int left = (int) (u[1] * (float) (2 * pad)) - pad;
#elif MISTAKE == 3 // took one draw for both directions
    const int top = (int) (u[0] * (float) (2 * pad + 1)) - pad;
    const int left = (int) (u[0] * (float) (2 * pad + 1)) - pad;
#elif MISTAKE == 4 // exchanged rows and columns
    const int top = (int) (u[1] * (float) (2 * pad + 1)) - pad;
    const int left = (int) (u[0] * (float) (2 * pad + 1)) - pad;
#elif MISTAKE == 5 // began to count inside of the margin
    const int top = (int) (u[0] * (float) (2 * pad + 1));
    const int left = (int) (u[1] * (float) (2 * pad + 1));
#else
    const int top = (int) (u[0] * (float) (2 * pad + 1)) - pad;
    const int left = (int) (u[1] * (float) (2 * pad + 1)) - pad;
#endif
    for (int row = 0; row < h; row++)
        for (int col = 0; col < w; col++, y += c) {
            int a = row + top, b = col + left;
            const bool outside = a < 0 || a >= h || b < 0 || b >= w;
#if MISTAKE == 6 // repeated the outermost dots where 0 was asked for
            a = a < 0 ? 0 : a >= h ? h - 1 : a;
            b = b < 0 ? 0 : b >= w ? w - 1 : b;
            for (int k = 0; k < c; k++)
                y[k] = x[(a * w + b) * c + k];
            (void) outside;
#else
            for (int k = 0; k < c; k++)
                y[k] = outside ? 0 : x[(a * w + b) * c + k];
#endif
        }
    /// END SOLUTION
}
