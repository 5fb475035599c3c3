/*  record.c - one linear probe: how much do a base's features know?
 *
 *      record MODEL WEIGHTS SIZE TRAIN TEST DATA FEATURES
 *
 *  Prints the accuracy in percent on TEST images of a linear head that has learnt
 *  from TRAIN others, and the processor seconds that the features took. */
#include "../record.h"

#include <string.h>
#include <time.h>

static int number (const char *text)
{
    return (int) strtol (text, NULL, 10);
}

static double seconds (void)
{
    return (double) clock () / CLOCKS_PER_SEC;
}

/*  As many of each class, `count` in all, always the same ones. */
static nn_data *some (const nn_data *all, int count)
{
    nn_data *rest = NULL, *part = NULL;
    must (nn_split (all, (double) count / all->count, 14, &rest, &part));
    nn_data_free (&rest);
    return part;
}

int main (int count, char **args)
{
    if (count != 8) {
        fprintf (stderr, "record MODEL WEIGHTS SIZE TRAIN TEST DATA FEATURES\n");
        return 2;
    }
    const int size = number (args[3]);
    const nn_model *model = nn_model_find (args[1]);
    must (model ? NN_OK : NN_EVALUE);
    nn_data *all = nn_cifar10 (args[6], false),
            *tests = nn_cifar10 (args[6], true);
    must (all && tests ? NN_OK : NN_EFILE);
    nn_data *learnt = some (all, number (args[4]));
    nn_data *held =
        number (args[5]) < tests->count ? some (tests, number (args[5])) : tests;
    nn_net *net =
        nn_headed_net (model, nn_head_find ("linear"), size, size, 3, 10, 7);
    must (net ? nn_net_build (net, .batch = 1, .inference = true) : NN_EVALUE);
    if (strcmp (args[2], "none") != 0)
        must (nn_import (net, args[2], .names = model->names, .without = "head",
                         .lenient = true));
    must (nn_freeze_to (net, "base"));
    const nn_layer *cut = nn_net_fixed (net);
    const nn_transform list[] = { nn_resize (size, size, NN_BILINEAR),
                                  nn_standardise (model->mean, model->deviation,
                                                  3) };
    const double before = seconds ();
    nn_data *a = nn_features (net, cut, learnt, .transforms = list,
                              .transform_count = 2, .folder = args[7]);
    nn_data *b = nn_features (net, cut, held, .transforms = list,
                              .transform_count = 2, .folder = args[7]);
    must (a && b ? NN_OK : NN_EFILE);
    const double took = seconds () - before;
    nn_net *head = nn_net_above (net, cut);
    must (head ? nn_net_build (head, .batch = 64) : NN_EVALUE);
    // -- decay as in the logistic regressions that these weights were tried with: C 0.001
    nn_param *weight = &head->layer[1]->param[0];
    memset (weight->w, 0, weight->size * sizeof *weight->w);
    nn_optimiser sgd = nn_sgd (.rate = 0.01f, .momentum = 0.9f, .decay = 0.2f);
    nn_history history = { 0 };
    nn_scores scores;
    must (nn_train (head, a, &history, .epochs = 15, .optimiser = &sgd, .seed = 7,
                    .schedule = &nn_cosine));
    must (nn_evaluate (head, b, NULL, 0, &scores));
    printf ("%.1f\t%.1f\n", 100 * scores.accuracy, took);
    return 0;
}
