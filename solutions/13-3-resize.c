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

/// HINT Compute s in double, and k with floor (): where s is below 0, (int) s would be the wrong one.
/// HINT Write a function that gives dot k of the row, with k moved to the nearest end where there is no such dot.
/// HINT y[i] is the sum of weight (s - k) * dot (k): for bilinear over k and k + 1, for bicubic over k - 1 to k + 2.

void ex_resize_row (float *y, int to, const float *x, int from, bool bicubic)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < to; i++) {
#if MISTAKE == 1 // forgot that a dot has a middle
        const double s = (double) i * from / to;
#elif MISTAKE == 2 // laid the first and the last dots of both rows over each other
        const double s = to > 1 ? (double) i * (from - 1) / (to - 1) : 0;
#else
        const double s = (i + 0.5) * from / to - 0.5;
#endif
#if MISTAKE == 3 // rounded towards 0, also where s is below it
        const int first = (int) s - bicubic;
#else
        const int first = (int) floor (s) - bicubic;
#endif
        double sum = 0;
        for (int k = first; k <= first + 1 + 2 * bicubic; k++) {
            const double d = fabs (s - k);
            double weight = 1 - d;
            if (bicubic)
                weight = d <= 1 ? (1.5 * d - 2.5) * d * d + 1
                                : ((2.5 - 0.5 * d) * d - 4) * d + 2;
#if MISTAKE == 4 // used the other cubic, which begins with -3/4
            if (bicubic)
                weight = d <= 1 ? (1.25 * d - 2.25) * d * d + 1
                                : ((3.75 - 0.75 * d) * d - 6) * d + 3;
#endif
#if MISTAKE == 5 // took what lies outside for 0
            sum += k < 0 || k >= from ? 0 : weight * x[k];
#elif MISTAKE == 6 // let the row begin again where it ends
            sum += weight * x[(k + 4 * from) % from];
#else
            sum += weight * x[k < 0 ? 0 : k >= from ? from - 1 : k];
#endif
        }
        y[i] = (float) sum;
    }
    /// END SOLUTION
}
