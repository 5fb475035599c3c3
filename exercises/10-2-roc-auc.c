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

double ex_roc_auc (const float *score, const int *is, int n)
{
    // your code here
    nn_todo ("10-2");
}
