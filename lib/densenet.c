/*  densenet.c - everybody hears everybody
 *
 *  In a DenseNet a layer reads the outputs of all layers of its block before it,
 *  side by side, and adds 32 channels of its own to them (Huang, Liu, van der
 *  Maaten and Weinberger 2017). So a block of 24 layers grows from 256 channels to
 *  1024, and none of them is computed twice. Between blocks a transition halves
 *  the channels, the rows and the columns. The names are torchvision's; files of
 *  Keras fit as well.
 */
#include "nn.h"

enum { GROWTH = 32, NARROW = 4 * GROWTH, BLOCKS = 4 };
static const int layers[BLOCKS] = { 6, 12, 24, 16 };

/*  32 channels more: 1 x 1 to 128, then 3 x 3. */
static nn_layer *grow (nn_net *net, nn_layer *in, const char *name)
{
    nn_layer *x = nn_norm_relu (net, in, name, ".norm1");
    x = nn_bare_conv (net, x, NARROW, 1, 1, name, ".conv1");
    x = nn_norm_relu (net, x, name, ".norm2");
    x = nn_bare_conv (net, x, GROWTH, 3, 1, name, ".conv2");
    return nn_concat (net, (nn_layer *[]){ in, x }, 2);
}

static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    (void) model;
    x = nn_norm_relu (net, nn_bare_conv (net, x, 64, 7, 2, "features.", "conv0"),
                      "features.", "norm0");
    x = nn_maxpool (net, x, .size = 3, .stride = 2, .pad = 1);
    for (int b = 0; b < BLOCKS && x; b++) {
        char name[48];
        for (int l = 0; l < layers[b]; l++) {
            snprintf (name, sizeof name, "features.denseblock%d.denselayer%d",
                      b + 1, l + 1);
            x = grow (net, x, name);
        }
        if (b == BLOCKS - 1 || !x)
            break;
        snprintf (name, sizeof name, "features.transition%d", b + 1);
        const int half = x->out.c / 2;
        x = nn_bare_conv (net, nn_norm_relu (net, x, name, ".norm"), half, 1, 1,
                          name, ".conv");
        x = nn_avgpool (net, x, .size = 2);
    }
    return nn_norm_relu (net, x, "features.", "norm5");
}

static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = nn_gap (net, base (net, x, model));
    return nn_named (nn_dense (net, x, .units = classes), "classifier");
}

const nn_model nn_densenet121 = { .name = "densenet121",
                                  .about = "DenseNet-121",
                                  .names = nn_names_densenet121,
                                  .usual = 224,
                                  NN_IMAGENET,
                                  .base = base,
                                  .body = body };
