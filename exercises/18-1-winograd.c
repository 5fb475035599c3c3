/*
 * ### Four multiplications instead of six (10 points)
 *
 * A filter of three weights looks at four numbers that follow each other, from two places:
 * $y_0 = d_0 w_0 + d_1 w_1 + d_2 w_2$ and $y_1 = d_1 w_0 + d_2 w_1 + d_3 w_2$. Do it with
 * four multiplications, as Winograd did.
 *
 * Write three functions. `ex_filter` makes four numbers `u` of the weights, once for all
 * places; `ex_input` makes four numbers `v` of the inputs; then somebody else multiplies,
 * `m[i] = u[i] * v[i]`, and `ex_output` makes both sums of the four products.
 *
 * An example: for the inputs 3 1 4 1 and the weights 2 7 1 your `ex_output` must give 17 and
 * 31. What `u` and `v` are in between is your business, as long as there are only four of
 * each. But all three may only add, subtract, and multiply by numbers that are always the
 * same: then sums over channels can be taken of the products.
 *
 * Checked: the two sums (4 points), sums over several channels (2 points), and two
 * dimensions, where your functions are applied to rows and then to columns: 2 x 2 outputs with 16
 * multiplications instead of 36 (4 points).
 */
#include "exercise.h"

void ex_filter (float u[4], const float w[3])
{
    // your code here
    nn_todo ("18-1");
}

void ex_input (float v[4], const float d[4])
{
    // your code here
    nn_todo ("18-1");
}

void ex_output (float y[2], const float m[4])
{
    // your code here
    nn_todo ("18-1");
}
