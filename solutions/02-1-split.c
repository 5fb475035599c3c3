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

/// HINT Treat each class on its own: gather the numbers of its images in an array.
/// HINT Shuffle that array with nn_shuffle; the first few of it are put aside. How many? `lround (share * count)`.
/// HINT Set all of second to 0. For each class: gather, shuffle, mark the first `lround (share * count)`. An array `int member[n]` is large enough; n is 1,000 at most here, but malloc and free are better manners.

void ex_split (int *second, const int *label, int n, int classes, double share,
               nn_random *random)
{
    /// BEGIN SOLUTION
    int *member = malloc (n * sizeof *member);
    memset (second, 0, n * sizeof *second);
#if MISTAKE == 1 // drew from all images at once and forgot the classes
    for (int i = 0; i < n; i++)
        member[i] = i;
    nn_shuffle (member, n, random);
    for (int i = 0; i < lround (share * n); i++)
        second[member[i]] = 1;
    classes = 0;
#endif
    for (int class = 0; class < classes; class ++) {
        int count = 0;
        for (int i = 0; i < n; i++)
            if (label[i] == class)
                member[count++] = i;
#if MISTAKE == 2   // took the first images of each class, not any
#elif MISTAKE == 3 // took chance from rand (), which knows nothing of the seed
        for (int i = count - 1; i > 0; i--) {
            const int j = rand () % (i + 1), kept = member[i];
            member[i] = member[j];
            member[j] = kept;
        }
#else
        nn_shuffle (member, count, random);
#endif
        for (int i = 0; i < lround (share * count); i++)
            second[member[i]] = 1;
    }
    free (member);
    /// END SOLUTION
}
