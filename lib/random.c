/*  random.c - chance that can be repeated
 *
 *  A usual generator hides a state and changes it with every draw, so that a
 *  result depends on who drew before. Philox (Salmon, Moraes, Dror and Shaw, 2011)
 *  has no state: it is a function of a key and a counter, ten rounds of multiply
 *  and exchange. Whoever knows the seed, the purpose, the epoch and the number of
 *  an image draws the same numbers for it: on any thread, in any order, today or
 *  after a restart.
 */
#include "nn.h"

#include <math.h>

/*  Four random words from four words of counter and two of key: Philox 4x32-10. */
void nn_philox (uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p = (uint64_t) 0xD2511F53 * a,
                       q = (uint64_t) 0xCD9E8D57 * c;
        a = (uint32_t) (q >> 32) ^ b ^ k0;
        b = (uint32_t) q;
        c = (uint32_t) (p >> 32) ^ d ^ k1;
        d = (uint32_t) p;
        k0 += 0x9E3779B9; // the golden ratio
        k1 += 0xBB67AE85; // the root of three, less one
    }
    out[0] = a, out[1] = b, out[2] = c, out[3] = d;
}

/*  The numbers for one purpose (NN_FOR_…) and two things that tell its uses apart,
 *  such as epoch and image. */
nn_random nn_random_from (uint64_t seed, uint32_t purpose, uint32_t a, uint32_t b)
{
    return (nn_random){ .key = { (uint32_t) seed, (uint32_t) (seed >> 32) },
                        .counter = { 0, purpose, a, b } };
}

uint32_t nn_random_bits (nn_random *self)
{
    if (self->left == 0) {
        nn_philox (self->block, self->counter, self->key);
        self->counter[0]++;
        self->left = 4;
    }
    return self->block[4 - self->left--];
}

/*  Each of 0 .. n - 1 equally often: the few draws that would favour some are
 *  drawn again (Lemire 2019). */
uint32_t nn_random_below (nn_random *self, uint32_t n)
{
    nn_require (n > 0, "there is no number below 0");
    const uint32_t unfair = -n % n;
    uint64_t product;
    do
        product = (uint64_t) nn_random_bits (self) * n;
    while ((uint32_t) product < unfair);
    return product >> 32;
}

/*  0 <= x < 1, in steps of 2^-24: all that a float tells apart up there. */
float nn_random_uniform (nn_random *self)
{
    return (float) (nn_random_bits (self) >> 8) * 0x1p-24f;
}

/*  A draw from the bell curve (Box and Muller 1958). Exercise 1.3 shows why it
 *  works. */
float nn_random_normal (nn_random *self)
{
    const double u = ((nn_random_bits (self) >> 8) + 1) * 0x1p-24; // never 0
    const double v = (nn_random_bits (self) >> 8) * 0x1p-24;
    return (float) (sqrt (-2 * log (u)) * cos (6.283185307179586 * v));
}

/*  Puts the numbers into random order, each order equally likely (Fisher and Yates
 *  1938). */
void nn_shuffle (int *order, int count, nn_random *random)
{
    for (int i = count - 1; i > 0; i--) {
        const int j = (int) nn_random_below (random, i + 1);
        const int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
