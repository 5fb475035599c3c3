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

double ex_macro_f1 (const int *label, const int *named, int n, int classes)
{
    // your code here
    nn_todo ("10-1");
}
