/*
 * ### Fold it away (10 points)
 *
 * The training is over, and the running statistics of a batch norm are constants now. Put it
 * into the convolution before it. Change the filters `w` and the biases `b` so that the
 * convolution alone gives what both gave together:
 *
 * $$ \gamma_f \frac{(\text{conv}_f(x) + b_f) - \mu_f}{\sqrt{v_f + \epsilon}} + \beta_f $$
 *
 * for every filter $f$. `weight` is $\gamma$, `bias` is $\beta$, `mean` is $\mu$ and
 * `variance` is $v$, one number a filter.
 *
 * `w` has `rows` numbers for each of `filters` filters, for rows, columns and input channels
 * of the kernel; filter $f$ is every `filters`-th number, from number $f$ on.
 *
 * An example with one filter of one number: w = 3 and b = 1, with $\gamma = 4$, $\beta =
 * 0.5$, $\mu = 2$, $v = 4$ and no epsilon. The factor is 4 / 2 = 2, so w becomes 6 and b
 * becomes (1 - 2) · 2 + 0.5 = -1.5.
 *
 * Checked: equal to the reference (5 points); a convolution and its batch norm give the same
 * as the folded convolution (5 points).
 */
#include "exercise.h"

/// HINT A convolution is linear: multiply all weights of a filter by a number, and its output is multiplied by that number.
/// HINT Sort the formula by what belongs to conv(x) and what is left. The one is a factor for the filter, the other is the new bias.
/// HINT `scale = weight[f] / sqrtf (variance[f] + epsilon);` then `w[i * filters + f] *= scale;` for all i, and `b[f] = (b[f] - mean[f]) * scale + bias[f];`

void ex_fold (float *w, float *b, int rows, int filters, const float *weight,
              const float *bias, const float *mean, const float *variance,
              float epsilon)
{
    /// BEGIN SOLUTION
    for (int f = 0; f < filters; f++) {
#if MISTAKE == 1 // divided by the variance instead of the deviation
        const float scale = weight[f] / (variance[f] + epsilon);
#elif MISTAKE == 2 // left out epsilon
        const float scale = weight[f] / sqrtf (variance[f]);
#else
        const float scale = weight[f] / sqrtf (variance[f] + epsilon);
#endif
        for (int i = 0; i < rows; i++)
            w[(size_t) i * filters + f] *= scale;
#if MISTAKE == 3 // did not multiply the bias that the convolution had
        b[f] = b[f] - mean[f] * scale + bias[f];
#elif MISTAKE == 4 // forgot the bias that the convolution had
        b[f] = -mean[f] * scale + bias[f];
#elif MISTAKE == 5 // forgot to multiply the mean
        b[f] = b[f] * scale - mean[f] + bias[f];
#else
        b[f] = (b[f] - mean[f]) * scale + bias[f];
#endif
    }
    /// END SOLUTION
}
