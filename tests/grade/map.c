/*  map.c - where an answer is wrong: a mark for each value of one array
 *
 *  The first wrong value says what is wrong, the map says where: in the last column, in every
 *  second channel, everywhere but in the middle. A case that was made as small as possible
 *  shows no pattern, so the map is drawn of a larger one that fails too.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLENTY = 48, // values show a pattern
    TRIES = 12,  // cases are looked at
    HIGH = 12,   // rows of a panel, columns of it, and panels are printed
    WIDE = 32,
    PANELS = 2
};

/*  The array of a failed case that is wrong, or NULL. */
static const grade_values *wrong_array (const grade_case *c, double tolerance)
{
    size_t first;
    for (int i = 0; i < c->arrays; i++) {
        const grade_values *v = &c->array[i];
        if (case_output (v) && v->want &&
            values_differ (v, v->at, v->want, tolerance, &first))
            return v;
    }
    return NULL;
}

static bool was_written (const grade_values *v, size_t i)
{
    const size_t width = v->bytes / v->count;
    return v->role != GRADE_OUT ||
           memcmp (v->at + i * width, v->initial + i * width, width) != 0;
}

/*  Is something right and something wrong? Then there is a pattern to be seen. */
static bool is_mixed (const grade_map *map)
{
    const char all[] = { map->mark[0], 0 };
    return strspn (map->mark, all) != (size_t) map->count;
}

static void draw (grade_map *map, const grade_case *c, const grade_values *v,
                  double tolerance)
{
    *map = (grade_map){ .dims = v->dims, .count = (int) v->count };
    snprintf (map->name, sizeof map->name, "%s", v->name);
    memcpy (map->dim, v->dim, sizeof map->dim);
    case_shape (c, map->shape, sizeof map->shape);
    const double room = values_room (v, v->want, tolerance);
    for (int i = 0; i < map->count; i++) {
        map->yours[i] = (float) values_at (v, v->at, i);
        map->right[i] = (float) values_at (v, v->want, i);
        const double off =
            fabs (values_at (v, v->at, i) - values_at (v, v->want, i));
        const bool same = off <= room || map->yours[i] == map->right[i] ||
                          (isnan (map->yours[i]) && isnan (map->right[i]));
        map->mark[i] = (char) (same ? '.' : was_written (v, i) ? 'x' : '-');
    }
}

bool map_possible (const grade_case *c)
{
    bool any = false;
    for (int i = 0; i < c->arrays; i++)
        any |= case_output (&c->array[i]) && c->array[i].dims > 0;
    return any && !c->check->judge;
}

void map_of (grade_map *map, const grade_case *c, double tolerance)
{
    const grade_values *v = c->check->judge ? NULL : wrong_array (c, tolerance);
    if (!v || v->count < 2 || v->count > MAP || (int) v->count <= map->count)
        return;
    grade_map *more = malloc (sizeof *more);
    nn_require (more, "no memory for a map");
    draw (more, c, v, tolerance);
    if (map->count == 0 || is_mixed (more) || !is_mixed (map))
        *map = *more;
    free (more);
}

bool map_shows (const grade_map *map, int tried)
{
    return (map->count >= PLENTY && is_mixed (map)) || tried >= TRIES;
}

/*  The last two sizes are rows and columns; of images rows and columns come before the
 *  channels, and each channel is a panel of its own. */
void map_panels (const grade_map *map, int *panels, int *rows, int *cols)
{
    const int d = map->dims;
    *rows = d >= 3 ? map->dim[d - 3] : d == 2 ? map->dim[0] : 1;
    *cols = d >= 3 ? map->dim[d - 2] : d == 2 ? map->dim[1] : map->count;
    *panels = *rows && *cols ? map->count / (*rows * *cols) : 0;
}

int map_index (const grade_map *map, int panel, int row, int col)
{
    const int d = map->dims;
    if (d < 3)
        return d == 2 ? row * map->dim[1] + col : col;
    const int channels = map->dim[d - 1], image = panel / channels;
    return ((image * map->dim[d - 3] + row) * map->dim[d - 2] + col) * channels +
           panel % channels;
}

/*  Where the i-th value lies when panels are read one after the other. */
int map_place (const grade_map *map, int i)
{
    int panels, rows, cols;
    map_panels (map, &panels, &rows, &cols);
    return map_index (map, i / (rows * cols), i % (rows * cols) / cols, i % cols);
}

/*  "dx, channel 1 of image 0", or no more than the name */
static void panel_title (const grade_map *map, int panel, int panels, char *text,
                         size_t size)
{
    const int d = map->dims, channels = d >= 3 ? map->dim[d - 1] : 1;
    size_t used = snprintf (text, size, "%s", map->name);
    if (panels > 1)
        used +=
            snprintf (text + used, size - used, ", channel %d", panel % channels);
    if (d > 3)
        snprintf (text + used, size - used, " of image %d", panel / channels);
}

static void show_panel (const grade_map *map, int panel, int rows, int cols,
                        int margin)
{
    for (int row = 0; row < rows && row < HIGH; row++) {
        printf ("%*s", margin, "");
        for (int col = 0; col < cols && col < WIDE; col++)
            printf ("%s%c", col ? " " : "",
                    map->mark[map_index (map, panel, row, col)]);
        printf (cols > WIDE ? " ...\n" : "\n");
    }
    if (rows > HIGH)
        printf ("%*s...\n", margin, "");
}

/*  The panels with something wrong in them, the first few. */
static int wrong_panels (const grade_map *map, int panels, int size,
                         int wrong[PANELS])
{
    int found = 0;
    for (int i = 0; i < panels && found < PANELS; i++)
        for (int at = 0; at < size; at++)
            if (map->mark[map_place (map, i * size + at)] != '.') {
                wrong[found++] = i;
                break;
            }
    return found;
}

void map_show (const grade_map *map, int margin)
{
    int panels, rows, cols, wrong[PANELS];
    char title[128], text[TEXT];
    map_panels (map, &panels, &rows, &cols);
    if (!is_mixed (map)) {
        snprintf (text, sizeof text, "All %d values of %s %s for %s.", map->count,
                  map->name,
                  *map->mark == 'x' ? "are wrong" : "were never written",
                  map->shape);
        report_wrapped (text, margin);
        return;
    }
    const int shown = wrong_panels (map, panels, rows * cols, wrong);
    for (int i = 0; i < shown; i++) {
        panel_title (map, wrong[i], panels, title, sizeof title);
        snprintf (text, sizeof text, "Where in %s%s%s%s:", title,
                  i ? "" : " (. right, x wrong, - never written)",
                  i || !*map->shape ? "" : " for ", i ? "" : map->shape);
        report_wrapped (text, margin);
        show_panel (map, wrong[i], rows, cols, margin + 2);
    }
}
