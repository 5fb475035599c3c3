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

void ex_depthwise_backward (float *dx, float *dw, const float *dy, const float *x,
                            const float *w, int rows, int cols, int c, int stride)
{
    // your code here
    nn_todo ("14-1");
}
