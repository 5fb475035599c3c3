// Right in another way: the results are sorted, the hills are measured with doubles, and their logarithms are compared.
#include "exercise.h"

static double height (double v, const float *at, int count, double width)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += exp (-0.5 * pow ((v - at[i]) / width, 2)) / count;
    return sum;
}

float ex_tpe (const float *x, const float *y, int n, float low, float high,
              float (*uniform) (void *source), float (*normal) (void *source),
              void *source)
{
    float sorted[128] = { 0 }, results[128];
    for (int i = 0; i < n; i++) { // the smallest result first
        int at = i;
        for (; at > 0 && results[at - 1] > y[i]; at--) {
            results[at] = results[at - 1];
            sorted[at] = sorted[at - 1];
        }
        results[at] = y[i];
        sorted[at] = x[i];
    }
    const int goods = n / 4;
    const float width = 0.1f * (high - low);
    double most = -INFINITY;
    float chosen = sorted[0];
    for (int k = 0; k < 24;) {
        const int which = (int) floorf (uniform (source) * (float) goods);
        const float v = sorted[which] - width * normal (source);
        if (v < low || v > high)
            continue;
        const double gain =
            log (height (v, sorted, goods, width)) -
            log (0.01 + height (v, sorted + goods, n - goods, width));
        if (gain > most) {
            most = gain;
            chosen = v;
        }
        k++;
    }
    return chosen;
}
