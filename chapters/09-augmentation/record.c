/*  record.c - the policies of chapter 9 on Shapes-10, three seeds each
 *
 *  record CURVES: lines for run.tsv go to the standard output, the curves of all
 *  policies, each the mean of its seeds, into the file CURVES.
 */
#include "../record.h"

enum { SEEDS = 3, EPOCHS = 30, POLICIES = 7 };

static const struct {
    const char *name, *label, *words;
    double mixup;
} policies[POLICIES] = {
    { "none", "none", "none", 0 },
    { "flip", "flip", "flip", 0 },
    { "crop", "pad-crop:4", "fill:reflect pad-crop:4", 0 },
    { "warp", "rotate:15 shift:0.1 zoom:0.1 flip",
      "rotate:15 shift:0.1 zoom:0.1 flip", 0 },
    { "light", "brightness:0.4 contrast:0.4 saturation:0.4",
      "brightness:0.4 contrast:0.4 saturation:0.4", 0 },
    { "cutout", "cutout:12", "cutout:12", 0 },
    { "mixup", "mixup, alpha 0.4", "none", 0.4 },
};

typedef struct {
    float curve[EPOCHS]; // of the validation accuracy, in percent
    double test, training;
} result;

static nn_data *learnt, *held, *test;
static nn_transform standard;

/*  The small net of chapter 8, trained with one of the policies. */
static result train (int policy, uint64_t seed)
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
    nn_transform list[NN_TRANSFORMS];
    const int count =
        nn_augment_read (policies[policy].words, list, NN_TRANSFORMS - 1);
    must (count);
    list[count] = standard;
    nn_history history = { 0 };
    nn_scores scores;
    must (nn_train (net, learnt, &history, .validation = held, .epochs = EPOCHS,
                    .seed = seed, .transforms = list, .transform_count = count + 1,
                    .mix = nn_mixup, .mix_with = &policies[policy].mixup));
    must (nn_evaluate (net, test, list, count + 1, &scores));
    result r = { .test = 100 * scores.accuracy,
                 .training = 100 * (double) history.epoch[EPOCHS - 1].accuracy };
    for (int e = 0; e < EPOCHS; e++)
        r.curve[e] = 100 * history.epoch[e].val_accuracy;
    nn_history_free (&history);
    nn_net_free (&net);
    return r;
}

/*  Mean and spread of three runs, and how many beat the run of the same seed
 *  without a policy. */
static void tell (int policy, const result r[SEEDS], const result none[SEEDS])
{
    double mean = 0, training = 0, low = 100, high = 0;
    int higher = 0;
    for (int i = 0; i < SEEDS; i++) {
        mean += r[i].test / SEEDS;
        training += r[i].training / SEEDS;
        low = r[i].test < low ? r[i].test : low;
        high = r[i].test > high ? r[i].test : high;
        higher += r[i].test > none[i].test;
    }
    const char *name = policies[policy].name;
    printf ("%s_test\t%.1f\tpercent, mean of seeds 7, 8 and 9\n", name, mean);
    printf ("%s_spread\t%.1f\tpoints, highest minus lowest\n", name, high - low);
    printf ("%s_training\t%.1f\tpercent, over the last epoch as it went by\n",
            name, training);
    printf ("%s_higher\t%d\tof three seeds above none\n", name, higher);
    fflush (stdout);
}

int main (int argc, char **args)
{
    if (argc != 2)
        return 2;
    nn_data *shapes = nn_shapes10 (2000, 8);
    test = nn_shapes10 (1000, 88);
    must (nn_split (shapes, 0.25, 8, &learnt, &held));
    float mean[4], deviation[4];
    must (nn_moments (learnt, mean, deviation));
    standard = nn_standardise (mean, deviation, 3);
    static result r[POLICIES][SEEDS];
    static float means[POLICIES][EPOCHS];
    nn_curve curves[POLICIES];
    printf ("# what chapters/09-augmentation/record gave: key, value, note\n");
    printf ("policy_epochs\t%d\teach of 1,500 pictures of Shapes-10\n", EPOCHS);
    for (int p = 0; p < POLICIES; p++) {
        for (int i = 0; i < SEEDS; i++) {
            r[p][i] = train (p, 7 + i);
            for (int e = 0; e < EPOCHS; e++)
                means[p][e] += r[p][i].curve[e] / SEEDS;
        }
        tell (p, r[p], r[0]);
        curves[p] = (nn_curve){ .label = policies[p].label,
                                .y = means[p],
                                .count = EPOCHS,
                                .dashed = p == 0 };
    }
    must (nn_plot_curves (curves, POLICIES, .file = args[1], .x_label = "epoch",
                          .y_label = "validation accuracy, percent", .width = 760,
                          .height = 460));
    return 0;
}
