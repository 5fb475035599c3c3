/*  temperature.c - as sure as it may be, and not surer
 *
 *  A network that was trained for long promises more than it keeps. The remedy is
 *  one number. All scores are divided by it before the softmax: above 1 the
 *  answer becomes softer, below 1 harder. Which class is first does not change,
 *  and so neither does the accuracy. (Guo, Pleiss, Sun and Weinberger 2017.)
 *
 *  The scores themselves need not be kept. The logarithm of a probability is its
 *  score but for a number that is the same for all classes of an image, and the
 *  softmax does not see that number.
 */
#include "nn.h"

#include <math.h>

enum { MOST_STEPS = 200 };
static const double least = 1e-30; // what a probability of 0 counts as

/*  p to the power of 1/T, brought back to a sum of 1: the softmax at temperature
 *  T. */
int nn_temper (nn_predictions *p, double temperature)
{
    if (!(temperature > 0) || !isfinite (temperature))
        return nn_fail (NN_EVALUE, "a temperature of %g; it is above 0",
                        temperature);
    for (int i = 0; i < p->n; i++) {
        float *row = p->p + (size_t) i * p->classes;
        const double most = log (fmax (row[nn_argmax (row, p->classes)], least));
        double sum = 0;
        for (int k = 0; k < p->classes; k++) {
            const double x = (log (fmax (row[k], least)) - most) / temperature;
            sum += row[k] = (float) exp (x);
        }
        for (int k = 0; k < p->classes; k++)
            row[k] = (float) (row[k] / sum);
    }
    return NN_OK;
}

/*  How the surprise changes with b = 1/T: the mean of the expected score less the
 *  score of the right class. It only grows with b, as the surprise is convex in
 *  it. */
static double slope (const nn_predictions *p, double b)
{
    double all = 0;
    for (int i = 0; i < p->n; i++) {
        const float *row = p->p + (size_t) i * p->classes;
        const double most = log (fmax (row[nn_argmax (row, p->classes)], least));
        double sum = 0, expected = 0;
        for (int k = 0; k < p->classes; k++) {
            const double x = log (fmax (row[k], least)) - most, e = exp (b * x);
            sum += e;
            expected += e * x;
        }
        all += expected / sum - (log (fmax (row[p->label[i]], least)) - most);
    }
    return all / p->n;
}

/*  The temperature, from 0.01 to 100, at which these images surprise least. Give
 *  it those that are put aside for validation. */
int nn_temperature_fit (const nn_predictions *p, double *temperature)
{
    double low = 0.01, high = 100; // of b
    const int status = nn_predictions_check (p);
    if (status != NN_OK)
        return status;
    for (int step = 0; step < MOST_STEPS && high - low > 1e-9 * low; step++) {
        const double b = sqrt (low * high);
        if (slope (p, b) < 0)
            low = b;
        else
            high = b;
    }
    *temperature = 1 / sqrt (low * high);
    return NN_OK;
}
