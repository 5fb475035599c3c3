// Right in another way: two loops, and with fused multiplication.
#include "exercise.h"

void ex_momentum_step (float *w, float *v, const float *dw, int n, float rate,
                       float momentum)
{
    for (int i = n - 1; i >= 0; i--)
        v[i] = fmaf (momentum, v[i], dw[i]);
    for (int i = 0; i < n; i++)
        w[i] = fmaf (-rate, v[i], w[i]);
}
