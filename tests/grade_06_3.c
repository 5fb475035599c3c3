/*  grade_06_3.c - the checks of exercise 6.3, folding  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_fold, float *w, float *b, int rows, int filters,
                const float *weight, const float *bias, const float *mean,
                const float *variance, float epsilon);

enum { SIDE = 5, OUT = SIDE * SIDE * 6 };
static struct {
    int side, channels, filters; // of the kernel
    float epsilon;
    float *w, *b, *weight, *bias, *mean, *variance, *x;
} k;

static void make (grade_case *c)
{
    k.side = grade_size (c, "kernel", 1, 3);
    k.channels = grade_size (c, "channels", 1, 4);
    k.filters = grade_size (c, "filters", 1, 6);
    k.epsilon = 0.02f + 0.1f * nn_random_uniform (grade_random (c));
    k.weight = grade_in (c, "weight", k.filters);
    k.bias = grade_in (c, "bias", k.filters);
    k.mean = grade_in (c, "mean", k.filters);
    k.variance = grade_in (c, "variance", k.filters);
    k.x = grade_in (c, "picture", SIDE, SIDE, k.channels);
    k.w = grade_inout (c, "w", k.side, k.side, k.channels, k.filters);
    k.b = grade_inout (c, "b", k.filters);
    for (int f = 0; f < k.filters; f++) {
        k.variance[f] = 0.1f + fabsf (k.variance[f]);
        k.weight[f] += k.weight[f] < 0 ? -0.2f : 0.2f;
    }
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_fold)
    (k.w, k.b, k.side * k.side * k.channels, k.filters, k.weight, k.bias, k.mean,
     k.variance, k.epsilon);
}

/*  y = the picture under these filters; returns how many numbers these are. */
static int convolve (float *y, const float *w, const float *b)
{
    const int out = SIDE - k.side + 1;
    const nn_conv_shape s = { .h = SIDE,
                              .w = SIDE,
                              .c = k.channels,
                              .o = k.filters,
                              .kh = k.side,
                              .kw = k.side,
                              .stride = 1,
                              .dilation = 1,
                              .groups = 1,
                              .oh = out,
                              .ow = out };
    nn_conv_naive.forward (&s, y, k.x, w, b, 1, NULL);
    return out * out * k.filters;
}

static void compare (grade_case *c)
{
    float both[OUT], folded[OUT];
    const int size = convolve (both, grade_before (c, k.w), grade_before (c, k.b));
    convolve (folded, k.w, k.b);
    for (int i = 0; i < size; i++) {
        const int f = i % k.filters;
        const float want = k.weight[f] * (both[i] - k.mean[f]) /
                               sqrtf (k.variance[f] + k.epsilon) +
                           k.bias[f];
        if (!(fabsf (folded[i] - want) < 1e-3f * (1 + fabsf (want)))) {
            grade_fail (c, "differs",
                        "filter %d says %.5g of the picture, and with its batch "
                        "norm it said %.5g",
                        f, (double) folded[i], (double) want);
            return;
        }
    }
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 5,
      .title = "equals the reference",
      .make = make,
      .call = call },
    { .code = "P",
      .points = 5,
      .title = "says the same as the convolution and its batch norm",
      .make = make,
      .call = call,
      .judge = compare }
};

GRADE_EXERCISE (ex_fold_prototype);
