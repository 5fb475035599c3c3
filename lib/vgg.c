/*  vgg.c - sixteen layers of one kind
 *
 *  Nothing but 3 x 3, two or three times, then a pooling, five times over; behind
 *  it two dense layers of 4096 units, in which nine tenths of all weights are
 *  (Simonyan and Zisserman 2015). It was the last great network without shortcuts,
 *  and its plain features are still liked. With batch norms it learns more easily;
 *  both have torchvision's names.
 */
#include "nn.h"

/*  value[0]: 1 with batch norms. */
static nn_layer *base (nn_net *net, nn_layer *x, const nn_model *model)
{
    static const int times[] = { 2, 2, 3, 3, 3 };
    const bool norm = model->value[0] > 0;
    int number = 0; // as torchvision counts: ReLUs and poolings have one as well
    for (int stage = 0; stage < 5; stage++) {
        for (int i = 0; i < times[stage]; i++) {
            x = nn_conv2d (net, x, .filters = stage < 3 ? 64 << stage : 512,
                           .same = true, .init = nn_init_he);
            x = nn_named (x, "features.%d", number++);
            if (norm)
                x = nn_named (nn_batchnorm (net, x), "features.%d", number++);
            x = nn_relu (net, x);
            number++;
        }
        x = nn_maxpool (net, x, .size = 2);
        number++;
    }
    return x;
}

static nn_layer *body (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    x = base (net, x, model);
    for (int k = 0; k < 6; k += 3) {
        x = nn_named (nn_dense (net, x, .units = 4096), "classifier.%d", k);
        x = nn_dropout (net, nn_relu (net, x), .rate = 0.5f);
    }
    return nn_named (nn_dense (net, x, .units = classes), "classifier.6");
}

const nn_model nn_vgg16 = { .name = "vgg16",
                            .about = "VGG-16",
                            .names = nn_names_vgg16,
                            .usual = 224,
                            NN_IMAGENET,
                            .base = base,
                            .body = body };

const nn_model nn_vgg16_keras = { .name = "vgg16_keras",
                                  .about = "VGG-16 as Keras has it",
                                  .names = nn_names_vgg16,
                                  .usual = 224,
                                  NN_CAFFE,
                                  .base = base,
                                  .body = body };

const nn_model nn_vgg16_bn = { .name = "vgg16_bn",
                               .about = "VGG-16 with batch norms",
                               .usual = 224,
                               NN_IMAGENET,
                               .base = base,
                               .body = body,
                               .value = { 1 } };
