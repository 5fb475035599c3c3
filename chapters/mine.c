/*  mine.c - compare ("06") and %mine 06-1: a learner's functions in the chapter's net
 *
 *  The net is trained by a program of its own, build/compare, so that a function that crashes
 *  or never ends does no harm here. What it is given is what grade () gives the grader: the
 *  cells' definitions as a file. Its answer is a line of JSON and a picture.
 */
#include "cells.h"
#include "report.h"
#include "session.h"

#include <ctype.h>

enum { PATH = CELLS_PATH, NAMES = CELLS_NAMES, AS = CELLS_AS };

static void put_row (FILE *out, bool html, const char *what, const cJSON *answer,
                     const char *key)
{
    const cJSON *mine =
        cJSON_GetObjectItem (cJSON_GetObjectItem (answer, "yours"), key);
    const cJSON *book =
        cJSON_GetObjectItem (cJSON_GetObjectItem (answer, "book"), key);
    fprintf (out,
             html ? "<tr><td style=\"text-align:left\">%s</td><td>%g</td>"
                    "<td>%g</td></tr>"
                  : "\n  %-28s %8g %12g",
             what, mine ? mine->valuedouble : 0, book ? book->valuedouble : 0);
}

static void put_answer (FILE *out, bool html, const cJSON *answer)
{
    fprintf (out,
             html ? "<p>Chapter %s, %s, with yours in it:</p><ul>"
                  : "Chapter %s: %s, with yours in it:",
             string_of (answer, "compared"), string_of (answer, "title"));
    for (const cJSON *f = first_of (answer, "functions"); f; f = f->next)
        fprintf (out, html ? "<li><code>%s</code>: %s</li>" : "\n  %s: %s",
                 string_of (f, "function"), string_of (f, "where"));
    fprintf (out,
             html ? "</ul><table><thead><tr><th></th><th>yours</th><th>the "
                    "book\u2019s</th></tr></thead><tbody>"
                  : "\n  %-28s %8s %12s",
             "", "yours", "the book's");
    put_row (out, html, "accuracy, %", answer, "accuracy");
    put_row (out, html, "seconds an epoch, here", answer, "seconds");
    put_row (out, html, "memory at the peak, MB", answer, "megabytes");
    for (const cJSON *f = first_of (answer, "figures"); f; f = f->next)
        fprintf (out,
                 html ? "<tr><td style=\"text-align:left\">%s</td><td>%.4g</td>"
                        "<td>%.4g</td></tr>"
                      : "\n  %-28s %8.4g %12.4g",
                 string_of (f, "what"),
                 cJSON_GetNumberValue (cJSON_GetObjectItem (f, "yours")),
                 cJSON_GetNumberValue (cJSON_GetObjectItem (f, "book")));
    fprintf (out, html ? "</tbody></table><p>%s</p>" : "\n%s",
             string_of (answer, "verdict"));
}

static void show_answer (const cJSON *answer)
{
    char *text[2] = { NULL };
    for (int html = 0; html < 2; html++) {
        size_t size;
        FILE *out = open_memstream (&text[html], &size);
        if (out) {
            put_answer (out, html, answer);
            fclose (out);
        }
    }
    if (!text[0] || !text[1])
        nnk_raise ("no memory to show what was compared");
    const nnk_part parts[] = { { "text/plain", text[0], 0 },
                               { "text/html", text[1], 0 } };
    nnk_display_bundle (NULL, parts, 2);
    if (*string_of (answer, "file"))
        nnk_display_file (string_of (answer, "file"));
    free (text[0]);
    free (text[1]);
}

/*  `make compare` for a chapter or for one exercise. What lies in the folder `mine` as 06-1.c
 *  is taken, and otherwise what lies in exercises/. */
static void compare_files (const char *folder, const char *chapter,
                           const char *exercise, const char *as)
{
    char command[6 * PATH];
    snprintf (command, sizeof command,
              "unset MAKEFLAGS MAKELEVEL; make -s --no-print-directory -C '%s' "
              "compare CH='%s' EX='%s' AS='%s' MINE='%s' JSON=1 "
              "PICTURE='%s/compare.svg' 2>&1",
              cells_course (), chapter, exercise, as, folder, folder);
    char *text = cells_output (command);
    const char *open = strstr (text, "{\"compared\"");
    cJSON *answer = open ? cJSON_Parse (open) : NULL;
    if (answer)
        show_answer (answer);
    else
        fputs (text, stderr); // what make or the program says instead
    free (text);
    cJSON_Delete (answer);
    if (!answer)
        nnk_raise ("nothing was compared");
}

/*  The functions that an exercise asks for, as far as cells define all of them: into a file
 *  for compare_files (). */
static void take_from_cells (const char *session, const char *folder,
                             const char *id, char *functions)
{
    char name[NAMES][64], label[64], path[PATH + 32], *rest = NULL;
    int names = 0;
    for (char *word = strtok_r (functions, " \n", &rest); word && names < NAMES;
         word = strtok_r (NULL, " \n", &rest)) {
        char *cell = cells_defining (session, word, label);
        free (cell);
        if (!cell)
            return;
        snprintf (name[names++], 64, "%s", word);
    }
    snprintf (path, sizeof path, "%s/%s.c", folder, id);
    cells_write_file (path, session, name, names);
}

/*  Of each exercise that begins like this: what cells define under the names of its stub. */
static void take_all (const char *session, const char *folder,
                      const char *beginning)
{
    char command[2 * PATH], id[16], functions[256];
    snprintf (command, sizeof command, "'%s/build/compare' --list",
              cells_course ());
    char *text = cells_output (command);
    for (const char *line = text; *line;
         line += strcspn (line, "\n"), line += !!*line)
        if (sscanf (line, "%15s %255[^\n]", id, functions) == 2 &&
            strncmp (id, beginning, strlen (beginning)) == 0)
            take_from_cells (session, folder, id, functions);
    free (text);
}

/*  A folder of its own among the cells, emptied. */
static void make_folder (const char *session, char folder[PATH])
{
    snprintf (folder, PATH, "%.480s/mine", session);
    char command[2 * PATH + 32];
    snprintf (command, sizeof command, "rm -rf '%s'; mkdir '%s'", folder, folder);
    free (cells_output (command));
}

/*  "6" → "06", "6.1" → "06-1"; false for what is neither. */
bool cells_normalise (const char *word, char text[16])
{
    char *end;
    const unsigned long chapter = strtoul (word, &end, 10);
    if (end == word || chapter > 99 || strlen (end) > 4 ||
        (*end && *end != '-' && *end != '.') ||
        strspn (end + !!*end, "0123456789") != strlen (end + !!*end))
        return false;
    snprintf (text, 16, "%02lu%s%s", chapter, *end ? "-" : "",
              *end ? end + 1 : "");
    return true;
}

void compare_cell (const char *chapter)
{
    char session[PATH], folder[PATH], word[16];
    if (!cells_normalise (chapter, word) || strchr (word, '-'))
        cells_give_up ("\"%s\" is no chapter; for example: compare (\"06\")",
                       chapter);
    cells_find_folder (session);
    make_folder (session, folder);
    take_all (session, folder, word);
    compare_files (folder, word, "", "");
}

/*  `f, g` → "f,g"; and how many there are, with each in `name`. */
int cells_read_names (const char *words, char name[NAMES][64], char as[AS])
{
    int names = 0;
    for (const char *at = words; *at && names < NAMES; names++) {
        const int length = (int) strcspn (at, ", \t");
        snprintf (name[names], 64, "%.*s", length, at);
        for (const char *c = name[names]; *c; c++)
            if (!isalnum ((unsigned char) *c) && *c != '_')
                cells_give_up ("'%s' is no function's name", name[names]);
        snprintf (as + strlen (as), AS - strlen (as), "%s%s", names ? "," : "",
                  name[names]);
        at += length;
        at += strspn (at, ", \t");
    }
    return names;
}

/*  %mine 06-1 f: the function as its cell defines it; without a name the one that is called
 *  as in the stub, or the file in exercises/. */
void nnk_magic_mine (const char *words)
{
    char session[PATH], folder[PATH], path[PATH + 32], as[AS] = "";
    char given[16] = "", exercise[16], name[NAMES][64];
    int used = 0;
    if (sscanf (words, "%15s %n", given, &used) < 1 ||
        !cells_normalise (given, exercise) || !strchr (exercise, '-'))
        nnk_raise ("usage: %mine 06-1, or %mine 06-1 my_function");
    cells_find_folder (session);
    make_folder (session, folder);
    const int names = cells_read_names (words + used, name, as);
    snprintf (path, sizeof path, "%s/%s.c", folder, exercise);
    if (names)
        cells_write_file (path, session, name, names);
    else
        take_all (session, folder, exercise);
    const char chapter[3] = { exercise[0], exercise[1], 0 };
    compare_files (folder, chapter, exercise, as);
}
