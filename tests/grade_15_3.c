/*  grade_15_3.c - the checks of exercise 15.3, squeeze and excite  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_squeeze, float *y, const float *x, const float *a,
                const float *b, int places, int c, int narrow);
GRADE_FUNCTION (void, ex_squeeze_backward, float *dx, const float *dy,
                const float *x, const float *a, const float *b, int places, int c,
                int narrow);

enum { MOST = 6 };
static struct {
    int places, c, narrow;
    float *x, *a, *b, *y, *dx, *dy;
} k;

/*  What the bends see of x: h before its ReLU, t before the hard sigmoid. */
static void bends (const float *x, double h[MOST], double t[MOST])
{
    double m[MOST] = { 0 };
    for (int p = 0; p < k.places; p++)
        for (int i = 0; i < k.c; i++)
            m[i] += (double) x[p * k.c + i] / k.places;
    for (int j = 0; j < k.narrow; j++) {
        h[j] = 0;
        for (int i = 0; i < k.c; i++)
            h[j] += m[i] * k.a[i * k.narrow + j];
    }
    for (int i = 0; i < k.c; i++) {
        t[i] = 0;
        for (int j = 0; j < k.narrow; j++)
            t[i] += fmax (0, h[j]) * k.b[j * k.c + i];
    }
}

/*  Does a value lie so near a bend that a measured gradient would see both sides? */
static bool near_a_bend (void)
{
    double h[MOST], t[MOST];
    bends (k.x, h, t);
    bool near = false;
    for (int j = 0; j < k.narrow; j++)
        near |= fabs (h[j]) < 0.02;
    for (int i = 0; i < k.c; i++)
        near |= fabs (fabs (t[i]) - 3) < 0.05;
    return near;
}

/*  Weights so large that the hard sigmoid is met on all its three lines. */
static void draw (grade_case *c)
{
    k.places = grade_size (c, "places", 1, 9);
    k.c = grade_size (c, "channels", 1, MOST);
    k.narrow = grade_size (c, "narrow", 1, MOST);
    k.x = grade_in (c, "x", k.places, k.c);
    k.a = grade_in (c, "A", k.c, k.narrow);
    k.b = grade_in (c, "B", k.narrow, k.c);
    for (int i = 0; i < k.c * k.narrow; i++) {
        k.a[i] *= 6;
        k.b[i] *= 3;
    }
    for (int tries = 0; tries < 200 && near_a_bend (); tries++)
        for (int i = 0; i < k.places * k.c; i++)
            k.x[i] = 2 * nn_random_uniform (grade_random (c)) - 1;
}

static void make (grade_case *c)
{
    draw (c);
    k.y = grade_out (c, "y", k.places, k.c);
}

static void make_back (grade_case *c)
{
    draw (c);
    k.dy = grade_in (c, "dy", k.places, k.c);
    k.dx = grade_out (c, "dx", k.places, k.c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_squeeze) (k.y, k.x, k.a, k.b, k.places, k.c, k.narrow);
}

static void call_back (grade_case *c)
{
    GRADE_CALL (c, ex_squeeze_backward)
    (k.dx, k.dy, k.x, k.a, k.b, k.places, k.c, k.narrow);
}

static double loss (void)
{
    double h[MOST], t[MOST], sum = 0;
    bends (k.x, h, t);
    for (int p = 0; p < k.places; p++)
        for (int i = 0; i < k.c; i++)
            sum += (double) k.dy[p * k.c + i] * k.x[p * k.c + i] *
                   fmin (1, fmax (0, t[i] / 6 + 0.5));
    return sum;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.places * k.c, 1e-4f);
}

static const grade_check checks[] =
    GRADE_BOTH_WAYS (make, call, make_back, call_back, measure);

GRADE_EXERCISE (ex_squeeze_prototype, ex_squeeze_backward_prototype);
