/*  study.c - studies in a file: opened again, by several at once, and killed  */
#include "functions.h"
#include "nn.h"
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIALS = 60, KILLS = 25 };

static char folder[] = "/tmp/nn-study-XXXXXX";
static nn_space space;
static const nn_halving by_three = { .least = 1, .most = 9, .factor = 3 };
static const nn_note facts[] = { { "epochs", "9" }, { NULL, NULL } };

static const char *in_folder (const char *name)
{
    static char path[8][128];
    static int next;
    char *to = path[next++ % 8];
    snprintf (to, sizeof *path, "%s/%s", folder, name);
    return to;
}

static nn_study *open_study (const char *name)
{
    return nn_study_open (in_folder (name), .space = &space, .seed = 5,
                          .halving = by_three, .facts = facts, .wait = 60);
}

/*  Branin's function, seen ever more clearly in nine steps. A byte for each trial
 *  goes into the pipe, so that a killer knows when. */
static int slow_branin (void *with, nn_study *study, nn_trial *trial)
{
    const int *pipe_end = with;
    if (pipe_end && write (*pipe_end, "t", 1) != 1)
        return nn_fail (NN_ESYSTEM, "the pipe is closed");
    if (trial->value[2] == 1 && trial->value[3] < 0.05)
        return nn_fail (NN_EVALUE, "a trial that fails");
    for (int step = 1; step <= 9; step++) {
        const int stop = nn_study_report (study, trial, step,
                                          branin (trial->value) + 10.0 / step);
        if (stop < 0)
            return stop;
        if (stop) {
            trial->state = NN_TRIAL_PRUNED;
            return NN_OK;
        }
    }
    trial->result = branin (trial->value);
    return NN_OK;
}

static pid_t worker (const char *name, const int *pipe_end)
{
    const pid_t child = fork ();
    if (child == 0) {
        nn_study *study = open_study (name);
        const int status =
            study ? nn_study_run (study, TRIALS, slow_branin, (void *) pipe_end)
                  : -1;
        if (status < 0)
            fprintf (stderr, "worker: %s\n", nn_error ());
        nn_study_close (&study);
        _exit (status < 0);
    }
    return child;
}

/*  All trials of a study; the program ends if they cannot be read. */
static int all_trials (const char *name, nn_trial **trials)
{
    nn_study *study = nn_study_open (in_folder (name), .space = NULL);
    const int count = study ? nn_study_trials (study, trials) : -1;
    if (count < 0) {
        printf ("not ok %s: %s\n", name, nn_error ());
        exit (1);
    }
    nn_study_close (&study);
    return count;
}

static bool same_number (double a, double b)
{
    return memcmp (&a, &b, sizeof a) == 0 || (isnan (a) && isnan (b));
}

static int differing (const nn_trial *a, const nn_trial *b, int count)
{
    int different = 0;
    for (int k = 0; k < count; k++) {
        bool same = a[k].state == b[k].state && a[k].step == b[k].step &&
                    same_number (a[k].result, b[k].result);
        for (int i = 0; i < NN_HYPERS; i++)
            same = same && same_number (a[k].value[i], b[k].value[i]);
        different += !same;
    }
    return different;
}

/*  Waits until a child has begun some trials more, and a moment. 0: it ended. */
static int wait_for (int from, int trials, nn_random *random)
{
    char byte;
    for (int k = 0; k < trials; k++)
        if (read (from, &byte, 1) != 1)
            return 0;
    usleep (nn_random_below (random, 3000));
    return 1;
}

/*  One worker, killed again and again: its study is that of one left in peace. */
static void killed (void)
{
    nn_trial *peace, *war;
    int ends[2], kills = 0, state;
    nn_random random = nn_random_from (7, NN_FOR_TEST, 0, 0);
    const pid_t quiet = worker ("peace", NULL);
    waitpid (quiet, &state, 0);
    check (state == 0, "a study in peace ends well", "state %d", state);
    for (bool on = true; on;) {
        if (pipe2 (ends, O_CLOEXEC) != 0)
            exit (1);
        const pid_t child = worker ("war", &ends[1]);
        close (ends[1]);
        if (kills < KILLS &&
            wait_for (ends[0], 2 + (int) nn_random_below (&random, 2), &random))
            kill (child, SIGKILL);
        while (kills >= KILLS && wait_for (ends[0], 1, &random))
            continue;
        waitpid (child, &state, 0);
        close (ends[0]);
        on = WIFSIGNALED (state);
        kills += on;
    }
    const int in_peace = all_trials ("peace", &peace),
              in_war = all_trials ("war", &war);
    int repeated = 0;
    for (int k = 0; k < in_war; k++)
        repeated += war[k].attempts - 1;
    check (kills >= 15, "the worker was killed often", "%d times", kills);
    check (in_peace == TRIALS && in_war == TRIALS, "no trial is lost or too many",
           "%d and %d", in_peace, in_war);
    check (differing (peace, war, TRIALS) == 0,
           "a study killed again and again is that of one left in peace",
           "%d trials differ", differing (peace, war, TRIALS));
    check (repeated > 0 && repeated <= kills,
           "what was broken off was taken up again", "%d of %d", repeated, kills);
    int states[4] = { 0 };
    for (int k = 0; k < TRIALS; k++)
        states[peace[k].state]++;
    check (states[NN_TRIAL_RUNNING] == 0 && states[NN_TRIAL_DONE] > 5 &&
               states[NN_TRIAL_PRUNED] > 5 && states[NN_TRIAL_FAILED] > 0,
           "some are done, some pruned, some failed", "%d %d %d %d", states[0],
           states[1], states[2], states[3]);
    free (peace);
    free (war);
}

static int count_rows (sqlite3_stmt *row, void *with)
{
    *(int *) with = sqlite3_column_int (row, 0);
    return NN_OK;
}

/*  Four workers on one study, some of them killed. */
static void together (void)
{
    nn_trial *trials;
    pid_t child[4];
    int ends[2], state, wrong = 0, twice = -1;
    nn_random random = nn_random_from (9, NN_FOR_TEST, 0, 0);
    if (pipe2 (ends, O_CLOEXEC) != 0)
        exit (1);
    for (int k = 0; k < 4; k++)
        child[k] = worker ("many", &ends[1]);
    for (int kills = 0; kills < 6; kills++) {
        const uint32_t whom = nn_random_below (&random, 4);
        if (!wait_for (ends[0], 5, &random))
            break;
        kill (child[whom], SIGKILL);
        waitpid (child[whom], &state, 0);
        child[whom] = worker ("many", &ends[1]);
    }
    close (ends[1]);
    for (int k = 0; k < 4; k++) {
        waitpid (child[k], &state, 0);
        wrong += state != 0;
    }
    close (ends[0]);
    waitpid (worker ("many", NULL), &state, 0); // takes up what was left, if any
    check (wrong == 0 && state == 0, "four workers end well", "%d do not", wrong);
    const int count = all_trials ("many", &trials);
    check (count == TRIALS, "four workers make as many trials as were asked for",
           "%d", count);
    wrong = 0;
    for (int k = 0; k < count; k++)
        wrong += trials[k].state == NN_TRIAL_RUNNING ||
                 (trials[k].state == NN_TRIAL_DONE &&
                  trials[k].result != branin (trials[k].value));
    check (wrong == 0, "each has the result of its own values", "%d have not",
           wrong);
    nn_study *study = nn_study_open (in_folder ("many"), .space = NULL);
    nn_study_sql (
        study, count_rows, &twice,
        "SELECT count (*) FROM (SELECT a.trial FROM value a JOIN value b "
        "ON a.hyper = b.hyper AND a.value = b.value AND a.trial < "
        "b.trial WHERE a.hyper = 'x')",
        "");
    check (twice >= 0 && twice <= 1, "and nobody did the work of another",
           "%d pairs have the same x", twice);
    nn_study_close (&study);
    free (trials);
}

/*  A trial that costs its process its life, each time. */
static int deadly (void *with, nn_study *study, nn_trial *trial)
{
    (void) with, (void) study;
    if (trial->number == 1)
        raise (SIGKILL);
    trial->result = trial->number;
    return NN_OK;
}

static void given_up (void)
{
    int state, lives = 0;
    do {
        const pid_t child = fork ();
        if (child == 0) {
            nn_study *study = open_study ("deadly");
            _exit (!study || nn_study_run (study, 4, deadly, NULL) < 0);
        }
        waitpid (child, &state, 0);
        lives++;
    } while (WIFSIGNALED (state) && lives < 10);
    nn_trial *trials;
    const int count = all_trials ("deadly", &trials);
    check (count == 4 && lives == 4 && trials[1].state == NN_TRIAL_FAILED &&
               trials[3].state == NN_TRIAL_DONE,
           "a trial that kills its process is given up after three",
           "%d trials, %d lives", count, lives);
    free (trials);
}

/*  Someone else's trial cannot be told. */
static void not_ours (void)
{
    nn_trial mine, theirs;
    nn_study *a = open_study ("two"), *b = open_study ("two");
    if (!a || !b || nn_study_ask (a, 9, &mine) != 1 ||
        nn_study_ask (b, 9, &theirs) != 1) {
        check (false, "two studies in one process", "%s", nn_error ());
        return;
    }
    check (mine.number == 0 && theirs.number == 1,
           "who lives keeps its trial, even in one process", "%d and %d",
           mine.number, theirs.number);
    mine.state = NN_TRIAL_DONE;
    mine.result = 1;
    check (nn_study_tell (b, &mine, NULL) == NN_EVALUE &&
               strstr (nn_error (), "trial 0 is not, or no longer"),
           "a trial of another worker cannot be told", "%s", nn_error ());
    check (nn_study_tell (a, &mine, NULL) == NN_OK, "one's own can", "%s",
           nn_error ());
    check (nn_study_tell (a, &mine, NULL) == NN_EVALUE, "but not twice", "it can");
    nn_study_close (&b);
    check (
        nn_study_ask (a, 9, &mine) == 1 && mine.number == 1 && mine.attempts == 2,
        "who closes a study leaves its trial to others", "trial %d", mine.number);
    nn_study_close (&a);
}

static void refused (const char *name, const char *file, nn_study_args args,
                     const char *why)
{
    nn_study *study = nn_study_open_with (in_folder (file), args);
    check (!study && strstr (nn_error (), why), name, "%s",
           study ? "it was opened" : nn_error ());
    nn_study_close (&study);
}

/*  Other spaces, other facts, other files. */
static void other_files (void)
{
    nn_space other;
    const nn_note ten[] = { { "epochs", "10" }, { NULL, NULL } },
                  net[] = { { "model", "mlp" }, { NULL, NULL } };
    nn_study_args args = { .space = &other, .seed = 5, .wait = 0.2 };
    if (nn_space_read (&other, "x -5..10; y 0..14") < 0)
        exit (1);
    refused ("a study of another space", "two", args,
             "searches 'y 0..15', and you ask for 'y 0..14'");
    if (nn_space_read (&other, "x -5..10; y 0..15; o a,b; z 0..1 if o b; w 0..1"))
        exit (1);
    refused ("a study of a smaller space", "two", args,
             "searches 'nothing more', and you ask for 'w 0..1'");
    args = (nn_study_args){ .space = &space, .facts = ten, .wait = 0.2 };
    refused ("a study begun with other settings", "two", args,
             "was begun with epochs 9, and you ask for 10");
    args.facts = net;
    refused ("a study begun without a setting", "two", args,
             "was begun with model of its own, and you ask for mlp");
    args.facts = NULL;
    args.halving = (nn_halving){ .least = 5, .most = 3, .factor = 3 };
    refused ("a halving that cannot be", "two", args, "halving from step 5 to 3");
    args.halving = (nn_halving){ 0 };
    refused ("a folder that is not there", "none/study", args,
             "unable to open database");
    refused ("a study that is not there", "none", (nn_study_args){ 0 },
             "there is no such study");

    char text[8192];
    memset (text, 'x', sizeof text);
    if (nn_file_write (in_folder ("text"), text, sizeof text) < 0)
        exit (1);
    refused ("a file that is no database", "text", args,
             "is no study: it is not an SQLite database");
    sqlite3 *db;
    unsigned char *before, *after;
    size_t sizes[2];
    sqlite3_open (in_folder ("foreign"), &db);
    sqlite3_exec (db, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)", 0, 0,
                  0);
    sqlite3_close (db);
    nn_file_read (in_folder ("foreign"), &before, &sizes[0]);
    refused ("the database of another program", "foreign", args,
             "is no study but the database of another program");
    nn_file_read (in_folder ("foreign"), &after, &sizes[1]);
    check (sizes[0] == sizes[1] && memcmp (before, after, sizes[0]) == 0,
           "and it stays as it was", "it was changed");
    free (before);
    free (after);
    sqlite3_open (in_folder ("two"), &db);
    sqlite3_exec (db, "BEGIN IMMEDIATE", 0, 0, 0);
    refused ("a study that another program has locked", "two", args,
             "has locked the study for more than 0.2 s");
    sqlite3_exec (db, "ROLLBACK; PRAGMA user_version = 9", 0, 0, 0);
    refused ("a study of a later version", "two", args, "a study of version 9");
    sqlite3_exec (db,
                  "PRAGMA user_version = 1; UPDATE value SET value = 99 WHERE "
                  "hyper = 'x' AND trial = 0",
                  0, 0, 0);
    sqlite3_close (db);
    nn_study *study = nn_study_open (in_folder ("two"), .space = NULL);
    nn_trial *trials;
    check (study && nn_study_trials (study, &trials) == NN_EFORMAT &&
               strstr (nn_error (), "in trial 0, x is 99"),
           "a value that the space does not have", "%s", nn_error ());
    nn_study_close (&study);
}

/*  A damaged file gives a sentence, or the right trials; never a crash. */
static void damaged (void)
{
    unsigned char *bytes;
    size_t size;
    int sentences = 0;
    nn_random random = nn_random_from (11, NN_FOR_TEST, 0, 0);
    if (nn_file_read (in_folder ("peace"), &bytes, &size) < 0)
        exit (1);
    for (int k = 0; k < 60; k++) {
        unsigned char *copy = malloc (size);
        memcpy (copy, bytes, size);
        for (int b = 0; b < 8; b++)
            copy[nn_random_below (&random, (uint32_t) size)] ^=
                1 << nn_random_below (&random, 8);
        const size_t cut =
            k % 3 ? size : 1 + nn_random_below (&random, (uint32_t) size - 1);
        nn_file_write (in_folder ("bits"), copy, cut);
        free (copy);
        nn_study *study = nn_study_open (in_folder ("bits"), .space = NULL);
        nn_trial *trials = NULL;
        if (!study || nn_study_trials (study, &trials) < 0)
            sentences += *nn_error () != 0;
        free (trials);
        nn_study_close (&study);
    }
    free (bytes);
    check (sentences > 15, "damaged studies give a sentence", "%d of 60",
           sentences);
}

int main (void)
{
    if (!mkdtemp (folder) ||
        nn_space_read (&space, "x -5..10; y 0..15; o a,b; z 0..1 if o b") < 0)
        return 1;
    killed ();
    together ();
    given_up ();
    not_ours ();
    damaged ();
    other_files ();
    char command[128];
    snprintf (command, sizeof command, "rm -r %s", folder);
    return system (command) != 0 || nn_test_done ();
}
