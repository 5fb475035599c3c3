/*  grade_07_3.c - the checks of exercise 7.3, max-norm  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (int, ex_max_norm, float *w, int rows, int columns, float limit);

static struct {
    int rows, columns, *cut;
    float *w, limit;
} k;

/*  Every other column is longer than the limit, which is not 1. Of the others every second is
 *  only a little shorter, so that the square of its length is above the limit. */
static void make (grade_case *c)
{
    k.rows = grade_size (c, "rows", 2, 20);
    k.columns = grade_size (c, "columns", 4, 20);
    k.limit = 1.5f + nn_random_uniform (grade_random (c));
    k.w = grade_inout (c, "w", k.rows, k.columns);
    k.cut = grade_result (c, "how many were too long");
    for (int col = 0; col < k.columns; col++) {
        double sum = 1e-6;
        for (int row = 0; row < k.rows; row++)
            sum += pow (k.w[row * k.columns + col], 2);
        const float share = nn_random_uniform (grade_random (c));
        const float times[4] = { 1.1f + share, 0.3f, 1.1f + share, 0.9f };
        const float length = k.limit * times[(col + grade_number (c)) % 4];
        for (int row = 0; row < k.rows; row++)
            k.w[row * k.columns + col] *= (float) (length / sqrt (sum));
    }
}

static void call (grade_case *c)
{
    *k.cut = GRADE_CALL (c, ex_max_norm) (k.w, k.rows, k.columns, k.limit);
}

/*  The length of a column; its product with another of the same size. */
static double product (const float *a, const float *b, int col)
{
    double sum = 0;
    for (int row = 0; row < k.rows; row++)
        sum += (double) a[row * k.columns + col] * b[row * k.columns + col];
    return sum;
}

static double length (const float *w, int col)
{
    return sqrt (product (w, w, col));
}

static void judge_length (grade_case *c)
{
    const float *before = grade_before (c, k.w);
    for (int col = 0; col < k.columns; col++) {
        const double was = length (before, col), is = length (k.w, col),
                     right = was > k.limit ? k.limit : was;
        if (!(is <= k.limit * (1 + 1e-4)))
            grade_fail (c, "longer", "unit %d is %g long; the limit is %g", col,
                        is, k.limit);
        else if (is < right * (1 - 1e-4))
            grade_fail (c, fabs (is - 1) < 1e-3 ? "one" : "shorter",
                        "unit %d was %g long and is %g; it should be %g", col, was,
                        is, right);
    }
}

static void judge_direction (grade_case *c)
{
    const float *before = grade_before (c, k.w);
    for (int col = 0; col < k.columns; col++) {
        const double cosine = product (before, k.w, col) /
                              (length (before, col) * length (k.w, col));
        if (!(cosine > 1 - 1e-6))
            grade_fail (c, "turned",
                        "unit %d was turned: the cosine of the angle between "
                        "before and after is %.6f",
                        col, cosine);
    }
}

/*  The first unit that was short enough and has changed; or -1. Only such as are shorter
 *  than `below`. */
static int touched (grade_case *c, double below)
{
    const float *before = grade_before (c, k.w);
    for (int col = 0; col < k.columns; col++)
        for (int row = 0; row < k.rows && length (before, col) < below; row++)
            if (k.w[row * k.columns + col] != before[row * k.columns + col])
                return col;
    return -1;
}

static void judge_others (grade_case *c)
{
    const int tiny = touched (c, k.limit / 2), col = touched (c, k.limit);
    if (col >= 0)
        grade_fail (c, tiny >= 0 ? "any" : "near",
                    "unit %d has changed; it was %g long, and the limit is %g",
                    col, length (grade_before (c, k.w), col), k.limit);
}

static void judge_count (grade_case *c)
{
    const float *before = grade_before (c, k.w);
    int right = 0;
    for (int col = 0; col < k.columns; col++)
        right += length (before, col) > k.limit;
    if (*k.cut != right)
        grade_fail (c, *k.cut > right ? "many" : "few",
                    "of the units, %d were too long; you say %d", right, *k.cut);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 3,
      .title = "no unit is longer than the limit, or shorter than it must be",
      .make = make,
      .call = call,
      .judge = judge_length },
    { .code = "P",
      .points = 3,
      .title = "every unit points where it pointed",
      .make = make,
      .call = call,
      .judge = judge_direction },
    { .code = "P",
      .points = 2,
      .title = "units that were short enough are as they were",
      .make = make,
      .call = call,
      .judge = judge_others },
    { .code = "P",
      .points = 2,
      .title = "it says how many were too long",
      .make = make,
      .call = call,
      .judge = judge_count }
};

GRADE_EXERCISE (ex_max_norm_prototype);
