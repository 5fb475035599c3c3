/*  grade_18_1.c - the checks of exercise 18.1, Winograd's F(2, 3)
 *
 *  What the learner's transforms give in between is not looked at: other constants do as
 *  well. So what is compared is the sums in the end, with those of the definition.
 */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_filter, float u[4], const float w[3]);
GRADE_FUNCTION (void, ex_input, float v[4], const float d[4]);
GRADE_FUNCTION (void, ex_output, float y[2], const float m[4]);

static struct {
    int channels;
    float *w, *d, *y;
} k;

static void few (grade_case *c, int channels)
{
    k.channels = channels;
    k.w = grade_in (c, "w", channels, 3);
    k.d = grade_in (c, "d", channels, 4);
    k.y = grade_out (c, "y", 2);
}

static void one (grade_case *c)
{
    few (c, 1);
}

static void several (grade_case *c)
{
    few (c, grade_size (c, "channels", 2, 9));
}

static void call (grade_case *c)
{
    float m[4] = { 0 };
    for (int i = 0; i < k.channels; i++) {
        float u[4] = { 0 }, v[4] = { 0 };
        GRADE_CALL (c, ex_filter) (u, k.w + (size_t) i * 3);
        GRADE_CALL (c, ex_input) (v, k.d + (size_t) i * 4);
        for (int j = 0; j < 4; j++)
            m[j] += u[j] * v[j];
    }
    GRADE_CALL (c, ex_output) (k.y, m);
}

static void by_definition (grade_case *c)
{
    (void) c;
    for (int place = 0; place < 2; place++) {
        k.y[place] = 0;
        for (int i = 0; i < k.channels; i++)
            for (int j = 0; j < 3; j++)
                k.y[place] += k.d[i * 4 + place + j] * k.w[i * 3 + j];
    }
}

static void square (grade_case *c)
{
    k.w = grade_in (c, "w", 3, 3);
    k.d = grade_in (c, "d", 4, 4);
    k.y = grade_out (c, "y", 2, 2);
}

/*  Applies a transform from `in` to `out` numbers to the columns of an in x columns
 *  matrix. */
static void columns (void (*transform) (float *, const float *), int in, int out,
                     int count, float *y, const float *x)
{
    for (int col = 0; col < count; col++) {
        float from[4] = { 0 }, to[4] = { 0 };
        for (int i = 0; i < in; i++)
            from[i] = x[i * count + col];
        transform (to, from);
        for (int i = 0; i < out; i++)
            y[i * count + col] = to[i];
    }
}

/*  And to its rows, of which there are `count`. */
static void rows (void (*transform) (float *, const float *), int in, int out,
                  int count, float *y, const float *x)
{
    for (int row = 0; row < count; row++) {
        float from[4] = { 0 }, to[4] = { 0 };
        for (int i = 0; i < in; i++)
            from[i] = x[row * in + i];
        transform (to, from);
        for (int i = 0; i < out; i++)
            y[row * out + i] = to[i];
    }
}

static void call_square (grade_case *c)
{
    float half[16], u[16], v[16], m[16];
    rows (GRADE_CALL (c, ex_filter), 3, 4, 3, half, k.w);
    columns (GRADE_CALL (c, ex_filter), 3, 4, 4, u, half);
    rows (GRADE_CALL (c, ex_input), 4, 4, 4, half, k.d);
    columns (GRADE_CALL (c, ex_input), 4, 4, 4, v, half);
    for (int i = 0; i < 16; i++)
        m[i] = u[i] * v[i];
    rows (GRADE_CALL (c, ex_output), 4, 2, 4, half, m);
    columns (GRADE_CALL (c, ex_output), 4, 2, 2, k.y, half);
}

static void square_by_definition (grade_case *c)
{
    (void) c;
    for (int i = 0; i < 4; i++) {
        k.y[i] = 0;
        for (int j = 0; j < 9; j++)
            k.y[i] += k.d[(i / 2 + j / 3) * 4 + i % 2 + j % 3] * k.w[j];
    }
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 4,
      .title = "four products make both sums",
      .make = one,
      .call = call,
      .expect = by_definition },
    { .code = "P",
      .points = 2,
      .title = "sums over several channels",
      .make = several,
      .call = call,
      .expect = by_definition },
    { .code = "P",
      .points = 4,
      .title = "two dimensions: 16 products instead of 36",
      .make = square,
      .call = call_square,
      .expect = square_by_definition },
};

GRADE_EXERCISE (ex_filter_prototype, ex_input_prototype, ex_output_prototype);
