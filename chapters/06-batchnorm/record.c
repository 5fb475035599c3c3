/*  record.c - the cells of chapter 6 once more, with three seeds each, as lines for
 *  run.tsv: three rates with and without batch norms, a dense layer or the mean of
 *  the maps at the end, and four sizes of a batch */
#include "../record.h"

#include <math.h>

enum { SEEDS = 3, FIRST_SEED = 7, EPOCHS = 6 };

static nn_data *learnt, *held;
static nn_transform standard;

static nn_layer *block (nn_net *net, nn_layer *x, int filters, bool normalise)
{
    x = nn_conv2d (net, x, .filters = filters, .same = true, .no_bias = normalise);
    return nn_relu (net, normalise ? nn_batchnorm (net, x) : x);
}

/*  The net of the chapter. */
static nn_net *four_blocks (uint64_t seed, bool normalise, bool pool_all,
                            int batch_size)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, 32, 32, 3);
    x = nn_maxpool (net, block (net, x, 16, normalise), .size = 2);
    x = nn_maxpool (net, block (net, x, 32, normalise), .size = 2);
    x = block (net, block (net, x, 32, normalise), 32, normalise);
    if (pool_all)
        x = nn_gap (net, x);
    else
        x = nn_relu (net, nn_dense (net, x, .units = 128));
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    must (nn_net_build (net, .batch = batch_size));
    return net;
}

/*  Trains it with momentum; its last epoch. */
static nn_epoch train (nn_net *net, uint64_t seed, float rate, int epochs)
{
    nn_optimiser sgd = nn_sgd (.rate = rate, .momentum = 0.9f);
    nn_history history = { 0 };
    must (nn_train (net, learnt, &history, .validation = held, .epochs = epochs,
                    .seed = seed, .optimiser = &sgd, .transforms = &standard,
                    .transform_count = 1));
    const nn_epoch last = history.epoch[history.epochs - 1];
    nn_history_free (&history);
    return last;
}

/*  Mean, lowest and highest of the seeds. */
static void tell (const char *key, const char *of, int digits,
                  const double x[SEEDS], const char *note)
{
    double mean = 0, low = INFINITY, high = -INFINITY;
    for (int i = 0; i < SEEDS; i++) {
        mean += x[i] / SEEDS;
        low = fmin (low, x[i]);
        high = fmax (high, x[i]);
    }
    printf ("%s_%s\t%.*f\t%s; mean of seeds 7, 8 and 9\n", key, of, digits, mean,
            note);
    printf ("%s_%s_span\t%.*f to %.*f\tlowest to highest\n", key, of, digits, low,
            digits, high);
    fflush (stdout);
}

static void three_rates (void)
{
    static const float rates[3] = { 0.01f, 0.1f, 0.5f };
    for (int r = 0; r < 3; r++)
        for (int normalise = 0; normalise < 2; normalise++) {
            double loss[SEEDS], right[SEEDS];
            char key[32];
            for (int i = 0; i < SEEDS; i++) {
                nn_net *net = four_blocks (FIRST_SEED + i, normalise, true, 32);
                const nn_epoch last =
                    train (net, FIRST_SEED + i, rates[r], EPOCHS);
                loss[i] = last.val_loss;
                right[i] = 100 * last.val_accuracy;
                nn_net_free (&net);
            }
            snprintf (key, sizeof key, "%s_%g", normalise ? "normed" : "plain",
                      (double) rates[r]);
            tell (key, "loss", 2, loss, "loss on what was held back");
            tell (key, "right", 0, right, "percent of it");
        }
}

/*  A dense layer over all places, or the mean of each map. */
static void ends (void)
{
    static const float rates[2] = { 0.01f, 0.1f };
    for (int pool_all = 0; pool_all < 2; pool_all++) {
        double own[SEEDS], new[SEEDS];
        for (int i = 0; i < SEEDS; i++) {
            nn_scores scores;
            nn_net *net = four_blocks (FIRST_SEED + i, true, pool_all, 32);
            train (net, FIRST_SEED + i, rates[pool_all], EPOCHS);
            must (nn_evaluate (net, learnt, &standard, 1, &scores));
            own[i] = 100 * scores.accuracy;
            must (nn_evaluate (net, held, &standard, 1, &scores));
            new[i] = 100 * scores.accuracy;
            nn_net_free (&net);
        }
        tell (pool_all ? "gap" : "flat", "own", 0, own,
              "percent of the pictures learnt from");
        tell (pool_all ? "gap" : "flat", "new", 0, new,
              "percent of those held back");
    }
}

/*  The loss as training sees it, without learning from it. */
static double as_in_training (nn_net *net)
{
    nn_loader *loader =
        nn_loader_new (held, .batch = net->batch, .shuffle = true,
                       .transforms = &standard, .transform_count = 1);
    double sum = 0;
    int status;
    const nn_batch *batch;
    must (loader ? nn_loader_start (loader, 0, 0) : NN_EMEMORY);
    while ((batch = nn_loader_next (loader, &status))) {
        must (nn_net_forward (net, batch, true));
        sum += nn_net_loss (net) * batch->n;
    }
    nn_loader_free (&loader);
    return sum / held->count;
}

static void batch_sizes (void)
{
    static const int sizes[4] = { 1, 2, 8, 32 };
    for (int k = 0; k < 4; k++) {
        double training[SEEDS], inference[SEEDS];
        char key[32];
        for (int i = 0; i < SEEDS; i++) {
            nn_net *net = four_blocks (FIRST_SEED + i, true, true, sizes[k]);
            inference[i] = train (net, FIRST_SEED + i,
                                  0.02f * sqrtf ((float) sizes[k] / 8), 3)
                               .val_loss;
            training[i] = as_in_training (net);
            nn_net_free (&net);
        }
        snprintf (key, sizeof key, "batch_%d", sizes[k]);
        tell (key, "training", 2, training, "loss, normalised by batches");
        tell (key, "inference", 2, inference,
              "loss, normalised by running statistics");
    }
}

int main (void)
{
    nn_data *shapes = nn_shapes10 (2000, 3);
    float mean[4], deviation[4];
    must (nn_split (shapes, 0.25, 3, &learnt, &held));
    must (nn_moments (learnt, mean, deviation));
    standard = nn_standardise (mean, deviation, 3);
    printf ("# what chapters/06-batchnorm/record gave: key, value, note\n");
    three_rates ();
    ends ();
    batch_sizes ();
    nn_data_free (&learnt);
    nn_data_free (&held);
    nn_data_free (&shapes);
    return 0;
}
