// Mistake 1, as an L2 term that is added to a copy of the gradient.
#include "exercise.h"

void ex_adamw_step (float *w, float *m, float *v, const float *dw, int n, int t,
                    float rate, float beta1, float beta2, float epsilon,
                    float decay)
{
    const float pace = rate / (1 - powf (beta1, (float) t));
    const float scale = 1 / sqrtf (1 - powf (beta2, (float) t));
    for (int i = 0; i < n; i++) {
        const float g = dw[i] + w[i] * decay;
        m[i] += (1 - beta1) * (g - m[i]);
        v[i] += (1 - beta2) * (g * g - v[i]);
        w[i] -= pace * m[i] / (scale * sqrtf (v[i]) + epsilon);
    }
}
