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

void ex_warp (float *y, const float *x, int h, int w, int c, const float m[6])
{
    // your code here
    nn_todo ("09-2");
}
