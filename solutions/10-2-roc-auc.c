/*
 * ### The area below the ROC curve (10 points)
 *
 * `n` images were given a score for one class. Image $i$ belongs to it if `is[i]` is 1, and to
 * another if it is 0; there are some of both. Return the area below the ROC curve.
 *
 * It is the chance that an image of the class, drawn at random, has a higher score than one of
 * another class. So look at all pairs of an image that is and one that is not: a pair in the
 * right order counts 1, one in the wrong order 0, and one with **equal** scores one half.
 *
 *         score      0.9  0.5  0.5  0.1
 *         is         1    0    1    0      four pairs: 1, 1, 0.5, 1
 *         returns    0.875
 *
 * Checked: scores that all differ (4 points), scores with ties (4 points), and scores that are
 * all the same (2 points).
 */
#include "exercise.h"

/// HINT Two loops, one over the images that are, one over those that are not. For n up to some thousands that is quick enough.
/// HINT Count 2 for the right order and 1 for a tie: then the sum is an integer, and exact.
/// HINT Divide the sum by 2 and by the number of pairs, which is the number of images that are, times the number of those that are not.

double ex_roc_auc (const float *score, const int *is, int n)
{
    /// BEGIN SOLUTION
    double sum = 0, pairs = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            if (!is[i] || is[j])
                continue;
            pairs++;
#if MISTAKE == 1 // counted a tie as the right order
            sum += score[i] >= score[j];
#elif MISTAKE == 2 // counted a tie as the wrong order
            sum += score[i] > score[j];
#elif MISTAKE == 3 // turned the order round
            sum += score[i] < score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
#else
            sum += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
#endif
        }
#if MISTAKE == 4 // divided by all pairs, also those of two images of one kind
    return sum / (0.5 * n * (n - 1));
#elif MISTAKE == 5 // did not divide by the number of pairs
    return sum;
#endif
    return sum / pairs;
    /// END SOLUTION
}
