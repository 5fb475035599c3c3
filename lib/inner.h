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
 *  would lie in memory. Two more files have the loops for a channel in each lane
 *  (inner_each.h) and the transforms of Winograd's algorithm (inner_winograd.h).
 */
#include "nn.h"

#include <string.h>

typedef float vec __attribute__ ((vector_size (VECTOR)));
typedef float loose // the same, wherever it lies
    __attribute__ ((vector_size (VECTOR), aligned (sizeof (float)), may_alias));
enum {
    LANES = VECTOR / sizeof (float),
    STRIP = 2 * LANES,
    SLIM = 2 * TILE // rows of a tile of one vector
};
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
    else {
        vec copy[2] = { { 0 } }; // what has an address is kept in memory
        for (int k = 0; k < vecs; k++)
            copy[k] = v[k];
        memcpy (x, copy, count * sizeof *x);
    }
}

/*  What is below `low` becomes low, what is above `high` becomes high, and what is
 *  no number stays none. */
ALWAYS vec clamp (vec v, vec low, vec high)
{
    typedef __typeof__ (v < low) lanes;
    lanes beyond = v <= low;
    v = (vec) ((beyond & (lanes) low) | (~beyond & (lanes) v));
    beyond = v >= high;
    return (vec) ((beyond & (lanes) high) | (~beyond & (lanes) v));
}

typedef struct { // where the next place of c is, and how far it is to a gap
    float *c;
    int places, runs;
} next_place;

ALWAYS void step (next_place *next, const nn_places *p)
{
    next->c += p->c_place;
    if (--next->places == 0) {
        next->places = p->run;
        next->c += p->skip;
        if (--next->runs == 0) {
            next->runs = p->runs;
            next->c += p->jump;
        }
    }
}

ALWAYS void clamp_all (vec *sum, const int count, const nn_after *after)
{
    const vec low = all (after->low), high = all (after->high);
    for (int k = 0; k < count; k++)
        sum[k] = clamp (sum[k], low, high);
}

/*  A tile of sums has all its products: what else is done to it, and where it
 *  goes. */
ALWAYS void places_write (const int rows, const int vecs, const nn_places *p,
                          vec sum[][2], next_place *next, int at, const int count)
{
    vec other[2] = { { 0 } };
    if (p->bias)
        load_some (other, p->bias + at, count, vecs);
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vecs; v++)
            sum[m][v] += other[v];
    if (p->after && p->after->plus) {
        next_place there = *next;
        for (int m = 0; m < rows; m++, step (&there, p)) {
            load_some (other, p->after->plus + (there.c - p->c), count, vecs);
            for (int v = 0; v < vecs; v++)
                sum[m][v] += other[v];
        }
    }
    if (p->after)
        for (int m = 0; m < rows; m++)
            clamp_all (sum[m], vecs, p->after);
    for (int m = 0; m < rows; m++, step (next, p)) {
        if (p->add) {
            load_some (other, next->c, count, vecs);
            for (int v = 0; v < vecs; v++)
                sum[m][v] += other[v];
        }
        store_some (next->c, sum[m], count, vecs);
    }
}

/*  A tile of c: `rows` places, `count` of `vecs` vectors of columns. */
ALWAYS void places_tile (const int rows, const int vecs, const long apart,
                         const nn_places *p, const float *a, const float *b,
                         next_place *next, int at, int count)
{
    const long down = p->b_row ? p->b_row : vecs * LANES;
    vec sum[SLIM][2];
    for (int m = 0; m < rows; m++)
        for (int v = 0; v < vecs; v++)
            sum[m][v] = (vec){ 0 };
    // -- all runs of numbers that a place looks at
    for (int i = 0; i < p->kh; i++)
        for (int j = 0; j < p->kw; j++) {
            const float *run = a + i * p->a_row + j * p->a_col;
            for (int k = 0; k < p->k; k++, b += down)
                for (int m = 0; m < rows; m++) {
                    const vec x = all (run[m * apart + k]);
                    for (int v = 0; v < vecs; v++)
                        sum[m][v] += x * load (b + v * LANES);
                }
            b += j + 1 == p->kw ? p->b_skip : 0;
        }
    if (count == vecs * LANES)
        places_write (rows, vecs, p, sum, next, at, vecs * LANES);
    else {
        vec copy[SLIM][2]; // what is indexed by a variable is not in registers
        for (int m = 0; m < rows; m++)
            for (int v = 0; v < vecs; v++)
                copy[m][v] = sum[m][v];
        places_write (rows, vecs, p, copy, next, at, count);
    }
}

ALWAYS void places_strip (const int vecs, const nn_places *p, int at, int count)
{
    const float *a = p->a;
    const float *b = p->b + (p->b_row ? at : (long) at * p->kh * p->kw * p->k);
    next_place next = { p->c + at, p->run, p->runs };
    int m = 0;
    // -- one vector needs twice the rows; if the compiler knows how far apart they
    // lie, it needs no registers to find them
    for (; vecs == 1 && p->a_place == 16 && m + SLIM <= p->m; m += SLIM)
        places_tile (SLIM, vecs, 16, p, a + m * 16, b, &next, at, count);
    for (; vecs == 1 && p->a_place == 32 && m + SLIM <= p->m; m += SLIM)
        places_tile (SLIM, vecs, 32, p, a + m * 32, b, &next, at, count);
    for (; m + TILE <= p->m; m += TILE)
        places_tile (TILE, vecs, p->a_place, p, a + m * p->a_place, b, &next, at,
                     count);
    for (; m + 4 <= p->m; m += 4)
        places_tile (4, vecs, p->a_place, p, a + m * p->a_place, b, &next, at,
                     count);
    for (; m + 2 <= p->m; m += 2)
        places_tile (2, vecs, p->a_place, p, a + m * p->a_place, b, &next, at,
                     count);
    for (; m < p->m; m++)
        places_tile (1, vecs, p->a_place, p, a + m * p->a_place, b, &next, at,
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
    vec sum[SLIM][2];
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
    for (int m = 0; m < rows; m++, c += p->c_row) {
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
    for (; vecs == 1 && m + SLIM <= p->m; m += SLIM)
        outer_tile (SLIM, vecs, p, a + m, b, c + m * p->c_row, count);
    for (; m + TALL <= p->m; m += TALL)
        outer_tile (TALL, vecs, p, a + m, b, c + m * p->c_row, count);
    for (; TALL > 9 && m + 9 <= p->m; m += 9) // three colours, three columns
        outer_tile (9, vecs, p, a + m, b, c + m * p->c_row, count);
    for (; m + 4 <= p->m; m += 4)
        outer_tile (4, vecs, p, a + m, b, c + m * p->c_row, count);
    for (; m < p->m; m++)
        outer_tile (1, vecs, p, a + m, b, c + m * p->c_row, count);
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

#include "inner_each.h"
#include "inner_winograd.h"

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
