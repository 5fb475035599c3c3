/*  nesterov.c - momentum that looks where it will land
 *
 *  With momentum a weight moves by a sum of past gradients, and the newest of
 *  them is only one of many. Nesterov (1983) takes the newest once more: the
 *  step is the one that momentum would take after it. So a change of direction
 *  shows at once. Written as PyTorch does it, where the gradient is that of the
 *  place where we are (Sutskever, Martens, Dahl and Hinton 2013).
 *
 *  The second kind does the same and remembers how far each weight has come
 *  since somebody asked. Lookahead does: lookahead.c.
 */
#include "nn.h"

NN_EACH_WIDTH
static void step (float *restrict w, const float *restrict dw, float *const slot[],
                  size_t size, const nn_optimiser *self, float rate, float decay)
{
    float *restrict v = slot[0];
    const float momentum = self->momentum;
    for (size_t i = 0; i < size; i++) {
        const float g = dw[i] + decay * w[i];
        v[i] = momentum * v[i] + g;
        w[i] -= rate * (g + momentum * v[i]);
    }
}

NN_EACH_WIDTH
static void step_ahead (float *restrict w, const float *restrict dw,
                        float *const slot[], size_t size, const nn_optimiser *self,
                        float rate, float decay)
{
    float *restrict v = slot[0], *restrict ahead = slot[1];
    const float momentum = self->momentum;
    for (size_t i = 0; i < size; i++) {
        const float g = dw[i] + decay * w[i];
        v[i] = momentum * v[i] + g;
        const float by = rate * (g + momentum * v[i]);
        w[i] -= by;
        ahead[i] -= by;
    }
}

const nn_optimiser_kind nn_nesterov_kind = { "nesterov", 1, step };
const nn_optimiser_kind nn_lookahead_kind = { "lookahead", 2, step_ahead };
