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

static const char *const with_momentum[][2] = { { "optimiser", "momentum" },
                                                { "rate", "0.01" },
                                                { "momentum", "0.9" },
                                                { NULL } };
// a schedule that ends at 0 wants steps: with the recipe's batch of 64 there are 190
static const char *const with_cosine[][2] = {
    { "init", "he" }, { "schedule", "cosine" }, { "batch", "16" }, { NULL }
};
static const char *const with_adamw[][2] = { { "optimiser", "adamw" },
                                             { "decay", "0.1" },
                                             { NULL } };
static const char *const as_it_is[][2] = { { NULL } };
static const chapter_net nets[] = {
    { 3, "mlp", "two dense layers, momentum", with_momentum },
    { 4, "C.baseline", "the baseline", as_it_is },
    { 5, "C.deeper", "the deeper net, dropout, cosine", with_cosine },
    { 6, "C.batchnorm", "the net with batch norms", as_it_is },
    { 7, "C.batchnorm", "the net with batch norms, AdamW", with_adamw },
};
enum { NETS = sizeof nets / sizeof *nets };

/*  The other chapters with exercises, and what those are about instead. */
static const struct {
    int chapter;
    const char *does;
} without[] = {
    { 1, "multiplies matrices and draws numbers, and has no net yet" },
    { 2, "splits, scales and shuffles pictures, and has no net yet" },
    { 8, "stops a training, keeps its best weights and reads them from a file" },
    { 9, "changes pictures and labels before a net sees them" },
    { 10, "measures what a net has answered" },
    { 11, "deals pictures into folds and compares the results of nets" },
    { 12, "chooses among trainings, of which each is whole" },
    { 13, "puts weights that others have trained into place" },
    { 14, "goes on from borrowed weights, and computes a piece of a net" },
    { 15, "builds larger nets, and computes a piece of one" },
    { 16, "joins the answers of nets that are trained" },
    { 18, "computes the same sums with less work" },
};
enum { CHAPTERS = sizeof without / sizeof *without };

/* --- One training, in a child ----------------------------------------------------------------- */
typedef struct {
    nn_recipe recipe;
    nn_data *all, *training, *validation;
    nn_transform transforms[NN_TRANSFORMS];
    int transform_count;
    nn_net *net;
    nn_optimiser optimiser;
    const nn_schedule *schedule;
} setting;

static int prepare (setting *s, const job *j)
{
    int status = nn_recipe_load (&s->recipe, j->net->recipe);
    for (int i = 0; status == NN_OK && j->net->keys[i][0]; i++)
        status =
            nn_recipe_set (&s->recipe, j->net->keys[i][0], j->net->keys[i][1]);
    s->recipe.seed = j->seed;
    s->all = status == NN_OK ? nn_shapes10 (IMAGES, 1) : NULL;
    if (!s->all)
        return NN_EMEMORY;
    status = nn_split (s->all, 0.2, 1, &s->training, &s->validation);
    if (status != NN_OK)
        return status;
    s->transform_count =
        nn_recipe_transforms (&s->recipe, s->training, s->transforms);
    if (s->transform_count < 0)
        return s->transform_count;
    s->net = nn_recipe_net (&s->recipe, s->all->h, s->all->w, s->all->c,
                            s->all->classes);
    status = s->net ? nn_net_build (s->net, .batch = s->recipe.batch) : NN_EVALUE;
    if (status == NN_OK)
        status = nn_recipe_optimiser (&s->recipe, &s->optimiser, &s->schedule);
    mine_place place = { .net = s->net,
                         .optimiser = &s->optimiser,
                         .schedule = &s->schedule,
                         .batch = s->recipe.batch,
                         .seed = j->seed };
    for (int i = 0; i < j->plugs && status == NN_OK; i++)
        status = mine_put (j->plug[i].row, j->plug[i].object, &place);
    return status;
}

static int train (const job *j, outcome *o)
{
    setting s = { 0 };
    nn_history history = { 0 };
    int status = prepare (&s, j);
    nn_callback line = nn_epochs (stderr);
    if (status == NN_OK)
        status = nn_train (s.net, s.training, &history, .validation = s.validation,
                           .optimiser = &s.optimiser, .schedule = s.schedule,
                           .epochs = j->epochs, .seed = j->seed,
                           .transforms = s.transforms,
                           .transform_count = s.transform_count,
                           .callbacks = &line, .callback_count = !j->quiet);
    o->epochs = history.epochs < EPOCHS ? history.epochs : EPOCHS;
    for (int e = 0; e < o->epochs; e++) {
        o->loss[e] = history.epoch[e].val_loss;
        o->accuracy[e] = history.epoch[e].val_accuracy;
        o->seconds += (double) history.epoch[e].seconds / o->epochs;
    }
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
    const struct rlimit none = { 0, 0 }, file = { 1 << 20, 1 << 20 },
                        cpu = { 600, 601 },
                        memory = { (rlim_t) 8 << 30, (rlim_t) 8 << 30 };
    setrlimit (RLIMIT_CORE, &none);
    setrlimit (RLIMIT_FSIZE, &file); // it trains, and only says how far it is
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

static int record (void)
{
    printf ("# the nets of make compare with the library's own functions, by "
            "chapters/compare/record: chapter, seed, epoch, loss, percent\n");
    for (int n = 0; n < NETS; n++)
        for (int seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            const job j = {
                .net = &nets[n], .epochs = EPOCHS, .seed = seed, .quiet = true
            };
            const outcome o = run (&j);
            if (*o.failure) {
                fprintf (stderr, "compare: chapter %d: %s\n", nets[n].chapter,
                         o.failure);
                return 1;
            }
            for (int e = 0; e < o.epochs; e++)
                printf ("%d\t%d\t%d\t%.4f\t%.1f\n", nets[n].chapter, seed, e + 1,
                        (double) o.loss[e], 100 * (double) o.accuracy[e]);
            fflush (stdout);
        }
    return 0;
}

static int compare (const job *j, const char *file, bool json)
{
    const recorded book = read_bands (j->net->chapter);
    if (book.epochs != EPOCHS) {
        fprintf (stderr,
                 "compare: %s has no curves of chapter %d; "
                 "chapters/compare/record makes them\n",
                 BANDS, j->net->chapter);
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
    "compare --record              the library's curves, for bands.tsv\n"
    "compare --list                which exercises a net uses, and their "
    "functions\n"
    "compare --knows NN-k          does a net use that exercise?\n";

static const chapter_net *find_net (const char *word)
{
    char *end;
    const long number = strtol (word, &end, 10);
    for (int i = 0; i < NETS && !*end; i++)
        if (nets[i].chapter == number)
            return &nets[i];
    for (int i = 0; i < CHAPTERS && !*end; i++)
        if (without[i].chapter == number) {
            fprintf (stderr,
                     "compare: chapter %ld %s, so there is no curve to compare. "
                     "make grade EX=%02ld-1 holds its functions against the "
                     "book's; nets are trained with yours in chapters 3 to 7\n",
                     number, without[i].does, number);
            return NULL;
        }
    fprintf (stderr,
             "compare: chapter '%s' has no net of its own to train; there are "
             "03, 04, 05, 06 and 07\n",
             word);
    return NULL;
}

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
    const mine_row *const tables[] = { mine_layers, mine_steps };
    for (int t = 0; t < 2; t++)
        for (const mine_row *row = tables[t]; row->id; row++) {
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
            return record ();
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
