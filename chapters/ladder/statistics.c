/*  statistics.c - whose fault is a bad epoch: the weights', or the running statistics'?
 *
 *  Reads the kept weights of runs and measures them on their validation set. Then every
 *  batch norm may measure its statistics anew, over 300 batches of the photographs that
 *  the run has learnt from, while no weight moves; and all is measured again. The test
 *  set is not looked at. Prints a line of runs.tsv for each run. */
#include "../record.h"

enum { BATCHES = 300 };

static double measure_anew (nn_net *net, const nn_data *learnt,
                            const nn_data *held, const nn_recipe *recipe)
{
    int status;
    const nn_batch *batch;
    nn_scores scores;
    nn_loader *loader = nn_loader_new (learnt, .batch = recipe->batch,
                                       .shuffle = true, .seed = 99);
    must (loader ? nn_loader_start (loader, 0, 0) : NN_EMEMORY);
    for (int k = 0; k < BATCHES && (batch = nn_loader_next (loader, &status)); k++)
        must (nn_net_forward (net, batch, true));
    must (nn_evaluate (net, held, NULL, 0, &scores));
    nn_loader_free (&loader);
    return scores.accuracy;
}

int main (int count, char **args)
{
    nn_data *all = count > 1 ? nn_cifar10 (args[1], false) : NULL;
    if (!all) {
        fprintf (stderr, "statistics FOLDER RUN…: %s\n",
                 count > 1 ? nn_error () : "which data?");
        return 1;
    }
    for (int a = 2; a < count; a++) {
        char path[4096];
        nn_recipe recipe;
        nn_data *learnt, *held;
        nn_scores before;
        snprintf (path, sizeof path, "%s/recipe", args[a]);
        must (nn_recipe_load (&recipe, path));
        must (nn_split (all, recipe.validation, recipe.seed, &learnt, &held));
        nn_net *net = nn_recipe_net (&recipe, 32, 32, 3, 10);
        must (net ? nn_net_build (net, .batch = recipe.batch) : NN_EVALUE);
        snprintf (path, sizeof path, "%s/weights.safetensors", args[a]);
        must (nn_weights_load (net, path));
        must (nn_evaluate (net, held, NULL, 0, &before));
        printf ("anew\t%s\t%llu\t-\t%.2f\t%.2f\t-\t-\n", recipe.name,
                (unsigned long long) recipe.seed,
                100 * measure_anew (net, learnt, held, &recipe),
                100 * before.accuracy);
        fflush (stdout);
        nn_net_free (&net);
        nn_data_free (&learnt);
        nn_data_free (&held);
    }
    nn_data_free (&all);
    return 0;
}
