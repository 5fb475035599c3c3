// Right in another way: in double, the second draw for the radius, the sine first, and a 0
// taken for the smallest number that the source can give.
#include "exercise.h"

void ex_normal (float *x, int n, float (*uniform) (void *source), void *source)
{
    float second = 0;
    for (int i = 0; i < n; i++) {
        if (i % 2 == 0) {
            const double angle = 6.283185307179586 * uniform (source);
            double u = uniform (source);
            if (u == 0)
                u = 0x1p-25;
            const double radius = sqrt (-2 * log (u));
            x[i] = (float) (radius * sin (angle));
            second = (float) (radius * cos (angle));
        } else
            x[i] = second;
    }
}
