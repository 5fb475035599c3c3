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

/// HINT The loss of one picture is a sum of two: share times the cross-entropy with its own class, and the rest times that with the other's.
/// HINT The gradient of the cross-entropy with softmax is p - t. With two classes asked for, t has two entries that are not 0; if they are the same entry, they add up. And the loss is a mean over n.
/// HINT log p of class k is x[k] - most - log (sum of exp (x[j] - most)), with most the largest score of the row: no exp of 1000, no log of 0.

void ex_mixup_loss (float *loss, float *dx, const float *x, const int *label,
                    float share, int n, int classes)
{
    /// BEGIN SOLUTION
    double all = 0;
    for (int i = 0; i < n; i++) {
        const float *row = x + (size_t) i * classes;
        float *to = dx + (size_t) i * classes;
        float most = row[0];
        for (int k = 0; k < classes; k++)
            most = row[k] > most ? row[k] : most;
#if MISTAKE == 1 // did not take off the largest score first
        most = 0;
#endif
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += exp ((double) row[k] - most);
        const int one = label[i];
#if MISTAKE == 2 // asked for the picture's own class alone
        const int other = label[i];
#else
        const int other = label[n - 1 - i];
#endif
#if MISTAKE == 3 // exchanged the two shares
        const double first = 1 - (double) share, second = share;
#else
        const double first = share, second = 1 - (double) share;
#endif
        const double log_one = row[one] - most - log (sum);
        const double log_other = row[other] - most - log (sum);
#if MISTAKE == 4 // took the logarithm of the mixed probability
        const double mixed = first * exp (log_one) + second * exp (log_other);
        all -= log (mixed);
        for (int k = 0; k < classes; k++) {
            const double p = exp ((double) row[k] - most) / sum;
            const double t = (k == one ? first * exp (log_one) : 0) +
                             (k == other ? second * exp (log_other) : 0);
            to[k] = (float) ((p - t / mixed) / n);
        }
        continue;
#endif
        all -= first * log_one + second * log_other;
#if MISTAKE == 5 // did not divide by the number of pictures
        const double scale = 1;
#else
        const double scale = 1.0 / n;
#endif
        for (int k = 0; k < classes; k++)
            to[k] = (float) (scale * exp ((double) row[k] - most) / sum);
        to[one] -= (float) (scale * first);
#if MISTAKE == 6 // left out the other class in the gradient
#else
        to[other] -= (float) (scale * second);
#endif
    }
#if MISTAKE == 5
    *loss = (float) all;
#else
    *loss = (float) (all / n);
#endif
    /// END SOLUTION
}
