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

/// HINT Forward is five short loops. `float m[c], h[narrow], s[c]` have room for what lies between.
/// HINT Backward first finds ds[k], the sum over the places of dy x. Then it goes back: ds through the hard sigmoid (a sixth of it, or nothing), through B to dh, through the ReLU, through A to dm.
/// HINT At last dx = dy s + dm / places, at every place: each of them has the same share in the mean.

void ex_squeeze (float *y, const float *x, const float *a, const float *b,
                 int places, int c, int narrow)
{
    /// BEGIN SOLUTION
    float *m = calloc ((size_t) 2 * c + narrow, sizeof *m), *s = m + c, *h = s + c;
    for (int p = 0; p < places; p++)
        for (int k = 0; k < c; k++)
#if MISTAKE == 1 // took the sum over the places for the mean
            m[k] += x[p * c + k];
#else
            m[k] += x[p * c + k] / (float) places;
#endif
    for (int j = 0; j < narrow; j++) {
        for (int k = 0; k < c; k++)
            h[j] += m[k] * a[k * narrow + j];
#if MISTAKE == 2 // left the ReLU out
#else
        h[j] = fmaxf (0, h[j]);
#endif
    }
    for (int k = 0; k < c; k++) {
        for (int j = 0; j < narrow; j++)
            s[k] += h[j] * b[j * c + k];
#if MISTAKE == 3 // took the smooth sigmoid
        s[k] = 1 / (1 + expf (-s[k]));
#else
        s[k] = fminf (1, fmaxf (0, s[k] / 6 + 0.5f));
#endif
    }
    for (int p = 0; p < places; p++)
        for (int k = 0; k < c; k++)
            y[p * c + k] = x[p * c + k] * s[k];
    free (m);
    /// END SOLUTION
}

void ex_squeeze_backward (float *dx, const float *dy, const float *x,
                          const float *a, const float *b, int places, int c,
                          int narrow)
{
    /// BEGIN SOLUTION
    float *m = calloc ((size_t) 4 * c + 2 * (size_t) narrow, sizeof *m);
    float *s = m + c, *ds = s + c, *dm = ds + c, *h = dm + c, *dh = h + narrow;
    for (int p = 0; p < places; p++)
        for (int k = 0; k < c; k++) {
            m[k] += x[p * c + k] / (float) places;
            ds[k] += dy[p * c + k] * x[p * c + k];
        }
    for (int j = 0; j < narrow; j++) {
        for (int k = 0; k < c; k++)
            h[j] += m[k] * a[k * narrow + j];
        h[j] = fmaxf (0, h[j]);
    }
    for (int k = 0; k < c; k++) {
        for (int j = 0; j < narrow; j++)
            s[k] += h[j] * b[j * c + k];
        s[k] = fminf (1, fmaxf (0, s[k] / 6 + 0.5f));
        ds[k] = s[k] > 0 && s[k] < 1 ? ds[k] / 6 : 0;
    }
    for (int j = 0; j < narrow; j++) {
        for (int k = 0; k < c; k++)
            dh[j] += ds[k] * b[j * c + k];
        if (h[j] > 0)
            for (int k = 0; k < c; k++)
                dm[k] += dh[j] * a[k * narrow + j];
    }
    for (int p = 0; p < places; p++)
        for (int k = 0; k < c; k++) {
#if MISTAKE == 4 // took the factors for constants
            dx[p * c + k] = dy[p * c + k] * s[k];
#elif MISTAKE == 5 // gave every place the whole gradient of the mean, not its share
            dx[p * c + k] = dy[p * c + k] * s[k] + dm[k];
#else
            dx[p * c + k] = dy[p * c + k] * s[k] + dm[k] / (float) places;
#endif
        }
    free (m);
    /// END SOLUTION
}
