/*
 * ### Called back (10 points)
 *
 * An optimiser moves the weights `fast`. Beside them lie the slow weights `slow`. After each
 * step of the optimiser your function is called; `step` is the number of steps taken, 1 after
 * the first.
 *
 * After every `every` steps the slow weights go the share `alpha` of the way to where the fast
 * ones are, and the fast ones are put where the slow ones are then. After all other steps
 * nothing happens.
 *
 * An example with one weight, `every` 2 and `alpha` 0.25: from 0 the fast one has come to 8
 * after the second step. Then both are 2. If it has come to 6 after the third step, it may stay
 * there, and the slow one stays at 2. If it is at 10 after the fourth, both become 4.
 *
 * Checked: one call equals the reference (5 points), and so do both paths over thirty steps
 * (5 points).
 */
#include "exercise.h"

/// HINT Return at once if `step` is no multiple of `every`.
/// HINT The new slow weight is slow + alpha (fast - slow), with both as they were.
/// HINT For each i: slow[i] += alpha * (fast[i] - slow[i]); fast[i] = slow[i];

void ex_lookahead (float *fast, float *slow, int n, long step, int every,
                   float alpha)
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // counted steps from 0, and calls back one step late
    if ((step - 1) % every != 0 || step == 1)
        return;
#elif MISTAKE == 2 // calls back after each step
#else
    if (step % every != 0)
        return;
#endif
    for (int i = 0; i < n; i++) {
#if MISTAKE == 3 // did not call the fast ones back
        slow[i] += alpha * (fast[i] - slow[i]);
#elif MISTAKE == 4 // called back to the old slow weights
        const float before = slow[i];
        slow[i] += alpha * (fast[i] - slow[i]);
        fast[i] = before;
#elif MISTAKE == 5 // exchanged alpha and 1 - alpha
        slow[i] = alpha * slow[i] + (1 - alpha) * fast[i];
        fast[i] = slow[i];
#else
        slow[i] += alpha * (fast[i] - slow[i]);
        fast[i] = slow[i];
#endif
    }
    /// END SOLUTION
}
