/*  describe.c - nn data: what is in a data set, before anything is learnt from it */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

enum { EACH = 6, MOST_ROWS = 20 }; // pictures of a class on the sheet; classes

/*  The first pictures of each class, a row a class. */
static int draw_sheet (const nn_data *data, const char *file)
{
    const int rows = data->classes < MOST_ROWS ? data->classes : MOST_ROWS;
    nn_image image[MOST_ROWS * EACH] = { 0 };
    const char *names[MOST_ROWS * EACH];
    int seen[MOST_ROWS] = { 0 }, status = NN_OK;
    for (int i = 0; i < data->count && status == NN_OK; i++) {
        const int k = data->label (data, i);
        if (k < rows && seen[k] < EACH)
            status = data->read (data, i, &image[k * EACH + seen[k]++]);
    }
    for (int at = 0; at < rows * EACH; at++) {
        const int k = at / EACH;
        names[at] = at % EACH < seen[k] ? data->names[k] : "";
        if (at % EACH < seen[k] || status != NN_OK)
            continue;
        status = nn_image_fit (&image[at], data->h, data->w, data->c);
        for (size_t v = 0; status == NN_OK && v < image[at].room; v++)
            image[at].x[v] = 1; // white paper
    }
    if (status == NN_OK)
        status = nn_plot_images (image, rows * EACH, .columns = EACH,
                                 .names = names, .file = file, .width = 960);
    for (int at = 0; at < rows * EACH; at++)
        nn_image_free (&image[at]);
    return status;
}

static int describe (const nn_recipe *recipe, const char *sheet)
{
    nn_data *part[2] = { cmd_data (recipe, false), NULL };
    int status = part[0] ? NN_OK : NN_EFILE;
    if (status == NN_OK && !(part[1] = cmd_data (recipe, true)))
        status = NN_EFILE;
    for (int k = 0; k < 2 && status == NN_OK; k++) {
        printf ("%s%s: %d pictures of %d x %d in %d classes\n\n",
                k ? "\nto test with, " : "to learn from, ", part[k]->name,
                part[k]->count, part[k]->h, part[k]->w, part[k]->classes);
        status = nn_class_table (part[k], stdout);
    }
    if (status == NN_OK && sheet)
        status = draw_sheet (part[0], sheet);
    nn_data_free (&part[0]);
    nn_data_free (&part[1]);
    return status;
}

static int run (const cmd_verb *self, char **args)
{
    if (args[0] && strcmp (args[0], "weights") == 0)
        return cmd_weights (self, args + 1);
    cmd_option options[] = {
        { "size", "DOTS", "of photographs from a folder; 128 if not said", NULL },
        { "test", "SHARE",
          "of each class that is the test, if the folder has none", NULL },
        { "sheet", "FILE", "draw some pictures of each class: .svg or .png",
          NULL },
        { 0 },
    };
    const char *name;
    int status;
    if (!cmd_read (self, args, options, &name, &status))
        return status;
    if (strcmp (name, "cifar10") == 0 && cmd_cifar10 () != NN_OK)
        return cmd_fail (self, CMD_FAILED);
    nn_recipe recipe = { .size = 128, .test = 0.2 };
    if (nn_recipe_set (&recipe, "data", name) != NN_OK)
        return cmd_fail (self, CMD_USAGE);
    for (int k = 0; k < 2; k++)
        if (options[k].value &&
            nn_recipe_set (&recipe, options[k].name, options[k].value) != NN_OK)
            return cmd_usage (self, "--%s: %s", options[k].name, nn_error ());
    const char *sheet = cmd_value (options, "sheet");
    if ((sheet && nn_plot_is_png (sheet) < 0) ||
        describe (&recipe, sheet) != NN_OK)
        return cmd_fail (self, CMD_FAILED);
    return CMD_OK;
}

const cmd_verb cmd_describe = {
    .name = "data",
    .operands = "DATA",
    .about = "what is in a data set",
    .manual =
        "DATA is a folder with a folder in it for each class, full of JPEG and "
        "PNG "
        "files; or\n"
        "cifar10, animals10, shapes10, shapes10:COUNT, as for nn train. Every "
        "picture is read.\n"
        "Those that cannot be are named, and left out here as in a training.\n"
        "\n"
        "If the folder has the folders train and test, the classes lie in these. "
        "Otherwise a\n"
        "share of each class is put aside to test with, always the same files.\n"
        "\n"
        "nn data cifar10 fetches it first (162 MB), if it is neither in data/ nor "
        "in "
        "the folder\n"
        "NN_DATA.\n"
        "\n"
        "nn data weights NAME fetches borrowed weights from the hub into weights/ "
        "or "
        "the folder\n"
        "NN_WEIGHTS; without a NAME it lists them. A download that was cut goes "
        "on. "
        "NN_HUB names\n"
        "another server.\n",
    .example = "data shapes10:1000",
    .run = run,
};
