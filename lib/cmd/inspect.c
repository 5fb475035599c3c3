/*  inspect.c - nn inspect: what is in a model, a run or a file */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    SIDE = 32,
    CHANNELS = 3,
    CLASSES = 10,
    IMAGENET = 1000
}; // where neither model nor data say more

/*  The arrays of a safetensors file. */
static int show_file (const char *path)
{
    nn_arrays file;
    const int status = nn_arrays_open (&file, path);
    size_t numbers = 0;
    for (int i = 0; status == NN_OK && i < file.count; i++) {
        const nn_array *a = &file.array[i];
        printf ("%-48s %-5s", a->name, a->type);
        for (int k = 0; k < a->dims; k++)
            printf (k ? " x %d" : " %d", a->dim[k]);
        printf ("\n");
        numbers += a->size;
    }
    if (status == NN_OK) {
        printf ("%d arrays, %zu numbers, %zu bytes", file.count, numbers,
                file.bytes);
        const char *layout = nn_arrays_note (&file, "layout");
        printf (layout ? ", layout %s\n" : "\n", layout);
    }
    nn_arrays_close (&file);
    return status;
}

/*  Every convolution with all algorithms that fit it and what they are thought to
 *  cost; the one that was chosen has a star. */
static void show_algorithms (const nn_net *net)
{
    printf ("\n%-18s %-14s %14s\n", "convolution", "algorithm", "cost");
    for (int i = 0; i < net->layers; i++) {
        const nn_layer *l = net->layer[i];
        if (l->kind != &nn_conv2d_kind)
            continue;
        const nn_conv_shape *shape =
            l->state; // a convolution's state begins with it
        const char *forced = ((const nn_conv2d_args *) l->args)->algorithm;
        const nn_conv_algorithm *chosen = nn_conv_choose (shape, forced);
        for (int k = 0; nn_conv_algorithms[k]; k++) {
            const nn_conv_algorithm *a = nn_conv_algorithms[k];
            if (a->fits (shape))
                printf ("%-18s %-14s %14.0f%s\n", l->name, a->name,
                        a->cost (shape), a == chosen ? "  *" : "");
        }
    }
}

static int show_net (nn_net *net, int batch, bool algorithms)
{
    int status = net ? nn_net_build (net, .batch = batch) : NN_EVALUE;
    if (status == NN_OK) {
        nn_net_summary (net, stdout);
        if (algorithms)
            show_algorithms (net);
    }
    nn_net_free (&net);
    return status;
}

/*  A model for the pictures and classes that it was made for; `size` and `classes`
 *  above 0 are others. One of the zoo was made for ImageNet's 1000 classes. */
static int show_model (const nn_model *model, bool algorithms, int size,
                       int classes)
{
    const int usual = model->usual ? model->usual : SIDE;
    const int side = size       ? size
                     : model->h ? model->h
                                : usual,
              wide = size       ? size
                     : model->w ? model->w
                                : usual;
    if (!classes)
        classes = model->usual ? IMAGENET : CLASSES;
    printf ("model %s: %s\n\n", model->name, model->about);
    return show_net (nn_model_net (model, side, wide,
                                   model->c ? model->c : CHANNELS, classes, NULL,
                                   1),
                     model->usual ? 1 : 0, algorithms);
}

/*  A recipe's net for the pictures of its data, if they are there, or the usual
 *  ones. */
static int show_recipe (const nn_recipe *recipe, bool algorithms)
{
    nn_data *data = *recipe->data ? cmd_data (recipe, true) : NULL;
    int h = data ? data->h : SIDE, w = data ? data->w : SIDE;
    const int c = data ? data->c : CHANNELS,
              classes = data ? data->classes : CLASSES;
    nn_data_free (&data);
    const int status = nn_recipe_size (recipe, &h, &w, c);
    if (status != NN_OK)
        return status;
    printf ("recipe %s: model %s\n\n", recipe->name, recipe->model);
    return show_net (nn_recipe_net (recipe, h, w, c, classes), recipe->batch,
                     algorithms);
}

static int show_run (const char *folder, bool algorithms)
{
    char path[4096];
    nn_recipe recipe;
    snprintf (path, sizeof path, "%s/recipe", folder);
    int status = nn_recipe_load (&recipe, path);
    if (status != NN_OK)
        return nn_fail (status, "%s; is %s the folder of a run?", nn_error (),
                        folder);
    status = show_recipe (&recipe, algorithms);
    snprintf (path, sizeof path, "%s/weights.safetensors", folder);
    struct stat about;
    if (status != NN_OK || stat (path, &about) != 0)
        return status;
    printf ("\n%s\n", path);
    return show_file (path);
}

/*  A model or else a recipe. If it is neither, the better guess is kept as the
 *  sentence. */
static int show_named (const char *name, bool algorithms, int size, int classes)
{
    const nn_model *model = nn_model_find (name);
    if (model)
        return show_model (model, algorithms, size, classes);
    char sentence[512];
    snprintf (sentence, sizeof sentence, "%s", nn_error ());
    nn_recipe recipe;
    const int status = nn_recipe_load (&recipe, name);
    if (status == NN_OK)
        return show_recipe (&recipe, algorithms);
    if (strchr (name, '/') || strstr (nn_error (), "did you mean"))
        return status;
    return nn_fail (status, "%s; nor is there such a recipe, run or file",
                    sentence);
}

/*  An option that is a number from 1 to 10000; 0 where it is not given. */
static bool read_count (const cmd_verb *self, const cmd_option *options,
                        const char *name, int *count)
{
    const char *text = cmd_value (options, name);
    char *end = NULL;
    const long value = text ? strtol (text, &end, 10) : 0;
    *count = (int) value;
    if (!text || (end != text && !*end && value >= 1 && value <= 10000))
        return true;
    cmd_usage (self, "--%s is '%s'; give a number from 1 to 10000", name, text);
    return false;
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "algorithms", NULL, "each convolution's choices and their cost", NULL },
        { "size", "N", "of a model: for pictures of N x N", NULL },
        { "classes", "N", "of a model: for so many classes", NULL },
        { 0 },
    };
    const char *what;
    int status;
    if (!cmd_read (self, args, options, &what, &status))
        return status;
    const bool algorithms = cmd_value (options, "algorithms");
    int size, classes;
    if (!read_count (self, options, "size", &size) ||
        !read_count (self, options, "classes", &classes))
        return CMD_USAGE;
    struct stat about;
    const bool there = stat (what, &about) == 0;
    const char *ending = strrchr (what, '.');
    const bool recipe = ending && strcmp (ending, ".recipe") == 0;
    if (there && S_ISDIR (about.st_mode))
        status = show_run (what, algorithms);
    else if ((there && !recipe) ||
             (ending && strcmp (ending, ".safetensors") == 0))
        status = show_file (what);
    else
        status = show_named (what, algorithms, size, classes);
    return status == NN_OK ? CMD_OK : cmd_fail (self, CMD_FAILED);
}

const cmd_verb cmd_inspect = {
    .name = "inspect",
    .operands = "MODEL|RECIPE|RUN|FILE.safetensors",
    .about = "look into a network or a file",
    .manual = "Of a model, a recipe or a run: a table of the layers, with the "
              "shapes of their\n"
              "outputs and the numbers that they learn. Of a safetensors file (a "
              "run has one\n"
              "as well): the names, types and shapes of its arrays.\n",
    .example = "inspect baseline --algorithms",
    .run = run,
};
