/*  whitened.c - a network that learns fast
 *
 *  The six convolutions of chapter 9, and what others have found out since
 *  about getting far in few epochs. The first convolution whitens small patches
 *  of the picture; whiten.c finds its weights before the training begins. Then
 *  three times: a convolution, pooling at once, and only then its batch norm
 *  and ReLU, so that these have a quarter of the places; and a second
 *  convolution. In the end the largest value of each map, and a dense layer
 *  that is kept quiet: it begins with small weights and learns slowly, or it
 *  would be sure before it knows anything (Page 2019; Jordan 2024).
 */
#include "nn.h"

/*  Of a head whose output is a ninth of what it would be: its weights are so much
 *  smaller. */
static void quiet (float *w, size_t size, int fan_in, int fan_out,
                   nn_random *random)
{
    nn_init_lecun (w, size, fan_in, fan_out, random);
    for (size_t i = 0; i < size; i++)
        w[i] /= 9;
}

static nn_layer *conv (nn_net *net, nn_layer *x, int filters)
{
    return nn_conv2d (net, x, .filters = filters, .same = true, .no_bias = true);
}

/*  value: of how many filters each convolution has what share. 32 x 32 becomes 31,
 *  15, 7, 3, 1. */
static nn_layer *whitened (nn_net *net, nn_layer *x, const nn_model *model,
                           int classes)
{
    static const float filters[] = { 64, 256, 256 };
    const int patch = 2 * 2 * x->out.c; // numbers, and their opposites
    x = nn_conv2d (net, x, .filters = 2 * patch, .kernel = 2);
    x = nn_relu (net, x);
    for (int k = 0; x && k < 3; k++) {
        const int width = nn_channels (model->value[0] * filters[k]);
        x = nn_maxpool (net, conv (net, x, width), .size = 2);
        x = nn_relu (net, nn_batchnorm (net, x));
        x = nn_relu (net, nn_batchnorm (net, conv (net, x, width)));
    }
    if (x && x->out.h > 1 && x->out.w == x->out.h)
        x = nn_maxpool (net, x, .size = x->out.h);
    x = nn_dense (net, x, .units = classes, .no_bias = true, .init = quiet);
    if (x)
        x->param[0].rate = 1.0f / (9 * 9); // steps on the same scale
    return x;
}

const nn_model nn_whitened = {
    .name = "whitened",
    .about = "a convolution that whitens, then six, made to learn fast",
    .body = whitened,
    .value = { 1 }
};
const nn_model nn_whitened_half = { .name = "whitened_half",
                                    .about = "the same with half as many filters",
                                    .body = whitened,
                                    .value = { 0.5f } };
