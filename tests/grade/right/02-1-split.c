// Right in another way: draws one image after the other, as many as are still wanted of as
// many as are left; and rounds down.
#include "exercise.h"

void ex_split (int *second, const int *label, int n, int classes, double share,
               nn_random *random)
{
    int left[10] = { 0 }, wanted[10];
    for (int i = 0; i < n; i++)
        left[label[i]]++;
    for (int class = 0; class < classes; class ++)
        wanted[class] = (int) floor (share * left[class] + 1e-9);
    for (int i = 0; i < n; i++) {
        const int class = label[i];
        second[i] = (int) nn_random_below (random, left[class]--) < wanted[class];
        wanted[class] -= second[i];
    }
}
