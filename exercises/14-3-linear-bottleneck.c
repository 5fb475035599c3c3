/*
 * ### A block that is thin at both ends (10 points)
 *
 * The heart of MobileNetV2's block, without its depthwise part. At every place there are `thin`
 * numbers $x$. They are widened to `wide` numbers, bent by a ReLU6, narrowed again, and
 * added to where they came from:
 *
 * $$ h = \min (6, \max (0,\; x A)), \qquad y = x + h B $$
 *
 * `a` is the matrix $A$, `thin` x `wide`, row by row, and `b` is $B$, `wide` x `thin`. In `x`, `y`,
 * `dx` and `dy` the numbers of a place lie side by side, and there are `places` of them. The
 * thin end is linear: nothing bends there, before the sum or after it.
 *
 * Write the forward pass, and then the gradient of `x`. Where a value lies exactly at 0 or
 * at 6 the slope is 0.
 *
 * An example with thin = wide = 1, A = 2, B = 3: x = 1 gives h = 2 and y = 7, and with dy = 1
 * dx = 1 + 6 = 7. x = 5 gives h = 6, y = 23, and dx = 1: the ceiling stops the gradient, the
 * shortcut does not.
 *
 * Checked: forward equal to the reference (4 points), backward too (2 points), backward equal
 * to a measured gradient (4 points).
 */
#include "exercise.h"

void ex_bottleneck (float *y, const float *x, const float *a, const float *b,
                    int places, int thin, int wide)
{
    // your code here
    nn_todo ("14-3");
}

void ex_bottleneck_backward (float *dx, const float *dy, const float *x,
                             const float *a, const float *b, int places, int thin,
                             int wide)
{
    // your code here
    nn_todo ("14-3");
}
