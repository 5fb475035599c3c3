/*  kept.c - nets that can be asked: what a run has kept, or what others have trained */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMAGENET = 1000 };

/*  The weights of a run's last checkpoint, if it has not come to its end, which is
 *  said. What was frozen is not in it: that is borrowed once more. */
static int load_checkpoint (cmd_kept *s, const char *path)
{
    nn_import_report report = { 0 };
    fprintf (stderr,
             "The run has not come to its end: this is its last state, %s\n",
             path);
    int status = nn_recipe_borrow (&s->recipe, s->net);
    if (status == NN_OK)
        status = nn_import (s->net, path, .layout = "HWIO", .lenient = true,
                            .report = &report);
    const bool borrowed =
        *s->recipe.weights && strcmp (s->recipe.weights, "none") != 0;
    for (int i = 0; status == NN_OK && i < report.lines; i++)
        if (report.line[i].fate == NN_MISSING &&
            (!borrowed || strncmp (report.line[i].name, "head.", 5) == 0))
            status = nn_fail (NN_EFORMAT, "%s has no '%s'; is it of this recipe?",
                              path, report.line[i].name);
    nn_import_free (&report);
    return status;
}

/*  Opens the recipe, the test images (of another data set, if one is given) and the
 *  net with its weights. To be closed, whatever it says. */
int cmd_kept_open (cmd_kept *s, const char *run, const char *data)
{
    char path[4096], state[4096], result[4096];
    snprintf (path, sizeof path, "%s/recipe", run);
    int status = nn_recipe_load (&s->recipe, path);
    if (status != NN_OK)
        return nn_fail (status, "%s; is %s the folder of a run?", nn_error (),
                        run);
    if (data && (status = nn_recipe_set (&s->recipe, "data", data)) != NN_OK)
        return status;
    s->test = cmd_data (&s->recipe, true);
    if (!s->test)
        return NN_EFILE;
    s->h = s->test->h;
    s->w = s->test->w;
    s->classes = s->test->classes;
    s->names = s->test->names;
    s->transform_count = nn_recipe_transforms (&s->recipe, NULL, s->transforms);
    if (s->transform_count < 0)
        return s->transform_count;
    int h = s->h, w = s->w;
    status = nn_recipe_size (&s->recipe, &h, &w, s->test->c);
    if (status != NN_OK)
        return status;
    s->net = nn_recipe_net (&s->recipe, h, w, s->test->c, s->classes);
    if (!s->net)
        return NN_EVALUE;
    status = nn_net_build (s->net, .batch = s->recipe.batch, .inference = true,
                           .settled = true);
    if (status != NN_OK)
        return status;
    snprintf (path, sizeof path, "%s/weights.safetensors", run);
    snprintf (state, sizeof state, "%s/checkpoint", run);
    snprintf (result, sizeof result, "%s/result.json", run);
    const bool ended = access (path, F_OK) == 0 || access (result, F_OK) == 0;
    return !ended && access (state, R_OK) == 0 ? load_checkpoint (s, state)
                                               : nn_weights_load (s->net, path);
}

/*  What the classes are called, a line each. Without a file of one's own, ImageNet's
 *  names are taken where they lie; if they do not, classes have numbers, and it is
 *  said. */
static int read_labels (cmd_kept *s, const char *file)
{
    char path[4096];
    size_t size;
    s->classes = IMAGENET;
    if (file)
        snprintf (path, sizeof path, "%s", file);
    else if (nn_weights_find (path, sizeof path, CMD_LABELS, ".txt") != NN_OK) {
        fprintf (stderr,
                 "There are no names for the classes: '%s data weights " CMD_LABELS
                 "' fetches them, or put " CMD_LABELS
                 ".txt, a line a class, beside the weights.\n",
                 cmd_program);
        return NN_OK;
    }
    int status = nn_file_read (path, (unsigned char **) &s->label_text, &size);
    if (status != NN_OK)
        return status;
    int lines = 1;
    for (const char *t = s->label_text; *t; t++)
        lines += *t == '\n';
    s->labels = calloc (lines, sizeof *s->labels);
    if (!s->labels)
        return nn_fail (NN_EMEMORY, "%s: no memory for %d names", path, lines);
    s->classes = 0;
    for (char *rest = s->label_text, *line; (line = strsep (&rest, "\r\n"));)
        if (*line)
            s->labels[s->classes++] = line;
    s->names = s->labels;
    if (s->classes < 2 || s->classes > NN_MOST_CLASSES)
        return nn_fail (NN_EFORMAT,
                        "%s names %d classes, a line each; it takes 2 to %d", path,
                        s->classes, NN_MOST_CLASSES);
    return NN_OK;
}

/*  The weights into the net: none of its own may be missing. */
static int load_borrowed (cmd_kept *s, const nn_model *model, const char *path)
{
    nn_import_report report = { 0 };
    int status = nn_import (s->net, path, .names = model->names, .bgr = model->bgr,
                            .lenient = true, .report = &report);
    if (status == NN_OK && report.count[NN_MISSING]) {
        int first = 0;
        while (report.line[first].fate != NN_MISSING)
            first++;
        status = nn_fail (
            NN_EFORMAT,
            "%s does not fit model %s: it has no '%s', and %d arrays "
            "are missing in all",
            path, model->name, report.line[first].name, report.count[NN_MISSING]);
    }
    nn_import_free (&report);
    return status;
}

/*  A net that others have trained, and the names of what it knows. */
int cmd_kept_borrow (cmd_kept *s, const char *model, const char *weights,
                     const char *labels)
{
    char path[4096];
    if (!weights && !(weights = cmd_weights_here ()))
        return NN_EFILE;
    int status = nn_weights_find (path, sizeof path, weights, ".safetensors");
    if (status != NN_OK)
        return status;
    model = model ? model : cmd_weights_model (weights);
    if (!model)
        return nn_fail (NN_EVALUE,
                        "whose weights are in %s? Name the model: --model NAME",
                        weights);
    const nn_model *of = nn_model_find (model);
    if (!of)
        return NN_EVALUE;
    if (!of->usual || of->deviation[0] == 0)
        return nn_fail (NN_EVALUE,
                        "model %s has no size and no scale of its own: only a run "
                        "knows what its pictures were like; name it: --run FOLDER",
                        model);
    status = read_labels (s, labels);
    if (status != NN_OK)
        return status;
    s->h = s->w = of->usual;
    s->transforms[s->transform_count++] =
        nn_standardise (of->mean, of->deviation, 3);
    s->net = nn_model_net (of, s->h, s->w, 3, s->classes, NULL, 1);
    if (!s->net)
        return NN_EVALUE;
    status = nn_net_build (s->net, .batch = 1, .inference = true, .settled = true);
    return status == NN_OK ? load_borrowed (s, of, path) : status;
}

void cmd_kept_close (cmd_kept *self)
{
    nn_net_free (&self->net);
    nn_data_free (&self->test);
    free (self->labels);
    free (self->label_text);
}
