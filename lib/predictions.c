/*  predictions.c - what a net said, beside what is true
 *
 *  Every figure of this chapter is computed from the same two things: of each
 *  image its class, and a row of scores that the net gave, one for each class. So
 *  they are gathered once. And they are looked through once: a score that is not a
 *  number compares with nothing, and would be counted somewhere all the same.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>

/*  The name of class k, or its number where classes have no names. */
const char *nn_class_name (char text[32], const char *const *names, int k)
{
    if (names)
        return names[k];
    snprintf (text, 32, "class %d", k);
    return text;
}

/*  Are there images, of known classes, with scores that are numbers? If not, the
 *  sentence names the first image at fault. */
int nn_predictions_check (const nn_predictions *self)
{
    char name[32];
    if (self->n < 1 || self->classes < 1)
        return nn_fail (NN_EVALUE,
                        "there is nothing to measure: %d images of %d classes",
                        self->n, self->classes);
    for (int i = 0; i < self->n; i++) {
        const float *row = self->p + (size_t) i * self->classes;
        if (self->label[i] < 0 || self->label[i] >= self->classes)
            return nn_fail (NN_EVALUE,
                            "image %d has label %d, and there are %d classes, "
                            "counted from 0",
                            i, self->label[i], self->classes);
        for (int k = 0; k < self->classes; k++)
            if (!isfinite (row[k]))
                return nn_fail (NN_EVALUE,
                                "image %d has the score %g for '%s', which is no "
                                "number that can be compared; has the training "
                                "lost its way?",
                                i, (double) row[k],
                                nn_class_name (name, self->names, k));
    }
    return NN_OK;
}

/*  What the net says of every image of a data set, whose names must live as
 *  long. */
int nn_predictions_of (nn_predictions *self, nn_net *net, const nn_data *data,
                       const nn_transform *transforms, int count)
{
    const size_t n = data->count, classes = data->classes;
    *self = (nn_predictions){ .names = data->names,
                              .n = data->count,
                              .classes = data->classes };
    if (nn_image_size (&net->output->out) != classes)
        return nn_fail (NN_ESHAPE,
                        "the net tells %zu classes apart, and %s has %zu",
                        nn_image_size (&net->output->out), data->name, classes);
    self->label = calloc (n + 1, sizeof *self->label);
    self->p = malloc ((n * classes + 1) * sizeof *self->p);
    if (!self->label || !self->p) {
        nn_predictions_free (self);
        return nn_fail (NN_EMEMORY,
                        "no memory for what the net says of %zu images", n);
    }
    for (size_t i = 0; i < n; i++)
        self->label[i] = data->label (data, (int) i);
    int status = nn_predict (net, data, transforms, count, self->p);
    if (status == NN_OK)
        status = nn_predictions_check (self);
    if (status != NN_OK)
        nn_predictions_free (self);
    return status;
}

void nn_predictions_free (nn_predictions *self)
{
    free (self->label);
    free (self->p);
    *self = (nn_predictions){ 0 };
}

/*  The share of images whose class is among the k with the highest scores. Of
 *  equal scores the first counts as the higher, as in nn_argmax (). */
double nn_top_k (const nn_predictions *self, int k)
{
    int among = 0;
    for (int i = 0; i < self->n; i++) {
        const float *row = self->p + (size_t) i * self->classes;
        const int right = self->label[i];
        int before = 0;
        for (int j = 0; j < self->classes; j++)
            before += row[j] > row[right] || (j < right && row[j] == row[right]);
        among += before < k;
    }
    return self->n ? (double) among / self->n : 0;
}
