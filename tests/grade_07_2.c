/*  grade_07_2.c - the checks of exercise 7.2, what decays
 *
 *  Parameters are drawn from a list that holds one of each sort. A wrong answer is told with
 *  the parameter's name and shape, and with its sort as the key.
 */
#include "grade/grade.h"

#include <stdio.h>
#include <string.h>

GRADE_FUNCTION (void, ex_what_decays, int *decays, const nn_param *param,
                int count);

static const struct {
    const char *sort, *name;
    int dims, dim[NN_DIMS];
    bool constant, decays;
} list[] = {
    { "kernel", "conv2d_1.weight", 4, { 3, 3, 3, 32 }, false, true },
    { "bias", "conv2d_1.bias", 1, { 32 }, false, false },
    { "scale", "batchnorm_1.weight", 1, { 32 }, false, false },
    { "shift", "batchnorm_1.bias", 1, { 32 }, false, false },
    { "running", "batchnorm_1.mean", 1, { 32 }, true, false },
    { "matrix", "dense_1.weight", 2, { 64, 128 }, false, true },
    { "bias", "dense_1.bias", 1, { 128 }, false, false },
    { "column", "dense_2.weight", 2, { 128, 1 }, false, true },
    { "places", "places_1.bias", 3, { 8, 8, 16 }, false, false },
    { "fixed", "blur_1.weight", 4, { 3, 3, 1, 1 }, true, false },
    { "filter", "conv2d_2.weight", 4, { 5, 5, 32, 1 }, false, true },
    { "gain", "dense_3.gain", 2, { 16, 4 }, false, true },
};
enum { SORTS = sizeof list / sizeof *list, MOST = 24, PLACES = 8 };
static struct {
    int count, *which, *decays;
} k;

static void make (grade_case *c)
{
    const bool twice = grade_number (c) >= SORTS;
    k.count = grade_size (c, "count", twice ? 2 : 1, MOST);
    k.which = grade_in_ints (c, "which", k.count);
    k.decays = grade_out_ints (c, "decays", k.count);
    // each sort comes first in some case, and once before a bias with three dimensions
    for (int i = 0; i < k.count; i++)
        k.which[i] = (int) nn_random_below (grade_random (c), SORTS);
    k.which[0] = grade_number (c) % SORTS;
    if (twice)
        k.which[1] = PLACES;
}

static void call (grade_case *c)
{
    nn_param param[MOST] = { 0 };
    for (int i = 0; i < k.count; i++) {
        nn_param *p = &param[i];
        snprintf (p->name, sizeof p->name, "%s", list[k.which[i]].name);
        p->dims = list[k.which[i]].dims;
        p->constant = list[k.which[i]].constant;
        p->size = 1;
        for (int d = 0; d < p->dims; d++)
            p->size *= p->dim[d] = list[k.which[i]].dim[d];
    }
    GRADE_CALL (c, ex_what_decays) (k.decays, param, k.count);
}

static void judge (grade_case *c, bool shall)
{
    for (int i = 0; i < k.count; i++) {
        const int which = k.which[i];
        if (list[which].decays != shall || (shall ? 1 : 0) == k.decays[i])
            continue;
        char shape[60] = "";
        for (int d = 0; d < list[which].dims; d++)
            snprintf (shape + strlen (shape), sizeof shape - strlen (shape),
                      "%s%d", d ? " x " : "", list[which].dim[d]);
        grade_fail (c, list[which].sort,
                    "'%s' (%s%s) shall be %d, and decays[%d] is %s",
                    list[which].name, shape,
                    list[which].constant ? ", constant" : "", shall, i,
                    k.decays[i] == !shall ? shall ? "0" : "1" : "neither 0 nor 1");
    }
}

static void judge_decaying (grade_case *c)
{
    judge (c, true);
}

static void judge_others (grade_case *c)
{
    judge (c, false);
}

static const grade_check checks[] = { { .code = "P",
                                        .points = 4,
                                        .title = "what shall decay is marked",
                                        .make = make,
                                        .call = call,
                                        .judge = judge_decaying,
                                        .cases = 2 * SORTS },
                                      { .code = "P",
                                        .points = 6,
                                        .title = "what must be left alone is not",
                                        .make = make,
                                        .call = call,
                                        .judge = judge_others,
                                        .cases = 2 * SORTS } };

GRADE_EXERCISE (ex_what_decays_prototype);
