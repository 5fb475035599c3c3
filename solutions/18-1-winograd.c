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

/// HINT The formulas stand in the chapter: $m_1$ to $m_4$ are the four products. Everything before the multiplication that has a w in it belongs to `ex_filter`.
/// HINT `u` is w0, (w0 + w1 + w2) / 2, (w0 - w1 + w2) / 2, w2, and `v` is d0 - d2, d1 + d2, d2 - d1, d1 - d3.
/// HINT The two outputs are m0 + m1 + m2 and m1 - m2 - m3.

void ex_filter (float u[4], const float w[3])
{
    /// BEGIN SOLUTION
#if MISTAKE == 1 // forgot the halves of the two sums in the middle
    const float half = 1;
#else
    const float half = 0.5f;
#endif
#if MISTAKE == 2 // turned the filter round
    u[0] = w[2];
    u[3] = w[0];
#else
    u[0] = w[0];
    u[3] = w[2];
#endif
    u[1] = half * (w[0] + w[1] + w[2]);
    u[2] = half * (w[0] - w[1] + w[2]);
    /// END SOLUTION
}

void ex_input (float v[4], const float d[4])
{
    /// BEGIN SOLUTION
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
#if MISTAKE == 3 // took the third difference the wrong way round
    v[2] = d[1] - d[2];
#else
    v[2] = d[2] - d[1];
#endif
#if MISTAKE == 4 // took the last difference the wrong way round
    v[3] = d[3] - d[1];
#else
    v[3] = d[1] - d[3];
#endif
    /// END SOLUTION
}

void ex_output (float y[2], const float m[4])
{
    /// BEGIN SOLUTION
    y[0] = m[0] + m[1] + m[2];
#if MISTAKE == 5 // added the third product to the second output
    y[1] = m[1] + m[2] - m[3];
#else
    y[1] = m[1] - m[2] - m[3];
#endif
    /// END SOLUTION
}
