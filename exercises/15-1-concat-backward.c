/*
 * ### Side by side, backward (10 points)
 *
 * A layer has laid the channels of two others side by side: at each of `places` places the
 * `ca` numbers of $a$, behind them the `cb` numbers of $b$. The loss has told how it changes with
 * each of them: `dy`, with `ca` + `cb` numbers at each place. Give both their part.
 *
 * The two have different lives. Only this layer reads $b$, so `db` is what you write there,
 * whatever was in it. But $a$ has other readers, as in a DenseNet, and they have put their
 * gradients into `da` already: what you find there must be added to.
 *
 * An example with one channel each and two places: dy = 1, 2, 3, 4. If da was 10, 20 it becomes
 * 11, 23, and db becomes 2, 4.
 *
 * Checked: equal to the reference (6 points), and with one of the two very wide (4 points).
 */
#include "exercise.h"

void ex_concat_backward (float *da, float *db, const float *dy, int places, int ca,
                         int cb)
{
    // your code here
    nn_todo ("15-1");
}
