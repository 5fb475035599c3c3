/*  report.c - a grader's report in a notebook: as a table, and as text
 *
 *  The grader writes one line of JSON. Here it becomes HTML for whoever reads the notebook,
 *  and plain text for front ends that show no HTML.
 */
#include "report.h"
#include "cells.h"

const char *string_of (const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue (cJSON_GetObjectItem (object, key));
    return text ? text : "";
}

int number_of (const cJSON *object, const char *key)
{
    const cJSON *number = cJSON_GetObjectItem (object, key);
    return number ? number->valueint : 0;
}

const cJSON *first_of (const cJSON *object, const char *key)
{
    const cJSON *list = cJSON_GetObjectItem (object, key);
    return list ? list->child : NULL;
}

void put_escaped (FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            fprintf (out, "&#%d;", *text);
        else
            putc (*text, out);
}

void put_element (FILE *out, const char *open, const char *text, const char *close)
{
    if (!*text)
        return;
    fputs (open, out);
    put_escaped (out, text);
    fputs (close, out);
}

/*  What stands between backticks is code. */
static void put_hint (FILE *out, const char *text)
{
    for (bool code = false; *text; code = !code) {
        char part[1024];
        const size_t n = strcspn (text, "`");
        snprintf (part, sizeof part, "%.*s", (int) n, text);
        put_element (out, code ? "<code>" : "", part, code ? "</code>" : "");
        text += n + (text[n] == '`');
    }
}

/*  Each hint lies within the one before: one more each time. */
static void put_hints (FILE *out, const cJSON *hints)
{
    const int count = cJSON_GetArraySize (hints);
    for (int i = 0; i < count; i++) {
        fprintf (out,
                 "<details><summary style=\"display:list-item;cursor:pointer\">"
                 "hint %d of %d</summary><p>",
                 i + 1, count);
        put_hint (out, cJSON_GetStringValue (cJSON_GetArrayItem (hints, i)));
        fprintf (out, "</p>");
    }
    for (int i = 0; i < count; i++)
        fprintf (out, "</details>");
}

static void put_html (FILE *out, const cJSON *report)
{
    const cJSON *check, *mistake;
    const int points = number_of (report, "points"),
              possible = number_of (report, "possible");
    put_element (out, "<table><thead><tr><th style=\"text-align:left\">",
                 string_of (report, "exercise"), " ");
    put_element (out, "", string_of (report, "title"), " ");
    fprintf (out,
             "<small>seed %d</small></th><th>%d / %d</th></tr></thead><tbody>",
             number_of (report, "seed"), points, possible);
    for (check = first_of (report, "checks"); check; check = check->next) {
        put_element (out, "<tr><td style=\"text-align:left\">",
                     string_of (check, "title"), "");
        put_element (out, "<br><small>", string_of (check, "detail"), "</small>");
        fprintf (out, "</td><td>%d / %d</td></tr>", number_of (check, "points"),
                 number_of (check, "possible"));
    }
    fprintf (out, "</tbody></table>");
    for (check = first_of (report, "checks"); check; check = check->next)
        put_difference (out, cJSON_GetObjectItem (check, "map"));
    put_element (out, "<pre>", string_of (report, "messages"), "</pre>");
    for (mistake = first_of (report, "mistakes"); mistake; mistake = mistake->next)
        put_element (out, "<p>Your numbers are those of someone who <b>",
                     string_of (mistake, "text"), "</b>.</p>");
    put_element (out, "<p>Your code printed:</p><pre>",
                 string_of (report, "printed"), "</pre>");
    if (points < possible)
        put_hints (out, cJSON_GetObjectItem (report, "hints"));
    else
        fprintf (out,
                 "<p>All points. <code>%%diff %s</code> lays yours beside the "
                 "solution, <code>%%next</code> brings the next exercise.</p>",
                 string_of (report, "exercise"));
}

static void put_plain (FILE *out, const cJSON *report)
{
    const cJSON *check, *mistake;
    fprintf (out, "%s  %s, seed %d: %d / %d", string_of (report, "exercise"),
             string_of (report, "title"), number_of (report, "seed"),
             number_of (report, "points"), number_of (report, "possible"));
    for (check = first_of (report, "checks"); check; check = check->next) {
        fprintf (out, "\n  %-60s %2d / %d", string_of (check, "title"),
                 number_of (check, "points"), number_of (check, "possible"));
        if (*string_of (check, "detail"))
            fprintf (out, "\n      %s", string_of (check, "detail"));
    }
    for (mistake = first_of (report, "mistakes"); mistake; mistake = mistake->next)
        fprintf (out, "\nYour numbers are those of someone who %s.",
                 string_of (mistake, "text"));
    if (*string_of (report, "messages"))
        fprintf (out, "\n%s", string_of (report, "messages"));
    if (*string_of (report, "printed"))
        fprintf (out, "\nYour code printed:\n%s", string_of (report, "printed"));
}

void show_report (const cJSON *report)
{
    char *html = NULL, *plain = NULL;
    size_t size;
    FILE *out = open_memstream (&html, &size);
    put_html (out, report);
    fclose (out);
    out = open_memstream (&plain, &size);
    put_plain (out, report);
    fclose (out);
    const nnk_part parts[] = { { "text/plain", plain, 0 },
                               { "text/html", html, 0 } };
    nnk_display_bundle (NULL, parts, 2);
    free (html);
    free (plain);
}
