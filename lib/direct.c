/*  direct.c - a convolution without writing anything down twice
 *
 *  im2col writes what the filters see at a place into a row. But in memory a row
 *  of the kernel already lies there as one run of kw * c numbers, and the next
 *  place's run begins c numbers later: they overlap, and can be read where they
 *  are. All that is needed is a product whose rows may overlap, and that is
 *  nn_places (inner.h).
 *
 *  It wants zeros around the picture. Where the input has a halo they are there;
 *  otherwise one image at a time is copied into a frame of zeros.
 *
 *  The gradient of the input is a convolution too: the outputs' gradients in a
 *  frame of zeros, seen by the kernel turned by half a turn; with a stride, phase
 *  by phase (phases.c). The gradient of the weights is, for each row of the
 *  kernel, a product of what it saw, transposed, and the outputs' gradients:
 *  nn_outer.
 */
#include "nn.h"

#include <string.h>

static int taps (const nn_conv_shape *s)
{
    return s->kh * s->kw;
}

int nn_conv_reach (const nn_conv_shape *s, int kernel)
{
    return s->dilation * (kernel - 1) + 1;
}

/*  Columns of c or o with those that fill the last vector. */
static int filled (int columns)
{
    const int lanes = nn_inner_here ()->lanes;
    return (columns + lanes - 1) / lanes * lanes;
}

/*  The input of one image with all the zeros that the kernel sees. */
nn_tensor nn_conv_frame (const nn_conv_shape *s)
{
    return (nn_tensor){ .n = 1,
                        .h = (s->oh - 1) * s->stride + nn_conv_reach (s, s->kh),
                        .w = (s->ow - 1) * s->stride + nn_conv_reach (s, s->kw),
                        .c = s->c };
}

/*  Does the input's own halo hold every zero that the kernel sees? */
bool nn_conv_haloed (const nn_conv_shape *s)
{
    const nn_tensor frame = nn_conv_frame (s);
    return s->top <= s->halo && s->left <= s->halo &&
           frame.h - s->top <= s->h + s->halo &&
           frame.w - s->left <= s->w + s->halo;
}

/*  Copies image x (h x w x c, laid out as in `t`) into a frame of zeros, its
 *  first place at row `top` and column `left`, `stride` places apart. What does
 *  not fit in is seen by nobody. */
void nn_conv_put (const nn_tensor *frame, const float *x, const nn_tensor *t,
                  int top, int left, int stride)
{
    const bool inside = stride == 1 && top >= 0 && left >= 0 &&
                        top + t->h <= frame->h && left + t->w <= frame->w;
    float *clear = frame->x, *end = frame->x + nn_image_size (frame);
    if (!inside)
        memset (clear, 0, nn_image_size (frame) * sizeof *clear), clear = end;
    for (int r = 0; r < t->h; r++) {
        const int row = r * stride + top;
        if (row < 0 || row >= frame->h)
            continue;
        const float *from = x + nn_at (t, 0, r, 0);
        if (inside) { // zeros up to here, and the row
            float *to = frame->x + nn_at (frame, 0, row, left);
            memset (clear, 0, (to - clear) * sizeof *clear);
            clear = to + (size_t) t->w * t->c;
            memcpy (to, from, (clear - to) * sizeof *to);
            continue;
        }
        for (int q = 0; q < t->w; q++, from += t->c) {
            const int col = q * stride + left;
            if (col >= 0 && col < frame->w)
                memcpy (frame->x + nn_at (frame, 0, row, col), from,
                        t->c * sizeof *from);
        }
    }
    memset (clear, 0, (end - clear) * sizeof *clear);
}

static bool fits (const nn_conv_shape *s)
{
    return s->groups == 1;
}

static double cost (const nn_conv_shape *s)
{
    return 0.6 * s->oh * s->ow * taps (s) * s->c * (filled (s->o) + 4.0);
}

static size_t work (const nn_conv_shape *s)
{
    const nn_tensor in = nn_conv_frame (s), back = nn_conv_frame_back (s);
    const size_t gradient = (size_t) s->oh * s->ow * filled (s->o);
    const size_t sizes[] = { nn_image_size (&in) + gradient,
                             nn_image_size (&back) };
    return (sizes[0] > sizes[1] ? sizes[0] : sizes[1]) * sizeof (float);
}

/*  The weights as forward reads them, and then as backward_data does. */
static size_t prepared (const nn_conv_shape *s)
{
    const nn_inner *inner = nn_inner_here ();
    return sizeof (float) * (nn_packed (inner, taps (s) * s->c, s->o) +
                             nn_packed (inner, taps (s) * s->o, s->c));
}

static float *turned (const nn_conv_shape *s, const float *w) // the second half
{
    return (float *) w + nn_packed (nn_inner_here (), taps (s) * s->c, s->o);
}

/*  Rows from .. end - 1 of a phase's turned kernel, o rows for each of its
 *  taps. */
static void prepare_phase (const nn_conv_shape *s, float *to, const float *w,
                           const nn_conv_phase *phase, int from, int end)
{
    const int rows = phase->row.taps * phase->col.taps * s->o;
    for (int k = from, next; k < end; k = next) {
        const int tap = nn_conv_phase_tap (s, phase, k / s->o);
        next = (k / s->o + 1) * s->o < end ? (k / s->o + 1) * s->o : end;
        nn_pack_rows (nn_inner_here (), to, k, next, rows, s->c,
                      w + (size_t) tap * s->c * s->o + k % s->o, 1, s->o);
    }
}

static void prepare (const nn_conv_shape *s, void *to, const float *w, int part,
                     int parts)
{
    const int rows = taps (s) * s->c;
    const int lo = (int) ((long) rows * part / parts),
              hi = (int) ((long) rows * (part + 1) / parts);
    nn_pack_rows (nn_inner_here (), to, lo, hi, rows, s->o, w + (size_t) lo * s->o,
                  s->o, 1);
    // -- and turned, phase after phase
    float *back = turned (s, to);
    for (int k = 0; k < s->stride * s->stride; k++) {
        const nn_conv_phase phase = nn_conv_phase_of (s, k);
        const int all = phase.row.taps * phase.col.taps * s->o;
        prepare_phase (s, back, w, &phase, (int) ((long) all * part / parts),
                       (int) ((long) all * (part + 1) / parts));
        back += nn_packed (nn_inner_here (), all, s->c);
    }
}

/*  What a kernel of kh x kw sees in rows of c channels: without dilation a row
 *  of it is one run. */
static nn_places seen (int kh, int kw, int dilation, size_t row, int c)
{
    const bool run = dilation == 1;
    return (nn_places){ .kh = kh,
                        .kw = run ? 1 : kw,
                        .k = run ? kw * c : c,
                        .a_row = dilation * (long) row,
                        .a_col = (long) dilation * c };
}

/*  A kernel of one place over images without halo: all places of all images are
 *  one row. */
static bool flat (const nn_conv_shape *s)
{
    return taps (s) == 1 && s->stride == 1 && s->halo == 0 && s->oh == s->h &&
           s->ow == s->w;
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = {
        .h = s->oh, .w = s->ow, .c = s->o, .halo = s->halo_out
    };
    nn_tensor frame = nn_conv_frame (s);
    frame.x = work;
    const bool there = nn_conv_haloed (s);
    const size_t row = there ? nn_row_stride (&in) : nn_row_stride (&frame);
    nn_places p = seen (s->kh, s->kw, s->dilation, row, s->c);
    p.m = s->ow, p.n = s->o;
    p.a_place = (long) s->stride * s->c, p.c_place = s->o;
    p.b = w, p.bias = bias;
    if (flat (s)) {
        p.m = n * s->oh * s->ow, p.a = x, p.c = y, p.after = s->after;
        p.run = s->ow, p.skip = 2L * s->halo_out * s->o;
        p.runs = s->oh, p.jump = 2L * s->halo_out * (long) nn_row_stride (&out);
        nn_inner_here ()->places (&p);
        return;
    }
    for (int i = 0; i < n; i++) {
        const float *from = x + i * nn_image_stride (&in);
        if (there)
            from -= s->top * row + (size_t) s->left * s->c;
        else {
            nn_conv_put (&frame, from, &in, s->top, s->left, 1);
            from = frame.x;
        }
        for (int r = 0; r < s->oh; r++) {
            const size_t at = nn_at (&out, i, r, 0);
            nn_after after = s->after ? *s->after : (nn_after){ .plus = NULL };
            after.plus += after.plus ? at : 0;
            p.after = s->after ? &after : NULL;
            p.a = from + r * s->stride * row;
            p.c = y + at;
            nn_inner_here ()->places (&p);
        }
    }
}

/*  The inputs of one phase of one image; `dy` lies in its frame. */
static void one_phase (const nn_conv_shape *s, float *dx, const nn_tensor *dy,
                       const float *w, const nn_conv_phase *by)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    nn_places p = seen (by->row.taps, by->col.taps, by->row.dilation,
                        nn_row_stride (dy), s->o);
    p.m = by->col.inputs, p.n = s->c;
    p.a_place = s->o, p.c_place = (long) s->stride * s->c;
    p.b = w, p.add = !s->anew;
    for (int r = 0; r < by->row.inputs; r++) {
        p.a = dy->x + nn_at (dy, 0, by->row.sees + r, by->col.sees);
        p.c = dx + nn_at (&in, 0, by->row.first + r * s->stride, by->col.first);
        nn_inner_here ()->places (&p);
    }
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = { .h = s->oh, .w = s->ow, .c = s->o };
    nn_tensor frame = nn_conv_frame_back (s);
    frame.x = work;
    if (flat (s)) {
        nn_places p = seen (1, 1, 1, s->o, s->o);
        p.m = n * s->h * s->w, p.n = s->c;
        p.a_place = s->o, p.c_place = s->c;
        p.a = dy, p.b = turned (s, w), p.c = dx, p.add = !s->anew;
        nn_inner_here ()->places (&p);
        return;
    }
    for (int i = 0; i < n; i++) {
        nn_conv_put_back (s, &frame, dy + i * nn_image_stride (&out));
        const float *of = turned (s, w);
        for (int k = 0; k < s->stride * s->stride; k++) {
            const nn_conv_phase phase = nn_conv_phase_of (s, k);
            if (phase.row.inputs > 0 && phase.col.inputs > 0)
                one_phase (s, dx + i * nn_image_stride (&in), &frame, of, &phase);
            of += nn_packed (nn_inner_here (),
                             phase.row.taps * phase.col.taps * s->o, s->c);
        }
    }
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = { .h = s->oh, .w = s->ow, .c = s->o };
    nn_tensor frame = nn_conv_frame (s), wide = out;
    wide.c = filled (s->o); // so that the last vector can be read
    frame.x = work;
    wide.x = frame.x + nn_image_size (&frame);
    const bool there = nn_conv_haloed (s), run = s->dilation == 1;
    const size_t row = there ? nn_row_stride (&in) : nn_row_stride (&frame);
    nn_outer p = { .m = run ? s->kw * s->c : s->c,
                   .n = s->o,
                   .rows = s->oh,
                   .places = s->ow,
                   .a_row = s->stride * (long) row,
                   .a_place = (long) s->stride * s->c,
                   .b_row = (long) s->ow * wide.c,
                   .b_place = wide.c,
                   .c_row = s->o };
    for (int i = 0; i < n; i++) {
        // -- the image in zeros, its outputs' gradients in whole vectors
        const float *from = x + i * nn_image_stride (&in);
        if (there)
            from -= s->top * row + (size_t) s->left * s->c;
        else
            nn_conv_put (&frame, from, &in, s->top, s->left, 1), from = frame.x;
        p.b = dy + i * nn_image_stride (&out);
        if (wide.c != s->o) {
            for (int k = 0; k < s->oh * s->ow; k++)
                memcpy (wide.x + (size_t) k * wide.c, p.b + (size_t) k * s->o,
                        s->o * sizeof *p.b);
            p.b = wide.x;
        }
        // -- row by row of the kernel, or place by place if it is dilated
        for (int a = 0; a < s->kh; a++)
            for (int b = 0; b < (run ? 1 : s->kw); b++) {
                p.a = from + s->dilation * (a * row + (size_t) b * s->c);
                p.c = dw + (size_t) (a * s->kw + b) * s->c * s->o;
                nn_inner_here ()->outer (&p);
            }
    }
}

const nn_conv_algorithm nn_conv_direct = { .name = "direct",
                                           .fits = fits,
                                           .cost = cost,
                                           .work = work,
                                           .forward = forward,
                                           .backward_data = backward_data,
                                           .backward_weights = backward_weights,
                                           .prepared = prepared,
                                           .prepare = prepare,
                                           .finishes = true,
                                           .slice_work = nn_conv_strips_work,
                                           .slice = nn_conv_strips };
