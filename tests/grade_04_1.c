/*  grade_04_1.c - the checks of exercise 4.1, convolution backward by data  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_conv_backward_data, const nn_conv_shape *s, float *dx,
                const float *dy, const float *w, int n);

enum { LARGEST = 2 * 7 * 7 * 3 };
static struct {
    nn_conv_shape s;
    int n;
    float *dx, *dy, *w, x[LARGEST];
} k;

static void make (grade_case *c)
{
    nn_conv_shape *s = &k.s;
    *s = (nn_conv_shape){ .dilation = 1, .groups = 1 };
    k.n = grade_size (c, "n", 1, 2);
    s->h = grade_size (c, "h", 1, 7);
    s->w = grade_size (c, "w", 1, 7);
    s->c = grade_size (c, "c", 1, 3);
    s->o = grade_size (c, "o", 1, 4);
    s->kh = grade_size (c, "kh", 1, s->h < 4 ? s->h : 4);
    s->kw = grade_size (c, "kw", 1, s->w < 4 ? s->w : 4);
    s->stride = grade_size (c, "stride", 1, 3);
    s->top = grade_size (c, "top", 0, s->kh - 1);
    s->left = grade_size (c, "left", 0, s->kw - 1);
    s->oh = nn_conv_out (s->h, s->kh, s->stride, 1, s->top, s->top);
    s->ow = nn_conv_out (s->w, s->kw, s->stride, 1, s->left, s->left);
    k.dy = grade_in (c, "dy", k.n, s->oh, s->ow, s->o);
    k.w = grade_in (c, "w", s->kh, s->kw, s->c, s->o);
    k.dx = grade_inout (c, "dx", k.n, s->h, s->w, s->c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_conv_backward_data) (&k.s, k.dx, k.dy, k.w, k.n);
}

/*  The loss of which dy is the gradient: the outputs, each times its dy. */
static double loss (void)
{
    static float y[2 * 7 * 7 * 4 * 16];
    double sum = 0;
    nn_conv_naive.forward (&k.s, y, k.x, k.w, NULL, k.n, NULL);
    for (int i = 0; i < k.n * k.s.oh * k.s.ow * k.s.o; i++)
        sum += (double) y[i] * k.dy[i];
    return sum;
}

/*  The loss is linear in x: any place will do, and a large step rounds the least. */
static void measure (grade_case *c)
{
    const float *before = grade_before (c, k.dx);
    const int size = k.n * k.s.h * k.s.w * k.s.c;
    for (int i = 0; i < size; i++)
        k.x[i] = 0;
    grade_numeric (k.dx, loss, k.x, size, 1);
    for (int i = 0; i < size; i++)
        k.dx[i] += before[i];
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 5,
                                        .title = "equals the reference",
                                        .make = make,
                                        .call = call,
                                        .cases = 30 },
                                      { .code = "G",
                                        .points = 5,
                                        .title = "equals a measured gradient",
                                        .make = make,
                                        .call = call,
                                        .expect = measure,
                                        .cases = 30 } };

GRADE_EXERCISE (ex_conv_backward_data_prototype);
