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

/// HINT The logarithms of the values are spread evenly. Draw a logarithm, and go back.
/// HINT `expf (logf (low) + u * (logf (high) - logf (low)))`. For whole numbers the scale is a half longer at both ends, and at the end you round.
/// HINT Rounding errors can lead a little out of the range. `fminf (fmaxf (value, low), high)` brings a value back.

void ex_log_uniform (float *x, int n, float low, float high, bool whole,
                     float (*uniform) (void *source), void *source)
{
    /// BEGIN SOLUTION
#if MISTAKE == 3 // gave the ends of a whole range only half of what they own
    const float half = 0;
#else
    const float half = whole ? 0.5f : 0;
#endif
    const float from = logf (low - half), to = logf (high + half);
#if MISTAKE == 5 // took one draw for all values
    const float once = uniform (source);
#endif
    for (int i = 0; i < n; i++) {
#if MISTAKE == 5
        const float u = once;
#else
        const float u = uniform (source);
#endif
#if MISTAKE == 1 // drew the values evenly, not their logarithms
        float value = low - half + u * (high - low + 2 * half);
#elif MISTAKE == 2 // forgot that powers of e need logarithms to the base e
        float value = expf (log10f (low - half) +
                            u * (log10f (high + half) - log10f (low - half)));
#else
        float value = expf (from + u * (to - from));
#endif
#if MISTAKE == 4 // cut off the part behind the point instead of rounding
        value = whole ? floorf (value) : value;
#elif MISTAKE == 6 // did not round to whole numbers
        value += 0;
#else
        value = whole ? roundf (value) : value;
#endif
        x[i] = fminf (fmaxf (value, low), high);
    }
    /// END SOLUTION
}
