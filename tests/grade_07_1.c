/*  grade_07_1.c - the checks of exercise 7.1, decay beside the gradient  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_adamw_step, float *w, float *m, float *v, const float *dw,
                int n, int t, float rate, float beta1, float beta2, float epsilon,
                float decay);

static struct {
    int n, first, steps;
    float *w, *m, *v, *dw, rate, beta1, beta2, epsilon, decay;
} k;

static float between (grade_case *c, float low, float high)
{
    return low + (high - low) * nn_random_uniform (grade_random (c));
}

static void make (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 60);
    k.rate = between (c, 0.1f, 0.3f);
    k.beta1 = between (c, 0.5f, 0.9f);
    k.beta2 = between (c, 0.8f, 0.99f);
    k.epsilon = between (c, 0.02f, 0.1f);
    k.decay = between (c, 0.2f, 0.6f);
    k.w = grade_inout (c, "w", k.n);
    k.m = grade_inout (c, "m", k.n);
    k.v = grade_inout (c, "v", k.n);
    k.dw = grade_in (c, "dw", k.steps, k.n);
    for (int i = 0; i < k.n; i++)
        k.v[i] = k.v[i] * k.v[i] + 0.05f;
}

static void one (grade_case *c)
{
    k.steps = 1;
    k.first = grade_size (c, "t", 1, 30);
    make (c);
}

static void without (grade_case *c)
{
    one (c);
    k.decay = 0;
}

static void many (grade_case *c)
{
    k.steps = grade_size (c, "steps", 2, 20);
    k.first = 1;
    make (c);
    for (int i = 0; i < k.n; i++)
        k.m[i] = k.v[i] = 0; // as a training begins
}

static void call (grade_case *c)
{
    for (int step = 0; step < k.steps; step++)
        GRADE_CALL (c, ex_adamw_step)
    (k.w, k.m, k.v, k.dw + step * k.n, k.n, k.first + step, k.rate, k.beta1,
     k.beta2, k.epsilon, k.decay);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 2,
      .title = "without decay it is Adam",
      .make = without,
      .call = call },
    { .code = "O",
      .points = 4,
      .title = "one step with decay equals the reference",
      .make = one,
      .call = call },
    { .code = "O",
      .points = 4,
      .title = "up to twenty steps equal the reference",
      .make = many,
      .call = call }
};

GRADE_EXERCISE (ex_adamw_step_prototype);
