/*
 * ### As sure as it may be (10 points)
 *
 * `x` holds the scores of `n` images before the softmax, a row of `classes` numbers each. At the
 * temperature $T$ the probabilities are $\mathrm{softmax} (x / T)$. Above 1 they are softer,
 * below 1 harder, and the order of the classes stays.
 *
 * Write `ex_temper`, which computes these probabilities, and `ex_temperature`, which finds the
 * $T$ from 0.05 to 20 at which the images are least surprising: at which the mean of
 * $-\ln p_{i,\,\mathrm{label}_i}$ is lowest. Where it falls up to one of the two ends, the answer
 * is that end.
 *
 * How does one find it? As a function of $b = 1/T$ the surprise has one valley and no other,
 * and its slope is
 *
 * $$ \frac1n \sum_i \Big( \sum_k p_{i,k}\, x_{i,k} - x_{i,\,\mathrm{label}_i} \Big) $$
 *
 * So halve the interval of $b$: where the slope is below 0, the valley lies above.
 *
 * An example: one class has the score 2 and the other 0, and of five images four are of the first.
 * The probability should be 0.8, and it is at 2 / T = ln 4: T is 1.443.
 *
 * Checked: probabilities at any temperature (3 points), also of scores in the hundreds (2 points),
 * and a temperature beside which none surprises less (5 points).
 */
#include "exercise.h"

/// HINT In `ex_temper` divide first, then take the largest from all scores of the row, then exp () and the sum.
/// HINT For `ex_temperature` compute the slope in a loop, with low = 1 / 20 and high = 1 / 0.05 as the ends of b. Forty halvings are enough.
/// HINT With b = (low + high) / 2 the probabilities are those at the temperature 1 / b. If the slope is below 0, low = b, else high = b. Return 2 / (low + high).

void ex_temper (float *p, const float *x, int n, int classes, float temperature)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++, x += classes, p += classes) {
        double most = x[0], sum = 0;
        for (int k = 1; k < classes; k++)
            most = x[k] > most ? x[k] : most;
#if MISTAKE == 1 // multiplied by the temperature
        for (int k = 0; k < classes; k++)
            sum += exp ((x[k] - most) * temperature);
        for (int k = 0; k < classes; k++)
            p[k] = (float) (exp ((x[k] - most) * temperature) / sum);
#elif MISTAKE == 2 // divided the probabilities and not the scores
        for (int k = 0; k < classes; k++)
            sum += exp (x[k] - most);
        for (int k = 0; k < classes; k++)
            p[k] = (float) (exp (x[k] - most) / sum / temperature);
#elif MISTAKE == 3 // let exp () overflow
        for (int k = 0; k < classes; k++)
            sum += exp (x[k] / temperature);
        for (int k = 0; k < classes; k++)
            p[k] = (float) (exp (x[k] / temperature) / sum);
        (void) most;
#else
        for (int k = 0; k < classes; k++)
            sum += exp ((x[k] - most) / temperature);
        for (int k = 0; k < classes; k++)
            p[k] = (float) (exp ((x[k] - most) / temperature) / sum);
#endif
    }
    /// END SOLUTION
}

float ex_temperature (const float *x, const int *label, int n, int classes)
{
    /// BEGIN SOLUTION
    double low = 1 / 20.0, high = 1 / 0.05;
#if MISTAKE == 4 // looked above 1 only, as if no network were too modest
    high = 1;
#endif
    for (int step = 0; step < 40; step++) {
        const double b = (low + high) / 2;
        double slope = 0;
        for (int i = 0; i < n; i++) {
            const float *row = x + i * classes;
            double most = row[0], sum = 0, expected = 0;
            for (int k = 1; k < classes; k++)
                most = row[k] > most ? row[k] : most;
            for (int k = 0; k < classes; k++) {
                const double e = exp (b * (row[k] - most));
                sum += e;
                expected += e * row[k];
            }
            slope += expected / sum - row[label[i]];
        }
        if (slope < 0)
            low = b;
        else
            high = b;
    }
#if MISTAKE == 5 // gave back 1 / T
    return (float) ((low + high) / 2);
#else
    return (float) (2 / (low + high));
#endif
    /// END SOLUTION
}
