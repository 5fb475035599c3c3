// Right in another way: one pass over dy, number by number, with two pointers that move on.
#include "exercise.h"

void ex_concat_backward (float *da, float *db, const float *dy, int places, int ca,
                         int cb)
{
    const int all = ca + cb;
    for (long i = 0; i < (long) places * all; i++)
        if (i % all < ca)
            *da++ += dy[i];
        else
            *db++ = dy[i];
}
