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

/// HINT Write the step that is not frozen first. Then ask of every line whether it may run when the layer is frozen.
/// HINT A gradient of zero is not enough: decay shrinks the weight, and what is left in v goes on moving it.
/// HINT `const float m = frozen ? mean[k] : middle;` and the same for the variance; everything that changes stands behind `if (!frozen)`.

void ex_frozen_step (float *y, float *w, float *v, float *mean, float *variance,
                     const float *x, const float *dw, int places, int channels,
                     int frozen, float share, float epsilon, float rate,
                     float momentum, float decay)
{
    /// BEGIN SOLUTION
    for (int k = 0; k < channels; k++) {
        float middle = 0, spread = 0;
        for (int i = 0; i < places; i++)
            middle += x[i * channels + k] / (float) places;
        for (int i = 0; i < places; i++) {
            const float d = x[i * channels + k] - middle;
            spread += d * d / (float) places;
        }
#if MISTAKE == 1 // left the frozen layer in training mode
        const int still = 0;
#else
        const int still = frozen;
#endif
#if MISTAKE == 2 // normalised by the batch although the layer is frozen
        const float m = middle, s = spread;
#elif MISTAKE == 3 // normalised as in inference where it learns
        const float m = mean[k], s = variance[k];
#else
        const float m = still ? mean[k] : middle, s = still ? variance[k] : spread;
#endif
        for (int i = 0; i < places; i++)
            y[i * channels + k] =
                w[k] * (x[i * channels + k] - m) / sqrtf (s + epsilon);
#if MISTAKE == 4 // let the running statistics of a frozen layer go on
        const int follow = 1;
#else
        const int follow = !still;
#endif
        if (follow) {
            mean[k] += share * (middle - mean[k]);
            variance[k] += share * (spread - variance[k]);
        }
#if MISTAKE == 5 // set only the gradient of a frozen layer to zero
        v[k] = momentum * v[k] + (frozen ? 0 : dw[k]) + decay * w[k];
        w[k] -= rate * v[k];
#elif MISTAKE == 6 // let decay shrink the weights of a frozen layer
        if (!frozen) {
            v[k] = momentum * v[k] + dw[k] + decay * w[k];
            w[k] -= rate * v[k];
        } else
            w[k] -= rate * decay * w[k];
#elif MISTAKE == 7 // kept the weights of a frozen layer, but not its momentum
        v[k] = momentum * v[k] + dw[k] + decay * w[k];
        if (!frozen)
            w[k] -= rate * v[k];
#else
        if (!frozen) {
            v[k] = momentum * v[k] + dw[k] + decay * w[k];
            w[k] -= rate * v[k];
        }
#endif
    }
    /// END SOLUTION
}
