/*  mixup.c - a little of this, a little of that
 *
 *  Mixup (Zhang, Cisse, Dauphin and Lopez-Paz 2018) lays two pictures over each
 *  other, and asks the net for both classes, in the same shares. Nothing in nature
 *  looks like that. But between two examples the net must now change its mind
 *  evenly, and cannot learn any of them by heart.
 *
 *  Targets are shares of classes already, so the loss needs nothing new.
 */
#include "nn.h"

#include <math.h>

/*  A draw from the beta distribution with both parameters alpha, by a rule of
 *  Jöhnk (1964): small alpha means mostly near 0 or 1. */
float nn_random_beta (nn_random *random, float alpha)
{
    double x, y;
    do {
        x = pow (nn_random_uniform (random), 1 / (double) alpha);
        y = pow (nn_random_uniform (random), 1 / (double) alpha);
    } while (x + y > 1 || x + y == 0);
    return (float) (x / (x + y));
}

/*  a and b become share a + (1 - share) b, and the same of b and a. */
static void blend (float *a, float *b, size_t size, float share)
{
    for (size_t i = 0; i < size; i++) {
        const float one = a[i], other = b[i];
        a[i] = share * one + (1 - share) * other;
        b[i] = share * other + (1 - share) * one;
    }
}

/*  For the `mix` of a loader or a training; `with` is alpha, a double. The first
 *  image meets the last, the second the one before: the batch is in random order
 *  already. */
int nn_mixup (nn_batch *batch, nn_random *random, const void *with)
{
    const double alpha = *(const double *) with;
    const size_t size = (size_t) batch->h * batch->w * batch->c;
    if (!(alpha == 0 || (alpha >= 0.05 && alpha <= 2)))
        return nn_fail (NN_EVALUE,
                        "nn_mixup: alpha is %g; it takes 0.05 to 2, such as 0.2",
                        alpha);
    if (alpha == 0)
        return NN_OK;
    const float share = nn_random_beta (random, (float) alpha);
    for (int i = 0, j = batch->n - 1; i < j; i++, j--) {
        blend (batch->x + i * size, batch->x + j * size, size, share);
        blend (batch->target + (size_t) i * batch->classes,
               batch->target + (size_t) j * batch->classes, batch->classes, share);
        blend (batch->weight + i, batch->weight + j, 1, share);
    }
    return NN_OK;
}
