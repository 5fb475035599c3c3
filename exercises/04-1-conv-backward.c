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

void ex_conv_backward_data (const nn_conv_shape *s, float *dx, const float *dy,
                            const float *w, int n)
{
    // your code here
    nn_todo ("04-1");
}
