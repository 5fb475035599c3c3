/*  tensor.c - a tensor as the last value of a cell
 *
 *  Its text is its shape, its range, and the first of its numbers. What can be seen is
 *  shown as well: images of one or three channels side by side, and of any other tensor
 *  the channels of its first image, as grey maps. One scale, from the smallest value to the
 *  largest, holds for all of them. A front end shows the richest form of a value and nothing
 *  else, so the HTML has picture, range and numbers.
 */
#include "cells.h"

enum { COLUMNS = 8, ROWS = 3, GAP = 1, SMALLEST = 4, WIDE = 640 };

typedef struct {
    bool maps;      // channels, not images
    int all, tiles; // how many there are, and how many are shown
    int columns;
    nn_image image;
} sheet;

/*  Lays them on one white sheet. False: there is nothing to be seen. */
static bool lay_tiles (sheet *s, const nn_tensor *t)
{
    const int right = t->w + GAP, down = t->h + GAP,
              fitting = right < WIDE / COLUMNS ? COLUMNS
                        : right < WIDE         ? WIDE / right
                                               : 1;
    s->maps = t->c != 1 && t->c != 3;
    s->all = s->maps ? t->c : t->n;
    s->tiles = s->all < ROWS * fitting ? s->all : ROWS * fitting;
    s->columns = s->tiles < fitting ? s->tiles : fitting;
    if (!t->x || s->tiles < 1 || t->h < SMALLEST || t->w < SMALLEST ||
        nn_image_fit (&s->image,
                      (s->tiles + s->columns - 1) / s->columns * down - GAP,
                      s->columns * right - GAP, 3) != NN_OK)
        return false;
    float low, high, mean;
    nn_tensor_range (t, &low, &high, &mean);
    for (size_t k = 0; k < (size_t) 3 * s->image.h * s->image.w; k++)
        s->image.x[k] = 1;
    for (int i = 0; i < s->tiles * t->h; i++) {
        const int tile = i / t->h, row = i % t->h;
        const size_t line = (size_t) (tile / s->columns * down + row) * s->image.w;
        float *to = s->image.x + 3 * (line + tile % s->columns * right);
        for (int k = 0; k < 3 * t->w; k++) {
            const float *x = t->x + nn_at (t, s->maps ? 0 : tile, row, k / 3);
            const float bright = (x[s->maps     ? tile
                                    : t->c == 3 ? k % 3
                                                : 0] -
                                  low) /
                                 (high - low);
            to[k] = bright > 0 ? bright : 0; // not where it is no number
        }
    }
    return true;
}

static void write_base64 (FILE *out, const unsigned char *x, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < size; at += 3) {
        unsigned bits = 0;
        for (size_t k = at; k < at + 3; k++)
            bits = bits << 8 | (k < size ? x[k] : 0);
        for (int k = 0; k < 4; k++)
            fputc (at + k <= size ? digits[bits >> (18 - 6 * k) & 63] : '=', out);
    }
}

/*  Range, picture and numbers; `text` is the tensor as text, the range its first line. */
static void write_page (FILE *out, const sheet *s, const char *text,
                        const unsigned char *png, size_t size)
{
    const int range = (int) strcspn (text, "\n"), times = s->image.w < WIDE / 4 ? 4
                                                          : s->image.w < WIDE / 2
                                                              ? 2
                                                              : 1;
    fprintf (out,
             "<div>%.*s</div><img alt=\"the values as brightness\" width=\"%d\" "
             "style=\"image-rendering:pixelated;margin:4px 0\" "
             "src=\"data:image/png;base64,",
             range, text, times * s->image.w);
    write_base64 (out, png, size);
    fprintf (out, "\"><div>");
    if (s->tiles < s->all)
        fprintf (out, "the first %d of %d ", s->tiles, s->all);
    else
        fprintf (out, "%d ", s->all);
    fprintf (out, "%s%s%s</div><pre>%s</pre>", s->maps ? "channel" : "image",
             s->all == 1 ? "" : "s", s->maps ? " of the first image" : "",
             text + range + (text[range] == '\n'));
}

void nnk_show_nn_tensor (const nn_tensor *value)
{
    sheet s = { 0 };
    unsigned char *png = NULL;
    char *text = NULL, *page = NULL;
    size_t text_size = 0, page_size = 0, size = 0;
    FILE *out = open_memstream (&text, &text_size);
    if (!out) {
        nnk_raise ("no memory to print a tensor");
        return; // never; a checker that does not know it is told so
    }
    nn_tensor_print (value, out);
    fclose (out);
    if (text_size && text[text_size - 1] == '\n')
        text[text_size - 1] = 0;
    const bool seen =
        lay_tiles (&s, value) && nn_image_encode (&s.image, &png, &size) == NN_OK;
    if (seen && (out = open_memstream (&page, &page_size))) {
        write_page (out, &s, text, png, size);
        fclose (out);
    }
    const nnk_part parts[] = { { "text/plain", text, 0 },
                               { "image/png", png, size },
                               { "text/html", page, 0 } };
    nnk_display_bundle (NULL, parts, page ? 3 : seen ? 2 : 1);
    nn_image_free (&s.image);
    free (page);
    free (png);
    free (text);
}
