/*  13-3-resize.c - a right answer to exercise 13.3 that lengthens the row first  */
#include "exercise.h"

static double cubic (double a, double b, double c, double d, double t)
{
    return b + t * (c - a) / 2 + t * t * (2 * a - 5 * b + 4 * c - d) / 2 +
           t * t * t * (3 * (b - c) + d - a) / 2;
}

void ex_resize_row (float *y, int to, const float *x, int from, bool bicubic)
{
    float *row = malloc ((from + 4) * sizeof *row);
    for (int k = -2; k < from + 2; k++)
        row[k + 2] = x[k < 0 ? 0 : k < from ? k : from - 1];
    for (int i = 0; i < to; i++) {
        const double s = (2 * i + 1) * (double) from / (2 * to) + 1.5;
        const int b = (int) s;
        const double t = s - b;
        y[i] = (float) (bicubic ? cubic (row[b - 1], row[b], row[b + 1],
                                         row[b + 2 < from + 4 ? b + 2 : b + 1], t)
                                : (1 - t) * row[b] + t * row[b + 1]);
    }
    free (row);
}
