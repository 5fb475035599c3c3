/*  show.c - the statement, the hints, the progress  */
#include "loop.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

enum { BAR = 20, WIDTH = 78 };
#define BOLD loop_colour ("\033[1m")
#define GREEN loop_colour ("\033[32m")
#define PLAIN loop_colour ("\033[0m")

/*  The line of `path` that holds a word, counted from 1; 0 if none does. */
static int line_with (const char *path, const char *word)
{
    char line[512];
    int number = 0, found = 0;
    FILE *in = fopen (path, "r");
    while (in && !found && fgets (line, sizeof line, in)) {
        number += strchr (line, '\n') != NULL;
        found = strstr (line, word) ? number : 0;
    }
    if (in)
        fclose (in);
    return found;
}

/*  What lies in a folder for the chapter of an exercise: "notebooks/04-*.ipynb". */
static bool of_chapter (const char *folder, const char *rest,
                        const course_exercise *e, char *path, size_t size)
{
    char pattern[128];
    glob_t found;
    snprintf (pattern, sizeof pattern, "%s/%.*s-%s", folder,
              (int) strcspn (e->id, "-"), e->id, rest);
    const bool any = glob (pattern, 0, NULL, &found) == 0;
    if (any) {
        snprintf (path, size, "%s", found.gl_pathv[0]);
        globfree (&found);
    }
    return any;
}

static void wrapped (const char *text, int margin)
{
    int column = 0;
    while (*text) {
        const int word = (int) strcspn (text, " ");
        if (column && column + 1 + word > WIDTH) {
            printf ("\n");
            column = 0; // the margin again
        }
        column += printf ("%*s%.*s", column ? 1 : margin, "", word, text);
        text += word;
        text += strspn (text, " ");
    }
    printf ("\n");
}

/*  "row $i$" as "row i": a formula of one letter or number needs no marks. */
static void plain_formulas (char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        const bool short_one =
            *from == '$' && isalnum ((unsigned char) from[1]) && from[2] == '$';
        *to++ = short_one ? from[1] : *from;
        from += short_one ? 2 : 0;
    }
    *to = 0;
}

/*  Does a line begin something of its own, which is not joined to the line before? A number
 *  with a point does where it stands behind another or begins. */
static bool stands_alone (const char *text, const char *paragraph)
{
    const bool number = *text >= '1' && *text <= '9' && text[1] == '.',
               list =
                   *paragraph >= '1' && *paragraph <= '9' && paragraph[1] == '.';
    return *text == '\n' || *text == ' ' || *text == '|' ||
           strncmp (text, "$$", 2) == 0 || strncmp (text, "- ", 2) == 0 ||
           (number && list);
}

/*  A text of Markdown in the width of a terminal: paragraphs are joined and wrapped, code,
 *  tables and formulas stay as they are. */
static void show_line (char *paragraph, size_t size, const char *text)
{
    if (*paragraph && stands_alone (text, paragraph)) {
        plain_formulas (paragraph);
        wrapped (paragraph, 2);
        *paragraph = 0;
    }
    if (*text == '\n' || *text == ' ' || *text == '|' ||
        strncmp (text, "$$", 2) == 0) {
        printf ("%s%s", *text == '\n' ? "" : "  ", text);
        return;
    }
    const size_t used = strlen (paragraph);
    snprintf (paragraph + used, size - used, "%s%.*s", used ? " " : "",
              (int) strcspn (text, "\r\n"), text);
}

/*  The same for a notebook: as it is, but for a line that begins with "1. " within a
 *  paragraph, which would be read as a list. */
static void show_raw (char *before, size_t size, const char *text)
{
    const bool number = *text >= '0' && *text <= '9' &&
                        text[strspn (text, "0123456789")] == '.',
               joins = number && *before && *before != '\n' &&
                       !(*before >= '0' && *before <= '9');
    printf ("%s%.*s", joins ? " " : "\n", (int) strcspn (text, "\r\n"), text);
    snprintf (before, size, "%s", text);
}

/*  Prints what the first comment of a solution says below its heading. */
static bool show_statement (const course_exercise *e)
{
    char path[256], line[1024], paragraph[8192] = "";
    snprintf (path, sizeof path, "solutions/%s.c", e->name);
    FILE *in = fopen (path, "r");
    if (!in) {
        fprintf (stderr, "%s cannot be read: %s\n", path, strerror (errno));
        return false;
    }
    while (fgets (line, sizeof line, in) && !strstr (line, "*/")) {
        const char *text = line + strspn (line, " ");
        text += *text == '*';
        text += *text == ' ';
        if (strncmp (line, "/*", 2) == 0 || strncmp (text, "### ", 4) == 0)
            continue;
        if (loop_in_notebook ())
            show_raw (paragraph, sizeof paragraph, text);
        else
            show_line (paragraph, sizeof paragraph, text);
    }
    if (loop_in_notebook ())
        printf ("\n");
    else {
        plain_formulas (paragraph);
        wrapped (paragraph, 2);
    }
    fclose (in);
    return true;
}

static void show_ways (const course_exercise *e)
{
    char path[256];
    if (loop_in_notebook ()) {
        printf ("\nThe cell below begins it, and its last line grades it. A hint: "
                "%s\n",
                loop_way ((char[64]){ "" }, "hint", e->id));
        return;
    }
    snprintf (path, sizeof path, "exercises/%s.c", e->name);
    const int line = line_with (path, "nn_todo (");
    printf ("\n  file      %s", path);
    if (line)
        printf (", line %d", line);
    if (of_chapter ("notebooks", "*.ipynb", e, path, sizeof path))
        printf ("\n  notebook  %s, at \"Exercise %d.%s\"", path,
                (int) strtol (e->id, NULL, 10), strchr (e->id, '-') + 1);
    printf ("\n  grade     make grade EX=%s, or make watch, which grades when you "
            "save\n"
            "  a hint    make hint EX=%s\n",
            e->id, e->id);
}

int loop_next (const loop_course *c, int at)
{
    const course_exercise *e = &c->list[at];
    progress p;
    if (progress_read (&p) != 0)
        return 1;
    const progress_row *row = progress_of (&p, e->id);
    printf ("\n%s%s%s  %s%s (%d points", loop_in_notebook () ? "### " : "", BOLD,
            e->id, e->title, PLAIN, e->points);
    if (row && *row->when)
        printf (", your best is %d", row->points);
    printf (")\n%s", loop_in_notebook () ? "\n" : "");
    progress_free (&p);
    if (!show_statement (e))
        return 1;
    show_ways (e);
    return 0;
}

/* --- Hints ------------------------------------------------------------------------------- */
/*  One more each time: those that were seen, and the next. */
int loop_hint (const loop_course *c, int at)
{
    const course_exercise *e = &c->list[at];
    progress p;
    char *hint[HINTS];
    if (progress_read (&p) != 0)
        return 1;
    const progress_row *row = progress_of (&p, e->id);
    const int count = course_hints (e, hint), seen = row ? row->hints : 0,
              shown = seen < count ? seen + 1 : count;
    progress_free (&p);
    printf ("\n%s%s  %s%s\n", BOLD, e->id, e->title, PLAIN);
    for (int i = 0; i < shown; i++) {
        const char *const begins = loop_in_notebook () ? "**"
                                   : i == shown - 1    ? BOLD
                                                       : "";
        printf ("\n  %shint %d of %d%s\n", begins, i + 1, count,
                loop_in_notebook () ? "**\n" : PLAIN);
        if (loop_in_notebook ()) // which wraps it, and takes "- u" on a line for a list
            printf ("\n%s\n", hint[i]);
        else
            wrapped (hint[i], 2);
    }
    for (int i = 0; i < count; i++)
        free (hint[i]);
    if (count == 0)
        printf ("\n  There is no hint for this one.\n");
    else
        printf ("\n  %s\n", shown < count ? "Ask again for the next one."
                                          : "That is the last one.");
    return shown > seen ? progress_note (e, -1, shown) != 0 : 0;
}

/* --- Progress ------------------------------------------------------------------------------ */
/*  A title in so many columns; of one that is longer whole words, and an ellipsis. */
static void put_title (const char *title, int columns)
{
    if ((int) strlen (title) <= columns) {
        printf ("%-*s", columns, title);
        return;
    }
    int end = columns - 2;
    while (end > columns / 2 && title[end] != ' ')
        end--;
    printf ("%.*s \u2026%*s", end, title, columns - end - 2, "");
}

static void show_bar (const char *title, int points, int of)
{
    const int full = of ? points * BAR / of : 0;
    put_title (title, 46);
    printf (" [%s", points == of ? GREEN : "");
    for (int i = 0; i < BAR; i++)
        putchar (i < full ? '#' : '.');
    printf ("%s] %3d / %d\n", PLAIN, points, of);
}

/*  " 1  Matrices, or the way through memory" */
static void chapter_title (const course_exercise *e, char *title, size_t size)
{
    char path[256], line[256];
    const int number = (int) strtol (e->id, NULL, 10);
    snprintf (title, size, "Chapter %d", number);
    if (!of_chapter ("chapters", "*/chapter.md", e, path, sizeof path))
        return;
    FILE *in = fopen (path, "r");
    while (in && fgets (line, sizeof line, in))
        if (strncmp (line, "title: ", 7) == 0) {
            const char *words =
                line + 7 + (line[7] == '"'); // quoted: it has a colon
            snprintf (title, size, "%2d  %.*s", number,
                      (int) strcspn (words, "\"\r\n"), words);
            break;
        }
    if (in)
        fclose (in);
}

static int best (const progress *p, const course_exercise *e)
{
    const progress_row *row = progress_of (p, e->id);
    const int points = row ? row->points : 0;
    return points < e->points ? points : e->points;
}

static void show_exercise (const progress *p, const course_exercise *e)
{
    const progress_row *row = progress_of (p, e->id);
    char hints[32] = "";
    if (row && row->hints)
        snprintf (hints, sizeof hints, "%d hint%s", row->hints,
                  row->hints > 1 ? "s" : "");
    printf ("     %-6s", e->id);
    put_title (e->title, 34);
    printf ("  %-8s %s%14d / %d%s\n", hints, progress_done (p, e) ? GREEN : "",
            best (p, e), e->points, PLAIN);
}

int loop_progress (const loop_course *c)
{
    progress p;
    int points = 0, of = 0, done = 0;
    if (progress_read (&p) != 0)
        return 1;
    printf ("\n");
    for (int i = 0, end; i < c->count; i = end) {
        const size_t number = strcspn (c->list[i].id, "-") + 1;
        int mine = 0, all = 0;
        char title[256];
        for (end = i; end < c->count &&
                      strncmp (c->list[end].id, c->list[i].id, number) == 0;
             end++) {
            mine += best (&p, &c->list[end]);
            all += c->list[end].points;
            done += progress_done (&p, &c->list[end]);
        }
        chapter_title (&c->list[i], title, sizeof title);
        show_bar (title, mine, all);
        for (int k = i; mine && mine < all && k < end; k++)
            show_exercise (&p, &c->list[k]);
        points += mine;
        of += all;
    }
    char total[64];
    snprintf (total, sizeof total, "    %d of %d exercises done", done, c->count);
    show_bar (total, points, of);
    const int next = progress_next (&p, c->list, c->count);
    if (next >= 0)
        printf ("\n  Next: %s  %s: %s\n", c->list[next].id, c->list[next].title,
                loop_in_notebook () ? "%next" : "make next");
    progress_free (&p);
    return 0;
}
