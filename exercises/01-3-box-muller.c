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

void ex_normal (float *x, int n, float (*uniform) (void *source), void *source)
{
    // your code here
    nn_todo ("01-3");
}
