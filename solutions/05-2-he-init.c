/*
 * ### Weights that keep values in size (10 points)
 *
 * Draw the first weights of a convolution with `in` input channels, `out` filters and a
 * kernel of `kh` x `kw` places, so that values keep their size through it and through the
 * ReLU behind it, as He, Zhang, Ren and Sun (2015) have it.
 *
 * An output is a sum of products, one for each weight of its filter; let their number be
 * $m$. If the weights are independent, with mean 0 and variance $\sigma^2$, then the sum
 * has a variance of $m\,\sigma^2$ times the mean square of the inputs. The ReLU makes zeros
 * of half the sums, and so it halves their mean square. What must $\sigma$ be, if in the
 * end nothing is to grow or to fade?
 *
 * `w` has `kh * kw * in * out` numbers. `normal (source)` draws from the bell curve with
 * mean 0 and deviation 1. Each weight shall have a draw of its own.
 *
 * An example: a kernel of 3 x 3 over 2 channels. Each output is a sum of 18 products, so
 * the deviation of the weights is a third.
 *
 * Checked: every weight has a draw of its own (2 points); mean and deviation for several
 * shapes (5 points); and ten layers of your weights, with a ReLU behind each, leave the
 * mean square of the values about where it was (3 points).
 */
#include "exercise.h"

/// HINT How many products meet in one output? Count them in the picture of the window in chapter 4. The filters are not among them.
/// HINT The mean square is multiplied by m times the variance, and by a half. That shall be 1.
/// HINT `const float deviation = sqrtf (2.0f / (kh * kw * in));` and each weight is the deviation times a draw.

void ex_he (float *w, int kh, int kw, int in, int out,
            float (*normal) (void *source), void *source)
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // forgot the ReLU, which halves the mean square
    const float deviation = sqrtf (1.0f / (float) (kh * kw * in));
#elif MISTAKE == 2 // counted the channels and forgot the places of the kernel
    const float deviation = sqrtf (2.0f / (float) in);
#elif MISTAKE == 3 // counted the filters, not the input channels
    const float deviation = sqrtf (2.0f / (float) (kh * kw * out));
#elif MISTAKE == 4 // took the variance for the deviation
    const float deviation = 2.0f / (float) (kh * kw * in);
#elif MISTAKE == 5 // took the mean of both directions, as Glorot does
    const float deviation = sqrtf (2.0f / (float) (kh * kw * (in + out)));
#else
    const float deviation = sqrtf (2.0f / (float) (kh * kw * in));
#endif
#if MISTAKE == 6 // drew one filter and gave it to all outputs
    for (int i = 0; i < kh * kw * in; i++) {
        const float one = deviation * normal (source);
        for (int k = 0; k < out; k++)
            w[i * out + k] = one;
    }
#else
    for (int i = 0; i < kh * kw * in * out; i++)
        w[i] = deviation * normal (source);
#endif
    /// END SOLUTION
}
