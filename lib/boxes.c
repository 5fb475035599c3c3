/*  boxes.c - a few measurements of several things, side by side
 *
 *  A box reaches from the lower quartile to the upper, with a line at the median;
 *  whiskers reach to the ends (Tukey 1977). Five numbers make a poor box. So they
 *  stand there themselves, as points, and beside them their mean with its
 *  interval. A thin line from box to box joins what was measured under the same
 *  conditions: the eye then follows the pairs and not the boxes.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending (const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/*  The value below which this share of the sorted ones lies, with a straight line
 *  from each to the next. */
static double quantile (const double *sorted, int count, double share)
{
    const double place = share * (count - 1);
    const int below = (int) place;
    return below + 1 < count
               ? sorted[below] +
                     (place - below) * (sorted[below + 1] - sorted[below])
               : sorted[below];
}

/*  Writes what gnuplot needs for one box at place k: a line with the five numbers,
 *  the points, the mean and its interval. Returns how many values can be drawn. */
static int write_box (const nn_script *s, const nn_box *box, int k)
{
    double *sorted = malloc ((box->count + 1) * sizeof *sorted), sum = 0;
    int count = 0;
    for (int i = 0; sorted && i < box->count; i++)
        if (isfinite (box->values[i]))
            sum += sorted[count++] = box->values[i];
    if (count == 0) {
        free (sorted);
        return 0;
    }
    qsort (sorted, count, sizeof *sorted, ascending);
    fprintf (s->out, "$box%d << EOD\n%d", k, k);
    for (int i = 0; i <= 4; i++)
        fprintf (s->out, " %.9g", quantile (sorted, count, i / 4.0));
    fprintf (s->out,
             "\nEOD\n$mean%d << EOD\n%g %.9g %.9g %.9g\nEOD\n$dot%d << EOD\n", k,
             k + 0.32, sum / count, box->low, box->high, k);
    // -- the points, a little to the left and right so that equal ones are seen
    for (int i = 0; i < box->count; i++)
        if (isfinite (box->values[i]))
            fprintf (s->out, "%g %.9g\n", k + 0.14 * (i % 3 - 1), box->values[i]);
    fputs ("EOD\n", s->out);
    free (sorted);
    return count;
}

/*  The lines from what this box measured to what the one before did. */
static void write_pairs (const nn_script *s, const nn_box *box, int k)
{
    const nn_box *before = box - 1;
    fprintf (s->out, "$pair%d << EOD\n", k);
    for (int i = 0; i < box->count && i < before->count; i++)
        if (isfinite (box->values[i]) && isfinite (before->values[i]))
            fprintf (s->out, "%g %.9g\n%g %.9g\n\n", k - 1 + 0.14 * (i % 3 - 1),
                     before->values[i], k + 0.14 * (i % 3 - 1), box->values[i]);
    fputs ("EOD\n", s->out);
}

/*  Names below the boxes, room at both ends, and what is drawn over what. */
static void draw (const nn_script *s, const nn_box *boxes, int count, int room)
{
    const char **names = calloc (count, sizeof *names);
    for (int k = 0; names && k < count; k++)
        names[k] = boxes[k].label ? boxes[k].label : "";
    if (names)
        nn_script_names (s, 'x', names, count, room);
    free (names);
    fprintf (s->out,
             "set xrange [-0.6:%g]\nset grid noxtics\nset offsets "
             "0,0,graph 0.05,graph 0.05\nplot ",
             count - 0.4);
    for (int k = 1; k < count; k++)
        if (boxes[k].paired)
            fprintf (s->out, "$pair%d with lines linecolor '#bbbbbb' notitle, ",
                     k);
    for (int k = 0; k < count; k++) {
        const char *colour = nn_plot_colours[k % NN_COLOURS];
        fprintf (
            s->out,
            "$box%d using 1:3:2:6:5:(0.44) with candlesticks whiskerbars 0.5 "
            "linecolor '%s' linewidth 1.5 fillstyle transparent solid 0.2 border "
            "linecolor '%s' notitle, $box%d using 1:4:4:4:4:(0.44) with "
            "candlesticks linecolor '%s' linewidth 3 notitle, $dot%d with points "
            "pointtype 6 pointsize 0.7 linecolor '#333333' notitle, ",
            k, colour, colour, k, colour, k);
        if (boxes[k].low < boxes[k].high)
            fprintf (
                s->out,
                "$mean%d with yerrorbars pointtype 9 pointsize 0.8 linewidth 2 "
                "linecolor '#000000' notitle%s",
                k, k + 1 < count ? ", " : "");
        else
            fprintf (s->out,
                     "$mean%d using 1:2 with points pointtype 9 pointsize 0.8 "
                     "linecolor '#000000' notitle%s",
                     k, k + 1 < count ? ", " : "");
    }
    fputc ('\n', s->out);
}

/*  Draws a box for each, with all its values. Every box must have one that can be
 *  drawn. */
int nn_plot_boxes_with (const nn_box *boxes, int count, nn_plot_args args)
{
    nn_script s;
    if (count < 1)
        return nn_fail (NN_EVALUE, "nn_plot_boxes: no boxes");
    int status = nn_script_begin (&s, &args, 640, 400);
    if (status < 0)
        return status;
    for (int k = 0; k < count; k++) {
        if (write_box (&s, &boxes[k], k) == 0)
            status =
                nn_fail (NN_EVALUE,
                         "nn_plot_boxes: none of the %d values of box %d (%s) can "
                         "be drawn",
                         boxes[k].count, k + 1,
                         boxes[k].label ? boxes[k].label : "no name");
        if (k > 0 && boxes[k].paired)
            write_pairs (&s, &boxes[k], k);
    }
    draw (&s, boxes, count, (args.width ? args.width : 640) - 80);
    return nn_script_end (&s, &args, status);
}
