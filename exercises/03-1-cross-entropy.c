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

void ex_cross_entropy_backward (float *dx, const float *x, const int *label, int n,
                                int classes)
{
    // your code here
    nn_todo ("03-1");
}
