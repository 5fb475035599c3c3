/*  hub.h - the small MobileNet of chapters/13-borrowed-weights/record.py, as our net */
#ifndef NN_HUB_H
#define NN_HUB_H

#include "nn.h"

#define HUB "chapters/13-borrowed-weights/hub.safetensors"
#define DUMPED "chapters/13-borrowed-weights/dumped.safetensors"

static inline nn_layer *hub_norm (nn_net *net, nn_layer *x, const char *name)
{
    return nn_relu (net, nn_named (nn_batchnorm (net, x), "%s", name));
}

/*  One block: depthwise 3 x 3, then 1 x 1. */
static inline nn_layer *hub_block (nn_net *net, nn_layer *x, int number, int c,
                                   int filters, int stride)
{
    char name[48];
    snprintf (name, sizeof name, "features.%d.conv", number);
    x = nn_named (nn_conv2d (net, x, .filters = c, .groups = c, .kernel = 3,
                             .stride = stride, .pad = 1, .no_bias = true),
                  "%s.0.0", name);
    x = nn_relu (net, nn_named (nn_batchnorm (net, x), "%s.0.1", name));
    x = nn_named (
        nn_conv2d (net, x, .filters = filters, .kernel = 1, .no_bias = true),
        "%s.1", name);
    return nn_relu (net, nn_named (nn_batchnorm (net, x), "%s.2", name));
}

/*  Not built yet. */
static inline nn_net *hub_net (int classes, uint64_t seed)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, 16, 16, 3);
    x = nn_named (nn_conv2d (net, x, .filters = 8, .kernel = 3, .stride = 2,
                             .pad = 1, .no_bias = true),
                  "features.0.0");
    x = hub_norm (net, x, "features.0.1");
    x = hub_block (net, x, 1, 8, 16, 1);
    x = hub_block (net, x, 2, 16, 24, 2);
    x = nn_named (nn_dense (net, x, .units = classes), "classifier.1");
    nn_cross_entropy (net, x);
    return net;
}

#endif
