/*
 * ### The budget of halving (10 points)
 *
 * Successive halving with everybody waiting for everybody. `n` trials begin together, and each
 * is trained for `least` epochs. Then the best `1/factor` of them (of 10 with factor 3 the
 * best 3; but at least one) go on until they have `least * factor` epochs; of these the best
 * `1/factor` until `least * factor * factor`; and so on. The last ones end at `most` epochs,
 * and no rung lies beyond it.
 *
 * `loss[i * most + e - 1]` is what trial `i` has after `e` epochs, if it is trained so far.
 * Write to `trained[i]` for how many epochs trial `i` was trained, and return how many epochs that
 * makes for all of them together. A trial that goes on does not begin again.
 *
 *         n 9, least 1, factor 3, most 9:  9 trials for 1 epoch, 3 of them for 2 more,
 *         1 of them for 6 more; 9 + 6 + 6 = 21 epochs, where all in full would take 81
 *
 * Who has a smaller loss is better; of equals the one with the smaller number; and whoever has
 * what is no number is behind all that have one.
 *
 * Checked: who is trained how long (4 points) and the sum (2 points), in random crowds;
 * the same with equal losses and with some that are no numbers (4 points).
 */
#include "exercise.h"

/// HINT Keep for each trial whether it is still in. A rung: everybody who is in gets `trained[i] = rung`; then find out who stays.
/// HINT To find out who stays, count for each trial how many others that are in are better. Fewer than the places: it stays. Only set the new "in" when all have been looked at.
/// HINT The rungs are least, least * factor, … and last of all most. At most nobody has to leave any more. The sum is that of `trained`.

/// BEGIN SOLUTION
/*  Is a better than b? */
static bool is_better (float a, int number_a, float b, int number_b)
{
#if MISTAKE == 5 // let what is no number be better than all
    const bool no_a = !isnan (a), no_b = !isnan (b);
#else
    const bool no_a = isnan (a), no_b = isnan (b);
#endif
    if (no_a != no_b)
        return no_b;
    if (!isnan (a) && !isnan (b) && a != b)
#if MISTAKE == 1 // kept the worst
        return a > b;
#else
        return a < b;
#endif
#if MISTAKE == 6 // of equals kept the one with the larger number
    return number_a > number_b;
#else
    return number_a < number_b;
#endif
}
/// END SOLUTION

int ex_halving (int *trained, const float *loss, int n, int least, int most,
                int factor)
{
    /// BEGIN SOLUTION
    int in = n, sum = 0;
    for (int i = 0; i < n; i++)
        trained[i] = 0;
    for (int rung = least, before = 0;; before = rung, rung *= factor) {
#if MISTAKE == 3 // went on beyond the last epoch that there may be
        const bool last = rung >= most;
#else
        const bool last = rung >= most;
        rung = last ? most : rung;
#endif
        int places = in / factor, reached = 0;
#if MISTAKE == 4 // rounded the places up
        places = (in + factor - 1) / factor;
#endif
        places = places > 1 ? places : 1;
        for (int i = 0; i < n; i++)
            if (trained[i] == before) {
                trained[i] = -1; // is in
                reached++;
            }
#if MISTAKE == 2 // trained those that go on from their beginning again
        sum += reached * rung;
#else
        sum += reached * (rung - before);
#endif
        int stay[256] = { 0 };
        for (int i = 0; i < n; i++) {
            int ahead = 0;
#if MISTAKE == 7 // judged by the losses of the epoch before the rung
            const int at = rung > 1 ? rung - 2 : 0;
#else
            const int at = (rung < most ? rung : most) - 1;
#endif
            for (int j = 0; j < n && trained[i] == -1; j++)
                ahead +=
                    j != i && trained[j] == -1 &&
                    is_better (loss[j * most + at], j, loss[i * most + at], i);
            stay[i] = ahead < places;
        }
        for (int i = 0; i < n; i++)
            if (trained[i] == -1)
                trained[i] = last || stay[i] ? rung : -2 - rung;
        in = places;
        if (last)
            break;
    }
    for (int i = 0; i < n; i++) // those that had to leave
        trained[i] = trained[i] < 0 ? -2 - trained[i] : trained[i];
    return sum;
    /// END SOLUTION
}
