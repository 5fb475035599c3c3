/*  grade_04_4.c - the checks of exercise 4.4, the size of a convolution's output  */
#include "grade/grade.h"

GRADE_FUNCTION (int, ex_conv_out, int in, int kernel, int stride, int dilation,
                int before, int after);

static struct {
    int in, kernel, stride, dilation, before, after, *out;
} k;

static int covers (void)
{
    return k.dilation * (k.kernel - 1) + 1;
}

static void result (grade_case *c)
{
    k.out = grade_result (c, "the size");
}

static void plain (grade_case *c)
{
    k.stride = k.dilation = 1;
    k.before = k.after = 0;
    k.kernel = grade_size (c, "kernel", 1, 7);
    k.in = grade_size (c, "in", k.kernel, 40);
    result (c);
}

static void padded (grade_case *c)
{
    k.dilation = 1;
    k.kernel = grade_size (c, "kernel", 1, 7);
    k.stride = grade_size (c, "stride", 1, 5);
    k.before = grade_size (c, "before", 0, 4);
    k.after = grade_size (c, "after", 0, 4);
    k.in = grade_size (c, "in", k.kernel, 40);
    result (c);
}

static void dilated (grade_case *c)
{
    k.kernel = grade_size (c, "kernel", 2, 5);
    k.dilation = grade_size (c, "dilation", 2, 4);
    k.stride = grade_size (c, "stride", 1, 3);
    k.before = grade_size (c, "before", 0, 4);
    k.after = grade_size (c, "after", 0, 4);
    k.in = grade_size (c, "in", covers (), covers () + 25);
    result (c);
}

static void too_small (grade_case *c)
{
    k.kernel = grade_size (c, "kernel", 3, 9);
    k.dilation = grade_size (c, "dilation", 1, 2);
    k.stride = grade_size (c, "stride", 1, 4);
    k.before = k.after = 0;
    k.in = grade_size (c, "in", 1, covers () - 1);
    result (c);
}

static void call (grade_case *c)
{
    *k.out = GRADE_CALL (c, ex_conv_out) (k.in, k.kernel, k.stride, k.dilation,
                                          k.before, k.after);
}

/*  Tries every place. */
static void count (grade_case *c)
{
    (void) c;
    *k.out = 0;
    for (int first = 0; first + covers () <= k.before + k.in + k.after;
         first += k.stride)
        ++*k.out;
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "as many as can be counted",
      .make = plain,
      .call = call,
      .expect = count },
    { .code = "P",
      .points = 3,
      .title = "with zeros before and after, and strides",
      .make = padded,
      .call = call,
      .expect = count,
      .cases = 40 },
    { .code = "P",
      .points = 3,
      .title = "with dilation",
      .make = dilated,
      .call = call,
      .expect = count,
      .cases = 40 },
    { .code = "P",
      .points = 2,
      .title = "none where the kernel does not fit",
      .make = too_small,
      .call = call,
      .expect = count,
      .cases = 40 }
};

GRADE_EXERCISE (ex_conv_out_prototype);
