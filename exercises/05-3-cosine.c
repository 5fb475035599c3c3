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

float ex_cosine (long step, long steps, long warm, float lowest)
{
    // your code here
    nn_todo ("05-3");
}
