/*  kfold.c - nn kfold: a recipe is trained once for every fold
 *
 *  Each fold is an `nn train` of its own, in a process and a folder of its own:
 *  FOLDER/fold-1, FOLDER/fold-2 … So whatever a recipe can do it can do here, folds
 *  can be trained side by side, and what was broken off goes on where it was.
 */
#include "cmd.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST = 4096, USUAL_FOLDS = 5, MOST_JOBS = 256 };

typedef struct {
    nn_recipe recipe;
    cmd_folder folder;
    int jobs;
    bool force, quiet, json;
    double *accuracy; // of each fold, in percent
    pid_t *child;     // of each fold; 0: none
    nn_estimate mean; // of the accuracies
    int count;        // images
} folding;

static const cmd_option own_options[] = {
    { "run", "FOLDER",
      "where the folds are kept; runs/RECIPE-SEED-folds if not said", NULL },
    { "force", NULL, "begin anew, whatever an earlier run has left there", NULL },
    { "jobs", "N", "train so many folds at a time; 1 if not said", NULL },
    { "json", NULL, "one line of JSON on stdout, all else on stderr", NULL },
    { "quiet", NULL, "nothing but the result", NULL },
};
enum { OWN_OPTIONS = sizeof own_options / sizeof *own_options };

static const char *fold_path (const folding *f, int fold, const char *file,
                              char path[LONGEST])
{
    snprintf (path, LONGEST, "%s/fold-%d%s%s", f->folder.path, fold + 1,
              *file ? "/" : "", file);
    return path;
}

/*  The accuracy that a fold's run has reached; negative if it has not come to its
 *  end. */
static double read_result (const folding *f, int fold)
{
    char path[LONGEST];
    unsigned char *bytes;
    size_t size;
    double accuracy = -1;
    if (access (fold_path (f, fold, "weights.safetensors", path), R_OK) != 0 ||
        nn_file_read (fold_path (f, fold, "result.json", path), &bytes, &size) !=
            NN_OK)
        return accuracy;
    cJSON *result = cJSON_ParseWithLength ((const char *) bytes, size);
    const cJSON *number = cJSON_GetObjectItem (result, "test_accuracy");
    if (cJSON_IsNumber (number))
        accuracy = 100 * number->valuedouble;
    cJSON_Delete (result);
    free (bytes);
    return accuracy;
}

/*  Becomes `nn train` of one fold; does not come back. The child does not outlive
 *  its parent, and several share the processor's cores. */
_Noreturn static void become_train (const folding *f, int fold)
{
    char recipe[LONGEST], folder[LONGEST], number[16], threads[32];
    const int jobs = f->jobs < f->recipe.folds ? f->jobs : f->recipe.folds;
    const long cores = jobs > 0 ? sysconf (_SC_NPROCESSORS_ONLN) / jobs : 1;
    prctl (PR_SET_PDEATHSIG, SIGTERM);
    snprintf (threads, sizeof threads, "%ld", cores > 1 ? cores : 1);
    if (jobs > 1)
        setenv ("OMP_NUM_THREADS", threads, 0);
    snprintf (number, sizeof number, "%d", fold + 1);
    cmd_folder_file (&f->folder, "recipe", recipe);
    fold_path (f, fold, "", folder);
    const int out = f->quiet || jobs > 1 ? open ("/dev/null", O_WRONLY)
                    : f->json            ? STDERR_FILENO
                                         : STDOUT_FILENO;
    dup2 (out, STDOUT_FILENO);
    char *words[] = { "nn",   "train", recipe, "--fold",
                      number, "--run", folder, f->force ? "--force" : "--resume",
                      NULL };
    execv ("/proc/self/exe", words);
    fprintf (stderr, "nn kfold: nn train cannot be started: %s\n",
             strerror (errno));
    _exit (CMD_FAILED);
}

/*  Waits for one child and notes which fold has ended. */
static int wait_for_one (folding *f)
{
    int ended;
    pid_t child;
    while ((child = wait (&ended)) < 0 && errno == EINTR)
        continue;
    for (int k = 0; k < f->recipe.folds; k++)
        if (f->child[k] == child) {
            f->child[k] = 0;
            f->accuracy[k] = ended == 0 ? read_result (f, k) : -1;
            if (f->accuracy[k] < 0)
                return nn_fail (
                    NN_ESYSTEM,
                    "the training of fold %d has failed, and what it said "
                    "stands above; the same command goes on with it",
                    k + 1);
        }
    return NN_OK;
}

/*  Trains the folds that are not yet trained. After a failure the others are waited
 *  for, and no more are begun. */
static int train_all (folding *f)
{
    int status = NN_OK, running = 0, next = 0;
    char sentence[512] = "";
    while (running > 0 || (status == NN_OK && next < f->recipe.folds)) {
        if (status == NN_OK && next < f->recipe.folds && running < f->jobs) {
            f->accuracy[next] = f->force ? -1 : read_result (f, next);
            if (f->accuracy[next] < 0) {
                fflush (NULL);
                f->child[next] = fork ();
                if (f->child[next] == 0)
                    become_train (f, next);
                if (f->child[next] < 0)
                    status = nn_fail (NN_ESYSTEM, "no process for fold %d: %s",
                                      next + 1, strerror (errno));
                else
                    running++;
            }
            next++;
        } else {
            const int ended = wait_for_one (f);
            status = status == NN_OK ? ended : status;
            running--;
        }
        if (status != NN_OK && !*sentence)
            snprintf (sentence, sizeof sentence, "%s", nn_error ());
    }
    return status == NN_OK ? NN_OK : nn_fail (status, "%s", sentence);
}

/*  The recipe of these folds, kept; the one that is already there must be the
 *  same. */
static int keep_recipe (const folding *f)
{
    char path[LONGEST];
    nn_recipe kept;
    cmd_folder_file (&f->folder, "recipe", path);
    if (!f->force && access (path, F_OK) == 0) {
        int status = nn_recipe_load (&kept, path);
        if (status == NN_OK)
            status = cmd_check_recipe (&kept, &f->recipe, f->folder.path);
        if (status != NN_OK)
            return status;
    }
    return nn_recipe_save (&f->recipe, path);
}

/*  Can it be dealt at all? That is better known before an hour of training. */
static int try_to_deal (folding *f)
{
    nn_folds folds;
    nn_data *data = cmd_data (&f->recipe, false);
    if (!data)
        return NN_EFILE;
    f->count = data->count;
    const int status =
        nn_kfold (&folds, data, f->recipe.folds, true, f->recipe.seed);
    nn_folds_free (&folds);
    nn_data_free (&data);
    return status;
}

static void tell_result (FILE *out, const folding *f)
{
    for (int k = 0; k < f->recipe.folds; k++)
        fprintf (out, "fold %d  %6.2f %%\n", k + 1, f->accuracy[k]);
    fprintf (
        out,
        "mean    %6.2f %%, standard deviation %.2f; the true mean lies between "
        "%.2f and %.2f\n        (95 %%, Student's t, corrected for what the folds "
        "have in common)\n",
        f->mean.mean, f->mean.deviation, f->mean.low, f->mean.high);
}

/*  The result as a file, and as a line if asked. */
static int write_result (const folding *f)
{
    char path[LONGEST];
    cJSON *json = cJSON_CreateObject ();
    cJSON_AddStringToObject (json, "recipe", f->recipe.name);
    cJSON_AddStringToObject (json, "data", f->recipe.data);
    cJSON_AddItemToObject (json, "accuracy",
                           cJSON_CreateDoubleArray (f->accuracy, f->recipe.folds));
    cJSON_AddNumberToObject (json, "mean", f->mean.mean);
    cJSON_AddNumberToObject (json, "deviation", f->mean.deviation);
    cJSON_AddNumberToObject (json, "low", f->mean.low);
    cJSON_AddNumberToObject (json, "high", f->mean.high);
    cJSON_AddNumberToObject (json, "images", f->count);
    char *line = cJSON_PrintUnformatted (json);
    cJSON_Delete (json);
    if (!line)
        return nn_fail (NN_EMEMORY, "no memory to write the result");
    const int status = nn_file_write (
        cmd_folder_file (&f->folder, "folds.json", path), line, strlen (line));
    if (f->json)
        printf ("%s\n", line);
    cJSON_free (line);
    return status;
}

/*  The picture, which is nice to have. */
static void draw (const folding *f)
{
    char path[LONGEST];
    const nn_box box = { f->recipe.name, f->accuracy,  f->recipe.folds,
                         f->mean.low,    f->mean.high, false };
    if (nn_plot_boxes (&box, 1, .y_label = "right, percent of the fold held back",
                       .file = cmd_folder_file (&f->folder, "folds.svg", path)) !=
        NN_OK)
        fprintf (stderr, "nn kfold: no boxes were drawn: %s\n", nn_error ());
}

/*  All of it, once the folder is ours. */
static int work (folding *f)
{
    int status = keep_recipe (f);
    if (status == NN_OK)
        status = train_all (f);
    if (status == NN_OK)
        status = nn_estimate_mean (&f->mean, f->accuracy, f->recipe.folds,
                                   1.0 / (f->recipe.folds - 1), 0.95);
    if (status != NN_OK)
        return status;
    draw (f);
    if (!f->json || !f->quiet)
        tell_result (f->json ? stderr : stdout, f);
    return write_result (f);
}

/*  What the options say besides the recipe. */
static int read_options (const cmd_verb *verb, folding *f,
                         const cmd_option *options)
{
    const char *jobs = cmd_value (options, "jobs");
    char *end = NULL;
    const long count = jobs ? strtol (jobs, &end, 10) : 1;
    if (jobs && (*end || end == jobs || count < 1 || count > MOST_JOBS))
        return cmd_usage (verb,
                          "--jobs is %.60s; it takes a whole number from 1 to %d",
                          jobs, MOST_JOBS);
    f->jobs = (int) count;
    f->force = cmd_value (options, "force");
    f->json = cmd_value (options, "json");
    f->quiet = cmd_value (options, "quiet");
    if (f->recipe.fold != 0)
        return cmd_usage (verb,
                          "--fold is for nn train, which trains one; nn kfold "
                          "trains them all");
    if (f->recipe.folds == 0)
        f->recipe.folds = USUAL_FOLDS;
    return CMD_OK;
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[CMD_OPTIONS];
    const char *name;
    int status;
    cmd_list_options (options, own_options, OWN_OPTIONS);
    if (!cmd_read (self, args, options, &name, &status))
        return status;
    folding f = { .folder.lock = -1 };
    status = cmd_read_recipe (self, &f.recipe, name, options + OWN_OPTIONS);
    if (status == CMD_OK)
        status = read_options (self, &f, options);
    if (status != CMD_OK)
        return status;
    char usual[LONGEST];
    snprintf (usual, sizeof usual, "runs/%s-%llu-folds", f.recipe.name,
              (unsigned long long) f.recipe.seed);
    const char *folder = cmd_value (options, "run");
    status = try_to_deal (&f);
    if (status == NN_OK)
        status = cmd_folder_begin (&f.folder, folder ? folder : usual, CMD_FOLDS);
    f.accuracy = calloc (f.recipe.folds + 1, sizeof *f.accuracy);
    f.child = calloc (f.recipe.folds + 1, sizeof *f.child);
    if (status == NN_OK)
        status =
            f.accuracy && f.child
                ? work (&f)
                : nn_fail (NN_EMEMORY, "no memory for %d folds", f.recipe.folds);
    if (status != NN_OK)
        cmd_fail (self, CMD_FAILED);
    cmd_folder_end (&f.folder);
    free (f.accuracy);
    free (f.child);
    return status == NN_OK ? CMD_OK : CMD_FAILED;
}

const cmd_verb cmd_kfold = {
    .name = "kfold",
    .operands = "RECIPE",
    .about = "train a recipe once for every fold, with an interval",
    .manual =
        "The training images of RECIPE are dealt into folds, each with its share "
        "of "
        "every class.\n"
        "Each fold is held back once, while the net learns from the others, and "
        "is "
        "looked at once,\n"
        "when that training is done. The test images are not touched. What the "
        "recipe "
        "puts aside\n"
        "to validate with, it takes from the folds that are learnt from.\n"
        "\n"
        "Each fold is a run of its own, in FOLDER/fold-1, FOLDER/fold-2 …: nn "
        "eval "
        "FOLDER/fold-1\n"
        "asks its net about the test images. A command that was stopped or killed "
        "goes "
        "on if it is\n"
        "given again; folds that are done stay done. The folder also gets "
        "folds.json and, "
        "where\n"
        "gnuplot is installed, folds.svg.\n"
        "\n"
        "The interval is Student's t, corrected by Nadeau and Bengio (2003): the "
        "nets of "
        "the folds\n"
        "have most of their pictures in common, and a plain interval would be too "
        "short.\n",
    .example =
        "kfold linear --data shapes10:300 --epochs 1 --folds 3 --run runs/folds",
    .run = run,
};
