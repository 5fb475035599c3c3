/*  grade_12_1.c - the checks of exercise 12.1, drawing on a log scale: properties. The
 *  draws that the learner gets are spread evenly and shuffled, so that chance has little
 *  part in it.  */
#include "grade/grade.h"

#include <math.h>
#include <stdlib.h>

GRADE_FUNCTION (void, ex_log_uniform, float *x, int n, float low, float high,
                bool whole, float (*uniform) (void *source), void *source);

enum { MANY = 600, WHOLE = 4000, BINS = 6 };

static struct {
    int n, *draws;
    bool whole;
    float low, high, *x, *u;
} k;

GRADE_HANDED static float uniform (void *source)
{
    (void) source;
    const int at = (*k.draws)++;
    return k.u[at % k.n];
}

static void make (grade_case *c, bool whole, int n)
{
    k.n = n;
    k.whole = whole;
    k.x = grade_out (c, "x", k.n);
    k.u = grade_in (c, "draws of uniform", k.n);
    k.draws = grade_result (c, "how many draws");
    int *order = grade_structs (c, "order", sizeof (int), k.n);
    for (int i = 0; i < k.n; i++)
        order[i] = i;
    nn_shuffle (order, k.n, grade_random (c));
    for (int i = 0; i < k.n; i++)
        k.u[i] = ((float) order[i] + 0.5f) / (float) k.n;
}

static void real (grade_case *c)
{
    k.low = powf (10, -6 + 5 * nn_random_uniform (grade_random (c)));
    k.high = k.low * powf (10, 0.5f + 4 * nn_random_uniform (grade_random (c)));
    make (c, false, MANY);
}

/*  The ends of the draws too: the first is 0, the second nearly 1. */
static void ends (grade_case *c)
{
    real (c);
    k.u[0] = 0;
    k.u[1] = 0x1.fffffep-1f;
}

static void whole (grade_case *c)
{
    k.low = (float) (1 + nn_random_below (grade_random (c), 3));
    k.high = k.low + (float) (2 + nn_random_below (grade_random (c), 6));
    make (c, true, WHOLE);
}

static void call (grade_case *c)
{
    *k.draws = 0;
    GRADE_CALL (c, ex_log_uniform)
    (k.x, k.n, k.low, k.high, k.whole, uniform, NULL);
}

static void judge_range (grade_case *c)
{
    if (*k.draws != k.n)
        grade_fail (c, *k.draws < k.n ? "few" : "many", "%d values took %d draws",
                    k.n, *k.draws);
    for (int i = 0; i < k.n && !grade_failed (c); i++)
        if (grade_unwritten (k.x[i]) || !isfinite (k.x[i]))
            grade_fail (c, "unwritten",
                        "x[%d] of %d was never written, or is no number", i, k.n);
        else if (k.x[i] < k.low || k.x[i] > k.high)
            grade_fail (c, "outside", "x[%d] is %g, and the range is %g to %g", i,
                        (double) k.x[i], (double) k.low, (double) k.high);
}

/*  Each sixth of the log scale must hold a sixth of the values, to within two in a
 *  hundred. */
static void judge_spread (grade_case *c)
{
    int count[BINS] = { 0 };
    char key[32];
    for (int i = 0; i < k.n; i++) {
        const double at = log ((double) k.x[i] / (double) k.low) /
                          log ((double) k.high / (double) k.low);
        const int bin = (int) (at * BINS);
        if (isfinite (at))
            count[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1]++;
    }
    for (int b = 0; b < BINS; b++)
        if (abs (count[b] - k.n / BINS) > k.n / 50) {
            snprintf (key, sizeof key, "bin %d: %d", b, count[b] * 10 / k.n);
            grade_fail (c, key,
                        "part %d of %d on the log scale from %g to %g holds %d of "
                        "%d values; it should hold about %d",
                        b + 1, BINS, (double) k.low, (double) k.high, count[b],
                        k.n, k.n / BINS);
        }
}

static void judge_whole (grade_case *c)
{
    char key[32];
    const double all = log (((double) k.high + 0.5) / ((double) k.low - 0.5));
    for (int i = 0; i < k.n && !grade_failed (c); i++)
        if (k.x[i] != roundf (k.x[i]))
            grade_fail (c, "not whole", "x[%d] is %g, which is not whole", i,
                        (double) k.x[i]);
    for (int v = (int) k.low; v <= (int) k.high && !grade_failed (c); v++) {
        int count = 0;
        for (int i = 0; i < k.n; i++)
            count += k.x[i] == (float) v;
        const double right = log ((v + 0.5) / (v - 0.5)) / all;
        snprintf (key, sizeof key, "whole %d: %d", v - (int) k.low,
                  (int) (100.0 * count / k.n / right + 2) / 5);
        if (fabs ((double) count / k.n - right) > 0.01)
            grade_fail (c, key,
                        "of %d whole numbers from %g to %g, %d are %d; it should "
                        "be about %.0f",
                        k.n, (double) k.low, (double) k.high, count, v,
                        right * k.n);
    }
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 3,
      .title = "one draw a value, and all from low to high",
      .make = ends,
      .call = call,
      .judge = judge_range,
      .cases = 12 },
    { .code = "P",
      .points = 4,
      .title = "each part of the log scale holds its share",
      .make = real,
      .call = call,
      .judge = judge_spread,
      .cases = 8 },
    { .code = "P",
      .points = 3,
      .title = "whole numbers, each with what it owns",
      .make = whole,
      .call = call,
      .judge = judge_whole,
      .cases = 8 }
};

GRADE_EXERCISE (ex_log_uniform_prototype);
