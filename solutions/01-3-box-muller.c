/*
 * ### The bell curve from two uniform numbers (10 points)
 *
 * Fill `x` with `n` independent draws from the normal distribution with mean 0 and deviation
 * 1. Your only source of chance is `uniform (source)`: each call gives a number
 * $0 \le u < 1$, all equally likely.
 *
 * Box and Muller take two of them, $u$ and $v$, and get two normal numbers, which are
 * independent of each other:
 *
 * $$ a = \sqrt{-2 \ln u}\, \cos (2 \pi v), \qquad b = \sqrt{-2 \ln u}\, \sin (2 \pi v) $$
 *
 * An example: $u = 0.1353$ and $v = 0.25$. The root is 2, the angle a quarter of a circle,
 * so $a = 0$ and $b = 2$.
 *
 * Use both numbers, so that `n` numbers cost `n` draws, or one more when `n` is odd. And
 * think about what the formula does with $u = 0$, which the source may give.
 *
 * Checked: all `n` numbers are written and finite, whatever the source gives (3 points);
 * mean and deviation (3 points); how many numbers lie within one, two and three deviations
 * (2 points); no draw is wasted, and neighbours know nothing of each other (2 points).
 * All this is checked on 40,000 numbers, with room for chance: a right answer fails a few
 * times in a million.
 */
#include "exercise.h"

/// HINT The formula fails at one place only: the logarithm of 0 is minus infinity. 1 - u is as uniform as u.
/// HINT Step through x two at a time. The second of a pair is written only if it is still inside.
/// HINT `const float radius = sqrtf (-2 * logf (1 - u))`, `angle = 6.2831853f * v`; x[i] gets the cosine, and x[i + 1] the sine if i + 1 < n.

void ex_normal (float *x, int n, float (*uniform) (void *source), void *source)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i += 2) {
#if MISTAKE == 1 // took the logarithm of 0 when the source gave 0
        const float u = uniform (source), v = uniform (source);
#else
        const float u = 1 - uniform (source), v = uniform (source);
#endif
#if MISTAKE == 2 // left out the 2 in front of the logarithm
        const float radius = sqrtf (-logf (u));
#else
        const float radius = sqrtf (-2 * logf (u));
#endif
#if MISTAKE == 3 // went half around the circle instead of once
        const float angle = 3.14159265f * v;
#else
        const float angle = 6.28318531f * v;
#endif
        x[i] = radius * cosf (angle);
#if MISTAKE == 4 // threw the second number of each pair away
        i--;
#elif MISTAKE == 5 // wrote the cosine twice
        if (i + 1 < n)
            x[i + 1] = radius * cosf (angle);
#else
        if (i + 1 < n)
            x[i + 1] = radius * sinf (angle);
#endif
    }
    /// END SOLUTION
}
