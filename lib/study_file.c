/*  study_file.c - a study in an SQLite database
 *
 *  A search takes hours, and hours bring accidents. So all that is known of a
 *  study lies in one file, a database, which is right at every moment: what
 *  several statements change together is changed whole or not at all, whoever is
 *  killed in between, and others who want to write wait.
 *
 *      fact    key, value: what must not change between two visits
 *      hyper   number, name, text: the search space, a line each
 *      worker  number, host, process, began: who has worked on it
 *      trial   number, state, result, step, worker, attempts, began, ended, why
 *      value   trial, hyper, value: what was tried; choices as their words
 *      report  trial, step, value: how far it was when
 *
 *  A process that dies leaves its trial `running`. How do others know? Each
 *  worker holds a lock on a byte of its own in the file STUDY-workers. The
 *  system lets go of it when the process ends, however it ends; no clock is
 *  asked.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OURS = 0x6c627973, VERSION = 1, USUAL_WAIT = 30 }; // "lbys"

static const char schema[] =
    "CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE hyper (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    "  text TEXT NOT NULL);"
    "CREATE TABLE worker (number INTEGER PRIMARY KEY, host TEXT, process INTEGER,"
    "  began TEXT DEFAULT CURRENT_TIMESTAMP);"
    "CREATE TABLE trial (number INTEGER PRIMARY KEY,"
    "  state TEXT NOT NULL DEFAULT 'running'"
    "    CHECK (state IN ('running', 'done', 'pruned', 'failed')),"
    "  result REAL, step INTEGER NOT NULL DEFAULT -1,"
    "  worker INTEGER NOT NULL REFERENCES worker,"
    "  attempts INTEGER NOT NULL DEFAULT 1,"
    "  began TEXT DEFAULT CURRENT_TIMESTAMP, ended TEXT, why TEXT);"
    "CREATE TABLE value (trial INTEGER NOT NULL REFERENCES trial,"
    "  hyper TEXT NOT NULL REFERENCES hyper (name), value NOT NULL,"
    "  PRIMARY KEY (trial, hyper)) WITHOUT ROWID;"
    "CREATE TABLE report (trial INTEGER NOT NULL REFERENCES trial,"
    "  step INTEGER NOT NULL, value REAL,"
    "  PRIMARY KEY (trial, step)) WITHOUT ROWID;";

/*  What SQLite complains of, as a sentence of ours. */
static int complain (const nn_study *self)
{
    const char *path = self->path;
    switch (sqlite3_errcode (self->db)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return nn_fail (NN_EFILE,
                        "%s: another program has locked the study for more than "
                        "%g s; wait until it is done, and try again",
                        path, self->wait);
    case SQLITE_NOTADB:
        return nn_fail (NN_EFORMAT,
                        "%s is no study: it is not an SQLite database; give "
                        "another file",
                        path);
    case SQLITE_CORRUPT:
        return nn_fail (NN_EFORMAT,
                        "%s: the study is damaged (%s); `sqlite3 %s .recover` may "
                        "save what is left",
                        path, sqlite3_errmsg (self->db), path);
    case SQLITE_NOMEM:
        return nn_fail (NN_EMEMORY, "%s: no memory for the study", path);
    default:
        return nn_fail (NN_EFILE, "%s: the study cannot be used: %s", path,
                        sqlite3_errmsg (self->db));
    }
}

/*  Runs one statement. `types` has a letter for each ? in it: i an int, d a
 *  double, t a text. `row`, if there is one, sees each row, and ends it with a
 *  negative status. */
int nn_study_sql (nn_study *self, int (*row) (sqlite3_stmt *, void *), void *with,
                  const char *sql, const char *types, ...)
{
    sqlite3_stmt *statement = NULL;
    va_list list;
    int status = NN_OK, step = SQLITE_DONE;
    if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return complain (self);
    va_start (list, types);
    for (int k = 0; types[k]; k++)
        if (types[k] == 'i')
            sqlite3_bind_int (statement, k + 1, va_arg (list, int));
        else if (types[k] == 'd')
            sqlite3_bind_double (statement, k + 1, va_arg (list, double));
        else
            sqlite3_bind_text (statement, k + 1, va_arg (list, const char *), -1,
                               SQLITE_TRANSIENT);
    va_end (list);
    while (status == NN_OK && (step = sqlite3_step (statement)) == SQLITE_ROW)
        if (row)
            status = row (statement, with);
    if (status == NN_OK && step != SQLITE_DONE)
        status = complain (self);
    sqlite3_finalize (statement);
    return status;
}

/*  Begins what is to be done whole or not at all, and ends it: kept if all went
 *  well, else forgotten. Others who want to write wait in between. */
int nn_study_begin (nn_study *self)
{
    return nn_study_sql (self, NULL, NULL, "BEGIN IMMEDIATE", "");
}

int nn_study_end (nn_study *self, int status)
{
    if (status >= 0) {
        const int kept = nn_study_sql (self, NULL, NULL, "COMMIT", "");
        if (kept == NN_OK)
            return status;
        status = kept;
    }
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL); // the sentence stays
    return status;
}

static int first_int (sqlite3_stmt *statement, void *with)
{
    *(int *) with = sqlite3_column_int (statement, 0);
    return NN_OK;
}

/*  Takes or looks at the lock on byte `worker` of STUDY-workers. These locks
 *  belong to the open file, so that two studies in one process can tell each
 *  other apart. */
static int lock_byte (const nn_study *self, int worker, int command,
                      struct flock *lock)
{
    *lock = (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = worker, .l_len = 1
    };
    return fcntl (self->lock, command, lock) == 0
               ? NN_OK
               : nn_fail (NN_ESYSTEM, "%s-workers cannot be locked: %s",
                          self->path, strerror (errno));
}

/*  Does this worker still live? 1 or 0. */
int nn_study_lives (const nn_study *self, int worker)
{
    struct flock lock;
    if (worker == self->worker)
        return 1;
    const int status = lock_byte (self, worker, F_OFD_GETLK, &lock);
    return status < 0 ? status : lock.l_type != F_UNLCK;
}

/*  Signs on as a new worker. Nobody sees the row before the lock is held. */
static int sign_on (nn_study *self)
{
    char name[4096 + 16], host[256] = "";
    struct flock lock;
    snprintf (name, sizeof name, "%s-workers", self->path);
    gethostname (host, sizeof host - 1);
    self->lock = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (self->lock < 0)
        return nn_fail (NN_EFILE, "%s cannot be opened: %s", name,
                        strerror (errno));
    int status = nn_study_begin (self), number = 0;
    if (status != NN_OK)
        return status;
    status =
        nn_study_sql (self, first_int, &number,
                      "SELECT coalesce (max (number), 0) + 1 FROM worker", "");
    if (status == NN_OK)
        status = nn_study_sql (self, NULL, NULL,
                               "INSERT INTO worker (number, host, process) "
                               "VALUES (?, ?, ?)",
                               "iti", number, host, (int) getpid ());
    if (status == NN_OK)
        status = lock_byte (self, number, F_OFD_SETLK, &lock);
    self->worker = number;
    return nn_study_end (self, status);
}

/*  Is it a study, is it new, or whose is it? 1: new. */
static int look_at (nn_study *self)
{
    int mark = 0, version = 0, tables = 0;
    int status = nn_study_sql (self, first_int, &tables,
                               "SELECT count (*) FROM sqlite_master", "");
    if (status == NN_OK)
        status =
            nn_study_sql (self, first_int, &mark, "PRAGMA application_id", "");
    if (status == NN_OK)
        status =
            nn_study_sql (self, first_int, &version, "PRAGMA user_version", "");
    if (status != NN_OK)
        return status;
    if (tables == 0 && mark == 0)
        return 1;
    if (mark != OURS)
        return nn_fail (NN_EFORMAT,
                        "%s is no study but the database of another program; it "
                        "was left as it is; give another file",
                        self->path);
    if (version != VERSION)
        return nn_fail (NN_EFORMAT,
                        "%s: a study of version %d; this program reads version %d",
                        self->path, version, VERSION);
    return NN_OK;
}

/*  Makes the tables, unless somebody else was quicker, and fills in the space and
 *  the facts. */
static int found (nn_study *self, const nn_study_args *args)
{
    char text[1024];
    int status = nn_study_begin (self);
    if (status != NN_OK)
        return status;
    const int new = look_at (self);
    if (new != 1)
        return nn_study_end (self, new);
    snprintf (text, sizeof text,
              "PRAGMA application_id = %d; PRAGMA user_version = %d", OURS,
              VERSION);
    if (sqlite3_exec (self->db, schema, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec (self->db, text, NULL, NULL, NULL) != SQLITE_OK)
        return nn_study_end (self, complain (self));
    for (int i = 0; status == NN_OK && i < args->space->count; i++) {
        nn_hyper_text (args->space, i, text, sizeof text);
        status =
            nn_study_sql (self, NULL, NULL, "INSERT INTO hyper VALUES (?, ?, ?)",
                          "itt", i, args->space->hyper[i].name, text);
    }
    for (const nn_note *f = self->facts; status == NN_OK && f->key; f++)
        status = nn_study_sql (self, NULL, NULL, "INSERT INTO fact VALUES (?, ?)",
                               "tt", f->key, f->text);
    return nn_study_end (self, status);
}

typedef struct {
    char text[NN_HYPERS * 1024];
    size_t used;
} all_text;

static int add_text (sqlite3_stmt *row, void *with)
{
    all_text *all = with;
    const char *text = (const char *) sqlite3_column_text (row, 0);
    const int more = snprintf (all->text + all->used, sizeof all->text - all->used,
                               "%s%s", all->used ? "; " : "", text ? text : "");
    all->used += more;
    return all->used < sizeof all->text
               ? NN_OK
               : nn_fail (NN_EFORMAT, "a search space that is too long");
}

/*  Reads the space that the study has; if another was wanted, says where they
 *  differ. */
static int same_space (nn_study *self, const nn_space *wanted)
{
    all_text all = { .used = 0 };
    char ours[1024], theirs[1024];
    int status = nn_study_sql (self, add_text, &all,
                               "SELECT text FROM hyper ORDER BY number", "");
    if (status == NN_OK)
        status = nn_space_read (&self->space, all.text);
    if (status != NN_OK)
        return nn_fail (status, "%s: %s", self->path, nn_error ());
    for (int i = 0; wanted && (i < wanted->count || i < self->space.count); i++) {
        snprintf (ours, sizeof ours, "nothing more");
        snprintf (theirs, sizeof theirs, "nothing more");
        if (i < wanted->count)
            nn_hyper_text (wanted, i, ours, sizeof ours);
        if (i < self->space.count)
            nn_hyper_text (&self->space, i, theirs, sizeof theirs);
        if (strcmp (ours, theirs) != 0)
            return nn_fail (NN_EVALUE,
                            "%s searches '%.120s', and you ask for '%.120s'; give "
                            "another file for another study",
                            self->path, theirs, ours);
    }
    return NN_OK;
}

static int one_text (sqlite3_stmt *row, void *with)
{
    const char *text = (const char *) sqlite3_column_text (row, 0);
    snprintf (with, 1024, "%s", text ? text : "");
    return NN_OK;
}

/*  A fact of the study, as text; "" if it has none of that name. */
int nn_study_fact (nn_study *self, const char *key, char text[1024])
{
    *text = 0;
    return nn_study_sql (self, one_text, text,
                         "SELECT value FROM fact WHERE key = ?", "t", key);
}

static int same_facts (nn_study *self)
{
    char text[1024];
    int status = NN_OK;
    for (const nn_note *f = self->facts; status == NN_OK && f->key; f++) {
        status = nn_study_fact (self, f->key, text);
        if (status == NN_OK && strncmp (text, f->text, sizeof text - 1) != 0)
            status = nn_fail (NN_EVALUE,
                              "%s was begun with %s %.100s, and you ask for "
                              "%.100s; give another file for another study",
                              self->path, f->key, *text ? text : "of its own",
                              *f->text ? f->text : "none");
    }
    return status;
}

/*  Opens the file, and sees to it that nothing of another program is touched. */
static int open_file (nn_study *self, const nn_study_args *args)
{
    struct stat about;
    const bool there = stat (self->path, &about) == 0;
    if (!args->space && !there)
        return nn_fail (NN_EFILE, "%s: there is no such study", self->path);
    if (sqlite3_open_v2 (self->path, &self->db,
                         SQLITE_OPEN_READWRITE |
                             (args->space ? SQLITE_OPEN_CREATE : 0),
                         NULL) != SQLITE_OK)
        return self->db ? complain (self)
                        : nn_fail (NN_EMEMORY, "%s: no memory", self->path);
    sqlite3_busy_timeout (self->db, (int) (1000 * self->wait));
    int status = look_at (self);
    if (status == 1 && !args->space)
        return nn_fail (NN_EFORMAT, "%s is empty, and no study", self->path);
    if (status < 0)
        return status;
    char mode[1024] = "";
    if (status == NN_OK)
        return NN_OK;
    // -- readers and a writer side by side; the file stays so
    status = nn_study_sql (self, one_text, mode, "PRAGMA journal_mode = WAL", "");
    if (status == NN_OK && strcmp (mode, "wal") != 0)
        status = nn_fail (NN_EFILE,
                          "%s: this place cannot hold a study that several use; "
                          "give a file on a local disk",
                          self->path);
    return status == NN_OK ? found (self, args) : status;
}

/*  Opens a study, or begins it if there is none. A study is for the process that
 *  opened it: open it again after a fork. NULL after a failure. */
nn_study *nn_study_open_with (const char *path, nn_study_args args)
{
    static const nn_note none[] = { { NULL, NULL } };
    nn_study *self = calloc (1, sizeof *self);
    if (!self || snprintf (self->path, sizeof self->path, "%s", path) >=
                     (int) sizeof self->path) {
        free (self);
        nn_fail (NN_EMEMORY, "%.60s…: no memory, or the name is too long", path);
        return NULL;
    }
    self->lock = -1;
    self->wait = args.wait > 0 ? args.wait : USUAL_WAIT;
    self->facts = args.facts ? args.facts : none;
    self->seed = args.seed;
    self->halving = args.halving;
    self->sampler = args.sampler ? args.sampler : nn_tpe;
    int status = nn_halving_check (&args.halving);
    if (status == NN_OK)
        status = open_file (self, &args);
    if (status == NN_OK)
        status = same_space (self, args.space);
    if (status == NN_OK)
        status = same_facts (self);
    if (status == NN_OK && args.space)
        status = sign_on (self);
    if (status != NN_OK)
        nn_study_close (&self);
    return self;
}

void nn_study_close (nn_study **self_p)
{
    nn_study *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    sqlite3_close (self->db);
    if (self->lock >= 0)
        close (self->lock);
    free (self);
}
