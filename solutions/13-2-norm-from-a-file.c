/*
 * ### A batch norm out of a file (10 points)
 *
 * A file has four arrays of a batch norm, one after the other, with `c` numbers each: gamma,
 * beta, mean, variance. What they mean stands nowhere in the file:
 *
 * $$ y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta $$
 *
 * In inference all of them are constants, so that $y = a x + b$ for each channel. Write
 * `ex_norm_from_file`, which computes `scale` ($a$) and `shift` ($b$), `c` numbers each, from
 * `file` and `epsilon`.
 *
 * An example with one channel: gamma 2, beta 1, mean 3, variance 0.21 and epsilon 0.04. The
 * root of 0.25 is 0.5, so the scale is 4, and the shift is 1 - 4 · 3 = -11.
 *
 * Some channels of real networks hardly move at all: their variance is as small as epsilon or
 * smaller. There a wrong epsilon is not a matter of rounding.
 *
 * Checked: the usual epsilons (6 points), and channels whose variance is smaller than epsilon
 * (4 points).
 */
#include "exercise.h"

/// HINT Where do the four arrays begin? At file, file + c, file + 2 * c and file + 3 * c.
/// HINT The scale is gamma over the root of variance plus epsilon. Put x = 0 into the formula to see the shift.
/// HINT `scale[k] = gamma[k] / sqrtf (variance[k] + epsilon);` and `shift[k] = beta[k] - mean[k] * scale[k];`

void ex_norm_from_file (float *scale, float *shift, const float *file, int c,
                        float epsilon)
{
    /// BEGIN SOLUTION
    const float *gamma = file, *beta = file + c;
    const float *mean = file + 2 * c, *variance = file + 3 * c;
    for (int k = 0; k < c; k++) {
#if MISTAKE == 1 // left epsilon out
        scale[k] = gamma[k] / sqrtf (variance[k]) + 0 * epsilon;
#elif MISTAKE == 2 // added epsilon to the deviation, behind the root
        scale[k] = gamma[k] / (sqrtf (variance[k]) + epsilon);
#elif MISTAKE == 3 // took the variance for a deviation
        scale[k] = gamma[k] / (variance[k] + epsilon);
#else
        scale[k] = gamma[k] / sqrtf (variance[k] + epsilon);
#endif
#if MISTAKE == 4 // forgot that the mean is scaled as well
        shift[k] = beta[k] - mean[k];
#elif MISTAKE == 5 // read the mean before beta
        shift[k] = mean[k] - beta[k] * scale[k];
#else
        shift[k] = beta[k] - mean[k] * scale[k];
#endif
    }
    /// END SOLUTION
}
