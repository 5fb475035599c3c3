/*  grade_14_1.c - the checks of exercise 14.1, a depthwise convolution backward  */
#include "grade/grade.h"

#include <string.h>

GRADE_FUNCTION (void, ex_depthwise_backward, float *dx, float *dw, const float *dy,
                const float *x, const float *w, int rows, int cols, int c,
                int stride);

static struct {
    int rows, cols, c, stride;
    float *dx, *dw, *dy, *x, *w;
} k;

static int out (int in)
{
    return (in - 1) / k.stride + 1;
}

static void arrays (grade_case *c)
{
    k.x = grade_in (c, "x", k.rows, k.cols, k.c);
    k.w = grade_in (c, "w", 3, 3, k.c);
    k.dy = grade_in (c, "dy", out (k.rows), out (k.cols), k.c);
    k.dx = grade_out (c, "dx", k.rows, k.cols, k.c);
    k.dw = grade_out (c, "dw", 3, 3, k.c);
}

static void make (grade_case *c)
{
    k.rows = grade_size (c, "rows", 1, 7);
    k.cols = grade_size (c, "cols", 1, 7);
    k.c = grade_size (c, "channels", 1, 6);
    k.stride = grade_size (c, "stride", 1, 2);
    arrays (c);
}

static void large (grade_case *c)
{
    k.rows = k.cols = 48;
    k.c = 96;
    k.stride = 1;
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_depthwise_backward)
    (k.dx, k.dw, k.dy, k.x, k.w, k.rows, k.cols, k.c, k.stride);
}

/*  The output at (i, j) of one channel, by the definition. */
static double at (int i, int j, int channel)
{
    double sum = 0;
    for (int t = 0; t < 9; t++) {
        const int r = i * k.stride + t / 3 - 1, q = j * k.stride + t % 3 - 1;
        if (r >= 0 && r < k.rows && q >= 0 && q < k.cols)
            sum += (double) k.x[(r * k.cols + q) * k.c + channel] *
                   k.w[t * k.c + channel];
    }
    return sum;
}

static double loss (void)
{
    double sum = 0;
    for (int i = 0; i < out (k.rows); i++)
        for (int j = 0; j < out (k.cols); j++)
            for (int channel = 0; channel < k.c; channel++)
                sum += k.dy[(i * out (k.cols) + j) * k.c + channel] *
                       at (i, j, channel);
    return sum;
}

static void measure (grade_case *c)
{
    (void) c;
    grade_numeric (k.dx, loss, k.x, (size_t) k.rows * k.cols * k.c, 1e-3f);
    grade_numeric (k.dw, loss, k.w, (size_t) 9 * k.c, 1e-3f);
}

/*  One channel after the other: what to beat. */
static void by_channel (grade_case *c)
{
    (void) c;
    memset (k.dx, 0, (size_t) k.rows * k.cols * k.c * sizeof *k.dx);
    memset (k.dw, 0, (size_t) 9 * k.c * sizeof *k.dw);
    for (int channel = 0; channel < k.c; channel++)
        for (int t = 0; t < 9; t++)
            for (int i = 0; i < k.rows; i++)
                for (int j = 0; j < k.cols; j++) {
                    const int r = i + t / 3 - 1, q = j + t % 3 - 1;
                    if (r < 0 || r >= k.rows || q < 0 || q >= k.cols)
                        continue;
                    const float dy = k.dy[(i * k.cols + j) * k.c + channel];
                    const int seen = (r * k.cols + q) * k.c + channel;
                    k.dx[seen] += dy * k.w[t * k.c + channel];
                    k.dw[t * k.c + channel] += dy * k.x[seen];
                }
}

static const grade_check checks[] =
    GRADE_WAY_BACK (4, 3, make, large, call, measure, by_channel);

GRADE_EXERCISE (ex_depthwise_backward_prototype);
