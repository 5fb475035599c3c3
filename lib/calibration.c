/*  calibration.c - is it as sure as it may be?
 *
 *  Of all images for which a net says "80 per cent", 80 in a hundred should be
 *  right. So the answers are sorted into bins by how sure the net was, and in each
 *  bin two means are compared: how sure it was, and how often it was right. The
 *  expected calibration error is the mean of their distances over all images
 *  (Naeini, Cooper and Hauskrecht 2015; Guo, Pleiss, Sun and Weinberger 2017).
 */
#include "nn.h"

#include <math.h>

/*  Sorts the answers into `bins` bins of equal width; what lies on an edge belongs
 *  to the lower bin. Scores must be probabilities. */
int nn_calibration_of (nn_calibration *self, const nn_predictions *p, int bins)
{
    if (bins < 1 || bins > NN_MOST_BINS)
        return nn_fail (NN_EVALUE, "calibration in %d bins; take 1 to %d", bins,
                        NN_MOST_BINS);
    const int status = nn_predictions_check (p);
    if (status != NN_OK)
        return status;
    *self = (nn_calibration){ .bins = bins, .images = p->n };
    for (int i = 0; i < p->n; i++) {
        const float *row = p->p + (size_t) i * p->classes;
        const int named = nn_argmax (row, p->classes);
        const double sure = row[named];
        if (sure < 0 || sure > 1)
            return nn_fail (NN_EVALUE,
                            "image %d has a highest score of %g; calibration is "
                            "about probabilities, from 0 to 1",
                            i, sure);
        const int at = (int) ceil (sure * bins) - 1;
        nn_bin *bin = &self->bin[at < 0 ? 0 : at];
        bin->images++;
        bin->confidence += sure;
        bin->accuracy += named == p->label[i];
    }
    // -- sums become means, and their distances the errors
    for (int b = 0; b < bins; b++) {
        nn_bin *bin = &self->bin[b];
        if (bin->images == 0)
            continue;
        bin->confidence /= bin->images;
        bin->accuracy /= bin->images;
        const double error = fabs (bin->accuracy - bin->confidence);
        self->expected += error * bin->images / p->n;
        self->worst = error > self->worst ? error : self->worst;
    }
    return NN_OK;
}
