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

/// HINT In three steps: the mean, then the variance around it, then the standard error. The sums belong into doubles.
/// HINT The standard error is sqrt (variance * (1.0 / count + (double) examined / learnt)). Both divisions have whole numbers on both sides: mind what C makes of 1 / 5.
/// HINT double error = sqrt (square / (count - 1) * (1.0 / count + (double) examined / learnt)); interval[0] = mean - limit * error; interval[1] = mean + limit * error; interval[2] = mean / error;

void ex_interval (double interval[3], const double *x, int count, int learnt,
                  int examined, double limit)
{
    /// BEGIN SOLUTION
    double sum = 0, square = 0;
    for (int i = 0; i < count; i++)
        sum += x[i];
    const double mean = sum / count;
    for (int i = 0; i < count; i++)
        square += (x[i] - mean) * (x[i] - mean);
#if MISTAKE == 2 // divided the squares by the number of differences, not by one less
    const double variance = square / count;
#else
    const double variance = square / (count - 1);
#endif
#if MISTAKE == 1 // gave the plain t, as if the splits had nothing in common
    const double factor = 1.0 / count;
#elif MISTAKE == 3 // divided the images learnt from by those examined, upside down
    const double factor = 1.0 / count + (double) learnt / examined;
#elif MISTAKE == 4 // divided whole numbers, of which C throws the rest away
    const double factor = 1 / count + examined / learnt;
#elif MISTAKE == 5 // forgot the 1/J and kept the correction alone
    const double factor = (double) examined / learnt;
#else
    const double factor = 1.0 / count + (double) examined / learnt;
#endif
#if MISTAKE == 6 // took the variance for the deviation and forgot the root
    const double error = variance * factor;
#else
    const double error = sqrt (variance * factor);
#endif
    interval[0] = mean - limit * error;
    interval[1] = mean + limit * error;
    interval[2] = mean / error;
    /// END SOLUTION
}
