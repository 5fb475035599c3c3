/*
 * ### From columns back to the picture (10 points)
 *
 * `im2col` writes down what the kernel sees at every place of the output, one row of
 * `s->kh * s->kw * s->c` numbers after another. A number of the picture is written down once
 * for each window that it lies under, up to `s->kh * s->kw` times.
 *
 * `col2im` is the way back for gradients. `col` holds a gradient for every number that was
 * written down. *Add* each of them to the place of `dx` that the number came from.
 *
 * The rows of `col` are ordered by output row and output column. Within a row the numbers
 * are ordered by kernel row $a$, kernel column $b$ and channel. For the output in row $r$
 * and column $q$ they came from row $r s + a - t$ and column $q s + b - l$ of the picture,
 * with the stride $s$ = `s->stride`, and $t$ = `s->top` and $l$ = `s->left` rows and columns
 * of zeros before the picture. Numbers that came from outside of the picture were zeros:
 * leave their gradients out.
 *
 * There is one image: `dx` is `s->h` x `s->w` x `s->c`, and `col` has `s->oh * s->ow` rows.
 * Dilation and groups are 1, and there is no halo.
 *
 * An example with one row, one channel and a kernel of two columns: the picture 5, 6, 7 was
 * written down as the rows 5 6 and 6 7. If `col` is 1 2 and 3 4, then 1, 2 + 3, 4 are added
 * to `dx`.
 *
 * Checked: equal to the reference where windows lie side by side (2 points) and where they
 * overlap or reach over the edge (4 points); at least a tenth as fast as the library's
 * `nn_col2im` (4 points), which is hard to miss as long as the innermost loop runs along
 * the memory.
 */
#include "exercise.h"

void ex_col2im (const nn_conv_shape *s, float *dx, const float *col)
{
    // your code here
    nn_todo ("04-2");
}
