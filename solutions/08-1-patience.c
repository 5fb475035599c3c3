/*
 * ### Patience (10 points)
 *
 * `loss` holds the validation losses that a training of `epochs` epochs would have. When
 * does early stopping end it? Return how many epochs are trained, and write the number of
 * the best epoch, counted from 0, to `best`.
 *
 * An epoch is *better* if its loss is below that of the best epoch so far by **more than**
 * `min_delta`. The first epoch is better than nothing. A loss that is not a number is never
 * better. After `patience` epochs in a row that were not better, training stops. If it never
 * stops, all `epochs` are trained. If no epoch was ever better than nothing, `best` is -1.
 *
 *         loss       1.0  0.75  0.74  0.80  0.73  0.50
 *         better     yes  yes   no    no    no             min_delta 0.125, patience 3
 *         returns 5, and best is 1
 *
 * Mind the third epoch: it is below 0.75, but not by more than 0.125. So 0.75 stays the one to
 * beat. Otherwise a loss that creeps downwards would never be found out.
 *
 * Checked: many losses with `min_delta` 0 (4 points) and above 0 (4 points), and losses that
 * are not numbers (2 points).
 */
#include "exercise.h"

/// HINT Keep two things: the best loss so far, at first INFINITY, and the number of its epoch, at first -1.
/// HINT Epoch i is better if `loss[i] < lowest - min_delta`. That comparison is false when the loss is not a number, as it should be.
/// HINT After looking at epoch i, the epochs without anything better are `i - *best`. When they reach `patience`, return i + 1.

int ex_patience (int *best, const float *loss, int epochs, int patience,
                 float min_delta)
{
    /// BEGIN SOLUTION
    float lowest = INFINITY;
    int waited = 0;
    *best = -1;
    for (int i = 0; i < epochs; i++) {
#if MISTAKE == 1 // compared each epoch with the one before it, not with the best
        const bool better = loss[i] < (i ? loss[i - 1] : INFINITY) - min_delta;
#elif MISTAKE == 2 // ignored min_delta
        const bool better = loss[i] < lowest;
#elif MISTAKE == 3 // let an improvement of exactly min_delta count
        const bool better = loss[i] <= lowest - min_delta && loss[i] < lowest;
#elif MISTAKE == 4 // took what is not a number for an improvement
        const bool better = !(loss[i] >= lowest - min_delta);
#else
        const bool better = loss[i] < lowest - min_delta;
#endif
#if MISTAKE == 5 // lowered the bar with every small improvement
        if (loss[i] < lowest)
            lowest = loss[i];
#endif
        if (better) {
            lowest = loss[i];
            *best = i;
#if MISTAKE == 6 // never began to count again after an improvement
            waited += 0;
#else
            waited = 0;
#endif
        } else
            waited++;
#if MISTAKE == 7 // waited one epoch too long
        if (waited > patience)
#else
        if (waited >= patience)
#endif
            return i + 1;
    }
    return epochs;
    /// END SOLUTION
}
