/*  grade_10_4.c - the checks of exercise 10.4, the expected calibration error  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (double, ex_calibration_error, const float *p, const int *label,
                int n, int classes, int bins);

static struct {
    int n, classes, bins, *label;
    float *p;
    double *error;
} k;

static void arrays (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 80);
    k.classes = grade_size (c, "classes", 2, 6);
    k.p = grade_in (c, "p", k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    k.error = grade_out_doubles (c, "error", 1);
}

/*  Labels: the class of the highest probability, or any. */
static void label (grade_case *c)
{
    for (int i = 0; i < k.n; i++)
        k.label[i] = nn_random_below (grade_random (c), 2)
                         ? nn_argmax (k.p + i * k.classes, k.classes)
                         : (int) nn_random_below (grade_random (c), k.classes);
}

static void make (grade_case *c)
{
    arrays (c);
    k.bins = grade_size (c, "bins", 1, 20);
    for (int i = 0; i < k.n * k.classes; i++)
        k.p[i] *= 3;
    for (int i = 0; i < k.n; i++)
        nn_softmax (k.p + i * k.classes, k.p + i * k.classes, 1, k.classes);
    label (c);
}

/*  Sixteenths, in 4, 8 or 16 bins: many lie on an edge, also on the highest. Of every
 *  fourth image two classes are equally likely. */
static void edges (grade_case *c)
{
    arrays (c);
    k.bins = 4 << nn_random_below (grade_random (c), 3);
    for (int i = 0; i < k.n; i++) {
        float *row = k.p + i * k.classes;
        for (int j = 0; j < k.classes; j++)
            row[j] = 0;
        const int of_16 = nn_random_below (grade_random (c), 8)
                              ? 16
                              : 4 + (int) nn_random_below (grade_random (c), 12);
        for (int j = 0; j < of_16; j++)
            row[nn_random_below (grade_random (c), 3) ? 0 : j % k.classes] +=
                0.0625f;
        if (i % 4 == 3)
            row[k.classes - 1] = row[nn_argmax (row, k.classes)];
    }
    label (c);
}

static void call (grade_case *c)
{
    *k.error = GRADE_CALL (c, ex_calibration_error) (k.p, k.label, k.n, k.classes,
                                                     k.bins);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 6,
      .title = "equals the reference",
      .make = make,
      .call = call,
      .tolerance = 1e-5,
      .cases = 40 },
    { .code = "O",
      .points = 4,
      .title = "and where probabilities lie on the edges of bins",
      .make = edges,
      .call = call,
      .tolerance = 1e-5,
      .cases = 40 }
};

GRADE_EXERCISE (ex_calibration_error_prototype);
