/*
 * ### Macro F1 (10 points)
 *
 * Of `n` images, image $i$ belongs to class `label[i]` and was given the name `named[i]`;
 * classes are counted from 0. For each class let $r$ be the number of images that are right
 * (of this class, and named so), $a$ the number that belong to the class, and $n$ the number
 * that were named so. Then
 *
 * $$ F_1 = \frac{2 r}{a + n} $$
 *
 * Return the mean over all `classes`, in which every class counts the same. A class to which
 * no image belongs, and which no image was named, counts as 0: nothing was right there.
 *
 *         label      0  0  1  1  1
 *         named      0  1  1  1  0          of 3 classes
 *         F1         0.5, 0.667 and 0; their mean is 0.389
 *
 * Checked: classes that all have images (4 points), classes of very different size (2
 * points), and classes without any image (4 points).
 */
#include "exercise.h"

/// HINT Three counts for each class. One walk over the images can fill them all.
/// HINT Image i adds 1 to `are[label[i]]` and to `names[named[i]]`, and if both are the same also to `right`.
/// HINT Where `are[k] + names[k]` is 0, leave that class's share at 0, but still divide by `classes`.

double ex_macro_f1 (const int *label, const int *named, int n, int classes)
{
    /// BEGIN SOLUTION
    double sum = 0;
#if MISTAKE > 1
    double precision = 0, recall = 0, weighted = 0;
    int counted = 0, all_right = 0;
#endif
    for (int k = 0; k < classes; k++) {
        int right = 0, are = 0, names = 0;
        for (int i = 0; i < n; i++) {
            are += label[i] == k;
            names += named[i] == k;
            right += label[i] == k && named[i] == k;
        }
#if MISTAKE == 1 // divided 0 by 0 in a class without images and names
        sum += 2.0 * right / (are + names);
#else
        if (are + names == 0)
            continue;
        sum += 2.0 * right / (are + names);
#endif
#if MISTAKE > 1
        counted++;
        all_right += right;
        precision += names ? (double) right / names : 0;
        recall += are ? (double) right / are : 0;
        weighted += 2.0 * right / (are + names) * are;
#endif
    }
#if MISTAKE == 2 // left classes without images out of the mean
    return counted ? sum / counted : 0;
#elif MISTAKE == 3 // took F1 of the mean precision and the mean recall
    return precision + recall > 0
               ? 2 * precision * recall / (precision + recall) / classes
               : 0;
#elif MISTAKE == 4 // counted every image the same, which gives the accuracy
    return (double) all_right / n;
#elif MISTAKE == 5 // weighed each class by its images
    return weighted / n;
#elif MISTAKE == 6 // took the mean recall instead of F1
    return recall / classes;
#elif MISTAKE == 7 // took the mean precision instead of F1
    return precision / classes;
#else
    return sum / classes;
#endif
    /// END SOLUTION
}
