/*  strips.c - the gradient of many weights, by the inner loops
 *
 *  What slices.c does, and two things more. Deep in the net pictures have a few
 *  places, and a kernel of 3 x 3 lies with most of its taps beyond the edge: over
 *  2 x 2 places it meets 16 of them in 36 tries. A product with zeros is zero, so
 *  only what was met is written down. And the outputs' gradients are written into
 *  strips as wide as the registers take (inner.h): rows that lie a power of two
 *  apart would push each other out of the nearest cache.
 */
#include "nn.h"

#include <string.h>

enum { AT_ONCE = 256 }; // places of a product

typedef struct {              // where one tap of the kernel lies over the picture
    int row, col, rows, cols; // outputs
    int down, right;          // from an output, times stride, to the input
} meeting;

static int outputs (int out, int in, int stride, int shift, int *first)
{
    *first = shift < 0 ? (-shift + stride - 1) / stride : 0;
    const int end = in - shift <= 0 ? 0 : (in - shift - 1) / stride + 1;
    return (end < out ? end : out) - *first;
}

static meeting meet (const nn_conv_shape *s, int tap)
{
    meeting m = { .down = tap / s->kw * s->dilation - s->top,
                  .right = tap % s->kw * s->dilation - s->left };
    m.rows = outputs (s->oh, s->h, s->stride, m.down, &m.row);
    m.cols = outputs (s->ow, s->w, s->stride, m.right, &m.col);
    if (m.rows <= 0 || m.cols <= 0)
        m.rows = m.cols = 0;
    return m;
}

/*  Floats from one place's channels to the next, if `count` are written down. */
static int apart (int count)
{
    return (count + 15) / 16 * 16 + 16;
}

size_t nn_conv_strips_work (const nn_conv_shape *s)
{
    const int rows = s->kh * s->kw * s->c / NN_PARTS + 1;
    return sizeof (float) * AT_ONCE *
           (apart (rows < s->c ? rows : s->c) +
            nn_packed (nn_inner_here (), 1, s->o));
}

/*  Writes down places from .. to - 1 of those that a tap meets, counted on through
 *  all images: `count` channels of x, and the gradients in strips, unless NULL. */
static void look (const nn_conv_shape *s, const meeting *m, const float *x,
                  const float *dy, int count, int from, int to, float *seen,
                  float *strips)
{
    const nn_tensor in = { .h = s->h, .w = s->w, .c = s->c, .halo = s->halo };
    const nn_tensor out = { .h = s->oh, .w = s->ow, .c = s->o };
    for (int k = from; k < to; k++, seen += apart (count)) {
        const int image = k / m->cols / m->rows;
        const int row = m->row + k / m->cols % m->rows, col = m->col + k % m->cols;
        memcpy (seen,
                x + nn_at (&in, image, row * s->stride + m->down,
                           col * s->stride + m->right),
                count * sizeof *seen);
        if (strips)
            nn_pack_rows (nn_inner_here (), strips, k - from, k - from + 1,
                          to - from, s->o, dy + nn_at (&out, image, row, col),
                          s->o, 1);
    }
}

/*  dw, cleared, += the gradient of `count` channels of one tap. */
static void one_tap (const nn_conv_shape *s, const meeting *m, float *dw,
                     const float *x, const float *dy, int n, int count,
                     float *work)
{
    const nn_inner *inner = nn_inner_here ();
    const int met = n * m->rows * m->cols;
    const bool there = met == n * s->oh * s->ow && s->o % inner->lanes == 0;
    float *strips = there ? NULL : work + (size_t) AT_ONCE * apart (count);
    for (int from = 0, to; from < met; from = to) {
        to = met - from < AT_ONCE ? met : from + AT_ONCE;
        look (s, m, x, dy, count, from, to, work, strips);
        for (int at = 0, width; at < s->o; at += width) {
            width = nn_strip (inner, at, s->o);
            inner->outer (
                &(nn_outer){ .m = count,
                             .n = s->o - at < width ? s->o - at : width,
                             .rows = 1,
                             .places = to - from,
                             .a = work,
                             .a_place = apart (count),
                             .b = there ? dy + (size_t) from * s->o + at
                                        : strips + (size_t) at * (to - from),
                             .b_place = there ? s->o : width,
                             .c = dw + at,
                             .c_row = s->o });
        }
    }
}

/*  As nn_conv_slice (): dw = the gradient of part number `part` of the weights,
 *  from n images. */
void nn_conv_strips (const nn_conv_shape *s, float *dw, const float *x,
                     const float *dy, int n, int part, int parts, float *work)
{
    const long rows = (long) s->kh * s->kw * s->c;
    const int end = (int) (rows * (part + 1) / parts);
    int row = (int) (rows * part / parts);
    memset (dw + (size_t) row * s->o, 0, (size_t) (end - row) * s->o * sizeof *dw);
    for (int count; row < end; row += count) { // a run of one tap's channels
        const int channel = row % s->c;
        count = s->c - channel < end - row ? s->c - channel : end - row;
        const meeting m = meet (s, row / s->c);
        one_tap (s, &m, dw + (size_t) row * s->o, x + channel, dy, n, count, work);
    }
}
