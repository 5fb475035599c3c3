/*  report.c - what the learner gets to read, and what programs get  */
#include "engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 78 };

static const char *colour (const char *code)
{
    return isatty (STDOUT_FILENO) && !getenv ("NO_COLOR") ? code : "";
}
#define GREEN colour ("\033[32m")
#define RED colour ("\033[31m")
#define BOLD colour ("\033[1m")
#define PLAIN colour ("\033[0m")

/*  "rows = 3" stays on one line. */
static bool beside_equals (const char *text, size_t space)
{
    return text[space + 1] == '=' || (space && text[space - 1] == '=');
}

/*  A sentence in lines of at most WIDTH, each behind `margin` spaces. */
void report_wrapped (const char *text, int margin)
{
    while (*text) {
        size_t fits = strlen (text);
        if (fits > (size_t) (WIDTH - margin)) {
            fits = WIDTH - margin;
            while (fits > 1 && (text[fits] != ' ' || beside_equals (text, fits)))
                fits--;
            if (fits <= 1)
                fits = strcspn (text, " ");
        }
        printf ("%*s%.*s\n", margin, "", (int) fits, text);
        text += fits;
        text += strspn (text, " ");
    }
}

/*  What the learner's code printed in the first check that failed. */
static const char *printed (const grade_report *r)
{
    for (int i = 0; r->result && i < r->grade->count; i++)
        if (r->result[i].points < r->grade->checks[i].points)
            return r->result[i].printed;
    return "";
}

/*  The same, marked line by line, so that nobody takes it for ours. */
static void show_printed (const char *text)
{
    if (*text)
        printf ("\n  In the first case that is reported your code printed:\n");
    for (int line = 0; *text && line < 20; line++) {
        const size_t n = strcspn (text, "\n");
        printf ("  | ");
        for (size_t i = 0; i < n && i < WIDTH - 4; i++) {
            const unsigned char c = (unsigned char) text[i];
            putchar (c >= 32 && c != 127 ? c : '?');
        }
        putchar ('\n');
        text += n + (text[n] == '\n');
    }
}

/*  The mistakes that explain every check that named any; if there are none, all named. None
 *  that passes where the learner's code fails a check of properties: numbers that are not
 *  even spread right are not "the cosine twice", although they are correlated too. Where
 *  values were compared, the same values are evidence enough. */
unsigned report_named (const grade_report *r)
{
    unsigned any = 0, all = ~0u, spared = 0;
    for (int i = 0; r->result && i < r->grade->count; i++)
        spared |= r->result[i].spared;
    for (int i = 0; r->result && i < r->grade->count; i++) {
        const bool judged = r->grade->checks[i].judge != NULL;
        const unsigned named = r->result[i].named & ~(judged ? spared : 0);
        any |= named;
        all &= named ? named : ~0u;
    }
    return any & all ? any & all : any;
}

int report_points (const grade_report *r)
{
    int points = 0;
    for (int i = 0; r->result && i < r->grade->count; i++)
        points += r->result[i].points;
    return points;
}

static void show_row (const char *title, int points, int of)
{
    printf ("  %-*s %s%2d / %d%s\n", WIDTH - 12, title, points == of ? GREEN : RED,
            points, of, PLAIN);
}

static bool not_written (const grade_report *r)
{
    bool todo = r->result != NULL;
    for (int i = 0; r->result && i < r->grade->count; i++)
        todo &= r->result[i].todo;
    return todo;
}

static void show_next (const grade_report *r, int points)
{
    const course_exercise *e = r->exercise;
    printf ("\n");
    if (!r->result)
        printf ("  Next: mend the first error above; the others often vanish with "
                "it.\n");
    else if (not_written (r))
        printf ("  Next: open %s, write the function,\n"
                "  and take the line with nn_todo out.\n",
                r->task->file);
    else if (points < e->points)
        printf ("  Next: mend it, then the same numbers again:\n"
                "  make grade EX=%s SEED=%llu    or a hint: make hint EX=%s\n",
                e->id, (unsigned long long) r->task->seed, e->id);
    else {
        printf ("  Beside the solution: make diff EX=%s\n", e->id);
        if (r->next)
            printf ("  Next: exercises/%s.c, make grade EX=%s\n", r->next->name,
                    r->next->id);
        else
            printf ("  That was the last exercise.\n");
    }
}

/*  The first map there is: where in an array the numbers are wrong. */
static const grade_map *first_map (const grade_report *r)
{
    for (int i = 0; r->result && i < r->grade->count; i++)
        if (r->result[i].map.count)
            return &r->result[i].map;
    return NULL;
}

int report_text (const grade_report *r)
{
    const course_exercise *e = r->exercise;
    const int points = report_points (r);
    printf ("\n%s%s  %s%s\n", BOLD, e->id, e->title, PLAIN);
    printf ("  %s, seed %llu\n\n", r->task->file,
            (unsigned long long) r->task->seed);
    if (r->messages && *r->messages)
        printf ("%s\n", r->messages);
    if (!r->result)
        report_wrapped ("The file does not compile, so nothing could be checked.",
                        2);
    for (int i = 0; r->result && i < r->grade->count; i++) {
        show_row (r->grade->checks[i].title, r->result[i].points,
                  r->grade->checks[i].points);
        if (!not_written (r) || i == 0)
            report_wrapped (r->result[i].detail, 6);
        if (&r->result[i].map == first_map (r))
            map_show (first_map (r), 6);
    }
    printf ("  %.*s\n", WIDTH - 3,
            "---------------------------------------------------------------------"
            "---------");
    show_row ("points", points, e->points);
    const unsigned named = report_named (r);
    for (int k = 1; k <= e->mistakes; k++)
        if (named & 1u << k) {
            char text[256];
            snprintf (text, sizeof text,
                      "Your numbers are those of someone who %s.", e->mistake[k]);
            printf ("\n");
            report_wrapped (text, 2);
        }
    show_printed (printed (r));
    if (!r->jailed)
        printf ("\n  This system cannot lock a process in; your code ran with "
                "limits only.\n");
    show_next (r, points);
    return points;
}

/*  How many bytes the UTF-8 character at `text` has; 0 if it is none. */
static int character (const unsigned char *text)
{
    static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
    if (*text < 0x80)
        return 1;
    const int more = *text < 0xC0 ? 0 : *text < 0xE0 ? 1 : *text < 0xF0 ? 2 : 3;
    unsigned code = *text & (0x3F >> more);
    for (int i = 1; i <= more; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3F);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return more && code >= least[more] && code <= 0x10FFFF && !surrogate ? more + 1
                                                                         : 0;
}

static void json_string (const char *string)
{
    putchar ('"');
    for (const unsigned char *text = (const unsigned char *) string; *text;) {
        const int bytes = character (text);
        if (*text == '"' || *text == '\\')
            printf ("\\%c", *text);
        else if (*text < 32 || bytes == 0)
            printf ("\\u%04x", *text);
        else
            fwrite (text, 1, bytes, stdout);
        text += bytes ? bytes : 1;
    }
    putchar ('"');
}

/*  A number that JSON knows. */
static void json_number (double x)
{
    printf (isfinite (x) ? "%.6g" : "null", x);
}

/*  Panels of rows of columns, in this order, whatever the array's own is. */
static void json_map (const grade_map *map)
{
    int panels, rows, cols;
    map_panels (map, &panels, &rows, &cols);
    printf (",\"map\":{\"name\":");
    json_string (map->name);
    printf (",\"shape\":");
    json_string (map->shape);
    printf (",\"panels\":%d,\"rows\":%d,\"cols\":%d,\"marks\":\"", panels, rows,
            cols);
    for (int i = 0; i < map->count; i++)
        putchar (map->mark[map_place (map, i)]);
    for (int k = 0; k < 2; k++) {
        printf (k ? "],\"right\":[" : "\",\"yours\":[");
        for (int i = 0; i < map->count; i++) {
            printf (i ? "," : "");
            json_number (
                (double) (k ? map->right : map->yours)[map_place (map, i)]);
        }
    }
    printf ("]}");
}

/*  The same as one line of JSON. */
int report_json (const grade_report *r)
{
    const int points = report_points (r);
    printf ("{\"exercise\":\"%s\",\"points\":%d,\"possible\":%d,\"seed\":%llu",
            r->exercise->id, points, r->exercise->points,
            (unsigned long long) r->task->seed);
    printf (",\"title\":");
    json_string (r->exercise->title);
    printf (",\"compiled\":%s,\"written\":%s,\"messages\":",
            r->result ? "true" : "false", not_written (r) ? "false" : "true");
    json_string (r->messages ? r->messages : "");
    printf (",\"checks\":[");
    for (int i = 0; r->result && i < r->grade->count; i++) {
        const grade_check *check = &r->grade->checks[i];
        printf ("%s{\"code\":\"%s\",\"title\":", i ? "," : "", check->code);
        json_string (check->title);
        printf (",\"points\":%d,\"possible\":%d", r->result[i].points,
                check->points);
        if (check->floor > 0)
            printf (",\"ratio\":%.2f,\"floor\":%g", r->result[i].ratio,
                    check->floor);
        printf (",\"detail\":");
        json_string (r->result[i].detail);
        if (&r->result[i].map == first_map (r))
            json_map (first_map (r));
        printf ("}");
    }
    printf ("],\"mistakes\":[");
    const unsigned named = report_named (r);
    const char *comma = "";
    for (int k = 1; k <= r->exercise->mistakes; k++)
        if (named & 1u << k) {
            printf ("%s{\"number\":%d,\"text\":", comma, k);
            json_string (r->exercise->mistake[k]);
            printf ("}");
            comma = ",";
        }
    printf ("],\"hints\":[");
    char *hint[HINTS];
    const int hints = course_hints (r->exercise, hint);
    for (int i = 0; i < hints; i++) {
        printf ("%s", i ? "," : "");
        json_string (hint[i]);
        free (hint[i]);
    }
    printf ("],\"printed\":");
    json_string (printed (r));
    printf ("}\n");
    return points;
}
