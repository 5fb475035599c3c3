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

/// HINT nn_conv_out (in, kernel, stride, 1, before, after) counts the rows of a convolution or pooling.
/// HINT Keep one variable for the rows and one for the channels, and go through the network as a picture does.
/// HINT A layer that reads c channels learns 2 c + 4 g c for the first half, and 2 · 4 g + 9 · 4 g · g for the second.

void ex_densenet_stages (int *rows, int *channels, int side, int growth,
                         const int *layers)
{
    /// BEGIN SOLUTION
    int n = nn_conv_out (side, 7, 2, 1, 3, 3), c = 2 * growth;
#if MISTAKE == 1 // forgot the max pooling before the first block
#else
    n = nn_conv_out (n, 3, 2, 1, 1, 1);
#endif
    rows[0] = n;
    channels[0] = c;
    for (int b = 0; b < 4; b++) {
#if MISTAKE == 2 // gave a block the channels of its last layer only, without those it reads
        c = layers[b] * growth;
#else
        c += layers[b] * growth;
#endif
        rows[b + 1] = n;
        channels[b + 1] = c;
#if MISTAKE == 3 // halved rows and columns in the transition, but not the channels
        n /= 2;
#elif MISTAKE == 4 // rounded rows up, as if the pooling hung over the edge
        n = (n + 1) / 2;
        c /= 2;
#else
        n /= 2;
        c /= 2;
#endif
    }
    /// END SOLUTION
}

long ex_densenet_parameters (int growth, const int *layers, int classes)
{
    /// BEGIN SOLUTION
    const long g = growth;
    long c = 2 * g, count = 7L * 7 * 3 * c + 2 * c;
    for (int b = 0; b < 4; b++) {
        for (int l = 0; l < layers[b]; l++, c += g)
#if MISTAKE == 5 // left out the batch norms
            count += 4 * g * c + 9 * 4 * g * g;
#else
            count += 2 * c + 4 * g * c + 2 * 4 * g + 9 * 4 * g * g;
#endif
        if (b < 3) {
            count += 2 * c + c * (c / 2);
            c /= 2;
        }
    }
#if MISTAKE == 6 // forgot the biases of the dense layer
    return count + 2 * c + c * classes;
#else
    return count + 2 * c + (c + 1) * classes;
#endif
    /// END SOLUTION
}
