/*  grade_05_1.c - the checks of exercise 5.1, inverted dropout  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_dropout, float *y, int *passed, const float *x, int n,
                float rate, bool training, float (*uniform) (void *source),
                void *source);
GRADE_FUNCTION (void, ex_dropout_backward, float *dx, const int *passed,
                const float *dy, int n, float rate);

static struct {
    int n, *passed, *draws;
    float *x, *y, *dx, *dy, rate;
    bool training;
    nn_random random;
} k;

GRADE_HANDED static float uniform (void *source)
{
    (void) source;
    ++*k.draws;
    return nn_random_uniform (&k.random);
}

static void make (grade_case *c)
{
    k.x = grade_in (c, "x", k.n);
    k.y = grade_out (c, "y", k.n);
    k.passed = grade_out_ints (c, "passed", k.n);
    k.draws = grade_result (c, "draws");
    k.random = *grade_random (c);
}

static void learning (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 40);
    k.training = true;
    k.rate = 0.15f + 0.3f * nn_random_uniform (grade_random (c));
    make (c);
}

static void answering (grade_case *c)
{
    learning (c);
    k.training = false;
}

/*  So many that the share of those that are dropped is nearly the rate. */
static void many (grade_case *c)
{
    k.n = 40000;
    k.training = true;
    k.rate = 0.25f;
    make (c);
    for (int i = 0; i < k.n; i++)
        k.x[i] = 1 + 0.25f * k.x[i];
}

static void call (grade_case *c)
{
    *k.draws = 0;
    GRADE_CALL (c, ex_dropout)
    (k.y, k.passed, k.x, k.n, k.rate, k.training, uniform, NULL);
}

static void judge_many (grade_case *c)
{
    char key[32];
    int dropped = 0;
    double before = 0, after = 0;
    for (int i = 0; i < k.n; i++) {
        dropped += k.y[i] == 0;
        before += k.x[i] / (double) k.n;
        after += k.y[i] / (double) k.n;
    }
    const double share = (double) dropped / k.n, rate = (double) k.rate;
    const double room = 5 * sqrt (rate * (1 - rate) / k.n);
    snprintf (key, sizeof key, "share %.1f", share);
    if (fabs (share - rate) > room)
        grade_fail (c, key,
                    "%.2f %% of the values were dropped at a rate of %.2f; it "
                    "should be %.2f %% to within %.2f",
                    100 * share, rate, 100 * rate, 100 * room);
    snprintf (key, sizeof key, "mean %.1f", after / before);
    if (fabs (after / before - 1) > 3 * room)
        grade_fail (c, key,
                    "the mean of %d values was %.3f before and is %.3f after; "
                    "what passes should make up for what is dropped",
                    k.n, before, after);
}

static void judge_answering (grade_case *c)
{
    for (int i = 0; i < k.n; i++)
        if (!(k.y[i] == k.x[i]) || signbit (k.y[i]) != signbit (k.x[i])) {
            grade_fail (c,
                        k.y[i] == 0 ? "zero"
                                    : (fabsf (k.y[i]) < fabsf (k.x[i]) ? "smaller"
                                                                       : "other"),
                        "y[%d] is %g where x[%d] is %g: a net that answers lets "
                        "all values pass as they are",
                        i, (double) k.y[i], i, (double) k.x[i]);
            return;
        }
    for (int i = 0; i < k.n; i++)
        if (k.passed[i] != 1)
            grade_fail (c, "passed", "passed[%d] is %d; all values passed", i,
                        k.passed[i]);
    if (*k.draws != 0)
        grade_fail (c, "draws", "%d numbers were drawn where nothing is dropped",
                    *k.draws);
}

static void way_back (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 40);
    k.rate = 0.15f + 0.3f * nn_random_uniform (grade_random (c));
    k.dy = grade_in (c, "dy", k.n);
    k.passed = grade_in_ints (c, "passed", k.n);
    k.dx = grade_out (c, "dx", k.n);
    for (int i = 0; i < k.n; i++)
        k.passed[i] = nn_random_uniform (grade_random (c)) >= k.rate;
}

static void call_back (grade_case *c)
{
    GRADE_CALL (c, ex_dropout_backward) (k.dx, k.passed, k.dy, k.n, k.rate);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 3,
      .title = "equals the reference while the net learns",
      .make = learning,
      .call = call },
    { .code = "P",
      .points = 2,
      .title = "as many are dropped as the rate says, the mean stays",
      .make = many,
      .call = call,
      .judge = judge_many,
      .cases = 1 },
    { .code = "B",
      .points = 2,
      .title = "a net that answers gives back every bit",
      .make = answering,
      .call = call,
      .judge = judge_answering },
    { .code = "O",
      .points = 3,
      .title = "the way back equals the reference",
      .make = way_back,
      .call = call_back }
};

GRADE_EXERCISE (ex_dropout_prototype, ex_dropout_backward_prototype);
