/*  record.c - linear probes: how much do a base's features know?
 *
 *      record MODEL WEIGHTS SIZE TRAIN TEST DRAWS DATA FEATURES
 *
 *  A linear head learns from TRAIN pictures and is asked about TEST others. Prints
 *  the mean of its accuracy in percent over DRAWS of these pictures, its standard
 *  deviation over them, and the processor seconds that the features took. With more
 *  than one draw, features of all pictures are computed. 0 DRAWS: nothing is drawn,
 *  the first of all pictures are taken. */
#include "../record.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { MODEL = 1, WEIGHTS, SIZE, TRAIN, TEST, DRAWS, DATA, FEATURES, ARGS };

static int number (const char *text)
{
    return (int) strtol (text, NULL, 10);
}

static double seconds (void)
{
    return (double) clock () / CLOCKS_PER_SEC;
}

/*  As many of each class, `count` in all, always the same ones of this draw. */
static nn_data *some (const nn_data *all, int count, int draw)
{
    nn_data *rest = NULL, *part = NULL;
    must (nn_split (all, (double) count / all->count, 14 + draw, &rest, &part));
    nn_data_free (&rest);
    return part;
}

static nn_data *first_of (const nn_data *all, int count)
{
    int *index = malloc (count * sizeof *index);
    must (index && count <= all->count ? NN_OK : NN_EVALUE);
    for (int i = 0; i < count; i++)
        index[i] = i;
    nn_data *part = nn_subset (all, index, count);
    must (part ? NN_OK : NN_EMEMORY);
    free (index);
    return part;
}

/*  The frozen base, with the weights of a file. */
static nn_net *frozen (const char *name, const char *weights, int size)
{
    const nn_model *model = nn_model_find (name);
    must (model ? NN_OK : NN_EVALUE);
    nn_net *net =
        nn_headed_net (model, nn_head_find ("linear"), size, size, 3, 10, 7);
    must (net ? nn_net_build (net, .batch = 1, .inference = true) : NN_EVALUE);
    if (strcmp (weights, "none") != 0)
        must (nn_import (net, weights, .names = model->names, .without = "head",
                         .lenient = true));
    must (nn_freeze_to (net, "base"));
    return net;
}

static nn_data *features (const nn_net *net, const nn_data *of, char **args)
{
    const nn_model *model = nn_model_find (args[MODEL]);
    const int size = number (args[SIZE]);
    const nn_transform list[] = { nn_resize (size, size, NN_BILINEAR),
                                  nn_standardise (model->mean, model->deviation,
                                                  3) };
    nn_data *all = nn_features (net, nn_net_fixed (net), of, .transforms = list,
                                .transform_count = 2, .folder = args[FEATURES]);
    must (all ? NN_OK : NN_EFILE);
    return all;
}

/*  Decay is as in the logistic regressions that these weights were tried with, of
 *  which C was 0.001. */
static double probe (nn_net *net, const nn_data *learnt, const nn_data *held)
{
    nn_net *head = nn_net_above (net, nn_net_fixed (net));
    must (head ? nn_net_build (head, .batch = 64) : NN_EVALUE);
    nn_param *weight = &head->layer[1]->param[0], *bias = weight + 1;
    memset (weight->w, 0, weight->size * sizeof *weight->w);
    memset (bias->w, 0, bias->size * sizeof *bias->w);
    nn_optimiser sgd = nn_sgd (.rate = 0.01f, .momentum = 0.9f, .decay = 0.2f);
    nn_history history = { 0 };
    nn_scores scores;
    must (nn_train (head, learnt, &history, .epochs = 15, .optimiser = &sgd,
                    .seed = 7, .schedule = &nn_cosine));
    must (nn_evaluate (head, held, NULL, 0, &scores));
    nn_history_free (&history);
    nn_net_free (&head);
    return 100 * scores.accuracy;
}

int main (int count, char **args)
{
    if (count != ARGS) {
        fprintf (stderr,
                 "record MODEL WEIGHTS SIZE TRAIN TEST DRAWS DATA FEATURES\n");
        return 2;
    }
    const int train = number (args[TRAIN]), test = number (args[TEST]),
              draws = number (args[DRAWS]);
    nn_data *all = nn_cifar10 (args[DATA], false),
            *tests = nn_cifar10 (args[DATA], true);
    must (all && tests ? NN_OK : NN_EFILE);
    nn_net *net = frozen (args[MODEL], args[WEIGHTS], number (args[SIZE]));
    const double before = seconds ();
    double took = 0, sum = 0, square = 0;
    if (draws == 1) { // no more features than it needs
        all = some (all, train, 0);
        tests = some (tests, test, 0);
    }
    nn_data *a = features (net, all, args), *b = features (net, tests, args);
    took = seconds () - before;
    const int rounds = draws ? draws : 1;
    for (int draw = 0; draw < rounds; draw++) {
        nn_data *learnt = draws == 0   ? first_of (a, train)
                          : draws == 1 ? a
                                       : some (a, train, draw);
        nn_data *held = draws == 0   ? first_of (b, test)
                        : draws == 1 ? b
                                     : some (b, test, draw);
        const double right = probe (net, learnt, held);
        fprintf (stderr, "draw %d: %.1f\n", draw, right);
        sum += right;
        square += right * right;
    }
    const double mean = sum / rounds,
                 variance = draws < 2 ? 0 : (square - sum * mean) / (draws - 1);
    printf ("%.1f\t%.1f\t%.1f\n", mean, sqrt (fmax (0, variance)), took);
    return 0;
}
