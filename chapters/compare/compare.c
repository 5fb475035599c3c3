/*  compare.c - a chapter's net, trained with the learner's functions in it
 *
 *  compare [--json] CHAPTER [NN-k=OBJECT.so]... trains the chapter's net on a small Shapes-10
 *  with these functions in the place of the library's, and holds the curve against those that
 *  were recorded with the library's own, with three seeds. A right function lies within that
 *  band. A wrong one often learns as well, only worse: that is what there is to be seen.
 *
 *  Each training runs in a process of its own, so that its memory can be measured, and so that
 *  a function that crashes takes nothing with it.
 */
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- One training, in a child ----------------------------------------------------------------- */
typedef struct {
    nn_recipe recipe;
    mine_place place;
    nn_class_weights weights; // what is done to each batch
    float weight[64];
} setting;

/*  The recipe's net, or the chapter's own with the recipe's ways. */
static nn_net *net_of (const setting *s, const chapter_net *net)
{
    const nn_data *all = s->place.all;
    int h = all->h, w = all->w;
    if (nn_recipe_size (&s->recipe, &h, &w, all->c) != NN_OK)
        return NULL;
    return net->model ? nn_model_net (net->model, h, w, all->c, all->classes, NULL,
                                      s->recipe.seed)
                      : nn_recipe_net (&s->recipe, h, w, all->c, all->classes);
}

static int prepare_pictures (setting *s)
{
    mine_place *to = &s->place;
    to->all = nn_shapes10 (IMAGES, 1);
    int status = to->all
                     ? nn_split (to->all, 0.2, 1, &to->training, &to->validation)
                     : NN_EMEMORY;
    if (status != NN_OK)
        return status;
    to->transforms =
        nn_recipe_transforms (&s->recipe, to->training, to->transform);
    status = to->transforms < 0
                 ? to->transforms
                 : nn_recipe_weights (&s->recipe, to->all, s->weight);
    s->weights = (nn_class_weights){ .classes = status > 0 ? to->all->classes : 0,
                                     .weight = s->weight,
                                     .mix = nn_recipe_mix,
                                     .with = &s->recipe };
    return status < 0 ? status : NN_OK;
}

static int prepare (setting *s, const job *j)
{
    mine_place *to = &s->place;
    int status = nn_recipe_load (&s->recipe, j->net->recipe);
    for (int i = 0; status == NN_OK && j->net->keys[i][0]; i++)
        status =
            nn_recipe_set (&s->recipe, j->net->keys[i][0], j->net->keys[i][1]);
    to->seed = s->recipe.seed = j->seed;
    to->batch = s->recipe.batch;
    if (status == NN_OK)
        status = prepare_pictures (s);
    if (status != NN_OK)
        return status;
    to->net = net_of (s, j->net);
    status = to->net ? nn_net_build (to->net, .batch = to->batch) : NN_EVALUE;
    if (status == NN_OK)
        status = nn_recipe_optimiser (&s->recipe, &to->optimiser, &to->schedule);
    if (status == NN_OK && j->net->prepare)
        status = j->net->prepare (to);
    for (int i = 0; i < j->plugs && status == NN_OK; i++)
        status = mine_put (j->plug[i].row, j->plug[i].object, to);
    return status;
}

static int train (const job *j, outcome *o)
{
    static setting s; // large; of this process, which trains once
    mine_place *to = &s.place;
    int status = prepare (&s, j);
    if (!j->quiet && status == NN_OK)
        to->callback[to->callbacks++] = nn_epochs (stderr);
    const bool weighed = s.weights.classes > 0;
    if (status == NN_OK)
        status = nn_train (
            to->net, to->training, &to->history, .validation = to->validation,
            .optimiser = &to->optimiser, .schedule = to->schedule,
            .epochs = j->epochs, .seed = j->seed, .transforms = to->transform,
            .transform_count = to->transforms, .callbacks = to->callback,
            .callback_count = to->callbacks,
            .mix = weighed ? nn_weigh : nn_recipe_mix,
            .mix_with = weighed ? (void *) &s.weights : (void *) &s.recipe);
    for (int i = 0; i < to->hooks && status == NN_OK; i++)
        status = to->after[i].run (to, to->after[i].f);
    const nn_history *history = &to->history;
    o->epochs = history->epochs < EPOCHS ? history->epochs : EPOCHS;
    for (int e = 0; e < o->epochs; e++) {
        o->loss[e] = history->epoch[e].val_loss;
        o->accuracy[e] = history->epoch[e].val_accuracy;
        o->seconds += (double) history->epoch[e].seconds / o->epochs;
    }
    memcpy (o->figure, to->figure, sizeof o->figure);
    o->figures = to->figures;
    return status;
}

static int result_pipe; // of the child; set once, right after it was made

static _Noreturn void give (const outcome *o)
{
    const bool whole = write (result_pipe, o, sizeof *o) == sizeof *o;
    _exit (whole ? 0 : 1);
}

static void on_panic (const char *sentence)
{
    outcome o = { 0 };
    const bool todo = strncmp (sentence, "nn_todo: ", 9) == 0;
    snprintf (o.failure, sizeof o.failure, "%s", sentence + (todo ? 9 : 0));
    give (&o);
}

static _Noreturn void child (const job *j)
{
    const struct rlimit none = { 0, 0 }, file = { 16 << 20, 16 << 20 },
                        cpu = { 600, 601 },
                        memory = { (rlim_t) 8 << 30, (rlim_t) 8 << 30 };
    setrlimit (RLIMIT_CORE, &none);
    setrlimit (RLIMIT_FSIZE, &file); // it may keep the net, and no more
    setrlimit (RLIMIT_CPU, &cpu);
    setrlimit (RLIMIT_AS, &memory);
    nn_on_panic = on_panic;
    outcome o = { 0 };
    if (train (j, &o) != NN_OK)
        snprintf (o.failure, sizeof o.failure, "%s", nn_error ());
    give (&o);
}

/*  How a child ended that has handed nothing over. */
static void explain (int status, outcome *o)
{
    const int signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;
    snprintf (o->failure, sizeof o->failure, "%s",
              signal == SIGXCPU ? "your code computed for ten minutes and had not "
                                  "come to an end"
              : signal ? "your code crashed in the training; make grade says where"
                       : "your code ended the program instead of returning");
}

static outcome run (const job *j)
{
    outcome o = { 0 };
    int ends[2], status = 0;
    struct rusage used;
    fflush (NULL);
    nn_require (pipe (ends) == 0, "no pipe to a training");
    const pid_t pid = fork ();
    nn_require (pid >= 0, "no process to train in: %s", strerror (errno));
    if (pid == 0) {
        close (ends[0]);
        result_pipe = ends[1];
        child (j);
    }
    close (ends[1]);
    const bool whole = read (ends[0], &o, sizeof o) == sizeof o;
    close (ends[0]);
    while (wait4 (pid, &status, 0, &used) < 0 && errno == EINTR)
        continue;
    if (!whole) {
        o = (outcome){ 0 };
        explain (status, &o);
    }
    o.megabytes = (double) used.ru_maxrss / 1024;
    return o;
}

/*  Of all nets, or of one chapter's. */
static int record (int chapter)
{
    printf ("# the nets of make compare with the library's own functions, by "
            "chapters/compare/record: chapter, seed, epoch, loss, percent\n");
    for (const chapter_net *net = chapter_nets; net->chapter; net++)
        for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            const job j = {
                .net = net, .epochs = EPOCHS, .seed = seed, .quiet = true
            };
            if (net->record != net->chapter ||
                (chapter && chapter != net->chapter))
                break;
            const outcome o = run (&j);
            if (*o.failure) {
                fprintf (stderr, "compare: chapter %d: %s\n", net->chapter,
                         o.failure);
                return 1;
            }
            for (int e = 0; e < o.epochs; e++)
                printf ("%d\t%d\t%d\t%.4f\t%.1f\n", net->chapter, seed, e + 1,
                        (double) o.loss[e], 100 * (double) o.accuracy[e]);
            fflush (stdout);
        }
    return 0;
}

static int compare (const job *j, const char *file, bool json)
{
    const recorded book = read_bands (j->net->record);
    if (book.epochs != EPOCHS) {
        fprintf (stderr,
                 "compare: %s has no curves of chapter %d; "
                 "chapters/compare/record makes them\n",
                 BANDS, j->net->record);
        return 2;
    }
    if (!json)
        printf ("Six epochs, which takes some seconds an epoch:\n");
    const outcome mine = run (j);
    if (*mine.failure) {
        fprintf (stderr, "compare: %s\n", mine.failure);
        return 1;
    }
    const job one = {
        .net = j->net, .epochs = 1, .seed = FIRST_SEED, .quiet = true
    };
    const outcome own = run (&one); // what the library needs on this machine
    const bool drawn = draw_both (j, &mine, &book, file);
    (json ? tell_json : tell) (j, &mine, &own, &book, drawn ? file : NULL);
    return 0;
}

/* --- The words of the command ------------------------------------------------------------------- */
static const char usage[] =
    "compare [--json] [--picture FILE] [--epochs 1 to 6] CHAPTER "
    "[NN-k=OBJECT.so]...\n"
    "compare --record [CHAPTER]    the library's curves, for bands.tsv\n"
    "compare --list                which exercises a net uses, and their "
    "functions\n"
    "compare --knows NN-k          does a net use that exercise?\n";

static int add_plug (job *j, char *word)
{
    char *object = strchr (word, '=');
    *object++ = 0;
    const mine_row *row = mine_find (word);
    if (!row || j->plugs == PLUGS) {
        fprintf (stderr, "compare: no net uses the function of exercise %s\n",
                 word);
        return -1;
    }
    j->plug[j->plugs++] = (plugged){ row, object };
    return 0;
}

/*  A line an exercise: its number, its functions. */
static int list (void)
{
    for (int t = 0; mine_tables[t]; t++)
        for (const mine_row *row = mine_tables[t]; row->id; row++) {
            printf ("%s", row->id);
            for (int i = 0; row->functions[i]; i++)
                printf (" %s", row->functions[i]);
            printf ("\n");
        }
    return 0;
}

int main (int argc, char **argv)
{
    job j = { .epochs = EPOCHS, .seed = FIRST_SEED };
    const char *picture = "build/compare.svg";
    bool json = false;
    for (int i = 1; i < argc; i++)
        if (strcmp (argv[i], "--record") == 0)
            return record (i + 1 < argc ? (int) strtol (argv[i + 1], NULL, 10)
                                        : 0);
        else if (strcmp (argv[i], "--knows") == 0 && i + 1 < argc)
            return mine_find (argv[i + 1]) ? 0 : 1;
        else if (strcmp (argv[i], "--list") == 0)
            return list ();
        else if (strcmp (argv[i], "--json") == 0)
            json = true;
        else if (strcmp (argv[i], "--epochs") == 0 && i + 1 < argc)
            j.epochs = (int) strtol (argv[++i], NULL, 10);
        else if (strcmp (argv[i], "--picture") == 0 && i + 1 < argc)
            picture = argv[++i];
        else if (strchr (argv[i], '=') ? add_plug (&j, argv[i]) != 0
                                       : !(j.net = find_net (argv[i])))
            return 2;
    if (!j.net || j.epochs < 1 || j.epochs > EPOCHS)
        return fputs (usage, stderr), 2;
    j.quiet = json;
    return compare (&j, picture, json);
}
