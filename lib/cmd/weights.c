/*  weights.c - nn data weights: what lies on the hub, and fetching it */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct { // on the hub, each with a file model.safetensors
    const char *name, *model;
} files[] = {
    { "mobilenetv2_100.ra_in1k", "mobilenetv2" },
    { "mobilenetv3_large_100.ra_in1k", "mobilenetv3_large" },
    { "densenet121.tv_in1k", "densenet121" },
    { "vgg16.tv_in1k", "vgg16" },
    { "resnet50.tv_in1k", "resnet50" },
    { "inception_v3.tv_in1k", "inceptionv3" },
};
enum { FILES = sizeof files / sizeof *files };

/*  Where weights lie: $NN_WEIGHTS, or the tree's folder weights/. */
static int find_folder (char folder[4096])
{
    const char *named = getenv ("NN_WEIGHTS");
    if (named && *named)
        snprintf (folder, 4096, "%s", named);
    else if (nn_file_beside (folder, 4096, "lib/nn.h") == NN_OK)
        memcpy (strrchr (folder, '/') - 3, "weights", sizeof "weights");
    else
        snprintf (folder, 4096, "weights");
    if (mkdir (folder, 0777) == 0 || errno == EEXIST)
        return NN_OK;
    return nn_fail (NN_EFILE, "%s cannot be made: %s", folder, strerror (errno));
}

/*  Is it a safetensors file at all, and not a page that says something? */
static int check (const char *path)
{
    nn_arrays file;
    const int status = nn_arrays_open (&file, path);
    nn_arrays_close (&file);
    return status;
}

static void list (void)
{
    printf ("Weights on the hub (nn data weights NAME):\n");
    for (int i = 0; i < FILES; i++)
        printf ("  %-32s for the model %s\n", files[i].name, files[i].model);
}

static int fetch (const char *name)
{
    const char *names[FILES];
    char folder[4096], path[4200], url[4200];
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
    const int status = find_folder (folder);
    if (status != NN_OK)
        return status;
    const char *hub = getenv ("NN_HUB");
    snprintf (path, sizeof path, "%s/%s.safetensors", folder, name);
    snprintf (url, sizeof url, "%s/timm/%s/resolve/main/model.safetensors",
              hub && *hub ? hub : "https://huggingface.co", name);
    return cmd_download (url, path, NULL, check);
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
