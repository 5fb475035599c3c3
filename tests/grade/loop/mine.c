/*  mine.c - the learner's file beside the others: put back, compared, the solution shown  */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 1 << 20 };

static void yours (const course_exercise *e, char path[256])
{
    snprintf (path, 256, "exercises/%s.c", e->name);
}

static void solution (const course_exercise *e, char path[256])
{
    snprintf (path, 256, "solutions/%s.c", e->name);
}

/*  Only who has all points may look. */
static bool may_look (const course_exercise *e)
{
    progress p;
    if (progress_read (&p) != 0)
        return false;
    const progress_row *row = progress_of (&p, e->id);
    const int points = row ? row->points : 0;
    const bool done = progress_done (&p, e);
    progress_free (&p);
    if (!done)
        printf (
            "The solution of %s is shown when you have all %d points; your best "
            "is %d. A hint: %s\n",
            e->id, e->points, points, loop_way ((char[64]){ "" }, "hint", e->id));
    return done;
}

/*  A file of ours in a folder for what is made on the way. */
static bool scratch (char folder[256])
{
    const char *tmp = getenv ("TMPDIR");
    snprintf (folder, 256, "%.200s/loop.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (mkdtemp (folder))
        return true;
    fprintf (stderr, "%s cannot be made; set TMPDIR to a folder that exists\n",
             folder);
    return false;
}

int loop_solution (const loop_course *c, int at)
{
    char path[256];
    if (!may_look (&c->list[at]))
        return 1;
    solution (&c->list[at], path);
    const char *argv[] = { "awk", "-v", "code=1", "-f", "solutions/solution.awk",
                           path,  NULL };
    printf ("\n");
    return loop_run (argv, NULL) != 0;
}

int loop_diff (const loop_course *c, int at)
{
    const course_exercise *e = &c->list[at];
    char mine[256], theirs[256], folder[256], clean[300];
    struct stat about;
    const char *const cell = getenv ("MINE"); // what cells define, as a file
    yours (e, mine);
    if (cell)
        snprintf (mine, sizeof mine, "%.255s", cell);
    solution (e, theirs);
    if (!may_look (e))
        return 1;
    const char *why = stat (mine, &about) != 0 ? strerror (errno)
                      : about.st_size > LARGEST
                          ? "larger than a megabyte; is it the right file?"
                          : NULL;
    if (why) {
        fprintf (stderr, "%s: %s\n", mine, why);
        return 1;
    }
    if (!scratch (folder))
        return 1;
    snprintf (clean, sizeof clean, "%s/solution.c", folder);
    const char *awk[] = {
        "awk",  "-v", cell ? "code=1" : "code=0", "-f", "solutions/solution.awk",
        theirs, NULL
    };
    const char *diff[] = { "diff",
                           "-u",
                           "--strip-trailing-cr",
                           *loop_colour ("x") || cell ? "--color=always"
                                                      : "--color=never",
                           "--label",
                           "yours",
                           "--label",
                           "the solution",
                           mine,
                           clean,
                           NULL };
    int status = loop_run (awk, clean) == 0 ? loop_run (diff, NULL) : -1;
    if (status == 0)
        printf ("Yours is the solution, line by line.\n");
    unlink (clean);
    rmdir (folder);
    return status != 0 && status != 1;
}

/*  exercises/kept/01-1-transpose.3.c, the first number that is free. */
static bool keep (const course_exercise *e, const char *mine, char kept[300])
{
    struct stat about;
    if (mkdir ("exercises/kept", 0777) != 0 && errno != EEXIST) {
        fprintf (stderr,
                 "Nothing was changed: exercises/kept cannot be made: %s\n",
                 strerror (errno));
        return false;
    }
    for (int i = 1; i < 10000; i++) {
        snprintf (kept, 300, "exercises/kept/%s.%d.c", e->name, i);
        if (lstat (kept, &about) == 0)
            continue;
        if (rename (mine, kept) == 0)
            return true;
        break;
    }
    fprintf (stderr, "Nothing was changed: %s cannot be moved to %s: %s\n", mine,
             kept, strerror (errno));
    return false;
}

int loop_reset (const loop_course *c, int at)
{
    const course_exercise *e = &c->list[at];
    char mine[256], theirs[256], folder[256], stub[400], kept[300] = "";
    struct stat about;
    yours (e, mine);
    solution (e, theirs);
    if (!scratch (folder))
        return 1;
    snprintf (stub, sizeof stub, "%s/%s.c", folder, e->name);
    const char *awk[] = { "awk", "-f", "solutions/stub.awk", theirs, NULL };
    const char *same[] = { "cmp", "-s", mine, stub, NULL };
    const char *copy[] = { "cp", stub, mine, NULL };
    const bool there = lstat (mine, &about) == 0;
    int status = loop_run (awk, stub);
    if (status == 0 && there && loop_run (same, NULL) == 0)
        printf ("%s is as it was given out; there is nothing to reset.\n", mine);
    else if (status == 0) {
        status = !there || keep (e, mine, kept) ? loop_run (copy, NULL) : 1;
        if (status == 0)
            printf ("%s is as it was given out.%s%s%s\nYour points stay.\n", mine,
                    there ? "\nYour file is kept as " : "", kept,
                    there ? "." : "");
        else if (*kept && rename (kept, mine) == 0)
            fprintf (stderr, "Your file is back in its place.\n");
    }
    unlink (stub);
    rmdir (folder);
    return status != 0;
}
