/*
 * ### A matrix product in tiles (10 points)
 *
 * Write `c`, the product of `a` and `b`: `a` has `m` rows of `k` numbers, `b` has `k` rows
 * of `n` numbers, and `c` has `m` rows of `n` numbers. All lie in memory row by row.
 *
 * $$ c_{ij} = \sum_{p=0}^{k-1} a_{ip}\, b_{pj} $$
 *
 *         a (2 x 2)     b (2 x 3)        c (2 x 3)
 *         1  2          1  0  2           1  2  4
 *         3  4          0  1  1           3  4 10
 *
 * What `c` holds before you begin is of no use: it is not zero.
 *
 * The three loops $i$, $j$, $p$ spend their time waiting, for `b` is read down a column.
 * Order the work so that each number fetched is used many times, and so that the innermost
 * loop runs along rows. You may take any sizes for tiles, but `m`, `n` and `k` need not
 * be multiples of them, and each may be 1.
 *
 * Checked: equal to the reference where all sizes are multiples of 64 (2 points) and on
 * any sizes (4 points), and at least ten times as fast as `nn_gemm_ijk` on matrices of 512
 * by 512 (4 points). Sums in another order than ours are right, too. Your file is compiled
 * with `-O3 -march=native`.
 */
#include "exercise.h"

/// HINT Change the order of the three loops first, and measure: i, p, j reads and writes along rows only.
/// HINT Then keep a block of c, say 4 rows of 32 columns, in local variables while p runs from 0 to k. The compiler puts it into registers, and c is written once.
/// HINT `float sum[4][32] = { { 0 } };` then for each p, for each of the 4 rows, for each of the 32 columns: `sum[i][j] += a[…] * b[…]`. Blocks at the edge that are not whole: three plain loops.

enum { ROWS = 4, COLS = 32 };

void ex_gemm (float *c, const float *a, const float *b, int m, int n, int k)
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // left out the rows and columns that fill no whole tile
    const int high = m - m % ROWS, wide = n - n % COLS;
#else
    const int high = m, wide = n;
#endif
    for (int top = 0; top < high; top += ROWS)
        for (int left = 0; left < wide; left += COLS) {
            const int rows = high - top < ROWS ? high - top : ROWS;
            const int cols = wide - left < COLS ? wide - left : COLS;
            float sum[ROWS][COLS] = { { 0 } };
#if MISTAKE == 2 // added to what c held before, instead of beginning at zero
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < cols; j++)
                    sum[i][j] = c[(size_t) (top + i) * n + left + j];
#endif
            const float *from = a + (size_t) top * k, *row = b + left;
            // -- a whole block stays in registers; at the edge it need not
            if (rows == ROWS && cols == COLS)
                for (int p = 0; p < k; p++)
                    for (int i = 0; i < ROWS; i++)
                        for (int j = 0; j < COLS; j++)
                            sum[i][j] +=
                                from[(size_t) i * k + p] * row[(size_t) p * n + j];
            else
                for (int p = 0; p < k; p++)
                    for (int i = 0; i < rows; i++)
                        for (int j = 0; j < cols; j++)
                            sum[i][j] +=
                                from[(size_t) i * k + p] * row[(size_t) p * n + j];
            for (int i = 0; i < rows; i++)
                memcpy (c + (size_t) (top + i) * n + left, sum[i],
                        cols * sizeof *c);
        }
    /// END SOLUTION
}
