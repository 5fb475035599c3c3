/*  grade_04_2.c - the checks of exercise 4.2, from columns back to the picture  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_col2im, const nn_conv_shape *s, float *dx,
                const float *col);

static struct {
    nn_conv_shape s;
    float *dx, *col;
} k;

static void arrays (grade_case *c)
{
    nn_conv_shape *s = &k.s;
    s->dilation = s->groups = s->o = 1;
    s->oh = nn_conv_out (s->h, s->kh, s->stride, 1, s->top, s->top);
    s->ow = nn_conv_out (s->w, s->kw, s->stride, 1, s->left, s->left);
    k.col = grade_in (c, "col", s->oh * s->ow, s->kh, s->kw, s->c);
    k.dx = grade_inout (c, "dx", s->h, s->w, s->c);
}

static void side_by_side (grade_case *c)
{
    const int size = grade_size (c, "kernel", 1, 3);
    k.s = (nn_conv_shape){ .kh = size, .kw = size, .stride = size };
    k.s.h = size * grade_size (c, "windows down", 1, 6);
    k.s.w = size * grade_size (c, "windows across", 1, 6);
    k.s.c = grade_size (c, "c", 1, 5);
    arrays (c);
}

static void any (grade_case *c)
{
    k.s = (nn_conv_shape){ .h = grade_size (c, "h", 1, 12) };
    k.s.w = grade_size (c, "w", 1, 12);
    k.s.c = grade_size (c, "c", 1, 5);
    k.s.kh = grade_size (c, "kh", 1, k.s.h < 5 ? k.s.h : 5);
    k.s.kw = grade_size (c, "kw", 1, k.s.w < 5 ? k.s.w : 5);
    k.s.stride = grade_size (c, "stride", 1, 3);
    k.s.top = grade_size (c, "top", 0, k.s.kh - 1);
    k.s.left = grade_size (c, "left", 0, k.s.kw - 1);
    arrays (c);
}

static void large (grade_case *c)
{
    k.s = (nn_conv_shape){
        .kh = 3, .kw = 3, .stride = 1, .top = 1, .left = 1, .c = 32
    };
    k.s.h = k.s.w = grade_size (c, "h and w", 128, 128);
    arrays (c);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_col2im) (&k.s, k.dx, k.col);
}

static void library (grade_case *c)
{
    (void) c;
    nn_col2im (&k.s, k.dx, k.col, 0, k.s.oh);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 2,
      .title = "equals the reference, windows side by side",
      .make = side_by_side,
      .call = call },
    { .code = "O",
      .points = 4,
      .title = "equals the reference, any windows",
      .make = any,
      .call = call,
      .cases = 30 },
    { .code = "F",
      .points = 4,
      .title = "at least a tenth as fast as nn_col2im",
      .make = large,
      .call = call,
      .against = library,
      .rival = "nn_col2im",
      .floor = 0.1 }
};

GRADE_EXERCISE (ex_col2im_prototype);
