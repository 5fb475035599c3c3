/*  sheet.c - many pictures side by side
 *
 *  The pictures are laid on one white sheet, each dot of them a small square of
 *  whole dots, so that what one sees is what the network gets and nothing is
 *  smoothed. The sheet is then put into an SVG, which writes the names below.
 *  Where a PNG is wanted, gnuplot writes them.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 8, LINE = 18 }; // dots between pictures, and for a name

typedef struct {
    int columns, rows;
    int h, w, times; // of the largest picture, and how often a dot is repeated
    int right, down; // dots from picture to picture
    int above;       // dots for the title
    nn_image image;
} sheet;

/*  Decides who goes where. */
static int arrange (sheet *s, const nn_image *images, int count,
                    const nn_plot_args *args)
{
    *s = (sheet){ .columns = 1, .h = 1, .w = 1, .above = args->title ? 30 : 0 };
    while (args->columns < 1 && s->columns * s->columns < count)
        s->columns++;
    if (args->columns > 0)
        s->columns = args->columns < count ? args->columns : count;
    s->rows = (count + s->columns - 1) / s->columns;
    for (int k = 0; k < count; k++) {
        if (images[k].h < 1 || images[k].w < 1 || images[k].c < 1)
            return nn_fail (NN_EVALUE, "nn_plot_images: picture %d of %d is empty",
                            k + 1, count);
        s->h = images[k].h > s->h ? images[k].h : s->h;
        s->w = images[k].w > s->w ? images[k].w : s->w;
    }
    const int room = (args->width ? args->width : 640) / s->columns - GAP;
    s->times = room / s->w > 4 ? 4 : room / s->w < 1 ? 1 : room / s->w;
    s->right = s->w * s->times + GAP;
    s->down = s->h * s->times + GAP + (args->names ? LINE : 0);
    return nn_image_fit (&s->image, s->rows * s->down + GAP + s->above,
                         s->columns * s->right + GAP, 3);
}

/*  Copies a picture to its place, magnified; grey ones become coloured. */
static void lay (sheet *s, const nn_image *from, int place)
{
    const int top = s->above + GAP + place / s->columns * s->down;
    const int left = GAP + place % s->columns * s->right;
    for (int row = 0; row < from->h * s->times; row++)
        for (int col = 0; col < from->w * s->times; col++) {
            const float *dot =
                from->x +
                ((size_t) (row / s->times) * from->w + col / s->times) * from->c;
            float *to =
                s->image.x + ((size_t) (top + row) * s->image.w + left + col) * 3;
            for (int k = 0; k < 3; k++)
                to[k] = dot[from->c < 3 ? 0 : k];
        }
}

/*  A line of text in the middle of (x, y), counted in dots from the top left. */
static void write_text (FILE *out, const sheet *s, const char *text, int x, int y)
{
    fputs ("set label ", out);
    nn_gnuplot_text (out, text);
    fprintf (out, " at %d,%d center front noenhanced textcolor '#333333'\n", x,
             s->image.h - y);
}

/*  The script that puts the sheet, which gnuplot finds as /dev/fd/3, under its
 *  texts. */
static char *compose (const sheet *s, int count, const nn_plot_args *args)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream (&text, &size);
    if (!out)
        return NULL;
    const int h = s->image.h, w = s->image.w, png = nn_plot_is_png (args->file);
    fprintf (out,
             "set encoding utf8\nset terminal %s noenhanced size %d,%d "
             "font 'sans-serif,%d' background '#ffffff'\n",
             png ? "pngcairo" : "svg", w, h, png ? 8 : 11);
    fprintf (
        out,
        "set margins 0,0,0,0\nset lmargin at screen 0\nset rmargin at screen 1\n"
        "set bmargin at screen 0\nset tmargin at screen 1\nunset border\nunset "
        "tics\n"
        "unset key\nset xrange [-0.5:%d.5]\nset yrange [-0.5:%d.5]\n",
        w - 1, h - 1);
    if (args->title)
        write_text (out, s, args->title, w / 2, GAP + 10);
    for (int k = 0; args->names && k < count; k++)
        write_text (out, s, args->names[k],
                    GAP + k % s->columns * s->right + s->w * s->times / 2,
                    s->above + GAP + k / s->columns * s->down + s->h * s->times +
                        9);
    fputs ("plot '/dev/fd/3' binary filetype=png with rgbimage\n", out);
    const bool whole = !ferror (out);
    if (fclose (out) == 0 && whole)
        return text;
    free (text);
    return NULL;
}

/*  Packs the sheet, has gnuplot write on it, and brings it where it is wanted. */
static int publish (const sheet *s, int count, const nn_plot_args *args)
{
    unsigned char *png = NULL, *picture = NULL;
    size_t size, picture_size;
    int status = nn_image_encode (&s->image, &png, &size);
    char *script = status == NN_OK ? compose (s, count, args) : NULL;
    if (status == NN_OK && !script)
        status =
            nn_fail (NN_EMEMORY, "no memory for a sheet of %d pictures", count);
    if (status == NN_OK)
        status = nn_gnuplot (script, png, size, &picture, &picture_size);
    if (status == NN_OK)
        status = nn_plot_show (args->file, picture, picture_size);
    free (picture);
    free (script);
    free (png);
    return status;
}

/*  Draws pictures in rows, each with its name below if there are names. */
int nn_plot_images_with (const nn_image *images, int count, nn_plot_args args)
{
    sheet s = { 0 };
    if (count < 1)
        return nn_fail (NN_EVALUE, "nn_plot_images: no pictures");
    int status = nn_plot_is_png (args.file);
    if (status >= 0)
        status = arrange (&s, images, count, &args);
    if (status == NN_OK) {
        for (size_t k = 0; k < (size_t) s.image.h * s.image.w * 3; k++)
            s.image.x[k] = 1;
        for (int k = 0; k < count; k++)
            lay (&s, &images[k], k);
        status = publish (&s, count, &args);
    }
    nn_image_free (&s.image);
    return status;
}
