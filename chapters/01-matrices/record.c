/*  record.c - measures what chapter 1 says in numbers, as lines of run.tsv
 *
 *  `chapters/01-matrices/record` builds it twice, once as the library is built and once for
 *  this processor alone, and writes run.tsv from both. Every number is a ratio of two times,
 *  the best of several rounds, in seconds that the thread has worked.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

typedef void gemm (float *, const float *, const float *, int, int, int);
enum { N = 512, WIDE = 4096, ROUNDS = 9 };

static double worked (void)
{
    struct timespec t;
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void by_blas (float *c, const float *a, const float *b, int m, int n, int k)
{
    nn_gemm ((nn_product){ .m = m, .n = n, .k = k, .a = a, .b = b, .c = c });
}

/*  Seconds for one walk over n rows of n numbers. */
static double walk (const float *x, int n, bool down)
{
    volatile float keep;
    float sum = 0;
    const double start = worked ();
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            sum += down ? x[(size_t) j * n + i] : x[(size_t) i * n + j];
    keep = sum;
    (void) keep;
    return worked () - start;
}

static double columns_over_rows (const float *x, int n)
{
    double rows = INFINITY, columns = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        rows = fmin (rows, walk (x, n, false));
        columns = fmin (columns, walk (x, n, true));
    }
    return columns / rows;
}

int main (void)
{
    static gemm *const ways[] = { nn_gemm_ijk, nn_gemm_ikj, nn_gemm_tiled,
                                  by_blas };
    static const char *const names[] = { "ijk", "ikj", "tiled", "blas" };
    float *x = malloc (sizeof (float[WIDE][WIDE]));
    if (!x)
        return 1;
    for (int i = 0; i < WIDE * WIDE; i++)
        x[i] = (float) (i % 7) / 7;
    printf ("columns_4000\t%.1f\n", columns_over_rows (x, 4000));
    printf ("columns_4096\t%.0f\n", columns_over_rows (x, 4096));
    for (int way = 0; way < 4; way++) {
        double best = INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            const double start = worked ();
            ways[way](x, x + N * N, x + 2 * N * N, N, N, N);
            best = fmin (best, worked () - start);
        }
        printf ("seconds_%s\t%.6f\n", names[way], best);
    }
    free (x);
    return 0;
}
