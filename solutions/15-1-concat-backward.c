/*
 * ### Side by side, backward (10 points)
 *
 * A layer has laid the channels of two others side by side: at each of `places` places the
 * `ca` numbers of $a$, behind them the `cb` numbers of $b$. The loss has told how it changes with
 * each of them: `dy`, with `ca` + `cb` numbers at each place. Give both their part.
 *
 * The two have different lives. Only this layer reads $b$, so `db` is what you write there,
 * whatever was in it. But $a$ has other readers, as in a DenseNet, and they have put their
 * gradients into `da` already: what you find there must be added to.
 *
 * An example with one channel each and two places: dy = 1, 2, 3, 4. If da was 10, 20 it becomes
 * 11, 23, and db becomes 2, 4.
 *
 * Checked: equal to the reference (6 points), and with one of the two very wide (4 points).
 */
#include "exercise.h"

/// HINT Look at how y lies in memory: a a a b b, a a a b b, one such group for each place.
/// HINT At place p the part of a begins at dy[p * (ca + cb)], and that of b `ca` numbers later.
/// HINT Two loops over the channels inside one over the places: da[p * ca + k] += …, db[p * cb + k] = …

void ex_concat_backward (float *da, float *db, const float *dy, int places, int ca,
                         int cb)
{
    /// BEGIN SOLUTION
    for (int p = 0; p < places; p++) {
#if MISTAKE == 1 // took all places of a first, and then those of b
        const float *of_a = dy + (size_t) p * ca;
        const float *of_b = dy + (size_t) places * ca + (size_t) p * cb;
#elif MISTAKE == 2 // gave both the same channels, the first ones
        const float *of_a = dy + (size_t) p * (ca + cb);
        const float *of_b = of_a;
#else
        const float *of_a = dy + (size_t) p * (ca + cb);
        const float *of_b = of_a + ca;
#endif
        for (int k = 0; k < ca; k++)
#if MISTAKE == 3 // overwrote what others had given to a
            da[(size_t) p * ca + k] = of_a[k];
#else
            da[(size_t) p * ca + k] += of_a[k];
#endif
        for (int k = 0; k < cb; k++)
#if MISTAKE == 4 // added to what was in db, which is nothing that counts
            db[(size_t) p * cb + k] += of_b[k];
#else
            db[(size_t) p * cb + k] = of_b[k];
#endif
    }
    /// END SOLUTION
}
