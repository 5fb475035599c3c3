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

/// HINT Three conditions for each parameter, and all of them must hold: learnt, more than one dimension, no bias.
/// HINT `constant` and `dims` are members. For the name, compare what stands behind its last dot: `strrchr (name, '.')`.
/// HINT `decays[i] = !p->constant && p->dims > 1 && strcmp (strrchr (p->name, '.'), ".bias") != 0;`

void ex_what_decays (int *decays, const nn_param *param, int count)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < count; i++) {
        const nn_param *p = &param[i];
        const char *end = strrchr (p->name, '.');
#if MISTAKE == 1 // let everything decay that is learnt
        decays[i] = !p->constant;
        (void) end;
#elif MISTAKE == 2 // went by the name, and scales are weights by name
        decays[i] = !p->constant && strcmp (end, ".weight") == 0;
#elif MISTAKE == 3 // let decay what is not learnt
        decays[i] = p->dims > 1 && strcmp (end, ".bias") != 0;
#elif MISTAKE == 4 // took a bias with three dimensions for a kernel
        decays[i] = !p->constant && p->dims > 1;
        (void) end;
#elif MISTAKE == 5 // took a matrix with one column for a vector
        decays[i] = !p->constant && p->dims > 1 && strcmp (end, ".bias") != 0 &&
                    p->dim[p->dims - 1] > 1;
#elif MISTAKE == 6 // marked what must be left alone, and the other way round
        decays[i] = p->constant || p->dims == 1 || strcmp (end, ".bias") == 0;
#else
        decays[i] = !p->constant && p->dims > 1 && strcmp (end, ".bias") != 0;
#endif
    }
    /// END SOLUTION
}
