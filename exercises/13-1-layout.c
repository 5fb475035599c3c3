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

void ex_to_hwio (float *ours, const float *theirs, int out, int in, int h, int w)
{
    // your code here
    nn_todo ("13-1");
}
