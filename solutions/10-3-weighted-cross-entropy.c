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

/// HINT Exercise 3.1 was the same with weights of 1. What was 1 / n there is w / (sum of the weights) here.
/// HINT First a loop for the sum of `weight[label[i]]` over the images of the batch. Then one row after the other.
/// HINT For each row: the largest score, the sum of expf (x[k] - largest), the loss logf (sum) + largest - x[label]; dx[k] is share * (p[k] - (k == label)), with share = weight[label] / all.

float ex_weighted_loss (float *dx, const float *x, const int *label,
                        const float *weight, int n, int classes)
{
    /// BEGIN SOLUTION
    double all = 0, loss = 0;
    for (int i = 0; i < n; i++)
        all += weight[label[i]];
#if MISTAKE == 1 // divided by the number of images, not by their weights
    all = n;
#elif MISTAKE == 2 // did not divide at all
    all = 1;
#elif MISTAKE == 3 // divided by the sum of the classes' weights
    all = 0;
    for (int k = 0; k < classes; k++)
        all += weight[k];
#endif
    for (int i = 0; i < n; i++, x += classes, dx += classes) {
        double most = x[0];
        for (int k = 1; k < classes; k++)
            most = x[k] > most ? x[k] : most;
        double sum = exp (x[0] - most);
        for (int k = 1; k < classes; k++)
            sum += exp (x[k] - most);
        const double share = weight[label[i]] / all;
        loss += share * (log (sum) + most - x[label[i]]);
        for (int k = 0; k < classes; k++) {
            const double p = exp (x[k] - most) / sum;
#if MISTAKE == 4 // forgot the weights in the gradient
            dx[k] = (float) ((p - (k == label[i])) / n);
#elif MISTAKE == 5 // gave each score its own class's weight
            dx[k] = (float) ((p - (k == label[i])) * weight[k] / all);
#elif MISTAKE == 6 // took the gradient uphill
            dx[k] = (float) (((k == label[i]) - p) * share);
#else
            dx[k] = (float) (share * (p - (k == label[i])));
#endif
        }
    }
    return (float) loss;
    /// END SOLUTION
}
