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

int ex_max_norm (float *w, int rows, int columns, float limit)
{
    int cut = 0;
    // your code here
    nn_todo ("07-3");
    return cut;
}
