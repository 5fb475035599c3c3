/*  watch.c - grades whenever a file is saved, and listens to a few keys
 *
 *  One loop waits for three things: a saved file in exercises/ (inotify), a key, the end of
 *  the grading that runs. Saving again while it runs stops it and begins anew. Whoever saves
 *  another exercise is followed there.
 */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { SETTLE = 40 }; // ms: an editor may write a file in two strokes
typedef struct {
    const loop_course *course;
    int at;             // the exercise
    int saved;          // inotify's end
    pid_t pid;          // of the grading, 0 if none runs
    int ended;          // and what tells of its end
    bool due, finished; // to be graded anew; to be left
    int status;
} watch;

static struct termios before; // the terminal as it was
static volatile sig_atomic_t stopped;

static void put_terminal_back (void)
{
    tcsetattr (STDIN_FILENO, TCSANOW, &before);
}

static void on_stop (int signal)
{
    stopped = signal;
}

/*  Keys arrive one by one and are not shown; Ctrl-C is one of them. */
static bool take_terminal (void)
{
    if (tcgetattr (STDIN_FILENO, &before) != 0) {
        fprintf (stderr,
                 "make watch listens to keys and needs a terminal; without "
                 "one: make grade EX=01-1\n");
        return false;
    }
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr (STDIN_FILENO, TCSANOW, &raw);
    atexit (put_terminal_back);
    const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    for (int i = 0; i < 3; i++)
        sigaction (stops[i], &(struct sigaction){ .sa_handler = on_stop }, NULL);
    return true;
}

/*  One watch at a time: two would grade the same save twice, on the same cores. */
static bool alone (const loop_course *c)
{
    char path[512], who[32] = "";
    snprintf (path, sizeof path, "%s/watch.lock", c->parts);
    const int lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0) {
        fprintf (stderr, "%s cannot be made: %s\n", path, strerror (errno));
        return false;
    }
    if (flock (lock, LOCK_EX | LOCK_NB) != 0) {
        const ssize_t n = read (lock, who, sizeof who - 1);
        fprintf (stderr,
                 "Another make watch runs in this folder (process %.*s); end it "
                 "with q\n",
                 n > 0 ? (int) n : 1, n > 0 ? who : "?");
        close (lock);
        return false;
    }
    if (ftruncate (lock, 0) != 0 || dprintf (lock, "%d", (int) getpid ()) < 0)
        fprintf (stderr, "%s cannot be written: %s\n", path, strerror (errno));
    return true; // held until the end
}

/* --- The grading --------------------------------------------------------------------------- */
static void stop_grading (watch *w)
{
    if (w->pid) {
        kill (w->pid, SIGTERM); // it tidies up
        while (waitpid (w->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        close (w->ended);
    }
    w->pid = 0;
}

static void clear_screen (void)
{
    if (isatty (STDOUT_FILENO))
        printf ("\033[H\033[2J");
}

/*  The checks and the reference of an exercise are built when it is first met. */
static bool build_parts (const course_exercise *e)
{
    char target[160];
    snprintf (target, sizeof target, "grade-part-%s", e->name);
    const char *make[] = { "make", "-s", "--no-print-directory", target, NULL };
    unsetenv ("MAKEFLAGS"); // those of the make that we run under
    unsetenv ("MAKELEVEL");
    return loop_run (make, NULL) == 0;
}

static void grade (watch *w)
{
    const course_exercise *e = &w->course->list[w->at];
    char program[512];
    snprintf (program, sizeof program, "%s/grade", w->course->parts);
    const char *argv[] = { program,    "--parts", w->course->parts,
                           "--record", e->name,   NULL };
    stop_grading (w);
    w->due = false;
    clear_screen ();
    fflush (NULL);
    w->pid = fork ();
    if (w->pid == 0) {
        const int none = open ("/dev/null", O_RDONLY);
        dup2 (none, STDIN_FILENO); // keys are ours
        execv (program, (char *const *) argv);
        fprintf (stderr, "%s cannot be run: %s\n", program, strerror (errno));
        _exit (127);
    }
    nn_require (w->pid > 0, "no process to grade in: %s", strerror (errno));
    w->ended = pidfd_open (w->pid, 0);
    nn_require (w->ended >= 0, "this system cannot wait for a process: %s",
                strerror (errno));
}

static bool done (const course_exercise *e)
{
    progress p;
    if (progress_read (&p) != 0)
        return false;
    const bool yes = progress_done (&p, e);
    progress_free (&p);
    return yes;
}

static void show_keys (const watch *w)
{
    const course_exercise *e = &w->course->list[w->at];
    printf ("\n%swatching exercises/%s.c%s    h hint   n next   %sq quit\n",
            loop_colour ("\033[7m"), e->name, loop_colour ("\033[0m"),
            done (e) ? "s solution   " : "");
    fflush (stdout);
}

/*  Goes to an exercise and shows what it asks for. */
static void go_to (watch *w, int at)
{
    stop_grading (w);
    w->at = at;
    w->due = false;
    clear_screen ();
    if (!build_parts (&w->course->list[at]))
        w->finished = true, w->status = 1;
    else {
        loop_next (w->course, at);
        show_keys (w);
    }
}

/*  The next that is not done behind this one, or before it. */
static int next_open (const watch *w)
{
    for (int i = 1; i < w->course->count; i++) {
        const int at = (w->at + i) % w->course->count;
        if (!done (&w->course->list[at]))
            return at;
    }
    return -1;
}

/* --- What is heard ------------------------------------------------------------------------- */
static void on_key (watch *w, char key)
{
    if (key == 'q' || key == 3 || key == 4) { // Ctrl-C, Ctrl-D
        w->finished = true;
    } else if (key == 'n') {
        const int next = next_open (w);
        if (next >= 0)
            go_to (w, next);
        else
            printf ("There is no other exercise that is not done.\n");
    } else if (key == 'h' || key == 's') {
        if (w->pid)
            return; // its report comes first
        if (key == 'h' || done (&w->course->list[w->at]))
            clear_screen ();
        if (key == 'h')
            loop_hint (w->course, w->at);
        else
            loop_solution (w->course, w->at);
        show_keys (w);
    } else if (key == '\r' || key == '\n')
        w->due = true;
    fflush (stdout);
}

/*  A file of this name was saved. */
static void on_save (watch *w, const char *name)
{
    const size_t length = strlen (name);
    if (*name == '.' || length < 3 || strcmp (name + length - 2, ".c") != 0)
        return; // what editors write beside
    for (int i = 0; i < w->course->count; i++)
        if (strlen (w->course->list[i].name) == length - 2 &&
            strncmp (w->course->list[i].name, name, length - 2) == 0) {
            if (i != w->at && !build_parts (&w->course->list[i]))
                w->finished = true, w->status = 1;
            w->at = i;
            w->due = true;
            return;
        }
    printf ("exercises/");
    for (const char *c = name; *c; c++)
        putchar (*c >= 32 && *c < 127 ? *c : '?');
    printf (" is no exercise's name, and is not graded.\n");
    fflush (stdout);
}

static void hear_saves (watch *w)
{
    _Alignas(struct inotify_event) char room[8192];
    const ssize_t n = read (w->saved, room, sizeof room);
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *event = (const void *) (room + at);
        at += (ssize_t) (sizeof *event + event->len);
        if (event->mask & IN_Q_OVERFLOW)
            w->due = true;
        else if (event->mask & IN_IGNORED) {
            fprintf (stderr, "The folder exercises is gone.\n");
            w->finished = true, w->status = 1;
        } else if (event->len)
            on_save (w, event->name);
    }
}

static void hear_key (watch *w)
{
    char key;
    if (read (STDIN_FILENO, &key, 1) == 1)
        on_key (w, key);
    else
        w->finished = true; // the terminal is gone
}

static void hear_end (watch *w)
{
    int status = 0;
    while (waitpid (w->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close (w->ended);
    w->pid = 0;
    show_keys (w);
}

static int follow (watch *w)
{
    while (!w->finished && !stopped) {
        struct pollfd heard[] = { { .fd = w->saved, .events = POLLIN },
                                  { .fd = STDIN_FILENO, .events = POLLIN },
                                  { .fd = w->pid ? w->ended : -1,
                                    .events = POLLIN } };
        const int n = poll (heard, 3, w->due ? SETTLE : -1);
        if (n == 0)
            grade (w);
        if (n <= 0)
            continue;
        if (heard[2].revents)
            hear_end (w);
        if (heard[0].revents)
            hear_saves (w);
        if (heard[1].revents)
            hear_key (w);
    }
    stop_grading (w);
    return w->status;
}

int loop_watch (const loop_course *c, int at)
{
    watch w = { .course = c, .saved = inotify_init1 (IN_CLOEXEC) };
    if (w.saved < 0 || inotify_add_watch (w.saved, "exercises",
                                          IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
        fprintf (stderr, "The folder exercises cannot be watched: %s\n",
                 strerror (errno));
        return 1;
    }
    if (!alone (c) || !take_terminal ())
        return 1;
    go_to (&w, at);
    const int status = follow (&w);
    close (w.saved);
    return status;
}
