/*  progress.c - what a learner has reached, in one text file
 *
 *  exercises/progress has a line for each exercise that was graded or asked about: number,
 *  best points, hints seen, day and time. It is written anew beside itself and put in its
 *  place in one step, under a lock on the folder: whoever grades at the same time loses
 *  nothing, and a full disk leaves the old one.
 */
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define FILE_NAME "exercises/progress"
static const char head[] =
    "# exercise, best points, hints seen, last graded; a line that you remove is "
    "forgotten\n";

static bool read_row (const char *line, progress_row *row)
{
    char *at = NULL;
    *row = (progress_row){ 0 };
    const size_t id = strcspn (line, "\t ");
    if (id == 0 || id >= sizeof row->id || *line < '0' || *line > '9')
        return false;
    memcpy (row->id, line, id);
    row->points = (int) strtol (line + id, &at, 10);
    char *const hints = at;
    row->hints = (int) strtol (hints, &at, 10);
    if (at == hints || row->points < 0 || row->hints < 0)
        return false;
    at += strspn (at, "\t ");
    snprintf (row->when, sizeof row->when, "%.*s", (int) strcspn (at, "\r\n"), at);
    return true;
}

static progress_row *row_for (progress *p, const char *id)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp (p->row[i].id, id) == 0)
            return &p->row[i];
    progress_row *more = realloc (p->row, (p->count + 1) * sizeof *p->row);
    nn_require (more, "no memory for the progress of %d exercises", p->count + 1);
    p->row = more;
    p->row[p->count] = (progress_row){ 0 };
    snprintf (p->row[p->count].id, sizeof p->row->id, "%s", id);
    return &p->row[p->count++];
}

int progress_read (progress *p)
{
    *p = (progress){ 0 };
    FILE *in = fopen (FILE_NAME, "r");
    if (!in && errno == ENOENT)
        return 0; // nothing has been graded yet
    if (!in) {
        fprintf (stderr, FILE_NAME " cannot be read: %s\n", strerror (errno));
        return -1;
    }
    char line[256];
    for (int number = 1; fgets (line, sizeof line, in); number++) {
        progress_row row;
        if (*line == '#' || !line[strspn (line, " \t\r\n")])
            continue;
        if (!read_row (line, &row)) {
            fprintf (stderr,
                     FILE_NAME ", line %d, should hold an exercise's number, "
                               "points and hints; mend or remove it\n",
                     number);
            progress_free (p);
            fclose (in);
            return -1;
        }
        *row_for (p, row.id) = row;
    }
    fclose (in);
    return 0;
}

void progress_free (progress *p)
{
    free (p->row);
    *p = (progress){ 0 };
}

const progress_row *progress_of (const progress *p, const char *id)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp (p->row[i].id, id) == 0)
            return &p->row[i];
    return NULL;
}

bool progress_done (const progress *p, const course_exercise *e)
{
    const progress_row *row = progress_of (p, e->id);
    return row && row->points >= e->points;
}

int progress_next (const progress *p, const course_exercise *list, int count)
{
    for (int i = 0; i < count; i++)
        if (!progress_done (p, &list[i]))
            return i;
    return -1;
}

static int by_id (const void *a, const void *b)
{
    return strcmp (((const progress_row *) a)->id, ((const progress_row *) b)->id);
}

static int write_rows (const progress *p)
{
    FILE *out = fopen (FILE_NAME ".new", "w");
    if (!out)
        return -1;
    qsort (p->row, p->count, sizeof *p->row, by_id);
    fputs (head, out);
    for (int i = 0; i < p->count; i++)
        fprintf (out, "%s\t%d\t%d\t%s\n", p->row[i].id, p->row[i].points,
                 p->row[i].hints, p->row[i].when);
    const bool written = fflush (out) == 0 && fsync (fileno (out)) == 0;
    if (fclose (out) != 0 || !written ||
        rename (FILE_NAME ".new", FILE_NAME) != 0) {
        const int why = errno;
        unlink (FILE_NAME ".new");
        errno = why;
        return -1;
    }
    return 0;
}

static int note_locked (const course_exercise *e, int points, int hints)
{
    progress p;
    if (progress_read (&p) != 0)
        return -1;
    progress_row *row = row_for (&p, e->id);
    if (points > row->points)
        row->points = points;
    if (hints >= 0)
        row->hints = hints;
    const time_t t = time (NULL);
    struct tm when;
    if (points >= 0 && localtime_r (&t, &when))
        strftime (row->when, sizeof row->when, "%Y-%m-%d %H:%M", &when);
    const int status = write_rows (&p);
    if (status != 0)
        fprintf (stderr,
                 "Your progress is not kept: " FILE_NAME " cannot be "
                 "written: %s\n",
                 strerror (errno));
    progress_free (&p);
    return status;
}

int progress_note (const course_exercise *e, int points, int hints)
{
    const int folder = open ("exercises", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || flock (folder, LOCK_EX) != 0) {
        fprintf (stderr,
                 "Your progress is not kept: the folder exercises cannot "
                 "be locked: %s\n",
                 strerror (errno));
        if (folder >= 0)
            close (folder);
        return -1;
    }
    const int status = note_locked (e, points, hints);
    close (folder);
    return status;
}
