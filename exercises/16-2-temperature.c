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

void ex_temper (float *p, const float *x, int n, int classes, float temperature)
{
    // your code here
    nn_todo ("16-2");
}

float ex_temperature (const float *x, const int *label, int n, int classes)
{
    // your code here
    nn_todo ("16-2");
}
