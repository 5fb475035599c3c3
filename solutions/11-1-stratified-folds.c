/*
 * ### Stratified folds (10 points)
 *
 * Deal `n` images into `folds` folds, by chance, so that each fold has its share of every
 * class. Image `i` is of class `label[i]`, which lies in 0 … `classes` - 1. Write the number
 * of its fold, 0 … `folds` - 1, to `fold[i]`.
 *
 * Of a class with 12 images each of five folds gets 2 or 3. And all folds are of the same
 * size, give or take one: if several classes leave a rest, these rests shall not all go to
 * the same folds.
 *
 *         label   0 0 0 1 1 1 1 1        two folds of four images:
 *         fold    1 0 1 0 1 0 1 0        of class 0 one has two, of class 1 the other has three
 *
 * A class may have no images, or fewer than there are folds; then some folds get none, and
 * that is fine here. All chance comes from `random`: `nn_shuffle`, `nn_random_below` and the
 * others are yours. The same seed shall deal the same.
 *
 * Checked: of each class every fold has its share (4 points); the folds are of equal size
 * (2 points); every image may come into any fold (2 points); the same seed gives the same
 * folds (2 points).
 */
#include "exercise.h"

/// HINT Deal one class after the other, like cards: gather the numbers of its images, shuffle them, and give one to each fold in turn.
/// HINT A class of 7 and five folds: the first two folds get an image more. If the next class began at fold 0 again, these two would get more again. So do not begin there.
/// HINT Keep one number `next` over all classes: fold[member[i]] = next; next = (next + 1) % folds. It never goes back to 0 by itself.

void ex_folds (int *fold, const int *label, int n, int classes, int folds,
               nn_random *random)
{
    /// BEGIN SOLUTION
    int *member = malloc (n * sizeof *member);
    int next = 0;
    if (!member)
        return;
#if MISTAKE == 1 // dealt all images at once and forgot the classes
    for (int i = 0; i < n; i++)
        member[i] = i;
    nn_shuffle (member, n, random);
    for (int i = 0; i < n; i++)
        fold[member[i]] = i % folds;
    classes = 0;
#endif
    for (int class = 0; class < classes; class ++) {
        int count = 0;
        for (int i = 0; i < n; i++)
            if (label[i] == class)
                member[count++] = i;
#if MISTAKE == 2 // began every class at the first fold, which gets all the rests
        next = 0;
#endif
#if MISTAKE == 3   // dealt the images of a class in their old order
#elif MISTAKE == 4 // took chance from rand (), which knows nothing of the seed
        for (int i = count - 1; i > 0; i--) {
            const int j = rand () % (i + 1), kept = member[i];
            member[i] = member[j];
            member[j] = kept;
        }
#else
        nn_shuffle (member, count, random);
#endif
        for (int i = 0; i < count; i++) {
            fold[member[i]] = next;
            next = (next + 1) % folds;
        }
    }
    free (member);
    /// END SOLUTION
}
