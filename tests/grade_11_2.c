/*  grade_11_2.c - the checks of exercise 11.2, the corrected resampled t  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_interval, double interval[3], const double *x, int count,
                int learnt, int examined, double limit);

static struct {
    int count, learnt, examined;
    double limit, *x, *interval, *ends, *t;
} k;

static void make (grade_case *c)
{
    k.count = grade_size (c, "count", 2, 60);
    k.examined = grade_size (c, "examined", 1, 400);
    k.learnt = k.examined * grade_size (c, "times as many learnt from", 1, 9) +
               (int) nn_random_below (grade_random (c), 5);
    k.limit = nn_student_limit (0.05, k.count - 1);
    k.x = grade_in_doubles (c, "x", k.count);
    const double shift = 0.1 * (double) nn_random_normal (grade_random (c));
    for (int i = 0; i < k.count; i++)
        k.x[i] = shift + 0.03 * (double) nn_random_normal (grade_random (c));
}

static void two_ends (grade_case *c)
{
    make (c);
    k.ends = grade_out_doubles (c, "the ends of the interval", 2);
}

static void only_t (grade_case *c)
{
    make (c);
    k.t = grade_out_doubles (c, "t", 1);
}

static void call_ends (grade_case *c)
{
    double interval[3] = { 0 };
    GRADE_CALL (c, ex_interval)
    (interval, k.x, k.count, k.learnt, k.examined, k.limit);
    k.ends[0] = interval[0];
    k.ends[1] = interval[1];
}

static void call_t (grade_case *c)
{
    double interval[3] = { 0 };
    GRADE_CALL (c, ex_interval)
    (interval, k.x, k.count, k.learnt, k.examined, k.limit);
    k.t[0] = interval[2];
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 6,
      .title = "the ends of the interval equal the reference",
      .make = two_ends,
      .call = call_ends,
      .tolerance = 1e-9 },
    { .code = "O",
      .points = 4,
      .title = "t equals the reference",
      .make = only_t,
      .call = call_t,
      .tolerance = 1e-9 }
};

GRADE_EXERCISE (ex_interval_prototype);
