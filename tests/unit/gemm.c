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

/*  Who takes the products of few rows, or of short sums: which it takes, and that
 *  they are right, with and without tails, wide rows, and something to add to. */
static void thin (void)
{
    static const struct {
        int m, n, k;
        bool ta, fits;
    } cases[] = {
        { 8, 128, 4096, false, true },   { 1, 256, 5000, false, true },
        { 31, 112, 641, false, true },   { 32, 4096, 8, false, true },
        { 64, 128, 4096, false, false }, { 8, 101, 4096, false, false },
        { 8, 128, 128, false, false },   { 256, 128, 64, true, true },
        { 49, 64, 320, true, true },     { 333, 96, 33, true, true },
        { 256, 128, 321, true, false },
    };
    nn_random random = nn_random_from (3, NN_FOR_TEST, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int add = 0; add < 2; add++) {
            const int m = cases[i].m, n = cases[i].n, k = cases[i].k;
            nn_product p = {
                .m = m, .n = n, .k = k, .ta = cases[i].ta, .add = add
            };
            p.lda = (p.ta ? m : k) + 5, p.ldb = n + 3, p.ldc = n + 7;
            const size_t rows = p.ta ? k : m, out = (size_t) m * p.ldc;
            float *a = draw (&random, rows * p.lda);
            float *b = draw (&random, (size_t) k * p.ldb);
            float *c = draw (&random, out), *want = zeros (out);
            memcpy (want, c, out * sizeof *c);
            p.a = a, p.b = b, p.c = c;
            const bool fits = nn_multiplier_thin.fits (&p);
            if (fits)
                nn_multiplier_thin.multiply (&p);
            p.c = fits ? want : c;
            reference (p);
            char name[80];
            snprintf (name, sizeof name, "%d x %d x %d%s%s, %s", m, n, k,
                      p.ta ? ", transposed" : "", add ? ", added" : "",
                      cases[i].fits ? "thin" : "for the BLAS");
            check (fits == cases[i].fits && (!fits || apart (c, want, out) < 1e-5),
                   name, "takes it: %d, differs by %g", fits,
                   apart (c, want, out));
            free (a), free (b), free (c), free (want);
        }
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
    thin ();
    return nn_test_done ();
}
