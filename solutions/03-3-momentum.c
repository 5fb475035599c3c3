/*
 * ### A step with momentum (10 points)
 *
 * Write one step of gradient descent with momentum for `n` weights `w`. Each weight has a
 * velocity in `v`, which remembers the steps before. `dw` is the gradient of this step.
 *
 * $$ v \leftarrow \mu v + \frac{\partial L}{\partial w}, \qquad
 *    w \leftarrow w - \eta v $$
 *
 * `rate` is the learning rate $\eta$ and `momentum` is $\mu$. Both `v` and `w` are changed
 * in place, the velocity first: the weight already moves with the new one.
 *
 * An example with $\mu = 0.9$ and $\eta = 0.1$: let $w = 1$, $v = 2$ and the gradient be 3.
 * Then $v$ becomes 0.9 · 2 + 3 = 4.8, and $w$ becomes 1 - 0.48 = 0.52.
 *
 * Authors differ in what they call momentum. Some put the learning rate into the velocity,
 * some weigh the gradient with $1 - \mu$. We mean the formula above, as PyTorch does.
 *
 * Checked: one step (4 points), and twenty steps in a row, each with another gradient (6
 * points).
 */
#include "exercise.h"

/// HINT One loop over the weights with two lines in it.
/// HINT First v[i], from its old value and dw[i]; then w[i] with the new v[i].
/// HINT `v[i] = momentum * v[i] + dw[i];` and then `w[i] -= rate * v[i];`

void ex_momentum_step (float *w, float *v, const float *dw, int n, float rate,
                       float momentum)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++) {
#if MISTAKE == 1 // forgot the velocity of the steps before
        v[i] = dw[i];
        w[i] -= rate * v[i];
#elif MISTAKE == 2 // weighed the gradient with 1 - momentum
        v[i] = momentum * v[i] + (1 - momentum) * dw[i];
        w[i] -= rate * v[i];
#elif MISTAKE == 3 // put the learning rate into the velocity
        v[i] = momentum * v[i] + rate * dw[i];
        w[i] -= v[i];
#elif MISTAKE == 4 // moved with the old velocity and changed it afterwards
        w[i] -= rate * v[i];
        v[i] = momentum * v[i] + dw[i];
#elif MISTAKE == 5 // went uphill
        v[i] = momentum * v[i] + dw[i];
        w[i] += rate * v[i];
#elif MISTAKE == 6 // took Nesterov's step, which looks ahead
        v[i] = momentum * v[i] + dw[i];
        w[i] -= rate * (dw[i] + momentum * v[i]);
#else
        v[i] = momentum * v[i] + dw[i];
        w[i] -= rate * v[i];
#endif
    }
    /// END SOLUTION
}
