/*  difference.c - where an answer is wrong, as a picture for the notebook
 *
 *  A square for each value of an array: pale where it is right, orange where it is wrong, the
 *  darker the farther off, and crossed where nothing was written. Resting the pointer on a
 *  square shows both numbers. A picture this small is written down faster than gnuplot starts.
 */
#include "report.h"

#include <math.h>
#include <string.h>

enum { SIDE = 14, PANELS = 6, GAP = 18, ROWS = 32, COLS = 48 };
typedef struct {
    const char *name, *marks;
    int panels, rows, cols;
    float *yours, *right; // NaN where there is no number
} difference;

static float *numbers_of (const cJSON *list, int count)
{
    float *x = malloc (count * sizeof *x);
    const cJSON *at = list ? list->child : NULL;
    for (int i = 0; x && i < count; i++, at = at ? at->next : NULL)
        x[i] = at && cJSON_IsNumber (at) ? (float) at->valuedouble : NAN;
    return x;
}

/*  The largest distance there is: what the darkest square stands for. */
static float farthest (const difference *d, int count)
{
    float most = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf (most, fabsf (d->yours[i] - d->right[i])); // not of NaN
    return most;
}

static void put_square (FILE *out, const difference *d, int at, int x, int y,
                        float most)
{
    const char mark = d->marks[at];
    const float off = fabsf (d->yours[at] - d->right[at]);
    const double dark = mark == '.' ? 0.15
                        : most > 0 && off <= most
                            ? 0.35 + 0.65 * (double) (off / most)
                            : 1;
    fprintf (out,
             "<g><rect x='%d' y='%d' width='%d' height='%d' fill='%s' "
             "fill-opacity='%.2f'/>",
             x, y, SIDE - 2, SIDE - 2, mark == '.' ? "#0072B2" : "#D55E00", dark);
    if (mark == '-')
        fprintf (out, "<path d='M%d %dl8 8m0 -8l-8 8' stroke='#fff'/>", x + 2,
                 y + 2);
    fprintf (out, "<title>");
    put_escaped (out, d->name);
    fprintf (out, " [%d][%d]: ", at % (d->rows * d->cols) / d->cols, at % d->cols);
    if (mark == '-')
        fprintf (out, "never written, should be %.6g</title></g>",
                 (double) d->right[at]);
    else
        fprintf (out, "yours %.6g, right %.6g</title></g>", (double) d->yours[at],
                 (double) d->right[at]);
}

static void put_panel (FILE *out, const difference *d, int panel, float most)
{
    const int rows = d->rows < ROWS ? d->rows : ROWS,
              cols = d->cols < COLS ? d->cols : COLS;
    fprintf (out,
             "<svg width='%d' height='%d' style='margin-right:%dpx' role='img'>",
             cols * SIDE, rows * SIDE, GAP);
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++)
            put_square (out, d, (panel * d->rows + row) * d->cols + col,
                        col * SIDE, row * SIDE, most);
    fprintf (out, "</svg>");
}

static void put_caption (FILE *out, const cJSON *map, const difference *d,
                         int count)
{
    int wrong = 0, unwritten = 0;
    for (int i = 0; i < count; i++) {
        wrong += d->marks[i] == 'x';
        unwritten += d->marks[i] == '-';
    }
    fprintf (out, "<p><b>Where ");
    put_escaped (out, d->name);
    fprintf (out, " is wrong</b>: ");
    if (wrong)
        fprintf (out, "%d of %d values (orange)%s", wrong, count,
                 unwritten ? "; " : "");
    if (unwritten)
        fprintf (out, "%d of %d were never written (crossed)", unwritten, count);
    put_element (out, ", where ", string_of (map, "shape"), "");
    fprintf (out, ". Rest the pointer on a square for its numbers.");
    if (d->panels > PANELS || d->rows > ROWS || d->cols > COLS)
        fprintf (out, " A part of it is shown.");
    fprintf (out, "</p>");
}

void put_difference (FILE *out, const cJSON *map)
{
    difference d = { .name = string_of (map, "name"),
                     .marks = string_of (map, "marks"),
                     .panels = number_of (map, "panels"),
                     .rows = number_of (map, "rows"),
                     .cols = number_of (map, "cols") };
    const int count = (int) strlen (d.marks);
    if (count == 0 || d.panels * d.rows * d.cols != count)
        return; // there is none
    d.yours = numbers_of (cJSON_GetObjectItem (map, "yours"), count);
    d.right = numbers_of (cJSON_GetObjectItem (map, "right"), count);
    if (d.yours && d.right) {
        put_caption (out, map, &d, count);
        const float most = farthest (&d, count);
        fprintf (out, "<div>");
        for (int i = 0; i < d.panels && i < PANELS; i++)
            put_panel (out, &d, i, most);
        fprintf (out, "</div>");
    }
    free (d.yours);
    free (d.right);
}
