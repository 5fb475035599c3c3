/*  product.c - stands for OpenBLAS where that is not to be had for a processor */
#include <cblas.h>

void openblas_set_num_threads (int threads)
{
    (void) threads;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
void cblas_sgemm (enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE ta,
                  enum CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k,
                  float alpha, const float *a, blasint lda, const float *b,
                  blasint ldb, float beta, float *c, blasint ldc)
{
    (void) order; // by rows: nn_gemm () knows no other
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++)
                sum +=
                    (double) (ta == CblasTrans ? a[p * lda + i] : a[i * lda + p]) *
                    (tb == CblasTrans ? b[j * ldb + p] : b[p * ldb + j]);
            float *to = c + (long) i * ldc + j;
            *to = alpha * (float) sum + (beta == 0 ? 0 : beta * *to);
        }
}
