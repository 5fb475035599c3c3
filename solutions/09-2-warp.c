/*
 * ### A warp about the centre (10 points)
 *
 * Turn, shift, zoom and shear a picture of `h` x `w` dots with `c` numbers each. Each dot of
 * the new picture `y` asks where in the old one, `x`, it comes from. With $(u, v)$ its place
 * as seen from the centre of the picture, column first, it comes from
 *
 * $$ u' = m_0 u + m_1 v + m_2, \qquad v' = m_3 u + m_4 v + m_5, $$
 *
 * seen from the centre again. A dot is a square of side 1, the picture begins at 0, and what a
 * dot shows is what lies in its middle.
 *
 * The value there is the mean of the four dots whose middles lie around it, weighted by
 * nearness (bilinear). Where one of these is outside, the nearest dot inside stands for it.
 *
 * An example: a row of two dots, 4 and 8, and $u' = u + 0.25$. The centre of the picture is at
 * 1, the first dot's middle at 0.5, so its $u$ is -0.5. It comes from -0.25, which is 0.75
 * from the left: a quarter of the way from the middle of the 4 to that of the 8. It becomes 5.
 * The second comes from 1.75, beyond the last middle, and is 8.
 *
 * Checked: shifts and zooms (4 points), and anything else (6 points), against the reference.
 */
#include "exercise.h"

/// HINT For dot (row, col): u is col + 0.5 less half the width. After the matrix, add half the width again: that is a place in the old picture, in which dot k lies from k to k + 1.
/// HINT Take 0.5 from that place, and the dot to the left is the whole number below (floorf, for it may be negative); what remains is how far it is to the right one.
/// HINT One function that returns x at a row and a column after both were moved inside, then y = (1 - down) ((1 - right) x[top][left] + right x[top][left + 1]) + down (the same of top + 1).

void ex_warp (float *y, const float *x, int h, int w, int c, const float m[6])
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // forgot that a dot's middle lies half a dot from its corner
    const float half = 0;
#else
    const float half = 0.5f;
#endif
#if MISTAKE == 2 // warped about the upper left corner, not the centre
    const float middle_x = 0, middle_y = 0;
#else
    const float middle_x = (float) w / 2, middle_y = (float) h / 2;
#endif
    for (int row = 0; row < h; row++)
        for (int col = 0; col < w; col++, y += c) {
            const float u = (float) col + half - middle_x;
            const float v = (float) row + half - middle_y;
#if MISTAKE == 3 // exchanged rows and columns in the matrix
            const float at_x = m[0] * u + m[3] * v + m[2] + middle_x - half;
            const float at_y = m[1] * u + m[4] * v + m[5] + middle_y - half;
#else
            const float at_x = m[0] * u + m[1] * v + m[2] + middle_x - half;
            const float at_y = m[3] * u + m[4] * v + m[5] + middle_y - half;
#endif
#if MISTAKE == 4 // cut the digits off, which rounds up below 0
            const int left = (int) at_x, top = (int) at_y;
#else
            const int left = (int) floorf (at_x), top = (int) floorf (at_y);
#endif
#if MISTAKE == 5 // took the nearest dot alone
            const float right = at_x - (float) left < 0.5f ? 0 : 1;
            const float down = at_y - (float) top < 0.5f ? 0 : 1;
#else
            const float right = at_x - (float) left, down = at_y - (float) top;
#endif
            for (int k = 0; k < c; k++) {
                float sum = 0;
                for (int corner = 0; corner < 4; corner++) {
                    int a = top + corner / 2, b = left + corner % 2;
                    const float share = (corner / 2 ? down : 1 - down) *
                                        (corner % 2 ? right : 1 - right);
#if MISTAKE == 6 // put 0 where the picture ends
                    if (a < 0 || a >= h || b < 0 || b >= w)
                        continue;
#endif
                    a = a < 0 ? 0 : a >= h ? h - 1 : a;
                    b = b < 0 ? 0 : b >= w ? w - 1 : b;
                    sum += share * x[(a * w + b) * c + k];
                }
                y[k] = sum;
            }
        }
    /// END SOLUTION
}
