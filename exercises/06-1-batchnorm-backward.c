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

void ex_batchnorm_backward (float *dx, const float *dy, const float *x,
                            const float *weight, int places, int channels,
                            float epsilon)
{
    // your code here
    nn_todo ("06-1");
}
