/*  classweight.c - when some classes have few images
 *
 *  A net that sees hundreds of circles and ten stars does well to forget stars:
 *  the mean loss hardly notices. Two remedies. Either each image counts more, the
 *  fewer its class has: a weight in the loss. Or it comes more often: the same
 *  image again, in another order and, where images are distorted, never quite the
 *  same.
 *
 *  Weights go into a batch as a `mix`, sampling is a view of the data set. Both
 *  belong to the images that the net learns from, and to no others.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*  weight[k] = images / (classes x images of class k): the classes together weigh
 *  the same, and the mean over all images is 1. */
int nn_balanced_weights (const nn_data *data, float *weight)
{
    char name[32];
    int counts[NN_MOST_CLASSES];
    if (data->classes < 1 || data->classes > NN_MOST_CLASSES)
        return nn_fail (NN_EVALUE, "%s has %d classes; weights are for 1 to %d",
                        data->name, data->classes, NN_MOST_CLASSES);
    const int status = nn_class_counts (data, counts);
    if (status != NN_OK)
        return status;
    for (int k = 0; k < data->classes; k++) {
        if (counts[k] == 0)
            return nn_fail (NN_EVALUE,
                            "%s: '%s' has no image, and no weight can make up "
                            "for that",
                            data->name, nn_class_name (name, data->names, k));
        weight[k] =
            (float) ((double) data->count / ((double) data->classes * counts[k]));
    }
    return NN_OK;
}

/*  Are these weights: numbers, none below 0, not all 0? */
int nn_weights_check (const float *weight, int count, const char *what)
{
    double sum = 0;
    for (int k = 0; k < count; k++) {
        if (!isfinite (weight[k]) || weight[k] < 0)
            return nn_fail (NN_EVALUE,
                            "the weight of %s %d is %g; give numbers of 0 or more",
                            what, k, (double) weight[k]);
        sum += weight[k];
    }
    return sum > 0 ? NN_OK
                   : nn_fail (NN_EVALUE,
                              "the weights sum to 0 (there are %d, one for each "
                              "%s), so that nothing could be learnt; give one "
                              "that is above 0",
                              count, what);
}

/*  A `mix`; with: the weights. Each image counts as much as its class or, where it
 *  is partly of several, as these parts together; then the weights of the batch
 *  are divided by their mean, so that a batch of rare images takes no longer step
 *  than another. */
int nn_weigh (nn_batch *batch, nn_random *random, const void *with)
{
    const nn_class_weights *self = with;
    if (self->classes != batch->classes)
        return nn_fail (NN_ESHAPE,
                        "there are weights for %d classes, and the data have %d",
                        self->classes, batch->classes);
    int status = nn_weights_check (self->weight, self->classes, "class");
    if (status == NN_OK && self->mix)
        status = self->mix (batch, random, self->with);
    if (status != NN_OK)
        return status;
    double sum = 0;
    for (int i = 0; i < batch->n; i++) {
        const float *target = batch->target + (size_t) i * batch->classes;
        double weight = 0;
        for (int k = 0; k < batch->classes; k++)
            weight += (double) target[k] * self->weight[k];
        batch->weight[i] *= (float) weight;
        sum += batch->weight[i];
    }
    for (int i = 0; i < batch->n && sum > 0; i++)
        batch->weight[i] *= (float) (batch->n / sum);
    return NN_OK;
}

/*  Weights as people write them: numbers with commas or blanks between them. Says
 *  what they may be if they are something else. */
int nn_weights_read (const char *said, float *weight, int room)
{
    int count = 0;
    if (strcmp (said, "balanced") == 0)
        return 0;
    for (const char *at = said; *at; count++) {
        char *end;
        const float value = strtof (at, &end);
        if (end == at || !strchr (" ,", *end) || count == room)
            return nn_fail (NN_EVALUE,
                            "class-weights is %.60s; it takes a number for each "
                            "class, such as 1.5,1,2, or balanced",
                            said);
        weight[count] = value;
        at = end + strspn (end, " ,");
    }
    const int status = nn_weights_check (weight, count, "class");
    return status == NN_OK ? count : status;
}

/*  The weights that a recipe gives the classes of these images, if it does. */
int nn_recipe_weights (const nn_recipe *self, const nn_data *data, float *weight)
{
    if (!*self->class_weights)
        return 0;
    const int count =
        nn_weights_read (self->class_weights, weight, NN_MOST_CLASSES);
    if (count == 0) {
        const int status = nn_balanced_weights (data, weight);
        return status == NN_OK ? 1 : status;
    }
    if (count > 0 && count != data->classes)
        return nn_fail (NN_ESHAPE,
                        "class-weights are %d numbers, and %s has %d classes; "
                        "give one for each",
                        count, data->name, data->classes);
    return count < 0 ? count : 1;
}
