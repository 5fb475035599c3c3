/*  kept.c - a run that was kept: its recipe, its net, its data */
#include "cmd.h"

/*  Opens the recipe, the test images (of another data set, if one is given) and the
 *  net with its weights. To be closed, whatever it says. */
int cmd_kept_open (cmd_kept *s, const char *run, const char *data)
{
    char path[4096];
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
    s->transform_count = nn_recipe_transforms (&s->recipe, NULL, s->transforms);
    if (s->transform_count < 0)
        return s->transform_count;
    int h = s->test->h, w = s->test->w;
    status = nn_recipe_size (&s->recipe, &h, &w, s->test->c);
    if (status != NN_OK)
        return status;
    s->net = nn_recipe_net (&s->recipe, h, w, s->test->c, s->test->classes);
    if (!s->net)
        return NN_EVALUE;
    status = nn_net_build (s->net, .batch = s->recipe.batch, .inference = true);
    snprintf (path, sizeof path, "%s/weights.safetensors", run);
    return status == NN_OK ? nn_weights_load (s->net, path) : status;
}

void cmd_kept_close (cmd_kept *self)
{
    nn_net_free (&self->net);
    nn_data_free (&self->test);
}
