/*
 * ### The expected calibration error (10 points)
 *
 * Row $i$ of `p` holds the probabilities that a net gave image $i$, one for each class, and
 * `label[i]` is its class. The net names the class of the highest probability, of equals the
 * first; this probability says how *sure* it was.
 *
 * Sort the answers into `bins` bins by how sure it was. Bin $b$, counted from 0, holds what lies
 * above $b / \mathrm{bins}$, up to and including $(b + 1) / \mathrm{bins}$. In each bin that has
 * images compare two means: how sure it was, and the share of answers that were right. Their
 * distance counts as often as the bin has images:
 *
 * $$ \mathrm{ECE} = \sum_b \frac{n_b}{n} \left| \mathrm{right}_b - \mathrm{sure}_b \right| $$
 *
 * An example with two bins: it was sure to 0.6 and right, to 0.9 and wrong, to 0.4 and right.
 * The upper bin holds two, on average sure to 0.75 and right in a half; the lower one was sure to
 * 0.4 and always right. So it is 2/3 of 0.25 and 1/3 of 0.6: 0.367.
 *
 * Checked: equal to the reference (6 points), also where probabilities lie on the edges of bins
 * (4 points).
 */
#include "exercise.h"

double ex_calibration_error (const float *p, const int *label, int n, int classes,
                             int bins)
{
    // your code here
    nn_todo ("10-4");
}
