/*
 * ### A depthwise convolution, backward (10 points)
 *
 * Every channel has a filter of 3 x 3 of its own. The picture has `rows` rows, `cols` columns and
 * `c` channels, and a frame of zeros, one place wide, around it. The filters move on by
 * `stride` places at a time, 1 or 2, and begin with their middle on row 0 and column 0. So the
 * output has (`rows` - 1) / `stride` + 1 rows, and columns likewise:
 *
 * $$ y_{i,j,k} = \sum_{a,b} x_{i s + a - 1,\; j s + b - 1,\; k} \; w_{a,b,k} $$
 *
 * In `x`, `dx`, `dy` channels lie innermost, then columns, then rows; in `w` and `dw` channels,
 * then the three columns, then the three rows. Given `dy`, write the gradient of the picture
 * to `dx` and that of the filters to `dw`. Both hold anything before the call.
 *
 * An example with one place, one channel: only the middle of the filter ever lies on it. With
 * x = 2, the middle weight 5 and dy = 3, dx is 15, the middle of dw is 6, and the other eight
 * numbers of dw are 0.
 *
 * Checked: equal to the reference (4 points), equal to a gradient that was measured (3
 * points), and at least 3 times as fast as one channel after the other (3 points).
 */
#include "exercise.h"

/// HINT Write the forward pass first: for all places of the output, all taps that lie on the picture, all channels, y += x w. Then change the line in the middle.
/// HINT The same three numbers meet on the way back: dx += dy w, and dw += dy x. Set dx and dw to 0 before.
/// HINT For speed make the loop over channels the innermost. It reads and writes four rows of numbers that lie one after the other.

void ex_depthwise_backward (float *dx, float *dw, const float *dy, const float *x,
                            const float *w, int rows, int cols, int c, int stride)
{
    /// BEGIN SOLUTION
    const int out_rows = (rows - 1) / stride + 1,
              out_cols = (cols - 1) / stride + 1;
    memset (dx, 0, (size_t) rows * cols * c * sizeof *dx);
    memset (dw, 0, (size_t) 9 * c * sizeof *dw);
    for (int i = 0; i < out_rows; i++)
        for (int j = 0; j < out_cols; j++)
            for (int t = 0; t < 9; t++) {
                int r = i * stride + t / 3 - 1, q = j * stride + t % 3 - 1;
#if MISTAKE == 1 // took the picture for larger than it is, and read on in the next row
                if (r < 0 || r >= rows || r * cols + q < 0 ||
                    r * cols + q >= rows * cols)
                    continue;
#else
                if (r < 0 || r >= rows || q < 0 || q >= cols)
                    continue;
#endif
                const float *of = dy + ((size_t) i * out_cols + j) * c;
                const size_t at = ((size_t) r * cols + q) * c;
#if MISTAKE == 2 // turned the filter by half a turn for dx, where the outputs do not look back
                const float *tap = w + (size_t) (8 - t) * c;
#else
                const float *tap = w + (size_t) t * c;
#endif
                float *restrict to_x = dx + at, *restrict to_w =
                                                    dw + (size_t) t * c;
                for (int k = 0; k < c; k++) {
#if MISTAKE == 3 // set dx instead of adding: a place is seen by up to nine outputs
                    to_x[k] = of[k] * tap[k];
#else
                    to_x[k] += of[k] * tap[k];
#endif
#if MISTAKE == 4 // wrote the last place's part to dw, not the sum over all places
                    to_w[k] = of[k] * x[at + k];
#else
                    to_w[k] += of[k] * x[at + k];
#endif
                }
            }
    /// END SOLUTION
}
