/*  whitened.c - a network that learns fast
 *
 *  The six convolutions of chapter 9, and what others have found out since
 *  about getting far in few epochs. The first convolution whitens small patches
 *  of the picture; whiten.c finds its weights before the training begins. Then
 *  three times: a convolution, pooling at once, and only then its batch norm
 *  and what bends it, so that these have a quarter of the places; and a second
 *  convolution. In the end the largest value of each map, and a dense layer
 *  that is kept quiet: it begins with small weights and learns slowly, or it
 *  would be sure before it knows anything (Page 2019; Jordan 2024).
 *
 *  What bends? A ReLU has a corner. Below it nothing comes back, and a filter
 *  whose sums have fallen there learns no more from these pictures. The GELU
 *  bends around the corner: x times the chance that a normal number is below x
 *  (Hendrycks and Gimpel 2016). Near 0 that chance is 0.5 + 0.4 x. A straight line
 *  that stops at 0 and at 1 is not far from it, and needs no exponential. x times
 *  that line is the hard swish of hard.c, of an x that is 2.4 times as large, and
 *  the batch norm makes it so large.
 */
#include "nn.h"

#define LOUD 2.4f // 0.4 x 6, as the hard swish divides by 6

/*  Of a head whose output is a ninth of what it would be: its weights are so much
 *  smaller. */
static void quiet (float *w, size_t size, int fan_in, int fan_out,
                   nn_random *random)
{
    nn_init_lecun (w, size, fan_in, fan_out, random);
    for (size_t i = 0; i < size; i++)
        w[i] /= 9;
}

static void loud (float *w, size_t size, int fan_in, int fan_out,
                  nn_random *random)
{
    (void) fan_in, (void) fan_out, (void) random;
    for (size_t i = 0; i < size; i++)
        w[i] = LOUD;
}

static nn_layer *conv (nn_net *net, nn_layer *x, int filters)
{
    return nn_conv2d (net, x, .filters = filters, .same = true, .no_bias = true);
}

/*  A batch norm, and what bends its output: a curve, or a corner. */
static nn_layer *bent (nn_net *net, nn_layer *x, bool curve)
{
    x = nn_batchnorm (net, x);
    if (!x || !curve)
        return nn_relu (net, x);
    x->param[0].init = loud;
    return nn_hard_swish (net, x);
}

/*  value: of how many filters each convolution has what share; how many filters
 *  whiten, each with its opposite, or 0 for as many as a patch has numbers; and
 *  not 0 where a curve bends. 32 x 32 becomes 31, 15, 7, 3, 1. */
static nn_layer *whitened (nn_net *net, nn_layer *x, const nn_model *model,
                           int classes)
{
    static const float filters[] = { 64, 256, 256 };
    const int patch = 2 * 2 * x->out.c, most = (int) model->value[1];
    const int pairs = most > 0 && most < patch ? most : patch;
    const bool curve = model->value[2] != 0;
    x = nn_conv2d (net, x, .filters = 2 * pairs, .kernel = 2);
    x = nn_relu (net, x);
    for (int k = 0; x && k < 3; k++) {
        const int width = nn_channels (model->value[0] * filters[k]);
        x = nn_maxpool (net, conv (net, x, width), .size = 2);
        x = bent (net, conv (net, bent (net, x, curve), width), curve);
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
const nn_model nn_whitened_curve = { .name = "whitened_curve",
                                     .about = "whitened, and hard swish for ReLU",
                                     .body = whitened,
                                     .value = { 1, 8, 1 } };
const nn_model nn_whitened_curve_half = { .name = "whitened_curve_half",
                                          .about = "that with half the filters",
                                          .body = whitened,
                                          .value = { 0.5f, 8, 1 } };
