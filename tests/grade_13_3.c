/*  grade_13_3.c - the checks of exercise 13.3, the dots between the dots  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_resize_row, float *y, int to, const float *x, int from,
                bool bicubic);

static struct {
    int from, to;
    bool bicubic;
    float *x, *y;
} k;

static void arrays (grade_case *c, int most)
{
    k.from = grade_size (c, "from", 1, most);
    k.to = grade_size (c, "to", 1, 24);
    k.x = grade_in (c, "x", k.from);
    k.y = grade_out (c, "y", k.to);
}

static void bilinear (grade_case *c)
{
    k.bicubic = false;
    arrays (c, 16);
}

static void bicubic (grade_case *c)
{
    k.bicubic = true;
    arrays (c, 16);
}

static void edges (grade_case *c)
{
    k.bicubic = grade_number (c) % 2;
    arrays (c, 3);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_resize_row) (k.y, k.to, k.x, k.from, k.bicubic);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 4,
                                        .title = "bilinear, longer and shorter",
                                        .make = bilinear,
                                        .call = call,
                                        .cases = 30 },
                                      { .code = "O",
                                        .points = 4,
                                        .title = "bicubic, longer and shorter",
                                        .make = bicubic,
                                        .call = call,
                                        .cases = 30 },
                                      { .code = "O",
                                        .points = 2,
                                        .title = "rows that are nothing but edges",
                                        .make = edges,
                                        .call = call } };

GRADE_EXERCISE (ex_resize_row_prototype);
