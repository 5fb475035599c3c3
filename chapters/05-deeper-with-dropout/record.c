/*  record.c - what chapter 5 measures over several seeds: dropout and schedules
 *
 *  The same network, 2,000 drawn pictures to learn from, 1,000 held back, twelve
 *  epochs. Each line of the table is trained from three seeds. Prints the lines of
 *  run.tsv.
 */
#include "nn.h"

#include <stdlib.h>

enum { SEEDS = 3, EPOCHS = 12 };

typedef struct {
    const char *name;
    float dropout, rate;
    const nn_schedule *schedule;
} variant;

static nn_net *deeper (uint64_t seed, float rate)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, 32, 32, 3);
    for (int filters = 32; filters <= 128; filters *= 2) {
        x = nn_relu (net, nn_conv2d (net, x, .filters = filters));
        x = nn_maxpool (net, x, .size = 2);
    }
    x = nn_relu (net, nn_dense (net, x, .units = 256));
    x = nn_dropout (net, x, .rate = rate);
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    return net;
}

static void check (int status)
{
    if (status >= 0)
        return;
    fprintf (stderr, "record: %s\n", nn_error ());
    exit (1);
}

/*  The last epoch of a training. */
static nn_epoch train (const variant *v, uint64_t seed, const nn_data *learnt,
                       const nn_data *held, const nn_transform *standard)
{
    nn_net *net = deeper (seed, v->dropout);
    nn_optimiser adam = nn_adam (.rate = v->rate);
    nn_history history = { 0 };
    check (nn_net_build (net, .batch = 64));
    check (nn_train (net, learnt, &history, .validation = held, .epochs = EPOCHS,
                     .seed = seed, .optimiser = &adam, .schedule = v->schedule,
                     .transforms = standard, .transform_count = 1));
    const nn_epoch last = history.epoch[history.epochs - 1];
    nn_history_free (&history);
    nn_net_free (&net);
    return last;
}

static void print (const char *name, const char *what, const float *x,
                   float factor)
{
    float sum = 0, low = x[0], high = x[0];
    for (int i = 0; i < SEEDS; i++) {
        sum += x[i] / SEEDS;
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    const int digits = factor > 1 ? 1 : 2;
    const double by = factor;
    printf ("%s_%s\t%.*f\tmean of %d seeds\n", name, what, digits, by * sum,
            SEEDS);
    printf ("%s_%s_low\t%.*f\tlowest of them\n", name, what, digits, by * low);
    printf ("%s_%s_high\t%.*f\thighest of them\n", name, what, digits, by * high);
    fflush (stdout);
}

int main (void)
{
    static const variant variants[] = {
        { "without", 0, 1e-3f, &nn_constant },
        { "with", 0.5f, 1e-3f, &nn_constant },
        { "cosine", 0.5f, 1e-3f, &nn_cosine },
        { "fast", 0.5f, 2e-3f, &nn_constant },
        { "fast_cosine", 0.5f, 2e-3f, &nn_cosine },
        { "cycle", 0.5f, 2e-3f, &nn_one_cycle },
    };
    nn_data *shapes = nn_shapes10 (3000, 3), *learnt, *held;
    float mean[4], deviation[4];
    check (nn_split (shapes, 1.0 / 3, 3, &learnt, &held));
    check (nn_moments (learnt, mean, deviation));
    const nn_transform standard = nn_standardise (mean, deviation, 3);
    for (size_t k = 0; k < sizeof variants / sizeof *variants; k++) {
        float train_loss[SEEDS], loss[SEEDS], accuracy[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            const nn_epoch e =
                train (&variants[k], seed + 1, learnt, held, &standard);
            train_loss[seed] = e.loss;
            loss[seed] = e.val_loss;
            accuracy[seed] = e.val_accuracy;
        }
        print (variants[k].name, "train", train_loss, 1);
        print (variants[k].name, "loss", loss, 1);
        print (variants[k].name, "accuracy", accuracy, 100);
    }
    nn_data_free (&learnt);
    nn_data_free (&held);
    nn_data_free (&shapes);
    return 0;
}
