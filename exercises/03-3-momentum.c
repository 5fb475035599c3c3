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

void ex_momentum_step (float *w, float *v, const float *dw, int n, float rate,
                       float momentum)
{
    // your code here
    nn_todo ("03-3");
}
