/*  loop.c - %next, %hint, %progress, %reset, %diff: the learner's loop in a notebook
 *
 *  What they say is what `make next` and its like say in a terminal, for the same program
 *  says it; only it speaks Markdown, and of magics. An exercise is begun in a cell of its own,
 *  which stands below the one that asked.
 */
#include "cells.h"
#include "session.h"

#include <ctype.h>

enum { PATH = CELLS_PATH, NAMES = CELLS_NAMES };

/*  The exercise's number of a magic's words; `used` says where the names behind it begin. */
static void read_exercise (const char *words, const char *usage, char id[16],
                           int *used)
{
    char word[16] = "";
    if (sscanf (words, "%15s %n", word, used) != 1 ||
        !cells_normalise (word, id) || !strchr (id, '-'))
        nnk_raise (usage);
}

/*  What make says for a verb, to be freed. If it ends with a fault, its sentence ends the cell. */
static char *ask (const char *verb, const char *id, const char *more)
{
    static char sentence[2 * PATH];
    char command[4 * PATH];
    int status;
    snprintf (command, sizeof command,
              "unset MAKEFLAGS MAKELEVEL; cd '%s' && make -s build/grade/loop "
              ">/dev/null && make -s --no-print-directory '%s' EX='%s' NOTEBOOK=1 "
              "%s",
              cells_course (), verb, id,
              more); // what make builds first is no answer
    char *text = cells_ran (command, &status);
    if (status == 0)
        return text;
    char *end = strstr (text, "\nmake: ***");
    if (end)
        *end = 0;
    snprintf (sentence, sizeof sentence, "%s", text + strspn (text, "\n"));
    free (text);
    nnk_raise (sentence);
}

/*  The same with each indented block in <pre>: the classic Notebook colours such a block some
 *  time later, and of a text that holds one it sets no mathematics. */
static char *with_frames (const char *text)
{
    char *framed = NULL;
    size_t size;
    FILE *out = open_memstream (&framed, &size);
    bool inside = false, blank = true;
    while (out && *text) {
        const size_t length = strcspn (text, "\n");
        const bool code = strncmp (text, "    ", 4) == 0 && (inside || blank);
        if (code != inside)
            fputs (code ? "<pre>" : "</pre>\n", out);
        for (size_t i = code ? 4 : 0; i < length; i++)
            if (code && strchr ("<>&", text[i]))
                fprintf (out, "&#%d;", text[i]);
            else
                putc (text[i], out);
        putc ('\n', out);
        inside = code;
        blank = length == 0;
        text += length + (text[length] == '\n');
    }
    if (inside)
        fputs ("</pre>\n", out);
    if (!out || fclose (out) != 0)
        nnk_raise ("no memory for a statement");
    return framed;
}

static void show_markdown (const char *text)
{
    char *framed = with_frames (text);
    const nnk_part parts[] = { { "text/plain", text, 0 },
                               { "text/markdown", framed, 0 } };
    nnk_display_bundle (NULL, parts, 2);
    free (framed);
}

/*  The functions that an exercise asks for: "ex_forward, ex_backward", or "" . */
static char *functions_of (const char *id)
{
    char command[2 * PATH];
    snprintf (command, sizeof command,
              "awk -f '%s/solutions/stub.awk' '%s'/solutions/%s-*.c | sed -n "
              "'s/^[a-z][a-zA-Z0-9_ ]*[ *]\\(ex_[a-z0-9_]*\\) (.*/\\1/p' | "
              "paste -sd, | sed 's/,/, /g'",
              cells_course (), cells_course (), id);
    char *names = cells_output (command);
    names[strcspn (names, "\n")] = 0;
    return names;
}

/*  Puts the beginning of an exercise into a cell below: the stub, and what grades it. */
static void offer (const char *id)
{
    char command[2 * PATH], *code = NULL;
    snprintf (command, sizeof command,
              "awk -f '%s/solutions/stub.awk' '%s'/solutions/%s-*.c | sed -e "
              "'1,/\\*\\//d' | sed -e '/./,$!d'",
              cells_course (), cells_course (), id);
    char *stub = cells_output (command), *names = functions_of (id);
    if (asprintf (&code, "%s\ngrade (\"%s\"%s%s);", stub, id, *names ? ", " : "",
                  names) >= 0)
        nnk_offer_cell (code);
    free (code);
    free (stub);
    free (names);
}

/*  What make says for a verb, of the exercise that the words name or of its own choice, as
 *  Markdown; to be freed. `id` is the exercise named, or "". */
static char *tell (const char *verb, const char *words, const char *usage,
                   char id[16])
{
    int used;
    *id = 0;
    if (*words)
        read_exercise (words, usage, id, &used);
    char *text = ask (verb, id, "");
    show_markdown (text);
    return text;
}

/*  %next, or %next 01-2: the statement, and the exercise's beginning in a cell below. */
void nnk_magic_next (const char *words)
{
    char id[16];
    char *text = tell ("next", words, "usage: %next, or %next 01-1", id);
    if (!*id && sscanf (text, " ### %15s", id) != 1)
        *id = 0; // all are done
    free (text);
    if (*id)
        offer (id);
}

/*  %hint, or %hint 01-1: one hint more each time. */
void nnk_magic_hint (const char *words)
{
    char id[16];
    free (tell ("hint", words, "usage: %hint, or %hint 01-1", id));
}

void nnk_magic_progress (const char *words)
{
    (void) words;
    char *text = ask ("progress", "", "");
    fputs (text, stdout);
    free (text);
}

/*  %reset 01-1: the exercise's beginning once more; what was written stays in its cell. */
void nnk_magic_reset (const char *words)
{
    char id[16];
    int used;
    read_exercise (words, "usage: %reset 01-1", id, &used);
    free (ask ("next", id, "")); // or a sentence, if there is none of this number
    offer (id);
    puts ("The cell below begins it anew. What you wrote stays in its cell, and "
          "your "
          "points stay.");
}

/*  What cells define, without the lines that only the compiler needs, into `path`: as a file
 *  in exercises/ would hold it. `names` becomes the exercise's own. */
static void write_mine (const char *path, const char *session,
                        char name[NAMES][64], int names, const char *wanted)
{
    char command[6 * PATH];
    int used;
    cells_write_file (path, session, name, names);
    used =
        snprintf (command, sizeof command,
                  "{ printf '#include "
                  "\"exercise.h\"\\n\\n'; sed -e '1,5d' -e '/^#line /d' -e "
                  "'/^#include \"exercise.h\"/d' '%s' | sed -e '/./,$!d' | sed ",
                  path);
    for (int i = 0; i < names; i++, wanted += strspn (wanted, ", ")) {
        const int length = (int) strcspn (wanted, ",");
        used += snprintf (command + used, sizeof command - used,
                          "-e 's/\\b%s\\b/%.*s/g' ", name[i], length ? length : 64,
                          length ? wanted : name[i]);
        wanted += length;
    }
    snprintf (command + used, sizeof command - used,
              "-e '' | cat -s; } >'%s.clean' && mv '%s.clean' '%s'", path, path,
              path);
    free (cells_output (command));
}

/*  %diff 01-1, or %diff 01-1 my_function: the function as its cell defines it beside the
 *  solution; without a name the one that is called as in the stub, or the file in exercises/. */
void nnk_magic_diff (const char *words)
{
    char session[PATH], path[PATH + 32], more[PATH + 64] = "", id[16];
    char name[NAMES][64], as[CELLS_AS] = "", label[64];
    int used;
    read_exercise (words, "usage: %diff 01-1, or %diff 01-1 my_function", id,
                   &used);
    cells_find_folder (session);
    snprintf (path, sizeof path, "%s/mine.c", session);
    char *wanted = functions_of (id);
    const bool asked = words[used] != 0;
    const int names = cells_read_names (asked ? words + used : wanted, name, as);
    char *cell = names ? cells_defining (session, name[0], label) : NULL;
    if (names && (asked || cell)) {
        write_mine (path, session, name, names, wanted);
        snprintf (more, sizeof more, "MINE='%s'", path);
    }
    free (cell);
    free (wanted);
    char *text = ask ("diff", id, more);
    fputs (text, stdout);
    free (text);
}
