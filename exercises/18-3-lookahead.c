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

void ex_lookahead (float *fast, float *slow, int n, long step, int every,
                   float alpha)
{
    // your code here
    nn_todo ("18-3");
}
