/*  course.c - which exercises there are, what they are called, which mistakes are known
 *
 *  All of it stands in the solutions: the first heading of the comment is the title with the
 *  points, and `#if MISTAKE == 2 // forgot that …` names a mistake.
 */
#include "engine.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/*  "### Transpose in tiles (10 points)" */
static void read_title (course_exercise *e, const char *line)
{
    const char *head = strstr (line, "### "),
               *open = head ? strrchr (head, '(') : NULL;
    const long points = open ? strtol (open + 1, NULL, 10) : 0;
    if (!head || e->points || points < 1 || points > 1000)
        return;
    e->points = (int) points;
    head += 4;
    snprintf (e->title, sizeof e->title, "%.*s", (int) (open - head), head);
    for (size_t n = strlen (e->title); n && e->title[n - 1] == ' '; n--)
        e->title[n - 1] = 0;
}

static void read_mistake (course_exercise *e, const char *line)
{
    const char *at = strstr (line, "MISTAKE == "),
               *words = at ? strstr (at, "// ") : NULL;
    const long k = at ? strtol (at + 11, NULL, 10) : 0;
    if (*line != '#' || !words || k < 1 || k > MISTAKES)
        return;
    snprintf (e->mistake[k], sizeof e->mistake[k], "%s", words + 3);
    e->mistake[k][strcspn (e->mistake[k], "\r\n")] = 0;
    e->mistakes = k > e->mistakes ? (int) k : e->mistakes;
}

static void read_solution (course_exercise *e, const char *path)
{
    const char *base = strrchr (path, '/') + 1;
    snprintf (e->name, sizeof e->name, "%.*s", (int) strcspn (base, "."), base);
    const size_t chapter = strcspn (base, "-"),
                 number = strcspn (base + chapter + 1, "-.");
    snprintf (e->id, sizeof e->id, "%.*s", (int) (chapter + 1 + number), base);
    FILE *in = fopen (path, "r");
    nn_require (in, "%s cannot be read", path);
    char line[512];
    while (fgets (line, sizeof line, in)) {
        read_title (e, line);
        read_mistake (e, line);
    }
    fclose (in);
}

int course_hints (const course_exercise *e, char *hint[HINTS])
{
    char path[256], line[1024];
    int count = 0;
    snprintf (path, sizeof path, "solutions/%s.c", e->name);
    FILE *in = fopen (path, "r");
    while (in && count < HINTS && fgets (line, sizeof line, in)) {
        const char *at = strstr (line, "/// HINT ");
        if (!at)
            continue;
        line[strcspn (line, "\r\n")] = 0;
        hint[count] = strdup (at + 9);
        nn_require (hint[count], "no memory for a hint");
        count++;
    }
    if (in)
        fclose (in);
    return count;
}

int course_list (const char *root, course_exercise **list)
{
    char pattern[512];
    snprintf (pattern, sizeof pattern, "%s/solutions/[0-9][0-9]-[0-9]*.c", root);
    glob_t found;
    if (glob (pattern, 0, NULL, &found) != 0)
        return 0;
    *list = calloc (found.gl_pathc, sizeof **list);
    nn_require (*list, "no memory for %zu exercises", found.gl_pathc);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_solution (*list + i, found.gl_pathv[i]);
    const int count = (int) found.gl_pathc;
    globfree (&found);
    return count;
}

/*  "1.2", "1-2", "01-2", "01-2-gemm", "exercises/01-2-gemm.c" → "01-2", "01-2-gemm" */
static void normalise (const char *word, char *text, size_t size)
{
    const char *slash = strrchr (word, '/');
    word = slash ? slash + 1 : word;
    char *rest;
    const unsigned long chapter = strtoul (word, &rest, 10);
    if (rest > word && (*rest == '-' || *rest == '.') && chapter < 100)
        snprintf (text, size, "%02lu-%s", chapter, rest + 1);
    else
        snprintf (text, size, "%s", word);
    const size_t n = strlen (text);
    if (n > 2 && strcmp (text + n - 2, ".c") == 0)
        text[n - 2] = 0;
    for (char *c = text; *c; c++)
        *c = (char) tolower ((unsigned char) *c);
}

static void list_some (const course_exercise *list, int count, const char *word)
{
    for (int i = 0; i < count; i++)
        if (strstr (list[i].name, word))
            fprintf (stderr, "  EX=%-6s %s\n", list[i].id, list[i].title);
}

/*  The exercise that a word means: its number, its name, or a part of it that no other has.
 *  -1 when there is none, or more than one; then stderr says what was perhaps meant. */
int course_find (const course_exercise *list, int count, const char *word)
{
    char text[128];
    normalise (word, text, sizeof text);
    int found = -1, matches = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp (list[i].id, text) == 0 || strcmp (list[i].name, text) == 0)
            return i;
        if (*text && strstr (list[i].name, text))
            found = i, matches++;
    }
    if (matches == 1)
        return found;
    if (!*text) {
        fprintf (stderr, "Which exercise? Say its number:\n");
        list_some (list, count, "");
    } else if (matches > 1) {
        fprintf (stderr, "'%s' can mean several exercises:\n", word);
        list_some (list, count, text);
    } else {
        const char *known[3 * 128];
        int n = 0;
        for (int i = 0; i < count && n < 3 * 128 - 2; i++) {
            known[n++] = list[i].id;
            known[n++] = list[i].name;
            known[n++] = list[i].name + strlen (list[i].id) + 1;
        }
        const char *near = nn_nearest (text, known, n);
        fprintf (stderr, "There is no exercise '%s'.", word);
        if (near)
            fprintf (stderr, " Did you mean %s?", near);
        fprintf (stderr,
                 getenv ("NOTEBOOK") ? "\n" : " `make grade` lists them all.\n");
    }
    return -1;
}
