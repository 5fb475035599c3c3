/*  grade_05_3.c - the checks of exercise 5.3, a cosine with a warm-up  */
#include "grade/grade.h"

GRADE_FUNCTION (float, ex_cosine, long step, long steps, long warm, float lowest);

static struct {
    int steps, warm, from, count;
    float *factor, lowest;
} k;

static void make (grade_case *c)
{
    k.lowest = 0.05f + 0.3f * nn_random_uniform (grade_random (c));
    k.factor = grade_out (c, "factor", k.count);
}

static void alone (grade_case *c)
{
    k.steps = k.count = grade_size (c, "steps", 1, 60);
    k.warm = k.from = 0;
    make (c);
}

static void warmed (grade_case *c)
{
    k.warm = grade_size (c, "warm", 0, 20);
    k.steps = k.count = k.warm + grade_size (c, "more", 0, 40);
    k.count += k.count == 0;
    k.from = 0;
    make (c);
}

static void behind (grade_case *c)
{
    k.warm = grade_size (c, "warm", 0, 10);
    k.steps = k.warm + grade_size (c, "more", 0, 20);
    k.from = k.steps;
    k.count = grade_size (c, "behind", 1, 50);
    make (c);
}

static void call (grade_case *c)
{
    for (int i = 0; i < k.count; i++)
        k.factor[i] =
            GRADE_CALL (c, ex_cosine) (k.from + i, k.steps, k.warm, k.lowest);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "the cosine alone equals the reference",
      .make = alone,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "so does a cosine with a warm-up",
      .make = warmed,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "and what comes after the end",
      .make = behind,
      .call = call }
};

GRADE_EXERCISE (ex_cosine_prototype);
