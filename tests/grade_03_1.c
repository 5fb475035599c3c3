/*  grade_03_1.c - the checks of exercise 3.1, softmax and cross-entropy, backward  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_cross_entropy_backward, float *dx, const float *x,
                const int *label, int n, int classes);

static struct {
    int n, classes, *label;
    float *x, *dx;
} k;

static void any (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 40);
    k.classes = grade_size (c, "classes", 2, 20);
    k.x = grade_in (c, "x", k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    k.dx = grade_out (c, "dx", k.n, k.classes);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] *= 3;
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (grade_random (c), k.classes);
}

/*  Some scores are near 1000, some near -1000, some near 0. */
static void large (grade_case *c)
{
    any (c);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] += 1000 * ((int) nn_random_below (grade_random (c), 3) - 1);
}

static void few (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 8);
    k.classes = grade_size (c, "classes", 2, 6);
    k.x = grade_in (c, "x", k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    k.dx = grade_out (c, "dx", k.n, k.classes);
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (grade_random (c), k.classes);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_cross_entropy_backward) (k.dx, k.x, k.label, k.n, k.classes);
}

static double loss (void)
{
    double all = 0;
    for (int i = 0; i < k.n; i++) {
        const float *x = k.x + i * k.classes;
        double sum = 1; // the right class itself
        for (int j = 0; j < k.classes; j++)
            sum += j == k.label[i] ? 0 : exp ((double) x[j] - x[k.label[i]]);
        all += log (sum);
    }
    return all / k.n;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.n * k.classes, 1e-2f);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference",
      .make = any,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "equals the reference, scores up to 1000",
      .make = large,
      .call = call },
    { .code = "G",
      .points = 3,
      .title = "equals a measured gradient",
      .make = few,
      .call = call,
      .expect = measure,
      .tolerance = 1e-3 }
};

GRADE_EXERCISE (ex_cross_entropy_backward_prototype);
