/*
 * ### A fair split (10 points)
 *
 * Put some of `n` images aside, at random, but in each class the same share. Image `i` is
 * of class `label[i]`, which lies in 0 … `classes` - 1. Write 1 to `second[i]` if the image
 * is put aside, and 0 if it stays.
 *
 * Of a class with 40 images, a `share` of 0.2 is 8 images. Where the share is no whole
 * number, the one below and the one above are both right: of 7 images, 0.2 are 1 or 2.
 * A class may be empty.
 *
 *         label   0 1 1 0 1 0 0 1        share 0.5: two of each class,
 *         second  1 0 1 0 0 0 1 1        any two
 *
 * Which of them is left to chance, and all chance comes from `random`: `nn_shuffle`,
 * `nn_random_below` and the others are yours to use. The same seed shall put the same
 * images aside, today and tomorrow.
 *
 * Checked: every class gives its share (4 points); every image of a class is put aside
 * equally often (3 points); the same seed gives the same split (3 points).
 */
#include "exercise.h"

void ex_split (int *second, const int *label, int n, int classes, double share,
               nn_random *random)
{
    // your code here
    nn_todo ("02-1");
}
