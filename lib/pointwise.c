/*  pointwise.c - a convolution of 1 x 1 is a product of matrices
 *
 *  A filter of one place sees the channels of that place and nothing else. So
 *  every place of every picture is a row of numbers, all are multiplied by the
 *  same matrix, and where they stand does not matter. There is nothing to write
 *  down first as im2col does: the picture is the matrix already.
 *
 *  Only a halo interrupts it. Then each row of the picture is a product of its
 *  own.
 */
#include "nn.h"

static bool fits (const nn_conv_shape *s)
{
    return s->kh == 1 && s->kw == 1 && s->stride == 1 && s->groups == 1 &&
           s->oh == s->h && s->ow == s->w && s->top == 0 && s->left == 0;
}

static double cost (const nn_conv_shape *s)
{
    return (double) s->oh * s->ow * s->c * (s->o + 4);
}

static size_t work (const nn_conv_shape *s)
{
    (void) s;
    return 0;
}

/*  How many places lie in memory without a gap: those of all images, or, if there
 *  is a halo, those of a row. */
static int places_of (const nn_conv_shape *s, int n)
{
    return s->halo ? s->w : n * s->h * s->w;
}

/*  Where run number k of such places begins in the input. */
static size_t begin (const nn_conv_shape *s, int k)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    return nn_at (&in, k / s->h, k % s->h, 0);
}

static int runs (const nn_conv_shape *s, int n)
{
    return s->halo ? n * s->h : 1;
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    (void) work;
    const int m = places_of (s, n);
    for (int k = 0; k < runs (s, n); k++)
        nn_dense_forward (y + (size_t) k * m * s->o, x + begin (s, k), w, bias, m,
                          s->c, s->o);
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    (void) work;
    const int m = places_of (s, n);
    for (int k = 0; k < runs (s, n); k++)
        nn_dense_backward_data (dx + begin (s, k), dy + (size_t) k * m * s->o, w,
                                m, s->c, s->o, true);
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    (void) work;
    const int m = places_of (s, n);
    for (int k = 0; k < runs (s, n); k++)
        nn_gemm ((nn_product){ .m = s->c,
                               .n = s->o,
                               .k = m,
                               .a = x + begin (s, k),
                               .ta = true,
                               .b = dy + (size_t) k * m * s->o,
                               .c = dw,
                               .add = true });
}

const nn_conv_algorithm nn_conv_pointwise = { .name = "pointwise",
                                              .fits = fits,
                                              .cost = cost,
                                              .work = work,
                                              .forward = forward,
                                              .backward_data = backward_data,
                                              .backward_weights =
                                                  backward_weights };
