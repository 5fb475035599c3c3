/*  model.c - networks that have a name
 *
 *  A model is a function that adds layers to a net, from the pictures to one
 *  number a class. It stands in a table, so that recipes can ask for it by name.
 */
#include "nn.h"

/*  No network yet: each class has one weight for each number of the picture. */
static nn_layer *linear (nn_net *net, nn_layer *x, const nn_model *model,
                         int classes)
{
    (void) model;
    return nn_dense (net, x, .units = classes);
}

/*  The network before convolution: each number of the picture meets each unit. */
static nn_layer *mlp (nn_net *net, nn_layer *x, const nn_model *model, int classes)
{
    (void) model;
    x = nn_relu (net, nn_dense (net, x, .units = 128));
    return nn_dense (net, x, .units = classes);
}

/*  The network that everybody builds first: twice convolution and pooling, then
 *  two dense layers. Nothing is padded: 32 x 32 becomes 30, 15, 13, 6. */
static nn_layer *baseline (nn_net *net, nn_layer *x, const nn_model *model,
                           int classes)
{
    (void) model;
    x = nn_conv2d (net, x, .filters = 32, .kernel = 3);
    x = nn_relu (net, x);
    x = nn_maxpool (net, x, .size = 2);
    x = nn_conv2d (net, x, .filters = 64, .kernel = 3);
    x = nn_relu (net, x);
    x = nn_maxpool (net, x, .size = 2);
    x = nn_dense (net, x, .units = 128);
    x = nn_relu (net, x);
    return nn_dense (net, x, .units = classes);
}

/*  One level more, and twice the filters on it: 32 x 32 becomes 30, 15, 13, 6, 4,
 *  2. Half of what the dense layer says is dropped. */
static nn_layer *deeper (nn_net *net, nn_layer *x, const nn_model *model,
                         int classes)
{
    (void) model;
    for (int filters = 32; filters <= 128; filters *= 2) {
        x = nn_conv2d (net, x, .filters = filters, .kernel = 3);
        x = nn_relu (net, x);
        x = nn_maxpool (net, x, .size = 2);
    }
    x = nn_dense (net, x, .units = 256);
    x = nn_relu (net, x);
    x = nn_dropout (net, x, .rate = 0.5f);
    return nn_dense (net, x, .units = classes);
}

/*  The deeper network with a batch norm behind each convolution, and the mean of
 *  each map in place of all its places: 32 x 32 becomes 16, 8, 4, 1. */
static nn_layer *normalised (nn_net *net, nn_layer *x, const nn_model *model,
                             int classes)
{
    (void) model;
    for (int filters = 32; filters <= 128; filters *= 2) {
        x = nn_conv2d (net, x, .filters = filters, .same = true, .no_bias = true);
        x = nn_batchnorm (net, x);
        x = nn_relu (net, x);
        x = nn_maxpool (net, x, .size = 2);
    }
    x = nn_gap (net, x);
    x = nn_dense (net, x, .units = 256);
    x = nn_relu (net, x);
    x = nn_dropout (net, x, .rate = 0.5f);
    return nn_dense (net, x, .units = classes);
}

/*  Six convolutions, each with a batch norm. The first works on the whole picture
 *  and is cheap, as it reads three channels; then every pooling comes early, so
 *  that the wide ones work on few places: 32 x 32 becomes 16, 8, 4, 1. */
static nn_layer *six (nn_net *net, nn_layer *x, const nn_model *model, int classes)
{
    (void) model;
    static const int filters[] = { 32, 64, 64, 128, 128, 256 };
    for (int k = 0; k < 6; k++) {
        x = nn_conv2d (net, x, .filters = filters[k], .same = true,
                       .no_bias = true, .init = nn_init_he);
        x = nn_relu (net, nn_batchnorm (net, x));
        if (k % 2 == 0 && k < 5)
            x = nn_maxpool (net, x, .size = 2);
    }
    return nn_dense (net, nn_gap (net, x), .units = classes);
}

static const nn_model nn_linear = { .name = "linear",
                                    .about = "one dense layer",
                                    .body = linear };

static const nn_model nn_mlp = {
    .name = "mlp", .about = "two dense layers, 128 units between them", .body = mlp
};

static const nn_model nn_baseline = {
    .name = "baseline",
    .about = "two convolutions of 3 x 3 with pooling, then two dense layers",
    .body = baseline
};

static const nn_model nn_deeper = {
    .name = "deeper",
    .about = "three convolutions of 3 x 3 with pooling, a dense layer, dropout",
    .body = deeper
};

static const nn_model nn_normalised = {
    .name = "batchnorm",
    .about = "the deeper one with batch norms and global average pooling",
    .body = normalised
};

static const nn_model nn_six = {
    .name = "six",
    .about = "six convolutions with batch norms, pooled early",
    .body = six
};

const nn_model *const nn_models[] = {
    &nn_linear,      // chapter 3
    &nn_mlp,         // and its hidden layer
    &nn_baseline,    // chapter 4
    &nn_deeper,      // chapter 5
    &nn_normalised,  // chapter 6
    &nn_six,         // chapter 9
    &nn_mobilenetv2, // chapter 14
    &nn_mobilenetv2_keras,
    &nn_mobilenetv2_035_keras,
    &nn_mobilenetv3_small, // chapter 15, and all that follow
    &nn_mobilenetv3_large,
    &nn_mobilenetv3_small_keras,
    &nn_mobilenetv3_large_keras,
    &nn_resnet50,
    &nn_resnet50_keras,
    &nn_resnet50v2,
    &nn_resnet50v2_3,
    &nn_resnet50v2_keras,
    &nn_vgg16,
    &nn_vgg16_keras,
    &nn_vgg16_bn,
    &nn_densenet121,
    &nn_inception_v3,
    &nn_inception_v3_keras,
    &nn_whitened, // chapter 18
    &nn_whitened_half,
    &nn_whitened_curve,
    &nn_whitened_curve_half,
    NULL,
};

const char *nn_model_name (int i)
{
    return nn_models[i] ? nn_models[i]->name : NULL;
}

/*  The model of this name. NULL, with a sentence that lists all and guesses, if
 *  there is none. */
const nn_model *nn_model_find (const char *name)
{
    const int i = nn_recipe_choose ("model", nn_model_name, name);
    return i < 0 ? NULL : nn_models[i];
}

/*  A net of this model for pictures of h x w x c, from its input to its loss.
 *  `init` draws the weights of convolutions and dense layers; NULL leaves it to
 *  the model. Pictures of another size than the model expects are refused. */
nn_net *nn_model_net (const nn_model *model, int h, int w, int c, int classes,
                      nn_init *init, uint64_t seed)
{
    if (model->h && (h != model->h || w != model->w || c != model->c)) {
        nn_fail (NN_ESHAPE,
                 "model '%s' reads pictures of %d x %d x %d, not %d x %d x %d",
                 model->name, model->h, model->w, model->c, h, w, c);
        return NULL;
    }
    nn_net *net = nn_net_new (.seed = seed);
    if (!net)
        return NULL;
    nn_layer *in = nn_input (net, h, w, c);
    nn_cross_entropy (net, model->body (net, in, model, classes));
    // -- what a layer did not ask for by name may be drawn in another way
    for (int i = 0; init && i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++)
            if (net->layer[i]->param[k].init == nn_init_glorot)
                net->layer[i]->param[k].init = init;
    if (net->status != NN_OK) {
        nn_fail (net->status, "model '%s': %s", model->name, net->failure);
        nn_net_free (&net);
    }
    return net;
}
