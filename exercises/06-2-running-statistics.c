/*
 * ### Running statistics (10 points)
 *
 * Write the forward pass of batch normalisation in training, for one batch: normalise it,
 * and take the running statistics a step further. There are `places` values, 2 or more, in
 * each of `channels` channels; channel $k$ of all places is every `channels`-th number, from
 * number $k$ on.
 *
 * With the $m$ values $x_i$ of a channel, its mean $\mu$ and the sum of squares
 * $q = \sum_i (x_i - \mu)^2$, there are two variances. The batch itself is normalised by $q
 * / m$, which is its own:
 *
 * $$ y_i = \frac{x_i - \mu}{\sqrt{q / m + \epsilon}} $$
 *
 * The running variance shall guess that of *all* pictures. For this $q / m$ is a little too
 * small, on average by the factor $(m - 1) / m$, since $\mu$ was made to fit these very
 * values. So it takes $q / (m - 1)$. Both running numbers go a part of the way, `momentum`,
 * from where they are to what the batch says:
 *
 * $$ r \leftarrow (1 - \text{momentum})\, r + \text{momentum} \cdot \text{new} $$
 *
 * `mean` and `variance` have one number a channel and are changed in place.
 *
 * An example with one channel, momentum 0.1, and 0 and 1 as running mean and variance: the
 * values 1, 3 have $\mu = 2$ and $q = 2$. They become -1 and 1, the running mean 0.2, the
 * running variance 0.9 + 0.1 · 2 = 1.1.
 *
 * Checked: one batch, its output and the running statistics after it (6 points); after many
 * small batches the running statistics are those of all values (4 points).
 */
#include "exercise.h"

void ex_batchnorm_forward (float *y, float *mean, float *variance, const float *x,
                           int places, int channels, float momentum, float epsilon)
{
    // your code here
    nn_todo ("06-2");
}
