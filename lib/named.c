/*  named.c - layers that are called as everybody calls them
 *
 *  A file of weights from somewhere else names its arrays. If our layers have the
 *  same names, nothing need be translated. So the well-known models take the names
 *  that PyTorch's torchvision gave them: "features.2.conv.1.0" is the first thing
 *  in the second part of the third block, dots and all.
 */
#include "nn.h"

#include <stdarg.h>
#include <string.h>

/*  Calls the layer by a name written as by printf, and its parameters after it:
 *  "features.0.0", "features.0.0.weight". The layer, or NULL as it came. A name
 *  that is too long or that another layer has is a failure of the net. */
nn_layer *nn_named (nn_layer *layer, const char *format, ...)
{
    if (!layer)
        return NULL;
    nn_net *net = layer->net;
    char name[sizeof layer->name];
    va_list args;
    va_start (args, format);
    const int length = vsnprintf (name, sizeof name, format, args);
    va_end (args);
    if (length < 1 || length > 44)
        return nn_net_give_up (net, nn_fail (NN_EVALUE,
                                             "the name '%s' for layer '%s' has %d "
                                             "letters; 1 to 44 will do",
                                             name, layer->name, length));
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i] != layer && strcmp (net->layer[i]->name, name) == 0)
            return nn_net_give_up (
                net, nn_fail (NN_EVALUE, "two layers would be called '%s'", name));
    memcpy (layer->name, name, length + 1);
    for (int k = 0; k < layer->params; k++) {
        char *whole = layer->param[k].name;
        char last[sizeof layer->param[k].name];
        snprintf (last, sizeof last, "%s", strrchr (whole, '.') + 1);
        snprintf (whole, sizeof last, "%.44s.%.16s", name, last);
    }
    return layer;
}
