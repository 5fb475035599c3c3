/*  near.h - random arrays, and how far two of them are apart */
#ifndef NN_NEAR_H
#define NN_NEAR_H

#include "nn.h"
#include "test.h"

/*  An array of normal numbers; the test ends before it must be freed. */
static inline float *draw (nn_random *random, size_t size)
{
    float *x = malloc ((size + 1) * sizeof *x);
    if (!x)
        abort ();
    for (size_t i = 0; i < size; i++)
        x[i] = nn_random_normal (random);
    return x;
}

static inline float *zeros (size_t size)
{
    float *x = calloc (size + 1, sizeof *x);
    if (!x)
        abort ();
    return x;
}

/*  The largest difference between a and b, relative to the largest number in b. */
static inline double apart (const float *a, const float *b, size_t size)
{
    double most = 0, largest = 0;
    for (size_t i = 0; i < size; i++) {
        const double d = fabs ((double) a[i] - b[i]);
        most = !(d <= most) ? d : most;
        largest = fabsf (b[i]) > largest ? fabsf (b[i]) : largest;
    }
    return largest > 0 ? most / largest : most;
}

/*  Not one number differs. */
static inline bool equal (const float *a, const float *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

#endif
