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

enum { ROWS = 4, COLS = 32 };

void ex_gemm (float *c, const float *a, const float *b, int m, int n, int k)
{
    // your code here
    nn_todo ("01-2");
}
