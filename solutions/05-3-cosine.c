/*
 * ### Up in a line, down along a cosine (10 points)
 *
 * Write the factor of the learning rate at `step`, counted from 0, in a training of
 * `steps` steps.
 *
 * - In the first `warm` steps it rises in a straight line: at step $t$ it is
 *   $(t + 1) / (\text{warm} + 1)$.
 * - Then it is 1, and from there it falls along half a cosine, over the steps that are
 *   left, so that it would arrive at `lowest` at step `steps`, if there were one. With $s$
 *   for the share of *these* steps that is over:
 *
 * $$ f = \text{lowest} + (1 - \text{lowest})\, \frac{1 + \cos \pi s}{2} $$
 *
 * - Whoever goes on after the last step stays at `lowest`.
 *
 * An example: 12 steps, 2 of them warm, lowest 0.2. Steps 0 and 1 have 1/3 and 2/3, step 2
 * has 1, step 7 is half way down and has 0.6. Steps 12, 13 and so on have 0.2.
 *
 * There are at least as many `steps` as `warm` ones, and perhaps no more.
 *
 * Checked: the cosine alone (4 points), with a warm-up in front (3 points), and far behind
 * the end (3 points).
 */
#include "exercise.h"

/// HINT Three cases, each with its return: step < warm, step >= steps, and in between.
/// HINT In between, step - warm of steps - warm steps are over. Divide floats, not whole numbers.
/// HINT `const float s = (float) (step - warm) / (float) (steps - warm);` and cosf (3.14159265f * s).

float ex_cosine (long step, long steps, long warm, float lowest)
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // began the cosine at step 0, and not after the warm-up
    const float s = (float) step / (float) steps;
#elif MISTAKE == 2 // divided whole numbers, which gives 0
    const float s = (float) ((step - warm) / (steps > warm ? steps - warm : 1));
#else
    const float s = (float) (step - warm) / (float) (steps - warm);
#endif
#if MISTAKE == 3 // began the warm-up at 0, where the first step is lost
    if (step < warm)
        return (float) step / (float) (warm + 1);
#else
    if (step < warm)
        return (float) (step + 1) / (float) (warm + 1);
#endif
#if MISTAKE == 4 // let the rate rise again after the end
    if (step >= steps && steps == warm)
        return lowest;
#else
    if (step >= steps)
        return lowest;
#endif
#if MISTAKE == 5 // went through a whole cosine, down and up again
    return lowest + (1 - lowest) * (1 + cosf (6.28318531f * s)) / 2;
#elif MISTAKE == 6 // fell all the way to 0, and cut that off at the lowest
    return fmaxf (lowest, (1 + cosf (3.14159265f * s)) / 2);
#elif MISTAKE == 7 // added the lowest and forgot to make the rest smaller
    return lowest + (1 + cosf (3.14159265f * s)) / 2;
#else
    return lowest + (1 - lowest) * (1 + cosf (3.14159265f * s)) / 2;
#endif
    /// END SOLUTION
}
