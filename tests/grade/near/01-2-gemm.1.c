// Mistake 1 with tiles of 16 in all three directions.
#include "exercise.h"

void ex_gemm (float *c, const float *a, const float *b, int m, int n, int k)
{
    for (int top = 0; top + 16 <= m; top += 16)
        for (int left = 0; left + 16 <= n; left += 16)
            for (int i = top; i < top + 16; i++)
                for (int j = left; j < left + 16; j++) {
                    float sum = 0;
                    for (int p = 0; p < k / 16 * 16; p++)
                        sum += a[(size_t) i * k + p] * b[(size_t) p * n + j];
                    c[(size_t) i * n + j] = sum;
                }
}
