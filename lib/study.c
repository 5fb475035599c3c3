/*  study.c - trials, one after another or many at once
 *
 *  A study is a search with a memory. A worker asks it what to try, tries it,
 *  says now and then how far it has come, and at the end tells what came out.
 *  Any number of workers may do so at once, each a process of its own: what they
 *  share is the database, and nothing else.
 *
 *  A trial has a number, and what is drawn for it depends on the seed, this
 *  number and the trials that were there. So a single worker that is killed and
 *  starts again, however often, does the very trials that it would have done
 *  anyway.
 */
#include "nn.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ATTEMPTS = 3 };

static const char *const states[] = { "running", "done", "pruned", "failed" };

typedef struct {
    nn_study *study;
    nn_trial *trials;
    int count, room;
} list;

/*  One row of the table of trials. They are numbered from 0 without a gap. */
static int add_trial (sqlite3_stmt *row, void *with)
{
    list *l = with;
    if (l->count == l->room) {
        const int room = l->room ? 2 * l->room : 64;
        nn_trial *more = realloc (l->trials, (size_t) room * sizeof *more);
        if (!more)
            return nn_fail (NN_EMEMORY, "no memory for %d trials", room);
        l->trials = more;
        l->room = room;
    }
    nn_trial *t = &l->trials[l->count];
    const char *state = (const char *) sqlite3_column_text (row, 1);
    *t = (nn_trial){ .number = sqlite3_column_int (row, 0),
                     .state = NN_TRIAL_FAILED,
                     .result = sqlite3_column_type (row, 2) == SQLITE_NULL
                                   ? (double) NAN
                                   : sqlite3_column_double (row, 2),
                     .step = sqlite3_column_int (row, 3),
                     .attempts = sqlite3_column_int (row, 4) };
    for (int k = 0; k < 4; k++)
        if (state && strcmp (state, states[k]) == 0)
            t->state = k;
    for (int i = 0; i < NN_HYPERS; i++)
        t->value[i] = NAN;
    return t->number == l->count++
               ? NN_OK
               : nn_fail (NN_EFORMAT, "%s: trial %d is missing", l->study->path,
                          l->count - 1);
}

/*  One value of a trial. A choice is kept as its word. */
static int add_value (sqlite3_stmt *row, void *with)
{
    const list *l = with;
    const nn_space *space = &l->study->space;
    const int trial = sqlite3_column_int (row, 0), i = sqlite3_column_int (row, 1);
    if (trial < 0 || trial >= l->count || i < 0 || i >= space->count)
        return nn_fail (NN_EFORMAT, "%s: a value of trial %d, which is not there",
                        l->study->path, trial);
    const nn_hyper *h = &space->hyper[i];
    double value = sqlite3_column_double (row, 2);
    const char *word = (const char *) sqlite3_column_text (row, 2);
    for (int k = 0; h->type == NN_CHOICE && k <= h->choices; k++)
        if (k == h->choices || (word && strcmp (word, h->choice[k]) == 0)) {
            value = k;
            break;
        }
    if (!(value >= h->low && value <= h->high))
        return nn_fail (NN_EFORMAT,
                        "%s: in trial %d, %s is %.40s, which its space does not "
                        "have",
                        l->study->path, trial, h->name, word ? word : "nothing");
    l->trials[trial].value[i] = value;
    return NN_OK;
}

/*  All trials so far, to be freed by the caller; how many, or a negative
 *  status. */
int nn_study_trials (nn_study *self, nn_trial **trials)
{
    list l = { .study = self };
    int status = nn_study_sql (self, add_trial, &l,
                               "SELECT number, state, result, step, attempts "
                               "FROM trial ORDER BY number",
                               "");
    if (status == NN_OK)
        status = nn_study_sql (self, add_value, &l,
                               "SELECT trial, number, value FROM value "
                               "JOIN hyper ON hyper = name",
                               "");
    if (status != NN_OK) {
        free (l.trials);
        l.trials = NULL;
    }
    *trials = l.trials;
    return status == NN_OK ? l.count : status;
}

typedef struct {
    const nn_study *study;
    int trial, attempts;
} orphan;

/*  Keeps the first trial whose worker lives no more. */
static int find_orphan (sqlite3_stmt *row, void *with)
{
    orphan *o = with;
    if (o->trial >= 0)
        return NN_OK;
    const int lives = nn_study_lives (o->study, sqlite3_column_int (row, 2));
    if (lives == 0) {
        o->trial = sqlite3_column_int (row, 0);
        o->attempts = sqlite3_column_int (row, 1);
    }
    return lives < 0 ? lives : NN_OK;
}

/*  Takes up a trial whose process died: from its beginning, with the same values.
 *  One that has cost so many processes their lives is given up. 1: taken. */
static int take_up (nn_study *self, int *number)
{
    for (;;) {
        orphan o = { .study = self, .trial = -1 };
        int status = nn_study_sql (self, find_orphan, &o,
                                   "SELECT number, attempts, worker FROM trial "
                                   "WHERE state = 'running' ORDER BY number",
                                   "");
        if (status != NN_OK || o.trial < 0)
            return status;
        status = nn_study_sql (self, NULL, NULL,
                               "DELETE FROM report WHERE trial = ?", "i", o.trial);
        if (status == NN_OK && o.attempts >= MOST_ATTEMPTS)
            status = nn_study_sql (
                self, NULL, NULL,
                "UPDATE trial SET state = 'failed', result = NULL, "
                "ended = CURRENT_TIMESTAMP, why = 'its process died ' || attempts "
                "|| ' times' WHERE number = ?",
                "i", o.trial);
        else if (status == NN_OK) {
            *number = o.trial;
            status = nn_study_sql (
                self, NULL, NULL,
                "UPDATE trial SET worker = ?, attempts = attempts + 1, step = -1, "
                "result = NULL, began = CURRENT_TIMESTAMP WHERE number = ?",
                "ii", self->worker, o.trial);
            return status == NN_OK ? 1 : status;
        }
        if (status != NN_OK)
            return status;
    }
}

/*  Draws the next trial and writes it down as running. */
static int invent (nn_study *self, const nn_trial *trials, int count,
                   nn_trial *next)
{
    nn_random random = nn_random_from (self->seed, NN_FOR_SEARCH, count, 0);
    *next = (nn_trial){ .number = count, .step = -1, .attempts = 1 };
    next->result = NAN;
    int status = self->sampler (&self->space, trials, count, &random, next->value);
    if (status == NN_OK)
        status = nn_study_sql (self, NULL, NULL,
                               "INSERT INTO trial (number, worker) VALUES (?, ?)",
                               "ii", count, self->worker);
    for (int i = 0; status == NN_OK && i < self->space.count; i++) {
        const nn_hyper *h = &self->space.hyper[i];
        const char *const insert = "INSERT INTO value VALUES (?, ?, ?)";
        if (isnan (next->value[i]))
            continue;
        if (h->type == NN_CHOICE)
            status = nn_study_sql (self, NULL, NULL, insert, "itt", count, h->name,
                                   h->choice[(int) next->value[i]]);
        else
            status = nn_study_sql (self, NULL, NULL, insert, "itd", count, h->name,
                                   next->value[i]);
    }
    return status;
}

/*  What to try next: 1 and a trial, which from now on is this worker's; 0 if the
 *  study has `most` trials, and none of them waits for somebody. */
int nn_study_ask (nn_study *self, int most, nn_trial *next)
{
    nn_trial *trials = NULL;
    int number = -1, status = nn_study_begin (self);
    if (status != NN_OK)
        return status;
    int taken = take_up (self, &number);
    const int count = taken < 0 ? taken : nn_study_trials (self, &trials);
    if (count < 0)
        taken = count;
    else if (taken && trials)
        *next = trials[number];
    else if (count < most)
        taken = (status = invent (self, trials, count, next)) < 0 ? status : 1;
    free (trials);
    return nn_study_end (self, taken);
}

/*  Changes that a worker made to a trial that is no longer its own are undone. */
static int still_ours (nn_study *self, const nn_trial *trial, int status)
{
    if (status == NN_OK && sqlite3_changes (self->db) != 1)
        status = nn_fail (NN_EVALUE,
                          "%s: trial %d is not, or no longer, this process's",
                          self->path, trial->number);
    return status;
}

typedef struct {
    const nn_halving *halving;
    int bracket, own, count, room;
    double *result;
} rivals;

static int add_rival (sqlite3_stmt *row, void *with)
{
    rivals *r = with;
    const int trial = sqlite3_column_int (row, 0);
    if (trial == r->own || nn_halving_bracket (r->halving, trial) != r->bracket)
        return NN_OK;
    if (r->count == r->room) {
        const int room = r->room ? 2 * r->room : 64;
        double *more = realloc (r->result, room * sizeof *more);
        if (!more)
            return nn_fail (NN_EMEMORY, "no memory for %d results", room);
        r->result = more;
        r->room = room;
    }
    r->result[r->count++] = sqlite3_column_type (row, 1) == SQLITE_NULL
                                ? (double) INFINITY
                                : sqlite3_column_double (row, 1);
    return NN_OK;
}

/*  Is the trial so far behind that it should stop? 1 or 0. */
static int judge (nn_study *self, const nn_trial *trial, double value)
{
    const nn_halving *h = &self->halving;
    rivals r = { .halving = h,
                 .bracket = nn_halving_bracket (h, trial->number),
                 .own = trial->number };
    if (h->most == 0 || !nn_halving_rung (h, r.bracket, trial->step))
        return 0;
    int status = nn_study_sql (self, add_rival, &r,
                               "SELECT trial, value FROM report WHERE step = ?",
                               "i", trial->step);
    if (status == NN_OK)
        status = nn_halving_stops (h, value, r.result, r.count);
    free (r.result);
    return status;
}

/*  How far a trial has come after so many steps. 1: it should stop here, and be
 *  told as pruned. */
int nn_study_report (nn_study *self, nn_trial *trial, int step, double value)
{
    int status = nn_study_begin (self);
    if (status != NN_OK)
        return status;
    status = nn_study_sql (self, NULL, NULL,
                           "UPDATE trial SET step = ?, result = ? WHERE number = "
                           "? AND worker = ? AND state = 'running'",
                           "idii", step, value, trial->number, self->worker);
    status = still_ours (self, trial, status);
    if (status == NN_OK)
        status = nn_study_sql (self, NULL, NULL,
                               "INSERT OR REPLACE INTO report VALUES (?, ?, ?)",
                               "iid", trial->number, step, value);
    trial->step = step;
    trial->result = value;
    return nn_study_end (self,
                         status == NN_OK ? judge (self, trial, value) : status);
}

/*  How a trial ended: its state, its result, and why if it failed, or NULL. */
int nn_study_tell (nn_study *self, const nn_trial *trial, const char *why)
{
    nn_require (trial->state > NN_TRIAL_RUNNING && trial->state <= NN_TRIAL_FAILED,
                "trial %d has not ended", trial->number);
    int status = nn_study_begin (self);
    if (status != NN_OK)
        return status;
    status = nn_study_sql (self, NULL, NULL,
                           "UPDATE trial SET state = ?, result = ?, why = ?, "
                           "ended = CURRENT_TIMESTAMP WHERE number = ? AND worker "
                           "= ? AND state = 'running'",
                           "tdtii", states[trial->state], trial->result, why,
                           trial->number, self->worker);
    return nn_study_end (self, still_ours (self, trial, status));
}

/*  Tries until the study has `most` trials. The objective fills in the trial's
 *  state and result; a negative status of it is kept with the trial as failed, and
 *  the study goes on. */
int nn_study_run (nn_study *self, int most,
                  int (*objective) (void *with, nn_study *study, nn_trial *trial),
                  void *with)
{
    nn_trial trial;
    int status;
    while ((status = nn_study_ask (self, most, &trial)) == 1) {
        trial.state = NN_TRIAL_DONE;
        const int came = objective (with, self, &trial);
        if (came < 0) {
            trial.state = NN_TRIAL_FAILED;
            trial.result = NAN;
        }
        status = nn_study_tell (self, &trial, came < 0 ? nn_error () : NULL);
        if (status < 0)
            return status;
    }
    return status;
}

/*  The best of the finished trials; NULL if there is none. */
const nn_trial *nn_study_best (const nn_trial *trials, int count)
{
    const nn_trial *best = NULL;
    for (int k = 0; k < count; k++)
        if (trials[k].state == NN_TRIAL_DONE &&
            (best ? trials[k].result < best->result : !isnan (trials[k].result)))
            best = &trials[k];
    return best;
}
