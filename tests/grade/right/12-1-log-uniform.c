// Right in another way: a power of the ratio of the ends, in doubles; a whole number is looked up in the running sum of what
// each owns.
#include "exercise.h"

static float whole_number (float low, float high, double u)
{
    const double all = log ((high + 0.5) / (low - 0.5));
    float k = low;
    while (k < high && log ((k + 0.5) / (low - 0.5)) <= u * all)
        k++;
    return k;
}

void ex_log_uniform (float *x, int n, float low, float high, bool whole,
                     float (*uniform) (void *source), void *source)
{
    while (n-- > 0) {
        const double u = uniform (source);
        const double at = low * pow ((double) high / low, u);
        *x++ = whole       ? whole_number (low, high, u)
               : at < low  ? low
               : at > high ? high
                           : (float) at;
    }
}
