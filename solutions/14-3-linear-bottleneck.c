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

/// HINT Go place by place. `float h[wide]` has room for the bent numbers of one.
/// HINT Backward, the gradient takes two ways. One is the shortcut: dx = dy. The other goes back through B, the bend and A.
/// HINT dh[j] is the sum over i of dy[i] b[j * thin + i]. It passes where 0 < h[j] < 6. Then dx[i] += the sum over j of dh[j] a[i * wide + j].

void ex_bottleneck (float *y, const float *x, const float *a, const float *b,
                    int places, int thin, int wide)
{
    /// BEGIN SOLUTION
    for (int p = 0; p < places; p++, x += thin, y += thin) {
        for (int i = 0; i < thin; i++)
#if MISTAKE == 1 // left the shortcut out
            y[i] = 0;
#else
            y[i] = x[i];
#endif
        for (int j = 0; j < wide; j++) {
            float h = 0;
            for (int i = 0; i < thin; i++)
                h += x[i] * a[i * wide + j];
            h = h < 0 ? 0 : h;
#if MISTAKE == 2 // built a ReLU without a ceiling
#else
            h = h > 6 ? 6 : h;
#endif
            for (int i = 0; i < thin; i++)
                y[i] += h * b[j * thin + i];
        }
#if MISTAKE == 3 // bent the thin end as well
        for (int i = 0; i < thin; i++)
            y[i] = fminf (6, fmaxf (0, y[i]));
#endif
    }
    /// END SOLUTION
}

void ex_bottleneck_backward (float *dx, const float *dy, const float *x,
                             const float *a, const float *b, int places, int thin,
                             int wide)
{
    /// BEGIN SOLUTION
    for (int p = 0; p < places; p++, x += thin, dx += thin, dy += thin) {
        for (int i = 0; i < thin; i++)
#if MISTAKE == 1 // left the shortcut out
            dx[i] = 0;
#else
            dx[i] = dy[i];
#endif
        for (int j = 0; j < wide; j++) {
            float h = 0, dh = 0;
            for (int i = 0; i < thin; i++) {
                h += x[i] * a[i * wide + j];
                dh += dy[i] * b[j * thin + i];
            }
#if MISTAKE == 4 // let the gradient through above the ceiling
            const int passes = h > 0;
#elif MISTAKE == 5 // forgot the bend on the way back
            const int passes = 1;
#else
                const int passes = h > 0 && h < 6;
#endif
            for (int i = 0; i < thin && passes; i++)
                dx[i] += dh * a[i * wide + j];
        }
    }
    /// END SOLUTION
}
