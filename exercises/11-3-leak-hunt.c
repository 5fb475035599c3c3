/*
 * ### Leak hunt (10 points)
 *
 * Somebody has made copies before the pictures were split, and some of the pictures held
 * back are now copies of pictures learnt from. Find them: write 1 to `leak[i]` if held
 * picture `i` is a copy, and 0 if it is not.
 *
 * There are `n` pictures learnt from and `m` held back, each of `size` numbers, one picture
 * after the other. A copy may be exact. Or it is in another light, so that each number
 * $x$ has become $a x + b$ with one $a > 0$ and one $b$ for the picture. Or there is some noise on it, whose
 * deviation is at most a fifth of that of the picture. Or both. Pictures that are no copies
 * have nothing to do with each other: their correlation lies between -0.6 and 0.6.
 *
 * $$ r = \frac{\sum_k (x_k - \bar x)(y_k - \bar y)}
 *             {\sqrt{\sum_k (x_k - \bar x)^2 \; \sum_k (y_k - \bar y)^2}} $$
 *
 * No picture is all of one value. There may be no pictures to learn from.
 *
 * Checked: exact copies are found (2 points), copies in another light (3 points), copies
 * with noise (3 points), and nobody else is accused (2 points).
 */
#include "exercise.h"

void ex_leaks (int *leak, const float *learnt, int n, const float *held, int m, int size)
{
    // your code here
    nn_todo ("11-3");
}
