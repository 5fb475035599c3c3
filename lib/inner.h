/*  inner.h - the loops in which a convolution spends its time
 *
 *  A core multiplies and adds in registers that hold several numbers side by
 *  side: 4 of them in every x86-64 and ARM64 processor, 8 with AVX2, 16 with
 *  AVX-512. This file is written once, for vectors of any width. inner_plain.c,
 *  inner_avx2.c and inner_avx512.c include it, each after saying how many bytes
 *  a vector has, how many rows of sums fit into the registers, and what the
 *  table at the end is called.
 *
 *  Two loops are sums of products: nn_places for what goes forward, nn_outer for
 *  the gradient of weights. Both compute a tile of sums at a time and keep it in
 *  registers. The tile's size is known when this is compiled: otherwise the sums
 *  would lie in memory. The others are the transforms of Winograd's algorithm
 *  (winograd.c).
 */
#include "nn.h"

#include <string.h>

typedef float vec __attribute__ ((vector_size (VECTOR)));
typedef float loose // the same, wherever it lies
    __attribute__ ((vector_size (VECTOR), aligned (sizeof (float)), may_alias));
enum { LANES = VECTOR / sizeof (float), STRIP = 2 * LANES };
enum { EACH = 8 }; // places at a time where each channel is on its own
#define ALWAYS static inline __attribute__ ((always_inline))

ALWAYS vec load (const float *x)
{
    return *(const loose *) x;
}

ALWAYS void store (float *x, vec v)
{
    *(loose *) x = v;
}

ALWAYS vec all (float x) // x in every lane
{
    return x - (vec){ 0 };
}

/*  The first `count` lanes of the vectors, from and to memory that ends there. */
ALWAYS void load_some (vec *v, const float *x, int count, int vecs)
{
    if (count == vecs * LANES)
        for (int k = 0; k < vecs; k++)
            v[k] = load (x + k * LANES);
    else {
        for (int k = 0; k < vecs; k++)
            v[k] = (vec){ 0 };
        memcpy (v, x, count * sizeof *x);
    }
}

ALWAYS void store_some (float *x, const vec *v, int count, int vecs)
{
    if (count == vecs * LANES)
        for (int k = 0; k < vecs; k++)
            store (x + k * LANES, v[k]);
    else
        memcpy (x, v, count * sizeof *x);
}

/*  A tile of c: `rows` places, `count` of `vecs` vectors of columns. */
ALWAYS void places_tile (const int rows, const int vecs, const nn_places *p,
                         const float *a, const float *b, float *c, int at,
                         int count)
{
    vec sum[TILE][2];
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vecs; v++)
            sum[m][v] = (vec){ 0 };
    // -- all runs of numbers that a place looks at
    for (int i = 0; i < p->kh; i++)
        for (int j = 0; j < p->kw; j++) {
            const float *run = a + i * p->a_row + j * p->a_col;
            for (int k = 0; k < p->k; k++, b += vecs * LANES)
                for (int m = 0; m < rows; m++) {
                    const vec x = all (run[m * p->a_place + k]);
                    for (int v = 0; v < vecs; v++)
                        sum[m][v] += x * load (b + v * LANES);
                }
        }
    // -- what the sums are added to
    vec before[2] = { { 0 } };
    if (p->bias)
        load_some (before, p->bias + at, count, vecs);
    for (int m = 0; m < rows; m++, c += p->c_place) {
        if (p->add)
            load_some (before, c, count, vecs);
        for (int v = 0; v < vecs; v++)
            sum[m][v] += before[v];
        store_some (c, sum[m], count, vecs);
    }
}

ALWAYS void places_strip (const int vecs, const nn_places *p, int at, int count)
{
    const float *a = p->a, *b = p->b + (size_t) at * p->kh * p->kw * p->k;
    float *c = p->c + at;
    int m = 0;
    for (; m + TILE <= p->m; m += TILE)
        places_tile (TILE, vecs, p, a + m * p->a_place, b, c + m * p->c_place, at,
                     count);
    for (; m + 4 <= p->m; m += 4)
        places_tile (4, vecs, p, a + m * p->a_place, b, c + m * p->c_place, at,
                     count);
    for (; m + 2 <= p->m; m += 2)
        places_tile (2, vecs, p, a + m * p->a_place, b, c + m * p->c_place, at,
                     count);
    for (; m < p->m; m++)
        places_tile (1, vecs, p, a + m * p->a_place, b, c + m * p->c_place, at,
                     count);
}

static void places (const nn_places *p)
{
    for (int at = 0; at < p->n; at += STRIP) {
        const int count = p->n - at < STRIP ? p->n - at : STRIP;
        if (count > LANES)
            places_strip (2, p, at, count);
        else
            places_strip (1, p, at, count);
    }
}

/*  A tile of c: `rows` numbers of a, `count` of `vecs` vectors of numbers of b. */
ALWAYS void outer_tile (const int rows, const int vecs, const nn_outer *p,
                        const float *a, const float *b, float *c, int count)
{
    vec sum[TALL][2];
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vecs; v++)
            sum[m][v] = (vec){ 0 };
    for (int i = 0; i < p->rows; i++) {
        const float *x = a + i * p->a_row, *y = b + i * p->b_row;
        for (int j = 0; j < p->places; j++, x += p->a_place, y += p->b_place) {
            vec with[2];
            for (int v = 0; v < vecs; v++)
                with[v] = load (y + v * LANES);
            for (int m = 0; m < rows; m++)
                for (int v = 0; v < vecs; v++)
                    sum[m][v] += all (x[m]) * with[v];
        }
    }
    for (int m = 0; m < rows; m++, c += p->n) {
        vec before[2];
        load_some (before, c, count, vecs);
        for (int v = 0; v < vecs; v++)
            sum[m][v] += before[v];
        store_some (c, sum[m], count, vecs);
    }
}

ALWAYS void outer_strip (const int vecs, const nn_outer *p, int at, int count)
{
    const float *a = p->a, *b = p->b + at;
    float *c = p->c + at;
    int m = 0;
    for (; m + TALL <= p->m; m += TALL)
        outer_tile (TALL, vecs, p, a + m, b, c + (size_t) m * p->n, count);
    for (; m + 4 <= p->m; m += 4)
        outer_tile (4, vecs, p, a + m, b, c + (size_t) m * p->n, count);
    for (; m < p->m; m++)
        outer_tile (1, vecs, p, a + m, b, c + (size_t) m * p->n, count);
}

static void outer (const nn_outer *p)
{
    for (int at = 0; at < p->n; at += STRIP) {
        const int count = p->n - at < STRIP ? p->n - at : STRIP;
        if (count > LANES)
            outer_strip (2, p, at, count);
        else
            outer_strip (1, p, at, count);
    }
}

/*  LANES channels, from `at` on, of `places` places. */
ALWAYS void each_tile (const int places, const nn_each *p, const float *x,
                       float *y, int at)
{
    vec sum[EACH];
    const vec first = p->bias ? load (p->bias + at) : (vec){ 0 };
    for (int m = 0; m < places; m++)
        sum[m] = p->add ? load (y + m * p->y_place) : first;
    const float *w = p->w + at;
    for (int i = 0; i < p->kh; i++)
        for (int j = 0; j < p->kw; j++, w += p->w_tap) {
            const float *run = x + i * p->x_row + j * p->x_col;
            const vec by = load (w);
            for (int m = 0; m < places; m++)
                sum[m] += load (run + m * p->x_place) * by;
        }
    for (int m = 0; m < places; m++)
        store (y + m * p->y_place, sum[m]);
}

/*  LANES channels of all places. */
static void each_strip (const nn_each *p, int at)
{
    for (int row = 0; row < p->rows; row++) {
        const float *x = p->x + row * p->x_down + at;
        float *y = p->y + row * p->y_down + at;
        int m = 0;
        for (; m + EACH <= p->m; m += EACH)
            each_tile (EACH, p, x + m * p->x_place, y + m * p->y_place, at);
        for (; m + 2 <= p->m; m += 2)
            each_tile (2, p, x + m * p->x_place, y + m * p->y_place, at);
        for (; m < p->m; m++)
            each_tile (1, p, x + m * p->x_place, y + m * p->y_place, at);
    }
}

/*  The gradients of taps (i, j) .. (i + kh - 1, j + kw - 1), of LANES channels. */
ALWAYS void each_outer_taps (const int kh, const int kw, const nn_each_outer *p,
                             int i, int j, int at)
{
    const nn_each *by = &p->at;
    float *dw = p->dw + (i * by->kw + j) * by->w_tap + at;
    vec sum[9];
    for (int k = 0; k < kh * kw; k++)
        sum[k] = load (dw + (k / kw * by->kw + k % kw) * by->w_tap);
    for (int row = 0; row < by->rows; row++) {
        const float *x =
            by->x + row * by->x_down + i * by->x_row + j * by->x_col + at;
        const float *dy = p->dy + row * by->y_down + at;
        for (int m = 0; m < by->m; m++, x += by->x_place, dy += by->y_place) {
            const vec with = load (dy);
            for (int k = 0; k < kh * kw; k++)
                sum[k] +=
                    load (x + k / kw * by->x_row + k % kw * by->x_col) * with;
        }
    }
    for (int k = 0; k < kh * kw; k++)
        store (dw + (k / kw * by->kw + k % kw) * by->w_tap, sum[k]);
}

static void each_outer_strip (const nn_each_outer *p, int at)
{
    const int kh = p->at.kh, kw = p->at.kw;
    if (kh == 3 && kw == 3)
        each_outer_taps (3, 3, p, 0, 0, at);
    else if (kw == 5)
        for (int i = 0; i < kh; i++)
            each_outer_taps (1, 5, p, i, 0, at);
    else
        for (int k = 0; k < kh * kw; k++)
            each_outer_taps (1, 1, p, k / kw, k % kw, at);
}

#ifdef NARROWER
/*  Channels that fill no vector are left to narrower ones. */
static void each (const nn_each *p)
{
    int at = 0;
    for (; at + LANES <= p->c; at += LANES)
        each_strip (p, at);
    nn_each rest = *p;
    rest.c -= at, rest.x += at, rest.w += at, rest.y += at;
    rest.bias = p->bias ? p->bias + at : NULL;
    if (rest.c > 0)
        NARROWER.each (&rest);
}

static void each_outer (const nn_each_outer *p)
{
    int at = 0;
    for (; at + LANES <= p->at.c; at += LANES)
        each_outer_strip (p, at);
    nn_each_outer rest = *p;
    rest.at.c -= at, rest.at.x += at, rest.dy += at, rest.dw += at;
    if (rest.at.c > 0)
        NARROWER.each_outer (&rest);
}
#else
/*  The last channels, which fill not even the narrowest vector, one by one. */
static void each (const nn_each *p)
{
    int at = 0;
    for (; at + LANES <= p->c; at += LANES)
        each_strip (p, at);
    for (; at < p->c; at++)
        for (int row = 0; row < p->rows; row++)
            for (int m = 0; m < p->m; m++) {
                const float *x = p->x + row * p->x_down + m * p->x_place + at;
                float *y = p->y + row * p->y_down + m * p->y_place + at;
                float sum = p->add ? *y : p->bias ? p->bias[at] : 0;
                for (int k = 0; k < p->kh * p->kw; k++)
                    sum += x[k / p->kw * p->x_row + k % p->kw * p->x_col] *
                           p->w[k * p->w_tap + at];
                *y = sum;
            }
}

static void each_outer (const nn_each_outer *p)
{
    const nn_each *by = &p->at;
    int at = 0;
    for (; at + LANES <= by->c; at += LANES)
        each_outer_strip (p, at);
    for (; at < by->c; at++)
        for (int k = 0; k < by->kh * by->kw; k++) {
            const float *x =
                by->x + k / by->kw * by->x_row + k % by->kw * by->x_col + at;
            float sum = p->dw[k * by->w_tap + at];
            for (int i = 0; i < by->rows * by->m; i++)
                sum +=
                    x[i / by->m * by->x_down + i % by->m * by->x_place] *
                    p->dy[i / by->m * by->y_down + i % by->m * by->y_place + at];
            p->dw[k * by->w_tap + at] = sum;
        }
}
#endif

/*  B' d: six numbers of a row, or a column, of the input become six. */
ALWAYS void times_bt (vec *to, int step, const vec *d, int from)
{
    const vec d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from],
              d4 = d[4 * from], d5 = d[5 * from];
    const vec even = d4 - 4 * d2, odd = d3 - 4 * d1;
    const vec even2 = d4 - d2, odd2 = 2 * (d3 - d1);
    to[0] = 4 * d0 - 5 * d2 + d4;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = even2 + odd2;
    to[4 * step] = even2 - odd2;
    to[5 * step] = 4 * d1 - 5 * d3 + d5;
}

/*  A' m: six numbers become four. */
ALWAYS void times_at (vec *to, int step, const vec *m, int from)
{
    const vec sum = m[from] + m[2 * from], dif = m[from] - m[2 * from];
    const vec sum2 = m[3 * from] + m[4 * from], dif2 = m[3 * from] - m[4 * from];
    to[0] = m[0] + sum + sum2;
    to[step] = dif + 2 * dif2;
    to[2 * step] = sum + 4 * sum2;
    to[3 * step] = dif + 8 * dif2 + m[5 * from];
}

/*  A y: four numbers become six, for the gradient goes the other way. */
ALWAYS void times_a (vec *to, int step, const vec *y, int from)
{
    const vec y0 = y[0], y1 = y[from], y2 = y[2 * from], y3 = y[3 * from];
    const vec even = y0 + y2, odd = y1 + y3;
    const vec even2 = y0 + 4 * y2, odd2 = 2 * y1 + 8 * y3;
    to[0] = y0;
    to[step] = even + odd;
    to[2 * step] = even - odd;
    to[3 * step] = even2 + odd2;
    to[4 * step] = even2 - odd2;
    to[5 * step] = y3;
}

/*  v = B' x B: 6 x 6 places of x become 36 numbers, `step` apart, for each
 *  channel. */
static void input_transform (const float *x, size_t row, int c, float *v,
                             size_t step)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[36], whole[36];
        for (int i = 0; i < 6; i++) {
            vec d[6];
            for (int j = 0; j < 6; j++)
                d[j] = load (x + i * row + (size_t) j * c + k);
            times_bt (half + 6 * i, 1, d, 1);
        }
        for (int j = 0; j < 6; j++)
            times_bt (whole + j, 6, half + j, 6);
        for (int i = 0; i < 36; i++)
            store (v + i * step + k, whole[i]);
    }
}

/*  y = A' m A + bias, or added to y: 36 numbers become 4 x 4 places, of which
 *  `rows` x `cols` lie in the picture. */
static void output_transform (const float *m, size_t step, int c,
                              const float *bias, bool add, float *y, size_t row,
                              int rows, int cols)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[24], whole[16];
        for (int j = 0; j < 6; j++) {
            vec d[6];
            for (int i = 0; i < 6; i++)
                d[i] = load (m + (6 * i + j) * step + k);
            times_at (half + j, 6, d, 1);
        }
        for (int i = 0; i < 4; i++)
            times_at (whole + 4 * i, 1, half + 6 * i, 1);
        const vec plus = bias ? load (bias + k) : (vec){ 0 };
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < cols; j++) {
                float *to = y + i * row + (size_t) j * c + k;
                store (to, whole[4 * i + j] + (add ? load (to) : plus));
            }
    }
}

/*  d = A y A': the gradients of 4 x 4 places become those of 36 numbers. */
static void gradient_transform (const float *y, size_t row, int c, float *d,
                                size_t step)
{
    for (int k = 0; k < c; k += LANES) {
        vec half[24], whole[36];
        for (int i = 0; i < 4; i++) {
            vec g[4];
            for (int j = 0; j < 4; j++)
                g[j] = load (y + i * row + (size_t) j * c + k);
            times_a (half + 6 * i, 1, g, 1);
        }
        for (int j = 0; j < 6; j++)
            times_a (whole + j, 6, half + j, 6);
        for (int i = 0; i < 36; i++)
            store (d + i * step + k, whole[i]);
    }
}

/*  G: how three weights become six numbers. */
#define PART(n, of) ((float) (n) / (of))
static const float G[6][3] = {
    { PART (1, 4), 0, 0 },
    { PART (-1, 6), PART (-1, 6), PART (-1, 6) },
    { PART (-1, 6), PART (1, 6), PART (-1, 6) },
    { PART (1, 24), PART (1, 12), PART (1, 6) },
    { PART (1, 24), PART (-1, 12), PART (1, 6) },
    { 0, 0, 1 },
};

/*  u = G w G': nine weights, `tap` apart, become 36 numbers, `step` apart;
 *  `count` of each, a multiple of 16. */
static void filter_transform (const float *w, size_t tap, int count, float *u,
                              size_t step)
{
    for (int k = 0; k < count; k += LANES) {
        vec half[6][3];
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 3; j++)
                half[i][j] = G[i][0] * load (w + j * tap + k) +
                             G[i][1] * load (w + (3 + j) * tap + k) +
                             G[i][2] * load (w + (6 + j) * tap + k);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 6; j++)
                store (u + (6 * i + j) * step + k, G[j][0] * half[i][0] +
                                                       G[j][1] * half[i][1] +
                                                       G[j][2] * half[i][2]);
    }
}

/*  dw += G' du G. */
static void filter_gradient (const float *du, size_t step, int count, float *dw)
{
    for (int k = 0; k < count; k += LANES) {
        vec half[3][6] = { { { 0 } } };
        for (int j = 0; j < 6; j++)
            for (int i = 0; i < 6; i++)
                for (int a = 0; a < 3; a++)
                    half[a][j] += G[i][a] * load (du + (6 * i + j) * step + k);
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++) {
                float *to = dw + (size_t) (3 * a + b) * count + k;
                vec sum = load (to);
                for (int j = 0; j < 6; j++)
                    sum += G[j][b] * half[a][j];
                store (to, sum);
            }
    }
}

const nn_inner TABLE = { .name = NAME,
                         .lanes = LANES,
                         .places = places,
                         .outer = outer,
                         .each = each,
                         .each_outer = each_outer,
                         .input_transform = input_transform,
                         .output_transform = output_transform,
                         .gradient_transform = gradient_transform,
                         .filter_transform = filter_transform,
                         .filter_gradient = filter_gradient };
