/*  thin.c - products of a few rows
 *
 *  A BLAS puts both matrices into an order of its own before it multiplies them.
 *  With large matrices nobody notices. But a dense layer multiplies the few images
 *  of a shard by half a million weights: each weight is used a few times, and to
 *  copy it costs as much. So here it is read where it lies.
 *
 *  The gradient of those weights has many rows, but short sums, one number for
 *  each image. There what lies a power of two apart is copied, a little at a time.
 *
 *  Long sums are cut where OpenBLAS cuts them. Where both have the same vectors
 *  they give the same bits.
 */
#include "nn.h"

#include <string.h>

enum {
    LITTLE = 1000000, // multiplications; OpenBLAS has a way of its own for fewer
    FEW = 32,         // rows
    DEPTH = 320,      // of a sum at a time
    ROWS = 48         // of the gradient of weights at a time
};

static bool fits (const nn_product *p)
{
    return !p->tb && p->n % nn_inner_here ()->lanes == 0 &&
           (p->ta ? p->k <= DEPTH : p->m <= FEW) &&
           (double) p->m * p->n * p->k > LITTLE;
}

/*  So many numbers of a sum that has `left` to go; the last two parts are
 *  alike. */
static int depth (int left)
{
    return left >= 2 * DEPTH ? DEPTH
           : left > DEPTH    ? (left / 2 + 15) / 16 * 16
                             : left;
}

static void few_rows (const nn_product *p)
{
    for (int from = 0, k; from < p->k; from += k) {
        k = depth (p->k - from);
        nn_inner_here ()->places (&(nn_places){ .m = p->m,
                                                .n = p->n,
                                                .kh = 1,
                                                .kw = 1,
                                                .k = k,
                                                .a = p->a + from,
                                                .a_place = p->lda,
                                                .b = p->b + (size_t) from * p->ldb,
                                                .b_row = p->ldb,
                                                .c = p->c,
                                                .c_place = p->ldc,
                                                .add = p->add || from > 0 });
    }
}

/*  a is stored as k x m: a few of its columns are copied, so that they lie side by
 *  side. */
static void short_sums (const nn_product *p)
{
    float some[DEPTH * ROWS];
    for (int row = 0, rows; row < p->m; row += rows) {
        rows = p->m - row < ROWS ? p->m - row : ROWS;
        for (int k = 0; k < p->k; k++)
            memcpy (some + k * ROWS, p->a + (size_t) k * p->lda + row,
                    rows * sizeof *some);
        float *c = p->c + (size_t) row * p->ldc;
        for (int r = 0; r < rows && !p->add; r++)
            memset (c + (size_t) r * p->ldc, 0, p->n * sizeof *c);
        nn_inner_here ()->outer (&(nn_outer){ .m = rows,
                                              .n = p->n,
                                              .rows = 1,
                                              .places = p->k,
                                              .a = some,
                                              .a_place = ROWS,
                                              .b = p->b,
                                              .b_place = p->ldb,
                                              .c = c,
                                              .c_row = p->ldc });
    }
}

static void multiply (const nn_product *p)
{
    (p->ta ? short_sums : few_rows) (p);
}

const nn_multiplier nn_multiplier_thin = { fits, multiply };
