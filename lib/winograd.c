/*  winograd.c - a quarter of the multiplications
 *
 *  A 3 x 3 filter over a 4 x 4 tile of outputs multiplies 144 times. Winograd
 *  showed in 1980 that 36 are enough: transform the 6 x 6 inputs and the 9
 *  weights into 36 numbers each, multiply them one by one, and transform the 36
 *  products into the 16 outputs (Lavin and Gray 2016). The transforms are
 *  additions and a few constants, and each serves all filters, or all channels,
 *  at once.
 *
 *  Summed over channels, "one by one" is 36 products of matrices: tiles x
 *  channels times channels x filters. As many tiles are taken at a time as stay
 *  in the cache, from image to image as they come.
 *
 *  The price is a little accuracy: about 1e-5 of the largest output. Where that
 *  is too much, the algorithm "direct" does the same.
 */
#include "nn.h"

#include <string.h>

enum {
    NUMBERS = 36,    // of a transformed tile
    CACHE = 1 << 19, // bytes of tiles at a time
    ASIDE = 16       // floats
};

typedef struct { // the tiles of some images
    int rows, cols, n;
} grid;

static grid grid_of (int n, int h, int w)
{
    return (grid){ (h + 3) / 4, (w + 3) / 4, n * ((h + 3) / 4) * ((w + 3) / 4) };
}

/*  Tiles at a time: as many as stay in the cache, a multiple of 8. */
static int at_once (const nn_conv_shape *s)
{
    const int fit = (int) (CACHE / (NUMBERS * (s->c + s->o) * sizeof (float)));
    return fit < 16 ? 16 : fit > 128 ? 128 : fit / 8 * 8;
}

static bool fits (const nn_conv_shape *s)
{
    return s->groups == 1 && s->kh == 3 && s->kw == 3 && s->stride == 1 &&
           s->dilation == 1 && s->c % 16 == 0 && s->o % 16 == 0 && s->top <= 2 &&
           s->left <= 2;
}

/*  The products, of tiles that reach over the edge as well, and the transforms.
 *  So many weights that no cache holds them, four times as many when transformed,
 *  must be worth reading. */
static double cost (const nn_conv_shape *s)
{
    const grid g = grid_of (1, s->oh, s->ow);
    const double read = nn_conv_sliced (s) ? 2.5 * s->c * s->o : 0;
    return NUMBERS * (g.n * (0.6 * s->c * s->o + 8.0 * (s->c + s->o)) + read);
}

/*  Floats from one of the 36 matrices of so many rows and columns to the next. A
 *  power of two would be fatal: a tile's numbers, one in each matrix, would all
 *  push each other out of the same corner of the cache. */
static size_t apart (int rows, int cols)
{
    return (size_t) rows * cols + ASIDE;
}

static size_t work (const nn_conv_shape *s)
{
    const int count = at_once (s), most = s->c > s->o ? s->c : s->o;
    return sizeof (float) * NUMBERS *
           (apart (count, s->c) + apart (count, s->o) + apart (s->c, s->o) + most);
}

static size_t packed (const nn_conv_shape *s) // floats of a matrix of weights
{
    return (size_t) s->c * s->o;
}

/*  The transformed weights as forward reads them, and then as backward_data
 *  does. */
static size_t prepared (const nn_conv_shape *s)
{
    return 2 * NUMBERS * packed (s) * sizeof (float);
}

/*  u = G w G', in strips, of rows lo .. hi - 1. w: nine taps, k x n each, `tap`
 *  apart; rows lie `down` apart, the numbers of a row `step`. */
static void transform_filters (const nn_inner *inner, float *u, const float *w,
                               long tap, int lo, int hi, int k, int n, long down,
                               long step)
{
    for (int at = 0, width; at < n; at += width) {
        width = nn_strip (inner, at, n);
        float nine[9 * 32];
        for (int row = lo; row < hi; row++) {
            const float *from = w + row * down + at * step;
            for (int t = 0; t < 9; t++)
                for (int j = 0; j < width; j++)
                    nine[t * width + j] = from[t * tap + j * step];
            inner->filter_transform (nine, width, width,
                                     u + (size_t) at * k + (size_t) row * width,
                                     (size_t) k * n);
        }
    }
}

static void prepare (const nn_conv_shape *s, void *to, const float *w, int part,
                     int parts)
{
    const nn_inner *inner = nn_inner_here ();
    const long tap = (long) s->c * s->o;
    float *back = (float *) to + NUMBERS * packed (s);
    transform_filters (inner, to, w, tap, s->c * part / parts,
                       s->c * (part + 1) / parts, s->c, s->o, s->o, 1);
    // -- turned by half a turn: from the last tap back to the first
    transform_filters (inner, back, w + 8 * tap, -tap, s->o * part / parts,
                       s->o * (part + 1) / parts, s->o, s->c, 1, s->o);
}

/*  size x size places of an image from row r and column q on: where they lie, or,
 *  if some are beyond the edge, a copy with zeros for those. */
static const float *patch (const nn_tensor *t, int image, int r, int q, int size,
                           float *copy, size_t *row)
{
    const int edge = t->halo;
    *row = nn_row_stride (t);
    if (r >= -edge && q >= -edge && r + size <= t->h + edge &&
        q + size <= t->w + edge)
        return t->x + nn_at (t, image, 0, 0) + r * (long) *row + (long) q * t->c;
    const size_t place = t->c * sizeof *copy;
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            float *to = copy + (size_t) (i * size + j) * t->c;
            if (r + i >= 0 && r + i < t->h && q + j >= 0 && q + j < t->w)
                memcpy (to, t->x + nn_at (t, image, r + i, q + j), place);
            else
                memset (to, 0, place);
        }
    *row = (size_t) size * t->c;
    return copy;
}

/*  v: 36 x count x c, the transformed inputs of tiles lo .. lo + count - 1 of a
 *  grid of outputs; a tile's inputs begin `top` rows and `left` columns before
 *  its outputs. */
static void transform_inputs (const nn_tensor *x, const grid *g, int top, int left,
                              int lo, int count, float *v, float *copy)
{
    for (int k = 0; k < count; k++) {
        const int at = lo + k, of = g->rows * g->cols;
        const int r = 4 * (at % of / g->cols) - top, q = 4 * (at % g->cols) - left;
        size_t row;
        const float *from = patch (x, at / of, r, q, 6, copy, &row);
        nn_inner_here ()->input_transform (from, row, x->c, v + (size_t) k * x->c,
                                           apart (count, x->c));
    }
}

/*  out = in * the transformed weights u: in both directions the same. */
static void convolve (const nn_tensor *out, const nn_tensor *in, const float *u,
                      const float *bias, bool add, int top, int left, int step,
                      float *work)
{
    const nn_inner *inner = nn_inner_here ();
    const grid g = grid_of (out->n, out->h, out->w);
    float *v = work, *m = v + NUMBERS * apart (step, in->c);
    float *copy = m + NUMBERS * apart (step, out->c);
    for (int lo = 0, count; lo < g.n; lo += count) {
        count = g.n - lo < step ? g.n - lo : step;
        transform_inputs (in, &g, top, left, lo, count, v, copy);
        for (int k = 0; k < NUMBERS; k++)
            inner->places (&(nn_places){ .m = count,
                                         .n = out->c,
                                         .kh = 1,
                                         .kw = 1,
                                         .k = in->c,
                                         .a = v + k * apart (count, in->c),
                                         .a_place = in->c,
                                         .b = u + (size_t) k * in->c * out->c,
                                         .c = m + k * apart (count, out->c),
                                         .c_place = out->c });
        for (int k = 0; k < count; k++) {
            const int at = lo + k, of = g.rows * g.cols;
            const int r = 4 * (at % of / g.cols), q = 4 * (at % g.cols);
            inner->output_transform (
                m + (size_t) k * out->c, apart (count, out->c), out->c, bias, add,
                out->x + nn_at (out, at / of, r, q), nn_row_stride (out),
                out->h - r < 4 ? out->h - r : 4, out->w - q < 4 ? out->w - q : 4);
        }
    }
}

static nn_tensor input (const nn_conv_shape *s, const float *x, int n)
{
    return (nn_tensor){ n, s->h, s->w, s->c, s->halo, (float *) x, NULL };
}

static nn_tensor output (const nn_conv_shape *s, const float *y, int n)
{
    return (nn_tensor){ n, s->oh, s->ow, s->o, 0, (float *) y, NULL };
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    const nn_tensor in = input (s, x, n), out = output (s, y, n);
    convolve (&out, &in, w, bias, false, s->top, s->left, at_once (s), work);
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    const nn_tensor in = input (s, dx, n), out = output (s, dy, n);
    convolve (&in, &out, w + NUMBERS * packed (s), NULL, true, 2 - s->top,
              2 - s->left, at_once (s), work);
}

/*  dw += G' (the sum over tiles of B' x B, transposed, times A dy A') G. */
static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    const nn_inner *inner = nn_inner_here ();
    const nn_tensor in = input (s, x, n), out = output (s, dy, n);
    const grid g = grid_of (n, s->oh, s->ow);
    const int step = at_once (s);
    const size_t matrix = apart (s->c, s->o);
    float *v = work, *d = v + NUMBERS * apart (step, s->c);
    float *du = d + NUMBERS * apart (step, s->o);
    float *copy = du + NUMBERS * matrix;
    memset (du, 0, NUMBERS * matrix * sizeof *du);
    for (int lo = 0, count; lo < g.n; lo += count) {
        count = g.n - lo < step ? g.n - lo : step;
        transform_inputs (&in, &g, s->top, s->left, lo, count, v, copy);
        for (int k = 0; k < count; k++) {
            const int at = lo + k, of = g.rows * g.cols;
            size_t row;
            const float *from = patch (&out, at / of, 4 * (at % of / g.cols),
                                       4 * (at % g.cols), 4, copy, &row);
            inner->gradient_transform (from, row, s->o, d + (size_t) k * s->o,
                                       apart (count, s->o));
        }
        for (int k = 0; k < NUMBERS; k++)
            inner->outer (&(nn_outer){ .m = s->c,
                                       .n = s->o,
                                       .rows = 1,
                                       .places = count,
                                       .a = v + k * apart (count, s->c),
                                       .b = d + k * apart (count, s->o),
                                       .a_place = s->c,
                                       .b_place = s->o,
                                       .c = du + k * matrix,
                                       .c_row = s->o });
    }
    inner->filter_gradient (du, matrix, (int) packed (s), dw);
}

const nn_conv_algorithm nn_conv_winograd = { .name = "winograd",
                                             .fits = fits,
                                             .cost = cost,
                                             .work = work,
                                             .forward = forward,
                                             .backward_data = backward_data,
                                             .backward_weights = backward_weights,
                                             .prepared = prepared,
                                             .prepare = prepare,
                                             .slice_work = nn_conv_strips_work,
                                             .slice = nn_conv_strips };
