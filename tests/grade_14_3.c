/*  grade_14_3.c - the checks of exercise 14.3, a block that is thin at both ends  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_bottleneck, float *y, const float *x, const float *a,
                const float *b, int places, int thin, int wide);
GRADE_FUNCTION (void, ex_bottleneck_backward, float *dx, const float *dy,
                const float *x, const float *a, const float *b, int places,
                int thin, int wide);

static struct {
    int places, thin, wide;
    float *x, *a, *b, *y, *dx, *dy;
} k;

/*  Weights so large that some values get above the ceiling, and none so near a bend
 *  that a measured gradient would see both of its sides. */
static void draw (grade_case *c)
{
    k.places = grade_size (c, "places", 1, 9);
    k.thin = grade_size (c, "thin", 1, 4);
    k.wide = grade_size (c, "wide", 1, 12);
    k.x = grade_in (c, "x", k.places, k.thin);
    k.a = grade_in (c, "A", k.thin, k.wide);
    k.b = grade_in (c, "B", k.wide, k.thin);
    for (int i = 0; i < k.thin * k.wide; i++)
        k.a[i] *= 12;
    for (int p = 0; p < k.places; p++)
        for (int tries = 0, near = 1; near && tries < 100; tries++) {
            near = 0;
            for (int j = 0; j < k.wide; j++) {
                float h = 0;
                for (int i = 0; i < k.thin; i++)
                    h += k.x[p * k.thin + i] * k.a[i * k.wide + j];
                near |= fabsf (h) < 0.03f || fabsf (h - 6) < 0.03f;
            }
            for (int i = 0; near && i < k.thin; i++)
                k.x[p * k.thin + i] = 2 * nn_random_uniform (grade_random (c)) - 1;
        }
}

static void make (grade_case *c)
{
    draw (c);
    k.y = grade_out (c, "y", k.places, k.thin);
}

static void make_back (grade_case *c)
{
    draw (c);
    k.dy = grade_in (c, "dy", k.places, k.thin);
    k.dx = grade_out (c, "dx", k.places, k.thin);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_bottleneck)
    (k.y, k.x, k.a, k.b, k.places, k.thin, k.wide);
}

static void call_back (grade_case *c)
{
    GRADE_CALL (c, ex_bottleneck_backward)
    (k.dx, k.dy, k.x, k.a, k.b, k.places, k.thin, k.wide);
}

static double loss (void)
{
    double sum = 0;
    for (int p = 0; p < k.places; p++) {
        const float *x = k.x + p * k.thin, *dy = k.dy + p * k.thin;
        for (int i = 0; i < k.thin; i++)
            sum += (double) x[i] * dy[i];
        for (int j = 0; j < k.wide; j++) {
            double h = 0;
            for (int i = 0; i < k.thin; i++)
                h += (double) x[i] * k.a[i * k.wide + j];
            h = fmin (6, fmax (0, h));
            for (int i = 0; i < k.thin; i++)
                sum += h * k.b[j * k.thin + i] * dy[i];
        }
    }
    return sum;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.places * k.thin, 1e-4f);
}

static const grade_check checks[] =
    GRADE_BOTH_WAYS (make, call, make_back, call_back, measure);

GRADE_EXERCISE (ex_bottleneck_prototype, ex_bottleneck_backward_prototype);
