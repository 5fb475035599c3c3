/*
 * ### Freezing (10 points)
 *
 * Write one step of training for a batch normalisation that may be frozen: its forward pass,
 * then the update of its weights by SGD with momentum.
 *
 * There are `places` values, 2 or more, in each of `channels` channels; channel $k$ of all
 * places is every `channels`-th number of `x`, from number $k$ on. With mean $\mu$, variance
 * $s$ and the weight $w$ of the channel
 *
 * $$ y_i = w\, \frac{x_i - \mu}{\sqrt{s + \epsilon}} $$
 *
 * If `frozen` is 0, $\mu$ and $s$ are those of the batch, with $s$ the mean of $(x_i -
 * \mu)^2$. The running statistics `mean` and `variance` go a part of the way, `share`, to
 * what the batch says; to keep it simple the running variance follows the same $s$. After
 * that the weights take their step:
 *
 * $$ v \leftarrow \text{momentum} \cdot v + dw + \text{decay} \cdot w, \qquad
 *    w \leftarrow w - \text{rate} \cdot v $$
 *
 * If `frozen` is 1, the layer stays as it is, to the last byte, however often it is called:
 * `w`, `v`, `mean` and `variance`. And it does what it would do in inference: it normalises
 * by its running statistics.
 *
 * An example with one channel: the values 1, 3, a weight of 1, running statistics 0 and 1,
 * $\epsilon$ 0. Frozen, the output is 1, 3. Not frozen it is -1, 1, and the running mean has
 * moved towards 2.
 *
 * Checked: a step that is not frozen (3 points), one that is (3 points), and that after many
 * frozen steps every byte is what it was (4 points).
 */
#include "exercise.h"

void ex_frozen_step (float *y, float *w, float *v, float *mean, float *variance,
                     const float *x, const float *dw, int places, int channels,
                     int frozen, float share, float epsilon, float rate,
                     float momentum, float decay)
{
    // your code here
    nn_todo ("14-2");
}
