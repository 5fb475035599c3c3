/*
 * ### Inverted dropout (10 points)
 *
 * Write dropout for `n` values, and its way back.
 *
 * While a net learns (`training`), each value is dropped with probability `rate`, that is,
 * set to 0; the others are divided by $1 - p$, where $p$ is the rate. When it answers, all
 * values pass as they are.
 *
 * $$ y_i = \begin{cases} 0 & u_i < p \\ x_i / (1 - p) & u_i \ge p \end{cases} $$
 *
 * `uniform (source)` gives a number $0 \le u < 1$. Draw one for each value, in order, while
 * the net learns; and none when it answers. Set `passed[i]` to 1 if value `i` passed and to
 * 0 if not, in both cases: the way back has no draws, only what you wrote there. It is
 * called while the net learns.
 *
 * An example with rate 0.2: the values are 4, 8, 12 and the draws 0.7, 0.1, 0.2. The first
 * and the last pass and become 5 and 15, the second becomes 0. If the gradients that come
 * back are 1, 2, 3, those that go on are 1.25, 0, 3.75.
 *
 * Checked: equals the reference while the net learns (3 points); how many are dropped, and
 * that the mean stays what it was (2 points); a net that answers gives back every bit of
 * its values (2 points); the way back (3 points).
 */
#include "exercise.h"

void ex_dropout (float *y, int *passed, const float *x, int n, float rate,
                 bool training, float (*uniform) (void *source), void *source)
{
    // your code here
    nn_todo ("05-1");
}

void ex_dropout_backward (float *dx, const int *passed, const float *dy, int n,
                          float rate)
{
    // your code here
    nn_todo ("05-1");
}
