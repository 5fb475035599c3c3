/*  record.c - what class weights, repetition and sampling do, from one seed
 *
 *  `chapters/10-measuring/record` builds it, runs it for each seed and writes run.tsv. Of
 *  every second class of Shapes-10 there are 400 pictures to learn from, of the others 80.
 *  The test has all classes in the same number. All ways take about as many steps. Prints a
 *  line for each figure: way, figure, seed, value.
 */
#include "../record.h"

#include <string.h>

enum { MANY = 400, FEW = 80, CLASSES = 10, TEST = 2000 };
static nn_data *learnt, *test, *repeated, *sampled;
static nn_transform standard;
static float weight[CLASSES];
static const nn_class_weights weights = { .classes = CLASSES, .weight = weight };

/*  Pictures to learn from: MANY of the classes 0, 2, 4 …, FEW of the others. */
static nn_data *uneven (const nn_data *of)
{
    int *index = malloc (of->count * sizeof *index), count = 0;
    int seen[CLASSES] = { 0 };
    if (!index)
        must (NN_EMEMORY);
    for (int i = 0; i < of->count; i++) {
        const int k = of->label (of, i);
        if (seen[k]++ < (k % 2 ? FEW : MANY))
            index[count++] = i;
    }
    nn_data *view = nn_subset (of, index, count);
    free (index);
    return view;
}

/*  The net of the chapter. */
static nn_net *fresh (uint64_t seed)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *l = nn_input (net, 32, 32, 3);
    for (int filters = 16; filters <= 32; filters *= 2) {
        l = nn_batchnorm (net, nn_conv2d (net, l, .filters = filters));
        l = nn_maxpool (net, nn_relu (net, l), .size = 2);
    }
    l = nn_relu (net, nn_dense (net, l, .units = 64));
    nn_cross_entropy (net, nn_dense (net, l, .units = CLASSES));
    must (nn_net_build (net, .batch = 32));
    return net;
}

enum { PLAIN, WEIGHTS, REPEATED, SAMPLED, CORRECTED, WAYS };
static const char *const ways[WAYS] = { "plain", "weights", "repeated", "sampled",
                                        "corrected" };
enum {
    ACCURACY,
    LIKE,
    MACRO,
    MANY_RECALL,
    FEW_RECALL,
    FEW_PRECISION,
    AUC,
    ECE,
    FIGURES
};
static const struct {
    const char *name;
    double times;
} figures[FIGURES] = { { "accuracy", 100 }, { "like", 100 }, { "macro", 1 },
                       { "many", 100 },     { "few", 100 },  { "precision", 100 },
                       { "auc", 1 },        { "ece", 1 } };

/*  All figures of a net's predictions. */
static void measure (const nn_predictions *p, int way, int seed)
{
    double to[FIGURES] = { 0 };
    nn_confusion c;
    nn_calibration calibration;
    must (nn_confusion_of (&c, p));
    must (nn_calibration_of (&calibration, p, 15));
    must (nn_roc_auc (p, false, &to[AUC]));
    to[ACCURACY] = nn_micro (&c).f1;
    to[MACRO] = nn_macro (&c).f1;
    to[ECE] = calibration.expected;
    for (int k = 0; k < CLASSES; k++) {
        const nn_prf of = nn_class_prf (&c, k);
        const double share = 2.0 / CLASSES;
        to[LIKE] += of.recall * (k % 2 ? FEW : MANY) / (MANY + FEW) * share;
        to[k % 2 ? FEW_RECALL : MANY_RECALL] += of.recall * share;
        if (k % 2)
            to[FEW_PRECISION] += of.precision * share;
    }
    nn_confusion_free (&c);
    for (int f = 0; f < FIGURES; f++)
        printf ("%s\t%s\t%d\t%.6f\n", ways[way], figures[f].name, seed,
                figures[f].times * to[f]);
}

/*  Nothing is learnt anew: each probability is multiplied by the weight of its
 *  class, and the row made to sum to 1 again. */
static void correct (nn_predictions *p)
{
    for (int i = 0; i < p->n; i++) {
        float *row = p->p + (size_t) i * CLASSES, sum = 0;
        for (int k = 0; k < CLASSES; k++)
            sum += row[k] *= weight[k];
        for (int k = 0; k < CLASSES; k++)
            row[k] /= sum;
    }
}

static void train (int way, int seed)
{
    const nn_data *lessons = way == REPEATED  ? repeated
                             : way == SAMPLED ? sampled
                                              : learnt;
    nn_net *net = fresh (seed);
    nn_history history = { 0 };
    nn_predictions p;
    const nn_callback anew = nn_sample_anew (sampled);
    must (nn_train (net, lessons, &history, .epochs = way == REPEATED ? 5 : 8,
                    .seed = seed, .transforms = &standard, .transform_count = 1,
                    .callbacks = &anew, .callback_count = way == SAMPLED,
                    .mix = way == WEIGHTS ? nn_weigh : NULL,
                    .mix_with = &weights));
    must (nn_predictions_of (&p, net, test, &standard, 1));
    measure (&p, way, seed);
    if (way == PLAIN) {
        correct (&p);
        measure (&p, CORRECTED, seed);
    }
    nn_predictions_free (&p);
    nn_history_free (&history);
    nn_net_free (&net);
}

int main (int count, char **words)
{
    const int seed = count == 2 ? (int) strtol (words[1], NULL, 10) : 0;
    const nn_data *all = nn_shapes10 (10 * MANY + 100, 10);
    float mean[4], deviation[4];
    if (!all || !(learnt = uneven (all)) || !(test = nn_shapes10 (TEST, 110)))
        must (NN_EMEMORY);
    must (nn_moments (learnt, mean, deviation));
    standard = nn_standardise (mean, deviation, 3);
    must (nn_balanced_weights (learnt, weight));
    float *of_image = malloc (learnt->count * sizeof *of_image);
    for (int i = 0; of_image && i < learnt->count; i++)
        of_image[i] = weight[learnt->label (learnt, i)];
    repeated = nn_oversample (learnt, 1);
    sampled = of_image ? nn_sample (learnt, of_image, 0, 1) : NULL;
    if (!repeated || !sampled)
        must (NN_EMEMORY);
    for (int way = 0; way < CORRECTED; way++)
        train (way, seed);
    free (of_image);
    return 0;
}
