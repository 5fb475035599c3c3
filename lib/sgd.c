/*  sgd.c - a step downhill, with or without momentum
 *
 *  The gradient says which way the loss grows, so every weight takes a small step
 *  the other way. The gradient of one batch is a guess at that of all images,
 *  hence stochastic gradient descent (Robbins and Monro 1951).
 *
 *  With momentum a weight does not follow the latest guess but a sum of all past
 *  ones, older ones counting less and less. What they agree on adds up, what they
 *  differ in cancels out (Polyak 1964).
 *
 *  decay pulls every weight towards zero, as if the loss held decay / 2 times its
 *  square.
 */
#include "nn.h"

static void sgd_step (float *restrict w, const float *restrict dw,
                      float *const slot[], size_t size, const nn_optimiser *self,
                      float rate, float decay)
{
    (void) slot, (void) self;
    for (size_t i = 0; i < size; i++)
        w[i] -= rate * (dw[i] + decay * w[i]);
}

static void momentum_step (float *restrict w, const float *restrict dw,
                           float *const slot[], size_t size,
                           const nn_optimiser *self, float rate, float decay)
{
    float *restrict v = slot[0];
    const float momentum = self->momentum;
    for (size_t i = 0; i < size; i++) {
        v[i] = momentum * v[i] + dw[i] + decay * w[i];
        w[i] -= rate * v[i];
    }
}

const nn_optimiser_kind nn_sgd_kind = { "sgd", 0, sgd_step };
const nn_optimiser_kind nn_momentum_kind = { "momentum", 1, momentum_step };

/*  rate 0 means 0.01; without momentum there is nothing to remember. */
nn_optimiser nn_sgd_with (nn_sgd_args args)
{
    return (nn_optimiser){ .kind = args.momentum != 0 ? &nn_momentum_kind
                                                      : &nn_sgd_kind,
                           .rate = args.rate != 0 ? args.rate : 0.01f,
                           .momentum = args.momentum,
                           .decay = args.decay };
}
