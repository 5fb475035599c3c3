/*
 * ### An interval that does not promise too much (10 points)
 *
 * Two networks were compared on `count` splits of the same images. `x` holds the
 * differences of their accuracies, `learnt` is how many images each network learnt from,
 * `examined` how many it was asked about. Write the corrected interval of the mean
 * difference to `interval[0]` and `interval[1]`, and the corrected $t$, which says how far
 * the mean is from 0, to `interval[2]`:
 *
 * $$ \bar x \pm \tau \, s \sqrt{\frac{1}{J} + \frac{n_2}{n_1}}, \qquad
 *    t = \frac{\bar x}{s \sqrt{1/J + n_2/n_1}}, \qquad
 *    s^2 = \frac{1}{J - 1} \sum_j (x_j - \bar x)^2 $$
 *
 * with $J$ for `count`, $n_1$ for `learnt`, $n_2$ for `examined`, and $\tau$ for `limit`,
 * which is given: it comes out of a table of Student's $t$.
 *
 * An example: two differences, 1 and 3, and as many images examined as learnt from. The mean
 * is 2 and $s^2$ is 2; the root is $\sqrt{1/2 + 1}$, so the standard error is $\sqrt 3$, and
 * $t$ is 1.15. The plain $t$ would be 2.
 *
 * `count` is at least 2, and the differences are not all the same.
 *
 * Checked: the ends of the interval (6 points) and $t$ (4 points) equal the reference.
 */
#include "exercise.h"

void ex_interval (double interval[3], const double *x, int count, int learnt,
                  int examined, double limit)
{
    // your code here
    nn_todo ("11-2");
}
