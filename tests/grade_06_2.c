/*  grade_06_2.c - the checks of exercise 6.2, running statistics  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_batchnorm_forward, float *y, float *mean, float *variance,
                const float *x, int places, int channels, float momentum,
                float epsilon);

enum { MANY = 3000 };
static struct {
    int places, channels, batches;
    float momentum, epsilon;
    float *y, *mean, *variance, *x;
    float *about; // the true mean and variance of each channel
} k;

static void make (grade_case *c)
{
    k.x = grade_in (c, "x", k.batches, k.places, k.channels);
    k.y = grade_out (c, "y", k.places, k.channels);
    k.mean = grade_inout (c, "mean", k.channels);
    k.variance = grade_inout (c, "variance", k.channels);
    for (int j = 0; j < k.channels; j++)
        k.variance[j] += 1.5f;
}

static void one (grade_case *c)
{
    k.batches = 1;
    k.places = grade_size (c, "places", 2, 12);
    k.channels = grade_size (c, "channels", 1, 5);
    k.momentum = 0.05f + 0.3f * nn_random_uniform (grade_random (c));
    k.epsilon = 1e-3f + 0.05f * nn_random_uniform (grade_random (c));
    make (c);
}

/*  Tiny batches, in which the two variances are far apart, of normal numbers with known
 *  mean and variance. */
static void many (grade_case *c)
{
    k.batches = MANY;
    k.places = grade_size (c, "places", 2, 4);
    k.channels = grade_size (c, "channels", 1, 3);
    k.momentum = 0.004f;
    k.epsilon = 1e-3f;
    make (c);
    k.about = grade_scratch (c, "about", 2, k.channels);
    for (int j = 0; j < k.channels; j++) {
        k.about[j] = k.mean[j] + 1;
        k.about[k.channels + j] = 0.5f + nn_random_uniform (grade_random (c));
    }
    for (int i = 0; i < k.batches * k.places; i++)
        for (int j = 0; j < k.channels; j++)
            k.x[i * k.channels + j] =
                k.about[j] + sqrtf (k.about[k.channels + j]) *
                                 nn_random_normal (grade_random (c));
}

static void call (grade_case *c)
{
    for (int i = 0; i < k.batches; i++)
        GRADE_CALL (c, ex_batchnorm_forward)
    (k.y, k.mean, k.variance, k.x + (size_t) i * k.places * k.channels, k.places,
     k.channels, k.momentum, k.epsilon);
}

/*  Has the last batch been divided by too large a deviation in channel j? */
static bool shrunk (int j)
{
    double squares = 0, own = 0, middle = 0;
    const float *x = k.x + (size_t) (k.batches - 1) * k.places * k.channels;
    for (int i = 0; i < k.places; i++) {
        middle += (double) x[i * k.channels + j] / k.places;
        squares += (double) k.y[i * k.channels + j] * k.y[i * k.channels + j];
    }
    for (int i = 0; i < k.places; i++) {
        const double d = x[i * k.channels + j] - middle;
        own += d * d / k.places;
    }
    return !(squares / k.places > 0.97 * own / (own + (double) k.epsilon));
}

/*  The running variance averages some 500 batches and strays by less than a tenth. Built
 *  of the batches' own variances it would reach three quarters at most. */
static void arrived (grade_case *c)
{
    for (int j = 0; j < k.channels; j++) {
        const float true_mean = k.about[j],
                    true_variance = k.about[k.channels + j];
        const float ratio = k.variance[j] / true_variance;
        const float own = (float) (k.places - 1) / (float) k.places;
        const bool small = fabsf (ratio - own) < 0.12f, narrow = shrunk (j);
        const char *key = small && narrow                        ? "both"
                          : small                                ? "too small"
                          : narrow                               ? "narrow"
                          : fabsf (k.mean[j] - true_mean) > 0.3f ? "mean"
                          : fabsf (ratio * sqrtf (true_variance) - 1) < 0.1f
                              ? "root"
                              : "variance";
        if (small || !(fabsf (ratio - 1) < 0.25f))
            grade_fail (c, key,
                        "after %d batches of %d values the running variance is "
                        "%.3f, and that of all values is %.3f",
                        MANY, k.places, (double) k.variance[j],
                        (double) true_variance);
        else if (!(fabsf (k.mean[j] - true_mean) < 0.3f))
            grade_fail (c, key,
                        "after %d batches of %d values the running mean is %.3f, "
                        "and that of all values is %.3f",
                        MANY, k.places, (double) k.mean[j], (double) true_mean);
        else if (narrow)
            grade_fail (c, key,
                        "the batch of %d values has not been brought to "
                        "deviation 1",
                        k.places);
    }
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 6,
      .title = "one batch equals the reference, output and statistics",
      .make = one,
      .call = call },
    { .code = "P",
      .points = 4,
      .title = "after many small batches they are those of all values",
      .make = many,
      .call = call,
      .judge = arrived,
      .cases = 6 }
};

GRADE_EXERCISE (ex_batchnorm_forward_prototype);
