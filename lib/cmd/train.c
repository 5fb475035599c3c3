/*  train.c - nn train: from a recipe to a run folder */
#include "cmd.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CALLBACKS = CMD_FIT_CALLBACKS + 3, LONGEST = 4096 };

static const cmd_option own_options[] = {
    { "run", "FOLDER", "where the run is kept; runs/RECIPE-SEED if not said",
      NULL },
    { "force", NULL, "replace what an earlier run left in that folder", NULL },
    { "resume", NULL, "go on with the run in that folder, if there is one", NULL },
    { "every", "STEPS", "keep the state so often, besides after each epoch",
      NULL },
    { "list", NULL, "name the recipes and say what each is", NULL },
    { "json", NULL, "one line of JSON on stdout, all else on stderr", NULL },
    { "quiet", NULL, "nothing but the result", NULL },
};
enum { OWN_OPTIONS = sizeof own_options / sizeof *own_options };

/*  What is said of the state that is kept, and gone on from. */
static int read_state_options (const cmd_verb *verb, cmd_session *s,
                               const cmd_option *options)
{
    if (cmd_value (options, "force") && cmd_value (options, "resume"))
        return cmd_usage (verb, "--force begins anew and --resume goes on; give "
                                "one of them");
    const char *every = cmd_value (options, "every");
    char *end = NULL;
    const long steps = every ? strtol (every, &end, 10) : 0;
    if (every && (*end || end == every || steps < 1 || steps > INT_MAX))
        return cmd_usage (verb,
                          "--every is %.60s; it takes a whole number of steps, 1 "
                          "or more",
                          every);
    s->checkpoint.every = (int) steps;
    s->resume = cmd_value (options, "resume");
    return CMD_OK;
}

/*  One fold of the training images is held back, and takes the place of the test
 *  images, at which nobody looks. */
static int hold_back (cmd_session *s)
{
    const nn_recipe *recipe = &s->fit.recipe;
    nn_folds folds;
    if (recipe->fold > recipe->folds)
        return nn_fail (NN_EVALUE, "fold is %d and folds is %d; they count from 1",
                        recipe->fold, recipe->folds);
    int status = nn_kfold (&folds, s->all, recipe->folds, true, recipe->seed);
    if (status != NN_OK)
        return status;
    s->whole = s->all;
    s->all = NULL;
    status = nn_fold_views (&folds, s->whole, recipe->fold - 1, &s->all, &s->test);
    nn_folds_free (&folds);
    return status;
}

/*  The data: training, validation and test images. */
static int open_data (cmd_session *s)
{
    const nn_recipe *recipe = &s->fit.recipe;
    s->all = cmd_data (recipe, false);
    if (!s->all)
        return NN_EFILE;
    nn_data *some = NULL;
    if (nn_recipe_images (recipe, s->all, &some) != NN_OK)
        return NN_EVALUE;
    if (some) {
        s->pool = s->all;
        s->all = some;
    }
    if (recipe->fold > 0) {
        const int status = hold_back (s);
        if (status != NN_OK)
            return status;
    } else
        s->test = cmd_data (recipe, true); // missing files show up now
    if (!s->test)
        return NN_EFILE;
    if (recipe->validation == 0)
        return NN_OK;
    return nn_split (s->all, recipe->validation,
                     recipe->split ? recipe->split : recipe->seed, &s->training,
                     &s->validation);
}

const nn_data *cmd_learnt_from (const cmd_session *s)
{
    return s->training ? s->training : s->all;
}

/*  The images, the net and all that the training needs besides it. */
static int prepare (cmd_session *s)
{
    const int status = open_data (s);
    return status == NN_OK
               ? cmd_fit_prepare (&s->fit, cmd_learnt_from (s), s->validation)
               : status;
}

/*  Who looks on. The one that saves the state comes last, so that it saves what the
 *  others have decided. */
static int list_callbacks (cmd_session *s, nn_callback list[MOST_CALLBACKS])
{
    int count = 0;
    list[count++] =
        isatty (fileno (s->say)) ? nn_progress (s->say) : nn_epochs (s->say);
    count += cmd_fit_callbacks (&s->fit, list + count);
    list[count++] = cmd_history (&s->folder);
    list[count++] = nn_checkpoints (&s->checkpoint);
    return count;
}

/*  Everything up to the trained weights, which are saved before anything else is
 *  tried. */
static int train (cmd_session *s)
{
    char path[LONGEST];
    struct timespec a, b;
    nn_callback callbacks[MOST_CALLBACKS];
    const int count = list_callbacks (s, callbacks);
    clock_gettime (CLOCK_MONOTONIC, &a);
    int status =
        cmd_fit_train (&s->fit, callbacks, count, (int) s->checkpoint.at.epoch,
                       (int) s->checkpoint.at.batch);
    clock_gettime (CLOCK_MONOTONIC, &b);
    s->seconds +=
        (double) (b.tv_sec - a.tv_sec) + 1e-9 * (double) (b.tv_nsec - a.tv_nsec);
    if (status != NN_OK)
        return status;
    if (cmd_stops (s) && *s->fit.stopping.reason)
        fprintf (s->say, "stopped: %s\n", s->fit.stopping.reason);
    return nn_weights_save (
        cmd_fit_whole (&s->fit),
        cmd_folder_file (&s->folder, "weights.safetensors", path),
        s->fit.recipe.name);
}

/*  The curve, which is nice to have: a run is not lost without it. */
static void draw_curve (const cmd_session *s)
{
    char path[LONGEST];
    const char *file = cmd_folder_file (&s->folder, "curve.svg", path);
    const int status =
        cmd_stops (s)
            ? nn_plot_stopped (&s->fit.history, &s->fit.stopping,
                               s->fit.recipe.name, file)
            : nn_plot_history (&s->fit.history, s->fit.recipe.name, file);
    if (status != NN_OK)
        fprintf (stderr, "nn train: no curve was drawn: %s\n", nn_error ());
}

static void tell_plan (const cmd_session *s)
{
    const nn_data *data = cmd_learnt_from (s);
    fprintf (s->say, "%s: %s on %d images of %s", s->fit.recipe.name,
             s->fit.recipe.model, data->count, s->all->name);
    if (s->validation)
        fprintf (s->say, ", %d for validation", s->validation->count);
    fprintf (s->say, "; %zu parameters; seed %llu; into %s\n",
             nn_net_parameters (cmd_fit_whole (&s->fit), false),
             (unsigned long long) s->fit.recipe.seed, s->folder.path);
    fflush (s->say);
}

static void tell_result (FILE *out, const cmd_session *s)
{
    if (s->whole)
        fprintf (out, "fold %d of %d: ", s->fit.recipe.fold, s->fit.recipe.folds);
    fprintf (out, "%s accuracy %.2f %%, loss %.4f, on %d images seen once",
             s->whole ? "held-back" : "test", 100 * s->scores.accuracy,
             s->scores.loss, s->scores.images);
    if (cmd_comparable (s) && !s->whole)
        fprintf (out, " (published: %g %%)", s->fit.recipe.published);
    fprintf (out, "; trained in %.1f s\n", s->seconds);
}

/*  The whole run, once the folder is ours. */
static int work (cmd_session *s, bool json, bool quiet)
{
    tell_plan (s);
    int status = cmd_go_on (s);
    if (status == NN_OK)
        status = train (s);
    if (status != NN_OK)
        return status;
    draw_curve (s);
    status = cmd_fit_evaluate (&s->fit, s->test, &s->scores);
    if (status != NN_OK)
        return status;
    if (!json || !quiet)
        tell_result (json ? stderr : stdout, s);
    return cmd_write_result (s, json);
}

static void close_session (cmd_session *s)
{
    cmd_fit_free (&s->fit);
    nn_data_free (&s->training);
    nn_data_free (&s->validation);
    nn_data_free (&s->test);
    nn_data_free (&s->all);
    nn_data_free (&s->whole);
    nn_data_free (&s->pool);
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[CMD_OPTIONS];
    const char *name;
    int status;
    cmd_list_options (options, own_options, OWN_OPTIONS);
    if (*args && strcmp (*args, "--list") == 0)
        return cmd_list_recipes () == NN_OK ? CMD_OK : cmd_fail (self, CMD_FAILED);
    if (!cmd_read (self, args, options, &name, &status))
        return status;
    cmd_session s = { .folder.lock = -1 };
    status = cmd_read_recipe (self, &s.fit.recipe, name, options + OWN_OPTIONS);
    if (status == CMD_OK)
        status = read_state_options (self, &s, options);
    if (status != CMD_OK)
        return status;
    const bool json = cmd_value (options, "json"),
               quiet = cmd_value (options, "quiet");
    FILE *nowhere = quiet ? fopen ("/dev/null", "w") : NULL;
    s.say = nowhere ? nowhere : json ? stderr : stdout;
    char usual[LONGEST];
    snprintf (usual, sizeof usual, "runs/%s-%llu", s.fit.recipe.name,
              (unsigned long long) s.fit.recipe.seed);
    const char *folder = cmd_value (options, "run");
    s.fit.say = s.say;
    status = prepare (&s);
    if (status == NN_OK)
        status = cmd_folder_begin (&s.folder, folder ? folder : usual,
                                   cmd_value (options, "force")    ? CMD_REPLACE
                                   : cmd_value (options, "resume") ? CMD_GO_ON
                                                                   : CMD_FRESH);
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
              "is installed, curve.svg. After each epoch the whole state of the "
              "training goes into\n"
              "its file checkpoint. A run that was killed goes on from there with "
              "--resume, as if\n"
              "nothing had happened; with more --epochs also one that had come to "
              "its end.\n",
    .example = "train C.baseline --data shapes10:1000 --epochs 3 --run runs/first "
               "--force\n"
               "train --list",
    .run = run,
};
