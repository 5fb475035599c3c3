/*  fit.c - from a recipe and images to a trained net
 *
 *  What nn train does once and nn tune does for every trial: the net, the transforms,
 *  who steps and how fast, how classes are weighed, who stops. Where the images come
 *  from, and who else looks on, is the caller's business.
 */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

/*  Who stops the training, or cuts its rate, if the recipe wants that. */
static int prepare_watchers (cmd_fit *f)
{
    const nn_recipe *r = &f->recipe;
    f->stopping = (nn_stopping){ .watch.metric = r->stop,
                                 .patience = r->patience,
                                 .restore_best = true };
    f->plateau = (nn_plateau){ .watch.metric = r->plateau,
                               .patience = r->plateau_patience,
                               .factor = (float) r->factor,
                               .floor = (float) r->floor };
    if (!f->validation && (strncmp (r->stop, "val_", 4) == 0 ||
                           strncmp (r->plateau, "val_", 4) == 0))
        return nn_fail (NN_EVALUE,
                        "stop is %s and plateau %s, and no images are put aside "
                        "to measure them; give --validation 0.2, or watch loss",
                        r->stop, r->plateau);
    return NN_OK;
}

/*  How often an image comes, and how much it counts. Where images are drawn by the
 *  weights of their classes, the loss does not weigh them once more. */
static int prepare_classes (cmd_fit *f)
{
    const int view = nn_recipe_sample (&f->recipe, f->data, &f->drawn);
    if (view < 0 || strcmp (f->recipe.sampling, "weighted") == 0)
        return view < 0 ? view : NN_OK;
    const int weights = nn_recipe_weights (&f->recipe, f->data, f->weight);
    f->weights = (nn_class_weights){ .classes = weights > 0 ? f->data->classes : 0,
                                     .weight = f->weight,
                                     .mix = nn_recipe_mix,
                                     .with = &f->recipe };
    return weights < 0 ? weights : NN_OK;
}

/*  Everything that the recipe makes of these images. They must live as long. */
int cmd_fit_prepare (cmd_fit *f, const nn_data *data, const nn_data *validation)
{
    const nn_recipe *r = &f->recipe;
    int h = data->h, w = data->w;
    f->data = data;
    f->validation = validation;
    f->transform_count = nn_recipe_transforms (&f->recipe, data, f->transforms);
    if (f->transform_count < 0)
        return f->transform_count;
    int status = prepare_watchers (f);
    if (status == NN_OK)
        status = prepare_classes (f);
    if (status == NN_OK)
        status = nn_recipe_size (r, &h, &w, data->c);
    if (status != NN_OK)
        return status;
    f->net = nn_recipe_net (r, h, w, data->c, data->classes);
    status = f->net ? nn_net_build (f->net, .batch = r->batch) : NN_EVALUE;
    if (status == NN_OK)
        status = nn_recipe_optimiser (r, &f->optimiser, &f->schedule);
    return status;
}

/*  Who looks on in every training of such a recipe; returns how many. */
int cmd_fit_callbacks (cmd_fit *f, nn_callback list[CMD_FIT_CALLBACKS])
{
    int count = 0;
    list[count++] = nn_guard ();
    if (strcmp (f->recipe.sampling, "weighted") == 0)
        list[count++] = nn_sample_anew (f->drawn);
    if (strcmp (f->recipe.stop, "never") != 0)
        list[count++] = nn_early_stopping (&f->stopping);
    if (strcmp (f->recipe.plateau, "never") != 0)
        list[count++] = nn_reduce_on_plateau (&f->plateau);
    return count;
}

/*  Trains, from this batch of this epoch on. */
int cmd_fit_train (cmd_fit *f, const nn_callback *callbacks, int count, int epoch,
                   int batch)
{
    const bool weighed = f->weights.classes > 0;
    return nn_train (
        f->net, f->drawn ? f->drawn : f->data, &f->history,
        .validation = f->validation, .optimiser = &f->optimiser,
        .schedule = f->schedule, .epochs = f->recipe.epochs,
        .seed = f->recipe.seed, .transforms = f->transforms,
        .transform_count = f->transform_count, .callbacks = callbacks,
        .callback_count = count, .first_epoch = epoch, .first_batch = batch,
        .mix = weighed ? nn_weigh : nn_recipe_mix,
        .mix_with = weighed ? (const void *) &f->weights : &f->recipe);
}

void cmd_fit_free (cmd_fit *f)
{
    nn_history_free (&f->history);
    free (f->stopping.kept);
    nn_net_free (&f->net);
    nn_data_free (&f->drawn);
}
