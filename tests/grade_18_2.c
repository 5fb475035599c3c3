/*  grade_18_2.c - the checks of exercise 18.2, a convolution that copies  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_copies, float *w, int k, int c, int o);

static struct {
    int k, c, o;
    float *w, *x, *y;
} k;

static void sizes (grade_case *c)
{
    k.k = grade_steps (c, "k", 1, 7, 2);
    k.c = grade_size (c, "c", 1, 9);
    k.o = grade_size (c, "o", 1, 9);
}

static void weights (grade_case *c)
{
    sizes (c);
    k.w = grade_inout (c, "w", k.k * k.k, k.c, k.o);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_copies) (k.w, k.k, k.c, k.o);
}

enum { SIDE = 5 };

static void picture (grade_case *c)
{
    sizes (c);
    k.x = grade_in (c, "x", SIDE, SIDE, k.c);
    k.w = grade_scratch (c, "w", k.k * k.k, k.c, k.o);
    k.y = grade_out (c, "y", SIDE, SIDE, k.o);
}

/*  The convolution of the picture, zeros around it; only of what is a copy. */
static void convolve (grade_case *c)
{
    call (c);
    for (int at = 0; at < SIDE * SIDE * k.o; at++) {
        const int f = at % k.o, row = at / k.o / SIDE, col = at / k.o % SIDE;
        k.y[at] = 0;
        for (int tap = 0; tap < k.k * k.k && f < k.c; tap++) {
            const int a = row + tap / k.k - k.k / 2, b = col + tap % k.k - k.k / 2;
            for (int i = 0; i < k.c && a >= 0 && a < SIDE && b >= 0 && b < SIDE;
                 i++)
                k.y[at] +=
                    k.x[(a * SIDE + b) * k.c + i] * k.w[(tap * k.c + i) * k.o + f];
        }
    }
}

static void the_picture (grade_case *c)
{
    (void) c;
    for (int at = 0; at < SIDE * SIDE * k.o; at++)
        k.y[at] = at % k.o < k.c ? k.x[at / k.o * k.c + at % k.o] : 0;
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference",
      .make = weights,
      .call = call,
      .cases = 40 },
    { .code = "P",
      .points = 6,
      .title = "a convolution with your weights copies",
      .make = picture,
      .call = convolve,
      .expect = the_picture,
      .cases = 40 },
};

GRADE_EXERCISE (ex_copies_prototype);
