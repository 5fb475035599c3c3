/*  grade_18_3.c - the checks of exercise 18.3, Lookahead  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_lookahead, float *fast, float *slow, int n, long step,
                int every, float alpha);

enum { STEPS = 30 };
static struct {
    int n, every;
    long step;
    float *fast, *slow, *by, *path, *behind;
    float alpha;
} k;

static void sizes (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 40);
    k.every = grade_size (c, "every", 1, 7);
    k.alpha = 0.05f + 0.4f * nn_random_uniform (grade_random (c)); // not a half
}

/*  Two calls of three come when something happens. */
static void one (grade_case *c)
{
    sizes (c);
    k.step = 1 + nn_random_below (grade_random (c), 40);
    if (grade_number (c) % 3)
        k.step *= k.every;
    k.fast = grade_inout (c, "fast", k.n);
    k.slow = grade_inout (c, "slow", k.n);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_lookahead)
    (k.fast, k.slow, k.n, k.step, k.every, k.alpha);
}

static void walk (grade_case *c)
{
    sizes (c);
    k.by = grade_in (c, "by", STEPS, k.n);
    k.fast = grade_inout (c, "fast", k.n);
    k.slow = grade_inout (c, "slow", k.n);
    k.path = grade_out (c, "path", STEPS, k.n);
    k.behind = grade_out (c, "behind", STEPS, k.n);
}

static void call_all (grade_case *c)
{
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < k.n; i++)
            k.fast[i] += k.by[step * k.n + i];
        GRADE_CALL (c, ex_lookahead)
        (k.fast, k.slow, k.n, step + 1, k.every, k.alpha);
        for (int i = 0; i < k.n; i++) {
            k.path[step * k.n + i] = k.fast[i];
            k.behind[step * k.n + i] = k.slow[i];
        }
    }
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 5,
      .title = "one call equals the reference",
      .make = one,
      .call = call,
      .cases = 40 },
    { .code = "O",
      .points = 5,
      .title = "both paths over thirty steps",
      .make = walk,
      .call = call_all },
};

GRADE_EXERCISE (ex_lookahead_prototype);
