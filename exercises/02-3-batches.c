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

int ex_batches (int *order, int *start, int n, int batch, nn_random *random)
{
    // your code here
    nn_todo ("02-3");
}
