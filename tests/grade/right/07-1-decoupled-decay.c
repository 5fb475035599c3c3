// Right in another way: in double, the shrinking at the end of the formula.
#include "exercise.h"

void ex_adamw_step (float *w, float *m, float *v, const float *dw, int n, int t,
                    float rate, float beta1, float beta2, float epsilon,
                    float decay)
{
    for (int i = 0; i < n; i++) {
        const double g = dw[i], was = w[i];
        const double mean = (double) beta1 * m[i] + (1 - (double) beta1) * g;
        const double square = (double) beta2 * v[i] + (1 - (double) beta2) * g * g;
        const double step = mean / (1 - pow (beta1, t)) /
                            (sqrt (square / (1 - pow (beta2, t))) + epsilon);
        m[i] = (float) mean;
        v[i] = (float) square;
        w[i] = (float) (was - rate * (step + decay * was));
    }
}
