/*  page.c - a report as a file
 *
 *  A page is one file with everything inside: its look, its tables, its pictures.
 *  It can be sent and kept, and asks nobody for anything.
 */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

static FILE *page; // the page that is being written: pictures go there

/*  A picture without a file goes into the page. An SVG is text of HTML, but for its
 *  first line; as an image of its own it cannot disturb the others. */
static void embed (const char *mime, const void *data, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *x = data;
    fprintf (page, "<figure><img alt=\"\" src=\"data:%s;base64,", mime);
    for (size_t i = 0; i < size; i += 3) {
        const unsigned bits = x[i] << 16 | (i + 1 < size ? x[i + 1] << 8 : 0) |
                              (i + 2 < size ? x[i + 2] : 0);
        fputc (digits[bits >> 18], page);
        fputc (digits[bits >> 12 & 63], page);
        fputc (i + 1 < size ? digits[bits >> 6 & 63] : '=', page);
        fputc (i + 2 < size ? digits[bits & 63] : '=', page);
    }
    fputs ("\"></figure>\n", page);
}

static bool ends_in (const char *file, const char *ending)
{
    const size_t length = strlen (file), end = strlen (ending);
    return length > end && strcmp (file + length - end, ending) == 0;
}

int cmd_report_check (const char *file)
{
    return ends_in (file, ".txt") || ends_in (file, ".html")
               ? NN_OK
               : nn_fail (NN_EVALUE, "%s: a report's name ends in .txt or .html",
                          file);
}

/*  Title and look; both names come from people, and become text. */
static void begin (const char *name, const char *data)
{
    fputs ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, "
           "initial-scale=1\">\n"
           "<title>Report</title>\n<style>\n"
           ":root { color-scheme: light dark; }\n"
           "body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: "
           "1rem/1.5 Georgia, serif; }\n"
           "table { border-collapse: collapse; margin: 1rem 0; display: block; "
           "overflow-x: auto; }\n"
           "th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px "
           "solid #8884; font-variant-numeric: tabular-nums; }\n"
           "th[scope=row] { text-align: left; }\n"
           ".confusion { font-size: .85rem; }\n"
           "figure { margin: 1.5rem 0; background: #fff; border-radius: 6px; "
           "padding: "
           ".5rem; text-align: center; }\n"
           "figure img { max-width: 100%; height: auto; }\n"
           "</style></head><body>\n<h1>",
           page);
    nn_html_text (page, name);
    fputs ("</h1>\n<p>Measured on ", page);
    nn_html_text (page, data);
    fputs (", which it has not learnt from.</p>\n", page);
}

/*  The pictures, each into the page. A class alone has no ROC curves, and scores
 *  that are no probabilities no reliability. */
static int draw (const nn_report *report, const nn_predictions *predictions,
                 const nn_data *pictures)
{
    bool any = false;
    for (int k = 0; k < predictions->classes; k++)
        any = any || report->auc[k] == report->auc[k];
    void (*before) (const char *, const void *, size_t) = nn_on_show;
    nn_on_show = embed;
    int status = nn_plot_confusion (&report->confusion, NULL, NULL);
    if (status == NN_OK)
        status = nn_plot_classes (&report->confusion,
                                  "precision, recall and F1 of each class", NULL);
    if (status == NN_OK && any)
        status = nn_plot_roc (predictions, "each class against all others", NULL);
    if (status == NN_OK && report->calibration.images)
        status = nn_plot_reliability (&report->calibration, NULL, NULL);
    if (status == NN_OK && pictures)
        status = cmd_sheet (pictures, predictions, NULL);
    nn_on_show = before;
    return status;
}

/*  Writes the report as text or as a page, whole or not at all. The page has some of
 *  the pictures, unless there are none (NULL). */
int cmd_report_write (const char *file, const nn_report *report,
                      const nn_predictions *predictions, const char *name,
                      const char *data, const nn_data *pictures)
{
    char *text = NULL;
    size_t size = 0;
    int status = NN_OK;
    page = open_memstream (&text, &size);
    if (!page)
        return nn_fail (NN_EMEMORY, "no memory for a report");
    if (ends_in (file, ".html")) {
        begin (name, data);
        nn_report_html (report, page);
        cmd_confused (&report->confusion, page, true);
        status = draw (report, predictions, pictures);
        fputs ("</body></html>\n", page);
    } else {
        nn_report_text (report, page);
        fputc ('\n', page);
        nn_confusion_print (&report->confusion, page);
        fputc ('\n', page);
        cmd_confused (&report->confusion, page, false);
    }
    const bool whole = !ferror (page);
    if (fclose (page) != 0 || !whole)
        status = nn_fail (NN_EMEMORY, "no memory for a report");
    if (status == NN_OK)
        status = nn_file_write (file, text, size);
    free (text);
    return status;
}
