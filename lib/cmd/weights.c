/*  weights.c - nn data weights: what lies on the hub, and fetching it */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

typedef enum { ON_THE_HUB, LABELS, NOWHERE } place;

static const struct {
    const char *name, *model; // whose weights they are
    place where;              // on the hub each is a file model.safetensors
} files[] = {
    { "mobilenetv2_100.ra_in1k", "mobilenetv2", ON_THE_HUB },
    { "mobilenetv3_large_100.ra_in1k", "mobilenetv3_large", ON_THE_HUB },
    { "densenet121.tv_in1k", "densenet121", ON_THE_HUB },
    { "vgg16.tv_in1k", "vgg16", ON_THE_HUB },
    { "resnet50.tv_in1k", "resnet50", ON_THE_HUB },
    { "inception_v3.tv_in1k", "inception_v3", ON_THE_HUB },
    { "mobilenetv2_1.0_keras_folded_1000", "mobilenetv2_keras", NOWHERE },
    { "mobilenetv3_small_keras_folded_1000", "mobilenetv3_small_keras", NOWHERE },
    { CMD_LABELS, NULL, LABELS },
};
enum { FILES = sizeof files / sizeof *files, IMAGENET = 1000 };

/*  The model that these weights are of; NULL if nobody knows. The name may be a path. */
const char *cmd_weights_model (const char *name)
{
    const char *slash = strrchr (name, '/');
    name = slash ? slash + 1 : name;
    for (int i = 0; i < FILES; i++) {
        const size_t letters = strlen (files[i].name);
        if (strncmp (name, files[i].name, letters) == 0 &&
            (!name[letters] || strcmp (name + letters, ".safetensors") == 0))
            return files[i].model;
    }
    return NULL;
}

/*  The first of the known weights that lie where weights lie; NULL, with a sentence
 *  that says what to do, if none does. */
const char *cmd_weights_here (void)
{
    char path[4096];
    for (int i = 0; i < FILES; i++)
        if (files[i].model && nn_weights_find (path, sizeof path, files[i].name,
                                               ".safetensors") == NN_OK)
            return files[i].name;
    nn_fail (NN_EFILE,
             "there are no weights of a network that knows photographs; '%s data "
             "weights %s' fetches some, or put %s.safetensors into the folder "
             "weights (or name its folder in NN_WEIGHTS); or name a run of your "
             "own: --run FOLDER",
             cmd_program, files[0].name, files[0].name);
    return NULL;
}

/*  Is it a safetensors file at all, and not a page that says something? */
static int check (const char *path)
{
    nn_arrays file;
    const int status = nn_arrays_open (&file, path);
    nn_arrays_close (&file);
    return status;
}

/*  Has a file of names one for each of ImageNet's classes? */
static int check_labels (const char *path)
{
    unsigned char *text;
    size_t size;
    int lines = 0;
    int status = nn_file_read (path, &text, &size);
    if (status != NN_OK)
        return status;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    lines += size > 0 && text[size - 1] != '\n';
    if (lines != IMAGENET)
        status = nn_fail (NN_EFORMAT,
                          "%s has %d lines, and ImageNet has %d classes, each "
                          "with a line of names",
                          path, lines, IMAGENET);
    free (text);
    return status;
}

static void list (void)
{
    char path[4096];
    printf ("Weights (nn data weights NAME; * is here already):\n");
    for (int i = 0; i < FILES; i++) {
        const bool here =
            nn_weights_find (path, sizeof path, files[i].name,
                             files[i].where == LABELS ? ".txt" : ".safetensors") ==
            NN_OK;
        printf ("%c %-36s %s%s%s\n", here ? '*' : ' ', files[i].name,
                files[i].model ? "for the model " : "what the classes are called",
                files[i].model ? files[i].model : "",
                files[i].where == NOWHERE ? ", not to be fetched" : "");
    }
}

/*  From where, and what it becomes. */
static int download (int which, const char *folder)
{
    const char *name = files[which].name, *hub = getenv ("NN_HUB");
    const bool labels = files[which].where == LABELS;
    char path[4200], url[4200];
    hub = hub && *hub ? hub
          : labels    ? "https://raw.githubusercontent.com"
                      : "https://huggingface.co";
    if (labels)
        snprintf (url, sizeof url, "%s/pytorch/hub/master/imagenet_classes.txt",
                  hub);
    else
        snprintf (url, sizeof url, "%s/timm/%s/resolve/main/model.safetensors",
                  hub, name);
    snprintf (path, sizeof path, "%s/%s%s", folder, name,
              labels ? ".txt" : ".safetensors");
    return cmd_download (url, path, NULL, labels ? check_labels : check);
}

static int fetch (const char *name)
{
    const char *names[FILES];
    char folder[4096];
    int found = -1;
    for (int i = 0; i < FILES; i++) {
        names[i] = files[i].name;
        found = strcmp (name, names[i]) == 0 ? i : found;
    }
    if (found < 0) {
        const char *near = nn_nearest (name, names, FILES);
        return nn_fail (NN_EVALUE, "there are no weights '%.80s'%s%s%s", name,
                        near ? "; did you mean '" : "; nn data weights lists all",
                        near ? near : "", near ? "'?" : "");
    }
    if (files[found].where == NOWHERE)
        return nn_fail (NN_EVALUE,
                        "'%s' cannot be fetched from anywhere; who has it puts "
                        "%s.safetensors into the folder weights",
                        name, name);
    const int status = cmd_place (folder, "NN_WEIGHTS", "weights");
    return status == NN_OK ? download (found, folder) : status;
}

/*  nn data weights NAME, from NAME on. An exit status. */
int cmd_weights (const cmd_verb *verb, char **args)
{
    if (!args[0]) {
        list ();
        return CMD_OK;
    }
    if (args[1])
        return cmd_usage (
            verb, "one file of weights at a time: '%s' is one too many", args[1]);
    return fetch (args[0]) == NN_OK ? CMD_OK : cmd_fail (verb, CMD_FAILED);
}
