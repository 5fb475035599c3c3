/*  gemm.c - the four products agree, for every shape and every way to store a
 *  matrix */
#include "near.h"

#include <omp.h>

typedef void product (float *c, const float *a, const float *b, int m, int n,
                      int k);

/*  The product in doubles: c = a b, as ta, tb and the strides say. */
static void reference (nn_product p)
{
    const int lda = p.lda ? p.lda : p.ta ? p.m : p.k;
    const int ldb = p.ldb ? p.ldb : p.tb ? p.k : p.n;
    const int ldc = p.ldc ? p.ldc : p.n;
    for (int i = 0; i < p.m; i++)
        for (int j = 0; j < p.n; j++) {
            double sum = p.add ? p.c[i * ldc + j] : 0;
            for (int l = 0; l < p.k; l++)
                sum += (double) p.a[p.ta ? l * lda + i : i * lda + l] *
                       p.b[p.tb ? j * ldb + l : l * ldb + j];
            p.c[i * ldc + j] = (float) sum;
        }
}

static void same_for_all_shapes (product *multiply, const char *name)
{
    static const int size[][3] = { { 1, 1, 1 },    { 1, 7, 3 },
                                   { 4, 16, 8 },   { 5, 17, 9 },
                                   { 31, 33, 29 }, { 3, 100, 1 },
                                   { 64, 64, 64 }, { 66, 47, 1030 },
                                   { 100, 1, 513 } };
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    double worst = 0;
    for (size_t s = 0; s < sizeof size / sizeof *size; s++) {
        const int m = size[s][0], n = size[s][1], k = size[s][2];
        float *a = draw (&random, m * k), *b = draw (&random, k * n);
        float *c = draw (&random, m * n), *want = zeros (m * n);
        const float after = c[m * n] = 17; // nobody writes behind the end
        multiply (c, a, b, m, n, k);
        reference (
            (nn_product){ .m = m, .n = n, .k = k, .a = a, .b = b, .c = want });
        const double d = apart (c, want, m * n);
        worst = !(d <= worst) ? d : worst;
        worst = c[m * n] == after ? worst : INFINITY;
        free (a), free (b), free (c), free (want);
    }
    check (worst < 2e-6, name, "differs by %g", worst);
}

static void openblas (float *c, const float *a, const float *b, int m, int n,
                      int k)
{
    nn_gemm ((nn_product){ .m = m, .n = n, .k = k, .a = a, .b = b, .c = c });
}

/*  Transposed, with rows further apart than they are long, added to what is
 *  there. */
static void same_however_stored (void)
{
    enum { M = 13, N = 21, K = 34, WIDE = 40 };
    nn_random random = nn_random_from (2, NN_FOR_TEST, 0, 0);
    float *a = draw (&random, WIDE * WIDE), *b = draw (&random, WIDE * WIDE);
    float *first = draw (&random, WIDE * WIDE);
    for (int way = 0; way < 16; way++) {
        float *c = zeros (WIDE * WIDE), *want = zeros (WIDE * WIDE);
        memcpy (c, first, WIDE * WIDE * sizeof *c);
        memcpy (want, first, WIDE * WIDE * sizeof *c);
        nn_product p = { .m = M,
                         .n = N,
                         .k = K,
                         .a = a,
                         .b = b,
                         .c = c,
                         .ta = way & 1,
                         .tb = way & 2,
                         .add = way & 4 };
        if (way & 8)
            p.lda = p.ldb = p.ldc = WIDE;
        nn_gemm (p);
        p.c = want;
        reference (p);
        char name[80];
        snprintf (name, sizeof name, "nn_gemm%s%s%s%s",
                  p.ta ? ", a transposed" : "", p.tb ? ", b transposed" : "",
                  p.add ? ", added" : "", p.lda ? ", wide rows" : "");
        check (apart (c, want, WIDE * WIDE) < 2e-6, name, "differs by %g",
               apart (c, want, WIDE * WIDE));
        free (c), free (want);
    }
    free (a), free (b), free (first);
}

/*  The BLAS is told to keep to one thread. Nobody else is. */
static void threads_are_ours (void)
{
    const char *wish = getenv ("OMP_NUM_THREADS");
    const int want = wish ? (int) strtol (wish, NULL, 10) : omp_get_num_procs ();
    check (omp_get_max_threads () == want, "OpenMP keeps its threads",
           "%d of %d are left", omp_get_max_threads (), want);
    float one = 1, c = 0;
    nn_gemm (
        (nn_product){ .m = 1, .n = 1, .k = 1, .a = &one, .b = &one, .c = &c });
    check (omp_get_max_threads () == want, "OpenMP keeps them after a product",
           "%d of %d are left", omp_get_max_threads (), want);
}

int main (void)
{
    threads_are_ours ();
    same_for_all_shapes (nn_gemm_ijk, "ijk on all shapes");
    same_for_all_shapes (nn_gemm_ikj, "ikj on all shapes");
    same_for_all_shapes (nn_gemm_tiled, "tiled on all shapes, tails included");
    same_for_all_shapes (openblas, "OpenBLAS on all shapes");
    same_however_stored ();
    return nn_test_done ();
}
