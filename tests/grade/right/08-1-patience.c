// Right in another way: no counter, and the test turned round.
#include "exercise.h"

int ex_patience (int *best, const float *loss, int epochs, int patience,
                 float min_delta)
{
    int at = -1, i = 0;
    while (i < epochs && i - at <= patience) {
        if (!isnan (loss[i]) && (at < 0 || loss[at] - loss[i] > min_delta))
            at = i;
        i++;
        if (i - 1 - at >= patience)
            break;
    }
    *best = at;
    return i;
}
