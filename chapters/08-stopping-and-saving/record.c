/*  record.c - the runs of chapter 8, three seeds each, as lines for run.tsv */
#include "../record.h"

enum { SEEDS = 3, LONG = 24 };

typedef struct {
    double loss, accuracy;
    int epochs;
} result;

static nn_data *learnt, *held, *test;
static nn_transform standard;

/*  The net of the chapter, trained with one callback or none. */
static result train (uint64_t seed, nn_optimiser optimiser,
                     const nn_callback *callback)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *l = nn_input (net, 32, 32, 3);
    l = nn_relu (net, nn_conv2d (net, l, .filters = 12));
    l = nn_maxpool (net, l, .size = 2);
    l = nn_relu (net, nn_conv2d (net, l, .filters = 24));
    l = nn_maxpool (net, l, .size = 2);
    l = nn_relu (net, nn_dense (net, l, .units = 64));
    nn_cross_entropy (net, nn_dense (net, l, .units = 10));
    must (nn_net_build (net, .batch = 32));
    nn_history history = { 0 };
    nn_scores scores;
    must (nn_train (net, learnt, &history, .validation = held, .epochs = LONG,
                    .seed = seed, .optimiser = &optimiser, .transforms = &standard,
                    .transform_count = 1, .callbacks = callback,
                    .callback_count = callback != NULL));
    must (nn_evaluate (net, test, &standard, 1, &scores));
    const result r = { scores.loss, 100 * scores.accuracy, history.epochs };
    nn_history_free (&history);
    nn_net_free (&net);
    return r;
}

/*  Mean and spread of three runs. */
static void tell (const char *name, const result r[SEEDS])
{
    double loss = 0, accuracy = 0, low = 100, high = 0, epochs = 0;
    for (int i = 0; i < SEEDS; i++) {
        loss += r[i].loss / SEEDS;
        accuracy += r[i].accuracy / SEEDS;
        epochs += (double) r[i].epochs / SEEDS;
        low = r[i].accuracy < low ? r[i].accuracy : low;
        high = r[i].accuracy > high ? r[i].accuracy : high;
    }
    printf ("%s_loss\t%.2f\ttest loss, mean of seeds 7, 8 and 9\n", name, loss);
    printf ("%s_accuracy\t%.1f\tpercent, likewise\n", name, accuracy);
    printf ("%s_spread\t%.1f\tpoints, highest minus lowest\n", name, high - low);
    printf ("%s_epochs\t%.0f\tmean\n", name, epochs);
    fflush (stdout);
}

int main (void)
{
    nn_data *shapes = nn_shapes10 (2000, 8);
    test = nn_shapes10 (1000, 88);
    must (nn_split (shapes, 0.25, 8, &learnt, &held));
    float mean[4], deviation[4];
    must (nn_moments (learnt, mean, deviation));
    standard = nn_standardise (mean, deviation, 3);
    result r[5][SEEDS];
    for (int i = 0; i < SEEDS; i++) {
        const uint64_t seed = 7 + i;
        nn_stopping by_loss = { .watch.min_delta = 0.005f,
                                .patience = 4,
                                .restore_best = true };
        nn_stopping by_accuracy = { .watch.metric = "val_accuracy",
                                    .patience = 4,
                                    .restore_best = true };
        nn_plateau plateau = {
            .watch.min_delta = 0.01f, .patience = 2, .factor = 0.3f, .floor = 1e-4f
        };
        const nn_callback c[] = { nn_early_stopping (&by_loss),
                                  nn_early_stopping (&by_accuracy),
                                  nn_reduce_on_plateau (&plateau) };
        r[0][i] = train (seed, nn_adam (.rate = 1e-3f), NULL);
        r[1][i] = train (seed, nn_adam (.rate = 1e-3f), &c[0]);
        r[2][i] = train (seed, nn_adam (.rate = 1e-3f), &c[1]);
        r[3][i] = train (seed, nn_sgd (.rate = 0.03f, .momentum = 0.9f), NULL);
        r[4][i] = train (seed, nn_sgd (.rate = 0.03f, .momentum = 0.9f), &c[2]);
    }
    printf (
        "# what chapters/08-stopping-and-saving/record gave: key, value, note\n");
    tell ("all", r[0]);
    tell ("by_loss", r[1]);
    tell ("by_accuracy", r[2]);
    tell ("one_rate", r[3]);
    tell ("plateau", r[4]);
    double drop = 0;
    int lower = 0, higher = 0;
    for (int i = 0; i < SEEDS; i++) {
        drop += (r[0][i].accuracy - r[1][i].accuracy) / SEEDS;
        lower += r[1][i].accuracy < r[0][i].accuracy;
        higher += r[4][i].accuracy > r[3][i].accuracy;
    }
    printf ("by_loss_drop\t%.1f\tpoints of accuracy, all less by_loss\n", drop);
    printf ("by_loss_lower\t%d\tof three seeds\n", lower);
    printf ("plateau_higher\t%d\tof three seeds\n", higher);
    return 0;
}
