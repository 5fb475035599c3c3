/*
 * ### The loss of mixed pictures (10 points)
 *
 * In a batch of `n` pictures, picture $i$ was mixed with picture $n - 1 - i$: a share
 * `share` of the first, the rest of the other. So the net is asked for a share `share` of
 * class `label[i]`, and for the rest of class `label[n - 1 - i]`. The scores `x` are `n` rows
 * of `classes` numbers, $p$ their softmax, and with $t$ the shares that are asked for,
 *
 * $$ L = \frac{1}{n} \sum_i \sum_k - t_{ik} \log p_{ik} . $$
 *
 * Write $L$ to `*loss`, and to `dx` how it changes with each score. Scores may be as large as
 * 1000. If both classes are the same, all of it is asked of that one.
 *
 * An example: one picture (mixed with itself), two classes, scores 0 and 0, label 0. Both
 * probabilities are one half, the loss is $\log 2$ = 0.693, the gradient -0.5 and 0.5.
 *
 * Checked: the loss (4 points), large scores (2 points), and the gradient against a measured
 * one (4 points).
 */
#include "exercise.h"

void ex_mixup_loss (float *loss, float *dx, const float *x, const int *label,
                    float share, int n, int classes)
{
    // your code here
    nn_todo ("09-3");
}
