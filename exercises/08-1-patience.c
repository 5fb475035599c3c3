/*
 * ### Patience (10 points)
 *
 * `loss` holds the validation losses that a training of `epochs` epochs would have. When
 * does early stopping end it? Return how many epochs are trained, and write the number of
 * the best epoch, counted from 0, to `best`.
 *
 * An epoch is *better* if its loss is below that of the best epoch so far by **more than**
 * `min_delta`. The first epoch is better than nothing. A loss that is not a number is never
 * better. After `patience` epochs in a row that were not better, training stops. If it never
 * stops, all `epochs` are trained. If no epoch was ever better than nothing, `best` is -1.
 *
 *         loss       1.0  0.75  0.74  0.80  0.73  0.50
 *         better     yes  yes   no    no    no             min_delta 0.125, patience 3
 *         returns 5, and best is 1
 *
 * Mind the third epoch: it is below 0.75, but not by more than 0.125. So 0.75 stays the one to
 * beat. Otherwise a loss that creeps downwards would never be found out.
 *
 * Checked: many losses with `min_delta` 0 (4 points) and above 0 (4 points), and losses that
 * are not numbers (2 points).
 */
#include "exercise.h"

int ex_patience (int *best, const float *loss, int epochs, int patience,
                 float min_delta)
{
    // your code here
    nn_todo ("08-1");
}
