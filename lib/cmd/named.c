/*  named.c - a net by the name of a model or of a recipe
 *
 *  A model is a net for pictures of many sizes, a recipe has pictures of its own. Who
 *  only wants to look at a net need not know which of the two was named.
 */
#include "cmd.h"

#include <string.h>

enum {
    SIDE = 32,
    CHANNELS = 3,
    CLASSES = 10,
    IMAGENET = 1000
}; // where neither model nor data say more

/*  A model or else a recipe; `others` says what there was to be named. If it is
 *  nothing of that, the better guess is kept as the sentence. */
int cmd_named_find (cmd_named *self, const char *name, const char *others)
{
    self->model = nn_model_find (name);
    if (self->model)
        return NN_OK;
    char sentence[512];
    snprintf (sentence, sizeof sentence, "%s", nn_error ());
    const int status = nn_recipe_load (&self->recipe, name);
    if (status == NN_OK || strchr (name, '/') ||
        strstr (nn_error (), "did you mean"))
        return status;
    return nn_fail (status, "%s; nor is there such a %s", sentence, others);
}

/*  A model for the pictures and classes that it was made for. One of the zoo was made
 *  for ImageNet's 1000 classes. */
static nn_net *model_net (const nn_model *model, int size, int classes)
{
    const int usual = model->usual ? model->usual : SIDE;
    const int h = model->h ? model->h : usual, w = model->w ? model->w : usual;
    if (!classes)
        classes = model->usual ? IMAGENET : CLASSES;
    return nn_model_net (model, size ? size : h, size ? size : w,
                         model->c ? model->c : CHANNELS, classes, NULL, 1);
}

/*  A recipe's net for the pictures of its data, if they are there, or the usual
 *  ones. */
static nn_net *recipe_net (const nn_recipe *recipe, int size, int classes)
{
    nn_data *data = *recipe->data ? cmd_data (recipe, true) : NULL;
    int h = data ? data->h : SIDE, w = data ? data->w : SIDE;
    const int c = data ? data->c : CHANNELS;
    if (!classes)
        classes = data ? data->classes : CLASSES;
    nn_data_free (&data);
    if (size)
        h = w = size;
    else if (nn_recipe_size (recipe, &h, &w, c) != NN_OK)
        return NULL;
    return nn_recipe_net (recipe, h, w, c, classes);
}

/*  The net, not built yet; NULL with a sentence. */
nn_net *cmd_named_net (const cmd_named *self, int size, int classes)
{
    return self->model ? model_net (self->model, size, classes)
                       : recipe_net (&self->recipe, size, classes);
}
