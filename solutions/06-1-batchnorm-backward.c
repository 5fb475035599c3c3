/*
 * ### Batch normalisation, backward (10 points)
 *
 * Forward, every channel of a batch was brought to mean 0 and deviation 1, and multiplied by
 * a weight. With $m$ values in a channel:
 *
 * $$ \mu = \frac{1}{m} \sum_i x_i, \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2,
 *    \qquad \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad
 *    y_i = w\, \hat x_i $$
 *
 * The loss knows how it changes with every output: `dy`. Find out how it changes with every
 * input, and write that to `dx`. An input reaches the loss by three ways: through its own
 * $\hat x_i$; through $\mu$, and so through all others; and through $\sigma$, likewise.
 *
 * There are `places` values in each of `channels` channels. Channel $k$ of all places is
 * every `channels`-th number of `x`, `dy` and `dx`, from number $k$ on; `weight` has one
 * number a channel, and `epsilon` is above 0.
 *
 * An example with one channel, a weight of 1 and a tiny epsilon: the values 1, 3 have $\mu =
 * 2$ and $\sigma = 1$, so they become -1, 1. With `dy` = 5, 9 both get the gradient 0: two
 * values always become -1 and 1, whatever they were.
 *
 * Checked: equal to the reference (3 points), equal to a gradient that was measured (4
 * points), and at least 3 times as fast as going through the channels one after the other
 * (3 points).
 */
#include "exercise.h"

/// HINT First find mean and deviation of each channel. Then three sums lead to the goal: write down what each of the three ways gives before you write code.
/// HINT It comes to dx = w / σ' · (dy - mean of dy - x̂ · mean of dy x̂), with σ' the root of variance plus epsilon. Both means go over the values of the channel.
/// HINT For speed let the places be the outer loop and the channels the inner one, also for the sums: then memory is read in its order, and the inner loop becomes vector instructions. `double sum[channels]` has room for one number a channel.

void ex_batchnorm_backward (float *dx, const float *dy, const float *x,
                            const float *weight, int places, int channels,
                            float epsilon)
{
    /// BEGIN SOLUTION
    double *mean = calloc ((size_t) 4 * channels, sizeof *mean);
    double *square = mean + channels, *of_dy = square + channels;
    double *product = of_dy + channels;
    if (!mean)
        return;
    // -- mean and deviation
    for (int i = 0; i < places; i++)
        for (int k = 0; k < channels; k++)
            mean[k] += x[(size_t) i * channels + k];
    for (int k = 0; k < channels; k++)
        mean[k] /= places;
    for (int i = 0; i < places; i++)
        for (int k = 0; k < channels; k++) {
            const double d = x[(size_t) i * channels + k] - mean[k];
            square[k] += d * d;
        }
#if MISTAKE == 4 // divided the variance by one less than there are values
    const double count = places > 1 ? places - 1 : 1;
#else
    const double count = places;
#endif
    for (int k = 0; k < channels; k++)
        square[k] = 1 / sqrt (square[k] / count + (double) epsilon);
    // -- what goes through them
    for (int i = 0; i < places; i++)
        for (int k = 0; k < channels; k++) {
            const size_t at = (size_t) i * channels + k;
            of_dy[k] += dy[at];
            product[k] += dy[at] * (x[at] - mean[k]) * square[k];
        }
    for (int k = 0; k < channels; k++) {
        of_dy[k] /= places;
        product[k] /= places;
#if MISTAKE == 1 // forgot that the mean depends on every input
        of_dy[k] = 0;
#elif MISTAKE == 2 // forgot that the deviation depends on every input
        product[k] = 0;
#elif MISTAKE == 3 // took mean and deviation for constants
        of_dy[k] = product[k] = 0;
#endif
    }
    for (int i = 0; i < places; i++)
        for (int k = 0; k < channels; k++) {
            const size_t at = (size_t) i * channels + k;
            const double normal = (x[at] - mean[k]) * square[k];
#if MISTAKE == 5 // left out the division by the deviation
            const double scale = weight[k];
#else
            const double scale = weight[k] * square[k];
#endif
            dx[at] = (float) (scale * (dy[at] - of_dy[k] - normal * product[k]));
        }
    free (mean);
    /// END SOLUTION
}
