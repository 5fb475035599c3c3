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

/// HINT Two passes over the training images per channel, one for the mean and one for the deviation, and then one over each array to change it.
/// HINT Sum in double: 50,000 images have 51 million values a channel, and a float stops counting at 16 million.
/// HINT `for (size_t i = k; i < (size_t) n_train * pixels * channels; i += channels) sum += train[i];` walks over channel k.

void ex_standardise (float *train, float *test, int n_train, int n_test,
                     int pixels, int channels)
{
    /// BEGIN SOLUTION
    const size_t size = (size_t) n_train * pixels * channels;
    const size_t test_size = (size_t) n_test * pixels * channels;
    int step = channels;
#if MISTAKE == 3 // took one mean and one deviation for all channels
    step = 1;
#endif
    double mean[channels], deviation[channels];
    for (int k = 0; k < channels; k++) {
        const int first = step == 1 ? 0 : k;
        double sum = 0, squares = 0, count = 0;
        for (size_t i = first; i < size; i += step, count++)
            sum += train[i];
#if MISTAKE == 1 // let the test images into the mean and the deviation
        for (size_t i = first; i < test_size; i += step, count++)
            sum += test[i];
#endif
        mean[k] = sum / count;
        for (size_t i = first; i < size; i += step)
            squares += (train[i] - mean[k]) * (train[i] - mean[k]);
#if MISTAKE == 1
        for (size_t i = first; i < test_size; i += step)
            squares += (test[i] - mean[k]) * (test[i] - mean[k]);
#endif
        deviation[k] = sqrt (squares / count);
#if MISTAKE == 4 // divided by a deviation of 0
#else
        if (deviation[k] == 0)
            deviation[k] = 1;
#endif
    }
    for (size_t i = 0; i < size; i++)
        train[i] =
            (float) ((train[i] - mean[i % channels]) / deviation[i % channels]);
#if MISTAKE == 2 // standardised the test images with their own mean and deviation
    for (int k = 0; k < channels; k++) {
        double sum = 0, squares = 0, count = (double) n_test * pixels;
        for (size_t i = k; i < test_size; i += channels)
            sum += test[i];
        mean[k] = sum / count;
        for (size_t i = k; i < test_size; i += channels)
            squares += (test[i] - mean[k]) * (test[i] - mean[k]);
        deviation[k] = squares > 0 ? sqrt (squares / count) : 1;
    }
#endif
    for (size_t i = 0; i < test_size; i++)
        test[i] =
            (float) ((test[i] - mean[i % channels]) / deviation[i % channels]);
    /// END SOLUTION
}
