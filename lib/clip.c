/*  clip.c - a step may be long, but not that long
 *
 *  Losses have cliffs. At the foot of one the gradient is reasonable, on its face
 *  it is huge, and a single step along it throws away what a thousand steps have
 *  found. Clipping takes all gradients of the net as one vector, and if that is
 *  longer than a limit, makes it as long as the limit (Pascanu and others 2013).
 *  Its direction stays: every number is multiplied with the same factor.
 *
 *  The length is summed in double, on one thread, in the order of the layers: the
 *  same bits on any number of threads.
 */
#include "nn.h"

#include <math.h>

static double square_sum (const float *x, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += (double) x[i] * x[i];
    return sum;
}

/*  The length of all gradients taken together. */
double nn_gradient_norm (const nn_net *net)
{
    double sum = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            if (p->dw)
                sum += square_sum (p->dw, p->size);
        }
    return sqrt (sum);
}

/*  The first parameter whose gradient is not finite. */
static const char *culprit (const nn_net *net)
{
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            if (p->dw && !isfinite (square_sum (p->dw, p->size)))
                return p->name;
        }
    return "the net";
}

/*  For `before` of an optimiser: no longer gradient than its `limit`. What it met
 *  is in `found`. A gradient that is no number cannot be mended, and stops the
 *  step before it has spoilt a weight. */
int nn_clip (nn_optimiser *self, nn_net *net)
{
    const double length = nn_gradient_norm (net);
    self->found = (float) length;
    if (!isfinite (length))
        return nn_fail (NN_EVALUE,
                        "nn_clip: in step %ld the gradient of '%s' is not finite; "
                        "try a lower learning rate or a lower limit",
                        net->step + 1, culprit (net));
    if (!(self->limit > 0))
        return nn_fail (NN_EVALUE,
                        "nn_clip: gradients of length %g at most; give a limit "
                        "above 0, such as 1",
                        self->limit);
    const float factor = (float) (self->limit / length);
    for (int l = 0; l < net->layers && length > self->limit; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            for (size_t i = 0; p->dw && i < p->size; i++)
                p->dw[i] *= factor;
        }
    return NN_OK;
}
