/*  spots.c - a convolution deep in the net
 *
 *  There a picture has a few places, and hundreds of channels. The weights are
 *  what is large, and a row of two places reads them all for two places. And most
 *  of a kernel of 3 x 3 lies beyond the edge: over one single place, eight of nine
 *  taps see nothing.
 *
 *  So here the rows of a product are not the places of a row. They are the images:
 *  the same place in each. All of them see the same part of the kernel, and taps
 *  beyond the edge are left out. Of the weights a strip at a time is taken through
 *  all places.
 *
 *  Backward likewise, phase by phase (phases.c). Weights so many get their
 *  gradients in slices.
 */
#include "nn.h"

enum { FEW = 16, ROOM = 64 }; // places of such an output, and of its input

static bool fits (const nn_conv_shape *s)
{
    const bool product = s->kh * s->kw * s->stride == 1; // all places, one product
    return s->groups == 1 && s->dilation == 1 && !product &&
           s->oh * s->ow <= FEW && s->h * s->w <= ROOM && nn_conv_sliced (s);
}

/*  Taps that meet the picture, of all rows or columns of the output. */
static int met (int out, int in, int kernel, int stride, int before)
{
    int count = 0;
    for (int k = 0; k < out * kernel; k++) {
        const int at = k / kernel * stride + k % kernel - before;
        count += at >= 0 && at < in;
    }
    return count;
}

static double cost (const nn_conv_shape *s)
{
    return 0.6 * met (s->oh, s->h, s->kh, s->stride, s->top) *
           met (s->ow, s->w, s->kw, s->stride, s->left) * s->c * (s->o + 4.0);
}

/*  The weights are packed as direct.c has them. */
static size_t work (const nn_conv_shape *s)
{
    return nn_conv_direct.work (s);
}

static size_t prepared (const nn_conv_shape *s)
{
    return nn_conv_direct.prepared (s);
}

static void prepare (const nn_conv_shape *s, void *to, const float *w, int part,
                     int parts)
{
    nn_conv_direct.prepare (s, to, w, part, parts);
}

/*  What a kernel of kh x kw sees from (row, col) on, in the same place of all
 *  images. `b` is a strip of the packed kernel, `width` columns. */
static nn_places seen (const nn_tensor *in, const float *b, int width, int kh,
                       int kw, int row, int col)
{
    const int top = row < 0 ? -row : 0, left = col < 0 ? -col : 0;
    int rows = (in->h - row < kh ? in->h - row : kh) - top;
    const int cols = (in->w - col < kw ? in->w - col : kw) - left;
    if (rows <= 0 || cols <= 0)
        return (nn_places){ .m = in->n };
    return (nn_places){ .m = in->n,
                        .kh = rows,
                        .kw = 1,
                        .k = cols * in->c,
                        .a = in->x + nn_at (in, 0, row + top, col + left),
                        .a_place = (long) nn_image_stride (in),
                        .a_row = (long) nn_row_stride (in),
                        .b = b + ((size_t) top * kw + left) * in->c * width,
                        .b_skip = (long) (kw - cols) * in->c * width };
}

static void forward (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work)
{
    (void) work;
    const nn_inner *inner = nn_inner_here ();
    const nn_tensor in = { n, s->h, s->w, s->c, s->halo, (float *) x, NULL };
    const int places = s->oh * s->ow;
    for (int at = 0, width; at < s->o; at += width) {
        width = nn_strip (inner, at, s->o);
        const float *b = w + (size_t) at * s->kh * s->kw * s->c;
        for (int k = 0; k < places; k++) {
            nn_places p =
                seen (&in, b, width, s->kh, s->kw, k / s->ow * s->stride - s->top,
                      k % s->ow * s->stride - s->left);
            p.n = s->o - at < width ? s->o - at : width;
            p.c = y + (size_t) k * s->o + at;
            p.c_place = (long) places * s->o;
            p.bias = bias ? bias + at : NULL;
            inner->places (&p);
        }
    }
}

/*  One strip of the gradients of one phase's inputs. */
static void one_phase (const nn_conv_shape *s, const nn_tensor *in,
                       const nn_tensor *out, const float *b,
                       const nn_conv_phase *by, int at, int width)
{
    const int rows = by->row.taps, cols = by->col.taps;
    for (int k = 0; k < by->row.inputs * by->col.inputs; k++) {
        const int row = by->row.first + k / by->col.inputs * s->stride,
                  col = by->col.first + k % by->col.inputs * s->stride;
        // -- the output that this input met by its last tap
        nn_places p = seen (out, b, width, rows, cols,
                            (row + s->top - by->row.tap) / s->stride - rows + 1,
                            (col + s->left - by->col.tap) / s->stride - cols + 1);
        p.n = s->c - at < width ? s->c - at : width;
        p.c = in->x + nn_at (in, 0, row, col) + at;
        p.c_place = (long) nn_image_stride (in);
        p.add = true;
        if (p.kh > 0)
            nn_inner_here ()->places (&p);
    }
}

static void backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work)
{
    (void) work;
    const nn_inner *inner = nn_inner_here ();
    const nn_tensor in = { n, s->h, s->w, s->c, s->halo, dx, NULL };
    const nn_tensor out = { n, s->oh, s->ow, s->o, 0, (float *) dy, NULL };
    const float *of = w + nn_packed (inner, s->kh * s->kw * s->c, s->o);
    for (int k = 0; k < s->stride * s->stride; k++) {
        const nn_conv_phase by = nn_conv_phase_of (s, k);
        const int rows = by.row.taps * by.col.taps * s->o;
        for (int at = 0, width; at < s->c && rows > 0; at += width) {
            width = nn_strip (inner, at, s->c);
            one_phase (s, &in, &out, of + (size_t) at * rows, &by, at, width);
        }
        of += nn_packed (inner, rows, s->c);
    }
}

static void backward_weights (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work)
{
    nn_conv_direct.backward_weights (s, dw, x, dy, n, work);
}

const nn_conv_algorithm nn_conv_spots = { .name = "spots",
                                          .fits = fits,
                                          .cost = cost,
                                          .work = work,
                                          .forward = forward,
                                          .backward_data = backward_data,
                                          .backward_weights = backward_weights,
                                          .prepared = prepared,
                                          .prepare = prepare,
                                          .slice_work = nn_conv_strips_work,
                                          .slice = nn_conv_strips };
