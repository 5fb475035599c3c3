/*
 * ### Shuffled batches (10 points)
 *
 * Make one epoch: every one of `n` images once, in random order, `batch` at a time.
 *
 * Write the numbers 0 … `n` - 1 to `order`, in random order, each order as likely as any
 * other. Cut it into batches: batch $i$ begins at `order[start[i]]` and ends before
 * `order[start[i + 1]]`. All batches have `batch` images; if `n` is no multiple of that,
 * the last one is shorter, and still counts. After the last batch write `n` to `start`, so
 * that its end is known too. Return how many batches there are.
 *
 *         n = 7, batch = 3        order  4 0 6  2 1 5  3
 *         returns 3               start  0      3      6  7
 *
 * `order` has room for `n` numbers, `start` for one more than there are batches. All chance
 * comes from `random`. Draw with `nn_random_below (random, m)`, which gives 0 … m - 1, and
 * do the shuffling yourself, without `nn_shuffle`: it is four lines.
 *
 * Checked: every image once (3 points), where the batches begin and how many they are (4
 * points), and that all orders are equally likely (3 points), which is counted for three
 * images over 12,000 epochs.
 */
#include "exercise.h"

/// HINT Write 0 … n - 1 in order, then shuffle in place by swapping.
/// HINT Fisher and Yates: go from the last place to the second; swap each place with one that is drawn from the places up to and including itself.
/// HINT The number of batches is n / batch rounded up, `(n + batch - 1) / batch`. Batch i begins at i * batch, and start[count] is n, not count * batch.

int ex_batches (int *order, int *start, int n, int batch, nn_random *random)
{
    /// BEGIN SOLUTION
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
#if MISTAKE == 2 // swapped each place with any place, which favours some orders
        const int j = (int) nn_random_below (random, n);
#elif MISTAKE == 4 // swapped each place with an earlier one, never with itself
        const int j = (int) nn_random_below (random, i);
#else
        const int j = (int) nn_random_below (random, i + 1);
#endif
        const int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
#if MISTAKE == 1 // dropped the last batch because it was short
    const int count = n / batch;
#else
    const int count = (n + batch - 1) / batch;
#endif
    for (int i = 0; i <= count; i++)
        start[i] = i * batch;
#if MISTAKE == 3 // let the last batch run past the last image
#elif MISTAKE != 1
    start[count] = n;
#endif
    return count;
    /// END SOLUTION
}
