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

/// HINT First find out for each value whether it is good: count how many results are smaller than its own. Fewer than n / 4 are: it is good.
/// HINT A function that adds up hills helps: over the good ones, or over the others, around a given place. You need it twice for each candidate.
/// HINT `do v = good[(int) (uniform (source) * count)] + width * normal (source); while (v < low || v > high);` draws a candidate.

/// BEGIN SOLUTION
static float mean_of_hills (float at, const float *x, int n, float width)
{
    float sum = 0;
    for (int i = 0; i < n; i++) {
        const float z = (at - x[i]) / width;
        sum += expf (-z * z / 2);
    }
    return sum / (float) n;
}
/// END SOLUTION

float ex_tpe (const float *x, const float *y, int n, float low, float high,
              float (*uniform) (void *source), float (*normal) (void *source),
              void *source)
{
    /// BEGIN SOLUTION
    float good[128], other[128];
    int goods = 0, others = 0;
    for (int i = 0; i < n; i++) {
        int ahead = 0;
        for (int j = 0; j < n; j++)
#if MISTAKE == 2 // took the largest results for the best
            ahead += y[j] > y[i] || (y[j] == y[i] && j < i);
#else
            ahead += y[j] < y[i] || (y[j] == y[i] && j < i);
#endif
        if (ahead < n / 4)
            good[goods++] = x[i];
        else
            other[others++] = x[i];
    }
    const float width = (high - low) / 10;
    float best = low, highest = -1;
    for (int k = 0; k < 24; k++) {
        float v;
#if MISTAKE == 4 // let values lie outside of the range
        v = good[(int) (uniform (source) * (float) goods)] +
            width * normal (source);
#else
        do
            v = good[(int) (uniform (source) * (float) goods)] +
                width * normal (source);
        while (v < low || v > high);
#endif
        const float l = mean_of_hills (v, good, goods, width),
                    g = 0.01f + mean_of_hills (v, other, others, width);
#if MISTAKE == 1 // took the candidate with the smallest l / g
        const float ratio = g / l;
#elif MISTAKE == 3 // looked at the good ones alone, not at the others
        const float ratio = l + 0 * g;
#elif MISTAKE == 5 // kept the last candidate, not the best
        const float ratio = (float) k + 0 * l / g;
#else
        const float ratio = l / g;
#endif
        if (ratio > highest) {
            highest = ratio;
            best = v;
        }
    }
    return best;
    /// END SOLUTION
}
