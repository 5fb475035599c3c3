// Right in another way: from the last weight to the first, scaled afterwards, signs turned.
#include "exercise.h"

void ex_he (float *w, int kh, int kw, int in, int out,
            float (*normal) (void *source), void *source)
{
    const int meet = kh * kw * in;
    for (int i = meet * out; i-- > 0;)
        w[i] = -normal (source);
    for (int i = 0; i < meet * out; i++)
        w[i] /= sqrtf (0.5f * (float) meet);
}
