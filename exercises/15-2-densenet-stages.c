/*
 * ### How large is a DenseNet, and where? (10 points)
 *
 * A DenseNet begins with a convolution of 7 x 7 and stride 2, with three zeros around the picture,
 * to 2 g channels, where $g$ is the `growth`; then a max pooling of 3 x 3 and stride 2 with a
 * pad of 1. Four blocks follow. Block $b$ has `layers[b]` layers, and each of them adds $g$
 * channels to all that it reads. Behind every block but the last a transition halves the
 * channels with a convolution of 1 x 1, and rows and columns with an average pooling of 2 x 2,
 * stride 2.
 *
 * Write to `rows` and `channels` what stands before the first block, and then at the end of
 * each block, before its transition: five numbers each. The picture has `side` rows and
 * columns.
 *
 * Then count what the network learns. Each convolution has weights and no bias. A layer of a
 * block is batch norm, 1 x 1 to 4 g channels, batch norm, 3 x 3 to g channels. Before it all
 * stands one convolution with one batch norm, a transition is a batch norm and a convolution, and
 * a last batch norm follows the last block. A batch norm learns two numbers a channel. A
 * dense layer with biases makes `classes` of the last channels.
 *
 * An example: DenseNet-121 has g = 32 and 6, 12, 24, 16 layers. A picture of 224 x 224 has 56
 * rows before the first block, and 56, 28, 14, 7 at the ends, with 64, 256, 512, 1024, 1024
 * channels. For 1000 classes it learns 7,978,856 numbers.
 *
 * Checked: rows (2 points), channels (3 points), the count (3 points), and the published count
 * and the one for ten classes (2 points).
 */
#include "exercise.h"

void ex_densenet_stages (int *rows, int *channels, int side, int growth,
                         const int *layers)
{
    // your code here
    nn_todo ("15-2");
}

long ex_densenet_parameters (int growth, const int *layers, int classes)
{
    // your code here
    nn_todo ("15-2");
}
