/*
 * ### Where the good ones have been (10 points)
 *
 * A search along one number: `n` values `x`, from `low` to `high`, have been tried and gave
 * the results `y`, the smaller the better. Return what to try next.
 *
 * Do it as TPE does. The best quarter (of `n` = 24 the best 6) is good, the others are not.
 * Lay a hill $e^{-z^2/2}$ on every value that was tried, where $z$ is the distance to it
 * divided by a tenth of the range; $l$ is the mean of the hills of the good ones, $g$ that of the
 * others. Add 0.01 to $g$, so that nobody divides by zero. Then draw 24 candidates from $l$:
 * for each choose one of the good values, all alike, and go a tenth of the range times
 * `normal (source)` away from it; a candidate that lies outside of the range is drawn again.
 * Return the candidate with the largest $l/g$.
 *
 * `uniform (source)` draws from 0 up to, but not including, 1, and `normal (source)` from the
 * bell curve. `n` is a multiple of 4, at most 128.
 *
 * Checked: every value lies in the range (2 points); of two places where good ones were, the one
 * with fewer others around it is chosen (3 points); and in the search for the lowest point of
 * known functions your function, called for 30 values after 10 random ones, comes nearer than
 * 40 random ones do (5 points).
 */
#include "exercise.h"

// functions of your own, if you want some
float ex_tpe (const float *x, const float *y, int n, float low, float high,
              float (*uniform) (void *source), float (*normal) (void *source),
              void *source)
{
    // your code here
    nn_todo ("12-2");
}
