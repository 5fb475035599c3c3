// Right in another way: from the last array to the first, number by number.
#include "exercise.h"

int ex_restore_best (nn_param *const param[], int params, float *kept, int epochs,
                     float (*train) (int epoch))
{
    int best = -1;
    float of_best = 0;
    for (int e = 0; e < epochs; e++) {
        const float loss = train (e);
        if (best >= 0 && !(loss < of_best))
            continue;
        best = e;
        of_best = loss;
        float *to = kept;
        for (int i = params - 1; i >= 0; i--)
            for (size_t j = 0; j < param[i]->size; j++)
                *to++ = param[i]->w[j];
    }
    for (int i = params - 1; i >= 0; i--)
        for (size_t j = 0; j < param[i]->size; j++)
            param[i]->w[j] = *kept++;
    return best;
}
