/*  mobilenetv2.c - a network for telephones, and the best one to borrow
 *
 *  MobileNetV2 (Sandler and others 2018) is a chain of small blocks. Each widens
 *  its input with a convolution of 1 x 1, looks at the neighbourhood of each place
 *  with a depthwise one of 3 x 3, and narrows the result again with 1 x 1. The
 *  narrow ends are joined by a shortcut, and nothing bends there: a ReLU would
 *  destroy what so few channels hold.
 *
 *  There are two flavours, whose weights cannot be exchanged. PyTorch pads one row
 *  and one column on every side. Keras pads only where it must: of a stride of two
 *  over an even number of rows, below and to the right. They differ in the batch
 *  norms' epsilon too, and in how pictures are scaled.
 *
 *  The layers have the names that torchvision gave them.
 */
#include "nn.h"

const nn_flavour nn_as_torch = { .epsilon = 1e-5f, .momentum = 0.1f };
const nn_flavour nn_as_keras = { .keras = true,
                                 .epsilon = 1e-3f,
                                 .momentum = 0.001f };

/*  A number of channels times the width, as a multiple of 8, and not less than
 *  nine tenths of what was asked for. */
int nn_channels (double channels)
{
    const int near = (int) (channels + 4) / 8 * 8, at_least = near < 8 ? 8 : near;
    return at_least < 0.9 * channels ? at_least + 8 : at_least;
}

/*  A convolution without a bias, called `name` and `first`, then its batch norm,
 *  called `name` and `second`. */
nn_layer *nn_conv_norm (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                        nn_conv2d_args conv, const char *name, const char *first,
                        const char *second)
{
    conv.no_bias = true;
    conv.init = conv.init ? conv.init : nn_init_he;
    if (!flavour->as_asked) {
        conv.same = flavour->keras;
        conv.pad = flavour->keras ? 0 : conv.kernel / 2;
    }
    x = nn_named (nn_conv2d_with (net, x, conv), "%s%s", name, first);
    return nn_named (nn_batchnorm (net, x, .epsilon = flavour->epsilon,
                                   .momentum = flavour->momentum),
                     "%s%s", name, second);
}

/*  1 x 1 to `wide` channels, depthwise 3 x 3, 1 x 1 to `narrow` channels: an
 *  inverted residual, thin at both ends. */
static nn_layer *block (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                        const char *name, int expand, int narrow, int stride)
{
    nn_layer *const in = x;
    if (!x)
        return NULL;
    const int channels = x->out.c, wide = expand * channels;
    const bool first = expand == 1; // nothing to widen
    if (!first)
        x = nn_relu6 (
            net, nn_conv_norm (net, x, flavour,
                               (nn_conv2d_args){ .filters = wide, .kernel = 1 },
                               name, ".0.0", ".0.1"));
    x = nn_conv_norm (
        net, x, flavour,
        (nn_conv2d_args){
            .filters = wide, .kernel = 3, .groups = wide, .stride = stride },
        name, first ? ".0.0" : ".1.0", first ? ".0.1" : ".1.1");
    x = nn_relu6 (net, x);
    x = nn_conv_norm (net, x, flavour,
                      (nn_conv2d_args){ .filters = narrow, .kernel = 1 }, name,
                      first ? ".1" : ".2", first ? ".2" : ".3");
    return stride == 1 && narrow == channels ? nn_add (net, x, in) : x;
}

/*  Everything up to the features: a 32nd of the rows and columns. */
static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    static const struct {
        int expand, channels, times, stride;
    } stages[] = { { 1, 16, 1, 1 }, { 6, 24, 2, 2 }, { 6, 32, 3, 2 },
                   { 6, 64, 4, 2 }, { 6, 96, 3, 1 }, { 6, 160, 3, 2 },
                   { 6, 320, 1, 1 } };
    const double width = model->value[0];
    const nn_flavour *flavour = model->value[1] > 0 ? &nn_as_keras : &nn_as_torch;
    x = nn_conv_norm (net, x, flavour,
                      (nn_conv2d_args){ .filters = nn_channels (32 * width),
                                        .kernel = 3,
                                        .stride = 2 },
                      "features.0", ".0", ".1");
    x = nn_relu6 (net, x);
    int number = 1;
    for (size_t k = 0; k < sizeof stages / sizeof *stages; k++)
        for (int i = 0; i < stages[k].times; i++) {
            char name[32];
            snprintf (name, sizeof name, "features.%d.conv", number++);
            x = block (net, x, flavour, name, stages[k].expand,
                       nn_channels (stages[k].channels * width),
                       i == 0 ? stages[k].stride : 1);
        }
    x = nn_conv_norm (
        net, x, flavour,
        (nn_conv2d_args){ .filters = nn_channels (1280 * (width > 1 ? width : 1)),
                          .kernel = 1 },
        "features.18", ".0", ".1");
    return nn_relu6 (net, x);
}

/*  The whole, with the head that it was published with. */
static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = nn_gap (net, base (net, x, model));
    if (model->value[1] == 0)
        x = nn_dropout (net, x, .rate = 0.2f);
    return nn_named (nn_dense (net, x, .units = classes), "classifier.1");
}

const nn_model nn_mobilenetv2 = { .name = "mobilenetv2",
                                  .about = "MobileNetV2 as PyTorch has it",
                                  .names = nn_names_mobilenetv2,
                                  .usual = 224,
                                  NN_IMAGENET,
                                  .base = base,
                                  .body = body,
                                  .value = { 1, 0 } };

const nn_model nn_mobilenetv2_keras = { .name = "mobilenetv2_keras",
                                        .about = "MobileNetV2 as Keras has it",
                                        .names = nn_names_mobilenetv2,
                                        .usual = 224,
                                        NN_HALVES,
                                        .base = base,
                                        .body = body,
                                        .value = { 1, 1 } };

const nn_model nn_mobilenetv2_035_keras = { .name = "mobilenetv2_035_keras",
                                            .about =
                                                "the same, with 0.35 times the "
                                                "channels",
                                            .names = nn_names_mobilenetv2,
                                            .usual = 224,
                                            NN_HALVES,
                                            .base = base,
                                            .body = body,
                                            .value = { 0.35f, 1 } };
