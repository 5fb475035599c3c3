/*
 * ### Max pooling, backward (10 points)
 *
 * Forward, the picture was cut into windows of `size` by `size` that lie side by side, and
 * of each window the largest value was kept, channel by channel. Backward, only the winner
 * of a window hears of the loss: *add* the gradient of each window to the place in `dx`
 * where its largest value stood.
 *
 * Nobody has written down who won, so look again: `x` holds the values that went in. If
 * several places of a window have the same largest value, the first in reading order wins
 * alone: the upper row first, and within a row the left column.
 *
 * `x` and `dx` are n x h x w x c, and `dy` is n x (h / size) x (w / size) x c, both rounded
 * down: rows and columns that fill no whole window at the right and at the bottom belong to
 * no window, and get nothing.
 *
 * An example of one window of 2 by 2: the values 3 8 over 8 1, and the gradient 5. The upper
 * right place gets 5, the others nothing.
 *
 * Checked: equal to the reference where all values differ (4 points) and where many are
 * equal, as after a ReLU (3 points); equal to a gradient that was measured (3 points).
 */
#include "exercise.h"

void ex_maxpool_backward (float *dx, const float *dy, const float *x, int n, int h,
                          int w, int c, int size)
{
    // your code here
    nn_todo ("04-3");
}
