/*  result.c - what a run reached, as one line and as a file */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double peak_memory_mb (void)
{
    struct rusage usage;
    getrusage (RUSAGE_SELF, &usage);
    return (double) usage.ru_maxrss * 1024 / 1e6;
}

/*  A float without the digits that it does not have. */
static double tidy (float x)
{
    char text[32];
    snprintf (text, sizeof text, "%.7g", x);
    return strtod (text, NULL);
}

/*  The source's figure is for its photographs: it says nothing about shapes, nor
 *  about those of somebody else. */
bool cmd_comparable (const cmd_session *s)
{
    char folder[PATH_MAX];
    const cmd_source kind = cmd_data_kind (s->fit.recipe.data, folder);
    return s->fit.recipe.published > 0 &&
           (kind == CMD_CIFAR10 || strcmp (s->fit.recipe.data, "animals10") == 0);
}

/*  The epoch, counted from 0, whose weights the run has kept. */
static int kept_epoch (const cmd_session *s)
{
    return cmd_stops (s) && s->fit.stopping.watch.best_epoch >= 0
               ? s->fit.stopping.watch.best_epoch
               : s->fit.history.epochs - 1;
}

/*  What the run reached, as JSON. NULL if there is no memory for it. */
static cJSON *result_of (const cmd_session *s)
{
    double images = 0, seconds = 0;
    for (int i = 0; i < s->fit.history.epochs; i++) {
        const nn_epoch *e = &s->fit.history.epoch[i];
        images += (double) e->images_per_second * e->seconds;
        seconds += e->seconds;
    }
    const int kept = kept_epoch (s);
    const nn_epoch *last = &s->fit.history.epoch[kept];
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "recipe", s->fit.recipe.name);
    cJSON_AddStringToObject (json, "data", s->fit.recipe.data);
    cJSON_AddNumberToObject (json, "test_accuracy", s->scores.accuracy);
    cJSON_AddNumberToObject (json, "test_loss", s->scores.loss);
    if (s->validation) {
        cJSON_AddNumberToObject (json, "val_accuracy", tidy (last->val_accuracy));
        cJSON_AddNumberToObject (json, "val_loss", tidy (last->val_loss));
    } else {
        cJSON_AddNullToObject (json, "val_accuracy");
        cJSON_AddNullToObject (json, "val_loss");
    }
    cJSON_AddNumberToObject (json, "train_accuracy", tidy (last->accuracy));
    cJSON_AddNumberToObject (json, "train_loss", tidy (last->loss));
    cJSON_AddNumberToObject (json, "seconds", s->seconds);
    cJSON_AddNumberToObject (json, "images_per_second", images / seconds);
    cJSON_AddNumberToObject (json, "epochs", s->fit.history.epochs);
    cJSON_AddNumberToObject (json, "kept_epoch", kept + 1);
    cJSON_AddNumberToObject (json, "train_images", cmd_learnt_from (s)->count);
    cJSON_AddNumberToObject (json, "val_images",
                             s->validation ? s->validation->count : 0);
    cJSON_AddNumberToObject (json, "test_images", s->scores.images);
    char seed[24]; // a number in JSON has 53 bits
    snprintf (seed, sizeof seed, "%llu", (unsigned long long) s->fit.recipe.seed);
    cJSON_AddRawToObject (json, "seed", seed);
    cJSON_AddNumberToObject (
        json, "parameters",
        (double) nn_net_parameters (cmd_fit_whole (&s->fit), false));
    cJSON_AddNumberToObject (json, "peak_memory_mb", peak_memory_mb ());
    if (cmd_comparable (s))
        cJSON_AddNumberToObject (json, "published_accuracy",
                                 s->fit.recipe.published / 100);
    return json;
}

/*  Keeps the result in the folder; prints it as one line if asked. */
int cmd_write_result (const cmd_session *s, bool json)
{
    char path[4096], *text = NULL;
    cJSON *result = result_of (s);
    char *lines = cJSON_Print (result), *line = cJSON_PrintUnformatted (result);
    cJSON_Delete (result);
    for (char *tab = lines; tab && (tab = strchr (tab, '\t')); tab++)
        *tab = ' ';
    int status = NN_EMEMORY;
    if (lines && line && asprintf (&text, "%s\n", lines) >= 0) {
        status = nn_file_write (cmd_folder_file (&s->folder, "result.json", path),
                                text, strlen (text));
        if (json)
            printf ("%s\n", line);
        free (text);
    } else
        nn_fail (NN_EMEMORY, "no memory to write the result");
    cJSON_free (lines);
    cJSON_free (line);
    return status;
}
