/*  grade_09_2.c - the checks of exercise 9.2, the warp about the centre  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_warp, float *y, const float *x, int h, int w, int c,
                const float m[6]);

static struct {
    int h, w, c;
    float *x, *y, *m;
} k;

static float between (grade_case *c, float low, float high)
{
    return low + (high - low) * nn_random_uniform (grade_random (c));
}

static void arrays (grade_case *c)
{
    k.h = grade_size (c, "h", 2, 14);
    k.w = grade_size (c, "w", 2, 14);
    k.c = grade_size (c, "c", 1, 4);
    k.x = grade_in (c, "x", k.h, k.w, k.c);
    k.m = grade_in (c, "m", 6);
    k.y = grade_out (c, "y", k.h, k.w, k.c);
}

static void straight (grade_case *c)
{
    arrays (c);
    k.m[0] = between (c, 0.6f, 1.6f);
    k.m[4] = between (c, 0.6f, 1.6f);
    k.m[1] = k.m[3] = 0;
    k.m[2] = between (c, -3, 3);
    k.m[5] = between (c, -3, 3);
}

static void any (grade_case *c)
{
    arrays (c);
    const float angle = between (c, -2, 2), zoom = between (c, 0.7f, 1.4f);
    const float shear = between (c, 0.2f, 0.6f);
    k.m[0] = zoom * cosf (angle);
    k.m[1] = zoom * (shear * cosf (angle) - sinf (angle));
    k.m[3] = zoom * sinf (angle);
    k.m[4] = zoom * (shear * sinf (angle) + cosf (angle));
    k.m[2] = between (c, -2, 2);
    k.m[5] = between (c, -2, 2);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_warp) (k.y, k.x, k.h, k.w, k.c, k.m);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 4,
                                        .title = "shifts and zooms",
                                        .make = straight,
                                        .call = call,
                                        .tolerance = 1e-3 },
                                      { .code = "O",
                                        .points = 6,
                                        .title = "turns, shears, and all at once",
                                        .make = any,
                                        .call = call,
                                        .tolerance = 1e-3 } };

GRADE_EXERCISE (ex_warp_prototype);
