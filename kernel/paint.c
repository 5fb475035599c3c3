/*  paint.c - an error in colours
 *
 *  Front ends show the colours of a terminal in what a cell's error says, and nowhere is
 *  one so glad to see at once what is an error and what was printed. As in a terminal, the
 *  word that says what it is and the marks below a line are coloured; the text is not.
 */
#include <stdlib.h>
#include <string.h>

#include "serve.h"

#define RED "\033[1;31m"
#define MAGENTA "\033[1;35m"
#define CYAN "\033[1;36m"
#define PLAIN "\033[0m"

/*  `      |  ^~~~`: where gcc's marks begin, if the line holds nothing else. */
static size_t marks (const char *line)
{
    const size_t bar = strspn (line, " ");
    if (bar == 0 || line[bar] != '|')
        return 0;
    const size_t blank = strspn (line + bar + 1, " "),
                 rest = strspn (line + bar + 1 + blank, "^~ ");
    return rest && !line[bar + 1 + blank + rest] ? bar + 1 + blank : 0;
}

/*  Puts `size` bytes at `at` into a colour. */
static char *painted (const char *line, size_t at, size_t size, const char *colour)
{
    return nnk_format ("%.*s%s%.*s" PLAIN "%s", (int) at, line, colour, (int) size,
                       line + at, line + at + size);
}

static char *paint_line (const char *line, const char *name)
{
    static const struct {
        const char *word, *colour;
    } kinds[] = { { ": fatal error:", RED },
                  { ": error:", RED },
                  { ": warning:", MAGENTA },
                  { ": note:", CYAN } };
    const size_t length = strlen (name), mark = marks (line);
    if (length && strncmp (line, name, length) == 0 && line[length] == ':')
        return painted (line, 0, length, RED);
    if (mark)
        return painted (line, mark, strlen (line + mark), RED);
    for (size_t i = 0; line[0] != ' ' && i < sizeof kinds / sizeof *kinds; i++) {
        const char *found = strstr (line, kinds[i].word);
        if (found)
            return painted (line, found + 2 - line, strlen (kinds[i].word) - 2,
                            kinds[i].colour);
    }
    return nnk_copy (line, strlen (line));
}

cJSON *nnk_error_painted (const nnk_error *self)
{
    cJSON *lines = nnk_error_lines (self), *painted = cJSON_CreateArray (), *line;
    const char *name = self->name ? self->name : "Error";
    cJSON_ArrayForEach (line, lines)
    {
        char *text = paint_line (line->valuestring, name);
        cJSON_AddItemToArray (painted, cJSON_CreateString (text));
        free (text);
        name = ""; // it stands in the first line only
    }
    cJSON_Delete (lines);
    return painted;
}
