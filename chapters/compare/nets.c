/*  nets.c - the net of each chapter: which one the learner's functions are put into
 *
 *  Most are the chapter's recipe with some keys changed, so that six epochs on 2,000 pictures say
 *  something. Chapters 14 and 15 build nets that take hours from nothing; here each has a small
 *  one of the same pieces. Where two chapters train the same net, one record serves both.
 */
#include "compare.h"

#include <stdlib.h>

static const char *const with_momentum[][2] = { { "optimiser", "momentum" },
                                                { "rate", "0.01" },
                                                { "momentum", "0.9" },
                                                { NULL } };
// a schedule that ends at 0 wants steps: with the recipe's batch of 64 there are 190
static const char *const with_cosine[][2] = {
    { "init", "he" }, { "schedule", "cosine" }, { "batch", "16" }, { NULL }
};
static const char *const with_adamw[][2] = { { "optimiser", "adamw" },
                                             { "decay", "0.1" },
                                             { NULL } };
static const char *const changed[][2] = { { "augment", "pad-crop:4 rotate:15" },
                                          { "mixup", "0.2" },
                                          { NULL } };
static const char *const weighed[][2] = {
    { "class-weights", "1,3,1,3,1,3,1,3,1,3" }, { NULL }
};
static const char *const larger[][2] = { { "pixels", "36" }, { NULL } };
static const char *const plain_adam[][2] = { { "batch", "32" }, { NULL } };
static const char *const copying[][2] = { { "init", "dirac" }, { NULL } };
static const char *const as_it_is[][2] = { { NULL } };

/*  Two blocks as MobileNetV2 has them: one whose middle looks around, one between thin ends
 *  that leaves each place by itself. */
static nn_layer *thin (nn_net *net, nn_layer *x, const nn_model *model,
                       int classes)
{
    (void) model;
    x = nn_conv2d (net, x, .filters = 16, .stride = 2, .pad = 1);
    x = nn_relu6 (net, x);
    for (int stride = 1; stride <= 2; stride++) {
        nn_layer *y =
            nn_conv2d (net, x, .filters = 32, .kernel = 1, .no_bias = true);
        y = nn_relu6 (net, y);
        y = nn_conv2d (net, y, .filters = 16, .kernel = 1, .no_bias = true);
        x = nn_add (net, x, y);
        x = nn_conv2d (net, x, .filters = 32, .kernel = 1, .no_bias = true);
        x = nn_conv2d (net, nn_relu6 (net, x), .filters = 32, .groups = 32,
                       .stride = stride, .pad = 1);
        x = nn_conv2d (net, nn_relu6 (net, x), .filters = 16, .kernel = 1);
    }
    return nn_dense (net, x, .units = classes);
}

/*  Channels that stay beside later ones, as in DenseNet; and channels that are louder or
 *  softer, as in MobileNetV3. */
static nn_layer *gathered (nn_net *net, nn_layer *x, const nn_model *model,
                           int classes)
{
    (void) model;
    x = nn_relu (net, nn_conv2d (net, x, .filters = 24, .stride = 2, .pad = 1));
    for (int k = 0; k < 2; k++) {
        nn_layer *more = nn_conv2d (net, x, .filters = 12, .pad = 1);
        x = nn_concat (net, (nn_layer *[]){ x, nn_relu (net, more) }, 2);
    }
    x = nn_relu (net, nn_conv2d (net, nn_maxpool (net, x, .size = 2),
                                 .filters = 32, .pad = 1));
    nn_layer *s = nn_dense (net, nn_gap (net, x), .units = 8, .no_bias = true);
    s = nn_dense (net, nn_relu (net, s), .units = 32, .no_bias = true);
    x = nn_scale (net, x, nn_hard_sigmoid (net, s));
    return nn_dense (net, x, .units = classes);
}

static const nn_model small_mobile = { .name = "small", .body = thin },
                      small_dense = { .name = "small", .body = gathered };

#define NET(number, kept, about, ...)                                             \
    {                                                                             \
        .chapter = number, .record = kept, .title = about, __VA_ARGS__            \
    }
#define MLP(number)                                                               \
    NET (number, 3, "two dense layers, momentum", .recipe = "mlp",                \
         .keys = with_momentum)
static const chapter_net nets[] = {
    MLP (1),
    MLP (2),
    MLP (3),
    NET (4, 4, "the baseline", .recipe = "C.baseline", .keys = as_it_is),
    NET (5, 5, "the deeper net, dropout, cosine", .recipe = "C.deeper",
         .keys = with_cosine),
    NET (6, 6, "the net with batch norms", .recipe = "C.batchnorm",
         .keys = as_it_is),
    NET (7, 7, "the net with batch norms, AdamW", .recipe = "C.batchnorm",
         .keys = with_adamw),
    MLP (8),
    NET (9, 9, "the baseline, pictures changed and mixed", .recipe = "C.baseline",
         .keys = changed),
    NET (10, 10, "the baseline, every other class counts three times",
         .recipe = "C.baseline", .keys = weighed),
    NET (11, 4, "the baseline", .recipe = "C.baseline", .keys = as_it_is),
    NET (13, 13, "the net with batch norms, pictures of 36 x 36",
         .recipe = "C.batchnorm", .keys = larger),
    NET (14, 14, "a small net of MobileNetV2's pieces", .recipe = "C.baseline",
         .keys = plain_adam, .model = &small_mobile),
    NET (15, 15, "a small net, dense, squeezed and excited",
         .recipe = "C.baseline", .keys = plain_adam, .model = &small_dense),
    MLP (16),
    NET (18, 18, "the baseline, copies first, slow weights",
         .recipe = "C.baseline", .keys = copying, .prepare = mine_slow_weights),
    { .chapter = 0 },
};
const chapter_net *const chapter_nets = nets;

const chapter_net *find_net (const char *word)
{
    char *end;
    const long number = strtol (word, &end, 10);
    for (const chapter_net *net = nets; net->chapter && !*end; net++)
        if (net->chapter == number)
            return net;
    if (number == 12 && !*end)
        fprintf (
            stderr,
            "compare: chapter 12 chooses among trainings, of which each is "
            "whole, so there is no curve to compare. make grade EX=12-1 holds "
            "its functions against the book's\n");
    else
        fprintf (stderr,
                 "compare: chapter '%s' has no net of its own to train; there are "
                 "01 to 11, 13 to 16 and 18\n",
                 word);
    return NULL;
}
