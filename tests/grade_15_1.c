/*  grade_15_1.c - the checks of exercise 15.1, side by side, backward  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_concat_backward, float *da, float *db, const float *dy,
                int places, int ca, int cb);

static struct {
    int places, ca, cb;
    float *da, *db, *dy;
} k;

static void arrays (grade_case *c)
{
    k.dy = grade_in (c, "dy", k.places, k.ca + k.cb);
    k.da = grade_inout (c, "da", k.places, k.ca);
    k.db = grade_out (c, "db", k.places, k.cb);
}

static void make (grade_case *c)
{
    k.places = grade_size (c, "places", 1, 20);
    k.ca = grade_size (c, "channels of a", 1, 9);
    k.cb = grade_size (c, "channels of b", 1, 9);
    arrays (c);
}

static void uneven (grade_case *c)
{
    const int wide = grade_size (c, "channels of the wide one", 40, 90);
    k.places = grade_size (c, "places", 2, 20);
    k.ca = grade_number (c) % 2 ? wide : 1;
    k.cb = grade_number (c) % 2 ? 1 : wide;
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_concat_backward) (k.da, k.db, k.dy, k.places, k.ca, k.cb);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 6,
                                        .title = "equals the reference",
                                        .make = make,
                                        .call = call,
                                        .cases = 40 },
                                      { .code = "O",
                                        .points = 4,
                                        .title =
                                            "and with one of the two very wide",
                                        .make = uneven,
                                        .call = call } };

GRADE_EXERCISE (ex_concat_backward_prototype);
