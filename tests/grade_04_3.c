/*  grade_04_3.c - the checks of exercise 4.3, max pooling backward  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_maxpool_backward, float *dx, const float *dy,
                const float *x, int n, int h, int w, int c, int size);

static struct {
    int n, h, w, c, size;
    float *dx, *dy, *x;
} k;

static void make (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 3);
    k.size = grade_size (c, "size", 1, 3);
    k.h = grade_size (c, "h", k.size, 8);
    k.w = grade_size (c, "w", k.size, 8);
    k.c = grade_size (c, "c", 1, 4);
    k.x = grade_in (c, "x", k.n, k.h, k.w, k.c);
    k.dy = grade_in (c, "dy", k.n, k.h / k.size, k.w / k.size, k.c);
    k.dx = grade_inout (c, "dx", k.n, k.h, k.w, k.c);
}

/*  All values at least 0.01 apart: each place is drawn from places of its own. */
static void different (grade_case *c)
{
    make (c);
    const int size = k.n * k.h * k.w * k.c;
    for (int i = size - 1; i >= 0; i--)
        k.x[i] = (float) i * 0.01f - (float) size * 0.005f;
    for (int i = size - 1; i > 0; i--) {
        const int j = (int) nn_random_below (grade_random (c), i + 1);
        const float kept = k.x[i];
        k.x[i] = k.x[j];
        k.x[j] = kept;
    }
}

/*  Half of the values are 0, as after a ReLU, and the others 1 or 2. */
static void equal (grade_case *c)
{
    make (c);
    for (int i = 0; i < k.n * k.h * k.w * k.c; i++)
        k.x[i] = k.x[i] < 0 ? 0 : k.x[i] < 0.5f ? 1 : 2;
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_maxpool_backward)
    (k.dx, k.dy, k.x, k.n, k.h, k.w, k.c, k.size);
}

/*  The outputs, each times its dy. */
static double loss (void)
{
    const int rows = k.h / k.size, cols = k.w / k.size;
    double sum = 0;
    for (int y = 0; y < k.n * rows * cols * k.c; y++) {
        const int channel = y % k.c, col = y / k.c % cols,
                  row = y / k.c / cols % rows;
        const int image = y / k.c / cols / rows;
        double most = -INFINITY;
        for (int place = 0; place < k.size * k.size; place++) {
            const int r = row * k.size + place / k.size,
                      q = col * k.size + place % k.size;
            most = fmax (
                most, (double) k.x[((image * k.h + r) * k.w + q) * k.c + channel]);
        }
        sum += most * (double) k.dy[y];
    }
    return sum;
}

static void measure (grade_case *c)
{
    const float *before = grade_before (c, k.dx);
    const int size = k.n * k.h * k.w * k.c;
    grade_numeric (k.dx, loss, k.x, size, 1e-3f);
    for (int i = 0; i < size; i++)
        k.dx[i] += before[i];
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference, all values different",
      .make = different,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "equals the reference, many values equal",
      .make = equal,
      .call = call },
    { .code = "G",
      .points = 3,
      .title = "equals a measured gradient",
      .make = different,
      .call = call,
      .expect = measure,
      .tolerance = 1e-3 }
};

GRADE_EXERCISE (ex_maxpool_backward_prototype);
