/*  cells.c - where the library and the kernel meet
 *
 *  The kernel loads this beside the library. Figures that the library draws go to the
 *  notebook, a broken contract ends the cell, and the last value of a cell is shown as what
 *  it is: a tensor as numbers or a picture, a history as its curve, a net as its table.
 */
#include "cells.h"

#include <unistd.h>

static const char *figure; // the figure that is drawn again and again, or NULL
static bool drawn;         // it stands in the notebook already

static void show (const char *mime, const void *data, size_t size)
{
    if (!figure)
        nnk_display (mime, data, size);
    else if (!drawn)
        nnk_display_as (figure, mime, data, size);
    else
        nnk_update (figure, mime, data, size);
    drawn = true;
}

__attribute__ ((constructor)) static void meet (void)
{
    nn_on_show = show;
    nn_on_panic = nnk_raise;
}

/*  Shows what `write` prints as text, and a picture if there is one. */
static void show_text (void (*write) (const void *, FILE *), const void *value,
                       const nn_image *picture)
{
    char *text = NULL;
    unsigned char *png = NULL;
    size_t size = 0, bytes = 0;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        nnk_raise ("no memory to print a value");
    write (value, out);
    fclose (out);
    while (size && text[size - 1] == '\n')
        text[--size] = 0;
    nnk_part parts[2] = { { "text/plain", text, 0 } };
    if (picture && nn_image_encode (picture, &png, &bytes) == NN_OK)
        parts[1] = (nnk_part){ "image/png", png, bytes };
    nnk_display_bundle (NULL, parts, png ? 2 : 1);
    free (png);
    free (text);
}

static void print_tensor (const void *value, FILE *out)
{
    nn_tensor_print (value, out);
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
        fprintf (out, "%5d  %8.4f  %8.4f  %15.4f  %8.4f\n", i + 1, e->loss,
                 e->accuracy, e->val_loss, e->val_accuracy);
    }
}

/*  The first image of a tensor as a picture, its values stretched from black to white. */
static bool picture_of (const nn_tensor *t, nn_image *picture)
{
    if ((t->c != 1 && t->c != 3) || t->h < 4 || t->w < 4 || !t->x ||
        nn_image_fit (picture, t->h, t->w, 3) != NN_OK)
        return false;
    float low, high, mean;
    nn_tensor_range (t, &low, &high, &mean);
    for (int row = 0; row < t->h; row++)
        for (int k = 0; k < 3 * t->w; k++) {
            const float *x = t->x + nn_at (t, 0, row, k / 3);
            picture->x[row * 3 * t->w + k] =
                high > low ? (x[t->c == 3 ? k % 3 : 0] - low) / (high - low) : 0;
        }
    return true;
}

/* --- What the kernel calls when the last value of a cell has one of these types -------- */
void nnk_show_nn_tensor (const nn_tensor *value);
void nnk_show_nn_image (const nn_image *value);
void nnk_show_nn_data (const nn_data *value);
void nnk_show_nn_net (const nn_net *value);
void nnk_show_nn_history (const nn_history *value);

void nnk_show_nn_tensor (const nn_tensor *value)
{
    nn_image picture = { 0 };
    show_text (print_tensor, value,
               picture_of (value, &picture) ? &picture : NULL);
    nn_image_free (&picture);
}

void nnk_show_nn_image (const nn_image *value)
{
    show_text (print_image, value, value->x ? value : NULL);
}

void nnk_show_nn_data (const nn_data *value)
{
    show_text (print_data, value, NULL);
}

void nnk_show_nn_net (const nn_net *value)
{
    show_text (print_net, value, NULL);
}

void nnk_show_nn_history (const nn_history *value)
{
    if (value->epochs == 0 || nn_plot_history (value, NULL, NULL) != NN_OK)
        show_text (print_history, value, NULL);
}

/* --- A curve that grows while the cell runs ---------------------------------------------- */
static int draw_again (void *self, nn_training *t)
{
    figure = self;
    const int status = nn_plot_history (t->history, NULL, NULL);
    figure = NULL;
    return status;
}

static int draw_afresh (void *self, nn_training *t)
{
    (void) self, (void) t;
    drawn = false;
    return NN_OK;
}

nn_callback live_curve (void)
{
    static char name[40];
    snprintf (name, sizeof name, "curve-%d-%lld", (int) getpid (),
              (long long) time (NULL));
    return (nn_callback){ .name = "live curve",
                          .begin = draw_afresh,
                          .epoch = draw_again,
                          .self = name };
}
