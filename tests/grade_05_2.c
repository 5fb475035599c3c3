/*  grade_05_2.c - the checks of exercise 5.2, He's first weights: properties. Limits lie
 *  five standard errors away.  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

GRADE_FUNCTION (void, ex_he, float *w, int kh, int kw, int in, int out,
                float (*normal) (void *source), void *source);

enum { LAYERS = 10, WIDE = 160, FEW = 16 };

static struct {
    int kh, kw, in, out, size, *draws;
    float *w, *x, *squares;
    nn_random random;
} k;

GRADE_HANDED static float normal (void *source)
{
    (void) source;
    ++*k.draws;
    return nn_random_normal (&k.random);
}

static void make (grade_case *c)
{
    k.size = k.kh * k.kw * k.in * k.out;
    k.w = grade_out (c, "w", k.kh, k.kw, k.in, k.out);
    k.draws = grade_result (c, "draws");
    k.random = *grade_random (c);
}

static void small (grade_case *c)
{
    k.kh = grade_size (c, "kh", 1, 4);
    k.kw = grade_size (c, "kw", 1, 4);
    k.in = grade_size (c, "in", 1, 5);
    k.out = grade_size (c, "out", 1, 5);
    make (c);
}

static void large (grade_case *c)
{
    static const int shapes[3][4] = { { 3, 5, 16, 40 },
                                      { 1, 1, 300, 50 },
                                      { 5, 5, 3, 200 } };
    const int *shape = shapes[grade_number (c) % 3];
    k.kh = shape[0], k.kw = shape[1], k.in = shape[2], k.out = shape[3];
    make (c);
}

static void call (grade_case *c)
{
    *k.draws = 0;
    GRADE_CALL (c, ex_he) (k.w, k.kh, k.kw, k.in, k.out, normal, NULL);
}

static void judge_draws (grade_case *c)
{
    for (int i = 0; i < k.size; i++)
        if (grade_unwritten (k.w[i]) || !isfinite (k.w[i]))
            grade_fail (c, "unwritten",
                        "w[%d] of %d was never written, or is no number", i,
                        k.size);
    for (int i = 1; i < k.size && !grade_failed (c); i++)
        if (k.w[i] == k.w[i - 1])
            grade_fail (c, "same",
                        "w[%d] and w[%d] are the same number, where kh = %d, kw = "
                        "%d, in = %d, out = %d",
                        i - 1, i, k.kh, k.kw, k.in, k.out);
    if (*k.draws != k.size)
        grade_fail (c, "draws", "%d weights took %d draws", k.size, *k.draws);
}

static void judge_moments (grade_case *c)
{
    double sum = 0, squares = 0;
    char key[32];
    for (int i = 0; i < k.size; i++) {
        sum += k.w[i];
        squares += (double) k.w[i] * k.w[i];
    }
    const double right = sqrt (2.0 / (k.kh * k.kw * k.in));
    const double mean = sum / k.size,
                 deviation = sqrt (squares / k.size - mean * mean);
    const double room = 5 / sqrt (k.size);
    snprintf (key, sizeof key, "%.1f", deviation / right);
    if (!(fabs (deviation / right - 1) < room))
        grade_fail (c, key,
                    "for a kernel of %d x %d, %d channels and %d filters the "
                    "deviation is %.4f; it should be %.4f to within %.4f",
                    k.kh, k.kw, k.in, k.out, deviation, right, right * room);
    if (!(fabs (mean) < room * right))
        grade_fail (c, "mean",
                    "the mean of %d weights is %.4f and should be 0 to "
                    "within %.4f",
                    k.size, mean, room * right);
}

static void make_deep (grade_case *c)
{
    k.kh = k.kw = 1;
    k.in = k.out = WIDE;
    make (c);
    k.x = grade_scratch (c, "values", 2, FEW, WIDE);
    k.squares = grade_out (c, "mean square before and after", 2);
}

static double mean_square (const float *x)
{
    double sum = 0;
    for (int i = 0; i < FEW * WIDE; i++)
        sum += (double) x[i] * x[i];
    return sum / (FEW * WIDE);
}

static void call_deep (grade_case *c)
{
    float *x = k.x, *y = k.x + (size_t) FEW * WIDE;
    *k.draws = 0;
    k.squares[0] = (float) mean_square (x);
    for (int layer = 0; layer < LAYERS; layer++) {
        GRADE_CALL (c, ex_he) (k.w, 1, 1, WIDE, WIDE, normal, NULL);
        nn_dense_forward (y, x, k.w, NULL, FEW, WIDE, WIDE);
        nn_relu_forward (x, y, (size_t) FEW * WIDE);
    }
    k.squares[1] = (float) mean_square (x);
}

/*  By chance the logarithm goes astray by about the root of 10 x 5 / 160 = 0.56. */
static void judge_deep (grade_case *c)
{
    char key[32];
    const double grown = log ((double) k.squares[1] / (double) k.squares[0]);
    snprintf (key, sizeof key, "%.0f", fmax (-9, fmin (9, grown / 5)));
    if (!(fabs (grown) < 5 * 0.56))
        grade_fail (c, key,
                    "after %d layers the mean square of the values is %.3g times "
                    "what it was; it should be about 1",
                    LAYERS, exp (grown));
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "every weight has a draw of its own",
      .make = small,
      .call = call,
      .judge = judge_draws },
    { .code = "P",
      .points = 5,
      .title = "mean and deviation, for several shapes",
      .make = large,
      .call = call,
      .judge = judge_moments,
      .cases = 3 },
    { .code = "P",
      .points = 3,
      .title = "values keep their size through ten layers",
      .make = make_deep,
      .call = call_deep,
      .judge = judge_deep,
      .cases = 1 }
};

GRADE_EXERCISE (ex_he_prototype);
