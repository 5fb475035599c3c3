/*  depthwise.c - every channel has a filter of its own
 *
 *  A usual filter looks at all channels at once, and pays for each of them at each
 *  of its places. A depthwise convolution has one filter for each channel, which
 *  sees that channel alone: 3 x 3 costs nine multiplications a number, however
 *  many channels there are. What it cannot do is mix channels. A convolution of 1
 *  x 1 behind it does that, and the two together cost a fraction of what a usual
 *  one does (Howard and others 2017).
 *
 *  In memory the channels of a place lie side by side, and so do the weights of
 *  one tap of all filters. So where a tap meets a place, all channels are
 *  multiplied at once, number by number. That is all there is to do, forward and
 *  backward; only who is multiplied and who is added to differs.
 */
#include "nn.h"

#include <string.h>

static bool fits (const nn_conv_shape *s)
{
    return s->groups == s->c && s->o == s->c;
}

static double cost (const nn_conv_shape *s)
{
    return 4.0 * s->oh * s->ow * s->kh * s->kw * s->c;
}

static size_t work (const nn_conv_shape *s)
{
    (void) s;
    return 0;
}

/*  to += a b, channel by channel. */
static void add_products (float *restrict to, const float *restrict a,
                          const float *restrict b, int c)
{
    for (int k = 0; k < c; k++)
        to[k] += a[k] * b[k];
}

enum pass { FORWARD, DATA, WEIGHTS };

/*  One tap of the filters over a row of the output, `at` of image `i`. */
static void tap (const nn_conv_shape *s, enum pass pass, int i, int at, int a,
                 int b, float *x, float *w, float *y)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const int row = at * s->stride + a * s->dilation - s->top;
    if (row < 0 || row >= s->h)
        return;
    w += (size_t) (a * s->kw + b) * s->c;
    y += ((size_t) i * s->oh + at) * s->ow * s->c;
    for (int place = 0; place < s->ow; place++, y += s->c) {
        const int col = place * s->stride + b * s->dilation - s->left;
        if (col < 0 || col >= s->w)
            continue;
        float *seen = x + nn_at (&in, i, row, col);
        if (pass == FORWARD)
            add_products (y, seen, w, s->c);
        else if (pass == DATA)
            add_products (seen, y, w, s->c);
        else
            add_products (w, seen, y, s->c);
    }
}

static void all_taps (const nn_conv_shape *s, enum pass pass, int n, float *x,
                      float *w, float *y)
{
    for (int i = 0; i < n; i++)
        for (int at = 0; at < s->oh; at++)
            for (int a = 0; a < s->kh; a++)
                for (int b = 0; b < s->kw; b++)
                    tap (s, pass, i, at, a, b, x, w, y);
}

/*  y = x * w + bias: w is kh x kw x c. */
static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    (void) work;
    const size_t places = (size_t) n * s->oh * s->ow, row = s->c * sizeof *y;
    for (size_t k = 0; k < places; k++)
        if (bias)
            memcpy (y + k * s->c, bias, row);
        else
            memset (y + k * s->c, 0, row);
    all_taps (s, FORWARD, n, (float *) x, (float *) w, y);
}

/*  dx += what each output's gradient gives back to the places that it saw. */
static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    (void) work;
    all_taps (s, DATA, n, dx, (float *) w, (float *) dy);
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    (void) work;
    all_taps (s, WEIGHTS, n, (float *) x, dw, (float *) dy);
}

const nn_conv_algorithm nn_conv_depthwise = { .name = "depthwise",
                                              .fits = fits,
                                              .cost = cost,
                                              .work = work,
                                              .forward = forward,
                                              .backward_data = backward_data,
                                              .backward_weights =
                                                  backward_weights };
