/*  recipe_borrow.c - recipes that begin with what others have trained
 *
 *  Whose weights, which head on them, what stays frozen and until when, how large
 *  the pictures are: keys of a recipe like all others. What a recipe does not say,
 *  it does not do. And weights that are named but not there are an error, for a
 *  net with random weights would be trained just as well, and nobody would know.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*  The i-th head that a recipe may ask for: "model", then those of the table. */
const char *nn_head_name (int i)
{
    return i == 0 ? "model" : nn_heads[i - 1] ? nn_heads[i - 1]->name : NULL;
}

bool nn_recipe_has_head (const nn_recipe *self)
{
    return *self->head && strcmp (self->head, "model") != 0;
}

/*  Is this text something else than nothing? */
static bool says (const char *text)
{
    return *text && strcmp (text, "none") != 0;
}

/*  Where a file of weights, or of what belongs to them, is: at this path; in the
 *  folder $NN_WEIGHTS; or in weights/ of the tree that this program belongs to.
 *  `ending` is what the name lacks of the file's: ".safetensors". */
int nn_weights_find (char *path, size_t size, const char *name, const char *ending)
{
    const char *folder = getenv ("NN_WEIGHTS");
    char beside[300];
    snprintf (path, size, "%s", name);
    if (strchr (name, '/') || access (path, R_OK) == 0)
        return NN_OK; // if it is not there, who opens it will say so
    snprintf (beside, sizeof beside, "weights/%s%s", name, ending);
    if (folder && *folder)
        snprintf (path, size, "%s/%s%s", folder, name, ending);
    else if (nn_file_beside (path, size, beside) != NN_OK)
        *path = 0;
    if (*path && access (path, R_OK) == 0)
        return NN_OK;
    return nn_fail (NN_EFILE,
                    "there are no weights '%.80s': put %s%s into the folder "
                    "weights, or name its folder in NN_WEIGHTS",
                    name, name, ending);
}

/*  Reads the weights that a recipe borrows into its net, which is built. A head
 *  of its own stays as it was drawn, and the file's own head is left out; nothing
 *  else may be missing. */
int nn_recipe_borrow (const nn_recipe *self, nn_net *net)
{
    char path[4096];
    if (!says (self->weights))
        return NN_OK;
    const bool head = nn_recipe_has_head (self);
    const nn_model *model = nn_model_find (self->model);
    nn_import_report report = { 0 };
    if (!model)
        return NN_EVALUE;
    int status =
        nn_weights_find (path, sizeof path, self->weights, ".safetensors");
    if (status != NN_OK)
        return nn_fail (status, "%s; or begin with random ones: --weights none",
                        nn_error ());
    status = nn_import (net, path, .names = model->names, .bgr = model->bgr,
                        .without = head ? "head" : NULL, .lenient = head,
                        .report = &report);
    for (int i = 0; status == NN_OK && i < report.lines; i++)
        if (report.line[i].fate == NN_MISSING)
            status = nn_fail (NN_EFORMAT,
                              "%s does not fit model %s: it has no '%s', and %d "
                              "arrays of the net are missing in all",
                              path, self->model, report.line[i].name,
                              report.count[NN_MISSING]);
    nn_import_free (&report);
    return status;
}

/*  Some of the images, as many of each class, if the recipe wants fewer than there
 *  are. *some is NULL if it does not. */
int nn_recipe_images (const nn_recipe *self, const nn_data *all, nn_data **some)
{
    nn_data *rest = NULL;
    *some = NULL;
    if (self->images <= 0 || self->images >= all->count)
        return NN_OK;
    const int status = nn_split (all, (double) self->images / all->count,
                                 self->seed, &rest, some);
    nn_data_free (&rest);
    return status;
}

/*  The layer whose output stays the same in every epoch, so that it can be kept.
 *  NULL, and a sentence, if there is none, or if the recipe does not want it. */
const nn_layer *nn_recipe_cut (const nn_recipe *self, const nn_net *net,
                               const nn_transform *transforms, int count)
{
    const char *why = strcmp (self->features, "anew") == 0 ? "as the recipe wants"
                      : says (self->unfreeze) ? "as some of it will learn later"
                                              : NULL;
    for (int i = 0; i < count && !why; i++)
        if (transforms[i].training)
            why = "as augmentation draws other pictures";
    if (!says (self->freeze))
        why = "as nothing is frozen";
    const nn_layer *cut = why ? NULL : nn_net_fixed (net);
    if (!cut)
        nn_fail (NN_EVALUE, "features are computed anew in every epoch, %s",
                 why ? why : "as a shortcut leads around what is frozen");
    return cut;
}
