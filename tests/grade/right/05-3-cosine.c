// Right in another way: the square of a cosine of half the angle, in doubles.
#include "exercise.h"

float ex_cosine (long step, long steps, long warm, float lowest)
{
    if (step < warm)
        return 1 - (float) (warm - step) / (float) (warm + 1);
    double angle = 1.5707963267948966;
    if (step < steps)
        angle *= (double) (step - warm) / (double) (steps - warm);
    const double c = cos (angle);
    return (float) (c * c + (double) lowest * (1 - c * c));
}
