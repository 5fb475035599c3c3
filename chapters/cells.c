/*  cells.c - where the library and the kernel meet
 *
 *  The kernel loads this beside the library. Figures that the library draws go to the
 *  notebook, a broken contract ends the cell, and the last value of a cell is shown as what
 *  it is: a tensor as numbers or a picture, a history as its curve, a net as its table.
 *
 *  A program can be linked with it as well. Then the figures go where the library puts them,
 *  and what is shown goes where nnk.h says.
 */
#include "cells.h"

#include <unistd.h>

typedef struct {
    const char *mime;
    unsigned char *bytes;
    size_t size;
} figure;

/* --- Figures of the library ------------------------------------------------------------- */
static _Thread_local figure
    *caught; // where the next figure goes instead of to the reader

static void on_show (const char *mime, const void *data, size_t size)
{
    if (!caught) {
        nnk_display (mime, data, size);
        return;
    }
    unsigned char *copy = malloc (size);
    if (!copy)
        return;
    memcpy (copy, data, size);
    free (caught->bytes);
    caught->mime = mime;
    caught->bytes = copy;
    caught->size = size;
}

__attribute__ ((constructor)) static void meet (void)
{
    if (nnk_in_notebook ()) {
        nn_on_show = on_show;
        nn_on_panic = nnk_raise;
    }
}

/*  Until release (): figures are kept in `into`. */
static void catch_figure (figure *into)
{
    *into = (figure){ NULL, NULL, 0 };
    caught = into;
    nn_on_show = on_show;
}

static void release (void)
{
    caught = NULL;
    if (!nnk_in_notebook ())
        nn_on_show = NULL;
}

/* --- One value, as text and as a picture -------------------------------------------------- */
/*  What `write` prints, without its last newline. The caller frees it. */
static char *text_of (void (*write) (const void *, FILE *), const void *value)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        nnk_raise ("no memory to print a value");
    write (value, out);
    fclose (out);
    while (size && text[size - 1] == '\n')
        text[--size] = 0;
    return text;
}

/*  Shows that text, and a picture if there is one. Frees the picture. */
static void show_text (void (*write) (const void *, FILE *), const void *value,
                       figure picture)
{
    char *text = text_of (write, value);
    const nnk_part parts[2] = { { "text/plain", text, 0 },
                                { picture.mime, picture.bytes, picture.size } };
    nnk_display_bundle (NULL, parts, picture.bytes ? 2 : 1);
    free (picture.bytes);
    free (text);
}

static figure png_of (const nn_image *image)
{
    figure png = { "image/png", NULL, 0 };
    if (nn_image_encode (image, &png.bytes, &png.size) != NN_OK)
        png.bytes = NULL;
    return png;
}

static void print_net (const void *value, FILE *out)
{
    nn_net_summary (value, out);
}

static void print_image (const void *value, FILE *out)
{
    const nn_image *image = value;
    fprintf (out, "%d x %d pixels of %d channels", image->h, image->w, image->c);
}

static void print_data (const void *value, FILE *out)
{
    const nn_data *data = value;
    fprintf (out, "%s: %d images", data->name, data->count);
    if (data->h)
        fprintf (out, " of %d x %d x %d", data->h, data->w, data->c);
    fprintf (out, ", %d classes:", data->classes);
    for (int k = 0; k < data->classes; k++)
        fprintf (out, "%s %s", k ? "," : "", data->names[k]);
}

static void print_history (const void *value, FILE *out)
{
    const nn_history *history = value;
    fprintf (out, "epoch      loss  accuracy  validation loss  accuracy\n");
    for (int i = 0; i < history->epochs; i++) {
        const nn_epoch *e = &history->epoch[i];
        fprintf (out, "%5d  %8.4f  %8.4f", i + 1, e->loss, e->accuracy);
        if (e->val_loss == e->val_loss) // not NaN: there were validation data
            fprintf (out, "  %15.4f  %8.4f", e->val_loss, e->val_accuracy);
        fputc ('\n', out);
    }
}

/* --- What the kernel calls when the last value of a cell has one of these types -------- */
void nnk_show_nn_image (const nn_image *value)
{
    show_text (print_image, value, value->x ? png_of (value) : (figure){ 0 });
}

void nnk_show_nn_data (const nn_data *value)
{
    show_text (print_data, value, (figure){ 0 });
}

/*  The table of nn_net_summary, a text in columns, as HTML. Its value is that text. */
static void print_rows (const void *value, FILE *out)
{
    static const struct {
        int at, size;
    } column[] = { { 0, 18 }, { 19, 18 }, { 38, 12 }, { 52, 1000 } };
    const char *word = "th";
    fprintf (out, "<table>");
    for (const char *line = value; *line; line += *line == '\n') {
        const int size = (int) strcspn (line, "\n");
        const bool rule = line[0] == '-';
        fprintf (out, rule ? "" : "<tr>");
        for (int k = 0; k < 4 && !rule; k++) {
            int from = column[k].at < size ? column[k].at : size,
                end = size - from < column[k].size ? size : from + column[k].size;
            while (from < end && line[from] == ' ')
                from++;
            while (end > from && line[end - 1] == ' ')
                end--;
            fprintf (out, "<%s style=\"text-align:%s\">", word,
                     k == 2 ? "right" : "left");
            for (; from < end; from++)
                if (line[from] == '<')
                    fputs ("&lt;", out);
                else
                    fputc (line[from], out);
            fprintf (out, "</%s>", word);
        }
        fprintf (out, rule ? "" : "</tr>");
        line += size;
        word = "td";
        if (rule && strchr (line, '\n') && !strchr (line + 1, '\n'))
            break; // below the second rule stand the sums
    }
    const char *sums = strrchr (value, '\n');
    fprintf (out, "</table>%s", sums ? sums : "");
}

void nnk_show_nn_net (const nn_net *value)
{
    char *text = text_of (print_net, value), *html = text_of (print_rows, text);
    const nnk_part parts[] = { { "text/plain", text, 0 },
                               { "text/html", html, 0 } };
    nnk_display_bundle (NULL, parts, 2);
    free (html);
    free (text);
}

/*  Without gnuplot the numbers must do, and their first line says why. */
static figure curve_of (const nn_history *history)
{
    figure curve;
    catch_figure (&curve);
    if (history->epochs > 0 && nn_plot_history (history, NULL, NULL) != NN_OK)
        fprintf (stderr, "no curve: %s\n", nn_error ());
    release ();
    return curve;
}

void nnk_show_nn_history (const nn_history *value)
{
    show_text (print_history, value, curve_of (value));
}

/* --- Confusion ---------------------------------------------------------------------------- */
typedef struct {
    const int *counts;
    int classes;
    const char *const *names;
} confusion;

static void print_confusion (const void *value, FILE *out)
{
    const confusion *c = value;
    fprintf (out, "rows: the true class; columns: the class that was named\n%12s",
             "");
    for (int k = 0; k < c->classes; k++)
        fprintf (out, " %5d", k);
    for (int i = 0; i < c->classes; i++) {
        fprintf (out, "\n%2d %-9.9s", i, c->names ? c->names[i] : "");
        for (int k = 0; k < c->classes; k++)
            fprintf (out, " %5d", c->counts[(size_t) i * c->classes + k]);
    }
}

#pragma weak nn_plot_confusion // not in the library of a chapter before the tenth
void nnk_show_confusion (const int *counts, int classes, const char *const *names)
{
    if (!counts || classes < 1)
        nnk_raise ("nnk_show_confusion: it needs counts, and at least one class");
    if (!nn_plot_confusion)
        nnk_raise (
            "nnk_show_confusion: the library of this chapter has no picture of "
            "a confusion yet; chapter 10 brings it");
    int images = 0;
    for (int i = 0; i < classes * classes; i++)
        images += counts[i];
    const nn_confusion matrix = { names, classes, images, (int *) counts };
    figure map;
    catch_figure (&map);
    if (nn_plot_confusion (&matrix, NULL, NULL) != NN_OK)
        fprintf (stderr, "no heat map: %s\n", nn_error ());
    release ();
    show_text (print_confusion, &(confusion){ counts, classes, names }, map);
}

void nnk_show_nn_confusion (const nn_confusion *value)
{
    nnk_show_confusion (value->count, value->classes, value->names);
}

/* --- A curve that grows while the cell runs ---------------------------------------------- */
typedef struct {
    char id[64];
    bool drawn;
    double last, took; // when it was drawn, and how long that took
} live;

static int draw (live *self, const nn_history *history)
{
    const double began = seconds ();
    figure curve;
    catch_figure (&curve);
    const int status = nn_plot_history (history, NULL, NULL);
    release ();
    if (curve.bytes) {
        const nnk_part part = { curve.mime, curve.bytes, curve.size };
        (self->drawn ? nnk_update_bundle : nnk_display_bundle) (self->id, &part,
                                                                1);
        self->drawn = true;
        free (curve.bytes);
    }
    self->last = seconds ();
    self->took = self->last - began;
    return status;
}

/*  Does anybody see the curve? */
static bool is_seen (void)
{
    return nnk_in_notebook () || getenv ("NNK_FILES");
}

static bool is_time (const live *self)
{
    const double wait = 20 * self->took;
    return nnk_in_notebook () &&
           seconds () - self->last > (wait > 0.25 ? wait : 0.25);
}

/*  In the middle of an epoch its numbers so far are the last point. */
static int draw_batch (void *to, nn_training *t)
{
    live *self = to;
    if (!is_time (self))
        return NN_OK;
    const int n = t->history->epochs;
    nn_epoch *epoch = malloc ((n + 1) * sizeof *epoch);
    if (!epoch)
        return NN_OK; // the next one may find room
    memcpy (epoch, t->history->epoch, n * sizeof *epoch);
    epoch[n] = (nn_epoch){ .loss = (float) t->loss,
                           .accuracy = (float) t->accuracy,
                           .val_loss = NAN,
                           .val_accuracy = NAN };
    const int status = draw (self, &(nn_history){ n + 1, n + 1, epoch });
    free (epoch);
    return status;
}

static int draw_epoch (void *to, nn_training *t)
{
    live *self = to;
    return is_time (self) ? draw (self, t->history) : NN_OK;
}

static int draw_end (void *to, nn_training *t)
{
    return t->history->epochs && is_seen () ? draw (to, t->history) : NN_OK;
}

/*  A name that no other display of the notebook has, before a crash or after. */
static int draw_afresh (void *to, nn_training *t)
{
    (void) t;
    live *self = to;
    struct timespec now;
    clock_gettime (CLOCK_REALTIME, &now);
    *self = (live){ .last = seconds () };
    snprintf (self->id, sizeof self->id, "curve-%d-%lld-%09ld", (int) getpid (),
              (long long) now.tv_sec, now.tv_nsec);
    return NN_OK;
}

/*  What it remembers is never freed: a hundred bytes for each curve of a notebook. */
nn_callback live_curve (void)
{
    live *self = calloc (1, sizeof *self);
    if (!self)
        nnk_raise ("live_curve: no memory");
    return (nn_callback){ .name = "live curve",
                          .begin = draw_afresh,
                          .batch = draw_batch,
                          .epoch = draw_epoch,
                          .end = draw_end,
                          .self = self };
}
