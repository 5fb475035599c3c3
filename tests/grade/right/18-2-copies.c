/*  First all zeros, filter by filter, and then the ones.  */
#include "exercise.h"

void ex_copies (float *w, int k, int c, int o)
{
    for (int f = 0; f < o && f < c; f++) {
        for (int row = 0; row < k * k * c; row++)
            w[row * o + f] = 0;
        w[((k / 2 * k + k / 2) * c + f) * o + f] = 1;
    }
}
