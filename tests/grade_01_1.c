/*  grade_01_1.c - the checks of exercise 1.1, transpose in tiles  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_transpose, float *y, const float *x, int rows, int cols);

static struct {
    int rows, cols;
    float *x, *y;
} k;

static void arrays (grade_case *c)
{
    k.x = grade_in (c, "x", k.rows, k.cols);
    k.y = grade_out (c, "y", k.cols, k.rows);
}

static void multiples (grade_case *c)
{
    k.rows = grade_steps (c, "rows", 64, 256, 64);
    k.cols = grade_steps (c, "cols", 64, 256, 64);
    arrays (c);
}

static void any (grade_case *c)
{
    k.rows = grade_size (c, "rows", 1, 90);
    k.cols = grade_size (c, "cols", 1, 90);
    arrays (c);
}

static void large (grade_case *c)
{
    k.rows = k.cols = grade_size (c, "rows and cols", 2048, 2048);
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_transpose) (k.y, k.x, k.rows, k.cols);
}

static void two_loops (grade_case *c)
{
    (void) c;
    for (int i = 0; i < k.rows; i++)
        for (int j = 0; j < k.cols; j++)
            k.y[(size_t) j * k.rows + i] = k.x[(size_t) i * k.cols + j];
}

/*  The mistake, with a tile of any size: what is missing is missing at the end only. */
static bool like (grade_case *c, int mistake)
{
    (void) c;
    int high = 0, wide = 0;
    if (mistake != 1)
        return false;
    for (int i = 0; i < k.rows; i++)
        for (int j = 0; j < k.cols; j++)
            if (!grade_unwritten (k.y[(size_t) j * k.rows + i])) {
                high = i + 1 > high ? i + 1 : high;
                wide = j + 1 > wide ? j + 1 : wide;
            }
    for (int i = 0; i < k.rows; i++)
        for (int j = 0; j < k.cols; j++) {
            const float y = k.y[(size_t) j * k.rows + i];
            const bool inside = i < high && j < wide;
            if (inside ? y != k.x[(size_t) i * k.cols + j] : !grade_unwritten (y))
                return false;
        }
    return true;
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference, sizes multiples of 64",
      .make = multiples,
      .call = call,
      .like = like,
      .tolerance = 1e-30,
      .cases = 6 },
    { .code = "O",
      .points = 2,
      .title = "equals the reference, any sizes",
      .make = any,
      .call = call,
      .like = like,
      .tolerance = 1e-30 },
    { .code = "F",
      .points = 4,
      .title = "at least 3 times as fast as two loops",
      .make = large,
      .call = call,
      .tolerance = 1e-30,
      .against = two_loops,
      .rival = "two plain loops",
      .floor = 3 }
};

GRADE_EXERCISE (ex_transpose_prototype);
