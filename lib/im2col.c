/*  im2col.c - convolution as a product of matrices
 *
 *  Write down what the filter sees at each place of the output, place after place:
 *  a row of kh * kw * c numbers. A filter is a column of as many weights. So all
 *  filters at all places are one product of matrices, and nobody multiplies
 *  matrices faster than the BLAS. The price is memory, for every input is written
 *  down kh * kw times; the products win it back many times over (Chellapilla, Puri
 *  and Simard 2006).
 *
 *  Small pictures give small products, large ones more rows than the cache holds.
 *  So rows of the output are taken as they come, counted on from image to image,
 *  always about as many at a time as make a good product.
 */
#include "nn.h"

#include <string.h>

/*  Of one product, at most: its rows, and the memory of what is written down. */
enum { PLACES = 1024, BYTES = 1 << 20 };

static int depth (const nn_conv_shape *s) // numbers that a filter sees
{
    return s->kh * s->kw * s->c;
}

/*  Rows of the output that make one product. */
static int rows_at_once (const nn_conv_shape *s)
{
    const size_t row = (size_t) s->ow * depth (s) * sizeof (float);
    const size_t fit = BYTES / row, good = PLACES / s->ow;
    const size_t rows = fit < good ? fit : good;
    return rows > 1 ? (int) rows : 1;
}

/*  Where input row r of an image begins, or NULL if that is beyond the edge. */
static const float *row_of (const nn_conv_shape *s, const float *x, int r)
{
    const size_t stride = (size_t) (s->w + 2 * s->halo) * s->c;
    return r < -s->halo || r >= s->h + s->halo ? NULL : x + r * (long) stride;
}

/*  What one row of the kernel sees when it begins at column q: kw * c numbers.
 *  Beyond the edge, where no halo does it, it sees zeros. */
static void look (const nn_conv_shape *s, float *to, const float *row, int q)
{
    const size_t all = (size_t) s->kw * s->c;
    if (!row)
        memset (to, 0, all * sizeof *to);
    else if (s->dilation == 1 && q >= -s->halo && q + s->kw <= s->w + s->halo)
        memcpy (to, row + (long) q * s->c, all * sizeof *to);
    else
        for (int b = 0; b < s->kw; b++, to += s->c, q += s->dilation)
            if (q >= -s->halo && q < s->w + s->halo)
                memcpy (to, row + (long) q * s->c, s->c * sizeof *to);
            else
                memset (to, 0, s->c * sizeof *to);
}

/*  col = what the filters see at each place of the output rows from .. to - 1,
 *  counted on through all images of x: (to - from) * ow rows of kh * kw * c
 *  numbers. */
void nn_im2col (const nn_conv_shape *s, float *col, const float *x, int from,
                int to)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    for (int number = from; number < to; number++) {
        const float *image = x + nn_at (&in, number / s->oh, 0, 0);
        const int top = number % s->oh * s->stride - s->top;
        for (int place = 0; place < s->ow; place++)
            for (int a = 0; a < s->kh; a++, col += s->kw * s->c)
                look (s, col, row_of (s, image, top + a * s->dilation),
                      place * s->stride - s->left);
    }
}

/*  What one row of the kernel saw gets its gradient back; zeros beyond the edge
 *  need none. */
static void give (const nn_conv_shape *s, float *restrict row,
                  const float *restrict from, int q)
{
    if (s->dilation == 1 && q >= 0 && q + s->kw <= s->w)
        for (int k = 0; k < s->kw * s->c; k++)
            row[q * s->c + k] += from[k];
    else
        for (int b = 0; b < s->kw; b++, from += s->c, q += s->dilation)
            for (int k = 0; k < s->c && q >= 0 && q < s->w; k++)
                row[q * s->c + k] += from[k];
}

/*  The way back of nn_im2col: adds each number of col to the place of dx that
 *  it came from. An input that was seen several times gets several gradients. */
void nn_col2im (const nn_conv_shape *s, float *dx, const float *col, int from,
                int to)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    for (int number = from; number < to; number++) {
        const int image = number / s->oh,
                  top = number % s->oh * s->stride - s->top;
        for (int place = 0; place < s->ow; place++)
            for (int a = 0; a < s->kh; a++, col += s->kw * s->c) {
                const int r = top + a * s->dilation;
                if (r >= 0 && r < s->h)
                    give (s, dx + nn_at (&in, image, r, 0), col,
                          place * s->stride - s->left);
            }
    }
}

static bool fits (const nn_conv_shape *s)
{
    return s->groups == 1;
}

static double cost (const nn_conv_shape *s)
{
    return (double) s->oh * s->ow * depth (s) *
           (s->o + 8); // 8: to write a number down
}

static size_t work (const nn_conv_shape *s)
{
    return (size_t) rows_at_once (s) * s->ow * depth (s) * sizeof (float);
}

/*  y = col w + bias, a few rows of the output at a time. */
static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *col)
{
    const int step = rows_at_once (s);
    for (int from = 0, to; from < n * s->oh; from = to) {
        to = from + step < n * s->oh ? from + step : n * s->oh;
        nn_im2col (s, col, x, from, to);
        nn_dense_forward (y + (size_t) from * s->ow * s->o, col, w, bias,
                          (to - from) * s->ow, depth (s), s->o);
    }
}

/*  dcol = dy w', and every number of it back to where it came from. */
static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *dcol)
{
    const int step = rows_at_once (s);
    for (int from = 0, to; from < n * s->oh; from = to) {
        to = from + step < n * s->oh ? from + step : n * s->oh;
        nn_dense_backward_data (dcol, dy + (size_t) from * s->ow * s->o, w,
                                (to - from) * s->ow, depth (s), s->o, false);
        nn_col2im (s, dx, dcol, from, to);
    }
}

/*  dw += col' dy. */
static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *col)
{
    const int step = rows_at_once (s);
    for (int from = 0, to; from < n * s->oh; from = to) {
        to = from + step < n * s->oh ? from + step : n * s->oh;
        nn_im2col (s, col, x, from, to);
        nn_gemm ((nn_product){ .m = depth (s),
                               .n = s->o,
                               .k = (to - from) * s->ow,
                               .a = col,
                               .ta = true,
                               .b = dy + (size_t) from * s->ow * s->o,
                               .c = dw,
                               .add = true });
    }
}

const nn_conv_algorithm nn_conv_im2col = { .name = "im2col",
                                           .fits = fits,
                                           .cost = cost,
                                           .work = work,
                                           .forward = forward,
                                           .backward_data = backward_data,
                                           .backward_weights = backward_weights };
