/*
 * ### Weighted cross-entropy (10 points)
 *
 * Row $i$ of `x` holds the scores of image $i$, one for each class, and `label[i]` is its class.
 * Softmax makes probabilities of the scores. An image of class $k$ counts `weight[k]` times,
 * and the loss is the mean **by weights**: with $w_i$ for the weight of image $i$'s class,
 *
 * $$ L = \frac{\sum_i w_i \cdot \left( -\ln p_{i,\,\mathrm{label}_i} \right)}{\sum_i w_i} $$
 *
 * Return $L$, and write its gradient with respect to every score to `dx`. The weights are 0 or
 * more, and in every batch some image has a weight above 0.
 *
 * An example with two images of two classes, all scores 0: every probability is 0.5 and every
 * image's loss $\ln 2 = 0.693$. With labels 0 and 1 and the weights 3 and 1 the loss is still
 * 0.693, and `dx` is -0.375, 0.375 for the first image and 0.125, -0.125 for the second.
 *
 * Checked: the loss and its gradient equal the reference's (3 points each), and the gradient
 * equals one that was measured (4 points).
 */
#include "exercise.h"

float ex_weighted_loss (float *dx, const float *x, const int *label,
                        const float *weight, int n, int classes)
{
    // your code here
    nn_todo ("10-3");
}
