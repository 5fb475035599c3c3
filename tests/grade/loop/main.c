/*  main.c - loop VERB [EXERCISE]: what a learner does between two gradings
 *
 *  The Makefile is the door: make next, watch, hint, progress, reset, diff. Every verb works
 *  on the files of the course in the current folder, and on exercises/progress.
 */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *name;
    int (*run) (const loop_course *c, int at);
    bool names; // the exercise must be named; otherwise it is the next one
} loop_verb;
static const loop_verb verbs[] = {
    { "next", loop_next, false },   { "hint", loop_hint, false },
    { "watch", loop_watch, false }, { "reset", loop_reset, true },
    { "diff", loop_diff, true },    { "solution", loop_solution, true },
};

const char *loop_colour (const char *code)
{
    return isatty (STDOUT_FILENO) && !getenv ("NO_COLOR") ? code : "";
}

bool loop_in_notebook (void)
{
    return getenv ("NOTEBOOK") != NULL;
}

const char *loop_way (char way[64], const char *verb, const char *id)
{
    const char *const form = loop_in_notebook () ? "`%%%s%s%s`" : "make %s%s%s";
    snprintf (way, 64, form, verb,
              !*id                  ? ""
              : loop_in_notebook () ? " "
                                    : " EX=",
              id);
    return way;
}

int loop_run (const char *const *argv, const char *output)
{
    fflush (NULL);
    const pid_t pid = fork ();
    if (pid == 0) {
        if (output) {
            const int to = open (output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
            if (to < 0 || dup2 (to, 1) < 0) {
                fprintf (stderr, "%s cannot be written: %s\n", output,
                         strerror (errno));
                _exit (126);
            }
        }
        execvp (argv[0], (char *const *) argv);
        fprintf (stderr, "%s cannot be run: %s\n", argv[0], strerror (errno));
        _exit (127);
    }
    int status = 0;
    while (pid > 0 && waitpid (pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return pid > 0 && WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

/*  The exercise that is meant: the one that was named, or the next. -1 when there is none,
 *  which has then been said. */
static int choose (const loop_course *c, const loop_verb *verb, const char *word)
{
    progress p;
    if (*word || verb->names)
        return course_find (c->list, c->count, word);
    if (progress_read (&p) != 0)
        return -1;
    const int at = progress_next (&p, c->list, c->count);
    if (at < 0)
        printf ("All %d exercises are done. %s shows one again.\n", c->count,
                loop_way ((char[64]){ "" }, "next", "01-1"));
    progress_free (&p);
    return at;
}

static int usage (const char *word)
{
    fprintf (stderr, "loop: '%s' is no verb. There are: progress", word);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        fprintf (stderr, ", %s", verbs[i].name);
    fprintf (stderr, "\n");
    return 2;
}

int main (int argc, char **argv)
{
    const char *name = argc > 2 ? argv[2] : "", *word = argc > 3 ? argv[3] : "";
    course_exercise *list = NULL;
    const int count = course_list (".", &list);
    const loop_course c = { list, count, argc > 1 ? argv[1] : "" };
    int status = -1;
    if (count == 0) {
        fprintf (stderr, "loop: no exercises here; run it in the folder of the "
                         "course\n");
        return 2;
    }
    if (strcmp (name, "progress") == 0)
        status = loop_progress (&c);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp (verbs[i].name, name) == 0) {
            const int at = choose (&c, &verbs[i], word);
            status =
                at >= 0 ? verbs[i].run (&c, at) : *word != 0 || verbs[i].names;
        }
    free (list);
    return status < 0 ? usage (name) : status;
}
