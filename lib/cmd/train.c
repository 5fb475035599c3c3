/*  train.c - nn train: from a recipe to a run folder */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { OWN_OPTIONS = 4, MOST_OPTIONS = 40, LONGEST = 4096 };

typedef struct { // all that a training needs, and what became of it
    nn_recipe recipe;
    nn_data *all, *training, *validation, *test;
    nn_net *net;
    nn_optimiser optimiser;
    const nn_schedule *schedule;
    nn_transform transforms[NN_TRANSFORMS];
    int transform_count;
    nn_history history;
    cmd_folder folder;
    nn_scores scores; // of the test
    double seconds;   // of the training, with its validation
    FILE *say;        // where people look
} session;

/*  The verb's options: its own, then every key of the recipe. */
static void list_options (cmd_option options[MOST_OPTIONS])
{
    const cmd_option own[OWN_OPTIONS] = {
        { "run", "FOLDER", "where the run is kept; runs/RECIPE-SEED if not said",
          NULL },
        { "force", NULL, "replace what an earlier run left in that folder", NULL },
        { "json", NULL, "one line of JSON on stdout, all else on stderr", NULL },
        { "quiet", NULL, "nothing but the result", NULL },
    };
    int count = 0;
    for (; count < OWN_OPTIONS; count++)
        options[count] = own[count];
    for (const nn_recipe_key *k = nn_recipe_keys;
         k->name && count < MOST_OPTIONS - 1; k++)
        options[count++] = (cmd_option){ k->name, "VALUE", k->about, NULL };
    options[count] = (cmd_option){ 0 };
}

/*  The recipe, with what the options change in it. */
static int read_recipe (const cmd_verb *verb, nn_recipe *recipe, const char *name,
                        const cmd_option *options)
{
    if (nn_recipe_load (recipe, name) != NN_OK)
        return cmd_fail (verb, CMD_USAGE);
    for (const cmd_option *o = options + OWN_OPTIONS; o->name; o++)
        if (o->value && nn_recipe_set (recipe, o->name, o->value) != NN_OK)
            return cmd_usage (verb, "--%s: %s", o->name, nn_error ());
    if (!*recipe->data)
        return cmd_usage (
            verb, "the recipe names no data; say --data cifar10, shapes10 or "
                  "a folder");
    cmd_data_settle (recipe);
    return CMD_OK;
}

/*  The data: training, validation and test images. */
static int open_data (session *s)
{
    const nn_recipe *recipe = &s->recipe;
    s->all = cmd_data (recipe->data, false);
    s->test =
        s->all ? cmd_data (recipe->data, true) : NULL; // missing files show up now
    if (!s->test)
        return NN_EFILE;
    if (recipe->validation == 0)
        return NN_OK;
    return nn_split (s->all, recipe->validation, recipe->seed, &s->training,
                     &s->validation);
}

static const nn_data *learnt_from (const session *s)
{
    return s->training ? s->training : s->all;
}

/*  The net and all that the training needs besides it. */
static int prepare (session *s)
{
    int status = open_data (s);
    if (status != NN_OK)
        return status;
    const nn_data *data = learnt_from (s);
    s->transform_count = nn_recipe_transforms (&s->recipe, data, s->transforms);
    if (s->transform_count < 0)
        return s->transform_count;
    int h = data->h, w = data->w;
    status = nn_recipe_size (&s->recipe, &h, &w, data->c);
    if (status != NN_OK)
        return status;
    s->net = nn_recipe_net (&s->recipe, h, w, data->c, data->classes);
    status = s->net ? nn_net_build (s->net, .batch = s->recipe.batch) : NN_EVALUE;
    if (status == NN_OK)
        status = nn_recipe_optimiser (&s->recipe, &s->optimiser, &s->schedule);
    return status;
}

/*  Everything up to the trained weights, which are saved before anything else is
 *  tried. */
static int train (session *s)
{
    char path[LONGEST];
    int status =
        nn_recipe_save (&s->recipe, cmd_folder_file (&s->folder, "recipe", path));
    if (status != NN_OK)
        return status;
    const nn_callback callbacks[] = {
        isatty (fileno (s->say)) ? nn_progress (s->say) : nn_epochs (s->say),
        cmd_history (&s->folder),
    };
    struct timespec a, b;
    clock_gettime (CLOCK_MONOTONIC, &a);
    status = nn_train (s->net, learnt_from (s), &s->history,
                       .validation = s->validation, .optimiser = &s->optimiser,
                       .schedule = s->schedule, .epochs = s->recipe.epochs,
                       .seed = s->recipe.seed, .transforms = s->transforms,
                       .transform_count = s->transform_count,
                       .callbacks = callbacks, .callback_count = 2,
                       .mix = nn_recipe_mix, .mix_with = &s->recipe);
    clock_gettime (CLOCK_MONOTONIC, &b);
    s->seconds =
        (double) (b.tv_sec - a.tv_sec) + 1e-9 * (double) (b.tv_nsec - a.tv_nsec);
    if (status != NN_OK)
        return status;
    return nn_weights_save (
        s->net, cmd_folder_file (&s->folder, "weights.safetensors", path),
        s->recipe.name);
}

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

/*  The source's figure is for photographs: it says nothing about shapes. */
static bool comparable (const session *s)
{
    return s->recipe.published > 0 && strncmp (s->recipe.data, "shapes10", 8) != 0;
}

/*  What the run reached, as JSON. NULL if there is no memory for it. */
static cJSON *result_of (const session *s)
{
    double images = 0, seconds = 0;
    for (int i = 0; i < s->history.epochs; i++) {
        const nn_epoch *e = &s->history.epoch[i];
        images += (double) e->images_per_second * e->seconds;
        seconds += e->seconds;
    }
    const nn_epoch *last = &s->history.epoch[s->history.epochs - 1];
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "recipe", s->recipe.name);
    cJSON_AddStringToObject (json, "data", s->recipe.data);
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
    cJSON_AddNumberToObject (json, "epochs", s->history.epochs);
    cJSON_AddNumberToObject (json, "train_images", learnt_from (s)->count);
    cJSON_AddNumberToObject (json, "val_images",
                             s->validation ? s->validation->count : 0);
    cJSON_AddNumberToObject (json, "test_images", s->scores.images);
    char seed[24]; // a number in JSON has 53 bits
    snprintf (seed, sizeof seed, "%llu", (unsigned long long) s->recipe.seed);
    cJSON_AddRawToObject (json, "seed", seed);
    cJSON_AddNumberToObject (json, "parameters",
                             (double) nn_net_parameters (s->net, false));
    cJSON_AddNumberToObject (json, "peak_memory_mb", peak_memory_mb ());
    if (comparable (s))
        cJSON_AddNumberToObject (json, "published_accuracy",
                                 s->recipe.published / 100);
    return json;
}

/*  Keeps the result in the folder; prints it as one line if asked. */
static int write_result (const session *s, bool json)
{
    char path[LONGEST], *text = NULL;
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

/*  The curve, which is nice to have: a run is not lost without it. */
static void draw_curve (const session *s)
{
    char path[LONGEST];
    if (nn_plot_history (&s->history, s->recipe.name,
                         cmd_folder_file (&s->folder, "curve.svg", path)) != NN_OK)
        fprintf (stderr, "nn train: no curve was drawn: %s\n", nn_error ());
}

static void tell_plan (const session *s)
{
    const nn_data *data = learnt_from (s);
    fprintf (s->say, "%s: %s on %d images of %s", s->recipe.name, s->recipe.model,
             data->count, s->all->name);
    if (s->validation)
        fprintf (s->say, ", %d for validation", s->validation->count);
    fprintf (s->say, "; %zu parameters; seed %llu; into %s\n",
             nn_net_parameters (s->net, false),
             (unsigned long long) s->recipe.seed, s->folder.path);
    fflush (s->say);
}

static void tell_result (FILE *out, const session *s)
{
    fprintf (out, "test accuracy %.2f %%, loss %.4f, on %d images seen once",
             100 * s->scores.accuracy, s->scores.loss, s->scores.images);
    if (comparable (s))
        fprintf (out, " (published: %g %%)", s->recipe.published);
    fprintf (out, "; trained in %.1f s\n", s->seconds);
}

/*  The whole run, once the folder is ours. */
static int work (session *s, bool json, bool quiet)
{
    tell_plan (s);
    int status = train (s);
    if (status != NN_OK)
        return status;
    draw_curve (s);
    status = nn_evaluate (s->net, s->test, s->transforms, s->transform_count,
                          &s->scores);
    if (status != NN_OK)
        return status;
    if (!json || !quiet)
        tell_result (json ? stderr : stdout, s);
    return write_result (s, json);
}

static void close_session (session *s)
{
    nn_history_free (&s->history);
    nn_net_free (&s->net);
    nn_data_free (&s->training);
    nn_data_free (&s->validation);
    nn_data_free (&s->test);
    nn_data_free (&s->all);
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[MOST_OPTIONS];
    const char *name;
    int status;
    list_options (options);
    if (!cmd_read (self, args, options, &name, &status))
        return status;
    session s = { .folder.lock = -1 };
    status = read_recipe (self, &s.recipe, name, options);
    if (status != CMD_OK)
        return status;
    const bool json = cmd_value (options, "json"),
               quiet = cmd_value (options, "quiet");
    FILE *nowhere = quiet ? fopen ("/dev/null", "w") : NULL;
    s.say = nowhere ? nowhere : json ? stderr : stdout;
    char usual[LONGEST];
    snprintf (usual, sizeof usual, "runs/%s-%llu", s.recipe.name,
              (unsigned long long) s.recipe.seed);
    const char *folder = cmd_value (options, "run");
    status = prepare (&s);
    if (status == NN_OK)
        status = cmd_folder_begin (&s.folder, folder ? folder : usual,
                                   cmd_value (options, "force"));
    if (status == NN_OK)
        status = work (&s, json, quiet);
    if (status != NN_OK)
        cmd_fail (self, CMD_FAILED);
    cmd_folder_end (&s.folder);
    close_session (&s);
    if (nowhere)
        fclose (nowhere);
    return status == NN_OK ? CMD_OK : CMD_FAILED;
}

const cmd_verb cmd_train = {
    .name = "train",
    .operands = "RECIPE",
    .about = "train a network and keep it",
    .manual = "RECIPE is the name of a recipe, such as C.baseline, or the path of "
              "one. A part of\n"
              "the training images, as large as the recipe says, is put aside to "
              "validate with;\n"
              "the test images are looked at once, when all is done.\n"
              "\n"
              "Data are cifar10 (in data/cifar-10-batches-bin, or below "
              "$NN_DATA), a folder with\n"
              "CIFAR-10's *.bin files, shapes10 (10,000 images to train with and "
              "2,000 to test,\n"
              "drawn by the program itself), or shapes10:COUNT (COUNT to train "
              "with, a fifth of\n"
              "that to test).\n"
              "\n"
              "The run folder gets recipe (all that the run depended on: train it "
              "again and you\n"
              "get the same net), history.tsv, weights.safetensors, result.json "
              "and, where gnuplot\n"
              "is installed, curve.svg.\n",
    .example = "train C.baseline --data shapes10:1000 --epochs 3 --run runs/first "
               "--force",
    .run = run,
};
