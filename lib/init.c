/*  init.c - the first weights
 *
 *  A layer adds up many products. If the weights are too large, the sums grow from
 *  layer to layer until they overflow; if too small, they fade away. In between
 *  there is a scale that keeps the size of the values, or of the gradients, about
 *  the same all the way through. It depends on how many values meet in a sum,
 *  fan_in, and how many sums a value reaches, fan_out.
 */
#include "nn.h"

#include <math.h>

void nn_init_zeros (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random)
{
    (void) fan_in, (void) fan_out, (void) random;
    for (size_t i = 0; i < size; i++)
        w[i] = 0;
}

void nn_init_ones (float *w, size_t size, int fan_in, int fan_out,
                   nn_random *random)
{
    (void) fan_in, (void) fan_out, (void) random;
    for (size_t i = 0; i < size; i++)
        w[i] = 1;
}

/*  Uniform, with variance 2 / (fan_in + fan_out): a compromise between what
 *  keeps values and what keeps gradients in size (Glorot and Bengio 2010). */
void nn_init_glorot (float *w, size_t size, int fan_in, int fan_out,
                     nn_random *random)
{
    const float limit = sqrtf (6.0f / ((float) fan_in + (float) fan_out));
    for (size_t i = 0; i < size; i++)
        w[i] = limit * (2 * nn_random_uniform (random) - 1);
}

/*  Normal, with variance 2 / fan_in: twice as much, because the ReLU that
 *  follows silences half of the values (He, Zhang, Ren and Sun 2015). */
void nn_init_he (float *w, size_t size, int fan_in, int fan_out, nn_random *random)
{
    (void) fan_out;
    const float deviation = sqrtf (2.0f / (float) fan_in);
    for (size_t i = 0; i < size; i++)
        w[i] = deviation * nn_random_normal (random);
}

/*  Normal, with variance 1 / fan_in: what is right where no ReLU follows (LeCun,
 *  Bottou, Orr and Müller 1998). */
void nn_init_lecun (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random)
{
    (void) fan_out;
    const float deviation = sqrtf (1.0f / (float) fan_in);
    for (size_t i = 0; i < size; i++)
        w[i] = deviation * nn_random_normal (random);
}
