/*  lanes.c - depthwise convolutions, a channel in each lane
 *
 *  depthwise.c adds products to memory: it loads a sum, adds one product and
 *  stores it again, nine times for a filter of 3 x 3. Here the sums of eight
 *  places stay in registers until all nine products are in them (the loop `each`
 *  of inner.h). As in direct.c the zeros around the picture are there, in a halo
 *  or in a frame, so nobody asks where the edge is.
 *
 *  Backward the same loop serves, phase by phase (phases.c).
 */
#include "nn.h"

#include <string.h>

static bool fits (const nn_conv_shape *s)
{
    return s->groups == s->c && s->o == s->c &&
           (s->stride == 1 || s->dilation == 1);
}

static double cost (const nn_conv_shape *s)
{
    return 0.5 * s->oh * s->ow * s->kh * s->kw * (s->c + 4.0);
}

static size_t work (const nn_conv_shape *s)
{
    const nn_tensor in = nn_conv_frame (s), back = nn_conv_frame_back (s);
    const size_t a = nn_image_size (&in), b = nn_image_size (&back);
    return (a > b ? a : b) * sizeof (float);
}

static size_t weights (const nn_conv_shape *s) // floats of all filters
{
    return (size_t) s->kh * s->kw * s->c;
}

/*  The weights as they are, for forward; then phase by phase, each from its last
 *  tap to its first. */
static size_t prepared (const nn_conv_shape *s)
{
    return 2 * weights (s) * sizeof (float);
}

static void prepare (const nn_conv_shape *s, void *to, const float *w, int part,
                     int parts)
{
    (void) parts;
    if (part > 0)
        return;
    float *at = to;
    memcpy (at, w, weights (s) * sizeof *at);
    at += weights (s);
    for (int p = 0; p < s->stride * s->stride; p++) {
        const nn_conv_phase phase = nn_conv_phase_of (s, p);
        for (int k = 0; k < phase.row.taps * phase.col.taps; k++, at += s->c)
            memcpy (at, w + (size_t) s->c * nn_conv_phase_tap (s, &phase, k),
                    s->c * sizeof *at);
    }
}

/*  An image with its zeros: where it lies, or a copy in the frame. */
static const float *framed (const nn_conv_shape *s, const float *x, float *copy,
                            size_t *row)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    nn_tensor frame = nn_conv_frame (s);
    frame.x = copy;
    const bool there = nn_conv_haloed (s);
    *row = there ? nn_row_stride (&in) : nn_row_stride (&frame);
    if (there)
        return x - s->top * *row - (size_t) s->left * s->c;
    nn_conv_put (&frame, x, &in, s->top, s->left, 1);
    return copy;
}

/*  What the filters see of an image with its zeros. */
static nn_each seen (const nn_conv_shape *s, const float *x, size_t row)
{
    return (nn_each){ .rows = s->oh,
                      .m = s->ow,
                      .c = s->c,
                      .kh = s->kh,
                      .kw = s->kw,
                      .x = x,
                      .x_down = s->stride * (long) row,
                      .x_place = (long) s->stride * s->c,
                      .x_row = s->dilation * (long) row,
                      .x_col = (long) s->dilation * s->c,
                      .w_tap = s->c,
                      .y_down = (long) s->ow * s->c,
                      .y_place = s->c };
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = {
        .h = s->oh, .w = s->ow, .c = s->c, .halo = s->halo_out
    };
    for (int i = 0; i < n; i++) {
        size_t row;
        const float *from = framed (s, x + i * nn_image_stride (&in), work, &row);
        nn_each p = seen (s, from, row);
        p.w = w, p.bias = bias, p.after = s->after;
        p.y = y + nn_at (&out, i, 0, 0);
        p.y_down = (long) nn_row_stride (&out);
        nn_inner_here ()->each (&p);
    }
}

/*  The inputs of one phase of one image; `dy` lies in its frame. */
static void one_phase (const nn_conv_shape *s, float *dx, const nn_tensor *dy,
                       const float *w, const nn_conv_phase *by)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    nn_inner_here ()->each (
        &(nn_each){ .rows = by->row.inputs,
                    .m = by->col.inputs,
                    .c = s->c,
                    .kh = by->row.taps,
                    .kw = by->col.taps,
                    .x = dy->x + nn_at (dy, 0, by->row.sees, by->col.sees),
                    .x_down = (long) nn_row_stride (dy),
                    .x_place = s->c,
                    .x_row = by->row.dilation * (long) nn_row_stride (dy),
                    .x_col = (long) by->col.dilation * s->c,
                    .w = w,
                    .w_tap = s->c,
                    .y = dx + nn_at (&in, 0, by->row.first, by->col.first),
                    .y_down = s->stride * (long) nn_row_stride (&in),
                    .y_place = (long) s->stride * s->c,
                    .add = !s->anew });
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = { .h = s->oh, .w = s->ow, .c = s->c };
    nn_tensor frame = nn_conv_frame_back (s);
    frame.x = work;
    for (int i = 0; i < n; i++) {
        nn_conv_put_back (s, &frame, dy + i * nn_image_stride (&out));
        const float *of = w + weights (s);
        for (int k = 0; k < s->stride * s->stride; k++) {
            const nn_conv_phase phase = nn_conv_phase_of (s, k);
            if (phase.row.inputs > 0 && phase.col.inputs > 0)
                one_phase (s, dx + i * nn_image_stride (&in), &frame, of, &phase);
            of += (size_t) phase.row.taps * phase.col.taps * s->c;
        }
    }
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    for (int i = 0; i < n; i++) {
        size_t row;
        const float *from = framed (s, x + i * nn_image_stride (&in), work, &row);
        nn_inner_here ()->each_outer (
            &(nn_each_outer){ .at = seen (s, from, row),
                              .dy = dy + (size_t) i * s->oh * s->ow * s->c,
                              .dw = dw });
    }
}

const nn_conv_algorithm nn_conv_lanes = { .name = "lanes",
                                          .fits = fits,
                                          .cost = cost,
                                          .work = work,
                                          .forward = forward,
                                          .backward_data = backward_data,
                                          .backward_weights = backward_weights,
                                          .prepared = prepared,
                                          .prepare = prepare,
                                          .finishes = true };
