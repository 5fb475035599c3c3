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

void ex_vote_weights (float *weight, const float *p, const int *label,
                      const int *part, int members, int n, int classes)
{
    // your code here
    nn_todo ("16-3");
}
