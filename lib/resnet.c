/*  resnet.c - fifty layers and sixteen shortcuts
 *
 *  The network that made depth possible (He, Zhang, Ren and Sun 2015). A block
 *  narrows by 1 x 1, looks around by 3 x 3 and widens by 1 x 1, and its input is
 *  added to that. Where sizes change, the shortcut has a convolution of 1 x 1 too.
 *
 *  There are two orders. In the first a batch norm follows each convolution, and
 *  a ReLU the sum; the stride is in the 3 x 3, which everybody does since 2016
 *  and calls V1.5. (Only Keras has left it where the paper has it, in the 1 x 1.)
 *  In the second, V2, norm and ReLU come before each convolution,
 *  and nothing at all stands in the way of the shortcut (He and others 2016). Here
 *  Keras strides in the last block of a stage, not in the first, and pools the
 *  shortcut instead of weighing it. The names are torchvision's for the first
 *  order and those of the ONNX zoo's file for the second.
 */
#include "nn.h"

static const struct {
    int narrow, times, stride;
} stages[] = { { 64, 3, 1 }, { 128, 4, 2 }, { 256, 6, 2 }, { 512, 3, 2 } };
enum { STAGES = 4, WIDER = 4 }; // a block's output is so many times wider

static const nn_flavour keras = { .epsilon = 1.001e-5f, .momentum = 0.01f };

static nn_layer *conv_norm (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                            int filters, int kernel, int stride, const char *name,
                            const char *first, const char *second)
{
    return nn_conv_norm (
        net, x, flavour,
        (nn_conv2d_args){ .filters = filters, .kernel = kernel, .stride = stride },
        name, first, second);
}

/*  The strides are those of the first 1 x 1 and of the 3 x 3. */
static nn_layer *bottleneck (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                             const char *name, int narrow, const int stride[2],
                             bool first)
{
    nn_layer *shortcut = x;
    x = nn_relu (net, conv_norm (net, x, flavour, narrow, 1, stride[0], name,
                                 ".conv1", ".bn1"));
    x = nn_relu (net, conv_norm (net, x, flavour, narrow, 3, stride[1], name,
                                 ".conv2", ".bn2"));
    x = conv_norm (net, x, flavour, WIDER * narrow, 1, 1, name, ".conv3", ".bn3");
    if (first)
        shortcut = conv_norm (net, shortcut, flavour, WIDER * narrow, 1,
                              stride[0] * stride[1], name, ".downsample.0",
                              ".downsample.1");
    return nn_relu (net, nn_add (net, x, shortcut));
}

static nn_layer *block (nn_net *net, nn_layer *x, const char *name, int narrow,
                        int stride, bool first)
{
    return bottleneck (net, x, &nn_as_torch, name, narrow, (int[]){ 1, stride },
                       first);
}

static nn_layer *block_keras (nn_net *net, nn_layer *x, const char *name,
                              int narrow, int stride, bool first)
{
    return bottleneck (net, x, &keras, name, narrow, (int[]){ stride, 1 }, first);
}

/*  The stride of block i of stage s. `late`: what the first block of a stage would
 *  do, the last one of the stage before it does. */
static int stride_of (int s, int i, bool late)
{
    if (!late)
        return i == 0 ? stages[s].stride : 1;
    return i == stages[s].times - 1 && s + 1 < STAGES ? stages[s + 1].stride : 1;
}

/*  The blocks of the first stages, one after the other; `named` is how
 *  their names begin. */
static nn_layer *stack (nn_net *net, nn_layer *x, int count, const char *named,
                        bool late,
                        nn_layer *(*one) (nn_net *net, nn_layer *x,
                                          const char *name, int narrow, int stride,
                                          bool first))
{
    for (int s = 0; s < count; s++)
        for (int i = 0; i < stages[s].times; i++) {
            char name[32];
            snprintf (name, sizeof name, "%s%d.%d", named, s + 1, i);
            x = one (net, x, name, stages[s].narrow, stride_of (s, i, late),
                     i == 0);
        }
    return x;
}

static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    const bool as_keras = model->value[1] > 0;
    x = nn_relu (net, conv_norm (net, x, as_keras ? &keras : &nn_as_torch, 64, 7,
                                 2, "", "conv1", "bn1"));
    x = nn_maxpool (net, x, .size = 3, .stride = 2, .pad = 1);
    return stack (net, x, STAGES, "layer", false, as_keras ? block_keras : block);
}

static nn_layer *block_v2 (nn_net *net, nn_layer *x, const char *name, int narrow,
                           int stride, bool first)
{
    nn_layer *shortcut = x;
    x = nn_norm_relu (net, x, name, ".bn1");
    if (first)
        shortcut =
            nn_bare_conv (net, x, WIDER * narrow, 1, stride, name, ".downsample");
    x = nn_norm_relu (net, nn_bare_conv (net, x, narrow, 1, 1, name, ".conv1"),
                      name, ".bn2");
    x = nn_bare_conv (net, x, narrow, 3, stride, name, ".conv2");
    x = nn_bare_conv (net, nn_norm_relu (net, x, name, ".bn3"), WIDER * narrow, 1,
                      1, name, ".conv3");
    return nn_add (net, x, shortcut);
}

static nn_layer *base_v2 (nn_net *net, nn_layer *x, const nn_model *model)
{
    const int count = model->value[0] > 0 ? (int) model->value[0] : STAGES;
    x = nn_named (nn_batchnorm (net, x), "bn_data");
    x = nn_norm_relu (net, nn_bare_conv (net, x, 64, 7, 2, "", "conv0"), "",
                      "bn0");
    x = nn_maxpool (net, x, .size = 3, .stride = 2, .pad = 1);
    x = stack (net, x, count, "stage", false, block_v2);
    return nn_norm_relu (net, x, "", "bn_out");
}

/*  A batch norm as Keras has it, and a ReLU. */
static nn_layer *norm_keras (nn_net *net, nn_layer *x, const char *name,
                             const char *part)
{
    x = nn_batchnorm (net, x, .epsilon = keras.epsilon,
                      .momentum = keras.momentum);
    return nn_relu (net, nn_named (x, "%s%s", name, part));
}

/*  1 x 1 with a bias, which no norm takes away: it goes into a sum. */
static nn_layer *widen (nn_net *net, nn_layer *x, int narrow, const char *name,
                        const char *part)
{
    x = nn_conv2d (net, x, .filters = WIDER * narrow, .kernel = 1,
                   .init = nn_init_he);
    return nn_named (x, "%s%s", name, part);
}

static nn_layer *block_v2_keras (nn_net *net, nn_layer *x, const char *name,
                                 int narrow, int stride, bool first)
{
    nn_layer *shortcut = x;
    x = norm_keras (net, x, name, ".bn1");
    if (first)
        shortcut = widen (net, x, narrow, name, ".downsample");
    else if (stride > 1)
        shortcut = nn_maxpool (net, shortcut, .size = 1, .stride = stride);
    x = norm_keras (net, nn_bare_conv (net, x, narrow, 1, 1, name, ".conv1"), name,
                    ".bn2");
    x = nn_bare_conv (net, x, narrow, 3, stride, name, ".conv2");
    x = widen (net, norm_keras (net, x, name, ".bn3"), narrow, name, ".conv3");
    return nn_add (net, x, shortcut);
}

/*  No norm in front: what is pooled may be negative, and the frame's zeros win. */
static nn_layer *base_v2_keras (nn_net *net, nn_layer *x, const nn_model *model)
{
    (void) model;
    x = nn_conv2d (net, x, .filters = 64, .kernel = 7, .stride = 2, .pad = 3,
                   .init = nn_init_he);
    x = nn_zero_pad (net, nn_named (x, "conv0"), 1);
    x = nn_maxpool (net, x, .size = 3, .stride = 2);
    x = stack (net, x, STAGES, "stage", true, block_v2_keras);
    return norm_keras (net, x, "", "bn_out");
}

static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = nn_gap (net, model->base (net, x, model));
    return nn_named (nn_dense (net, x, .units = classes), "fc");
}

const nn_model nn_resnet50 = { .name = "resnet50",
                               .about = "ResNet-50 V1.5",
                               .usual = 224,
                               NN_IMAGENET,
                               .base = base,
                               .body = body };

const nn_model nn_resnet50_keras = { .name = "resnet50_keras",
                                     .about = "ResNet-50 V1 as Keras has it",
                                     .names = nn_names_resnet50,
                                     .usual = 224,
                                     NN_CAFFE,
                                     .base = base,
                                     .body = body,
                                     .value = { 0, 1 } };

const nn_model nn_resnet50v2 = { .name = "resnet50v2",
                                 .about = "ResNet-50 V2, norms in front",
                                 .usual = 224,
                                 NN_IMAGENET,
                                 .base = base_v2,
                                 .body = body };

const nn_model nn_resnet50v2_keras = { .name = "resnet50v2_keras",
                                       .about = "ResNet-50 V2 as Keras has it",
                                       .names = nn_names_resnet50v2,
                                       .usual = 224,
                                       NN_HALVES,
                                       .base = base_v2_keras,
                                       .body = body };

const nn_model nn_resnet50v2_3 = { .name = "resnet50v2_3",
                                   .about =
                                       "its first three stages: 1024 features",
                                   .usual = 224,
                                   NN_IMAGENET,
                                   .base = base_v2,
                                   .body = body,
                                   .value = { 3 } };
