/*
 * ### From OIHW to HWIO (10 points)
 *
 * PyTorch keeps a convolution's weights as out x in x rows x columns: the columns of a kernel
 * lie side by side. We keep rows x columns x in x out: the filters lie side by side.
 *
 * Write `ex_to_hwio`. `theirs` holds `out * in * h * w` numbers in PyTorch's order; put each
 * of them at its place in `ours`. Nothing is computed, and every number has exactly one place.
 *
 * An example with a kernel of one row and two columns, one input channel and two filters: if
 * the first filter is 1 2 and the second 3 4, PyTorch has 1 2 3 4, and we have 1 3 2 4: first
 * what both filters say at column 0, then at column 1.
 *
 * A dense layer that reads a map of h x w x in numbers is the same case: its kernel is as
 * large as the map. So your function turns the weights of VGG16's first dense layer as well.
 *
 * Checked: kernels of any size (6 points), depthwise ones, where `in` is 1 (2 points), and
 * dense layers behind a map (2 points).
 */
#include "exercise.h"

/// HINT Four loops, one for each subscript. In the middle one line, which copies one number.
/// HINT Where is filter o, channel i, row r, column q in PyTorch's order? Columns run fastest: ((o * in + i) * h + r) * w + q.
/// HINT And in ours filters run fastest: ((r * w + q) * in + i) * out + o.

void ex_to_hwio (float *ours, const float *theirs, int out, int in, int h, int w)
{
    /// BEGIN SOLUTION
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i++)
            for (int r = 0; r < h; r++)
                for (int q = 0; q < w; q++) {
                    const float x = theirs[((o * in + i) * h + r) * w + q];
#if MISTAKE == 1 // exchanged the rows and the columns of each kernel
                    ours[((q * h + r) * in + i) * out + o] = x;
#elif MISTAKE == 2 // copied the numbers in the order in which they come
                    ours[((o * in + i) * h + r) * w + q] = x;
#elif MISTAKE == 3 // let the channels run fastest and not the filters
                    ours[((r * w + q) * out + o) * in + i] = x;
#elif MISTAKE == 4 // turned each kernel upside down, as mathematicians do
                    ours[(((h - 1 - r) * w + w - 1 - q) * in + i) * out + o] = x;
#else
                    ours[((r * w + q) * in + i) * out + o] = x;
#endif
                }
    /// END SOLUTION
}
