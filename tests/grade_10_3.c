/*  grade_10_3.c - the checks of exercise 10.3, weighted cross-entropy  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (float, ex_weighted_loss, float *dx, const float *x,
                const int *label, const float *weight, int n, int classes);

static struct {
    int n, classes, *label;
    float *x, *dx, *weight, *loss;
} k;

static void make (grade_case *c)
{
    nn_random *random = grade_random (c);
    k.n = grade_size (c, "n", 1, 12);
    k.classes = grade_size (c, "classes", 2, 7);
    k.x = grade_in (c, "x", k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    k.weight = grade_in (c, "weight", k.classes);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] *= 3;
    for (int i = 0; i < k.classes; i++)
        k.weight[i] = nn_random_below (random, 5)
                          ? 0.25f + 3 * nn_random_uniform (random)
                          : 0;
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (random, k.classes);
    k.weight[k.label[0]] += 0.5f;
}

/*  The loss alone is looked at, or the gradient alone. */
static void make_loss (grade_case *c)
{
    make (c);
    k.loss = grade_out (c, "loss", 1);
    k.dx = grade_scratch (c, "dx", k.n, k.classes);
}

static void make_gradient (grade_case *c)
{
    make (c);
    k.loss = grade_scratch (c, "loss", 1);
    k.dx = grade_out (c, "dx", k.n, k.classes);
}

static void call (grade_case *c)
{
    *k.loss = GRADE_CALL (c, ex_weighted_loss) (k.dx, k.x, k.label, k.weight, k.n,
                                                k.classes);
}

static double loss (void)
{
    double sum = 0, all = 0;
    for (int i = 0; i < k.n; i++) {
        const float *x = k.x + i * k.classes;
        double e = 1; // the right class itself
        for (int j = 0; j < k.classes; j++)
            e += j == k.label[i] ? 0 : exp ((double) x[j] - x[k.label[i]]);
        sum += k.weight[k.label[i]] * log (e);
        all += k.weight[k.label[i]];
    }
    return sum / all;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.n * k.classes, 1e-2f);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 3,
      .title = "the loss equals the reference's",
      .make = make_loss,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "the gradient equals the reference's",
      .make = make_gradient,
      .call = call },
    { .code = "G",
      .points = 4,
      .title = "the gradient equals a measured one",
      .make = make_gradient,
      .call = call,
      .expect = measure,
      .tolerance = 1e-3 }
};

GRADE_EXERCISE (ex_weighted_loss_prototype);
