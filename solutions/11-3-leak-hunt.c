/*
 * ### Leak hunt (10 points)
 *
 * Somebody has made copies before the pictures were split, and some of the pictures held
 * back are now copies of pictures learnt from. Find them: write 1 to `leak[i]` if held
 * picture `i` is a copy, and 0 if it is not.
 *
 * There are `n` pictures learnt from and `m` held back, each of `size` numbers, one picture
 * after the other. A copy may be exact. Or it is in another light, so that each number
 * $x$ has become $a x + b$ with one $a > 0$ and one $b$ for the picture. Or there is some noise on it, whose
 * deviation is at most a fifth of that of the picture. Or both. Pictures that are no copies
 * have nothing to do with each other: their correlation lies between -0.6 and 0.6.
 *
 * $$ r = \frac{\sum_k (x_k - \bar x)(y_k - \bar y)}
 *             {\sqrt{\sum_k (x_k - \bar x)^2 \; \sum_k (y_k - \bar y)^2}} $$
 *
 * No picture is all of one value. There may be no pictures to learn from.
 *
 * Checked: exact copies are found (2 points), copies in another light (3 points), copies
 * with noise (3 points), and nobody else is accused (2 points).
 */
#include "exercise.h"

/// HINT Equal numbers find only the exact copies, and a small distance misses those in another light. What stays the same if a picture becomes brighter, or richer in contrast?
/// HINT Their correlation does. Of an exact copy and of one in another light it is 1, of one with such noise above 0.95, of strangers below 0.6. So compare it with a limit in between.
/// HINT For each held picture and each learnt one: two means, then three sums over k (xy, xx, yy, each without the means), then r = xy / sqrt (xx * yy); if r > 0.8, it is a leak.

void ex_leaks (int *leak, const float *learnt, int n, const float *held, int m, int size)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < m; i++) {
        const float *x = held + (size_t) i * size;
        leak[i] = 0;
        for (int j = 0; j < n; j++) {
            const float *y = learnt + (size_t) j * size;
            double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
            for (int k = 0; k < size; k++) {
                mx += (double) x[k] / size;
                my += (double) y[k] / size;
            }
#if MISTAKE == 4 // did not take the means away before multiplying
            mx = my = 0;
#endif
            for (int k = 0; k < size; k++) {
                xy += (x[k] - mx) * (y[k] - my);
                xx += (x[k] - mx) * (x[k] - mx);
                yy += (y[k] - my) * (y[k] - my);
            }
            bool copy = xy > 0.8 * sqrt (xx * yy);
#if MISTAKE == 1 // looked for pictures that are equal in every number, and for no others
            copy = memcmp (x, y, size * sizeof *x) == 0;
#elif MISTAKE == 2 // measured a distance, which a change of light makes large
            double far = 0;
            for (int k = 0; k < size; k++)
                far += (x[k] - y[k]) * (x[k] - y[k]);
            copy = far < 0.1 * yy;
#elif MISTAKE == 3 // compared each held picture only with the learnt one of the same number
            copy = copy && i == j;
#elif MISTAKE == 5 // asked for a correlation of exactly 1, which noise takes away
            copy = xy > 0.999999 * sqrt (xx * yy);
#elif MISTAKE == 6 // kept the answer of the last comparison only
            leak[i] = copy;
#endif
#if MISTAKE != 6
            leak[i] = leak[i] || copy;
#endif
        }
    }
    /// END SOLUTION
}
