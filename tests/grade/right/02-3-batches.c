// Right in another way: shuffles while it writes, from the front, and counts as it goes.
#include "exercise.h"

int ex_batches (int *order, int *start, int n, int batch, nn_random *random)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        const int j = (int) nn_random_below (random, i + 1);
        if (j != i)
            order[i] = order[j];
        order[j] = i;
        if (i % batch == 0)
            start[count++] = i;
    }
    start[count] = n;
    return count;
}
