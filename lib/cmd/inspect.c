/*  inspect.c - nn inspect: what is in a model, a run or a file */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/*  Which inner loops there are, which of them this processor runs, and which are
 *  taken. */
static void show_cpu (void)
{
    printf ("%-10s %-22s %s\n", "vectors", "floats in a register", "here");
    for (int i = 0; nn_inners[i]; i++) {
        const bool runs = nn_inner_runs (nn_inners[i]);
        printf ("%-10s %-22d %s\n", nn_inners[i]->name, nn_inners[i]->lanes,
                !runs                              ? "not in this processor"
                : nn_inners[i] == nn_inner_here () ? "taken"
                                                   : "could be taken");
    }
    const char *forced = getenv ("NN_ISA");
    if (forced && *forced)
        printf ("\nNN_ISA=%s asks for these; unset it for the fastest.\n", forced);
    else if (nn_inner_here () == nn_inners[0])
        printf ("\nThe fastest that there is. NN_ISA=%s would take others.\n",
                nn_inner_plain.name);
    else if (nn_inners[1] && nn_inner_here () == &nn_inner_plain)
        printf (
            "\nThis processor has no AVX2: the plain loops run, at a fraction of "
            "the speed.\nResults are the same within rounding. A virtual machine "
            "may hide what its\nprocessor has: let it show it (QEMU: -cpu "
            "host).\n");
    else
        printf ("\nThe fastest of this processor: results are the same on a newer "
                "one within\nrounding, and come sooner. If it has more, as a "
                "virtual machine may hide it,\nlet it show them (QEMU: -cpu "
                "host).\n");
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

/*  A model's net or a recipe's. */
static int show_net (const cmd_named *named, bool algorithms, int size,
                     int classes)
{
    const nn_model *model = named->model;
    const nn_recipe *recipe = &named->recipe;
    const int batch = !model ? recipe->batch : model->usual ? 1 : 0;
    nn_net *net = cmd_named_net (named, size, classes);
    int status = net ? nn_net_build (net, .batch = batch) : NN_EVALUE;
    if (status == NN_OK) {
        if (model)
            printf ("model %s: %s\n\n", model->name, model->about);
        else
            printf ("recipe %s: model %s\n\n", recipe->name, recipe->model);
        nn_net_summary (net, stdout);
        if (algorithms)
            show_algorithms (net);
    }
    nn_net_free (&net);
    return status;
}

static int show_run (const char *folder, bool algorithms)
{
    char path[4096];
    cmd_named named = { .model = NULL };
    snprintf (path, sizeof path, "%s/recipe", folder);
    int status = nn_recipe_load (&named.recipe, path);
    if (status != NN_OK)
        return nn_fail (status, "%s; is %s the folder of a run?", nn_error (),
                        folder);
    status = show_net (&named, algorithms, 0, 0);
    snprintf (path, sizeof path, "%s/weights.safetensors", folder);
    struct stat about;
    if (status != NN_OK || stat (path, &about) != 0)
        return status;
    printf ("\n%s\n", path);
    return show_file (path);
}

static int show_named (const char *name, bool algorithms, int size, int classes)
{
    cmd_named named;
    const int status = cmd_named_find (&named, name, "recipe, run or file");
    return status == NN_OK ? show_net (&named, algorithms, size, classes) : status;
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
        { "cpu", NULL, "the vectors of this processor, and which are taken",
          NULL },
        { "size", "N", "of a model or a recipe: for pictures of N x N", NULL },
        { "classes", "N", "of a model or a recipe: for so many classes", NULL },
        { 0 },
    };
    const char *what;
    int status;
    if (args[0] && strcmp (args[0], "--cpu") == 0 && !args[1]) { // of nothing else
        show_cpu ();
        return CMD_OK;
    }
    if (!cmd_read (self, args, options, &what, &status))
        return status;
    const bool algorithms = cmd_value (options, "algorithms");
    int size, classes;
    if (!read_count (self, options, "size", &size) ||
        !read_count (self, options, "classes", &classes))
        return CMD_USAGE;
    if (cmd_value (options, "cpu")) {
        show_cpu ();
        printf ("\n");
    }
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
              "as well): the names, types and shapes of its arrays. With --cpu "
              "alone: which\n"
              "vectors the convolutions use; NN_ISA=NAME takes others.\n",
    .example = "inspect baseline --algorithms",
    .run = run,
};
