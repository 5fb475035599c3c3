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

/// HINT Of each bin keep three sums: images, how sure, how many right.
/// HINT The bin of a probability s is ceil (s * bins) - 1. Compute it in double; s is above 0, since it is the highest of its row.
/// HINT n_b / n times the distance of two means is the distance of two sums, divided by n: no division by n_b is needed.

double ex_calibration_error (const float *p, const int *label, int n, int classes,
                             int bins)
{
    /// BEGIN SOLUTION
    double sure[64] = { 0 }, right[64] = { 0 }, images[64] = { 0 }, error = 0;
    for (int i = 0; i < n; i++) {
        const float *row = p + i * classes;
        int best = 0;
        for (int k = 1; k < classes; k++)
            if (row[k] > row[best])
                best = k;
#if MISTAKE == 1 // looked at the probability of the right class
        const double s = row[label[i]];
#else
        const double s = row[best];
#endif
#if MISTAKE == 2 // put what lies on an edge into the upper bin
        int b = (int) floor (s * bins);
        b = b < bins ? b : bins - 1;
#else
        int b = (int) ceil (s * bins) - 1;
        b = b < 0 ? 0 : b;
#endif
#if MISTAKE == 3 // took the distance of every image for itself, without bins
        error += fabs ((best == label[i]) - s) / n;
#endif
        sure[b] += s;
        right[b] += best == label[i];
        images[b]++;
    }
#if MISTAKE == 3
    return error;
#endif
    for (int b = 0; b < bins; b++) {
        if (images[b] == 0)
            continue;
        const double d = (right[b] - sure[b]) / images[b];
#if MISTAKE == 4 // let every bin count the same, however many images it has
        error += fabs (d) / bins;
#elif MISTAKE == 5 // let errors of different sign cancel each other
        error += d * images[b] / n;
#elif MISTAKE == 6 // took the largest distance, not the mean
        error = fabs (d) > error ? fabs (d) : error;
#else
        error += fabs (d) * images[b] / n;
#endif
    }
#if MISTAKE == 5
    return fabs (error);
#endif
    return error;
    /// END SOLUTION
}
