/* the variance in one pass (Welford 1962), and by way of t */
#include "exercise.h"

void ex_interval (double interval[3], const double *x, int count, int learnt,
                  int examined, double limit)
{
    double mean = 0, squares = 0;
    for (int i = 0; i < count; i++) {
        const double away = x[i] - mean;
        mean += away / (i + 1);
        squares += away * (x[i] - mean);
    }
    const double J = count, n1 = learnt, n2 = examined;
    const double s = sqrt (squares / (J - 1)),
                 root = sqrt ((n1 + J * n2) / (J * n1));
    interval[2] = mean / s / root;
    for (int side = 0; side < 2; side++)
        interval[side] = mean + (side ? 1 : -1) * limit * s * root;
}
