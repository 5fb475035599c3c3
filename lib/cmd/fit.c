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

/*  Where features are kept: in $NN_FEATURES, or where this user keeps what can be
 *  computed again. */
static const char *features_folder (char path[4096])
{
    const char *own = getenv ("NN_FEATURES"), *cache = getenv ("XDG_CACHE_HOME");
    const char *home = getenv ("HOME");
    if (own && *own)
        snprintf (path, 4096, "%s", own);
    else if (cache && *cache)
        snprintf (path, 4096, "%s/layer-by-layer/features", cache);
    else
        snprintf (path, 4096, "%s/.cache/layer-by-layer/features",
                  home && *home ? home : "/tmp");
    return path;
}

/*  What the frozen part says of these images. */
static nn_data *features_of (const cmd_fit *f, const nn_data *data)
{
    char folder[4096];
    return nn_features (
        f->whole, f->cut, data, .transforms = f->transforms,
        .transform_count = f->transform_count, .folder = features_folder (folder),
        .half = strcmp (f->recipe.features, "half") == 0, .say = f->say);
}

/*  From now on the net is what lies above the cut, and its images are what lies
 *  below says of them. Those of training and validation are of one data set, whose
 *  features are one file, whatever the seed that has split it. */
static int use_features (cmd_fit *f, const nn_layer *cut)
{
    const int *learnt = NULL, *held = NULL;
    const nn_data *all = nn_subset_of (f->data, &learnt);
    const bool split =
        f->validation && all && nn_subset_of (f->validation, &held) == all;
    f->whole = f->net;
    f->cut = cut;
    f->net = nn_net_above (f->whole, cut);
    int status =
        f->net ? nn_net_build (f->net, .batch = f->recipe.batch, .sparing = true)
               : NN_EVALUE;
    if (status != NN_OK)
        return status;
    f->kept = features_of (f, split ? all : f->data);
    if (f->kept && split) {
        f->kept_training = nn_subset (f->kept, learnt, f->data->count);
        f->kept_validation = nn_subset (f->kept, held, f->validation->count);
    } else if (f->kept && f->validation)
        f->kept_validation = features_of (f, f->validation);
    if (!f->kept || (split && !f->kept_training) ||
        (f->validation && !f->kept_validation))
        return NN_EFILE;
    f->data = split ? f->kept_training : f->kept;
    f->validation = f->kept_validation;
    return NN_OK;
}

/*  Batch norms that borrowed weights have lost get theirs back, if they learn. */
static int unfold (const cmd_fit *f)
{
    const nn_recipe *r = &f->recipe;
    if (strcmp (r->weights, "none") == 0)
        return NN_OK;
    const int norms = nn_unfold (f->net, f->data, .transforms = f->transforms,
                                 .transform_count = f->transform_count,
                                 .frozen_too = strcmp (r->unfreeze, "none") != 0 &&
                                               *r->unfreeze);
    if (norms > 0 && f->say)
        fprintf (f->say, "%d batch norms were folded away: measured anew\n",
                 norms);
    return norms;
}

/*  The first layer whitens, if the recipe wants that. */
static int whiten (const cmd_fit *f)
{
    return f->recipe.whiten > 0
               ? nn_whiten (f->net, f->data, .images = f->recipe.whiten,
                            .least = f->recipe.white_floor,
                            .transforms = f->transforms,
                            .transform_count = f->transform_count)
               : NN_OK;
}

/*  The net with its weights, cut where it is frozen. */
static int prepare_net (cmd_fit *f)
{
    const nn_recipe *r = &f->recipe;
    int h = f->data->h, w = f->data->w;
    int status = nn_recipe_size (r, &h, &w, f->data->c);
    if (status != NN_OK)
        return status;
    f->net = nn_recipe_net (r, h, w, f->data->c, f->data->classes);
    if (!f->net)
        return NN_EVALUE;
    const nn_layer *cut =
        nn_recipe_cut (r, f->net, f->transforms, f->transform_count);
    if (!cut && f->say && strcmp (r->freeze, "none") != 0)
        fprintf (f->say, "%s\n", nn_error ());
    status = cut ? nn_net_build (f->net, .batch = 1, .inference = true)
                 : nn_net_build (f->net, .batch = r->batch, .sparing = true);
    if (status == NN_OK)
        status = nn_recipe_borrow (r, f->net);
    if (status == NN_OK)
        status = unfold (f);
    if (status > 0)
        status =
            cut ? nn_net_build (f->net, .batch = 1, .inference = true) : NN_OK;
    if (status == NN_OK)
        status = whiten (f);
    return status == NN_OK && cut ? use_features (f, cut) : status;
}

/*  Everything that the recipe makes of these images. They must live as long. */
int cmd_fit_prepare (cmd_fit *f, const nn_data *data, const nn_data *validation)
{
    f->data = data;
    f->validation = validation;
    f->transform_count = nn_recipe_transforms (&f->recipe, data, f->transforms);
    if (f->transform_count < 0)
        return f->transform_count;
    f->unfreezing =
        (nn_unfreezing){ .first = f->recipe.freeze, .plan = f->recipe.unfreeze };
    int status = prepare_watchers (f);
    if (status == NN_OK)
        status = prepare_net (f);
    if (status == NN_OK)
        status = prepare_classes (f);
    if (status == NN_OK)
        status = nn_recipe_optimiser (&f->recipe, &f->optimiser, &f->schedule);
    return status;
}

nn_net *cmd_fit_whole (const cmd_fit *f)
{
    return f->whole ? f->whole : f->net;
}

/*  Loss and accuracy on other pictures. */
int cmd_fit_evaluate (cmd_fit *f, const nn_data *test, nn_scores *scores)
{
    if (!f->whole && strcmp (f->recipe.views, "none") != 0)
        return cmd_in_views (scores, NULL, f->net, test, f->transforms,
                             f->transform_count, f->recipe.views);
    if (!f->whole)
        return nn_evaluate (f->net, test, f->transforms, f->transform_count,
                            scores);
    nn_data *features = features_of (f, test);
    const int status =
        features ? nn_evaluate (f->net, features, NULL, 0, scores) : NN_EFILE;
    nn_data_free (&features);
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
    if (strcmp (f->recipe.unfreeze, "none") != 0 && *f->recipe.unfreeze)
        list[count++] = nn_unfreeze (&f->unfreezing);
    if (strcmp (f->recipe.optimiser, "lookahead") == 0)
        list[count++] = nn_lookahead (&f->slow);
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
        .transform_count = f->whole ? 0 : f->transform_count,
        .callbacks = callbacks, .callback_count = count, .first_epoch = epoch,
        .first_batch = batch, .mix = weighed ? nn_weigh : nn_recipe_mix,
        .mix_with = weighed ? (const void *) &f->weights : &f->recipe);
}

void cmd_fit_free (cmd_fit *f)
{
    nn_history_free (&f->history);
    free (f->stopping.kept);
    nn_net_free (&f->net);
    nn_net_free (&f->whole);
    nn_data_free (&f->drawn);
    nn_data_free (&f->kept_training);
    nn_data_free (&f->kept_validation);
    nn_data_free (&f->kept);
}
