/*  part.c - below a layer, and above it
 *
 *  A net that is partly frozen is two nets. What lies below never changes, and
 *  gives the same numbers for the same picture, for ever. What lies above learns.
 *  So one may want to have each by itself: compute the lower one once for every
 *  picture, and train the upper one on what it gave.
 *
 *  A part is a net like any other, but its weights are those of the whole, not
 *  copies. When the part has been trained, so has the whole.
 */
#include "nn.h"

#include <string.h>

/*  Adds a layer like `like`, which reads `in`: same name, same weights. */
static nn_layer *copy_layer (nn_net *part, const nn_layer *like,
                             nn_layer *const *in)
{
    nn_layer *self = nn_layer_add (part, like->kind, in, like->ins, like->args,
                                   like->args_size);
    if (!self)
        return NULL;
    memcpy (self->name, like->name, sizeof self->name);
    memcpy (self->param, like->param, sizeof self->param);
    self->params = like->params;
    self->frozen = like->frozen;
    return self;
}

/*  Adds the layers of the whole from `first` to end - 1. place[i] is where layer i
 *  of the whole is in the part, or NULL if it is not. */
static int copy_layers (nn_net *part, const nn_net *whole, int first, int end,
                        nn_layer **place)
{
    for (int i = first; i < end; i++) {
        const nn_layer *like = whole->layer[i];
        nn_layer *in[8];
        nn_require (like->ins <= 8, "'%s' reads %d layers", like->name, like->ins);
        for (int k = 0; k < like->ins; k++) {
            in[k] = place[like->in[k]->index];
            if (!in[k])
                return nn_fail (NN_EVALUE,
                                "the net cannot be cut above '%s': '%s' reads "
                                "'%s', which lies below",
                                whole->layer[first - 1]->name, like->name,
                                like->in[k]->name);
        }
        place[i] = copy_layer (part, like, in);
        if (!place[i])
            return nn_fail (part->status, "%s", part->failure);
    }
    return NN_OK;
}

/*  Layers first .. end - 1 as a net, not yet built. If they do not begin with the
 *  whole's input, a new one stands for the layer before them. */
static nn_net *part_of (const nn_net *whole, int first, int end)
{
    nn_require (whole->batch > 0,
                "the net must be built, and have weights, before it is cut");
    nn_net *part = nn_net_new (.seed = whole->seed);
    if (!part)
        return NULL;
    nn_layer **place =
        nn_arena_take (part->lasting, whole->layers * sizeof *place);
    int status = place ? NN_OK : NN_EMEMORY;
    if (status == NN_OK && first > 0) {
        const nn_tensor *out = &whole->layer[first - 1]->out;
        place[first - 1] = nn_input (part, out->h, out->w, out->c);
        status = part->status;
    }
    if (status == NN_OK)
        status = copy_layers (part, whole, first, end, place);
    part->step = whole->step;
    if (status != NN_OK)
        nn_net_free (&part);
    return part;
}

/*  The layers up to `top`, which is its output. NULL, with a sentence, if there is
 *  no memory. */
nn_net *nn_net_below (const nn_net *whole, const nn_layer *top)
{
    nn_require (top->net == whole, "'%s' is a layer of another net", top->name);
    return part_of (whole, 0, top->index + 1);
}

/*  The layers above `below`, whose output is what this net reads. NULL, with a
 *  sentence, if one of them reads a layer further down. */
nn_net *nn_net_above (const nn_net *whole, const nn_layer *below)
{
    nn_require (below->net == whole, "'%s' is a layer of another net",
                below->name);
    return part_of (whole, below->index + 1, whole->layers);
}

/*  Does nothing that this layer does depend on a training? */
static bool fixed (const nn_layer *self)
{
    bool learns = self->kind == &nn_dropout_kind;
    for (int k = 0; k < self->params; k++)
        learns |= !self->param[k].constant;
    return self->frozen || !learns;
}

/*  The highest layer that can be cut off with all below it, none of which learns
 *  or draws. NULL if something learns right above the input, or if a shortcut
 *  leads around every such layer. */
const nn_layer *nn_net_fixed (const nn_net *net)
{
    int end = 1, highest = 0;
    while (end < net->layers - 1 && fixed (net->layer[end]))
        end++;
    for (int cut = 1; cut < end; cut++) {
        bool whole = true;
        for (int i = cut + 1; i < net->layers; i++)
            for (int k = 0; k < net->layer[i]->ins; k++)
                whole &= net->layer[i]->in[k]->index >= cut;
        highest = whole ? cut : highest;
    }
    return highest ? net->layer[highest] : NULL;
}
