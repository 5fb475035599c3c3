/*
 * ### Convolution, backward by data (10 points)
 *
 * The loss knows how it changes with every output of a convolution: `dy`. Find out how it
 * changes with every input, and *add* that to `dx`.
 *
 * Forward, the output in row $r$, column $q$ and channel $f$ is
 *
 * $$ y_{r,q,f} = \sum_{a,b,k} x_{r s + a - t,\; q s + b - l,\; k}\; w_{a,b,k,f} $$
 *
 * with the stride $s$, and $t$ rows and $l$ columns of zeros before the picture. What lies
 * outside of the picture is 0, and so it gets no gradient.
 *
 * So every output was fed by the inputs under its window. On the way back its gradient
 * returns to each of them, times the weight that it went through. An input that lay under
 * several windows gets something from each.
 *
 * All sizes are in `s`: the input has `s->h` rows, `s->w` columns and `s->c` channels, the
 * output `s->oh`, `s->ow` and `s->o`; the kernel has `s->kh` rows and `s->kw` columns;
 * there is `s->stride`, $t$ is `s->top` and $l$ is `s->left`. Dilation and groups are 1,
 * and there is no halo. There are `n` images; `dx` is n x h x w x c, `dy` is n x oh x ow x
 * o, `w` is kh x kw x c x o, each without gaps, the last size innermost.
 *
 * An example with one channel and one row: the weights 10, 20 slide over three inputs, so
 * there are two outputs. With `dy` = 1, 2 the inputs get 10, 20 + 20, 40.
 *
 * Checked: equal to the reference (5 points) and to a gradient that was measured (5 points).
 */
#include "exercise.h"

/// HINT Do not ask which outputs an input has fed. Walk over the outputs, as forward does, and hand each gradient back.
/// HINT Seven loops: image, output row, output column, kernel row, kernel column, input channel, filter. Skip the places that lie outside of the picture.
/// HINT The innermost line is `dx[((i * h + row) * W + col) * c + k] += dy[((i * oh + r) * ow + q) * o + f] * w[((a * kw + b) * c + k) * o + f]` with row = r * stride + a - top and col = q * stride + b - left.

void ex_conv_backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                            const float *w, int n)
{
    /// BEGIN SOLUTION
    for (int place = 0; place < n * s->oh * s->ow; place++, dy += s->o) {
        const int i = place / (s->oh * s->ow);
        const int r = place / s->ow % s->oh, q = place % s->ow;
        for (int a = 0; a < s->kh; a++)
            for (int b = 0; b < s->kw; b++) {
#if MISTAKE == 1 // left out the zeros before the picture
                const int row = r * s->stride + a, col = q * s->stride + b;
#elif MISTAKE == 2 // left out the stride
                const int row = r + a - s->top, col = q + b - s->left;
#else
                const int row = r * s->stride + a - s->top;
                const int col = q * s->stride + b - s->left;
#endif
                if (row < 0 || row >= s->h || col < 0 || col >= s->w)
                    continue;
                float *to = dx + (((size_t) i * s->h + row) * s->w + col) * s->c;
#if MISTAKE == 3 // turned the kernel around, although the outputs are walked over
                const int kernel = (s->kh - 1 - a) * s->kw + s->kw - 1 - b;
#else
                const int kernel = a * s->kw + b;
#endif
                const float *from = w + (size_t) kernel * s->c * s->o;
                for (int k = 0; k < s->c; k++) {
                    float sum = 0;
                    for (int f = 0; f < s->o; f++)
                        sum += dy[f] * from[(size_t) k * s->o + f];
#if MISTAKE == 4 // set the gradient where several windows should have added theirs
                    to[k] = sum;
#else
                    to[k] += sum;
#endif
                }
            }
    }
    /// END SOLUTION
}
