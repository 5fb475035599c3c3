/*  grade_01_2.c - the checks of exercise 1.2, a matrix product in tiles  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

GRADE_FUNCTION (void, ex_gemm, float *c, const float *a, const float *b, int m,
                int n, int k);

static struct {
    int m, n, k;
    float *a, *b, *c;
} k;

static void arrays (grade_case *c)
{
    k.a = grade_in (c, "a", k.m, k.k);
    k.b = grade_in (c, "b", k.k, k.n);
    k.c = grade_inout (c, "c", k.m, k.n);
}

static void multiples (grade_case *c)
{
    k.m = grade_steps (c, "m", 64, 192, 64);
    k.n = grade_steps (c, "n", 64, 192, 64);
    k.k = grade_steps (c, "k", 64, 192, 64);
    arrays (c);
}

static void any (grade_case *c)
{
    k.m = grade_size (c, "m", 1, 80);
    k.n = grade_size (c, "n", 1, 80);
    k.k = grade_size (c, "k", 1, 80);
    arrays (c);
}

static void large (grade_case *c)
{
    k.m = k.n = k.k = grade_size (c, "m, n and k", 512, 512);
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_gemm) (k.c, k.a, k.b, k.m, k.n, k.k);
}

static void ijk (grade_case *c)
{
    (void) c;
    nn_gemm_ijk (k.c, k.a, k.b, k.m, k.n, k.k);
}

/*  Is the upper left part of c, high x wide, the product of the first `depth` columns of a
 *  and rows of b? */
static bool is_part (int high, int wide, int depth)
{
    for (int i = 0; i < high; i++)
        for (int j = 0; j < wide; j++) {
            float sum = 0;
            for (int p = 0; p < depth; p++)
                sum += k.a[i * k.k + p] * k.b[p * k.n + j];
            if (!(fabsf (sum - k.c[i * k.n + j]) < 1e-4f))
                return false;
        }
    return true;
}

/*  The mistake of the edge, with tiles of any size: the rest of c is as it was before, and
 *  the sums may end early. */
static bool like (grade_case *c, int mistake)
{
    const float *before = grade_before (c, k.c);
    int high = 0, wide = 0, depth = k.k;
    if (mistake != 1)
        return false;
    for (int i = 0; i < k.m; i++)
        for (int j = 0; j < k.n; j++)
            if (k.c[i * k.n + j] != before[i * k.n + j]) {
                high = i + 1 > high ? i + 1 : high;
                wide = j + 1 > wide ? j + 1 : wide;
            }
    while (depth > 0 && !is_part (high, wide, depth))
        depth--;
    return depth > 0 && (depth < k.k || high < k.m || wide < k.n);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 2,
      .title = "equals the reference, sizes multiples of 64",
      .make = multiples,
      .call = call,
      .like = like,
      .cases = 4 },
    { .code = "O",
      .points = 4,
      .title = "equals the reference, any sizes",
      .make = any,
      .call = call,
      .like = like },
    { .code = "F",
      .points = 4,
      .title = "at least 10 times as fast as nn_gemm_ijk",
      .make = large,
      .call = call,
      .against = ijk,
      .rival = "nn_gemm_ijk",
      .floor = 10 }
};

GRADE_EXERCISE (ex_gemm_prototype);
