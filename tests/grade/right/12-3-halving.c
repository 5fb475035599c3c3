// Right in another way: a list of those that are in, sorted at each rung; who is cut off the end of it leaves.
#include "exercise.h"

static bool before (const float *loss, int most, int at, int a, int b)
{
    const float x = loss[a * most + at], y = loss[b * most + at];
    if (isnan (x) || isnan (y))
        return isnan (x) && isnan (y) ? a < b : isnan (y);
    return x < y || (x == y && a < b);
}

int ex_halving (int *trained, const float *loss, int n, int least, int most,
                int factor)
{
    int in[256] = { 0 }, places = n, epochs = 0;
    for (int i = 0; i < n; i++) {
        in[i] = i;
        trained[i] = 0;
    }
    for (int rung = least;; rung *= factor) {
        const int end = rung < most ? rung : most;
        for (int k = 0; k < places; k++) {
            epochs += end - trained[in[k]];
            trained[in[k]] = end;
        }
        if (end == most)
            return epochs;
        for (int k = 1; k < places; k++)
            for (int j = k;
                 j > 0 && before (loss, most, end - 1, in[j], in[j - 1]); j--) {
                const int swap = in[j];
                in[j] = in[j - 1];
                in[j - 1] = swap;
            }
        places = places / factor > 1 ? places / factor : 1;
    }
}
