/*
 * ### What decays, and what does not (10 points)
 *
 * A net hands you its `count` parameters, the structs of chapter 3. Write into `decays` a 1
 * for each that weight decay may shrink, and a 0 for each that it must leave alone. The rule
 * of the chapter:
 *
 * - What is not learnt does not decay. `constant` says so.
 * - What has one dimension does not decay: biases, and the scales and shifts of a
 *   normalisation.
 * - A bias stays a bias even if it has a number for each place of a picture, and so three
 *   dimensions. Its name ends in `.bias`.
 * - Everything else decays: matrices and kernels, also where a dimension happens to be 1.
 *
 * Names look like `"conv2d_1.weight"`. Mind that the scale of a normalisation is called
 * `weight` as well: `"batchnorm_2.weight"`.
 *
 * An example: of `conv2d_1.weight` (3 x 3 x 3 x 32), `conv2d_1.bias` (32),
 * `batchnorm_1.weight` (32) and `dense_1.weight` (64 x 1), the first and the last decay.
 *
 * Checked: all that shall decay is marked (4 points), and nothing else is (6 points).
 */
#include "exercise.h"

void ex_what_decays (int *decays, const nn_param *param, int count)
{
    // your code here
    nn_todo ("07-2");
}
