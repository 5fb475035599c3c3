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

/// HINT For each image, window and channel: find the place of the largest value, then one addition.
/// HINT Walk through the window in reading order and let a place win only if it is *larger* than the best so far, not if it is as large.
/// HINT `int best = first;` for the places `at` of the window: `if (x[at] > x[best]) best = at;` and in the end `dx[best] += dy[…]`.

void ex_maxpool_backward (float *dx, const float *dy, const float *x, int n, int h,
                          int w, int c, int size)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++, x += (size_t) h * w * c, dx += (size_t) h * w * c)
        for (int top = 0; top + size <= h; top += size)
            for (int left = 0; left + size <= w; left += size)
                for (int k = 0; k < c; k++, dy++) {
                    int best = (top * w + left) * c + k;
                    for (int place = 0; place < size * size; place++) {
                        const int row = top + place / size;
                        const int col = left + place % size;
                        const int at = (row * w + col) * c + k;
#if MISTAKE == 2 // let the last of equal values win
                        if (x[at] >= x[best])
#else
                        if (x[at] > x[best])
#endif
                            best = at;
                    }
#if MISTAKE == 1 // gave the gradient to all places that share the largest value
                    for (int place = 0; place < size * size; place++) {
                        const int row = top + place / size;
                        const int col = left + place % size;
                        const int at = (row * w + col) * c + k;
                        if (x[at] == x[best])
                            dx[at] += *dy;
                    }
#elif MISTAKE == 3 // shared the gradient among all places of the window
                    for (int place = 0; place < size * size; place++) {
                        const int row = top + place / size;
                        const int col = left + place % size;
                        dx[(row * w + col) * c + k] += *dy / (size * size);
                    }
#elif MISTAKE == 4 // set the gradient instead of adding it
                    dx[best] = *dy;
#else
                    dx[best] += *dy;
#endif
                }
    /// END SOLUTION
}
