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

void ex_random_crop (float *y, const float *x, int h, int w, int c, int pad,
                     const float u[2])
{
    // your code here
    nn_todo ("09-1");
}
