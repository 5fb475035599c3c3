/*  dropout.c - forgetting on purpose
 *
 *  While a net learns, each value is set to 0 with a certain probability, and
 *  nobody knows beforehand which. So no unit can rely on a certain other one
 *  (Srivastava, Hinton and others 2014). The values that pass are made larger by
 *  as much as is lost on average. Then the next layer sees the same sums as
 *  without dropout, and a net that answers, and no longer learns, has nothing to
 *  do at all.
 *
 *  Which values pass depends on the seed of the net, the layer, the step and the
 *  number of the image, and on nothing else: not on the thread, nor on the place
 *  that the image has in its batch. So nothing need be remembered either. The way
 *  back draws the same numbers again.
 */
#include "nn.h"

/*  y = x / (1 - rate) where a draw lets it pass, and 0 where not; or y += that.
 *  With a rate of 0 all pass, and nothing is drawn. */
void nn_dropout_pass (float *y, const float *x, size_t n, float rate,
                      nn_random *random, bool add)
{
    const uint32_t least = (uint32_t) (rate * 0x1p32); // a draw that passes
    const float scale = 1 / (1 - rate);
    for (size_t i = 0; i < n; i++) {
        const bool passes = rate == 0 || nn_random_bits (random) >= least;
        const float value = passes ? scale * x[i] : 0;
        y[i] = add ? y[i] + value : value;
    }
}

/*  The numbers for an image of the batch, in this layer and at this step. An image
 *  whose batch does not say which it is goes by its place. */
static nn_random draws (const nn_layer *self, int i, const nn_pass *pass)
{
    const nn_batch *batch = pass->batch;
    const uint32_t image = (uint32_t) (batch->index ? batch->index[i] : i);
    return nn_random_from (self->net->seed,
                           NN_FOR_LAYER + ((uint32_t) self->index << 8),
                           (uint32_t) pass->step, image);
}

/*  Both ways are the same: what did not pass on the way forward had no part in
 *  the loss, and what passed, passed with a factor. */
static void pass_on (nn_layer *self, int lo, int hi, const nn_pass *pass,
                     bool back)
{
    const nn_dropout_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const float rate = pass->training && !self->frozen ? args->rate : 0;
    if (rate == 0 && self->in_place)
        return;
    for (int i = lo; i < hi; i++) {
        nn_random random = draws (self, i, pass);
        for (int row = 0; row < in->h; row++) {
            const size_t a = nn_at (in, i, row, 0), b = nn_at (out, i, row, 0);
            const size_t n = (size_t) in->w * in->c;
            if (back)
                nn_dropout_pass (in->dx + a, out->dx + b, n, rate, &random,
                                 !self->overwrites[0]);
            else
                nn_dropout_pass (out->x + b, in->x + a, n, rate, &random, false);
        }
    }
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    pass_on (self, lo, hi, pass, false);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    pass_on (self, lo, hi, pass, true);
}

static int shape (nn_layer *self)
{
    const nn_dropout_args *args = self->args;
    if (!(args->rate >= 0 && args->rate < 1))
        return nn_fail (NN_EVALUE,
                        "nn_dropout '%s': a rate of %g; give .rate = 0 or more, "
                        "and less than 1",
                        self->name, (double) args->rate);
    self->out = self->in[0]->out;
    return NN_OK;
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    const nn_dropout_args *args = self->args;
    snprintf (text, size, "drops %g %%", 100 * (double) args->rate);
}

const nn_kind nn_dropout_kind = { .name = "dropout",
                                  .shape = shape,
                                  .forward = forward,
                                  .backward = backward,
                                  .describe = describe,
                                  .flags =
                                      NN_IN_PLACE | NN_HALO_IN | NN_HALO_OUT };

nn_layer *nn_dropout_with (nn_net *net, nn_layer *in, nn_dropout_args args)
{
    return nn_layer_add (net, &nn_dropout_kind, &in, 1, &args, sizeof args);
}
