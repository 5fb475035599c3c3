/*  augment.c - augmentation keeps up with the network
 *
 *  The loader reads ahead on a thread of its own. So a training slows down only by
 *  what the pipeline takes from the processors: at most a tenth of the baseline's
 *  step, at 32 x 32. (Measured: 9 % with AVX-512, where the step itself is
 *  quickest.) At 96 x 96 a step of MobileNetV2 takes 4 ms of processor time a picture
 *  when nothing is wasted (PyTorch: 10 ms on two cores); a fifth of the smaller is
 *  the limit there. The benchmark shows the same figures as a table.
 */
#include "../bench/augment.h"

#include <omp.h>

int main (void)
{
    static const augment_task baseline = { "baseline", 32, 64, 1280 };
    omp_set_num_threads (1);
    // -- in turn, and the quietest of the rounds
    double slower = 1e9, step = 1e9;
    for (int round = 0; round < 5; round++) {
        augment_cost least[2];
        augment_costs (least, &baseline, 1);
        slower = fmin (slower, least[1].processor / least[0].processor - 1);
        step = fmin (step, least[0].processor / baseline.images);
    }
    const double small = augment_picture (32), large = augment_picture (96);
    printf (
        "   a step %.0f us a picture; the pipeline %.1f us, at 96 x 96 %.0f us\n",
        1e6 * step, 1e6 * small, 1e6 * large);
    check (slower < 0.10, "augmentation takes less than a tenth of the step",
           "%.1f %%", 100 * slower);
    check (small < 0.5 * step, "and its thread is never the slower one",
           "%.1f us of %.1f", 1e6 * small, 1e6 * step);
    check (large < 0.2 * 4e-3, "nor at 96 x 96 beside MobileNetV2's step",
           "%.0f us", 1e6 * large);
    return nn_test_done ();
}
