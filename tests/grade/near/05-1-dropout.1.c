// Mistake 1 in another way: a factor for each of the two cases.
#include "exercise.h"

void ex_dropout (float *y, int *passed, const float *x, int n, float rate,
                 bool training, float (*uniform) (void *source), void *source)
{
    const float keep = 1 - rate;
    for (int i = 0; i < n; i++) {
        passed[i] = training && uniform (source) < rate ? 0 : 1;
        y[i] = x[i] * (training ? (float) passed[i] / keep : keep);
    }
}

void ex_dropout_backward (float *dx, const int *passed, const float *dy, int n,
                          float rate)
{
    for (int i = 0; i < n; i++)
        dx[i] = passed[i] ? dy[i] / (1 - rate) : 0;
}
