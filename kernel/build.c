/*  build.c - from a C file to an object that can be loaded
 *
 *  A cell is compiled by gcc with the same flags as the library, after a header that was
 *  precompiled when the session began, and linked by ld itself, which takes 3 ms where the
 *  driver takes 15. All files lie in one folder of the session. The reader's text lies there
 *  too, under the name that the cell has in messages: so gcc finds the lines to print below
 *  its carets, and its messages can be shown as they are, without those about code that the
 *  reader has not written.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

extern char **environ;

static const char *const standard_flags[] = {
    "-std=gnu11", "-O2", "-g", "-fopenmp", "-fPIC", "-Wall", "-D_GNU_SOURCE",
    "-fsanitize=integer-divide-by-zero,shift,signed-integer-overflow,vla-bound,return",
    "-fno-isolate-erroneous-paths-dereference", "-fno-optimize-sibling-calls",
    "-Werror=implicit-function-declaration",
    "-fdiagnostics-color=never", "-fmessage-length=0", "-Winvalid-pch"
};

static const char standard_headers[] =
    "#include <assert.h>\n#include <ctype.h>\n#include <errno.h>\n#include <float.h>\n"
    "#include <inttypes.h>\n#include <limits.h>\n#include <math.h>\n#include <omp.h>\n"
    "#include <stdarg.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n"
    "#include <unistd.h>\n";

/* --- Running a program ------------------------------------------------------------------ */

/*  Our environment, but with the session's folder for temporary files: a compiler that is
 *  stopped leaves some. */
static char **make_environment (const char *folder)
{
    int count = 0, used = 0;
    while (environ[count])
        count++;
    char **copy = nnk_allocate ((count + 2) * sizeof *copy);
    for (int i = 0; i < count; i++)
        if (strncmp (environ[i], "TMPDIR=", 7) != 0)
            copy[used++] = environ[i];
    copy[used] = nnk_format ("TMPDIR=%s", folder);
    return copy;
}

/*  Starts it in `folder`, with `out` and `errors` as its streams, in a group of its own. */
static pid_t start (char *const *argv, const char *folder, int out, int errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    pid_t pid = -1;
    char **environment = make_environment (folder);
    sigemptyset (&none);
    sigfillset (&all);
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2 (&actions, out, 1);
    posix_spawn_file_actions_adddup2 (&actions, errors, 2);
    posix_spawn_file_actions_addchdir_np (&actions, folder);
    posix_spawnattr_init (&attributes);
    posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP |
                                               POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask (&attributes, &none);
    posix_spawnattr_setsigdefault (&attributes, &all);
    if (posix_spawnp (&pid, argv[0], &actions, &attributes, argv, environment) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attributes);
    char **last = environment;
    while (last[1])
        last++;
    free (*last); // the one that is ours
    free (environment);
    return pid;
}

/*  Reads what has come. False: the stream has ended. */
static bool read_some (int fd, nnk_text *out)
{
    char bytes[16384];
    const ssize_t size = read (fd, bytes, sizeof bytes);
    if (size > 0)
        nnk_add (out, bytes, size);
    return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

int nnk_run_program (char *const *argv, const char *folder, nnk_sink *sink, nnk_text *out,
                     nnk_text *errors)
{
    int pipes[2][2], status = 0;
    if (pipe2 (pipes[0], O_CLOEXEC) != 0 || pipe2 (pipes[1], O_CLOEXEC) != 0)
        return -1;
    const pid_t pid = start (argv, folder, pipes[0][1], pipes[1][1]);
    close (pipes[0][1]);
    close (pipes[1][1]);
    const int before = sink->interrupts;
    bool stopped = false;
    struct pollfd fds[2] = { { pipes[0][0], POLLIN, 0 }, { pipes[1][0], POLLIN, 0 } };
    while (pid > 0 && (fds[0].fd >= 0 || fds[1].fd >= 0)) {
        sink->wait (sink, fds, 2, 1000);
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !read_some (fds[i].fd, i ? errors : out))
                fds[i].fd = -1;
        if (!stopped && (sink->interrupts != before || sink->quit)) {
            stopped = true;
            kill (-pid, SIGKILL);
        }
    }
    close (pipes[0][0]);
    close (pipes[1][0]);
    if (pid < 0) {
        nnk_addf (errors, "%s cannot be started: %s\n", argv[0], strerror (errno));
        return 127;
    }
    while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return stopped ? -1 : WIFEXITED (status) ? WEXITSTATUS (status) : 128;
}

/*  gcc with the session's flags and these arguments, which end with NULL. */
static int run_gcc (nnk_build *self, const char *const *more, nnk_sink *sink, nnk_text *out,
                    nnk_text *errors)
{
    char *argv[128] = { "gcc", "-pipe" };
    int count = 2;
    for (int i = 0; i < self->flags; i++)
        argv[count++] = self->flag[i];
    for (; *more && count < 127; more++)
        argv[count++] = (char *) *more;
    return nnk_run_program (argv, self->folder, sink, out, errors);
}

/* --- Diagnostics ----------------------------------------------------------------------------- */

typedef struct {
    const char *at; // its first line
    size_t size;
    bool error, generated;
} finding;

/*  Whether a line is FILE:LINE[:COLUMN]: KIND: ...; says which kind and if it is ours. */
static bool is_head (const char *line, size_t size, finding *found)
{
    static const char *const kinds[] = { ": error: ", ": fatal error: ", ": warning: ",
                                         ": note: " };
    for (int i = 0; i < 4; i++) {
        const char *kind = memmem (line, size, kinds[i], strlen (kinds[i]));
        const char *colon = memchr (line, ':', size);
        if (!kind || !colon || isspace ((unsigned char) line[0]))
            continue;
        if (i == 3)
            return false; // a note belongs to what it explains
        found->error = i < 2;
        found->generated = strncmp (line, "nnk:", 4) == 0;
        return true;
    }
    return false;
}

static bool is_context (const char *line, size_t size)
{
    return memmem (line, size, ": In function ", 14) || memmem (line, size, ": At top level", 14) ||
           strncmp (line, "In file included from", 21) == 0;
}

/*  Gives the findings of gcc's text, each with the lines that belong to it. */
static int split (const char *text, finding *found, int most)
{
    int count = 0;
    bool open = false; // a context line has begun the next finding
    for (const char *line = text; *line && count < most;) {
        const size_t size = strcspn (line, "\n") + (line[strcspn (line, "\n")] == '\n');
        finding head = { line, size, false, false };
        if (is_head (line, size, &head)) {
            if (open) {
                found[count - 1].error = head.error;
                found[count - 1].generated = head.generated;
                found[count - 1].size += size;
            } else {
                found[count++] = head;
            }
            open = false;
        } else if (is_context (line, size)) {
            if (strstr (line, "nnk_run_") < line + size && strstr (line, "nnk_run_")) {
                line += size;
                continue;
            }
            if (open)
                found[count - 1].size += size;
            else
                found[count++] = head;
            open = true;
        } else if (count) {
            found[count - 1].size += size;
        }
        line += size;
    }
    return count;
}

static bool is_repeated (const finding *found, int i)
{
    for (int k = 0; k < i; k++)
        if (found[k].size == found[i].size &&
            memcmp (found[k].at, found[i].at, found[i].size) == 0)
            return true;
    return false;
}

/*  A line of gcc, with names as the reader wrote them. */
static void add_line (nnk_text *out, const char *line, size_t size)
{
    const char *end = line + size, *own;
    while ((own = memmem (line, end - line, NNK_OWN, strlen (NNK_OWN))) != NULL) {
        nnk_add (out, line, own - line);
        line = own + strlen (NNK_OWN);
    }
    nnk_add (out, line, end - line);
}

/*  A finding without the lines that speak of names that the reader has not written. */
static void add_finding (nnk_text *out, const finding *found)
{
    const char *end = found->at + found->size;
    for (const char *line = found->at; line < end;) {
        const char *next = memchr (line, '\n', end - line);
        const size_t size = (next ? next + 1 : end) - line;
        if (line == found->at || found->generated || !memmem (line, size, "\u2018nnk_", 7))
            add_line (out, line, size);
        line += size;
    }
}

/*  gcc's text without repetitions and, if anything else is left, without findings in code
 *  that the reader has not written. */
static void clean (const char *text, nnk_text *out)
{
    finding found[200];
    const int count = split (text, found, 200);
    const size_t before = out->size;
    for (int turn = 0; turn < 2 && out->size == before; turn++)
        for (int i = 0; i < count; i++)
            if (!is_repeated (found, i) && (turn ? found[i].error : !found[i].generated))
                add_finding (out, &found[i]);
    if (!count)
        nnk_add_string (out, text);
    if (strstr (text, "error: variably modified"))
        nnk_add_string (out, "A variable of a cell lives on, so the length of an array must be a "
                             "constant: a number or a #define. Inside { } any length will do.\n");
}

/* --- The session's folder and its precompiled header ------------------------------------------ */

/*  Folders that a killed kernel has left behind: nnk-PID-... whose process is gone. */
static void sweep (const char *parent)
{
    DIR *folder = opendir (parent);
    for (struct dirent *entry; folder && (entry = readdir (folder));) {
        int pid;
        if (sscanf (entry->d_name, "nnk-%d-", &pid) == 1 && kill (pid, 0) != 0 &&
            errno == ESRCH) {
            char *name = nnk_format ("%s/%s", parent, entry->d_name);
            nnk_remove_folder (name);
            free (name);
        }
    }
    if (folder)
        closedir (folder);
}

static bool make_folder (nnk_build *self, nnk_text *trouble)
{
    const char *parent = getenv ("TMPDIR");
    if (!parent || !*parent)
        parent = "/tmp";
    sweep (parent);
    self->folder = nnk_format ("%s/nnk-%d-XXXXXX", parent, (int) getpid ());
    if (mkdtemp (self->folder))
        return true;
    nnk_addf (trouble, "no folder for compiled cells can be made in %s: %s; set TMPDIR to a "
              "folder that has room\n", parent, strerror (errno));
    free (self->folder);
    self->folder = NULL;
    return false;
}

static void add_flag (nnk_build *self, char *flag)
{
    self->flag[self->flags++] = flag;
}

bool nnk_build_open (nnk_build *self, char *const *flags, int count, const char *header,
                     const char *prelude, nnk_sink *sink, nnk_text *trouble)
{
    const int standard = sizeof standard_flags / sizeof *standard_flags;
    char here[4096];
    *self = (nnk_build) { 0 };
    if (!make_folder (self, trouble))
        return false;
    self->flag = nnk_allocate ((standard + count + 2) * sizeof *self->flag);
    for (int i = 0; i < standard; i++)
        add_flag (self, nnk_format ("%s", standard_flags[i]));
    for (int i = 0; i < count; i++)
        add_flag (self, nnk_format ("%s", flags[i]));
    if (getcwd (here, sizeof here))
        add_flag (self, nnk_format ("-iquote%s", here));
    nnk_text text = { 0 }, errors = { 0 }, out = { 0 };
    nnk_add_string (&text, standard_headers);
    nnk_addf (&text, "#include \"%s\"\n", header);
    if (prelude)
        nnk_addf (&text, "#include \"%s\"\n", prelude);
    self->prelude = nnk_format ("%s/nnk_prelude.h", self->folder);
    nnk_write_file (self->prelude, text.s, text.size);
    const char *compile[] = { "-x", "c-header", "nnk_prelude.h", "-o", "nnk_prelude.h.gch", NULL };
    const char *verify[] = { "-H", "-include", "nnk_prelude.h", "-fsyntax-only", "-x", "c",
                             "/dev/null", NULL };
    const bool good = run_gcc (self, compile, sink, &out, &errors) == 0;
    if (!good && !sink->quit)
        nnk_addf (trouble, "the header of all cells cannot be compiled:\n%s",
                  nnk_text_string (&errors));
    nnk_text_clear (&errors);
    if (good && run_gcc (self, verify, sink, &out, &errors) == 0)
        self->precompiled = strstr (nnk_text_string (&errors), "nnk_prelude.h.gch") &&
                            nnk_text_string (&errors)[0] == '!';
    if (good && !self->precompiled && !sink->quit)
        nnk_add_string (trouble, "gcc does not use the precompiled header, so cells are "
                                 "compiled slowly\n");
    nnk_text_free (&text);
    nnk_text_free (&errors);
    nnk_text_free (&out);
    return good;
}

void nnk_build_close (nnk_build *self)
{
    if (self->folder)
        nnk_remove_folder (self->folder);
    for (int i = 0; i < self->flags; i++)
        free (self->flag[i]);
    free (self->flag);
    free (self->folder);
    free (self->prelude);
    *self = (nnk_build) { 0 };
}

/* --- Compiling a cell ------------------------------------------------------------------------------ */

static bool write_in (const nnk_build *self, const char *name, const char *text)
{
    char *path = nnk_format ("%s/%s", self->folder, name);
    FILE *file = fopen (path, "we");
    bool good = file && fwrite (text, 1, strlen (text), file) == strlen (text);
    if (file && fclose (file) != 0)
        good = false;
    free (path);
    return good;
}

static void remove_in (const nnk_build *self, const char *name)
{
    char *path = nnk_format ("%s/%s", self->folder, name);
    unlink (path);
    free (path);
}

/*  Compiles `c` to FOLDER/cell_SERIAL.so. Diagnostics may hold warnings when it succeeds. */
bool nnk_build_cell (nnk_build *self, int serial, const char *c, const char *label,
                     const char *source, nnk_sink *sink, nnk_text *diagnostics)
{
    char *file = nnk_format ("cell_%d.c", serial), *object = nnk_format ("cell_%d.o", serial),
         *shared = nnk_format ("cell_%d.so", serial);
    const char *compile[] = { "-include", "nnk_prelude.h", "-c", file, "-o", object, NULL };
    char *link[] = { "ld", "-shared", "--eh-frame-hdr", "-o", shared, object, NULL };
    nnk_text out = { 0 }, errors = { 0 };
    bool good = write_in (self, file, c) && write_in (self, label, source);
    if (!good) {
        nnk_addf (diagnostics, "%s: error: no room in %s: %s\n", label, self->folder,
                  strerror (errno));
    } else {
        good = run_gcc (self, compile, sink, &out, &errors) == 0;
        if (good)
            good = nnk_run_program (link, self->folder, sink, &out, &errors) == 0;
        clean (nnk_text_string (&errors), diagnostics);
    }
    if (!getenv ("NNK_KEEP"))
        remove_in (self, file);
    remove_in (self, object);
    free (file);
    free (object);
    free (shared);
    nnk_text_free (&out);
    nnk_text_free (&errors);
    return good;
}

/*  The text of the headers (and of the lines in `c`) as the compiler sees it, macros kept. */
bool nnk_build_preprocess (nnk_build *self, const char *c, nnk_sink *sink, nnk_text *out)
{
    const char *arguments[] = { "-E", "-dD", "-P", "-C", "-w", "nnk_names.c", NULL };
    nnk_text text = { 0 }, errors = { 0 };
    nnk_addf (&text, "#include \"nnk_prelude.h\"\n%s", c);
    const bool good = write_in (self, "nnk_names.c", text.s) &&
                      run_gcc (self, arguments, sink, out, &errors) == 0;
    remove_in (self, "nnk_names.c");
    nnk_text_free (&text);
    nnk_text_free (&errors);
    return good;
}
