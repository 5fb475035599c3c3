/*  grouped.c - a convolution whose filters see some of the channels only
 *
 *  With g groups the filters of each see c / g channels. That is g convolutions
 *  side by side, and a g-th of the products. They were invented to spread one
 *  network over two graphics cards (Krizhevsky and others 2012), and stayed
 *  because they save weights (Xie and others 2017).
 *
 *  One could copy the channels of a group out, convolve and copy back. But the
 *  inner loops do not mind if numbers lie apart: a place's channels of one group
 *  are a run, and the next place's lie c further on, not c / g. So all is as in
 *  direct.c, group after group, only that a row of the kernel is no single run.
 *  Groups of as many channels and filters as a vector has lanes, or a multiple,
 *  waste nothing; others fill a vector up.
 */
#include "nn.h"

#include <string.h>

/*  The shape of one of the groups, as if it were alone. */
typedef struct {
    int taps, c, o;
} part;

static part part_of (const nn_conv_shape *s)
{
    return (part){ s->kh * s->kw, s->c / s->groups, s->o / s->groups };
}

/*  Columns with those that fill the last vector. */
static int filled (int columns)
{
    const int lanes = nn_inner_here ()->lanes;
    return (columns + lanes - 1) / lanes * lanes;
}

static bool fits (const nn_conv_shape *s)
{
    return s->groups > 1;
}

static double cost (const nn_conv_shape *s)
{
    const part p = part_of (s);
    return 0.6 * s->oh * s->ow * s->groups * p.taps * p.c * (filled (p.o) + 8.0);
}

/*  Channels of the outputs' gradients when the last vector of the last group can
 *  be read, too. */
static int padded (const nn_conv_shape *s)
{
    const part p = part_of (s);
    return s->o + filled (p.o) - p.o;
}

static size_t work (const nn_conv_shape *s)
{
    const nn_tensor in = nn_conv_frame (s), back = nn_conv_frame_back (s);
    const size_t sizes[] = { nn_image_size (&in) +
                                 (size_t) s->oh * s->ow * padded (s),
                             nn_image_size (&back) };
    return (sizes[0] > sizes[1] ? sizes[0] : sizes[1]) * sizeof (float);
}

/*  Floats of one group's packed weights, as forward reads them; and of those of
 *  the phase that backward_data reads. */
static size_t ahead (const nn_conv_shape *s)
{
    const part p = part_of (s);
    return nn_packed (nn_inner_here (), p.taps * p.c, p.o);
}

static size_t behind (const nn_conv_shape *s, const nn_conv_phase *phase)
{
    const part p = part_of (s);
    return nn_packed (nn_inner_here (), phase->row.taps * phase->col.taps * p.o,
                      p.c);
}

/*  All groups' weights as forward reads them, and then, phase by phase, as
 *  backward_data does. */
static size_t prepared (const nn_conv_shape *s)
{
    size_t floats = ahead (s);
    for (int k = 0; k < s->stride * s->stride; k++) {
        const nn_conv_phase phase = nn_conv_phase_of (s, k);
        floats += behind (s, &phase);
    }
    return s->groups * floats * sizeof (float);
}

/*  The weights of group g: those of one tap, c rows of o. Rows of all groups lie
 *  side by side, s->o apart. */
static void prepare_group (const nn_conv_shape *s, float *to, const float *w,
                           int g)
{
    const nn_inner *inner = nn_inner_here ();
    const part p = part_of (s);
    const float *of = w + (size_t) g * p.o;
    nn_pack_rows (inner, to + g * ahead (s), 0, p.taps * p.c, p.taps * p.c, p.o,
                  of, s->o, 1);
    // -- and turned, phase after phase
    float *back = to + s->groups * ahead (s);
    for (int k = 0; k < s->stride * s->stride; k++) {
        const nn_conv_phase phase = nn_conv_phase_of (s, k);
        const int taps = phase.row.taps * phase.col.taps;
        for (int t = 0; t < taps; t++)
            nn_pack_rows (inner, back + g * behind (s, &phase), t * p.o,
                          (t + 1) * p.o, taps * p.o, p.c,
                          of + (size_t) nn_conv_phase_tap (s, &phase, t) * p.c *
                                   s->o,
                          1, s->o);
        back += s->groups * behind (s, &phase);
    }
}

static void prepare (const nn_conv_shape *s, void *to, const float *w, int number,
                     int parts)
{
    for (int g = s->groups * number / parts; g < s->groups * (number + 1) / parts;
         g++)
        prepare_group (s, to, w, g);
}

/*  One image where all zeros that the kernel sees are there: in the input's own
 *  halo, or copied into a frame. */
static const float *framed (const nn_conv_shape *s, const float *x, float *frame,
                            size_t *row)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    nn_tensor to = nn_conv_frame (s);
    to.x = frame;
    const bool there = nn_conv_haloed (s);
    *row = there ? nn_row_stride (&in) : nn_row_stride (&to);
    if (there)
        return x - s->top * *row - (size_t) s->left * s->c;
    nn_conv_put (&to, x, &in, s->top, s->left, 1);
    return frame;
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const part p = part_of (s);
    for (int i = 0; i < n; i++, y += (size_t) s->oh * s->ow * s->o) {
        size_t row;
        const float *from = framed (s, x + i * nn_image_stride (&in), work, &row);
        for (int k = 0; k < s->oh * s->groups; k++) {
            const int r = k / s->groups, g = k % s->groups;
            nn_inner_here ()->places (
                &(nn_places){ .m = s->ow,
                              .n = p.o,
                              .kh = s->kh,
                              .kw = s->kw,
                              .k = p.c,
                              .a = from + r * s->stride * row + (size_t) g * p.c,
                              .a_place = (long) s->stride * s->c,
                              .a_row = s->dilation * (long) row,
                              .a_col = (long) s->dilation * s->c,
                              .b = w + g * ahead (s),
                              .c = y + (size_t) r * s->ow * s->o + g * p.o,
                              .c_place = s->o,
                              .bias = bias ? bias + g * p.o : NULL });
        }
    }
}

/*  The inputs of one phase of one image; `dy` lies in its frame. */
static void one_phase (const nn_conv_shape *s, float *dx, const nn_tensor *dy,
                       const float *w, const nn_conv_phase *by)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const part p = part_of (s);
    for (int k = 0; k < by->row.inputs * s->groups; k++) {
        const int r = k / s->groups, g = k % s->groups;
        nn_inner_here ()->places (&(nn_places){
            .m = by->col.inputs,
            .n = p.c,
            .kh = by->row.taps,
            .kw = by->col.taps,
            .k = p.o,
            .a = dy->x + nn_at (dy, 0, by->row.sees + r, by->col.sees) + g * p.o,
            .a_place = s->o,
            .a_row = by->row.dilation * (long) nn_row_stride (dy),
            .a_col = (long) by->col.dilation * s->o,
            .b = w + g * behind (s, by),
            .c = dx +
                 nn_at (&in, 0, by->row.first + r * s->stride, by->col.first) +
                 g * p.c,
            .c_place = (long) s->stride * s->c,
            .add = true });
    }
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    nn_tensor frame = nn_conv_frame_back (s);
    frame.x = work;
    for (int i = 0; i < n; i++) {
        nn_conv_put_back (s, &frame, dy + (size_t) i * s->oh * s->ow * s->o);
        const float *of = w + s->groups * ahead (s);
        for (int k = 0; k < s->stride * s->stride; k++) {
            const nn_conv_phase phase = nn_conv_phase_of (s, k);
            if (phase.row.inputs > 0 && phase.col.inputs > 0)
                one_phase (s, dx + i * nn_image_stride (&in), &frame, of, &phase);
            of += s->groups * behind (s, &phase);
        }
    }
}

/*  dw += the gradient from one image. The outputs' gradients lie `wide` apart, so
 *  that whole vectors can be read. */
static void one_image (const nn_conv_shape *s, float *dw, const float *x,
                       size_t row, const float *dy, int wide)
{
    const part p = part_of (s);
    for (int k = 0; k < p.taps * s->groups; k++) {
        const int g = k / p.taps, tap = k % p.taps;
        const size_t down = tap / s->kw * s->dilation * row,
                     right = (size_t) (tap % s->kw) * s->dilation * s->c;
        nn_inner_here ()->outer (
            &(nn_outer){ .m = p.c,
                         .n = p.o,
                         .rows = s->oh,
                         .places = s->ow,
                         .a = x + down + right + (size_t) g * p.c,
                         .a_row = s->stride * (long) row,
                         .a_place = (long) s->stride * s->c,
                         .b = dy + g * p.o,
                         .b_row = (long) s->ow * wide,
                         .b_place = wide,
                         .c = dw + (size_t) tap * p.c * s->o + g * p.o,
                         .c_row = s->o });
    }
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor frame = nn_conv_frame (s);
    const int places = s->oh * s->ow, wide = padded (s);
    float *copy = (float *) work + nn_image_size (&frame);
    for (int i = 0; i < n; i++, dy += (size_t) places * s->o) {
        for (int k = 0; k < places && wide > s->o; k++) {
            memcpy (copy + (size_t) k * wide, dy + (size_t) k * s->o,
                    s->o * sizeof *dy);
            memset (copy + (size_t) k * wide + s->o, 0,
                    (wide - s->o) * sizeof *dy);
        }
        size_t row;
        const float *from = framed (s, x + i * nn_image_stride (&in), work, &row);
        one_image (s, dw, from, row, wide > s->o ? copy : dy, wide);
    }
}

const nn_conv_algorithm nn_conv_grouped = { .name = "grouped",
                                            .fits = fits,
                                            .cost = cost,
                                            .work = work,
                                            .forward = forward,
                                            .backward_data = backward_data,
                                            .backward_weights = backward_weights,
                                            .prepared = prepared,
                                            .prepare = prepare };
