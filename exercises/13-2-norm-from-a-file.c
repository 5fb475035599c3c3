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

void ex_norm_from_file (float *scale, float *shift, const float *file, int c,
                        float epsilon)
{
    // your code here
    nn_todo ("13-2");
}
