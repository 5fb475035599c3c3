/*  grade_03_3.c - the checks of exercise 3.3, a step with momentum  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_momentum_step, float *w, float *v, const float *dw, int n,
                float rate, float momentum);

static struct {
    int n, steps;
    float *w, *v, *dw, rate, momentum;
} k;

static void make (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 60);
    k.rate = 0.02f + 0.3f * nn_random_uniform (grade_random (c));
    k.momentum = 0.5f + 0.45f * nn_random_uniform (grade_random (c));
    k.w = grade_inout (c, "w", k.n);
    k.v = grade_inout (c, "v", k.n);
    k.dw = grade_in (c, "dw", k.steps, k.n);
}

static void one (grade_case *c)
{
    k.steps = 1;
    make (c);
}

static void many (grade_case *c)
{
    k.steps = grade_size (c, "steps", 2, 20);
    make (c);
}

static void call (grade_case *c)
{
    for (int step = 0; step < k.steps; step++)
        GRADE_CALL (c, ex_momentum_step)
    (k.w, k.v, k.dw + step * k.n, k.n, k.rate, k.momentum);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "one step equals the reference",
      .make = one,
      .call = call },
    { .code = "O",
      .points = 6,
      .title = "up to twenty steps equal the reference",
      .make = many,
      .call = call }
};

GRADE_EXERCISE (ex_momentum_step_prototype);
