/*  record.c - the runs of chapter 11, one line each
 *
 *  record folds     five folds of 2,000 pictures, two nets; the nets of each fold are also asked about
 *                   10,000 fresh pictures
 *  record cover S   from set S on: five rounds of five folds of 200 pictures, one small net
 *  record twins DIR what the test images of CIFAR-10 in DIR have in common with the others
 */
#include "../record.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { FOLDS = 5, ROUNDS = 5, SETS = 40, SMALL = 500, FRESH = 1000 };

/*  Trains a net that was built, on these images, with their own statistics, and asks it
 *  about two other sets. */
static void examine (nn_net *net, const nn_data *learnt, int epochs, float rate,
                     uint64_t seed, const nn_data *const asked[2],
                     double accuracy[2])
{
    float mean[4], deviation[4];
    must (nn_moments (learnt, mean, deviation));
    const nn_transform standard = nn_standardise (mean, deviation, 3);
    nn_history history = { 0 };
    nn_optimiser adam = nn_adam (.rate = rate);
    must (nn_train (net, learnt, &history, .epochs = epochs, .seed = seed,
                    .optimiser = &adam, .transforms = &standard,
                    .transform_count = 1));
    for (int i = 0; i < 2; i++) {
        nn_scores scores;
        must (nn_evaluate (net, asked[i], &standard, 1, &scores));
        accuracy[i] = scores.accuracy;
    }
    nn_history_free (&history);
}

static void folds (void)
{
    static const char *const models[] = { "baseline", "deeper" };
    nn_data *data = nn_shapes10 (2000, 8), *fresh = nn_shapes10 (10000, 88);
    nn_folds f;
    must (nn_kfold (&f, data, FOLDS, true, 8));
    for (int k = 0; k < FOLDS; k++)
        for (int m = 0; m < 2; m++) {
            nn_data *learnt, *held;
            double accuracy[2];
            must (nn_fold_views (&f, data, k, &learnt, &held));
            nn_net *net =
                nn_model_net (nn_model_find (models[m]), 32, 32, 3, 10, NULL, 7);
            must (net ? nn_net_build (net, .batch = 32) : NN_EVALUE);
            examine (net, learnt, 10, 1e-3f, 7, (const nn_data *[]){ held, fresh },
                     accuracy);
            printf ("fold\t%s\t%d\t%.6f\t%.6f\n", models[m], k + 1, accuracy[0],
                    accuracy[1]);
            fflush (stdout);
            nn_net_free (&net);
            nn_data_free (&learnt);
            nn_data_free (&held);
        }
}

static nn_net *small_net (uint64_t seed)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *l = nn_input (net, 32, 32, 3);
    l = nn_relu (net, nn_conv2d (net, l, .filters = 8, .kernel = 5, .stride = 2));
    l = nn_maxpool (net, l, .size = 2);
    l = nn_relu (net, nn_conv2d (net, l, .filters = 16));
    nn_cross_entropy (net, nn_dense (net, l, .units = 10));
    must (nn_net_build (net, .batch = 16));
    return net;
}

static void cover (int first)
{
    nn_data *fresh = nn_shapes10 (FRESH, 99);
    for (int s = first; s < SETS; s++) {
        nn_data *data = nn_shapes10 (SMALL, 1000 + s);
        for (int r = 0; r < ROUNDS; r++) {
            nn_folds f;
            must (nn_kfold (&f, data, FOLDS, true, r));
            for (int k = 0; k < FOLDS; k++) {
                nn_data *learnt, *held;
                double accuracy[2];
                must (nn_fold_views (&f, data, k, &learnt, &held));
                nn_net *net = small_net (r * FOLDS + k);
                examine (net, learnt, 10, 3e-3f, r,
                         (const nn_data *[]){ held, fresh }, accuracy);
                printf ("%s%.6f\t%.6f", r + k ? "\t" : "", accuracy[0],
                        accuracy[1]);
                nn_net_free (&net);
                nn_data_free (&learnt);
                nn_data_free (&held);
            }
            nn_folds_free (&f);
        }
        printf ("\n");
        fflush (stdout);
        nn_data_free (&data);
    }
}

static void twins (const char *folder)
{
    nn_data *learnt = nn_cifar10 (folder, false),
            *held = nn_cifar10 (folder, true);
    must (learnt && held ? NN_OK : NN_EFILE);
    nn_twin *twin = calloc (held->count, sizeof *twin);
    if (!twin)
        abort ();
    const clock_t began = clock ();
    must (nn_find_twins (learnt, held, twin));
    printf ("twins\tseconds\t%.0f\n",
            (double) (clock () - began) / CLOCKS_PER_SEC);
    int exact = 0, strangers = 0, same_label = 0;
    for (int i = 0; i < held->count; i++) {
        exact += twin[i].exact;
        strangers += twin[i].alike < 0.8f;
        same_label +=
            twin[i].alike < 0.8f &&
            held->label (held, i) == learnt->label (learnt, twin[i].image);
    }
    printf ("twins\texact\t%d\n", exact);
    printf ("twins\t0\t%d\t%d\n", strangers, same_label);
    for (const int *at = (const int[]){ 99, 98, 97, 95, 90, 0 }; *at; at++) {
        int count = 0, same = 0;
        for (int i = 0; i < held->count; i++)
            if (twin[i].alike >= *at / 100.0f) {
                count++;
                same +=
                    held->label (held, i) == learnt->label (learnt, twin[i].image);
            }
        printf ("twins\t%d\t%d\t%d\n", *at, count, same);
    }
}

int main (int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    if (strcmp (what, "folds") == 0)
        folds ();
    else if (strcmp (what, "cover") == 0)
        cover (count > 2 ? (int) strtol (words[2], NULL, 10) : 0);
    else if (strcmp (what, "twins") == 0 && count > 2)
        twins (words[2]);
    else
        return 2;
    return 0;
}
