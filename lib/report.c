/*  report.c - all figures on one page
 *
 *  A line for each class, and below them the means. Where a figure does not exist
 *  there is no number: a class without images has no ROC curve, scores that are no
 *  probabilities have no calibration. A sentence says why.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 15 };

/*  Computes everything that there is to say about the predictions. */
int nn_report_of (nn_report *self, const nn_predictions *p)
{
    *self = (nn_report){ .macro_auc = NAN, .weighted_auc = NAN };
    const int status = nn_confusion_of (&self->confusion, p);
    if (status != NN_OK)
        return status;
    self->auc = malloc (p->classes * sizeof *self->auc);
    if (!self->auc) {
        nn_report_free (self);
        return nn_fail (NN_EMEMORY, "no memory for a report");
    }
    for (int k = 0; k < p->classes; k++) {
        nn_roc_curve curve;
        self->auc[k] = nn_roc (&curve, p, k) == NN_OK ? curve.auc : NAN;
        nn_roc_free (&curve);
    }
    if (nn_roc_auc (p, false, &self->macro_auc) != NN_OK ||
        nn_roc_auc (p, true, &self->weighted_auc) != NN_OK)
        self->macro_auc = self->weighted_auc = NAN;
    if (nn_calibration_of (&self->calibration, p, BINS) != NN_OK)
        self->calibration = (nn_calibration){ 0 };
    self->top_k = p->classes > 5 ? 5 : p->classes > 2 ? 2 : 1;
    self->top = nn_top_k (p, self->top_k);
    return NN_OK;
}

void nn_report_free (nn_report *self)
{
    nn_confusion_free (&self->confusion);
    free (self->auc);
    self->auc = NULL;
}

/*  The first class without images; -1 if there is none. */
static int absent (const nn_confusion *c)
{
    for (int k = 0; k < c->classes; k++)
        if (nn_class_prf (c, k).images == 0)
            return k;
    return -1;
}

static void text_line (FILE *out, const char *name, const nn_prf *of, double auc)
{
    fprintf (out, "%-16.16s %9.4f %9.4f %9.4f", name, of->precision, of->recall,
             of->f1);
    if (isnan (auc))
        fprintf (out, " %9s", "-");
    else
        fprintf (out, " %9.4f", auc);
    fprintf (out, " %8d\n", of->images);
}

/*  A table with one line a class, for people who read text. */
void nn_report_text (const nn_report *self, FILE *out)
{
    const nn_confusion *c = &self->confusion;
    const nn_prf macro = nn_macro (c), weighted = nn_weighted (c);
    char name[32];
    fprintf (out, "%-16s %9s %9s %9s %9s %8s\n", "", "precision", "recall", "F1",
             "ROC-AUC", "images");
    for (int k = 0; k < c->classes; k++) {
        const nn_prf of = nn_class_prf (c, k);
        text_line (out, nn_class_name (name, c->names, k), &of, self->auc[k]);
    }
    fputc ('\n', out);
    text_line (out, "mean (macro)", &macro, self->macro_auc);
    text_line (out, "weighted mean", &weighted, self->weighted_auc);
    fprintf (out, "%-16s %9.4f\n", "accuracy (micro)", nn_micro (c).f1);
    if (self->top_k > 1)
        fprintf (out, "among the first %d%9.4f\n", self->top_k, self->top);
    if (self->calibration.images)
        fprintf (out, "%-16s %9.4f\n", "calibration err.",
                 self->calibration.expected);
    else
        fprintf (out, "The scores are no probabilities: there is no "
                      "calibration error.\n");
    if (absent (c) >= 0)
        fprintf (
            out,
            "'%s' has no image here: it counts as 0 in the mean, and there is "
            "no mean of the ROC-AUC.\n",
            nn_class_name (name, c->names, absent (c)));
}

/*  A name as HTML: nobody can put a tag into it. */
void nn_html_text (FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<')
            fputs ("&lt;", out);
        else if (*text == '&')
            fputs ("&amp;", out);
        else if (*text == '"')
            fputs ("&quot;", out);
        else
            fputc (*text, out);
}

static void html_line (FILE *out, const char *name, const nn_prf *of, double auc)
{
    fputs ("<tr><th scope=\"row\">", out);
    nn_html_text (out, name);
    fprintf (out, "</th><td>%.4f</td><td>%.4f</td><td>%.4f</td>", of->precision,
             of->recall, of->f1);
    if (isnan (auc))
        fputs ("<td>-</td>", out);
    else
        fprintf (out, "<td>%.4f</td>", auc);
    fprintf (out, "<td>%d</td></tr>\n", of->images);
}

/*  The confusion matrix as a table. */
static void html_confusion (const nn_confusion *c, FILE *out)
{
    char name[32];
    fputs ("<table class=\"confusion\">\n<tr><th>named</th>", out);
    for (int k = 0; k < c->classes; k++) {
        fputs ("<th scope=\"col\">", out);
        nn_html_text (out, nn_class_name (name, c->names, k));
        fputs ("</th>", out);
    }
    fputs ("</tr>\n", out);
    for (int i = 0; i < c->classes; i++) {
        fputs ("<tr><th scope=\"row\">", out);
        nn_html_text (out, nn_class_name (name, c->names, i));
        fputs ("</th>", out);
        for (int k = 0; k < c->classes; k++)
            fprintf (out, i == k ? "<td><b>%d</b></td>" : "<td>%d</td>",
                     c->count[i * c->classes + k]);
        fputs ("</tr>\n", out);
    }
    fputs ("</table>\n", out);
}

/*  The same as two tables of HTML, for a page that somebody else begins and
 *  ends. */
void nn_report_html (const nn_report *self, FILE *out)
{
    const nn_confusion *c = &self->confusion;
    const nn_prf macro = nn_macro (c), weighted = nn_weighted (c);
    char name[32];
    fputs (
        "<table class=\"report\">\n<tr><th></th><th>precision</th><th>recall</th>"
        "<th>F1</th><th>ROC-AUC</th><th>images</th></tr>\n",
        out);
    for (int k = 0; k < c->classes; k++) {
        const nn_prf of = nn_class_prf (c, k);
        html_line (out, nn_class_name (name, c->names, k), &of, self->auc[k]);
    }
    html_line (out, "mean (macro)", &macro, self->macro_auc);
    html_line (out, "weighted mean", &weighted, self->weighted_auc);
    fprintf (out, "</table>\n<p>Accuracy %.4f", nn_micro (c).f1);
    if (self->top_k > 1)
        fprintf (out, "; right among the first %d names %.4f", self->top_k,
                 self->top);
    if (self->calibration.images)
        fprintf (out, "; expected calibration error %.4f",
                 self->calibration.expected);
    fputs (".", out);
    if (absent (c) >= 0) {
        fputs (" &lsquo;", out);
        nn_html_text (out, nn_class_name (name, c->names, absent (c)));
        fputs (
            "&rsquo; has no image here: it counts as 0 in the mean, and there is "
            "no mean of the ROC-AUC.",
            out);
    }
    fputs ("</p>\n", out);
    html_confusion (c, out);
}
