/*  alternate.c - each picture and its mirror image, in turn
 *
 *  A flip by chance shows a picture in the same way twice in a row as often as
 *  not. In a few epochs that is a waste: some pictures are never seen mirrored,
 *  and some only so. So let chance decide the first time alone, and then take
 *  turns: of two epochs in a row each shows what the other does not (Jordan
 *  2024).
 *
 *  Chance here has no state, but it has an address: the counter of a generator
 *  says for which epoch and for which picture it draws. More is not needed.
 */
#include "nn.h"

#include <math.h>

enum { EPOCH = 2, PICTURE }; // in the counter: see nn_random_from ()

static int flip (const nn_transform *self, nn_image *image, nn_random *random)
{
    const uint64_t seed = random->key[0] | (uint64_t) random->key[1] << 32;
    const uint32_t turn = random->counter[EPOCH] / (uint32_t) self->value[0];
    // -- what no epoch draws: the same in all of them
    nn_random once = nn_random_from (seed, NN_FOR_TRANSFORM, UINT32_MAX,
                                     random->counter[PICTURE]);
    if ((nn_random_bits (&once) + turn) % 2)
        nn_flip_image (image->x, image->h, image->w, image->c, false);
    return NN_OK;
}

/*  Left becomes right in half of the pictures; and in the other half after
 *  `epochs` epochs, a whole number from 1. */
nn_transform nn_flip_turns (float epochs)
{
    nn_require (epochs >= 1 && epochs <= 1000 && floor ((double) epochs) == epochs,
                "flip-alternate is %g; it takes 1 to 1000 whole epochs",
                (double) epochs);
    return (nn_transform){ "flip-alternate", flip, true, { epochs } };
}
