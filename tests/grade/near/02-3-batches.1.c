// Mistake 1, shuffled from the front.
#include "exercise.h"

int ex_batches (int *order, int *start, int n, int batch, nn_random *random)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    nn_shuffle (order, n, random);
    int count = 0;
    while ((count + 1) * batch <= n) {
        start[count] = count * batch;
        count++;
    }
    start[count] = count * batch;
    return count;
}
