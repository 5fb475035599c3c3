/*
 * ### The dots between the dots (10 points)
 *
 * Borrowed weights want pictures of their own size, and every library makes another picture of
 * yours. Here is one row of it: `x` has `from` dots, `y` shall get `to`.
 *
 * A dot is not a point, it is a square with a middle. The middle of dot $i$ of the new row lies
 * at $(i + 1/2) \cdot \text{from} / \text{to}$ when the left edge of the row is 0, and the middle
 * of dot $k$ of the old row at $k + 1/2$. So in the numbers of the old dots the new one lies at
 *
 * $$ s = \left( i + \tfrac12 \right) \frac{\text{from}}{\text{to}} - \tfrac12 $$
 *
 * Let $k$ be the largest whole number not above $s$, and $t = s - k$. *Bilinear* takes the dots
 * $k$ and $k + 1$, with the weights $1 - t$ and $t$. *Bicubic* takes the four dots $k - 1$ to
 * $k + 2$, each with a weight that depends on its distance $d$ from $s$:
 *
 * $$ \tfrac32 d^3 - \tfrac52 d^2 + 1 \;\; (d \le 1), \qquad
 *    -\tfrac12 d^3 + \tfrac52 d^2 - 4 d + 2 \;\; (1 < d \le 2) $$
 *
 * Where the row ends, its last dot goes on for ever. Nothing is cut to 0 .. 1, and when the row
 * becomes shorter nothing is averaged. PyTorch's `interpolate` is as simple as that (its cubic has
 * another curve); Pillow averages.
 *
 * An example: from 0, 1 four dots become, bilinear, 0, 0.25, 0.75, 1.
 *
 * Checked: bilinear, longer and shorter (4 points), bicubic (4 points), and rows of one to three
 * dots, which are nothing but edges (2 points).
 */
#include "exercise.h"

void ex_resize_row (float *y, int to, const float *x, int from, bool bicubic)
{
    // your code here
    nn_todo ("13-3");
}
