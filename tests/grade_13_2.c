/*  grade_13_2.c - the checks of exercise 13.2, a batch norm out of a file  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_norm_from_file, float *scale, float *shift,
                const float *file, int c, float epsilon);

static struct {
    int c;
    float *scale, *shift, *file, epsilon;
} k;

static void arrays (grade_case *c, float least, float most)
{
    k.c = grade_size (c, "c", 1, 40);
    k.file = grade_in (c, "file", 4, k.c);
    for (int i = 0; i < k.c; i++) {
        float *variance = &k.file[3 * k.c + i];
        *variance = least + (most - least) * fabsf (*variance);
    }
    k.scale = grade_out (c, "scale", k.c);
    k.shift = grade_out (c, "shift", k.c);
}

static void usual (grade_case *c)
{
    k.epsilon = grade_number (c) % 2 ? 1e-3f : 1e-2f;
    arrays (c, 0.05f, 0.3f);
}

static void still (grade_case *c)
{
    k.epsilon = 1e-3f;
    arrays (c, 1e-5f, 9e-4f);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_norm_from_file)
    (k.scale, k.shift, k.file, k.c, k.epsilon);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 6,
                                        .title = "the usual epsilons",
                                        .make = usual,
                                        .call = call },
                                      { .code = "O",
                                        .points = 4,
                                        .title = "channels that hardly move",
                                        .make = still,
                                        .call = call } };

GRADE_EXERCISE (ex_norm_from_file_prototype);
