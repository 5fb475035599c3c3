/*  fold.c - a batch norm disappears into the layer before it
 *
 *  In inference a batch norm multiplies each channel by a number and adds another.
 *  The convolution or dense layer before it does that anyway, with its weights and
 *  its bias. So both can be one: the weights of each filter are multiplied, the
 *  bias is multiplied and shifted, and the batch norm is taken out of the net. The
 *  answers are the same up to rounding, and a layer's time and memory are saved.
 *
 *  It is a step without return: statistics are no longer measured, so fold when
 *  the training is over.
 */
#include "nn.h"

#include <math.h>

/*  Filter k is w[i][k], `rows` numbers: it and its bias become those of a layer
 *  whose output needs no batch norm any more. */
void nn_fold (float *w, float *b, size_t rows, int filters, const float *weight,
              const float *bias, const float *mean, const float *variance,
              float epsilon)
{
    for (int k = 0; k < filters; k++) {
        const float scale = weight[k] / sqrtf (variance[k] + epsilon);
        for (size_t i = 0; i < rows; i++)
            w[i * filters + k] *= scale;
        b[k] = (b[k] - mean[k]) * scale + bias[k];
    }
}

/*  Can this batch norm be folded? Says why if not. */
static int foldable (const nn_layer *norm)
{
    const nn_layer *before = norm->in[0];
    if (before->kind != &nn_conv2d_kind && before->kind != &nn_dense_kind)
        return nn_fail (NN_EVALUE,
                        "'%s' cannot be folded: it follows '%s', and only a "
                        "convolution or a dense layer has weights to take it up",
                        norm->name, before->name);
    if (before->users > 1)
        return nn_fail (NN_EVALUE,
                        "'%s' cannot be folded: %d layers read '%s', and the "
                        "others want it as it is",
                        norm->name, before->users, before->name);
    if (!norm->param[0].w)
        return nn_fail (NN_EVALUE,
                        "'%s' cannot be folded: the net has no weights before "
                        "nn_net_build ()",
                        norm->name);
    return NN_OK;
}

/*  A bias of zeros for a layer that was made without. */
static int give_bias (nn_layer *self, int filters)
{
    if (self->params > 1)
        return NN_OK;
    float *b = nn_arena_take (self->net->lasting, filters * sizeof *b);
    if (!b)
        return NN_EMEMORY;
    nn_param_add (self, "bias", 1, &filters, self->param[0].fan_in,
                  self->param[0].fan_out, nn_init_zeros)
        ->w = b;
    return NN_OK;
}

/*  Takes a layer with one input out of the net: whoever read it now reads what it
 *  read. */
static void take_out (nn_layer *self)
{
    nn_net *net = self->net;
    for (int i = self->index + 1; i < net->layers; i++) {
        nn_layer *reader = net->layer[i];
        for (int k = 0; k < reader->ins; k++)
            if (reader->in[k] == self)
                reader->in[k] = self->in[0];
        reader->index = i - 1;
        net->layer[i - 1] = reader;
    }
    self->in[0]->users += self->users - 1;
    net->layers--;
}

static int fold (nn_layer *norm)
{
    const int status = foldable (norm);
    if (status != NN_OK)
        return status;
    nn_layer *before = norm->in[0];
    const int filters = before->out.c;
    if (give_bias (before, filters) != NN_OK)
        return NN_EMEMORY;
    const nn_batchnorm_args *args = norm->args;
    nn_fold (before->param[0].w, before->param[1].w,
             before->param[0].size / filters, filters, norm->param[0].w,
             norm->param[1].w, norm->param[2].w, norm->param[3].w, args->epsilon);
    take_out (norm);
    return NN_OK;
}

/*  Folds every batch norm that can be folded, and returns how many. If one is
 *  left, nn_error () says why that one, the last of them, could not. The net must
 *  then be built again. */
int nn_net_fold (nn_net *net)
{
    int folded = 0;
    for (int i = net->layers - 1; i > 0; i--) {
        if (net->layer[i]->kind != &nn_batchnorm_kind)
            continue;
        const int status = fold (net->layer[i]);
        if (status == NN_EMEMORY)
            return status;
        folded += status == NN_OK;
    }
    if (folded)
        net->batch = 0; // not built
    return folded;
}
