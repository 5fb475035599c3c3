/*
 * ### Squeeze and excite (10 points)
 *
 * A picture has `places` places with `c` channels each, the channels innermost. A squeeze-and-excite
 * block finds out how much each channel counts and multiplies it by that:
 *
 * $$ m = \text{mean of } x \text{ over the places}, \qquad h = \max (0,\; m A), \qquad
 *    s = \sigma (h B), \qquad y = x s $$
 *
 * `a` is the matrix $A$, `c` x `narrow`, row by row, and `b` is $B$, `narrow` x `c`. $\sigma$ is
 * the hard sigmoid: $t / 6 + 1/2$, but not below 0 nor above 1.
 *
 * Write the forward pass, and then the gradient of `x`. A value of $x$ reaches the loss in two
 * ways: as itself, multiplied by its $s$, and through the mean and all $s$, by which it moves
 * every channel of every place. Where a bend is met exactly, the slope is 0.
 *
 * An example with one place, one channel, A = 2, B = 3/2: x = 1 gives m = 1, h = 2, t = 3, s =
 * 1. With x = 1/2: h = 1, t = 3/2, s = 3/4, y = 3/8. There the slope of s is A B / 6 = 1/2, so
 * with dy = 1 dx = 3/4 + 1/2 · 1/2 = 1.
 *
 * Checked: forward equal to the reference (4 points), backward too (2 points), backward equal
 * to a measured gradient (4 points).
 */
#include "exercise.h"

void ex_squeeze (float *y, const float *x, const float *a, const float *b,
                 int places, int c, int narrow)
{
    // your code here
    nn_todo ("15-3");
}

void ex_squeeze_backward (float *dx, const float *dy, const float *x,
                          const float *a, const float *b, int places, int c,
                          int narrow)
{
    // your code here
    nn_todo ("15-3");
}
