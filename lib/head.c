/*  head.c - what is put on a borrowed base
 *
 *  A network that has learnt a thousand classes ends with a layer for just those.
 *  Below it stand features, which are good for other classes as well. So the last
 *  layers, the head, are cut off and others are put in their place: the mean of
 *  each feature map, and one dense layer or two.
 *
 *  The layers of a head are called "head.1", "head.2" and so on, those of the base
 *  as they always were.
 */
#include "nn.h"

#include <string.h>

static nn_layer *linear (nn_net *net, nn_layer *x, int classes)
{
    return nn_named (nn_dense (net, nn_gap (net, x), .units = classes), "head.1");
}

static nn_layer *dropout (nn_net *net, nn_layer *x, int classes)
{
    x = nn_named (nn_dropout (net, nn_gap (net, x), .rate = 0.3f), "head.1");
    return nn_named (nn_dense (net, x, .units = classes), "head.2");
}

static nn_layer *dense128 (nn_net *net, nn_layer *x, int classes)
{
    x = nn_named (nn_dense (net, nn_gap (net, x), .units = 128), "head.1");
    return nn_named (nn_dense (net, nn_relu (net, x), .units = classes), "head.2");
}

static const nn_head nn_linear_head = { "linear", "GAP, dense", linear };
static const nn_head nn_dropout_head = { "dropout", "GAP, dropout 0.3, dense",
                                         dropout };
static const nn_head nn_dense128_head = { "dense128",
                                          "GAP, dense 128, ReLU, dense",
                                          dense128 };

const nn_head *const nn_heads[] = { &nn_linear_head, &nn_dropout_head,
                                    &nn_dense128_head, NULL };

static const char *head_name (int i)
{
    return nn_heads[i] ? nn_heads[i]->name : NULL;
}

/*  The head of this name; NULL with a sentence, and a guess, if there is none. */
const nn_head *nn_head_find (const char *name)
{
    const int i = nn_recipe_choose ("head", head_name, name);
    return i < 0 ? NULL : nn_heads[i];
}

/*  A net for pictures of h x w x c: the base of a model, a head, the loss. A model
 *  that has no base of its own is refused. */
nn_net *nn_headed_net (const nn_model *model, const nn_head *head, int h, int w,
                       int c, int classes, uint64_t seed)
{
    if (!model->base) {
        nn_fail (NN_EVALUE,
                 "model '%s' has no base for another head; take one that was made "
                 "for ImageNet, as mobilenetv2",
                 model->name);
        return NULL;
    }
    nn_net *net = nn_net_new (.seed = seed);
    if (!net)
        return NULL;
    nn_layer *features = model->base (net, nn_input (net, h, w, c), model);
    nn_cross_entropy (net, head->make (net, features, classes));
    if (net->status != NN_OK) {
        nn_fail (net->status, "model '%s': %s", model->name, net->failure);
        nn_net_free (&net);
    }
    return net;
}

/*  How many layers lie below the head; those of a net without a head all do. */
int nn_base_layers (const nn_net *net)
{
    for (int i = 0; i < net->layers; i++)
        if (strncmp (net->layer[i]->name, "head.", 5) == 0)
            return i;
    return net->layers;
}
