/*  plot.c - numbers that one can see: curves, bars, heat maps
 *
 *  Each kind of picture is a short script for gnuplot, written into memory: how it
 *  looks, then its numbers, then what to do with them. The colours (Okabe and Ito
 *  2008) can be told apart by nearly all eyes, and the marks and dashes by all
 *  printers. The ground is white, whatever the page around it. What is not a
 *  number leaves a gap.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const nn_plot_colours[NN_COLOURS] = { "#0072B2", "#D55E00", "#009E73",
                                                  "#CC79A7", "#E69F00", "#56B4E9",
                                                  "#555555" };
static const int marks[NN_COLOURS] = {
    7, 5, 9, 13, 11, 6, 4
}; // disc, square, triangle …

static void label (const nn_script *s, const char *what, const char *text)
{
    if (!text)
        return;
    fprintf (s->out, "set %s ", what);
    nn_gnuplot_text (s->out, text);
    fputs (strcmp (what, "xlabel") ? " noenhanced\n"
                                   : " noenhanced offset 0,0.5\n",
           s->out);
}

/*  Begins a script: size (of the picture, unless args say otherwise), look and
 *  labels. */
int nn_script_begin (nn_script *s, const nn_plot_args *args, int width, int height)
{
    const int png = nn_plot_is_png (args->file);
    if (png < 0)
        return png;
    *s = (nn_script){ NULL, NULL, 0 };
    s->out = open_memstream (&s->text, &s->size);
    if (!s->out)
        return nn_fail (NN_EMEMORY, "no memory for a picture");
    fprintf (s->out,
             "set encoding utf8\nset terminal %s noenhanced size %d,%d "
             "font 'sans-serif,%d' background '#ffffff'\n",
             png ? "pngcairo" : "svg", args->width ? args->width : width,
             args->height ? args->height : height, png ? 10 : 12);
    fputs (
        "set border 3 linecolor '#888888' linewidth 1\n"
        "set tics nomirror scale 0.5 textcolor '#333333'\n"
        "set grid linecolor '#dddddd' linewidth 0.6 linetype 1\n"
        "set key outside bottom center horizontal Left reverse height 1 textcolor "
        "'#333333' samplen 2.5\n"
        "set format '%.6g'\nunset colorbox\n",
        s->out);
    label (s, "title", args->title);
    label (s, "xlabel", args->x_label);
    label (s, "ylabel", args->y_label);
    if (args->log_x)
        fputs ("set logscale x\n", s->out);
    if (args->log_y)
        fputs ("set logscale y\n", s->out);
    if (args->y_low != 0 || args->y_high != 0)
        fprintf (s->out, "set yrange [%.9g:%.9g]\n", args->y_low, args->y_high);
    return NN_OK;
}

/*  Ends a script: gnuplot draws it, and it goes where it is wanted; or, if the
 *  status is a failure, nothing is drawn. Frees the script. */
int nn_script_end (nn_script *s, const nn_plot_args *args, int status)
{
    unsigned char *picture = NULL;
    size_t size;
    const bool whole = !ferror (s->out);
    if (fclose (s->out) != 0 || !whole)
        status = nn_fail (NN_EMEMORY, "no memory for a picture");
    if (status == NN_OK)
        status = nn_gnuplot (s->text, NULL, 0, &picture, &size);
    if (status == NN_OK)
        status = nn_plot_show (args->file, picture, size);
    free (picture);
    free (s->text);
    return status;
}

/*  Can (x, y) be drawn on these axes? */
static bool drawable (float x, float y, const nn_plot_args *args)
{
    return isfinite (x) && isfinite (y) && !(args->log_x && x <= 0) &&
           !(args->log_y && y <= 0);
}

/*  Writes a curve's points, with an empty line for a gap; returns how many there
 *  are. */
static int points (const nn_script *s, int number, const nn_curve *c,
                   const nn_plot_args *args)
{
    int count = 0;
    fprintf (s->out, "$d%d << EOD\n", number);
    for (int i = 0; i < c->count; i++) {
        const float x = c->x ? c->x[i] : (float) (i + 1);
        if (drawable (x, c->y[i], args)) {
            fprintf (s->out, "%.9g %.9g\n", x, c->y[i]);
            count++;
        } else
            fputc ('\n', s->out);
    }
    fputs ("EOD\n", s->out);
    return count;
}

/*  How a curve looks: about eight marks along a line, or marks alone. Where the
 *  colours begin anew, the marks are others and the lines are broken in another
 *  way. */
static void curve_style (const nn_script *s, int number, const nn_curve *c)
{
    const int look = number % NN_COLOURS, round = number / NN_COLOURS;
    const int mark = marks[(look + round) % NN_COLOURS];
    fprintf (
        s->out,
        "%s $d%d using 1:2 with %s linecolor '%s' pointtype %d pointsize 0.5 ",
        number ? "," : "plot", number, c->points ? "points" : "linespoints",
        nn_plot_colours[look], mark);
    if (!c->points)
        fprintf (s->out, "linewidth 2 dashtype %d pointinterval %d ",
                 c->dashed   ? 2
                 : round % 2 ? 5
                             : 1,
                 c->count > 24 ? c->count / 8 : 1);
    if (c->label) {
        fputs ("title ", s->out);
        nn_gnuplot_text (s->out, c->label);
        fputs (" noenhanced", s->out);
    } else
        fputs ("notitle", s->out);
}

/*  Draws curves into one frame. */
int nn_plot_curves_with (const nn_curve *curves, int count, nn_plot_args args)
{
    nn_script s;
    const int status = nn_script_begin (&s, &args, 640, 400);
    if (status < 0)
        return status;
    int drawn = 0;
    bool counted = !args.log_x; // 1, 2, 3 …, and few of them: nothing lies between
    for (int k = 0; k < count; k++)
        counted = counted && !curves[k].x && curves[k].count <= 12;
    if (counted)
        fputs ("set xtics 1\n", s.out);
    for (int k = 0; k < count; k++)
        drawn += points (&s, k, &curves[k], &args);
    for (int k = 0; k < count; k++)
        curve_style (&s, k, &curves[k]);
    fputc ('\n', s.out);
    return nn_script_end (
        &s, &args,
        drawn
            ? NN_OK
            : nn_fail (NN_EVALUE,
                       "nn_plot_curves: none of the %d curves has a point that "
                       "can be drawn%s",
                       count,
                       args.log_x || args.log_y ? " on a logarithmic axis" : ""));
}

/*  A name on an axis is a format to gnuplot: each % is written twice. */
static void name_text (FILE *out, const char *name)
{
    char twice[512];
    size_t at = 0;
    for (; *name && at < sizeof twice - 2; name++) {
        twice[at++] = *name;
        if (*name == '%')
            twice[at++] = '%';
    }
    twice[at] = 0;
    nn_gnuplot_text (out, twice);
}

/*  The names along an axis, turned where they would not fit side by side. */
void nn_script_names (const nn_script *s, char axis, const char *const *names,
                      int count, int room)
{
    size_t longest = 0;
    for (int k = 0; names && k < count; k++)
        longest = strlen (names[k]) > longest ? strlen (names[k]) : longest;
    const bool turn = axis == 'x' && longest * 8 * count > (size_t) room;
    fprintf (s->out, "set %ctics scale 0 %s noenhanced (", axis,
             turn ? "rotate by -40 left" : "norotate");
    for (int k = 0; names && k < count; k++) {
        fputs (k ? ", " : "", s->out);
        name_text (s->out, names[k]);
        fprintf (s->out, " %d", k);
    }
    fputs (")\n", s->out);
}

/*  Draws a bar for each value, and up to twelve values above their bars. */
int nn_plot_bars_with (const float *values, int count, nn_plot_args args)
{
    nn_script s;
    const int status = nn_script_begin (&s, &args, 640, 400);
    if (status < 0)
        return status;
    int drawn = 0;
    bool positive = true;
    fputs ("$d << EOD\n", s.out);
    for (int k = 0; k < count; k++)
        if (drawable (1, values[k], &args)) {
            fprintf (s.out, "%d %.9g %.4g\n", k, values[k], values[k]);
            positive = positive && values[k] >= 0;
            drawn++;
        }
    fputs (
        "EOD\nset style fill solid noborder\nset boxwidth 0.7\nset grid noxtics\n",
        s.out);
    fprintf (s.out, "set xrange [-0.6:%g]\n", count - 0.4);
    if (args.names)
        nn_script_names (&s, 'x', args.names, count,
                         (args.width ? args.width : 640) - 80);
    else if (count <= 20)
        fputs ("set xtics 1\n", s.out);
    if (positive && !args.log_y && args.y_low == 0 && args.y_high == 0)
        fputs ("set yrange [0:*]\nset offsets 0,0,graph 0.06,0\n", s.out);
    fprintf (s.out, "plot $d using 1:2 with boxes linecolor '%s' notitle",
             nn_plot_colours[0]);
    if (count <= 12)
        fputs (", $d using 1:2:3 with labels offset 0,0.6 textcolor '#333333' "
               "notitle",
               s.out);
    fputc ('\n', s.out);
    return nn_script_end (
        &s, &args,
        drawn
            ? NN_OK
            : nn_fail (NN_EVALUE,
                       "nn_plot_bars: none of the %d values can be drawn", count));
}

/*  Finds the smallest and largest finite value; false if there is none. */
static bool range (const float *values, int count, float *low, float *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int k = 0; k < count; k++)
        if (isfinite (values[k])) {
            *low = values[k] < *low ? values[k] : *low;
            *high = values[k] > *high ? values[k] : *high;
        }
    return *low <= *high;
}

/*  How to write the numbers so that they are short and can be compared: whole ones
 *  as they are, others with two digits of the largest behind the point. */
static int digits (const float *values, int count, float largest)
{
    bool whole = true;
    for (int k = 0; k < count; k++)
        whole =
            whole && (!isfinite (values[k]) || values[k] == roundf (values[k]));
    const int after = 2 - (int) floorf (log10f (largest));
    return whole || after < 0 ? 0 : after < 6 ? after : 6;
}

/*  How long the longest line of a text is, in bytes. */
static int longest_line (const char *text)
{
    int longest = 0, length;
    for (;; text += length + 1) {
        length = (int) strcspn (text, "\n");
        longest = length > longest ? length : longest;
        if (!text[length])
            return longest;
    }
}

/*  Writes a line for each cell: where, how much, the colour of its text, the text:
 *  texts[k], or the number. Returns the length of the longest line of text. */
static int cells (const nn_script *s, const float *values, int rows, int cols,
                  float low, float high, const char *const *texts)
{
    int longest = 1;
    const int after =
        digits (values, rows * cols, fmaxf (fabsf (low), fabsf (high)));
    fputs ("$d << EOD\n", s->out);
    for (int k = 0; k < rows * cols; k++) {
        const float v = values[k];
        const float dark = low < 0 ? fabsf (v) / high : (v - low) / (high - low);
        char number[64];
        if (!isfinite (v))
            continue;
        snprintf (number, sizeof number, "%.*f", after, v);
        const int length = longest_line (texts ? texts[k] : number);
        longest = length > longest ? length : longest;
        fprintf (s->out, "%d %d %.9g %d ", k % cols, k / cols, v,
                 dark > 0.65f ? 0xFFFFFF : 0x222222);
        nn_gnuplot_text (s->out, texts ? texts[k] : number);
        fputc ('\n', s->out);
    }
    fputs ("EOD\n", s->out);
    return longest;
}

/*  The look of a heat map: colours from white to blue or, where some values are
 *  negative, from red over white to blue; the first row on top; cells square
 *  unless too slim. */
static void heat_style (const nn_script *s, int rows, int cols, float low,
                        float high)
{
    const bool slim = rows > 4 * cols || cols > 4 * rows;
    fputs (low < 0
               ? "set palette defined (-1 '#b2182b', 0 '#ffffff', 1 '#2166ac')\n"
               : "set palette defined (0 '#ffffff', 1 '#c6dbef', 2 '#6baed6', "
                 "3 '#2171b5', 4 '#08306b')\n",
           s->out);
    fprintf (
        s->out,
        "set cbrange [%.9g:%.9g]\nset xrange [-0.5:%g]\nset yrange [%g:-0.5]\n"
        "set size ratio %g\n",
        low, high, cols - 0.5, rows - 0.5, slim ? 0.5 : (double) rows / cols);
    fputs ("unset grid\nset border 0\nset colorbox\n", s->out);
    if (cols <= 20)
        fputs ("set xtics 1\n", s->out);
    if (rows <= 20)
        fputs ("set ytics 1\n", s->out);
}

/*  Draws rows x cols values as colours; cells large enough bear their number or
 *  text. */
int nn_plot_heat_with (const float *values, int rows, int cols, nn_plot_args args)
{
    nn_script s;
    float low, high;
    if (!range (values, rows * cols, &low, &high))
        return nn_fail (NN_EVALUE,
                        "nn_plot_heat: none of the %d x %d values is a number",
                        rows, cols);
    const int status = nn_script_begin (&s, &args, 560, 480);
    if (status < 0)
        return status;
    if (low < 0) {
        high = fmaxf (-low, high);
        low = -high;
    }
    if (low == high)
        high = low + 1;
    const int longest = cells (&s, values, rows, cols, low, high, args.cells);
    heat_style (&s, rows, cols, low, high);
    const int room = (args.height ? args.height : 480) - 150; // for the cells
    if (args.names) {
        nn_script_names (&s, 'y', args.names, rows, 0);
        if (rows == cols)
            nn_script_names (&s, 'x', args.names, cols, room);
    }
    fputs (
        "plot $d using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror "
        "fillstyle solid 1 noborder fillcolor palette notitle",
        s.out);
    const int size = room / (cols > rows ? cols : rows) * 3 / 2 / longest;
    if (size >= 7)
        fprintf (
            s.out,
            ", $d using 1:2:5:4 with labels font ',%d' %s textcolor rgb variable "
            "notitle",
            size < 12 ? size : 12, args.cells ? "offset 0,0.35" : "");
    fputc ('\n', s.out);
    return nn_script_end (&s, &args, NN_OK);
}
