/* all images in one shuffled row, sorted by class without losing that order, and dealt from a fold drawn at random */
#include "exercise.h"

void ex_folds (int *fold, const int *label, int n, int classes, int folds,
               nn_random *random)
{
    int row[n], at = (int) nn_random_below (random, folds);
    for (int i = 0; i < n; i++)
        row[i] = i;
    nn_shuffle (row, n, random);
    for (int class = 0; class < classes; class ++)
        for (int i = 0; i < n; i++)
            if (label[row[i]] == class)
                fold[row[i]] = at++ % folds;
}
