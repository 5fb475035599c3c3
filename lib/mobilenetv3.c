/*  mobilenetv3.c - MobileNetV2's blocks, arranged by a search
 *
 *  A program tried thousands of arrangements of the blocks of MobileNetV2, and
 *  kept those that were fast on a telephone and right (Howard and others 2019).
 *  New in the blocks are a squeeze and excitation, kernels of 5 x 5, and the hard
 *  swish in the deeper half. There is a small one and a large one. The layers
 *  have torchvision's names.
 */
#include "nn.h"

typedef struct {
    int kernel, wide, narrow, squeeze, swish, stride;
} row;

static const row small[] = {
    { 3, 16, 16, 1, 0, 2 },  { 3, 72, 24, 0, 0, 2 },  { 3, 88, 24, 0, 0, 1 },
    { 5, 96, 40, 1, 1, 2 },  { 5, 240, 40, 1, 1, 1 }, { 5, 240, 40, 1, 1, 1 },
    { 5, 120, 48, 1, 1, 1 }, { 5, 144, 48, 1, 1, 1 }, { 5, 288, 96, 1, 1, 2 },
    { 5, 576, 96, 1, 1, 1 }, { 5, 576, 96, 1, 1, 1 },
};
static const row large[] = {
    { 3, 16, 16, 0, 0, 1 },   { 3, 64, 24, 0, 0, 2 },   { 3, 72, 24, 0, 0, 1 },
    { 5, 72, 40, 1, 0, 2 },   { 5, 120, 40, 1, 0, 1 },  { 5, 120, 40, 1, 0, 1 },
    { 3, 240, 80, 0, 1, 2 },  { 3, 200, 80, 0, 1, 1 },  { 3, 184, 80, 0, 1, 1 },
    { 3, 184, 80, 0, 1, 1 },  { 3, 480, 112, 1, 1, 1 }, { 3, 672, 112, 1, 1, 1 },
    { 5, 672, 160, 1, 1, 2 }, { 5, 960, 160, 1, 1, 1 }, { 5, 960, 160, 1, 1, 1 },
};

static const nn_flavour as_torch = { .epsilon = 1e-3f, .momentum = 0.01f };

static nn_layer *bend (nn_net *net, nn_layer *x, int swish)
{
    return swish ? nn_hard_swish (net, x) : nn_relu (net, x);
}

/*  Each channel times what two small layers make of the means of all. */
static nn_layer *squeeze (nn_net *net, nn_layer *x, const char *name, int part)
{
    if (!x)
        return NULL;
    const int channels = x->out.c;
    nn_layer *s = nn_gap (net, x);
    s = nn_conv2d (net, s, .filters = nn_channels (channels / 4.0), .kernel = 1,
                   .init = nn_init_he);
    s = nn_relu (net, nn_named (s, "%s.%d.fc1", name, part));
    s = nn_conv2d (net, s, .filters = channels, .kernel = 1, .init = nn_init_he);
    s = nn_hard_sigmoid (net, nn_named (s, "%s.%d.fc2", name, part));
    return nn_scale (net, x, s);
}

static nn_layer *block (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                        const row *r, int number)
{
    if (!x)
        return NULL;
    nn_layer *const in = x;
    const int channels = x->out.c;
    char name[32], first[8], second[8];
    snprintf (name, sizeof name, "features.%d.block", number);
    int part = 0;
    if (r->wide != channels) {
        x = nn_conv_norm (net, x, flavour,
                          (nn_conv2d_args){ .filters = r->wide, .kernel = 1 },
                          name, ".0.0", ".0.1");
        x = bend (net, x, r->swish);
        part++;
    }
    snprintf (first, sizeof first, ".%d.0", part);
    snprintf (second, sizeof second, ".%d.1", part++);
    x = nn_conv_norm (net, x, flavour,
                      (nn_conv2d_args){ .filters = r->wide,
                                        .kernel = r->kernel,
                                        .groups = r->wide,
                                        .stride = r->stride },
                      name, first, second);
    x = bend (net, x, r->swish);
    if (r->squeeze)
        x = squeeze (net, x, name, part++);
    snprintf (first, sizeof first, ".%d.0", part);
    snprintf (second, sizeof second, ".%d.1", part);
    x = nn_conv_norm (net, x, flavour,
                      (nn_conv2d_args){ .filters = r->narrow, .kernel = 1 }, name,
                      first, second);
    return r->stride == 1 && r->narrow == channels ? nn_add (net, x, in) : x;
}

/*  value: 1 for the large one, 1 for Keras's flavour. */
static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    const bool is_large = model->value[0] > 0;
    const nn_flavour *flavour = model->value[1] > 0 ? &nn_as_keras : &as_torch;
    const row *rows = is_large ? large : small;
    const int count =
        is_large ? sizeof large / sizeof *large : sizeof small / sizeof *small;
    x = nn_conv_norm (net, x, flavour,
                      (nn_conv2d_args){ .filters = 16, .kernel = 3, .stride = 2 },
                      "features.0", ".0", ".1");
    x = nn_hard_swish (net, x);
    for (int k = 0; k < count; k++)
        x = block (net, x, flavour, &rows[k], k + 1);
    char name[32];
    snprintf (name, sizeof name, "features.%d", count + 1);
    x = nn_conv_norm (
        net, x, flavour,
        (nn_conv2d_args){ .filters = 6 * rows[count - 1].narrow, .kernel = 1 },
        name, ".0", ".1");
    return nn_hard_swish (net, x);
}

static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = nn_gap (net, base (net, x, model));
    x = nn_dense (net, x, .units = model->value[0] > 0 ? 1280 : 1024);
    x = nn_hard_swish (net, nn_named (x, "classifier.0"));
    x = nn_dropout (net, x, .rate = 0.2f);
    return nn_named (nn_dense (net, x, .units = classes), "classifier.3");
}

const nn_model nn_mobilenetv3_small = { .name = "mobilenetv3_small",
                                        .about = "MobileNetV3, the small one",
                                        .usual = 224,
                                        NN_IMAGENET,
                                        .names = nn_names_mobilenetv3_small,
                                        .base = base,
                                        .body = body };

const nn_model nn_mobilenetv3_large = { .name = "mobilenetv3_large",
                                        .about = "MobileNetV3, the large one",
                                        .usual = 224,
                                        NN_IMAGENET,
                                        .names = nn_names_mobilenetv3_large,
                                        .base = base,
                                        .body = body,
                                        .value = { 1, 0 } };

const nn_model nn_mobilenetv3_small_keras = { .name = "mobilenetv3_small_keras",
                                              .about = "the small one as Keras "
                                                       "has it",
                                              .usual = 224,
                                              NN_HALVES,
                                              .names = nn_names_mobilenetv3_small,
                                              .base = base,
                                              .body = body,
                                              .value = { 0, 1 } };

const nn_model nn_mobilenetv3_large_keras = { .name = "mobilenetv3_large_keras",
                                              .about = "the large one as Keras "
                                                       "has it",
                                              .usual = 224,
                                              NN_HALVES,
                                              .names = nn_names_mobilenetv3_large,
                                              .base = base,
                                              .body = body,
                                              .value = { 1, 1 } };
