/*  grade_06_1.c - the checks of exercise 6.1, batch normalisation backward  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_batchnorm_backward, float *dx, const float *dy,
                const float *x, const float *weight, int places, int channels,
                float epsilon);

static struct {
    int places, channels;
    float epsilon;
    float *dx, *dy, *x, *weight;
} k;

static void arrays (grade_case *c)
{
    k.epsilon = 1e-3f + 0.1f * nn_random_uniform (grade_random (c));
    k.x = grade_in (c, "x", k.places, k.channels);
    k.dy = grade_in (c, "dy", k.places, k.channels);
    k.weight = grade_in (c, "weight", k.channels);
    k.dx = grade_out (c, "dx", k.places, k.channels);
    for (int i = 0; i < k.channels; i++)
        k.weight[i] += k.weight[i] < 0 ? -0.2f : 0.2f;
}

static void make (grade_case *c)
{
    k.places = grade_size (c, "places", 3, 40);
    k.channels = grade_size (c, "channels", 1, 9);
    arrays (c);
}

static void large (grade_case *c)
{
    k.places = 8192;
    k.channels = 64;
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_batchnorm_backward)
    (k.dx, k.dy, k.x, k.weight, k.places, k.channels, k.epsilon);
}

/*  Mean, 1 / deviation of channel j of `of`. */
GRADE_HANDED static void measure_channel (const float *of, int j, double *mean,
                                          double *inverse)
{
    *mean = *inverse = 0;
    for (int i = 0; i < k.places; i++)
        *mean += (double) of[(size_t) i * k.channels + j] / k.places;
    for (int i = 0; i < k.places; i++) {
        const double d = of[(size_t) i * k.channels + j] - *mean;
        *inverse += d * d / k.places;
    }
    *inverse = 1 / sqrt (*inverse + (double) k.epsilon);
}

/*  The outputs, each times its dy. */
static double loss (void)
{
    double sum = 0;
    for (int j = 0; j < k.channels; j++) {
        double mean, inverse;
        measure_channel (k.x, j, &mean, &inverse);
        for (int i = 0; i < k.places; i++) {
            const size_t at = (size_t) i * k.channels + j;
            sum += (double) k.dy[at] * (double) k.weight[j] * (k.x[at] - mean) *
                   inverse;
        }
    }
    return sum;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.places * k.channels, 1e-3f);
}

/*  One channel after the other: what to beat. */
static void by_channel (grade_case *c)
{
    (void) c;
    for (int j = 0; j < k.channels; j++) {
        double mean, inverse, dy = 0, product = 0;
        measure_channel (k.x, j, &mean, &inverse);
        for (int i = 0; i < k.places; i++) {
            const size_t at = (size_t) i * k.channels + j;
            dy += (double) k.dy[at] / k.places;
            product += k.dy[at] * (k.x[at] - mean) * inverse / k.places;
        }
        for (int i = 0; i < k.places; i++) {
            const size_t at = (size_t) i * k.channels + j;
            const double normal = (k.x[at] - mean) * inverse;
            k.dx[at] = (float) (k.weight[j] * inverse *
                                (k.dy[at] - dy - normal * product));
        }
    }
}

static const grade_check checks[] =
    GRADE_WAY_BACK (3, 4, make, large, call, measure, by_channel);

GRADE_EXERCISE (ex_batchnorm_backward_prototype);
