/*  smooth.c - do not ask for certainty
 *
 *  Cross-entropy is content only when the right class has a probability of 1, and
 *  no finite score gives it that. So a net that names all its training images
 *  rightly goes on, and its scores grow without end. Label smoothing asks for
 *  less: of each target a small share is taken away and dealt out to all classes
 *  alike (Szegedy and others 2016). The best scores are finite now.
 *
 *  The loss takes targets of any kind. So all there is to do is to change them, in
 *  each batch that is made for training.
 */
#include "nn.h"

/*  For the `mix` of a loader or a training; `with` is the share, a double. */
int nn_smooth (nn_batch *batch, nn_random *random, const void *with)
{
    (void) random;
    const double share = *(const double *) with;
    if (!(share >= 0 && share < 1))
        return nn_fail (NN_EVALUE,
                        "nn_smooth: a share of %g of each label; give one from 0 "
                        "to below 1, such as 0.1",
                        share);
    const float kept = (float) (1 - share),
                each = (float) (share / batch->classes);
    for (size_t k = 0; k < (size_t) batch->n * batch->classes; k++)
        batch->target[k] = kept * batch->target[k] + each;
    return NN_OK;
}
