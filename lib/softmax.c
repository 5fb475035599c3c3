/*  softmax.c - from scores to probabilities, and how wrong they are
 *
 *  The last dense layer gives each class a score, any number. Softmax makes
 *  probabilities of them: e to the score, divided by the sum of all. Cross-entropy
 *  then asks how surprised we are by the truth: minus the logarithm of the
 *  probability that the right class was given.
 *
 *  The two belong together for two reasons. e to the 100 is no float; but only
 *  differences of scores matter, so the largest is taken off first, and the
 *  logarithm of the sum is added where the logarithm of a quotient would have been
 *  taken. And their common gradient is as simple as can be: what was predicted
 *  minus what is true.
 *
 *  The truth is a row of numbers, how much of each class an image is. Usually one
 *  of them is 1; smoothed labels and mixed pictures have several, and need nothing
 *  else.
 */
#include "nn.h"

#include <math.h>

static float largest (const float *x, int n)
{
    float most = x[0];
    for (int k = 1; k < n; k++)
        most = x[k] > most ? x[k] : most;
    return most;
}

/*  p = softmax of each row of x: n x classes. */
void nn_softmax (float *p, const float *x, int n, int classes)
{
    for (int i = 0; i < n; i++, p += classes, x += classes) {
        const float most = largest (x, classes);
        float sum = 0;
        for (int k = 0; k < classes; k++)
            sum += p[k] = expf (x[k] - most);
        for (int k = 0; k < classes; k++)
            p[k] /= sum;
    }
}

/*  loss = weight times the cross-entropy between softmax (x) and target, for
 *  each image. x, target: n x classes; weight, loss: n. weight may be NULL: all
 *  1. */
void nn_cross_entropy_forward (float *loss, const float *x, const float *target,
                               const float *weight, int n, int classes)
{
    for (int i = 0; i < n; i++, x += classes, target += classes) {
        const float most = largest (x, classes);
        float sum = expf (x[0] - most), surprise = 0;
        for (int k = 1; k < classes; k++)
            sum += expf (x[k] - most);
        // -- minus log p = log of the sum - score; the largest is left out of both
        const float log_sum = logf (sum);
        for (int k = 0; k < classes; k++)
            if (target[k] != 0)
                surprise += target[k] * (log_sum - (x[k] - most));
        loss[i] = weight ? weight[i] * surprise : surprise;
    }
}

/*  dx = scale * weight * (p - target), or the same added to dx. Where a target
 *  does not sum to 1, p counts as often as it does. scale is 1 / n for the mean
 *  over a batch of n. */
void nn_cross_entropy_backward (float *dx, const float *p, const float *target,
                                const float *weight, int n, int classes,
                                float scale, bool add)
{
    for (int i = 0; i < n; i++, dx += classes, p += classes, target += classes) {
        const float factor = weight ? scale * weight[i] : scale;
        float sum = 0;
        for (int k = 0; k < classes; k++)
            sum += target[k];
        for (int k = 0; k < classes; k++)
            dx[k] = (add ? dx[k] : 0) + factor * (p[k] * sum - target[k]);
    }
}

static int shape (nn_layer *self)
{
    const nn_tensor *in = &self->in[0]->out;
    if (in->h != 1 || in->w != 1 || in->c < 2)
        return nn_fail (
            NN_ESHAPE,
            "nn_cross_entropy '%s': wants one score for each of two or more "
            "classes, 1 x 1 x classes, and '%s' gives %d x %d x %d; put an "
            "nn_dense between",
            self->name, self->in[0]->name, in->h, in->w, in->c);
    self->out = *in;
    return NN_OK;
}

/*  A batch without targets, when a net is only asked, has no loss. */
static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const int classes = self->out.c;
    const size_t at = (size_t) lo * classes;
    const nn_batch *batch = pass->batch;
    const float *x = self->in[0]->out.x + at;
    nn_softmax (self->out.x + at, x, hi - lo, classes);
    if (batch->target)
        nn_cross_entropy_forward (self->net->loss + lo, x, batch->target + at,
                                  batch->weight ? batch->weight + lo : NULL,
                                  hi - lo, classes);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const int classes = self->out.c;
    const size_t at = (size_t) lo * classes;
    const nn_batch *batch = pass->batch;
    nn_require (batch->target, "'%s' has no gradient without targets", self->name);
    nn_cross_entropy_backward (
        self->in[0]->out.dx + at, self->out.x + at, batch->target + at,
        batch->weight ? batch->weight + lo : NULL, hi - lo, classes,
        1.0f / (float) batch->n, !self->overwrites[0]);
}

const nn_kind nn_cross_entropy_kind = { .name = "cross_entropy",
                                        .shape = shape,
                                        .forward = forward,
                                        .backward = backward,
                                        .flags = NN_NEEDS_OUT };

nn_layer *nn_cross_entropy (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &nn_cross_entropy_kind, &in, 1, NULL, 0);
}
