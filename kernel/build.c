/*  build.c - from a C file to an object that can be loaded
 *
 *  A cell is compiled by gcc with the same flags as the library, after a header
 *  that was precompiled when the session began, and linked by ld itself, which
 *  takes 3 ms where the driver takes 15. All files lie in one folder of the
 *  session. The reader's text lies there too, under the name that the cell has in
 *  messages: so gcc finds the lines to print below its carets, and its messages
 *  can be shown as they are, without those about code that the reader has not
 *  written.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

static const char *const standard_flags[] = {
    "-std=gnu11",
    "-O2",
    "-g",
    "-fopenmp",
    "-fPIC",
    "-Wall",
    "-D_GNU_SOURCE",
    "-fsanitize=integer-divide-by-zero,shift,vla-bound,return",
    "-fsanitize=signed-integer-overflow",
    "-fstack-protector-strong",
    "-fno-isolate-erroneous-paths-dereference",
    "-fno-optimize-sibling-calls",
    "-Werror=implicit-function-declaration",
    "-fdiagnostics-color=never",
    "-fmessage-length=0",
    "-Winvalid-pch"
};

static const char standard_headers[] =
    "#include <assert.h>\n#include <ctype.h>\n#include <errno.h>\n"
    "#include <float.h>\n#include <inttypes.h>\n#include <limits.h>\n"
    "#include <math.h>\n#include <omp.h>\n#include <stdarg.h>\n"
    "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <time.h>\n#include <unistd.h>\n"
    "void nnk_load (const char *path);\nvoid nnk_watch_start (long, int, int);\n"
    "long nnk_watch_loops (void);\n"
    "#define nnk_t for (long nnk_n; (nnk_n = nnk_watch_loops ()) > 0;) \\\n"
    "for (; nnk_n > 0; nnk_n--, ({ __asm__ volatile (\"\" ::: \"memory\"); }))\n"
    "#define nnk_tv(...) nnk_t ({ __auto_type nnk_now = __builtin_choose_expr "
    "(\\\n"
    "__builtin_types_compatible_p (__typeof__ (__VA_ARGS__), void),\\\n"
    "({ (void) (__VA_ARGS__); 0; }), (__VA_ARGS__));\\\n"
    "__asm__ volatile (\"\" : : \"m\" (nnk_now) : \"memory\"); })\n";

/* --- The session's folder and its precompiled header ------------------------- */

enum { MOST_FLAGS = 256 };

/*  gcc with the session's flags, its first `flags`, and these arguments, which end with
 *  NULL. */
static void make_arguments (const nnk_build *self, int flags,
                            const char *const *more, char *argv[MOST_FLAGS])
{
    int count = 0;
    argv[count++] = "gcc";
    argv[count++] = "-pipe";
    for (int i = 0; i < flags && count < MOST_FLAGS - 32; i++)
        argv[count++] = self->flag[i];
    if (flags > self->lasting) // they may not fit the precompiled header
        argv[count++] = "-Wno-invalid-pch";
    for (; *more && count < MOST_FLAGS - 1; more++)
        argv[count++] = (char *) *more;
    argv[count] = NULL;
}

static int run_gcc (nnk_build *self, const char *const *more, nnk_sink *sink,
                    nnk_text *out, nnk_text *errors)
{
    char *argv[MOST_FLAGS];
    make_arguments (self, self->flags, more, argv);
    return nnk_run_program (argv, self->folder, sink, out, errors);
}

static const char *const after_prelude[] = { "-include", "nnk_prelude.h", NULL };

/*  From now on a compiler waits for the next cell, with the flags of every cell. */
static void have_one_wait (nnk_build *self)
{
    char *argv[MOST_FLAGS];
    make_arguments (self, self->lasting, after_prelude, argv);
    if (self->precompiled)
        nnk_waiting_begin (&self->waiting, self->folder, argv);
}

/*  Folders that a killed kernel has left behind: nnk-PID-... whose process is
 *  gone. */
static void sweep (const char *parent)
{
    DIR *folder = opendir (parent);
    for (struct dirent *entry; folder && (entry = readdir (folder));) {
        const bool ours = strncmp (entry->d_name, "nnk-", 4) == 0;
        const pid_t pid = ours ? (pid_t) strtol (entry->d_name + 4, NULL, 10) : 0;
        if (pid > 0 && kill (pid, 0) != 0 && errno == ESRCH) {
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
    nnk_addf (
        trouble,
        "no folder for compiled cells can be made in %s: %s; set TMPDIR to a "
        "folder that has room\n",
        parent, strerror (errno));
    free (self->folder);
    self->folder = NULL;
    return false;
}

void nnk_build_flag (nnk_build *self, const char *flag, bool lasts)
{
    self->flag = realloc (self->flag, (self->flags + 1) * sizeof *self->flag);
    if (!self->flag)
        abort ();
    const int at = lasts ? self->lasting++ : self->flags;
    memmove (self->flag + at + 1, self->flag + at,
             (self->flags++ - at) * sizeof *self->flag);
    self->flag[at] = nnk_format ("%s", flag);
}

void nnk_build_drop (nnk_build *self, int own)
{
    while (self->flags > self->lasting + own)
        free (self->flag[--self->flags]);
}

bool nnk_build_open (nnk_build *self, char *const *flags, int count,
                     const char *header, const char *prelude, nnk_sink *sink,
                     nnk_text *trouble)
{
    const int standard = sizeof standard_flags / sizeof *standard_flags;
    char here[4096];
    *self = (nnk_build){ 0 };
    if (!make_folder (self, trouble))
        return false;
    for (int i = 0; i < standard; i++)
        nnk_build_flag (self, standard_flags[i], true);
    for (int i = 0; i < count; i++)
        nnk_build_flag (self, flags[i], true);
    if (getcwd (here, sizeof here)) {
        char *flag = nnk_format ("-iquote%s", here);
        nnk_build_flag (self, flag, true);
        free (flag);
    }
    nnk_text text = { 0 }, errors = { 0 }, out = { 0 };
    nnk_add_string (&text, standard_headers);
    nnk_addf (&text, "#define NNK_CELL\n#include \"%s\"\n", header);
    if (prelude)
        nnk_addf (&text, "#include \"%s\"\n", prelude);
    self->prelude = nnk_format ("%s/nnk_prelude.h", self->folder);
    nnk_write_file (self->prelude, text.s, text.size);
    const char *compile[] = { "-x", "c-header",          "nnk_prelude.h",
                              "-o", "nnk_prelude.h.gch", NULL };
    const char *verify[] = { "-H", "-include", "nnk_prelude.h", "-fsyntax-only",
                             "-x", "c",        "/dev/null",     NULL };
    const bool good = run_gcc (self, compile, sink, &out, &errors) == 0;
    if (!good && !sink->quit)
        nnk_addf (trouble, "the header of all cells cannot be compiled:\n%s",
                  nnk_text_string (&errors));
    nnk_text_clear (&errors);
    if (good && run_gcc (self, verify, sink, &out, &errors) == 0)
        self->precompiled =
            strstr (nnk_text_string (&errors), "nnk_prelude.h.gch") &&
            nnk_text_string (&errors)[0] == '!';
    if (good && !self->precompiled && !sink->quit)
        nnk_add_string (trouble,
                        "gcc does not use the precompiled header, so cells are "
                        "compiled slowly\n");
    if (good && nnk_waiting_open (self->folder, trouble))
        have_one_wait (self);
    nnk_text_free (&text);
    nnk_text_free (&errors);
    nnk_text_free (&out);
    return good;
}

void nnk_build_close (nnk_build *self)
{
    nnk_waiting_close (&self->waiting);
    if (self->folder)
        nnk_remove_folder (self->folder);
    self->lasting = 0;
    nnk_build_drop (self, 0);
    free (self->flag);
    free (self->folder);
    free (self->prelude);
    *self = (nnk_build){ 0 };
}

/* --- Compiling a cell -------------------------------------------------------- */

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

/*  gcc prints the lines that it speaks of from files. Puts those of other cells where
 *  it finds them, or (`bring` is false) away again. False: it speaks of no other cell. */
static bool bring_texts (nnk_build *self, const char *said, const char *label,
                         bool bring)
{
    bool brought = false;
    for (const char *at = said; (at = strstr (at, "cell[")); at++) {
        char *name =
            nnk_copy (at, strcspn (at, "]") + (at[strcspn (at, "]")] == ']'));
        nnk_text text = { 0 };
        if (strcmp (name, label) != 0 && !strchr (name, '/')) {
            if (bring && nnk_store_find (self->folder, name, &text))
                brought |= write_in (self, name, nnk_text_string (&text));
            else if (!bring)
                remove_in (self, name);
        }
        nnk_text_free (&text);
        free (name);
    }
    return brought;
}

/*  Compiles `c` to an object: by the compiler that waits, or by one that begins now. */
static bool compile (nnk_build *self, const char *label, const char *file,
                     const char *c, const char *object, nnk_sink *sink,
                     nnk_text *errors)
{
    const char *plain[] = { "-include", "nnk_prelude.h", "-c", file,
                            "-o",       object,          NULL };
    char *argv[MOST_FLAGS];
    nnk_text out = { 0 };
    int status = 1;
    make_arguments (self, self->flags, after_prelude, argv);
    if (nnk_waiting_compile (&self->waiting, argv, c, object, sink, errors,
                             &status)) {
        // done
    } else if (write_in (self, file, c)) {
        status = run_gcc (self, plain, sink, &out, errors);
    } else {
        nnk_addf (errors, "%s: error: no room in %s: %s\n", label, self->folder,
                  strerror (errno));
    }
    have_one_wait (self);
    nnk_text_free (&out);
    return status == 0;
}

/*  Compiles `c` to FOLDER/cell_SERIAL.so. Diagnostics may hold warnings when it
 *  succeeds. */
bool nnk_build_cell (nnk_build *self, int serial, const char *c, const char *label,
                     const char *source, nnk_sink *sink, nnk_text *diagnostics)
{
    char *file = nnk_format ("cell_%d.c", serial),
         *object = nnk_format ("cell_%d.o", serial),
         *shared = nnk_format ("cell_%d.so", serial);
    char *link[] = { // two parts, 16 MB apart: see arena.c of the executor
                     "ld",
                     "-shared",
                     "--eh-frame-hdr",
                     "--hash-style=sysv",
                     "-z",
                     "max-page-size=0x1000000",
                     "-z",
                     "noseparate-code",
                     "-z",
                     "norelro",
                     "-o",
                     shared,
                     object,
                     NULL
    };
    nnk_text out = { 0 }, errors = { 0 };
    bool good = write_in (self, label, source) &&
                (!getenv ("NNK_KEEP") || write_in (self, file, c));
    if (!good) {
        nnk_addf (diagnostics, "%s: error: no room in %s: %s\n", label,
                  self->folder, strerror (errno));
    } else {
        good = compile (self, label, file, c, object, sink, &errors);
        if (bring_texts (self, nnk_text_string (&errors), label, true)) {
            nnk_text again = { 0 };
            good = compile (self, label, file, c, object, sink, &again);
            bring_texts (self, nnk_text_string (&errors), label, false);
            nnk_text_free (&errors);
            errors = again;
        }
        if (good)
            good = nnk_run_program (link, self->folder, sink, &out, &errors) == 0;
        nnk_diagnose (nnk_text_string (&errors), label, diagnostics);
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

/*  A cell that is loaded: its files may be wanted once more. */
void nnk_build_keep (nnk_build *self, int serial, const char *label)
{
    char *shared = nnk_format ("cell_%d.so", serial);
    nnk_store_add (self->folder, shared);
    nnk_store_add (self->folder, label);
    free (shared);
}

/*  A cell that has failed is loaded nowhere: its files go. */
void nnk_build_forget (nnk_build *self, int serial, const char *label)
{
    char *shared = nnk_format ("cell_%d.so", serial);
    remove_in (self, shared);
    remove_in (self, label);
    free (shared);
}

/*  Compiles the two files of `c` to the program at `path`; `flags`: more for gcc,
 *  with blanks between. */
bool nnk_build_program (nnk_build *self, const char *const c[2], const char *label,
                        const char *source, const char *path, const char *flags,
                        nnk_sink *sink, nnk_text *diagnostics)
{
    const char *arguments[32] = { "-include",    "nnk_prelude.h",
                                  "nnk_cells.c", "nnk_program.c",
                                  "-o",          path };
    int count = 6;
    nnk_text out = { 0 }, errors = { 0 };
    char *copy = nnk_format ("%s", flags), *next = copy;
    for (char *word; (word = strsep (&next, " \t")) && count < 30;)
        if (*word)
            arguments[count++] = word;
    arguments[count] = "-lm";
    const bool good = write_in (self, "nnk_cells.c", c[0]) &&
                      write_in (self, "nnk_program.c", c[1]) &&
                      write_in (self, label, source) &&
                      run_gcc (self, arguments, sink, &out, &errors) == 0;
    nnk_diagnose (nnk_text_string (&errors), label, diagnostics);
    remove_in (self, "nnk_cells.c");
    remove_in (self, "nnk_program.c");
    nnk_text_free (&out);
    nnk_text_free (&errors);
    free (copy);
    return good;
}

/*  The text of the headers (and of the lines in `c`) as the compiler sees it,
 *  macros kept. */
bool nnk_build_preprocess (nnk_build *self, const char *c, nnk_sink *sink,
                           nnk_text *out)
{
    const char *arguments[] = {
        "-E", "-dD", "-P", "-C", "-w", "nnk_names.c", NULL
    };
    nnk_text text = { 0 }, errors = { 0 };
    nnk_addf (&text, "#include \"nnk_prelude.h\"\n%s", c);
    const bool good = write_in (self, "nnk_names.c", text.s) &&
                      run_gcc (self, arguments, sink, out, &errors) == 0;
    remove_in (self, "nnk_names.c");
    nnk_text_free (&text);
    nnk_text_free (&errors);
    return good;
}
