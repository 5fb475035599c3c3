/*  16-2-temperature.c - a right answer to exercise 16.2 that compares surprises  */
#include "exercise.h"

void ex_temper (float *p, const float *x, int n, int classes, float temperature)
{
    for (int at = 0; at < n * classes; at++) {
        const float *row = x + at / classes * classes;
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += exp ((row[k] - (double) x[at]) / temperature);
        p[at] = (float) (1 / sum);
    }
}

static double surprise (const float *x, const int *label, int n, int classes,
                        double b)
{
    double all = 0;
    for (int i = 0; i < n; i++, x += classes) {
        double most = x[0], sum = 1e-300; // there is a logarithm of it
        for (int k = 1; k < classes; k++)
            most = fmax (most, x[k]);
        for (int k = 0; k < classes; k++)
            sum += exp (b * (x[k] - most));
        all += log (sum) - b * (x[label[i]] - most);
    }
    return all;
}

float ex_temperature (const float *x, const int *label, int n, int classes)
{
    double low = 0.05, high = 20; // of b, in thirds
    for (int step = 0; step < 80; step++) {
        const double a = low + (high - low) / 3, b = high - (high - low) / 3;
        if (surprise (x, label, n, classes, a) <=
            surprise (x, label, n, classes, b))
            high = b;
        else
            low = a;
    }
    return (float) (2 / (low + high));
}
