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

void ex_adamw_step (float *w, float *m, float *v, const float *dw, int n, int t,
                    float rate, float beta1, float beta2, float epsilon,
                    float decay)
{
    // your code here
    nn_todo ("07-1");
}
