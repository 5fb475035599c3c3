/*
 * ### The gradient of softmax and cross-entropy (10 points)
 *
 * A batch of `n` images has `classes` scores each: row $i$ of `x`. Softmax makes
 * probabilities of the scores, and cross-entropy is minus the logarithm of the one that
 * the right class `label[i]` was given. The loss is the *mean* over the batch:
 *
 * $$ p_{ik} = \frac{e^{x_{ik}}}{\sum_j e^{x_{ij}}}, \qquad
 *    L = -\frac{1}{n} \sum_i \ln p_{i,\,\mathrm{label}_i} $$
 *
 * Write `dx`, the gradient of $L$ with respect to every score. Do the derivation on paper
 * first: nearly everything cancels out, and what remains fits on one line.
 *
 * An example with one image and three classes: the scores 0, 0, 0.6931 (which is $\ln 2$)
 * give the probabilities 0.25, 0.25, 0.5. If the right class is the last, `dx` is 0.25,
 * 0.25, -0.5. In a batch of two it would be half of that.
 *
 * Scores may be as large as 1,000 or as small as -1,000, where $e^{1000}$ is no float. But
 * softmax does not change when the same number is taken off all scores of a row.
 *
 * Checked: equal to the reference (4 points), also for large scores (3 points), and equal
 * to a gradient that was measured (3 points).
 */
#include "exercise.h"

/// HINT The gradient of one image is what was predicted minus what is true: p - 1 for the right class, p for the others.
/// HINT The loss is a mean, so every gradient is divided by n.
/// HINT For each row: find the largest score, sum expf (x[k] - largest), and set dx[k] to expf (x[k] - largest) / sum / n; then take 1 / n off dx[label].

void ex_cross_entropy_backward (float *dx, const float *x, const int *label, int n,
                                int classes)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++, x += classes, dx += classes) {
        float most = x[0], sum = 0;
        for (int k = 1; k < classes; k++)
            most = x[k] > most ? x[k] : most;
#if MISTAKE == 2 // took e to the power of large scores, which is infinite
        most = 0;
#endif
        for (int k = 0; k < classes; k++)
            sum += expf (x[k] - most);
        for (int k = 0; k < classes; k++)
            dx[k] = expf (x[k] - most) / sum;
#if MISTAKE != 3
        dx[label[i]] -= 1;
#endif
#if MISTAKE == 1   // forgot that the loss is a mean, and did not divide by n
#elif MISTAKE == 3 // forgot to take 1 off the right class
        for (int k = 0; k < classes; k++)
            dx[k] /= n;
#elif MISTAKE == 4 // divided by the number of classes instead of images
        for (int k = 0; k < classes; k++)
            dx[k] /= classes;
#elif MISTAKE == 5 // took the gradient uphill: true minus predicted
        for (int k = 0; k < classes; k++)
            dx[k] /= -n;
#else
        for (int k = 0; k < classes; k++)
            dx[k] /= n;
#endif
    }
    /// END SOLUTION
}
