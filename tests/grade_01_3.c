/*  grade_01_3.c - the checks of exercise 1.3, Box and Muller: properties, as any right
 *  method draws other numbers than ours. Limits lie five standard errors away.  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_normal, float *x, int n, float (*uniform) (void *source),
                void *source);

static struct {
    int n, *draws;
    float *x;
    const float *edge; // what the source gives, over and over; or NULL
    nn_random random;
} k;
static const float edges[] = { 0, 0, 0x1.fffffep-1f, 0.5f, 0.25f, 0, 0x1p-24f };

GRADE_HANDED static float uniform (void *source)
{
    const int count = (*(int *) source)++;
    return k.edge ? k.edge[count % 7] : nn_random_uniform (&k.random);
}

static void few (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 30);
    k.x = grade_out (c, "x", k.n);
    k.draws = grade_result (c, "draws");
    k.edge = edges;
}

static void many (grade_case *c)
{
    k.n = 40000;
    k.x = grade_out (c, "x", k.n);
    k.draws = grade_result (c, "draws");
    k.random = *grade_random (c);
    k.edge = NULL;
}

static void call (grade_case *c)
{
    *k.draws = 0;
    GRADE_CALL (c, ex_normal) (k.x, k.n, uniform, k.draws);
}

static bool all_finite (grade_case *c)
{
    for (int i = 0; i < k.n; i++)
        if (grade_unwritten (k.x[i]))
            grade_fail (c, "unwritten", "x[%d] was never written, where n = %d", i,
                        k.n);
        else if (!isfinite (k.x[i]))
            grade_fail (c, "infinite", "x[%d] is %g, where n = %d%s", i, k.x[i],
                        k.n, k.edge ? " and the source gave 0, among others" : "");
    return !grade_failed (c);
}

static void judge_finite (grade_case *c)
{
    all_finite (c);
}

static void judge_moments (grade_case *c)
{
    double sum = 0, squares = 0;
    char key[32];
    if (!all_finite (c))
        return;
    for (int i = 0; i < k.n; i++) {
        sum += k.x[i];
        squares += (double) k.x[i] * k.x[i];
    }
    const double mean = sum / k.n, deviation = sqrt (squares / k.n - mean * mean);
    const double room = 5 / sqrt (k.n);
    snprintf (key, sizeof key, "%.1f %.1f", fabs (mean), deviation);
    if (fabs (mean) > room)
        grade_fail (
            c, key,
            "the mean of %d numbers is %.3f and should be 0 to within %.3f", k.n,
            mean, room);
    if (fabs (deviation - 1) > room)
        grade_fail (
            c, key,
            "the deviation of %d numbers is %.3f and should be 1 to within "
            "%.3f",
            k.n, deviation, room);
}

static void judge_tails (grade_case *c)
{
    static const double share[] = { 0.682689, 0.954500, 0.997300 };
    char key[32];
    if (!all_finite (c))
        return;
    for (int far = 1; far <= 3; far++) {
        int inside = 0;
        for (int i = 0; i < k.n; i++)
            inside += fabsf (k.x[i]) < far;
        const double is = (double) inside / k.n, should = share[far - 1];
        const double room = 5 * sqrt (should * (1 - should) / k.n);
        snprintf (key, sizeof key, "within %d %.0f", far, 20 * is);
        if (fabs (is - should) > room)
            grade_fail (c, key,
                        "%.2f %% of the numbers lie between -%d and %d; it should "
                        "be %.2f %% to within %.2f",
                        100 * is, far, far, 100 * should, 100 * room);
    }
}

/*  The correlation of each number, or its square, with the next. */
static double neighbours (bool squares)
{
    double with = 0;
    for (int i = 0; i + 1 < k.n; i++) {
        const double a = k.x[i], b = k.x[i + 1];
        with += squares ? (a * a - 1) * (b * b - 1) / 2 : a * b;
    }
    return with / k.n;
}

static void judge_pairs (grade_case *c)
{
    if (!all_finite (c))
        return;
    if (*k.draws > k.n + k.n % 2)
        grade_fail (c, "waste", "%d numbers took %d draws; %d are enough", k.n,
                    *k.draws, k.n + k.n % 2);
    const double values = neighbours (false), squares = neighbours (true);
    if (fabs (values) > 5 / sqrt (k.n))
        grade_fail (c, "values", "neighbours are correlated: %.3f instead of 0",
                    values);
    if (fabs (squares) > 10 / sqrt (k.n))
        grade_fail (c, "squares",
                    "the squares of neighbours are correlated: %.3f instead "
                    "of 0",
                    squares);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 3,
      .title = "all n numbers, and finite, whatever is drawn",
      .make = few,
      .call = call,
      .judge = judge_finite },
    { .code = "P",
      .points = 3,
      .title = "mean 0, deviation 1",
      .make = many,
      .call = call,
      .judge = judge_moments,
      .cases = 1 },
    { .code = "P",
      .points = 2,
      .title = "as many in the tails as the bell curve has",
      .make = many,
      .call = call,
      .judge = judge_tails,
      .cases = 1 },
    { .code = "P",
      .points = 2,
      .title = "no draw wasted, neighbours independent",
      .make = many,
      .call = call,
      .judge = judge_pairs,
      .cases = 1 }
};

GRADE_EXERCISE (ex_normal_prototype);
