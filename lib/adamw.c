/*  adamw.c - decay that does not pass through the gradient
 *
 *  A weight can be pulled towards zero in two ways. One adds a term to the loss,
 *  and so decay times the weight to its gradient: L2. The other leaves loss and
 *  gradient alone and makes the weight a little shorter at every step. For plain
 *  SGD they are the same. As soon as an optimiser remembers gradients or divides
 *  by them, they are not: Adam would divide the pull by the size of the gradient,
 *  and hold those weights back least that have the largest (Loshchilov and Hutter
 *  2019).
 *
 *  So here the weights shrink first, by the rate times decay, and then the step is
 *  taken as if there were no decay.
 */
#include "nn.h"

static void shrink (float *w, size_t size, float to)
{
    for (size_t i = 0; i < size; i++)
        w[i] *= to;
}

static void adamw_step (float *restrict w, const float *restrict dw,
                        float *const slot[], size_t size, const nn_optimiser *self,
                        float rate, float decay)
{
    shrink (w, size, 1 - rate * decay);
    nn_adam_kind.step (w, dw, slot, size, self, rate, 0);
}

static void sgdw_step (float *restrict w, const float *restrict dw,
                       float *const slot[], size_t size, const nn_optimiser *self,
                       float rate, float decay)
{
    shrink (w, size, 1 - rate * decay);
    nn_momentum_kind.step (w, dw, slot, size, self, rate, 0);
}

const nn_optimiser_kind nn_adamw_kind = { "adamw", 2, adamw_step };
const nn_optimiser_kind nn_sgdw_kind = { "sgdw", 1, sgdw_step };

/*  The same values as nn_adam () where nothing is said. No decay is assumed. */
nn_optimiser nn_adamw_with (nn_adam_args args)
{
    nn_optimiser self = nn_adam_with (args);
    self.kind = &nn_adamw_kind;
    return self;
}

/*  With momentum or without it, which is a momentum of 0. */
nn_optimiser nn_sgdw_with (nn_sgd_args args)
{
    nn_optimiser self = nn_sgd_with (args);
    self.kind = &nn_sgdw_kind;
    return self;
}
