/*  eval.c - nn eval: a kept net, measured again */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    nn_recipe recipe;
    nn_data *test;
    nn_net *net;
    nn_transform transforms[NN_TRANSFORMS];
    int transform_count;
    nn_scores scores;
    int *confusion; // [true class][named class]
} session;

/*  The recipe, the data and the net with its weights. */
static int load (session *s, const char *run, const char *data)
{
    char path[4096];
    snprintf (path, sizeof path, "%s/recipe", run);
    int status = nn_recipe_load (&s->recipe, path);
    if (status != NN_OK)
        return nn_fail (status, "%s; is %s the folder of a run?", nn_error (),
                        run);
    if (data && (status = nn_recipe_set (&s->recipe, "data", data)) != NN_OK)
        return status;
    s->test = cmd_data (s->recipe.data, true);
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

/*  Loss and accuracy, and which class was taken for which. */
static int measure (session *s)
{
    const int classes = s->test->classes;
    int status = nn_evaluate (s->net, s->test, s->transforms, s->transform_count,
                              &s->scores);
    if (status != NN_OK)
        return status;
    float *p = malloc ((size_t) s->test->count * classes * sizeof *p);
    s->confusion = calloc ((size_t) classes * classes, sizeof *s->confusion);
    if (!p || !s->confusion) {
        free (p);
        return nn_fail (NN_EMEMORY, "no memory to compare %d images",
                        s->test->count);
    }
    status = nn_predict (s->net, s->test, s->transforms, s->transform_count, p);
    for (int i = 0; status == NN_OK && i < s->test->count; i++)
        s->confusion[s->test->label (s->test, i) * classes +
                     nn_argmax (p + (size_t) i * classes, classes)]++;
    free (p);
    return status;
}

/*  A row a class: how often it was named what. */
static void print_confusion (const session *s)
{
    const int classes = s->test->classes;
    printf ("%-12s", "named");
    for (int k = 0; k < classes; k++)
        printf (" %6.6s", s->test->names[k]);
    printf ("\n");
    for (int i = 0; i < classes; i++) {
        printf ("%-12.12s", s->test->names[i]);
        for (int k = 0; k < classes; k++)
            printf (" %6d", s->confusion[i * classes + k]);
        printf ("\n");
    }
}

/*  The same as a picture. */
static int draw_confusion (const session *s, const char *file)
{
    const int classes = s->test->classes;
    float *counts = malloc ((size_t) classes * classes * sizeof *counts);
    if (!counts)
        return nn_fail (NN_EMEMORY, "no memory to draw %d classes", classes);
    for (int i = 0; i < classes * classes; i++)
        counts[i] = (float) s->confusion[i];
    const int status = nn_plot_heat (counts, classes, classes, .file = file,
                                     .names = s->test->names, .x_label = "named",
                                     .y_label = "what it is");
    free (counts);
    return status;
}

static void print_json (const session *s)
{
    const int classes = s->test->classes;
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "recipe", s->recipe.name);
    cJSON_AddStringToObject (json, "data", s->recipe.data);
    cJSON_AddNumberToObject (json, "test_accuracy", s->scores.accuracy);
    cJSON_AddNumberToObject (json, "test_loss", s->scores.loss);
    cJSON_AddNumberToObject (json, "test_images", s->scores.images);
    cJSON_AddNumberToObject (json, "seconds", s->scores.seconds);
    cJSON_AddNumberToObject (json, "images_per_second",
                             s->scores.images / s->scores.seconds);
    cJSON *rows = cJSON_AddArrayToObject (json, "confusion");
    for (int i = 0; i < classes; i++)
        cJSON_AddItemToArray (
            rows, cJSON_CreateIntArray (s->confusion + i * classes, classes));
    char *line = cJSON_PrintUnformatted (json);
    printf ("%s\n", line ? line : "");
    cJSON_free (line);
    cJSON_Delete (json);
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[] = {
        { "data", "DATA", "another data set than the run's own", NULL },
        { "json", NULL, "one line of JSON", NULL },
        { "plot", "FILE", "draw who was taken for whom: .svg or .png", NULL },
        { 0 },
    };
    const char *folder;
    int status;
    if (!cmd_read (self, args, options, &folder, &status))
        return status;
    session s = { 0 };
    status = load (&s, folder, cmd_value (options, "data"));
    if (status == NN_OK)
        status = measure (&s);
    if (status == NN_OK && cmd_value (options, "plot"))
        status = draw_confusion (&s, cmd_value (options, "plot"));
    if (status != NN_OK)
        cmd_fail (self, CMD_FAILED);
    else if (cmd_value (options, "json"))
        print_json (&s);
    else {
        printf ("%s: test accuracy %.2f %%, loss %.4f, on %d images of %s\n\n",
                s.recipe.name, 100 * s.scores.accuracy, s.scores.loss,
                s.scores.images, s.test->name);
        print_confusion (&s);
    }
    free (s.confusion);
    nn_net_free (&s.net);
    nn_data_free (&s.test);
    return status == NN_OK ? CMD_OK : CMD_FAILED;
}

const cmd_verb cmd_eval = {
    .name = "eval",
    .operands = "RUN",
    .about = "measure a kept network",
    .manual = "RUN is a folder that nn train has made. Its net is read back and "
              "measured on\n"
              "the test images of the run's own data, or of others; the figures "
              "on its own\n"
              "are the same as at the end of the training, to the last bit. Below "
              "them stands,\n"
              "for each class, how often its images were named what.\n",
    .example = "train C.baseline --data shapes10:1000 --epochs 3 --run "
               "runs/second --force\n"
               "eval runs/second",
    .run = run,
};
