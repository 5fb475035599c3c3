/*
 * ### The budget of halving (10 points)
 *
 * Successive halving with everybody waiting for everybody. `n` trials begin together, and each
 * is trained for `least` epochs. Then the best `1/factor` of them (of 10 with factor 3 the
 * best 3; but at least one) go on until they have `least * factor` epochs; of these the best
 * `1/factor` until `least * factor * factor`; and so on. The last ones end at `most` epochs,
 * and no rung lies beyond it.
 *
 * `loss[i * most + e - 1]` is what trial `i` has after `e` epochs, if it is trained so far.
 * Write to `trained[i]` for how many epochs trial `i` was trained, and return how many epochs that
 * makes for all of them together. A trial that goes on does not begin again.
 *
 *         n 9, least 1, factor 3, most 9:  9 trials for 1 epoch, 3 of them for 2 more,
 *         1 of them for 6 more; 9 + 6 + 6 = 21 epochs, where all in full would take 81
 *
 * Who has a smaller loss is better; of equals the one with the smaller number; and whoever has
 * what is no number is behind all that have one.
 *
 * Checked: who is trained how long (4 points) and the sum (2 points), in random crowds;
 * the same with equal losses and with some that are no numbers (4 points).
 */
#include "exercise.h"

// functions of your own, if you want some
int ex_halving (int *trained, const float *loss, int n, int least, int most,
                int factor)
{
    // your code here
    nn_todo ("12-3");
}
