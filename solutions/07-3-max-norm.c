/*
 * ### No longer than that (10 points)
 *
 * `w` holds the weights of a dense layer, `rows` x `columns`, row by row: a row for each
 * input, a column for each unit. Wherever the weights of a unit, taken as one vector, are
 * longer than `limit`, shorten them to that length and keep their direction. Leave all
 * other units exactly as they are. Return how many units were too long.
 *
 * The length of a column is the root of the sum of its squares:
 *
 * $$ |w_k| = \sqrt{\textstyle\sum_i w_{ik}^2} $$
 *
 * An example with two units and a limit of 2.5, row by row: 3 0.1 and 4 0.2. The first unit
 * is 5 long and becomes 1.5 and 2. The second is short enough. One unit was too long.
 *
 * Checked: no unit is too long (3 points), and each points where it pointed (3 points); units
 * that were short enough have not changed by one bit (2 points); the number is right (2
 * points).
 */
#include "exercise.h"

/// HINT A loop over the columns; in it one loop to measure, and one to shorten.
/// HINT The weight of input i and unit k is `w[i * columns + k]`. Shorten only `if (length > limit)`.
/// HINT Add up the squares in a double; then `const double factor = limit / sqrt (sum);` and multiply the whole column by it.

int ex_max_norm (float *w, int rows, int columns, float limit)
{
    int cut = 0;
    /// BEGIN SOLUTION
#if MISTAKE == 1 // measured the rows, which belong to the inputs
    for (int k = 0; k < rows; k++) {
        const int first = k * columns, step = 1, count = columns;
#elif MISTAKE == 2 // measured all weights of the layer together
    for (int k = 0; k < 1; k++) {
        const int first = 0, step = 1, count = rows * columns;
#else
    for (int k = 0; k < columns; k++) {
        const int first = k, step = columns, count = rows;
#endif
        double sum = 0;
        for (int i = 0; i < count; i++) {
            const double x = w[first + i * step];
            sum += x * x;
        }
#if MISTAKE == 3 // compared the square of the length
        if (sum > limit) {
#elif MISTAKE == 4 // made short ones longer as well
        if (sum > 0) {
#else
        if (sqrt (sum) > limit) {
#endif
            cut++;
            for (int i = 0; i < count; i++)
#if MISTAKE == 5 // cut each weight by itself, which turns the unit
                w[first + i * step] = fmaxf (
                    -limit / sqrtf ((float) count),
                    fminf (limit / sqrtf ((float) count), w[first + i * step]));
#elif MISTAKE == 6 // divided by the length and forgot the limit
                w[first + i * step] = (float) (w[first + i * step] / sqrt (sum));
#else
                w[first + i * step] *= (float) (limit / sqrt (sum));
#endif
        }
    }
    /// END SOLUTION
    return cut;
}
