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

void ex_folds (int *fold, const int *label, int n, int classes, int folds,
               nn_random *random)
{
    // your code here
    nn_todo ("11-1");
}
