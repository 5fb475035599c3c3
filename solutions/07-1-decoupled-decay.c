/*
 * ### Decay beside the gradient (10 points)
 *
 * Write one step of AdamW for `n` weights. First the weights shrink, each by the same share;
 * then comes the step of Adam, in which decay does not occur:
 *
 * $$ w \leftarrow (1 - \eta \lambda)\, w, \qquad
 *    m \leftarrow \beta_1 m + (1 - \beta_1)\, dw, \qquad
 *    v \leftarrow \beta_2 v + (1 - \beta_2)\, dw^2, \qquad
 *    w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon} $$
 *
 * with the corrections $\hat m = m / (1 - \beta_1^t)$ and $\hat v = v / (1 - \beta_2^t)$.
 * `t` is the number of this step, counted from 1; `rate` is $\eta$ and `decay` is
 * $\lambda$. `w`, `m` and `v` are changed in place.
 *
 * An example: $w = 2$, $\eta = 0.1$, $\lambda = 0.5$, gradient 3, first step. The weight
 * shrinks to 2 · 0.95 = 1.9. In the first step $\hat m$ is 3 and the root of $\hat v$ is 3,
 * so Adam's step is as long as the rate, and $w$ becomes 1.8.
 *
 * Checked: steps without decay (2 points), with it (4 points), and up to twenty in a row (4
 * points), all against the reference.
 */
#include "exercise.h"

/// HINT Begin with Adam as in chapter 4 and leave decay out of it. Then add one line.
/// HINT The line comes first in the loop, and knows neither m nor v nor the gradient.
/// HINT `w[i] *= 1 - rate * decay;` and then the step, with `m[i] / (1 - powf (beta1, t))` for the corrected mean.

void ex_adamw_step (float *w, float *m, float *v, const float *dw, int n, int t,
                    float rate, float beta1, float beta2, float epsilon,
                    float decay)
{
    /// BEGIN SOLUTION
    const float correct1 = 1 - powf (beta1, (float) t);
    const float correct2 = 1 - powf (beta2, (float) t);
    for (int i = 0; i < n; i++) {
        float g = dw[i];
#if MISTAKE == 1 // added decay to the gradient, which is L2
        g += decay * w[i];
#elif MISTAKE == 2 // shrank the weights without the learning rate
        w[i] *= 1 - decay;
#elif MISTAKE == 3 // made the weights longer instead of shorter
        w[i] *= 1 + rate * decay;
#elif MISTAKE == 4 // shrank the weights after the step, and the step with them
#elif MISTAKE == 7 // forgot to decay
#else
        w[i] *= 1 - rate * decay;
#endif
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
#if MISTAKE == 5 // did not correct the two means
        w[i] -= rate * m[i] / (sqrtf (v[i]) + epsilon);
#elif MISTAKE == 6 // added epsilon under the root
        w[i] -= rate * (m[i] / correct1) / sqrtf (v[i] / correct2 + epsilon);
#else
        w[i] -= rate * (m[i] / correct1) / (sqrtf (v[i] / correct2) + epsilon);
#endif
#if MISTAKE == 4
        w[i] *= 1 - rate * decay;
#endif
    }
    /// END SOLUTION
}
