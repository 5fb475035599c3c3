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

/// HINT Where is the probability of network m, image i, class k? At p[(m * n + i) * classes + k].
/// HINT For each image first fill z with the means, of p or of log (p), then make a row of all from it.
/// HINT For the softmax take the largest z from all of them before exp (), as in exercise 3.1; then divide by the sum.

void ex_vote (float *all, const float *p, int members, int n, int classes,
              bool logits)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++, all += classes) {
        double z[64] = { 0 }, most = -1e300, sum = 0;
        for (int m = 0; m < members; m++)
            for (int k = 0; k < classes; k++) {
#if MISTAKE == 1 // took the table for one of images with the networks inside
                const double x = p[(i * members + m) * classes + k];
#else
                const double x = p[(m * n + i) * classes + k];
#endif
#if MISTAKE == 2 // took the mean of the probabilities in both cases
                z[k] += x / members;
#elif MISTAKE == 3 // added the logarithms and did not divide by the networks
                z[k] += logits ? log (x < 1e-30 ? 1e-30 : x) : x / members;
#elif MISTAKE == 4 // left a probability of 0 as it is
                z[k] += (logits ? log (x) : x) / members;
#else
                z[k] += (logits ? log (x < 1e-30 ? 1e-30 : x) : x) / members;
#endif
            }
        for (int k = 0; k < classes; k++)
            most = z[k] > most ? z[k] : most;
        for (int k = 0; k < classes; k++)
            sum += exp (z[k] - most);
        for (int k = 0; k < classes; k++)
#if MISTAKE == 2
            all[k] = (float) z[k];
#elif MISTAKE == 5 // did not bring the mean of logarithms back to a sum of 1
            all[k] = (float) (logits ? exp (z[k]) : z[k]);
#elif MISTAKE == 6 // took the softmax of the probabilities as well
            all[k] = (float) (exp (z[k] - most) / sum);
#else
            all[k] = (float) (logits ? exp (z[k] - most) / sum : z[k]);
#endif
    }
    /// END SOLUTION
}
