/*
 * ### Drawn on a log scale (10 points)
 *
 * Draw `n` values from `low` to `high` (0 < `low` < `high`), so that each factor is as likely
 * as any other: as many between 0.001 and 0.01 as between 0.01 and 0.1.
 *
 * If `whole` is true, draw whole numbers; `low` and `high` are whole then. On the scale of
 * logarithms the number $k$ owns what lies between $\log (k - \frac12)$ and $\log (k +
 * \frac12)$, and that is how likely it is. `low` and `high` themselves own both their halves.
 *
 * `uniform (source)` draws a number from 0 up to, but not including, 1. Each value shall take
 * one draw.
 *
 *         low 1, high 100, draws 0.0 0.5 0.25        gives 1  10  3.162
 *
 * Checked: every value has a draw of its own and lies from `low` to `high` (3 points), they
 * are spread as they should be (4 points), and so are whole numbers (3 points).
 */
#include "exercise.h"

void ex_log_uniform (float *x, int n, float low, float high, bool whole,
                     float (*uniform) (void *source), void *source)
{
    // your code here
    nn_todo ("12-1");
}
