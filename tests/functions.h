/*  functions.h - functions whose lowest point is known, to search for it  */
#ifndef NN_FUNCTIONS_H
#define NN_FUNCTIONS_H

#include <math.h>

typedef struct {
    const char *name, *space;
    double lowest;
    double (*at) (const double *x);
} search_function;

/*  Branin (1972): three lowest points, in a long curved valley. */
static inline double branin (const double *x)
{
    const double pi = 3.14159265358979323846, a = x[0], b = x[1],
                 t = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;
    return t * t + 10 * (1 - 1 / (8 * pi)) * cos (a) + 10;
}

/*  Hartmann's function of six variables (Dixon and Szegő 1978). */
static inline double hartmann6 (const double *x)
{
    static const double a[4] = { 1, 1.2, 3, 3.2 };
    static const double A[4][6] = { { 10, 3, 17, 3.5, 1.7, 8 },
                                    { 0.05, 10, 17, 0.1, 8, 14 },
                                    { 3, 3.5, 1.7, 10, 17, 8 },
                                    { 17, 8, 0.05, 10, 0.1, 14 } };
    static const double P[4][6] = {
        { 0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886 },
        { 0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991 },
        { 0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650 },
        { 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381 }
    };
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        double square = 0;
        for (int j = 0; j < 6; j++)
            square += A[i][j] * (x[j] - P[i][j]) * (x[j] - P[i][j]);
        sum -= a[i] * exp (-square);
    }
    return sum;
}

static const search_function search_functions[] = {
    { "branin", "x -5..10; y 0..15", 0.397887357729739, branin },
    { "hartmann6", "a 0..1; b 0..1; c 0..1; d 0..1; e 0..1; f 0..1",
      -3.32236801141551, hartmann6 },
};

#endif
