/*  waiting.c - a compiler that waits for the next cell
 *
 *  Of the time that gcc takes for a short cell, nearly half goes into beginning: the
 *  programs are started and 8 MB of precompiled headers read. That needs no cell. So a
 *  gcc is started while nothing else is to be done, on a file that says only
 *  #include "nnk_cell.in", which leads to a pipe; it has read the headers when the
 *  cell comes, and waits for text. It serves one cell.
 *
 *  Its messages must be those of a compiler that has read a plain file. The first line
 *  of the text therefore says that the included file has ended, so no message begins
 *  with "In file included from", and the last that another has begun, so that the real
 *  end finds one to close (libcpp's linemarkers, flags 2 and 1).
 *
 *  It is never needed: where it will not do, or something is wrong with it, the cell is
 *  compiled the plain way. It reads the end of the pipe when the kernel is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

enum { MOST_FAILURES = 3 };
static const char leave[] = "# 1 \"\" 2\n", enter[] = "\n# 1 \"nnk\" 1\n";

/* --- When it will do ---------------------------------------------------------- */

/*  gcc asks once whether a folder for headers is there. */
static bool has_folders (char *const *argv)
{
    struct stat entry;
    for (; *argv; argv++) {
        const char *flag = *argv, *folder = NULL;
        if (strncmp (flag, "-I", 2) == 0)
            folder = flag + 2;
        else if (strncmp (flag, "-iquote", 7) == 0)
            folder = flag + 7;
        else if (strncmp (flag, "-isystem", 8) == 0)
            folder = flag + 8;
        if (folder && !*folder)
            folder = argv[1];
        if (folder && stat (folder, &entry) != 0)
            return false;
        if (strstr (flag, "pedantic")) // it would speak of our first line
            return false;
    }
    return !getenv ("CPATH") && !getenv ("C_INCLUDE_PATH");
}

/*  What C says otherwise of a file that is included. */
static bool speaks_of_its_file (const char *c)
{
    return strstr (c, "__BASE_FILE__") || strstr (c, "__TIMESTAMP__") ||
           strstr (c, "include_next") ||
           (strstr (c, "pragma") &&
            (strstr (c, "once") || strstr (c, "system_header")));
}

static char *join (char *const *argv)
{
    nnk_text text = { 0 };
    for (; *argv; argv++)
        nnk_addf (&text, "%s\n", *argv);
    return text.s;
}

static bool is_for (const nnk_waiting *self, char *const *argv)
{
    char *arguments = join (argv);
    const bool same = strcmp (arguments, self->arguments) == 0;
    free (arguments);
    return same;
}

/* --- Its life ----------------------------------------------------------------- */

/*  Where it has put its object, that object is now. */
static bool rename_object (const nnk_waiting *self, const char *name)
{
    char *from = nnk_format ("%s/%s", self->folder, self->object),
         *to = nnk_format ("%s/%s", self->folder, name);
    const bool good = rename (from, to) == 0;
    free (from);
    free (to);
    return good;
}

/*  What is left when it has ended. */
static void forget (nnk_waiting *self)
{
    char *object = nnk_format ("%s/%s", self->folder, self->object);
    unlink (object);
    free (object);
    free (self->arguments);
    self->arguments = NULL;
}

/*  It is of no use any more. */
static void discard (nnk_waiting *self)
{
    if (!self->program.pid)
        return;
    nnk_program_end (&self->program);
    close (self->input);
    forget (self);
}

/*  Says in the log that something is wrong, and what it has said itself. */
static void give_up (nnk_waiting *self, const char *why, const char *said)
{
    const bool last = ++self->failures == MOST_FAILURES;
    fprintf (stderr,
             "nn-kernel: the compiler that waits for the next cell %s%s%.*s; %s\n",
             why, *said ? ": " : "", (int) strcspn (said, "\n"), said,
             last ? "from now on cells are compiled without one"
                  : "this cell is compiled without it");
}

/*  Starts gcc with these arguments, unless one waits that has them. */
void nnk_waiting_begin (nnk_waiting *self, const char *folder, char *const *argv)
{
    enum { MOST = 256 };
    int ends[2], count = 0;
    char *all[MOST];
    if (self->program.pid && !is_for (self, argv))
        discard (self);
    if (self->program.pid || self->failures >= MOST_FAILURES ||
        getenv ("NNK_COLD") || !has_folders (argv) || pipe2 (ends, O_CLOEXEC) != 0)
        return;
    self->folder = folder;
    self->arguments = join (argv);
    snprintf (self->object, sizeof self->object, "next_%d.o", ++self->number);
    while (count < MOST - 5 && argv[count]) {
        all[count] = argv[count];
        count++;
    }
    char *const last[] = { "-c", "nnk_cell.c", "-o", self->object, NULL };
    memcpy (all + count, last, sizeof last);
    const bool started = nnk_program_start (&self->program, all, folder, ends[0]);
    const int why = errno;
    close (ends[0]);
    self->input = ends[1];
    if (!started) {
        close (self->input);
        forget (self);
        give_up (self, "cannot be started", strerror (why));
    }
}

/*  Its files: what it compiles, and the way to the pipe that it inherits. */
bool nnk_waiting_open (const char *folder, nnk_text *trouble)
{
    char *main_file = nnk_format ("%s/nnk_cell.c", folder),
         *input = nnk_format ("%s/nnk_cell.in", folder), way[32];
    static const char text[] = "#include \"nnk_cell.in\"\n";
    snprintf (way, sizeof way, "/dev/fd/%d", NNK_PROGRAM_INPUT);
    const bool good = nnk_write_file (main_file, text, sizeof text - 1) &&
                      symlink (way, input) == 0;
    if (!good)
        nnk_addf (trouble, "no compiler can wait for cells in %s: %s\n", folder,
                  strerror (errno));
    free (main_file);
    free (input);
    return good;
}

void nnk_waiting_close (nnk_waiting *self)
{
    discard (self);
    *self = (nnk_waiting){ 0 };
}

/* --- A cell ------------------------------------------------------------------- */

static bool has_room (const nnk_waiting *self, size_t size)
{
    if ((size_t) fcntl (self->input, F_GETPIPE_SZ) < size)
        fcntl (self->input, F_SETPIPE_SZ, (int) size);
    return (size_t) fcntl (self->input, F_GETPIPE_SZ) >= size;
}

/*  Gives it the text, all at once: who writes must not wait. False: it is gone. */
static bool hand_over (nnk_waiting *self, const nnk_text *text)
{
    fcntl (self->input, F_SETFL, O_NONBLOCK);
    const bool good =
        write (self->input, text->s, text->size) == (ssize_t) text->size;
    close (self->input);
    return good;
}

/*  Whether gcc has failed, and not because of the cell. */
static bool is_broken (int status, const char *said)
{
    return status > 1 || strncmp (said, "gcc: ", 5) == 0 ||
           strstr (said, "\ngcc: ") || (status && !strstr (said, "rror:"));
}

/*  Whether it speaks of a file, or of the end of one, that the plain way has not. */
static bool is_strange (const nnk_waiting *self, const char *said)
{
    return strstr (said, "at end of input") || strstr (said, "nnk_cell.") ||
           strstr (said, self->object);
}

/*  Has the compiler that waits compile `c` to `object`; its `status` and what it says are
 *  gcc's. False: none waits, it will not do or has failed; compile the plain way. */
bool nnk_waiting_compile (nnk_waiting *self, char *const *argv, const char *c,
                          const char *object, nnk_sink *sink, nnk_text *errors,
                          int *status)
{
    nnk_text text = { 0 }, out = { 0 }, said = { 0 };
    if (!self->program.pid || speaks_of_its_file (c) || !is_for (self, argv))
        return false;
    nnk_addf (&text, "%s%s%s", leave, c, enter);
    bool good = has_room (self, text.size);
    if (good) {
        const bool lived = hand_over (self, &text);
        if (!lived)
            kill (-self->program.pid, SIGKILL);
        *status = nnk_program_attend (&self->program, sink, &out, &said);
        const char *words = nnk_text_string (&said);
        const bool stopped = *status < 0,
                   broken = !stopped && (!lived || is_broken (*status, words));
        good = stopped || (!broken && !is_strange (self, words) &&
                           (*status || rename_object (self, object)));
        if (broken)
            give_up (self, "has ended by itself", words);
        else
            self->failures = 0;
        if (good)
            nnk_add_string (errors, words);
        forget (self);
    }
    nnk_text_free (&text);
    nnk_text_free (&out);
    nnk_text_free (&said);
    return good;
}
