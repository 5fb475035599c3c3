/*  plot_metrics.c - how good it is, as pictures
 *
 *  A confusion matrix as a heat map, the three scores of each class, ROC curves,
 *  and the reliability diagram. What means different things differs in more than
 *  its colour: in its place, its mark, or its lightness. So all of them can be
 *  read by everybody and from grey paper.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_TEXT = 32 };

/*  Writes a cell's text, how many and what share of its row, and returns the
 *  share in per cent. An empty cell stays empty. */
static float cell (char text[CELL_TEXT], int count, int row)
{
    const float share = row > 0 ? 100.0f * (float) count / (float) row : 0;
    text[0] = 0;
    if (count)
        snprintf (text, CELL_TEXT, "%d\n%.*f %%", count, share < 0.95f ? 1 : 0,
                  (double) share);
    return share;
}

/*  Draws which class was taken for which: a row a class, in each cell how many of
 *  its images were named so, and what share of the row this is; the share is the
 *  colour. file: .svg or .png, or NULL to show it where the program runs. */
int nn_plot_confusion (const nn_confusion *confusion, const char *title,
                       const char *file)
{
    const int classes = confusion->classes, cells = classes * classes;
    char (*text)[CELL_TEXT] = malloc ((size_t) cells * sizeof *text);
    const char **texts = malloc (cells * sizeof *texts);
    float *share = malloc (cells * sizeof *share);
    int status = NN_EMEMORY;
    if (!text || !texts || !share)
        nn_fail (NN_EMEMORY, "no memory to draw %d classes", classes);
    else {
        for (int i = 0; i < cells; i++) {
            share[i] = cell (text[i], confusion->count[i],
                             nn_class_prf (confusion, i / classes).images);
            texts[i] = text[i];
        }
        const int side = classes < 6 ? 90 * classes : 540;
        status = nn_plot_heat (
            share, classes, classes, .file = file, .names = confusion->names,
            .cells = texts, .x_label = "named", .y_label = "what it is",
            .title = title ? title : "images, and per cent of the row",
            .width = side + 230, .height = side + 150);
    }
    free (text);
    free (texts);
    free (share);
    return status;
}

/*  Draws precision, recall and F1 of every class, and the mean of F1 as a line. */
int nn_plot_classes (const nn_confusion *confusion, const char *title,
                     const char *file)
{
    const nn_plot_args args = {
        .title = title, .file = file, .y_high = 1.02, .names = confusion->names
    };
    nn_script s;
    const int status = nn_script_begin (&s, &args, 640, 400);
    if (status < 0)
        return status;
    fputs ("$d << EOD\n", s.out);
    for (int k = 0; k < confusion->classes; k++) {
        const nn_prf of = nn_class_prf (confusion, k);
        fprintf (s.out, "%d %.9g %.9g %.9g\n", k, of.f1, of.precision, of.recall);
    }
    fprintf (
        s.out,
        "EOD\nset style fill solid noborder\nset boxwidth 0.7\nset grid noxtics\n"
        "set xrange [-0.6:%g]\n",
        confusion->classes - 0.4);
    if (confusion->names)
        nn_script_names (&s, 'x', confusion->names, confusion->classes, 560);
    fprintf (s.out,
             "plot $d using 1:2 with boxes linecolor '#a6cfe8' title 'F1', "
             "$d using 1:3 with points pointtype 7 pointsize 0.8 linecolor '%s' "
             "title 'precision', "
             "$d using 1:4 with points pointtype 9 pointsize 0.9 linecolor '%s' "
             "title 'recall', "
             "%.9g with lines linecolor '#333333' dashtype 2 title 'mean F1'\n",
             nn_plot_colours[0], nn_plot_colours[1], nn_macro (confusion).f1);
    return nn_script_end (&s, &args, NN_OK);
}

/*  A ROC curve to be drawn: points that lie on one another on paper are left out.
 *  x and y are taken with malloc. */
static int thin_out (nn_curve *to, const nn_roc_curve *from)
{
    float *x = malloc (2 * (size_t) from->count * sizeof *x);
    if (!x)
        return nn_fail (NN_EMEMORY, "no memory to draw %d points", from->count);
    float *y = x + from->count;
    int last = -1;
    to->count = 0;
    for (int i = 0; i < from->count; i++) {
        if (last >= 0 && i < from->count - 1 &&
            from->fpr[i] - from->fpr[last] < 0.003 &&
            from->tpr[i] - from->tpr[last] < 0.003)
            continue;
        x[to->count] = (float) from->fpr[i];
        y[to->count++] = (float) from->tpr[i];
        last = i;
    }
    to->x = x;
    to->y = y;
    return NN_OK;
}

enum { MOST_ROC = 12 };

/*  The curves of all classes that have one, up to MOST_ROC; returns how many. */
static int roc_curves (const nn_predictions *p, nn_curve *curve, char label[][48],
                       int *status)
{
    char name[32];
    int count = 0;
    *status = NN_OK;
    for (int k = 0; k < p->classes && count < MOST_ROC && *status == NN_OK; k++) {
        nn_roc_curve roc;
        if (nn_roc (&roc, p, k) != NN_OK)
            continue;
        *status = thin_out (&curve[count], &roc);
        snprintf (label[count], sizeof label[count], "%.32s %.3f",
                  nn_class_name (name, p->names, k), roc.auc);
        curve[count].label = label[count];
        count += *status == NN_OK;
        nn_roc_free (&roc);
    }
    return count;
}

/*  Draws the ROC curve of every class against all others, with the area below it;
 *  of more than twelve classes the first twelve. A class that no image belongs to
 *  has no curve. */
int nn_plot_roc (const nn_predictions *p, const char *title, const char *file)
{
    static const float coin[2] = { 0, 1 };
    nn_curve curve[MOST_ROC + 1] = { { 0 } };
    char label[MOST_ROC][48];
    int status = nn_predictions_check (p);
    if (status != NN_OK)
        return status;
    const int count = roc_curves (p, curve, label, &status);
    if (status == NN_OK && count == 0)
        status = nn_fail (NN_EVALUE,
                          "nn_plot_roc: all %d images belong to one class; a ROC "
                          "curve compares images of a class with images of others",
                          p->n);
    curve[count] = (nn_curve){
        .label = "a coin", .x = coin, .y = coin, .count = 2, .dashed = true
    };
    if (status == NN_OK)
        status =
            nn_plot_curves (curve, count + 1, .title = title, .file = file,
                            .x_label = "share of the others that are taken for it",
                            .y_label = "share of its images that are found",
                            .y_low = 0, .y_high = 1, .width = 640, .height = 600);
    for (int k = 0; k < count; k++)
        free ((void *) curve[k].x);
    return status;
}

/*  The bins as lines for gnuplot: left edge, right edge, accuracy, mean
 *  confidence, share of the images; returns the largest share. */
static double bins (const nn_script *s, const nn_calibration *c)
{
    double largest = 0;
    fputs ("$d << EOD\n", s->out);
    for (int b = 0; b < c->bins; b++) {
        const double share = (double) c->bin[b].images / c->images;
        largest = share > largest ? share : largest;
        if (share > 0)
            fprintf (s->out, "%.9g %.9g %.9g %.9g %.9g\n", (double) b / c->bins,
                     (b + 1.0) / c->bins, c->bin[b].accuracy, c->bin[b].confidence,
                     share);
    }
    fputs ("EOD\n", s->out);
    return largest;
}

/*  Draws how often the net was right where it was so sure, and below it how many
 *  images that were. */
int nn_plot_reliability (const nn_calibration *c, const char *title,
                         const char *file)
{
    char with_error[128];
    snprintf (with_error, sizeof with_error,
              "%.80s%sexpected calibration error %.3f", title ? title : "",
              title ? ": " : "", c->expected);
    const nn_plot_args args = { .title = with_error, .file = file };
    nn_script s;
    const int status = nn_script_begin (&s, &args, 560, 560);
    if (status < 0)
        return status;
    const double tallest = bins (&s, c);
    fprintf (
        s.out,
        "set multiplot\nset lmargin at screen 0.13\nset rmargin at screen 0.96\n"
        "set xrange [0:1]\nset style fill solid noborder\n"
        "set tmargin at screen 0.92\nset bmargin at screen 0.4\n"
        "set yrange [0:1]\nset format x ''\nset ylabel 'share that was right'\n"
        "set key inside top left vertical\n"
        "plot $d using (($1+$2)/2):3:(($2-$1)*0.9) with boxes linecolor '#a6cfe8' "
        "title 'right', x with lines linecolor '#333333' dashtype 2 "
        "title 'as sure as right', "
        "$d using 4:3 with points pointtype 7 pointsize 0.7 linecolor '%s' "
        "title 'how sure, on average'\n"
        "unset title\nset tmargin at screen 0.34\nset bmargin at screen 0.12\n"
        "set format x '%%.6g'\nset yrange [0:*]\nset ytics %g\n"
        "set ylabel 'share of images'\n"
        "set xlabel 'how sure it was' offset 0,0.5\nunset key\n"
        "plot $d using (($1+$2)/2):5:(($2-$1)*0.9) with boxes "
        "linecolor '#555555'\n"
        "unset multiplot\n",
        nn_plot_colours[1],
        tallest > 0.5   ? 0.25
        : tallest > 0.2 ? 0.1
                        : 0.05);
    return nn_script_end (&s, &args, NN_OK);
}
