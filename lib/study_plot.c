/*  study_plot.c - what a study has seen
 *
 *  Four questions, a picture each. Does it still get better: the best so far over
 *  the trials. Which values go together: a line for each trial through all its
 *  values. Where along one hyperparameter are the good ones: a slice. And which
 *  hyperparameter matters at all: a bar for each.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 4 };

/*  From light (0) to dark (1): told apart by all eyes and all printers. */
static int shade (double dark)
{
    static const int from[3] = { 107, 174, 214 }, to[3] = { 8, 48, 107 };
    int colour = 0;
    for (int k = 0; k < 3; k++)
        colour = colour * 256 + from[k] + (int) ((to[k] - from[k]) * dark);
    return colour;
}

/*  Each result, and the best so far. */
int nn_plot_search_with (const nn_trial *trials, int count, nn_plot_args args)
{
    float *y = malloc ((size_t) (3 * count + 1) * sizeof *y), best = NAN;
    if (!y)
        return nn_fail (NN_EMEMORY, "no memory for a picture of %d trials", count);
    for (int k = 0; k < count; k++) {
        const bool done = trials[k].state == NN_TRIAL_DONE,
                   pruned = trials[k].state == NN_TRIAL_PRUNED;
        const float result = (float) trials[k].result;
        y[k] = done ? result : NAN;
        y[count + k] = pruned ? result : NAN;
        if (done && !(result >= best))
            best = result;
        y[2 * count + k] = best;
    }
    const nn_curve curves[] = {
        { .label = "finished", .y = y, .count = count, .points = true },
        { .label = "the best so far", .y = y + 2 * count, .count = count },
        { .label = "stopped early",
          .y = y + count,
          .count = count,
          .points = true },
    };
    bool pruned = false;
    for (int k = 0; k < count; k++)
        pruned = pruned || isfinite (y[count + k]);
    if (!args.x_label)
        args.x_label = "trial";
    const int status = nn_plot_curves_with (curves, pruned ? 3 : 2, args);
    free (y);
    return status;
}

static int by_result (const void *a, const void *b)
{
    const nn_trial *s = *(const nn_trial *const *) a,
                   *t = *(const nn_trial *const *) b;
    if (s->result != t->result)
        return s->result < t->result ? -1 : 1;
    return s->number - t->number;
}

/*  The finished trials, the best first, to be freed; how many, or a negative
 *  status if there are fewer than two. */
static int sorted (const nn_trial *trials, int count, const nn_trial ***order)
{
    int finished = 0;
    *order = malloc ((size_t) (count + 1) * sizeof (void *));
    if (!*order)
        return nn_fail (NN_EMEMORY, "no memory to sort %d trials", count);
    for (int k = 0; k < count; k++)
        if (trials[k].state == NN_TRIAL_DONE && isfinite (trials[k].result))
            (*order)[finished++] = &trials[k];
    qsort (*order, finished, sizeof **order, by_result);
    if (finished >= 2)
        return finished;
    free (*order);
    *order = NULL;
    return nn_fail (NN_EVALUE, "%d finished trials are too few for a picture",
                    finished);
}

/*  Where a value lies on its axis, from 0 to 1; below it if it is not there. */
static double height (const nn_hyper *h, double value)
{
    const double low = nn_hyper_scale (h, h->low),
                 high = nn_hyper_scale (h, h->high);
    if (isnan (value))
        return -0.12;
    return high > low ? (nn_hyper_scale (h, value) - low) / (high - low) : 0.5;
}

/*  A text beside axis number `at`, on white, so that it can be read where lines
 *  are. */
static void mark (const nn_script *s, int at, double y, bool right,
                  const char *text)
{
    fputs ("set label ", s->out);
    nn_gnuplot_text (s->out, text);
    fprintf (s->out,
             " at %d,%g %s offset %g,0 noenhanced font ',10' textcolor '#333333' "
             "front boxed\n",
             at, y, right ? "left" : "right", right ? 1.0 : -1.0);
}

/*  An axis for each hyperparameter and one for the result, with their ends. */
static void axes (const nn_script *s, const nn_space *space, double best,
                  double worst)
{
    char text[32];
    fputs (
        "set style textbox opaque noborder fillcolor '#ffffff' margins 0.4,0.6\n",
        s->out);
    for (int i = 0; i <= space->count; i++) {
        const nn_hyper *h = &space->hyper[i];
        const bool last = i == space->count;
        fprintf (s->out,
                 "set arrow from %d,0 to %d,1 nohead linecolor '#333333' "
                 "linewidth 1.2 front\n",
                 i, i);
        for (int k = 0; !last && k < h->choices; k++)
            mark (s, i, height (h, k), false, h->choice[k]);
        if (!last && h->choices)
            continue;
        snprintf (text, sizeof text, "%.4g", last ? best : h->low);
        mark (s, i, 0, last, text);
        snprintf (text, sizeof text, "%.4g", last ? worst : h->high);
        mark (s, i, 1, last, text);
    }
}

/*  A trial's line through all axes. */
static void write_line (const nn_script *s, const nn_space *space,
                        const nn_trial *trial, double place, int colour)
{
    for (int i = 0; i < space->count; i++)
        fprintf (s->out, "%d %.6g %d\n", i,
                 height (&space->hyper[i], trial->value[i]), colour);
    fprintf (s->out, "%d %.6g %d\n\n", space->count, place, colour);
}

/*  Parallel coordinates (Inselberg 1985): a line a trial, the better the darker,
 *  the best tenth thick and orange. */
int nn_plot_parallel_with (const nn_space *space, const nn_trial *trials,
                           int count, nn_plot_args args)
{
    const nn_trial **order;
    nn_script s;
    const int finished = sorted (trials, count, &order);
    int status = finished < 0 ? finished : nn_script_begin (&s, &args, 720, 420);
    if (status < 0) {
        free (order);
        return status;
    }
    const double best = order[0]->result, worst = order[finished - 1]->result;
    const char *names[NN_HYPERS + 1];
    for (int i = 0; i < space->count; i++)
        names[i] = space->hyper[i].name;
    names[space->count] = args.y_label ? args.y_label : "result";
    nn_script_names (&s, 'x', names, space->count + 1, 640);
    fprintf (s.out,
             "unset grid\nset border 0\nunset ytics\nunset ylabel\nset xrange "
             "[-0.5:%g]\nset yrange [-0.16:1.05]\n$rest << EOD\n",
             space->count + 0.5);
    for (int k = finished - 1; k >= 0; k--) {
        if (k == (finished + 9) / 10 - 1)
            fputs ("EOD\n$best << EOD\n", s.out);
        write_line (&s, space, order[k],
                    worst > best ? (order[k]->result - best) / (worst - best) : 0,
                    shade (1 - (double) k / finished));
    }
    fputs ("EOD\n", s.out);
    axes (&s, space, best, worst);
    fprintf (
        s.out,
        "plot $rest using 1:2:3 with lines linewidth 1.4 linecolor rgb variable "
        "notitle, $best using 1:2 with lines linewidth 3.5 linecolor '%s' title "
        "'the best tenth'\n",
        nn_plot_colours[1]);
    free (order);
    return nn_script_end (&s, &args, NN_OK);
}

/*  One hyperparameter and the results: the later a trial, the darker; the best
 *  has a ring. */
int nn_plot_slice_with (const nn_space *space, int i, const nn_trial *trials,
                        int count, nn_plot_args args)
{
    const nn_hyper *h = &space->hyper[i];
    const nn_trial **order;
    nn_script s;
    const int finished = sorted (trials, count, &order);
    args.x_label = args.x_label ? args.x_label : h->name;
    args.y_label = args.y_label ? args.y_label : "result";
    args.log_x = h->log;
    int status = finished < 0 ? finished : nn_script_begin (&s, &args, 520, 360);
    if (status < 0) {
        free (order);
        return status;
    }
    const char *names[NN_CHOICES];
    for (int k = 0; k < h->choices; k++)
        names[k] = h->choice[k];
    if (h->choices)
        nn_script_names (&s, 'x', names, h->choices, 440);
    if (h->choices)
        fprintf (s.out, "set xrange [-0.5:%g]\n", h->choices - 0.5);
    else
        fprintf (s.out, "set xrange [%.9g:%.9g]\nset format x '%s'\n", h->low,
                 h->high, h->log && h->type == NN_REAL ? "%.0e" : "%.6g");
    fputs ("$d << EOD\n", s.out);
    int shown = 0;
    for (int k = finished - 1; k >= 0; k--)
        if (!isnan (order[k]->value[i])) {
            fprintf (s.out, "%.9g %.9g %d\n", order[k]->value[i], order[k]->result,
                     shade ((double) order[k]->number / count));
            shown++;
        }
    fprintf (s.out, "EOD\n$b << EOD\n%.9g %.9g\nEOD\n", order[0]->value[i],
             order[0]->result);
    fputs ("plot $d using 1:2:3 with points pointtype 7 pointsize 0.7 linecolor "
           "rgb variable notitle, $b using 1:2 with points pointtype 6 pointsize "
           "1.4 linewidth 2 linecolor '#D55E00' title 'the best'\n",
           s.out);
    free (order);
    return nn_script_end (
        &s, &args,
        shown ? NN_OK
              : nn_fail (NN_EVALUE, "%s: no finished trial has it", h->name));
}

/*  In which of some bins of equal numbers of trials each value lies; choices are
 *  bins themselves. Returns how many bins there are. */
static int bin_values (const nn_hyper *h, int i, const nn_trial *const *order,
                       int n, int *bin)
{
    if (h->type == NN_CHOICE) {
        for (int k = 0; k < n; k++)
            bin[k] = (int) order[k]->value[i];
        return h->choices;
    }
    for (int k = 0; k < n; k++) {
        int below = 0;
        for (int j = 0; j < n; j++)
            below += order[j]->value[i] < order[k]->value[i];
        bin[k] = below * BINS / n;
    }
    return BINS;
}

/*  How much one hyperparameter says about the rank of a result, from 0 to 1: its
 *  values cut into bins, the variance between the bins over the whole variance,
 *  corrected for chance: epsilon squared (Kelley 1935) of ranks (Kruskal and
 *  Wallis 1952). It sees each alone, not what two do together. */
static double explained (const nn_hyper *h, int i, const nn_trial *const *order,
                         int n, int *bin)
{
    double sum[NN_CHOICES] = { 0 }, between = 0;
    int size[NN_CHOICES] = { 0 }, used = 0;
    const int bins = bin_values (h, i, order, n, bin);
    for (int k = 0; k < n; k++) { // order[k] has rank k
        sum[bin[k]] += k - (n - 1) / 2.0;
        size[bin[k]]++;
    }
    for (int b = 0; b < bins; b++)
        if (size[b]) {
            between += sum[b] * sum[b] / size[b];
            used++;
        }
    const double whole = n * ((double) n * n - 1) / 12;
    if (used < 2 || n <= used)
        return 0;
    return fmax (0, 1 - (1 - between / whole) * (n - 1) / (n - used));
}

/*  The importance of each hyperparameter, over the finished trials that had it. */
int nn_importance (const nn_space *space, const nn_trial *trials, int count,
                   float *share)
{
    const nn_trial **order;
    const int finished = sorted (trials, count, &order);
    if (finished < 0 || !order)
        return finished;
    int *bin = malloc (finished * sizeof *bin);
    const nn_trial **with = malloc (finished * sizeof (void *));
    for (int i = 0; bin && with && i < space->count; i++) {
        int n = 0;
        for (int k = 0; k < finished; k++)
            if (!isnan (order[k]->value[i]))
                with[n++] = order[k];
        share[i] =
            n < 2 ? 0 : (float) explained (&space->hyper[i], i, with, n, bin);
    }
    const bool good = bin && with;
    free (bin);
    free (with);
    free (order);
    return good ? NN_OK : nn_fail (NN_EMEMORY, "no memory for %d trials", count);
}

/*  Lines with bands around them: several runs of each of several methods. */
int nn_plot_bands_with (const nn_band *bands, int count, nn_plot_args args)
{
    nn_script s;
    const int status = nn_script_begin (&s, &args, 640, 400);
    if (status < 0)
        return status;
    for (int b = 0; b < count; b++) {
        fprintf (s.out, "$d%d << EOD\n", b);
        for (int k = 0; k < bands[b].count; k++) {
            const float x = bands[b].x ? bands[b].x[k] : (float) (k + 1);
            if (isfinite (bands[b].middle[k]))
                fprintf (s.out, "%.9g %.9g %.9g %.9g\n", x, bands[b].low[k],
                         bands[b].middle[k], bands[b].high[k]);
        }
        fputs ("EOD\n", s.out);
    }
    fputs ("plot ", s.out);
    for (int b = 0; b < count; b++)
        fprintf (s.out,
                 "$d%d using 1:2:4 with filledcurves fillstyle transparent solid "
                 "0.18 noborder linecolor '%s' notitle, ",
                 b, nn_plot_colours[b % NN_COLOURS]);
    for (int b = 0; b < count; b++) {
        fprintf (s.out,
                 "%s$d%d using 1:3 with lines linewidth 2.4 dashtype %d "
                 "linecolor '%s' title ",
                 b ? ", " : "", b, b + 1, nn_plot_colours[b % NN_COLOURS]);
        nn_gnuplot_text (s.out, bands[b].label);
    }
    fputc ('\n', s.out);
    return nn_script_end (&s, &args, NN_OK);
}
