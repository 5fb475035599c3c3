/*  directives.c - what a cell asks of the kernel in its comments and pragmas
 *
 *  `//%cflags:`, `//%ldflags:` and `//%args:` as the older C kernels have them, and
 *  xeus-cling's `#pragma cling`. A path that was added stays; the flags are those
 *  of one cell. Libraries are loaded before the cell is compiled, for it may need
 *  them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

typedef struct {
    nnk_session *session;
    nnk_text *arguments; // of main, as C
    nnk_text loads;      // a cell that loads what is to be loaded
    nnk_outcome *out;
} directives;

static void refuse (directives *self, const char *format, const char *what,
                    const char *more)
{
    self->out->ok = false;
    nnk_error_set (&self->out->error, "DirectiveError", format, what, more);
}

/*  The file of a library: from the paths that were added, else as the loader finds
 *  it. "libm", "m" and "libm.so" are the same. */
static char *find_library (const nnk_session *self, const char *name)
{
    const char *prefix = strncmp (name, "lib", 3) == 0 ? "" : "lib",
               *suffix = strstr (name, ".so") ? "" : ".so";
    for (const char *at = nnk_text_string (&self->folders); *at;) {
        const int size = (int) strcspn (at, "\n");
        char *path = nnk_format ("%.*s/%s%s%s", size, at, prefix, name, suffix);
        if (access (path, R_OK) == 0)
            return path;
        free (path);
        at += size + 1;
    }
    return strchr (name, '/') ? nnk_absolute (name)
                              : nnk_format ("%s%s%s", prefix, name, suffix);
}

static void load (directives *self, const char *name)
{
    static const char *const there[] = { "m", "c", "dl", "rt", "pthread", NULL };
    for (int i = 0; there[i]; i++)
        if (strcmp (name, there[i]) == 0)
            return;
    char *path = find_library (self->session, name);
    nnk_add_string (&self->loads, "nnk_load (");
    nnk_add_quoted (&self->loads, path, strlen (path));
    nnk_add_string (&self->loads, ");\n");
    free (path);
}

static void add_path (directives *self, const char *folder, bool library)
{
    char *path = nnk_absolute (folder);
    char *flag = nnk_format ("-I%s", path);
    if (access (path, X_OK) != 0)
        refuse (self, "there is no folder '%s'%s", folder, "");
    else if (library)
        nnk_addf (&self->session->folders, "%s\n", path);
    else
        nnk_build_flag (&self->session->build, flag, true);
    free (flag);
    free (path);
}

/*  One option, wherever it was written: libraries are loaded, the rest is for gcc. */
static void take_flag (directives *self, const char *flag)
{
    if (strncmp (flag, "-l", 2) == 0)
        load (self, flag + 2);
    else if (strncmp (flag, "-L", 2) == 0)
        add_path (self, flag + 2, true);
    else if (strncmp (flag, "-I", 2) == 0)
        add_path (self, flag + 2, false);
    else
        nnk_build_flag (&self->session->build, flag, false);
}

static void take_argument (directives *self, const char *word)
{
    nnk_add_string (self->arguments, "(char[]) { ");
    nnk_add_quoted (self->arguments, word, strlen (word));
    nnk_add_string (self->arguments, " }, ");
}

/*  Words with one of `between` between; "quotes" keep blanks together. */
static void each_word (directives *self, const char *text, size_t size,
                       const char *between,
                       void (*take) (directives *self, const char *word))
{
    for (const char *end = text + size; text < end;) {
        text += strspn (text, between);
        const bool quoted = *text == '"' || *text == '\'';
        const char quote[] = { *text, 0 }, *stop = quoted ? quote : between;
        text += quoted;
        size_t length = strcspn (text, stop);
        if (text + length > end)
            length = end - text;
        char *word = nnk_copy (text, length);
        if (length || (quoted && text < end))
            take (self, word);
        free (word);
        text += length + quoted;
    }
}

/*  `//%cflags: -DX`; blanks around the name, and capitals, are allowed. */
static void take_comment (directives *self, const char *line)
{
    static const char *const names[] = { "cflags", "ldflags", "args", NULL };
    line += strspn (line, " \t");
    const size_t length = strcspn (line, " \t:\n"),
                 colon = length + strspn (line + length, " \t");
    if (!length || line[colon] != ':')
        return; // only a comment
    char *name = nnk_copy (line, length);
    for (char *c = name; *c; c++)
        *c = (char) tolower ((unsigned char) *c);
    const size_t size = strcspn (line, "\n") - colon - 1;
    line += colon + 1;
    if (strcmp (name, "args") == 0)
        each_word (self, line, size, " \t,", take_argument);
    else if (strcmp (name, "cflags") == 0 || strcmp (name, "ldflags") == 0)
        each_word (self, line, size, " \t", take_flag);
    else if (nnk_nearest (name, names))
        refuse (self, "'//%%%s:' is not known; did you mean '//%%%s:'?", name,
                nnk_nearest (name, names));
    free (name);
}

static void take_pragma (directives *self, const char *line)
{
    static const char *const names[] = { "add_include_path", "add_library_path",
                                         "load", NULL };
    char name[32] = "", path[4096] = "";
    if (sscanf (line, " %31[a-z_] ( \"%4095[^\"]\" )", name, path) != 2) {
        refuse (self, "%s is not complete: #pragma cling %s(\"...\")",
                "the pragma", *name ? name : "load");
    } else if (strcmp (name, "load") == 0) {
        load (self, path);
    } else if (strcmp (name, names[0]) == 0 || strcmp (name, names[1]) == 0) {
        add_path (self, path, name[4] == 'l');
    } else {
        const char *nearest = nnk_nearest (name, names);
        refuse (self, "'#pragma cling %s' is not known; did you mean '%s'?", name,
                nearest ? nearest : "load");
    }
}

/*  Carries out the directives of a cell. Pragmas become comments in it, as gcc knows
 *  none of them. False: one is wrong, or a library cannot be loaded. */
bool nnk_directives (nnk_session *session, char *code, nnk_text *arguments,
                     nnk_outcome *out)
{
    directives self = { session, arguments, { 0 }, out };
    for (char *line = code; *line && out->ok;) {
        char *at = line + strspn (line, " \t");
        int name = 0;
        line += strcspn (line, "\n");
        sscanf (at, "# pragma cling%n", &name);
        if (strncmp (at, "//%", 3) == 0) {
            take_comment (&self, at + 3);
        } else if (name && at[name] != '_' && at + name < line) {
            take_pragma (&self, at + name);
            memcpy (at, "//", 2);
        }
        line += *line != 0;
    }
    if (out->ok && self.loads.size)
        nnk_session_run (session, self.loads.s, 0, true, out);
    if (self.loads.size && !out->ok) {
        char *why = nnk_format ("%s", out->error.value);
        nnk_error_free (&out->error);
        nnk_error_set (&out->error, "LinkError", "%s",
                       strncmp (why, "cell[0]:", 8) == 0 ? strchr (why, ' ') + 1
                                                         : why);
        free (why);
    }
    nnk_text_free (&self.loads);
    return out->ok;
}
