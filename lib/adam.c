/*  adam.c - a step of about the same size for every weight
 *
 *  One rate does not suit all weights: some have large gradients, some small ones.
 *  Adam (Kingma and Ba 2015) follows the mean of the past gradients, as momentum
 *  does, but divides it by the root of the mean of their squares. A weight whose
 *  gradients agree moves by about the rate in each step, however small they are;
 *  one whose gradients quarrel hardly moves.
 *
 *  Both means begin at zero and are too small at first. How much too small is
 *  known, 1 less beta to the power of the steps taken, and is divided out.
 */
#include "nn.h"

#include <math.h>

NN_EACH_WIDTH
static void step (float *restrict w, const float *restrict dw, float *const slot[],
                  size_t size, const nn_optimiser *self, float rate, float decay)
{
    float *restrict m = slot[0], *restrict v = slot[1];
    const float beta1 = self->beta1, beta2 = self->beta2, epsilon = self->epsilon;
    const float pace = (float) (rate / (1 - pow (beta1, (double) self->t)));
    const float scale = (float) (1 / sqrt (1 - pow (beta2, (double) self->t)));
    for (size_t i = 0; i < size; i++) {
        const float g = dw[i] + decay * w[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        w[i] -= pace * m[i] / (scale * sqrtf (v[i]) + epsilon);
    }
}

const nn_optimiser_kind nn_adam_kind = { "adam", 2, step };

/*  What is 0 gets the values of the paper: rate 1e-3, beta1 0.9, beta2 0.999,
 *  epsilon 1e-8. */
nn_optimiser nn_adam_with (nn_adam_args args)
{
    return (nn_optimiser){ .kind = &nn_adam_kind,
                           .rate = args.rate != 0 ? args.rate : 1e-3f,
                           .beta1 = args.beta1 != 0 ? args.beta1 : 0.9f,
                           .beta2 = args.beta2 != 0 ? args.beta2 : 0.999f,
                           .epsilon = args.epsilon != 0 ? args.epsilon : 1e-8f,
                           .decay = args.decay };
}

const nn_optimiser_kind *const nn_optimisers[] = {
    &nn_sgd_kind,       // downhill
    &nn_momentum_kind,  // a heavy ball
    &nn_adam_kind,      // a step of its own for each weight
    &nn_adamw_kind,     // the same, and decay apart from it
    &nn_sgdw_kind,      // the ball, and decay apart from it
    &nn_nesterov_kind,  // the ball, and the newest gradient once more
    &nn_lookahead_kind, // the same, called back now and then
    NULL,
};
