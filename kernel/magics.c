/*  magics.c - the cells that are no C
 *
 *  `?name` and `name?` explain a name, `!command` runs a command of the shell. The
 *  rest begins with % (a line) or %% (what stands below it belongs to it) and is
 *  found in one table, from which %help and %lsmagic speak too.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

typedef struct {
    nnk_session *session;
    const char *whole; // the cell
    char *line;        // what follows the name
    int at;            // and where it begins
    const char *body;  // the lines below, beginning with the end of the first
    int count;
    bool silent;
    nnk_outcome *out;
} call;

typedef struct {
    const char *name, *usage;
    void (*run) (call *self);
    const char *help;
} magic;

static void say (const call *self, const char *text)
{
    self->session->sink->stream (self->session->sink, "stdout", text,
                                 strlen (text));
}

static void run_code (call *self, const char *code)
{
    nnk_session_run (self->session, code, self->count, self->silent, self->out);
}

/*  Takes an option with a number (`-n 100`) from the beginning of the line. */
static bool take_number (char **line, const char *option, long *value)
{
    char *end;
    if (strncmp (*line, option, strlen (option)) != 0)
        return false;
    const long number = strtol (*line + strlen (option), &end, 10);
    if (end == *line + strlen (option) || number < 1)
        return false;
    *value = number;
    *line = end + strspn (end, " \t");
    return true;
}

/* --- Each of them ------------------------------------------------------------ */

/*  What it cannot bring back stands in its answer, where it is read when it matters. */
static void undo (call *self)
{
    nnk_session *session = self->session;
    char *line = self->line, *said = NULL;
    long steps = 1;
    const bool number = !*line || take_number (&line, "", &steps);
    steps = steps < 1000 ? steps : 1000;
    const int left = session->steps - (int) steps,
              count = left >= 0 && left < session->steps
                          ? session->step[left].count
                          : 0;
    if (!number || *line)
        nnk_error_set (&self->out->error, "UndoError",
                       "'%s' is no number of cells; %%undo goes back one cell, "
                       "%%undo 3 goes back three",
                       self->line);
    else if (steps > session->steps)
        nnk_error_set (&self->out->error, "UndoError",
                       "%s%d cell%s can be undone now: the last %d are kept, and "
                       "one that failed has changed nothing",
                       session->steps ? "only " : "", session->steps,
                       session->steps == 1 ? "" : "s", NNK_UNDO);
    else if (!nnk_session_undo (session, (int) steps, self->out))
        nnk_error_set (
            &self->out->error, "UndoError",
            "the state before cell[%d] was given up when memory ran out", count);
    else
        said = nnk_format (
            "All variables, functions, types and positions in open files are as "
            "they "
            "were before cell[%d];\nwhat was written to files, shown, or done by "
            "other programs stays. %d more can be undone.\n",
            count, left);
    if (said && !self->silent)
        say (self, said);
    free (said);
}

/*  A line or a cell, run again and again under a clock (timing.c). */
static void timeit (call *self)
{
    long loops = 0, rounds = 7, digits = 3;
    char *line = self->line;
    while (take_number (&line, "-n", &loops) ||
           take_number (&line, "-r", &rounds) ||
           take_number (&line, "-p", &digits))
        continue;
    nnk_session *session = self->session;
    const size_t size = strlen (line);
    const bool cell = self->body[0],
               value = size && !strchr (";}", line[size - 1]);
    const int at = cell ? 0 : (int) (self->at + (line - self->line));
    char *start =
        nnk_format ("nnk_watch_start (%ld, %ld, %ld);", loops, rounds, digits);
    char *code = cell ? nnk_format ("%s; nnk_t {%s\n;};", line, self->body)
                      : nnk_format ("%*s%s%s;", at, value ? "nnk_tv(" : "nnk_t {",
                                    line, value ? ")" : "}");
    nnk_session_run (session, start, 0, true, self->out);
    session->shown = self->whole;
    run_code (self, code);
    session->shown = NULL;
    free (start);
    free (code);
}

/*  The text for scanf and its like, then the cell. The text is the rest of the line
 *  or, after <<WORD, the lines up to WORD. */
static void give_stdin (call *self)
{
    nnk_text code = { 0 };
    const char *text = self->line, *rest = self->body;
    size_t size = strlen (text);
    if (strncmp (text, "<<", 2) == 0) {
        const char *word = text + 2;
        const size_t length = strlen (word);
        text = rest += *rest == '\n';
        nnk_add_string (&code, "\n"); // lines keep their numbers
        while (*rest && (strncmp (rest, word, length) != 0 ||
                         !strchr ("\n", rest[length]))) {
            rest += strcspn (rest, "\n");
            rest += *rest == '\n';
            nnk_add_string (&code, "\n");
        }
        size = rest - text;
        rest += strcspn (rest, "\n");
    }
    char *script = nnk_copy (text, size);
    nnk_add_string (&code, rest);
    self->session->sink->script = script;
    run_code (self, nnk_text_string (&code));
    self->session->sink->script = NULL;
    nnk_text_free (&code);
    free (script);
}

static void analyze (call *self)
{
    nnk_build *build = &self->session->build;
    const int own = build->flags - build->lasting;
    nnk_build_flag (build, "-fanalyzer", false);
    nnk_build_flag (build, "-O0", false); // as it was written
    run_code (self, self->body);
    nnk_build_drop (build, own);
}

static void sanitize (call *self)
{
    nnk_sanitize (self->session, self->body, self->count, self->silent, self->out);
}

static void write_body (call *self)
{
    nnk_text text = { 0 };
    char *name = self->line;
    const bool adds = strncmp (name, "-a ", 3) == 0;
    if (adds)
        name += 2 + strspn (name + 2, " ");
    const bool over = access (name, F_OK) == 0;
    if (adds && over)
        self->out->ok = nnk_read_file (name, &text);
    nnk_add_string (&text, self->body + (self->body[0] == '\n'));
    if (text.size && text.s[text.size - 1] != '\n')
        nnk_add_string (&text, "\n");
    self->out->ok =
        self->out->ok && nnk_write_file (name, nnk_text_string (&text), text.size);
    char *said = nnk_format ("%s %s\n",
                             !over  ? "Writing"
                             : adds ? "Appending to"
                                    : "Overwriting",
                             name);
    if (self->out->ok)
        say (self, said);
    else
        nnk_error_set (&self->out->error, "FileError",
                       "'%s' cannot be written: %s", name, strerror (errno));
    nnk_text_free (&text);
    free (said);
}

static void make_executable (call *self)
{
    nnk_make_executable (self->session, self->line, self->body, self->count,
                         self->silent, self->out);
}

static void list (call *self);
static void help (call *self);

static const magic magics[] = {
    { "%help", "", help, "this text" },
    { "%lsmagic", "", list, "the names of all these" },
    { "%undo", "[CELLS]", undo,
      "goes back to before the last cell, or the last CELLS" },
    { "%timeit", "[-n LOOPS] [-r ROUNDS] [-p DIGITS] CODE", timeit,
      "how long a statement or an expression takes" },
    { "%%timeit", "[-n LOOPS] [-r ROUNDS] [-p DIGITS] [FIRST]", timeit,
      "the same for a cell; FIRST is done once" },
    { "%%stdin", "TEXT, or <<WORD", give_stdin,
      "runs a cell with TEXT (or the lines before WORD) as its input" },
    { "%%analyze", "", analyze,
      "compiles and runs a cell; gcc searches all its paths for mistakes" },
    { "%%sanitize", "", sanitize,
      "tries a cell under AddressSanitizer and UBSan; then all is as before" },
    { "%%file", "[-a] NAME", write_body, "writes (-a: appends) a cell to a file" },
    { "%%writefile", "[-a] NAME", write_body, "the same" },
    { "%%executable", "NAME [[--] GCC_FLAG...]", make_executable,
      "makes a program of a cell and of what the cells before define" },
};
enum { MAGICS = sizeof magics / sizeof *magics };

static void list (call *self)
{
    for (int i = 0; i < MAGICS; i++) {
        say (self, magics[i].name);
        say (self, i + 1 < MAGICS ? "  " : "\n");
    }
}

static void help (call *self)
{
    for (int i = 0; i < MAGICS; i++) {
        char *usage = nnk_format ("%s %s", magics[i].name, magics[i].usage);
        const bool fits = strlen (usage) <= 42;
        char *line = nnk_format ("%-42s%s%*s %s\n", usage, fits ? "" : "\n",
                                 fits ? 0 : 42, "", magics[i].help);
        say (self, line);
        free (usage);
        free (line);
    }
    say (self,
         "?NAME, NAME?                               explains a name\n"
         "!COMMAND                                   runs a command of the shell\n"
         "//%cflags: FLAG...  //%ldflags: -lLIB...   for this cell: options of "
         "gcc, "
         "libraries\n"
         "//%args: WORD...                           the arguments of this cell's "
         "main\n"
         "#pragma cling add_include_path(\"DIR\")      #include finds what lies "
         "there\n"
         "#pragma cling add_library_path(\"DIR\")      and load finds it there\n"
         "#pragma cling load(\"LIB\")                  loads a library\n");
    nnk_text names = { 0 };
    nnk_brought_names (self->session, &names);
    if (names.size) {
        char *line = nnk_format ("%-42s brought by a library\n", names.s);
        say (self, line);
        free (line);
    }
    nnk_text_free (&names);
}

/* --- Which one --------------------------------------------------------------- */

static void explain (nnk_session *self, const char *name, nnk_outcome *out)
{
    char *text = nnk_inspect (self, name, 0);
    if (!text)
        text = nnk_format ("'%s' is not known", name);
    out->page = cJSON_CreateObject ();
    cJSON_AddStringToObject (out->page, "source", "page");
    cJSON_AddNumberToObject (out->page, "start", 0);
    cJSON_AddStringToObject (cJSON_AddObjectToObject (out->page, "data"),
                             "text/plain", text);
    free (text);
}

/*  cling's own commands: .L loads a library or includes a file, .I adds a folder. */
static bool run_command (call *self, const char *code)
{
    char path[1000] = "", *pragma;
    const char *dot = NULL;
    if (sscanf (code, ".%*1[LI] %999[^\n]", path) == 1)
        dot = strrchr (path, '.');
    if (!path[0])
        return false;
    if (code[1] == 'I')
        pragma = nnk_format ("#pragma cling add_include_path(\"%s\")", path);
    else if (dot && (strcmp (dot, ".c") == 0 || strcmp (dot, ".h") == 0))
        pragma = nnk_format ("#include \"%s\"", path);
    else
        pragma = nnk_format ("#pragma cling load(\"%s\")", path);
    run_code (self, pragma);
    free (pragma);
    return true;
}

/*  The command as a C cell, so that its output comes in order and an interrupt
 *  ends it. */
static void run_shell (nnk_session *self, const char *command, nnk_outcome *out)
{
    nnk_text code = { 0 };
    nnk_add_string (&code, "(void) !system (");
    nnk_add_quoted (&code, command, strlen (command));
    nnk_add_string (&code, ");");
    nnk_session_run (self, code.s, 0, false, out);
    nnk_text_free (&code);
}

static void unknown (const char *word, nnk_outcome *out)
{
    const char *names[MAGICS + 1] = { NULL };
    for (int i = 0; i < MAGICS; i++)
        names[i] = magics[i].name;
    const char *nearest = nnk_nearest (word, names);
    out->ok = false;
    nnk_error_set (&out->error, "MagicError",
                   "'%s' is not known%s%s%s; %%help tells what there is", word,
                   nearest ? "; did you mean '" : "", nearest ? nearest : "",
                   nearest ? "'?" : "");
}

/*  %name ... : the lines below a single % are a cell that comes after it. */
static void run_magic (call *self, const char *code)
{
    size_t size = strcspn (code, "\n"), end = strcspn (code, " \t\n");
    char *word = nnk_copy (code, end);
    const magic *found = NULL;
    for (int i = 0; i < MAGICS; i++)
        if (strcmp (word, magics[i].name) == 0)
            found = &magics[i];
    while (size > end && isspace ((unsigned char) code[size - 1]))
        size--;
    end += strspn (code + end, " \t");
    self->at = (int) end;
    self->line = nnk_copy (code + end, size > end ? size - end : 0);
    self->body = code + strcspn (code, "\n");
    const char *after = word[1] == '%' ? "" : self->body;
    char *brought = found || word[1] == '%'
                        ? NULL
                        : nnk_brought_magic (self->session, word + 1, self->line);
    if (word[1] != '%')
        self->body = "";
    if (brought) {
        self->session->shown = self->whole; // not the call that stands for it
        run_code (self, brought);
        self->session->shown = NULL;
    } else if (!found)
        unknown (word, self->out);
    else if (!self->line[0] &&
             (strstr (found->usage, "NAME") || strstr (found->usage, "CODE")))
        nnk_error_set (&self->out->error, "MagicError", "usage: %s %s", word,
                       found->usage);
    else
        found->run (self);
    self->out->ok &= !self->out->error.name;
    if (self->out->ok && after[0])
        run_code (self, after);
    free (self->line);
    free (brought);
    free (word);
}

/*  Whether the cell was one of these; then it has been carried out. */
bool nnk_magic (nnk_session *self, const char *code, int count, bool silent,
                nnk_outcome *out)
{
    while (isspace ((unsigned char) *code))
        code++;
    size_t size = strlen (code), word = 0;
    while (size && isspace ((unsigned char) code[size - 1]))
        size--;
    while (isalnum ((unsigned char) code[word]) || code[word] == '_')
        word++;
    if (code[0] == '!') {
        run_shell (self, code + 1, out);
    } else if (code[0] == '?' || (word && word + 1 == size && code[word] == '?')) {
        char *name =
            code[0] == '?' ? nnk_copy (code + 1, size - 1) : nnk_copy (code, word);
        explain (self, name + strspn (name, " \t"), out);
        free (name);
    } else if (code[0] == '%' || code[0] == '.') {
        call asked = { self, code, NULL, 0, "", count, silent, out };
        if (code[0] == '.')
            return run_command (&asked, code);
        run_magic (&asked, code);
    } else {
        return false;
    }
    return true;
}
