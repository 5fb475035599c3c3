/*  exact.c - does a network learn as well with Winograd's sums as with exact ones?
 *
 *  Winograd's algorithm rounds more: its numbers differ from the direct
 *  algorithm's in the sixth digit. A small network is trained three times with
 *  each, from the same weights on the same pictures in the same order. Prints lines
 *  of a run.tsv; fails if the means lie further apart than the three runs of one
 *  algorithm do.
 */
#include "../chapters/record.h"

#include <math.h>

enum { SEEDS = 3, EPOCHS = 8, LEARNT = 3000, HELD = 1000 };

/*  Percent right of the pictures held back. */
static double learns (const char *algorithm, uint64_t seed, const nn_data *learnt,
                      const nn_data *held)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, 32, 32, 3);
    x = nn_relu (
        net, nn_batchnorm (net, nn_conv2d (net, x, .filters = 16, .same = true)));
    x = nn_maxpool (net, x, .size = 2);
    for (int filters = 32; filters <= 64; filters *= 2) {
        x = nn_conv2d (net, x, .filters = filters, .same = true,
                       .algorithm = algorithm);
        x = nn_relu (net, nn_batchnorm (net, x));
        x = nn_maxpool (net, x, .size = 2);
    }
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    must (nn_net_build (net, .batch = 50));
    nn_optimiser adam = nn_adam (.rate = 2e-3f);
    nn_history history = { 0 };
    must (nn_train (net, learnt, &history, .validation = held, .epochs = EPOCHS,
                    .optimiser = &adam, .seed = seed));
    const double right = 100 * history.epoch[history.epochs - 1].val_accuracy;
    nn_history_free (&history);
    nn_net_free (&net);
    return right;
}

int main (void)
{
    static const char *algorithms[] = { "direct", "winograd" };
    double mean[2] = { 0 }, spread = 0;
    nn_data *learnt = nn_shapes10 (LEARNT, 1), *held = nn_shapes10 (HELD, 2);
    for (int k = 0; k < 2; k++) {
        double low = 100, high = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            const double right = learns (algorithms[k], seed, learnt, held);
            printf ("%s_%d\t%.1f\tpercent of %d pictures held back\n",
                    algorithms[k], seed, right, HELD);
            mean[k] += right / SEEDS;
            low = fmin (low, right), high = fmax (high, right);
        }
        printf ("%s\t%.1f\tthe mean\n", algorithms[k], mean[k]);
        spread = fmax (spread, high - low);
    }
    printf ("spread\t%.1f\tof three seeds, the larger\n", spread);
    printf ("apart\t%.1f\tthe means\n", fabs (mean[0] - mean[1]));
    nn_data_free (&learnt);
    nn_data_free (&held);
    return fabs (mean[0] - mean[1]) > spread;
}
