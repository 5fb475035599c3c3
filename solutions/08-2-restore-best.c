/*
 * ### Restore the best (10 points)
 *
 * Train for `epochs` epochs, and end with the weights of the best one.
 *
 * `train (e)` trains epoch `e`: it changes the arrays of the net and returns the validation
 * loss that the net has afterwards. Call it once for each epoch 0, 1, … `epochs` - 1. The
 * best epoch is the one with the smallest loss; of several with the same loss the first.
 * When all are trained, every array must be, bit for bit, what it was right after the best
 * epoch. Return the number of that epoch.
 *
 * The net has `params` arrays. `param[i]->w` points to the `param[i]->size` numbers of one of
 * them. Some have `param[i]->constant` set: these are kept with the weights, but not learnt by
 * gradients, such as the running statistics of BatchNorm. `kept` is room for all numbers of all
 * arrays.
 *
 * Checked: with arrays that are all learnt (4 points), with epochs that are equally good (2
 * points), and with constants among the arrays (4 points).
 */
#include "exercise.h"

/// HINT Two loops over the arrays, one that copies out and one that copies back, differ only in the direction of memcpy.
/// HINT After each epoch ask whether the loss is below the lowest so far, at first INFINITY. If it is, copy every array to its place in kept: the sizes before it added up.
/// HINT `memcpy (kept + at, param[i]->w, param[i]->size * sizeof (float)); at += param[i]->size;` for all i. What is learnt and what is constant makes no difference: the net computes with both.

int ex_restore_best (nn_param *const param[], int params, float *kept, int epochs,
                     float (*train) (int epoch))
{
    /// BEGIN SOLUTION
    float lowest = INFINITY;
    int best = 0;
    for (int e = 0; e < epochs; e++) {
#if MISTAKE == 2 // copied the weights before the epoch, not after it
        float *to = malloc (1 << 20);
        size_t so_far = 0;
        for (int i = 0; i < params; i++) {
            memcpy (to + so_far, param[i]->w, param[i]->size * sizeof (float));
            so_far += param[i]->size;
        }
#endif
        const float loss = train (e);
#if MISTAKE == 3 // took the last of several that are equally good
        const bool better = loss <= lowest;
#elif MISTAKE == 5 // took the largest loss for the best
        const bool better = e == 0 || loss > lowest;
#else
        const bool better = loss < lowest;
#endif
        if (better) {
            lowest = loss;
            best = e;
#if MISTAKE == 2
            memcpy (kept, to, so_far * sizeof (float));
#else
            size_t at = 0;
            for (int i = 0; i < params; i++) {
                memcpy (kept + at, param[i]->w, param[i]->size * sizeof (float));
                at += param[i]->size;
            }
#endif
        }
#if MISTAKE == 2
        free (to);
#endif
    }
    size_t at = 0;
    for (int i = 0; i < params; i++) {
#if MISTAKE == 1 // left the running statistics as they were at the end
        if (!param[i]->constant)
#elif MISTAKE == 4 // never put the weights back
        if (false)
#endif
            memcpy (param[i]->w, kept + at, param[i]->size * sizeof (float));
        at += param[i]->size;
    }
    return best;
    /// END SOLUTION
}
