/*  record_net.c - the long run of chapter 9: its recipe on CIFAR-10, in steps that
 *  can be killed
 *
 *  record_net FOLDER STATE: the pictures lie in FOLDER; where the training stands is
 *  kept in STATE, and a second call goes on there. Its lines belong into run.tsv,
 *  its epochs go to STATE.tsv.
 */
#include "../record.h"

#include <omp.h>
#include <time.h>

static void need (const void *thing)
{
    must (thing ? NN_OK : NN_EVALUE);
}

/*  The epochs so far, as a table. */
static int write_epochs (void *path, nn_training *t)
{
    FILE *out = fopen (path, "w");
    if (!out)
        return nn_fail (NN_EFILE, "%s cannot be written", (const char *) path);
    fprintf (out, "epoch\tloss\taccuracy\tval_loss\tval_accuracy\trate\n");
    for (int e = 0; e < t->history->epochs; e++) {
        const nn_epoch *at = &t->history->epoch[e];
        fprintf (out, "%d\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\n", e + 1, at->loss,
                 at->accuracy, at->val_loss, at->val_accuracy, at->rate);
    }
    return fclose (out) == 0
               ? NN_OK
               : nn_fail (NN_EFILE, "%s cannot be written", (const char *) path);
}

int main (int count, char **args)
{
    if (count != 3) {
        fprintf (stderr, "record_net FOLDER STATE\n");
        return 2;
    }
    omp_set_num_threads (omp_get_num_procs ());
    nn_recipe recipe;
    must (nn_recipe_load (&recipe,
                          "chapters/09-augmentation/recipes/chapter-9.recipe"));
    nn_data *all = nn_cifar10 (args[1], false), *test = nn_cifar10 (args[1], true);
    need (all), need (test);
    nn_data *learnt, *held;
    must (nn_split (all, recipe.validation, recipe.seed, &learnt, &held));
    nn_transform list[NN_TRANSFORMS];
    const int transforms = nn_recipe_transforms (&recipe, learnt, list);
    must (transforms);
    nn_net *net = nn_recipe_net (&recipe, 32, 32, 3, 10);
    need (net);
    must (nn_net_build (net, .batch = recipe.batch));
    nn_optimiser optimiser;
    const nn_schedule *schedule;
    must (nn_recipe_optimiser (&recipe, &optimiser, &schedule));
    char epochs[4096];
    snprintf (epochs, sizeof epochs, "%s.tsv", args[2]);
    nn_history history = { 0 };
    nn_checkpoint state = { .path = args[2], .every = 200 };
    const nn_callback callbacks[] = { nn_guard (),
                                      nn_epochs (stderr),
                                      { .epoch = write_epochs, .self = epochs },
                                      nn_checkpoints (&state) };
    must (nn_resume (&state, net, &optimiser, &history));
    must (nn_train (
        net, learnt, &history, .validation = held, .optimiser = &optimiser,
        .schedule = schedule, .epochs = recipe.epochs, .seed = recipe.seed,
        .transforms = list, .transform_count = transforms, .callbacks = callbacks,
        .callback_count = 4, .mix = nn_recipe_mix, .mix_with = &recipe,
        .first_epoch = (int) state.at.epoch, .first_batch = (int) state.at.batch));
    nn_scores scores;
    must (nn_evaluate (net, test, list, transforms, &scores));
    printf (
        "six_test\t%.2f\tpercent of 10,000 test images, read at the end of it\n",
        100 * scores.accuracy);
    printf ("six_validation\t%.2f\tpercent of %d images, last epoch\n",
            100 * (double) history.epoch[history.epochs - 1].val_accuracy,
            held->count);
    printf ("six_training\t%.2f\tpercent, as the last epoch went by\n",
            100 * (double) history.epoch[history.epochs - 1].accuracy);
    printf ("six_epochs\t%d\t\n", history.epochs);
    printf ("six_parameters\t%zu\t\n", nn_net_parameters (net, true));
    return 0;
}
