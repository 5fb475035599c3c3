/*
 * ### How large is the output? (10 points)
 *
 * A kernel of `kernel` numbers slides over a row of `in` numbers, and the output has one
 * number for every place at which it fits. Return how many that are.
 *
 * - `before` and `after` say how many zeros are put in front of the row and behind it. The
 *   kernel may lie on them, too.
 * - With a `stride` of 2 it moves on by two places at a time, with 3 by three. It begins at
 *   the very first place, and what is left over at the end is not used.
 * - With a `dilation` of 2 it looks at every second number only, so that a kernel of 3
 *   covers 5; with a dilation of 3 it covers 7.
 * - Where it fits nowhere, the answer is 0.
 *
 * Examples: a kernel of 3 on 32 numbers fits at 30 places. With one zero on either side
 * there are 32 places, and with a stride of 2 as well, 16. A kernel of 3 with dilation 2
 * on 32 numbers fits at 28. A kernel of 5 on 3 numbers fits nowhere.
 *
 * `in`, `kernel`, `stride` and `dilation` are at least 1, `before` and `after` at least 0.
 *
 * Checked against counting: no zeros and no stride (2 points), zeros and strides (3 points),
 * dilation (3 points), kernels that do not fit (2 points).
 */
#include "exercise.h"

int ex_conv_out (int in, int kernel, int stride, int dilation, int before,
                 int after)
{
    // your code here
    nn_todo ("04-4");
}
