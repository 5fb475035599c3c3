/*  preactivation.c - the norm and the ReLU in front
 *
 *  Where the output of a block is added to others, or laid beside them, nothing
 *  should be done to it on the way. So the batch norm and the ReLU stand in front
 *  of a convolution instead of behind it: pre-activation (He and others 2016). The
 *  second ResNet and DenseNet are built of these two.
 */
#include "nn.h"

/*  A batch norm, called name and part, and a ReLU. */
nn_layer *nn_norm_relu (nn_net *net, nn_layer *x, const char *name,
                        const char *part)
{
    return nn_relu (net, nn_named (nn_batchnorm (net, x), "%s%s", name, part));
}

/*  A convolution without bias, for the next norm takes the mean away; padded on
 *  all sides by half its kernel. */
nn_layer *nn_bare_conv (nn_net *net, nn_layer *x, int filters, int kernel,
                        int stride, const char *name, const char *part)
{
    x = nn_conv2d (net, x, .filters = filters, .kernel = kernel, .stride = stride,
                   .pad = kernel / 2, .no_bias = true, .init = nn_init_he);
    return nn_named (x, "%s%s", name, part);
}
