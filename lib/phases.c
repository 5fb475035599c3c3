/*  phases.c - the way back through a stride
 *
 *  With a stride of 2 an input in an even row met other taps of the kernel than
 *  one in an odd row. One could put zeros between the outputs' gradients and let
 *  the whole kernel pass over them: three of four products would be with a zero.
 *  So the inputs are taken in phases, those together that met the same taps. Each
 *  phase is a small convolution of the outputs' gradients, without any stride.
 */
#include "nn.h"

/*  Rows of zeros in front of the outputs' gradients: how far before the first
 *  output the last tap looks. */
static int before (const nn_conv_shape *s, int kernel)
{
    return s->dilation * (kernel - 1) / s->stride;
}

/*  The outputs' gradients of one image with the zeros that all phases see. */
nn_tensor nn_conv_frame_back (const nn_conv_shape *s)
{
    const int rows = (s->h - 1 + s->top) / s->stride + 1,
              cols = (s->w - 1 + s->left) / s->stride + 1;
    return (nn_tensor){ .n = 1,
                        .h = before (s, s->kh) + (rows > s->oh ? rows : s->oh),
                        .w = before (s, s->kw) + (cols > s->ow ? cols : s->ow),
                        .c = s->o };
}

/*  Copies the outputs' gradients of an image into their frame. */
void nn_conv_put_back (const nn_conv_shape *s, const nn_tensor *frame,
                       const float *dy)
{
    const nn_tensor out = { .h = s->oh, .w = s->ow, .c = s->o };
    nn_conv_put (frame, dy, &out, before (s, s->kh), before (s, s->kw), 1);
}

static int common (int a, int b) // their greatest divisor
{
    return b == 0 ? a : common (b, a % b);
}

/*  The same for rows and for columns: phase `number` of a side of `in` inputs and
 *  a kernel of `kernel` taps, `zeros` before the first input. */
static nn_conv_phase_side side (const nn_conv_shape *s, int number, int in,
                                int kernel, int zeros)
{
    const int step = s->stride, by = common (step, s->dilation);
    nn_conv_phase_side p = { .tap_step = step / by, .dilation = s->dilation / by };
    // -- the first tap of the phase, and how many follow it
    while (p.tap < kernel && p.tap * s->dilation % step != number)
        p.tap++;
    p.taps = p.tap < kernel ? (kernel - 1 - p.tap) / p.tap_step + 1 : 0;
    // -- the first input, and which output the last tap met there
    p.first = ((number - zeros) % step + step) % step;
    p.inputs = p.first < in ? (in - 1 - p.first) / step + 1 : 0;
    const int last = p.tap + (p.taps - 1) * p.tap_step;
    p.sees = (p.first + zeros - last * s->dilation) / step + before (s, kernel);
    return p;
}

/*  Phase number k of stride x stride. A kernel or a picture may have none of it:
 *  then it has no taps, or no inputs. */
nn_conv_phase nn_conv_phase_of (const nn_conv_shape *s, int k)
{
    const nn_conv_phase phase = {
        .row = side (s, k / s->stride, s->h, s->kh, s->top),
        .col = side (s, k % s->stride, s->w, s->kw, s->left)
    };
    const bool any = phase.row.taps > 0 && phase.col.taps > 0;
    return any ? phase : (nn_conv_phase){ .row.taps = 0 };
}

/*  Number k of the phase's taps, counted as in the whole kernel. The phase's own
 *  is turned by half a turn: its last tap comes first. */
int nn_conv_phase_tap (const nn_conv_shape *s, const nn_conv_phase *phase, int k)
{
    const nn_conv_phase_side *row = &phase->row, *col = &phase->col;
    const int a = row->taps - 1 - k / col->taps, b = col->taps - 1 - k % col->taps;
    return (row->tap + a * row->tap_step) * s->kw + col->tap + b * col->tap_step;
}
