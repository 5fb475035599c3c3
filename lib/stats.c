/*  stats.c - how sure are we?
 *
 *  Five folds, five accuracies: their mean is an estimate, and it would come out
 *  otherwise on other pictures. By how much? The t interval of Student (1908)
 *  answers, if the five are independent of each other. Those of folds are not: any
 *  two of five networks have learnt from three quarters of the same pictures. They
 *  agree with each other more than they should, and the interval comes out too
 *  short. Nadeau and Bengio (2003) make it longer: the variance of a mean of J
 *  numbers is not 1/J of their variance but 1/J + n2/n1 of it, where n1 images
 *  were learnt from and n2 examined.
 */
#include "nn.h"

#include <math.h>

enum { TERMS = 500, HALVINGS = 200 };

/*  The continued fraction of the incomplete beta function, by the method of Lentz
 *  (1976). It converges quickly for x < (a + 1) / (a + b + 2). */
static double beta_fraction (double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs (d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < TERMS; m++) {
        const double odd = a + 2 * m;
        const double term[2] = { m * (b - m) * x / ((odd - 1) * odd),
                                 -(a + m) * (a + b + m) * x / (odd * (odd + 1)) };
        double change = 1;
        for (int k = 0; k < 2; k++) {
            d = 1 + term[k] * d;
            c = 1 + term[k] / c;
            d = 1 / (fabs (d) < tiny ? tiny : d);
            c = fabs (c) < tiny ? tiny : c;
            value *= change = c * d;
        }
        if (fabs (change - 1) < 1e-15)
            break;
    }
    return value;
}

/*  The regularised incomplete beta function: the share of a beta (a, b)
 *  distribution that lies below x. a, b > 0, 0 <= x <= 1. */
double nn_beta_share (double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x >= 1;
    const double front = exp (lgamma (a + b) - lgamma (a) - lgamma (b) +
                              a * log (x) + b * log1p (-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction (a, b, x) / a
                                     : 1 - front * beta_fraction (b, a, 1 - x) / b;
}

/*  How likely Student's t with so many degrees of freedom is farther from 0 than
 *  this, on either side. */
double nn_student_tails (double t, double freedom)
{
    return nn_beta_share (freedom / (freedom + t * t), freedom / 2, 0.5);
}

/*  The t that is exceeded, on either side, with this probability: 12.706 for 0.05
 *  and one degree of freedom. */
double nn_student_limit (double tails, double freedom)
{
    nn_require (tails > 0 && tails < 1 && freedom > 0,
                "no limit of t has tails of %g and %g degrees of freedom", tails,
                freedom);
    double low = 0, high = 1;
    while (nn_student_tails (high, freedom) > tails)
        high *= 2;
    for (int i = 0; i < HALVINGS && low < high; i++) {
        const double middle = low + (high - low) / 2;
        if (middle == low || middle == high)
            break;
        *(nn_student_tails (middle, freedom) > tails ? &low : &high) = middle;
    }
    return high;
}

/*  What n measurements say about their true mean: an interval that holds it with
 *  probability `level` (0.95), and how surprising they would be if it were 0.
 *  overlap: n2 / n1, images examined over images learnt from, if the measurements
 *  come from folds or other splits of the same images (Nadeau and Bengio 2003); 0
 *  if they are independent. For k folds it is 1 / (k - 1). */
int nn_estimate_mean (nn_estimate *self, const double *x, int n, double overlap,
                      double level)
{
    *self = (nn_estimate){ .count = n };
    if (n < 2)
        return nn_fail (
            NN_EVALUE,
            "an interval needs at least 2 measurements, and there is %d", n);
    if (!(level > 0 && level < 1 && overlap >= 0 && isfinite (overlap)))
        return nn_fail (NN_EVALUE,
                        "no interval has a level of %g and an overlap of %g; a "
                        "level lies between 0 and 1, an overlap is at least 0",
                        level, overlap);
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) {
        if (!isfinite (x[i]))
            return nn_fail (NN_EVALUE, "measurement %d of %d is no number", i + 1,
                            n);
        sum += x[i];
    }
    self->mean = sum / n;
    for (int i = 0; i < n; i++)
        square += (x[i] - self->mean) * (x[i] - self->mean);
    self->deviation = sqrt (square / (n - 1));
    self->error = self->deviation * sqrt (1.0 / n + overlap);
    const double reach = self->error * nn_student_limit (1 - level, n - 1);
    self->low = self->mean - reach;
    self->high = self->mean + reach;
    // -- if nothing varies, what is not 0 is far from it
    self->t = self->mean == 0 ? 0 : self->mean / self->error;
    self->p = self->mean == 0 ? 1 : nn_student_tails (self->t, n - 1);
    return NN_OK;
}
