/*  grade_13_1.c - the checks of exercise 13.1, from OIHW to HWIO  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_to_hwio, float *ours, const float *theirs, int out,
                int in, int h, int w);

static struct {
    int out, in, h, w;
    float *ours, *theirs;
} k;

static void arrays (grade_case *c, int most)
{
    k.h = grade_size (c, "h", 2, most);
    k.w = grade_size (c, "w", 2, most);
    k.theirs = grade_in (c, "theirs", k.out, k.in, k.h, k.w);
    k.ours = grade_out (c, "ours", k.h, k.w, k.in, k.out);
}

static void kernels (grade_case *c)
{
    k.out = grade_size (c, "out", 2, 9);
    k.in = grade_size (c, "in", 2, 7);
    arrays (c, 5);
}

static void depthwise (grade_case *c)
{
    k.out = grade_size (c, "out", 2, 20);
    k.in = 1;
    arrays (c, 5);
}

static void dense (grade_case *c)
{
    k.out = grade_size (c, "out", 2, 12);
    k.in = grade_size (c, "in", 2, 16);
    arrays (c, 7);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_to_hwio) (k.ours, k.theirs, k.out, k.in, k.h, k.w);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 6,
      .title = "kernels of any size equal the reference",
      .make = kernels,
      .call = call },
    { .code = "O",
      .points = 2,
      .title = "depthwise kernels",
      .make = depthwise,
      .call = call },
    { .code = "O",
      .points = 2,
      .title = "dense layers behind a map",
      .make = dense,
      .call = call }
};

GRADE_EXERCISE (ex_to_hwio_prototype);
