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

/// HINT Channel by channel: the mean, then the sum of squares, then everything else follows from the two.
/// HINT Two divisions of the same sum of squares: by places for y, by places - 1 for the running variance.
/// HINT `variance[k] += momentum * (q / (places - 1) - variance[k]);` and the same with mean[k].

void ex_batchnorm_forward (float *y, float *mean, float *variance, const float *x,
                           int places, int channels, float momentum, float epsilon)
{
    /// BEGIN SOLUTION
    for (int k = 0; k < channels; k++) {
        double middle = 0, square = 0;
        for (int i = 0; i < places; i++)
            middle += x[i * channels + k];
        middle /= places;
        for (int i = 0; i < places; i++) {
            const double d = x[i * channels + k] - middle;
            square += d * d;
        }
#if MISTAKE == 1 // put the batch's own variance into the running one
        const double own = square / places, guess = own;
#elif MISTAKE == 2 // divided by one less where the batch is normalised, too
        const double own = square / (places - 1), guess = own;
#elif MISTAKE == 3 // mixed up the two variances
        const double own = square / (places - 1), guess = square / places;
#else
        const double own = square / places, guess = square / (places - 1);
#endif
        for (int i = 0; i < places; i++)
            y[i * channels + k] = (float) ((x[i * channels + k] - middle) /
                                           sqrt (own + (double) epsilon));
#if MISTAKE == 4 // gave the old value the share that the new one should have
        mean[k] = (float) (momentum * mean[k] + (1 - momentum) * middle);
        variance[k] = (float) (momentum * variance[k] + (1 - momentum) * guess);
#elif MISTAKE == 5 // kept the deviation instead of the variance
        mean[k] += momentum * ((float) middle - mean[k]);
        variance[k] += momentum * ((float) sqrt (guess) - variance[k]);
#else
        mean[k] += momentum * ((float) middle - mean[k]);
        variance[k] += momentum * ((float) guess - variance[k]);
#endif
    }
    /// END SOLUTION
}
