/*
 * ### Standardise, and do not peep (10 points)
 *
 * Give every channel of the training images mean 0 and deviation 1. Then treat the test
 * images by exactly the same rule.
 *
 * `train` holds `n_train` images and `test` holds `n_test`; each image has `pixels` places
 * of `channels` numbers. The numbers of a place lie side by side, so channel $k$ of all
 * places is every `channels`-th number, from number $k$ on. Both arrays are changed in place.
 *
 * For each channel take the mean $\mu$ and the deviation $\sigma$ over all places of all
 * *training* images, divided by their number:
 *
 * $$ \mu = \frac{1}{m} \sum_i x_i, \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2,
 *    \qquad x_i \leftarrow \frac{x_i - \mu}{\sigma} $$
 *
 * An example with one channel: the training values 2, 4, 4, 6 have the mean 4 and the
 * variance (4 + 0 + 0 + 4) / 4 = 2, so they become -1.414, 0, 0, 1.414. A test value of 10
 * becomes 6 / 1.414 = 4.243. That the test values then have another mean than 0 is as it
 * should be: nobody may look at them before the end.
 *
 * A channel that never changes in training has no deviation; take 1 for it.
 *
 * Checked: the training images (3 points), the test images (5 points), a channel that never
 * changes (2 points).
 */
#include "exercise.h"

void ex_standardise (float *train, float *test, int n_train, int n_test,
                     int pixels, int channels)
{
    // your code here
    nn_todo ("02-2");
}
