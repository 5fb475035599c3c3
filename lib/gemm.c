/*  gemm.c - the product of two matrices, four times
 *
 *  Almost all the time that a net needs goes into products of matrices. All four
 *  functions here do the same m x n x k multiplications and additions, and yet the
 *  last is some hundred times as fast as the first. What differs is how they walk
 *  through memory.
 *
 *  ijk writes down the definition: each number of c is a row of a times a column
 *  of b. Going down a column jumps from row to row, and every jump may miss the
 *  cache.
 *
 *  ikj takes the same three loops in another order: now all of them walk along
 *  rows.
 *
 *  tiled computes a small tile of c at a time and keeps it in registers, so that a
 *  number that was loaded is used several times before it is dropped.
 *
 *  nn_gemm () asks OpenBLAS, whose authors wrote such tiles by hand for each
 *  processor, or somebody else who knows a product of this kind better.
 */
#include "nn.h"

#include <cblas.h>
#include <omp.h>
#include <string.h>

void nn_gemm_ijk (float *c, const float *a, const float *b, int m, int n, int k)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0;
            for (int p = 0; p < k; p++)
                sum += a[(size_t) i * k + p] * b[(size_t) p * n + j];
            c[(size_t) i * n + j] = sum;
        }
}

void nn_gemm_ikj (float *restrict c, const float *a, const float *b, int m, int n,
                  int k)
{
    memset (c, 0, (size_t) m * n * sizeof *c);
    for (int i = 0; i < m; i++)
        for (int p = 0; p < k; p++) {
            const float factor = a[(size_t) i * k + p];
            for (int j = 0; j < n; j++)
                c[(size_t) i * n + j] += factor * b[(size_t) p * n + j];
        }
}

enum {
    ROWS = 4,
    COLS = 16,  // a tile of c: as many sums as there are registers for
    DEPTH = 512 // rows of b at a time: a strip of them stays in the first cache
};

/*  Adds the product of some rows of a and a strip of b to a tile of c. It
 *  always computes ROWS x COLS sums, a fixed number, so that the compiler can
 *  give each its register. Of a tile that reaches over the edge of c only the
 *  part inside is kept. */
static void tile (float *c, const float *a, const float *strip, int n, int k,
                  int depth, int rows, int cols)
{
    const size_t down = rows == ROWS ? k : 0; // 0: one row, computed ROWS times
    float sum[ROWS][COLS] = { { 0 } };
    for (int p = 0; p < depth; p++, strip += COLS)
        for (int r = 0; r < ROWS; r++)
#pragma omp simd
            for (int j = 0; j < COLS; j++)
                sum[r][j] += a[r * down + p] * strip[j];
    for (int r = 0; r < rows; r++)
        for (int j = 0; j < cols; j++)
            c[(size_t) r * n + j] += sum[r][j];
}

void nn_gemm_tiled (float *c, const float *a, const float *b, int m, int n, int k)
{
    float strip[DEPTH * COLS] = { 0 };
    memset (c, 0, (size_t) m * n * sizeof *c);
    for (int p = 0; p < k; p += DEPTH) {
        const int depth = k - p < DEPTH ? k - p : DEPTH;
        for (int j = 0; j < n; j += COLS) {
            // -- COLS columns of b, side by side
            const int cols = n - j < COLS ? n - j : COLS;
            for (int q = 0; q < depth; q++)
                for (int col = 0; col < cols; col++)
                    strip[q * COLS + col] = b[(size_t) (p + q) * n + j + col];
            // -- down all rows of a with them, the last few one by one
            for (int i = 0, rows; i < m; i += rows) {
                rows = m - i < ROWS ? 1 : ROWS;
                tile (c + (size_t) i * n + j, a + (size_t) i * k + p, strip, n, k,
                      depth, rows, cols);
            }
        }
    }
}

/*  OpenBLAS has threads of its own. Ours are already busy, each with its own
 *  images. Telling it so also tells OpenMP, which must forget it again. */
__attribute__ ((constructor)) static void one_thread (void)
{
    const int threads = omp_get_max_threads ();
    openblas_set_num_threads (1);
    omp_set_num_threads (threads);
}

static bool any (const nn_product *p)
{
    (void) p;
    return true;
}

static void by_blas (const nn_product *p)
{
    cblas_sgemm (CblasRowMajor, p->ta ? CblasTrans : CblasNoTrans,
                 p->tb ? CblasTrans : CblasNoTrans, p->m, p->n, p->k, 1, p->a,
                 p->lda, p->b, p->ldb, p->add, p->c, p->ldc);
}

static const nn_multiplier blas = { any, by_blas };

const nn_multiplier *const nn_multipliers[] = {
    &nn_multiplier_thin, // a few rows, or short sums
    &blas,               // everything
    NULL,
};

/*  c = a b, or c += a b, by the first who can. See nn_product for what a, b and c
 *  may be. */
void nn_gemm (nn_product p)
{
    p.lda = p.lda ? p.lda : p.ta ? p.m : p.k;
    p.ldb = p.ldb ? p.ldb : p.tb ? p.k : p.n;
    p.ldc = p.ldc ? p.ldc : p.n;
    for (int k = 0; nn_multipliers[k]; k++)
        if (nn_multipliers[k]->fits (&p)) {
            nn_multipliers[k]->multiply (&p);
            return;
        }
}
