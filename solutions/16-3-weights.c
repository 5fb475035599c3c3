/*
 * ### Who should have more to say? (10 points)
 *
 * `p` holds what `members` networks say of `n` images, network after network, as in exercise
 * 16.1; `label[i]` is the class of image i. `part[i]` says what the image is for: 0, the networks
 * have learnt from it; 1, it was put aside for validation; 2, it belongs to the test.
 *
 * Find the weights of the networks, none below 0 and together 1, with which the weighted mean of
 * their probabilities is least surprised. And find them on the images that you may use for that.
 *
 * There is a way without slopes and rates. Begin with equal weights. Each image has one unit of
 * praise to give away, and it goes to the networks in shares of what each has contributed to the
 * probability of the right class:
 *
 * $$ \text{share}_{i,m} = \frac{w_m\, p_{m,i,\mathrm{label}_i}}{\sum_j w_j\, p_{j,i,\mathrm{label}_i}} $$
 *
 * The new weight of a network is the mean of its shares over the images. Do that 500 times. Each
 * step surprises less than the one before, and the weights stay where weights have to be. All
 * probabilities are above 0.
 *
 * An example with two networks and one image: they give its class 0.6 and 0.2. The shares are 3/4
 * and 1/4, and these are the weights after one step; after two they are 0.9 and 0.1.
 *
 * Checked: weights that none below 0 and that are 1 together (2 points), that surprise no more
 * than they must (4 points), and that do not change when the labels of other images do
 * (4 points).
 */
#include "exercise.h"

/// HINT First count the images that were put aside for validation: the mean is over those.
/// HINT Keep new weights beside the old ones, all 0 in the beginning of a step. For each image: the sum of w * p over the networks, then to each new weight its share.
/// HINT The probability that network m gives image i's class is p[(m * n + i) * classes + label[i]].

void ex_vote_weights (float *weight, const float *p, const int *label,
                      const int *part, int members, int n, int classes)
{
    /// BEGIN SOLUTION
    double w[16], next[16];
#if MISTAKE == 1 // used all images, whatever they are for
    int images = n;
#else
    int images = 0;
    for (int i = 0; i < n; i++)
        images += part[i] == 1;
#endif
#if MISTAKE == 2 // used the images that the networks have learnt from
    images = 0;
    for (int i = 0; i < n; i++)
        images += part[i] == 0;
#elif MISTAKE == 3 // used the test
    images = 0;
    for (int i = 0; i < n; i++)
        images += part[i] == 2;
#endif
    for (int m = 0; m < members; m++)
        w[m] = 1.0 / members;
#if MISTAKE == 4 // stopped after one step
    for (int step = 0; step < 1; step++) {
#else
    for (int step = 0; step < 500; step++) {
#endif
        for (int m = 0; m < members; m++)
            next[m] = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
#if MISTAKE == 1
#elif MISTAKE == 2
            if (part[i] != 0)
                continue;
#elif MISTAKE == 3
        if (part[i] != 2)
            continue;
#else
        if (part[i] != 1)
            continue;
#endif
            for (int m = 0; m < members; m++)
                sum += w[m] * p[(m * n + i) * classes + label[i]];
            for (int m = 0; m < members; m++)
                next[m] +=
                    w[m] * p[(m * n + i) * classes + label[i]] / sum / images;
        }
        for (int m = 0; m < members; m++)
            w[m] = next[m];
    }
#if MISTAKE == 5 // gave the best network all there is
    int best = 0;
    for (int m = 1; m < members; m++)
        best = w[m] > w[best] ? m : best;
    for (int m = 0; m < members; m++)
        w[m] = m == best;
#elif MISTAKE == 6 // summed the shares up and took no mean
    for (int m = 0; m < members; m++)
        w[m] *= images;
#endif
    for (int m = 0; m < members; m++)
        weight[m] = (float) w[m];
    /// END SOLUTION
}
