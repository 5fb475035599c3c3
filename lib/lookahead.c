/*  lookahead.c - run ahead, then call back
 *
 *  The weights of the last step are a draw by lot: another batch would have put
 *  them elsewhere. Their mean over some steps is nearer to where all batches
 *  would put them. Lookahead (Zhang, Lucas, Hinton and Ba 2019) keeps slow
 *  weights beside the fast ones that the optimiser moves. After every few steps
 *  the slow ones come a part of the way, and the fast ones are called back to
 *  where these are then.
 *
 *  In the beginning that would only hold up. So the slow weights follow all the
 *  way first, and later less and less; in the end the net keeps the slow ones
 *  (Jordan 2024). The optimiser remembers how far the fast weights are ahead.
 *  That is kept in a checkpoint, as all that it remembers is, so a training can
 *  go on anywhere.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

/*  w, which is `ahead` of the slow weights, and these meet: `share` of the way
 *  from the slow ones to w. */
void nn_call_back (float *w, float *ahead, size_t size, float share)
{
    for (size_t i = 0; i < size; i++) {
        w[i] -= (1 - share) * ahead[i];
        ahead[i] = 0;
    }
}

static int begin (void *self_, nn_training *t)
{
    nn_slow_weights *self = self_;
    self->every = self->every ? self->every : 5;
    self->hold = self->hold != 0 ? self->hold : 0.95f;
    if (t->optimiser->kind != &nn_lookahead_kind)
        return nn_fail (NN_EVALUE,
                        "nn_lookahead: the optimiser is %s, which does not "
                        "remember how far it has come; take lookahead",
                        t->optimiser->kind->name);
    if (self->every > 0 && self->hold > 0 && self->hold < 1)
        return NN_OK;
    return nn_fail (NN_EVALUE,
                    "nn_lookahead: .every %d, .hold %g; give steps above 0, and "
                    "what a step holds back, between 0 and 1",
                    self->every, (double) self->hold);
}

static int after_step (void *self_, nn_training *t)
{
    const nn_slow_weights *self = self_;
    const long steps = (long) t->epochs * t->batches;
    const long taken = (long) t->epoch * t->batches + t->batch + 1;
    const double over = (double) taken / (double) steps;
    const double held = pow (self->hold, self->every) * over * over * over;
    const float share = taken < steps ? (float) (1 - held) : 0;
    if (taken % self->every && taken < steps)
        return NN_OK;
    for (int l = 0; l < t->net->layers; l++)
        for (int k = 0; k < t->net->layer[l]->params; k++) {
            const nn_param *p = &t->net->layer[l]->param[k];
            if (p->dw && p->slot[1])
                nn_call_back (p->w, p->slot[1], p->size, share);
        }
    return NN_OK;
}

/*  Every few steps, and after the last. `self` must live as long as the training,
 *  whose optimiser is an nn_lookahead_kind. */
nn_callback nn_lookahead (nn_slow_weights *self)
{
    return (nn_callback){
        .name = "lookahead", .begin = begin, .batch = after_step, .self = self
    };
}
