/*
 * ### Two ways to ask several (10 points)
 *
 * `p` holds what `members` networks say of `n` images, network after network: each a table of
 * `n` rows with one probability for each of `classes` classes. Write to `all`, `n` rows, what
 * they say together.
 *
 * If `logits` is false, that is the mean of their probabilities. If it is true, it is the mean of
 * the *logarithms*, and then the softmax of these means:
 *
 * $$ z_k = \frac1M \sum_m \ln p_{m,k}, \qquad \text{all}_k = \frac{e^{z_k}}{\sum_j e^{z_j}} $$
 *
 * A probability may be 0, and has no logarithm then: whatever is below 1e-30 counts as 1e-30.
 *
 * An example with two networks, one image and two classes: one says 0.9 and 0.1, the other 0.2
 * and 0.8. The mean of the probabilities is 0.55 and 0.45. The roots of 0.18 and 0.08 are 0.424
 * and 0.283, so the other mean is 0.6 and 0.4: whoever is surer weighs more.
 *
 * Checked: the mean of probabilities (3 points), the mean of logarithms (4 points), and
 * probabilities of 0 and next to 0 (3 points).
 */
#include "exercise.h"

void ex_vote (float *all, const float *p, int members, int n, int classes,
              bool logits)
{
    // your code here
    nn_todo ("16-1");
}
