/*  inception.c - several widths of view at once
 *
 *  How far should a filter look? An Inception block does not decide: it looks with
 *  1 x 1, with 3 x 3, with twice 3 x 3, and at a pooled picture, and lays the
 *  results side by side. In the third version large kernels are taken apart: 7 x 7
 *  becomes 1 x 7 and then 7 x 1, with two sevenths of the multiplications (Szegedy
 *  and others 2016). The second classifier, which helped to train it, is left out.
 *  The names are torchvision's. Keras has given its layers none; and where a
 *  window looks over the edge, its mean is of what lies inside.
 */
#include "nn.h"

static const nn_flavour flavour = { .as_asked = true,
                                    .epsilon = 1e-3f,
                                    .momentum = 0.1f };

/*  A convolution of h x w, its batch norm, a ReLU. */
static nn_layer *unit (nn_net *net, nn_layer *x, const char *block,
                       const char *name, int filters, int h, int w, int stride)
{
    char whole[48];
    snprintf (whole, sizeof whole, "%s%s", block, name);
    const nn_conv2d_args conv = { .filters = filters,
                                  .kernel = h,
                                  .kernel_w = w,
                                  .stride = stride ? stride : 1,
                                  .same = stride == 0 }; // 0: as large as before
    return nn_relu (net,
                    nn_conv_norm (net, x, &flavour, conv, whole, ".conv", ".bn"));
}

static nn_layer *averaged (nn_net *net, nn_layer *x)
{
    return nn_avgpool (net, x, .size = 3, .stride = 1, .pad = 1);
}

static nn_layer *side_by_side (nn_net *net, nn_layer *a, nn_layer *b, nn_layer *c,
                               nn_layer *d)
{
    return nn_concat (net, (nn_layer *[]){ a, b, c, d }, d ? 4 : 3);
}

static nn_layer *block_a (nn_net *net, nn_layer *x, const char *name, int pooled)
{
    nn_layer *a = unit (net, x, name, ".branch1x1", 64, 1, 1, 0);
    nn_layer *b = unit (net, x, name, ".branch5x5_1", 48, 1, 1, 0);
    b = unit (net, b, name, ".branch5x5_2", 64, 5, 5, 0);
    nn_layer *c = unit (net, x, name, ".branch3x3dbl_1", 64, 1, 1, 0);
    c = unit (net, c, name, ".branch3x3dbl_2", 96, 3, 3, 0);
    c = unit (net, c, name, ".branch3x3dbl_3", 96, 3, 3, 0);
    nn_layer *d = averaged (net, x);
    d = unit (net, d, name, ".branch_pool", pooled, 1, 1, 0);
    return side_by_side (net, a, b, c, d);
}

static nn_layer *block_b (nn_net *net, nn_layer *x, const char *name)
{
    nn_layer *a = unit (net, x, name, ".branch3x3", 384, 3, 3, 2);
    nn_layer *b = unit (net, x, name, ".branch3x3dbl_1", 64, 1, 1, 0);
    b = unit (net, b, name, ".branch3x3dbl_2", 96, 3, 3, 0);
    b = unit (net, b, name, ".branch3x3dbl_3", 96, 3, 3, 2);
    nn_layer *c = nn_maxpool (net, x, .size = 3, .stride = 2);
    return side_by_side (net, a, b, c, NULL);
}

static nn_layer *block_c (nn_net *net, nn_layer *x, const char *name, int narrow)
{
    nn_layer *a = unit (net, x, name, ".branch1x1", 192, 1, 1, 0);
    nn_layer *b = unit (net, x, name, ".branch7x7_1", narrow, 1, 1, 0);
    b = unit (net, b, name, ".branch7x7_2", narrow, 1, 7, 0);
    b = unit (net, b, name, ".branch7x7_3", 192, 7, 1, 0);
    nn_layer *c = unit (net, x, name, ".branch7x7dbl_1", narrow, 1, 1, 0);
    c = unit (net, c, name, ".branch7x7dbl_2", narrow, 7, 1, 0);
    c = unit (net, c, name, ".branch7x7dbl_3", narrow, 1, 7, 0);
    c = unit (net, c, name, ".branch7x7dbl_4", narrow, 7, 1, 0);
    c = unit (net, c, name, ".branch7x7dbl_5", 192, 1, 7, 0);
    nn_layer *d = averaged (net, x);
    d = unit (net, d, name, ".branch_pool", 192, 1, 1, 0);
    return side_by_side (net, a, b, c, d);
}

static nn_layer *block_d (nn_net *net, nn_layer *x, const char *name)
{
    nn_layer *a = unit (net, x, name, ".branch3x3_1", 192, 1, 1, 0);
    a = unit (net, a, name, ".branch3x3_2", 320, 3, 3, 2);
    nn_layer *b = unit (net, x, name, ".branch7x7x3_1", 192, 1, 1, 0);
    b = unit (net, b, name, ".branch7x7x3_2", 192, 1, 7, 0);
    b = unit (net, b, name, ".branch7x7x3_3", 192, 7, 1, 0);
    b = unit (net, b, name, ".branch7x7x3_4", 192, 3, 3, 2);
    nn_layer *c = nn_maxpool (net, x, .size = 3, .stride = 2);
    return side_by_side (net, a, b, c, NULL);
}

/*  1 x 3 and 3 x 1 of one input, side by side. */
static nn_layer *two_ways (nn_net *net, nn_layer *x, const char *name,
                           const char *first, const char *second)
{
    nn_layer *a = unit (net, x, name, first, 384, 1, 3, 0);
    nn_layer *b = unit (net, x, name, second, 384, 3, 1, 0);
    return nn_concat (net, (nn_layer *[]){ a, b }, 2);
}

static nn_layer *block_e (nn_net *net, nn_layer *x, const char *name)
{
    nn_layer *a = unit (net, x, name, ".branch1x1", 320, 1, 1, 0);
    nn_layer *b = unit (net, x, name, ".branch3x3_1", 384, 1, 1, 0);
    b = two_ways (net, b, name, ".branch3x3_2a", ".branch3x3_2b");
    nn_layer *c = unit (net, x, name, ".branch3x3dbl_1", 448, 1, 1, 0);
    c = unit (net, c, name, ".branch3x3dbl_2", 384, 3, 3, 0);
    c = two_ways (net, c, name, ".branch3x3dbl_3a", ".branch3x3dbl_3b");
    nn_layer *d = averaged (net, x);
    d = unit (net, d, name, ".branch_pool", 192, 1, 1, 0);
    return side_by_side (net, a, b, c, d);
}

static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    (void) model;
    x = unit (net, x, "Conv2d_1a_3x3", "", 32, 3, 3, 2);
    x = unit (net, x, "Conv2d_2a_3x3", "", 32, 3, 3, 1);
    x = unit (net, x, "Conv2d_2b_3x3", "", 64, 3, 3, 0);
    x = nn_maxpool (net, x, .size = 3, .stride = 2);
    x = unit (net, x, "Conv2d_3b_1x1", "", 80, 1, 1, 0);
    x = unit (net, x, "Conv2d_4a_3x3", "", 192, 3, 3, 1);
    x = nn_maxpool (net, x, .size = 3, .stride = 2);
    x = block_a (net, x, "Mixed_5b", 32);
    x = block_a (net, x, "Mixed_5c", 64);
    x = block_a (net, x, "Mixed_5d", 64);
    x = block_b (net, x, "Mixed_6a");
    x = block_c (net, x, "Mixed_6b", 128);
    x = block_c (net, x, "Mixed_6c", 160);
    x = block_c (net, x, "Mixed_6d", 160);
    x = block_c (net, x, "Mixed_6e", 192);
    x = block_d (net, x, "Mixed_7a");
    x = block_e (net, x, "Mixed_7b");
    return block_e (net, x, "Mixed_7c");
}

static nn_layer *base_keras (nn_net *net, nn_layer *x, const nn_model *model)
{
    const int first = net->layers;
    x = base (net, x, model);
    for (int i = first; i < net->layers; i++)
        if (net->layer[i]->kind == &nn_avgpool_kind)
            ((nn_avgpool_args *) net->layer[i]->args)->inside = true;
        else if (net->layer[i]->kind == &nn_batchnorm_kind)
            ((nn_batchnorm_args *) net->layer[i]->args)->momentum = 0.01f;
    return x;
}

static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = nn_gap (net, model->base (net, x, model));
    x = nn_dropout (net, x, .rate = 0.5f);
    return nn_named (nn_dense (net, x, .units = classes), "fc");
}

const nn_model nn_inception_v3 = { .name = "inception_v3",
                                   .about = "Inception V3",
                                   .usual = 299,
                                   NN_IMAGENET,
                                   .base = base,
                                   .body = body };

const nn_model nn_inception_v3_keras = { .name = "inception_v3_keras",
                                         .about = "Inception V3 as Keras has it",
                                         .names = nn_names_inception_v3,
                                         .usual = 299,
                                         NN_HALVES,
                                         .base = base_keras,
                                         .body = body };
