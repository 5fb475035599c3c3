/*  net.c - a net is an array of layers
 *
 *  Each layer names the layers that it reads. They must stand before it, so the
 *  array is always in an order in which it can be computed: forwards from the
 *  first to the last, and for the gradients from the last to the first. There is
 *  no graph to search, and a branch or a shortcut is only a layer that names an
 *  earlier one.
 *
 *  Making a layer never needs checking at once. After the first mistake every
 *  further layer is NULL, the first sentence is kept, and nn_net_build () reports
 *  it.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

nn_net *nn_net_open (nn_net_args args)
{
    nn_net *net = calloc (1, sizeof *net);
    if (net)
        net->lasting = nn_arena_new (false);
    if (!net || !net->lasting) {
        free (net);
        nn_fail (NN_EMEMORY, "nn_net_new: no memory for a net");
        return NULL;
    }
    net->lasting->limit = args.memory_limit;
    net->seed = args.seed;
    return net;
}

void nn_net_free (nn_net **self_p)
{
    if (!*self_p)
        return;
    nn_arena_free (&(*self_p)->lasting);
    nn_arena_free (&(*self_p)->scratch);
    free (*self_p);
    *self_p = NULL;
}

/*  Remembers the first failure of a net that is being made. NULL, for whoever has
 *  to return a layer. */
nn_layer *nn_net_give_up (nn_net *net, int status)
{
    if (net->status == NN_OK) {
        net->status = status;
        snprintf (net->failure, sizeof net->failure, "%s", nn_error ());
    }
    return NULL;
}

/*  A place at the end of the array, which doubles when it is full. */
static nn_layer *append (nn_net *net)
{
    if (net->layers == net->room) {
        const int room = net->room ? 2 * net->room : 32;
        nn_layer **larger = nn_arena_take (net->lasting, room * sizeof *larger);
        if (!larger)
            return NULL;
        if (net->layers)
            memcpy (larger, net->layer, net->layers * sizeof *larger);
        net->layer = larger;
        net->room = room;
    }
    return net->layer[net->layers] =
               nn_arena_take (net->lasting, sizeof (nn_layer));
}

/*  The layer's name is its kind and how many of them there are by now:
 *  "conv2d_2". */
static void christen (nn_layer *self)
{
    int same = 1;
    for (int i = 0; i < self->net->layers; i++)
        same += self->net->layer[i]->kind == self->kind;
    snprintf (self->name, sizeof self->name, "%s_%d", self->kind->name, same);
}

/*  Adds a layer that reads `ins` others. `args` (bytes of them) are copied for its
 *  verbs. NULL when its shape () refuses, when an input is NULL, or when the net
 *  failed before. */
nn_layer *nn_layer_add (nn_net *net, const nn_kind *kind, nn_layer *const *in,
                        int ins, const void *args, size_t bytes)
{
    if (!net || net->status != NN_OK)
        return NULL;
    nn_require (net->batch == 0, "the net is built: no layer can be added");
    for (int k = 0; k < ins; k++)
        if (!in[k] || in[k]->net != net)
            return nn_net_give_up (
                net, nn_fail (NN_EVALUE, "nn_%s: input %d is %s", kind->name, k,
                              in[k] ? "a layer of another net" : "missing"));
    nn_layer *self = append (net);
    if (self) {
        self->in = nn_arena_take (net->lasting, (ins + 1) * sizeof *self->in);
        self->overwrites = nn_arena_take (net->lasting, ins + 1);
        self->refreshes = nn_arena_take (net->lasting, ins + 1);
        self->args = nn_arena_take (net->lasting, bytes + 1);
    }
    if (!self || !self->in || !self->overwrites || !self->refreshes || !self->args)
        return nn_net_give_up (net, NN_EMEMORY);
    self->kind = kind;
    self->net = net;
    self->index = net->layers;
    self->ins = ins;
    if (ins)
        memcpy (self->in, in, ins * sizeof *in);
    self->args_size = bytes;
    if (bytes)
        memcpy (self->args, args, bytes);
    christen (self);
    const int status = kind->shape (self);
    if (status != NN_OK)
        return nn_net_give_up (net, status);
    for (int k = 0; k < ins; k++)
        in[k]->users++;
    net->layers++;
    return self;
}

/*  Declares an array that the layer learns, while its shape () runs. The memory
 *  comes with nn_net_build (). fan_in and fan_out say how many values meet in an
 *  output, and how many outputs an input reaches: the initialisers ask for
 *  them. */
nn_param *nn_param_add (nn_layer *layer, const char *name, int dims,
                        const int *dim, int fan_in, int fan_out, nn_init *init)
{
    nn_require (layer->params < NN_PARAMS && dims <= NN_DIMS,
                "too many parameters in %s", layer->name);
    nn_param *p = &layer->param[layer->params++];
    snprintf (p->name, sizeof p->name, "%.44s.%.16s", layer->name, name);
    p->size = 1;
    p->dims = dims;
    for (int k = 0; k < dims; k++)
        p->size *= p->dim[k] = dim[k];
    p->fan_in = fan_in;
    p->fan_out = fan_out;
    p->init = init;
    p->rate = 1;
    p->decays = dims > 1; // biases and scales are left alone
    return p;
}

nn_layer *nn_net_layer (const nn_net *net, const char *name)
{
    for (int i = 0; i < net->layers; i++)
        if (strcmp (net->layer[i]->name, name) == 0)
            return net->layer[i];
    nn_fail (NN_EVALUE, "the net has no layer '%s'", name);
    return NULL;
}

/*  How many numbers the net holds, or only those that training may change. */
size_t nn_net_parameters (const nn_net *net, bool learnt_only)
{
    size_t count = 0;
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++)
            if (!learnt_only ||
                !(net->layer[i]->frozen || net->layer[i]->param[k].constant))
                count += net->layer[i]->param[k].size;
    return count;
}

/*  Layers first .. end - 1 learn no more, or again. Takes effect when the net is
 *  built. */
void nn_net_freeze (nn_net *net, int first, int end, bool frozen)
{
    nn_require (0 <= first && first <= end && end <= net->layers,
                "layers %d to %d of a net of %d", first, end, net->layers);
    for (int i = first; i < end; i++)
        net->layer[i]->frozen = frozen;
}
