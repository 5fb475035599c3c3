/*  grade_09_3.c - the checks of exercise 9.3, the loss of mixed pictures  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_mixup_loss, float *loss, float *dx, const float *x,
                const int *label, float share, int n, int classes);

static struct {
    int n, classes, *label;
    float share, *x, *dx, *loss;
} k;

/*  What is not checked goes into scratch. */
static void sizes (grade_case *c, int most, float times)
{
    k.n = grade_size (c, "n", 1, most);
    k.classes = grade_size (c, "classes", 2, 9);
    k.share = 0.55f + 0.4f * nn_random_uniform (grade_random (c));
    k.x = grade_in (c, "x", k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] *= times;
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (grade_random (c), k.classes);
}

static void of_loss (grade_case *c)
{
    sizes (c, 20, 3);
    k.loss = grade_out (c, "loss", 1);
    k.dx = grade_scratch (c, "dx", k.n, k.classes);
}

/*  The first picture is of the class that its scores deny: so loss and gradient are
 *  not 0, where nothing would be close enough. */
static void of_large (grade_case *c)
{
    sizes (c, 8, 1000);
    for (int j = 0; j < k.classes; j++)
        k.label[0] = k.x[j] < k.x[k.label[0]] ? j : k.label[0];
    k.loss = grade_out (c, "loss", 1);
    k.dx = grade_out (c, "dx", k.n, k.classes);
}

static void of_gradient (grade_case *c)
{
    sizes (c, 8, 2);
    k.loss = grade_scratch (c, "loss", 1);
    k.dx = grade_out (c, "dx", k.n, k.classes);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_mixup_loss)
    (k.loss, k.dx, k.x, k.label, k.share, k.n, k.classes);
}

static double loss (void)
{
    double all = 0;
    for (int i = 0; i < k.n; i++) {
        const float *x = k.x + i * k.classes;
        double sum = exp ((double) x[0]);
        for (int j = 1; j < k.classes; j++)
            sum += exp ((double) x[j]);
        all += log (sum) - (double) k.share * x[k.label[i]] -
               (1 - (double) k.share) * x[k.label[k.n - 1 - i]];
    }
    return all / k.n;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.n * k.classes, 1e-2f);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 4,
                                        .title = "the loss equals the reference",
                                        .make = of_loss,
                                        .call = call },
                                      { .code = "O",
                                        .points = 2,
                                        .title = "scores as large as 1000",
                                        .make = of_large,
                                        .call = call },
                                      { .code = "G",
                                        .points = 4,
                                        .title =
                                            "the gradient equals a measured one",
                                        .make = of_gradient,
                                        .call = call,
                                        .expect = measure,
                                        .tolerance = 2e-3 } };

GRADE_EXERCISE (ex_mixup_loss_prototype);
