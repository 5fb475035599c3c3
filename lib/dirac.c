/*  dirac.c - a convolution that begins by doing nothing
 *
 *  A network of random filters first mixes everything with everything, and must
 *  learn to undo that before it can learn what it is asked. So let the first
 *  filters only copy a channel each: 1 at the middle of their own channel, 0
 *  everywhere else. What came in goes out, through as many layers as there are,
 *  and the gradient comes back the same way. What a shortcut does with a wire,
 *  this does with weights; and unlike a wire they may change (Zagoruyko and
 *  Komodakis 2017).
 */
#include "nn.h"

#include <math.h>

/*  Makes the first filters copy their channel. The weights lie as a convolution's
 *  do: taps, channels, filters; a square of taps. A dense layer is one tap. */
static void copy (float *w, size_t size, int fan_in, int fan_out)
{
    const size_t filters = size / (size_t) fan_in;
    if (filters == 0)
        return;
    const size_t taps = (size_t) fan_out / filters;
    const size_t channels = (size_t) fan_in / taps;
    const size_t copies = channels < filters ? channels : filters;
    for (size_t row = 0; row < taps * channels; row++)
        for (size_t k = 0; k < copies; k++)
            w[row * filters + k] = row == taps / 2 * channels + k;
}

/*  The others, if there are more filters than channels, are normal with variance
 *  1 / fan_in, as long as a copy is: 1. */
void nn_init_dirac (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random)
{
    nn_init_lecun (w, size, fan_in, fan_out, random);
    copy (w, size, fan_in, fan_out);
}

/*  The same, but the others have a third of that variance, as PyTorch's have. In
 *  front of a batch norm the length of a filter does not matter to what it says;
 *  but a short one turns three times as fast. */
void nn_init_dirac_quick (float *w, size_t size, int fan_in, int fan_out,
                          nn_random *random)
{
    nn_init_lecun (w, size, fan_in, fan_out, random);
    for (size_t i = 0; i < size; i++)
        w[i] *= sqrtf (1.0f / 3);
    copy (w, size, fan_in, fan_out);
}
