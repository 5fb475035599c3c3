/*  tune.c - nn tune: trainings that search for the best of some hyperparameters
 *
 *  Each trial is a training of the recipe with some values of its own, from the same
 *  seed and on the same images. The test images are never looked at: whoever chooses
 *  among sixty nets by the test images has learnt from them. */
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_FACTS = 64, LONGEST = 4096, USUAL_TRIALS = 60 };

typedef struct {
    nn_recipe recipe;
    nn_space space;
    nn_halving halving;
    nn_data *all, *training, *validation;
    nn_note facts[MOST_FACTS];
    char text[MOST_FACTS][sizeof ((nn_recipe *) 0)->data];
    const char *study, *metric;
    double best; // so far, of what this process saw
    FILE *say;
} session;

typedef struct {
    const session *s;
    nn_study *study;
    nn_trial *trial;
    double best; // of its epochs
} running;

static const cmd_option own_options[] = {
    { "trials", "COUNT", "stop when the study has so many; 60 if not said", NULL },
    { "study", "FILE", "where the study is kept; runs/RECIPE-SEED.study", NULL },
    { "sampler", "NAME", "tpe, or random; tpe if not said", NULL },
    { "metric", "NAME", "what shall be small: val_error, or val_loss", NULL },
    { "halving", "EPOCHS", "from here on, whoever is behind may stop", NULL },
    { "brackets", "COUNT", "with --halving: some trials are judged later", NULL },
    { "wait", "SECONDS", "for a study that others have locked; 30", NULL },
    { "report", "FOLDER", "no trials: draw and list those that there are", NULL },
    { "quiet", NULL, "nothing but the result", NULL },
};
enum { OWN_OPTIONS = sizeof own_options / sizeof *own_options };

/*  A whole number of an option; `usual` if it is not given. */
static int read_count (const cmd_verb *verb, const cmd_option *options,
                       const char *name, int usual, int *count)
{
    const char *text = cmd_value (options, name);
    char *end = NULL;
    const long value = text ? strtol (text, &end, 10) : usual;
    if (text && (*end || end == text || value < 1 || value > 1000000))
        return cmd_usage (verb, "--%s is %.60s; it takes a whole number from 1 on",
                          name, text);
    *count = (int) value;
    return CMD_OK;
}

/*  The recipe with what the options change in it, and its search space. */
static int read_recipe (const cmd_verb *verb, session *s, const char *name,
                        const cmd_option *options)
{
    const int status =
        cmd_read_recipe (verb, &s->recipe, name, options + OWN_OPTIONS);
    if (status != CMD_OK)
        return status;
    if (!*s->recipe.search)
        return cmd_usage (verb,
                          "the recipe has no search space; say for example "
                          "--search \"rate 1e-5..1e-1 log; batch 16,32,64\"");
    if (nn_space_read (&s->space, s->recipe.search) != NN_OK ||
        cmd_space_check (&s->space, &s->recipe) != NN_OK)
        return cmd_usage (verb, "search: %s", nn_error ());
    if (s->recipe.validation == 0)
        return cmd_usage (verb, "without validation images there is nothing to "
                                "choose by; say --validation 0.2");
    return CMD_OK;
}

static void add_fact (session *s, int *count, const char *key, const char *text)
{
    snprintf (s->text[*count], sizeof *s->text, "%s", text);
    s->facts[*count] = (nn_note){ key, s->text[*count] };
    s->facts[++*count] = (nn_note){ NULL, NULL };
}

/*  What must not change while a study lasts: the recipe but for what is tuned, and
 *  how it is searched. */
static int list_facts (session *s, const char *sampler)
{
    char text[sizeof *s->text];
    int count = 0;
    for (const nn_recipe_key *k = nn_recipe_keys;
         k->name && count < MOST_FACTS - 4; k++) {
        bool tuned = strcmp (k->name, "search") == 0;
        for (int i = 0; i < s->space.count; i++)
            tuned = tuned || strcmp (s->space.hyper[i].name, k->name) == 0;
        if (tuned)
            continue;
        if (nn_recipe_get (&s->recipe, k->name, text, sizeof text) != NN_OK)
            return NN_EVALUE;
        add_fact (s, &count, k->name, text);
    }
    add_fact (s, &count, "metric", s->metric);
    add_fact (s, &count, "sampler", sampler);
    snprintf (text, sizeof text, "from epoch %d in %d brackets", s->halving.least,
              s->halving.brackets);
    add_fact (s, &count, "halving", s->halving.most ? text : "never");
    return NN_OK;
}

/*  The study's own options. */
static int read_options (const cmd_verb *verb, session *s,
                         const cmd_option *options, int *trials)
{
    static const char *const metrics[] = { "val_error", "val_loss" };
    const char *sampler = cmd_value (options, "sampler"),
               *metric = cmd_value (options, "metric");
    int status = read_count (verb, options, "trials", USUAL_TRIALS, trials);
    if (status == CMD_OK)
        status = read_count (verb, options, "halving", 0, &s->halving.least);
    if (status == CMD_OK)
        status = read_count (verb, options, "brackets", 1, &s->halving.brackets);
    if (status != CMD_OK)
        return status;
    s->metric = metric ? metric : "val_error";
    if (strcmp (s->metric, metrics[0]) != 0 &&
        strcmp (s->metric, metrics[1]) != 0) {
        const char *near = nn_nearest (metric, metrics, 2);
        return cmd_usage (
            verb, "--metric is %.40s; it takes val_error or val_loss%s%s%s",
            metric, near ? "; did you mean " : "", near ? near : "",
            near ? "?" : "");
    }
    if (!nn_sampler_find (sampler))
        return cmd_usage (verb, "--sampler: %s", nn_error ());
    s->halving.factor = 3;
    s->halving.most = s->halving.least ? s->recipe.epochs : 0;
    if (nn_halving_check (&s->halving) != NN_OK)
        return cmd_usage (verb, "--halving: %s", nn_error ());
    status = list_facts (s, sampler ? sampler : "tpe");
    return status == NN_OK ? CMD_OK : cmd_fail (verb, CMD_USAGE);
}

/*  After each epoch: how far is it, and may it go on? */
static int report (void *self, nn_training *t)
{
    running *r = self;
    const nn_epoch *e = &t->history->epoch[t->epoch];
    const double value = strcmp (r->s->metric, "val_loss") == 0
                             ? (double) e->val_loss
                             : 1 - (double) e->val_accuracy;
    r->best = value < r->best ? value : r->best;
    const int stop = nn_study_report (r->study, r->trial, t->epoch + 1, value);
    if (stop == 1) {
        r->trial->state = NN_TRIAL_PRUNED;
        t->stop = true;
        t->reason = "it was behind";
    }
    return stop < 0 ? stop : NN_OK;
}

/*  One training. What early stopping would go back to is what counts. */
static int train (running *r, cmd_fit *f)
{
    nn_callback callbacks[CMD_FIT_CALLBACKS + 1];
    int status = cmd_fit_prepare (f, r->s->training, r->s->validation);
    f->stopping.restore_best = false; // nobody wants the weights
    const int count = status == NN_OK ? cmd_fit_callbacks (f, callbacks) : 0;
    callbacks[count] =
        (nn_callback){ .name = "study", .epoch = report, .self = r };
    if (status == NN_OK)
        status = cmd_fit_train (f, callbacks, count + 1, 0, 0);
    if (strcmp (f->recipe.stop, "never") != 0 && r->trial->state == NN_TRIAL_DONE)
        r->trial->result = r->best;
    cmd_fit_free (f);
    return status;
}

static void tell_trial (const session *s, const nn_trial *trial, int status)
{
    char text[32];
    fprintf (s->say, "trial %d:", trial->number);
    for (int i = 0; i < s->space.count; i++) {
        nn_hyper_show (&s->space.hyper[i], trial->value[i], text);
        fprintf (s->say, " %s %s", s->space.hyper[i].name, text);
    }
    if (status < 0)
        fprintf (s->say, ": failed: %s\n", nn_error ());
    else
        fprintf (s->say, ": %s %.4f%s\n", s->metric, trial->result,
                 trial->state == NN_TRIAL_PRUNED ? ", stopped early"
                 : trial->result < s->best       ? ", the best so far"
                                                 : "");
    fflush (s->say);
}

/*  What the study calls for each trial. */
static int try_it (void *with, nn_study *study, nn_trial *trial)
{
    session *s = with;
    running r = { s, study, trial, 1e300 };
    cmd_fit fit = { .recipe = s->recipe };
    int status = cmd_space_apply (&fit.recipe, &s->space, trial->value);
    if (status == NN_OK)
        status = train (&r, &fit);
    tell_trial (s, trial, status);
    if (status == NN_OK && trial->state == NN_TRIAL_DONE &&
        trial->result < s->best)
        s->best = trial->result;
    return status;
}

/*  The best trial as a recipe that can be trained, beside the study. */
static int keep_best (const session *s, const nn_trial *best)
{
    nn_recipe recipe = s->recipe;
    char path[LONGEST];
    snprintf (path, sizeof path, "%s.recipe", s->study);
    int status = cmd_space_apply (&recipe, &s->space, best->value);
    if (status == NN_OK)
        status = nn_recipe_set (&recipe, "search", "");
    recipe.published = 0; // that is another net's
    if (status == NN_OK)
        status = nn_recipe_save (&recipe, path);
    if (status == NN_OK)
        printf ("nn train %s trains it\n", path);
    return status;
}

/*  What the study knows, in a few lines. */
static int tell_result (const session *s, nn_study *study)
{
    static const char *const words[] = { "running", "finished", "stopped early",
                                         "failed" };
    nn_trial *trials;
    char text[32];
    int states[4] = { 0 };
    const int count = nn_study_trials (study, &trials);
    if (count < 0)
        return count;
    for (int k = 0; k < count; k++)
        states[trials[k].state]++;
    printf ("%s: %d trials", s->study, count);
    for (int k = 0; k < 4; k++)
        if (states[k])
            printf (", %d %s", states[k], words[k]);
    const nn_trial *best = nn_study_best (trials, count);
    printf ("\n%s", best ? "the best:" : "none is finished\n");
    for (int i = 0; best && i < s->space.count; i++) {
        nn_hyper_show (&s->space.hyper[i], best->value[i], text);
        printf (" %s %s,", s->space.hyper[i].name, text);
    }
    if (best)
        printf (" %s %.4f (trial %d)\n", s->metric, best->result, best->number);
    const int status = best ? keep_best (s, best) : NN_OK;
    free (trials);
    return status;
}

/*  The images: to learn from, and to choose by. */
static int open_data (session *s)
{
    nn_transform transforms[NN_TRANSFORMS];
    s->all = cmd_data (&s->recipe, false);
    if (!s->all)
        return NN_EFILE;
    int status = nn_split (s->all, s->recipe.validation,
                           s->recipe.split ? s->recipe.split : s->recipe.seed,
                           &s->training, &s->validation);
    if (status == NN_OK) // measures, once for all trials, what must be measured
        status = nn_recipe_transforms (&s->recipe, s->training, transforms);
    return status < 0 ? status : NN_OK;
}

/*  What earlier visits, and other processes, have reached. */
static int best_so_far (session *s, nn_study *study)
{
    nn_trial *trials;
    const int count = nn_study_trials (study, &trials);
    const nn_trial *best = count > 0 ? nn_study_best (trials, count) : NULL;
    s->best = best ? best->result : s->best;
    if (count >= 0)
        free (trials);
    return count < 0 ? count : NN_OK;
}

/*  The search itself, and what came of it. */
static int work (session *s, const cmd_option *options, int trials)
{
    const char *wait = cmd_value (options, "wait"),
               *folder = cmd_value (options, "report");
    nn_study *study = nn_study_open (
        s->study, .space = folder ? NULL : &s->space,
        .sampler = nn_sampler_find (cmd_value (options, "sampler")),
        .seed = s->recipe.seed, .halving = s->halving,
        .facts = folder ? NULL : s->facts, .wait = wait ? strtod (wait, NULL) : 0);
    if (!study)
        return NN_EFILE;
    if (folder)
        s->space = study->space;
    int status =
        folder ? cmd_tune_report (study, folder, s->metric) : open_data (s);
    if (!folder && status == NN_OK) {
        fprintf (s->say, "%s: %d trials of %s, %d epochs each, into %s\n",
                 s->recipe.name, trials, s->recipe.model, s->recipe.epochs,
                 s->study);
        status = best_so_far (s, study);
        if (status == NN_OK)
            status = nn_study_run (study, trials, try_it, s);
    }
    if (status == NN_OK)
        status = tell_result (s, study);
    nn_study_close (&study);
    return status;
}

static int run (const cmd_verb *self, char **args)
{
    cmd_option options[CMD_OPTIONS];
    const char *name;
    int status, trials = 0;
    cmd_list_options (options, own_options, OWN_OPTIONS);
    if (!cmd_read (self, args, options, &name, &status))
        return status;
    session *s = calloc (1, sizeof *s);
    nn_require (s, "no memory");
    char usual[LONGEST];
    s->best = 1e300;
    status = read_recipe (self, s, name, options);
    if (status == CMD_OK)
        status = read_options (self, s, options, &trials);
    if (status != CMD_OK) {
        free (s);
        return status;
    }
    const char *wait = cmd_value (options, "wait");
    FILE *nowhere = cmd_value (options, "quiet") ? fopen ("/dev/null", "w") : NULL;
    s->say = nowhere ? nowhere : stdout;
    s->study = cmd_value (options, "study");
    if (!s->study) {
        mkdir ("runs", 0777); // if it fails, so will the study
        snprintf (usual, sizeof usual, "runs/%s-%llu.study", s->recipe.name,
                  (unsigned long long) s->recipe.seed);
        s->study = usual;
    }
    if (wait && !(strtod (wait, NULL) > 0))
        status = cmd_usage (self, "--wait is %.40s; it takes seconds, more than 0",
                            wait);
    else if (work (s, options, trials) < 0)
        status = cmd_fail (self, CMD_FAILED);
    nn_data_free (&s->training);
    nn_data_free (&s->validation);
    nn_data_free (&s->all);
    if (nowhere)
        fclose (nowhere);
    free (s);
    return status;
}

const cmd_verb cmd_tune = {
    .name = "tune",
    .operands = "RECIPE",
    .about = "search for the best hyperparameters",
    .manual =
        "Trains the recipe again and again, each time with other values, and "
        "looks "
        "for those\n"
        "with which the fewest validation images are named wrongly. The test "
        "images "
        "are never\n"
        "looked at.\n"
        "\n"
        "What may be tried is the recipe's search space, or --search: one or more "
        "of\n"
        "  rate 1e-5..1e-1 log              anywhere between, each factor alike\n"
        "  batch 8..256 whole log           whole numbers\n"
        "  optimiser adam,sgd               one of these\n"
        "  momentum 0.5..0.99 if optimiser sgd\n"
        "with a semicolon between them.\n"
        "\n"
        "The study is kept in a file. If nn tune is killed, the same line goes on "
        "with it; the\n"
        "same line in another terminal helps with it. --trials counts all of the "
        "study's trials.\n"
        "With --halving 2, a trial that after 2 epochs (and 6, 18, …) is not "
        "among "
        "the best\n"
        "third of those that came so far stops there.\n"
        "\n"
        "The best trial is written as a recipe, STUDY.recipe. --report FOLDER "
        "draws "
        "the study:\n"
        "history.svg, parallel.svg, importance.svg, a slice for each "
        "hyperparameter, trials.tsv.\n",
    .example = "tune B.tuned --data shapes10:500 --epochs 2 --trials 4 --study "
               "/tmp/first.study\n"
               "tune B.tuned --data shapes10:500 --epochs 2 --study "
               "/tmp/first.study --report /tmp/first-report",
    .run = run,
};
