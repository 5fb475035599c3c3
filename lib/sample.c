/*  sample.c - some images more often than others
 *
 *  Two views of a data set. One repeats the images of small classes until every
 *  class has as many as the largest. The other draws so many images with
 *  replacement, each as often as its weight says, and draws others in every epoch.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*  Writes the images of class k and their repetitions, `most` in all: every image
 *  as often as every other or, some of them at random, once more. */
static int *repeat (int *to, const nn_data *data, int k, int most, uint64_t seed)
{
    int *first = to, count = 0;
    for (int i = 0; i < data->count; i++)
        if (data->label (data, i) == k)
            first[count++] = i;
    if (count == 0)
        return to;
    nn_random random = nn_random_from (seed, NN_FOR_ORDER, k, 2);
    for (int at = count; at < most; at++) {
        if (at % count == 0)
            nn_shuffle (first + at - count, count, &random);
        first[at] = first[at - count];
    }
    return first + most;
}

/*  A view in which every class has as many images as the largest. A class without
 *  any has none. Split first: repeated before, the same image would stand on both
 *  sides. NULL when a label is wrong or there is no memory. */
nn_data *nn_oversample (const nn_data *data, uint64_t seed)
{
    int *counts = malloc ((data->classes + 1) * sizeof *counts);
    int most = 0, present = 0;
    if (!counts)
        nn_fail (NN_EMEMORY, "nn_oversample: no memory");
    else if (nn_class_counts (data, counts) == NN_OK)
        for (int k = 0; k < data->classes; k++) {
            most = counts[k] > most ? counts[k] : most;
            present += counts[k] > 0;
        }
    free (counts);
    if (data->count < 1)
        nn_fail (NN_EVALUE, "nn_oversample: %s has no images", data->name);
    if (most == 0)
        return NULL;
    int *index = malloc ((size_t) most * present * sizeof *index), *end = index;
    nn_data *view = NULL;
    if (!index)
        nn_fail (NN_EMEMORY, "nn_oversample: no memory for %d images",
                 most * present);
    else {
        for (int k = 0; k < data->classes; k++)
            end = repeat (end, data, k, most, seed);
        view = nn_subset (data, index, (int) (end - index));
    }
    free (index);
    return view;
}

typedef struct {
    const nn_data *of;
    uint64_t seed;
    int *index;    // which images they are in this epoch
    double upto[]; // sums of the weights, image by image
} sample;

static int sample_label (const nn_data *self, int i)
{
    const sample *s = self->source;
    return s->of->label (s->of, s->index[i]);
}

static int sample_read (const nn_data *self, int i, nn_image *image)
{
    const sample *s = self->source;
    return s->of->read (s->of, s->index[i], image);
}

/*  The images of an epoch. A number is drawn below the sum of all weights; the
 *  first image whose sum lies above it is taken. */
static void draw (const nn_data *self, uint32_t epoch)
{
    sample *s = self->source;
    const double all = s->upto[s->of->count - 1];
    nn_random random = nn_random_from (s->seed, NN_FOR_ORDER, epoch, 1);
    for (int i = 0; i < self->count; i++) {
        const double high = nn_random_bits (&random) >> 5;
        const double low = nn_random_bits (&random) >> 6;
        const double u = all * ((high * 67108864 + low) / 9007199254740992);
        const double at = fmin (u, nextafter (all, 0));
        int from = 0, to = s->of->count - 1;
        while (from < to) {
            const int middle = (from + to) / 2;
            if (s->upto[middle] > at)
                to = middle;
            else
                from = middle + 1;
        }
        s->index[i] = from;
    }
}

/*  `count` images of a data set, drawn with replacement, image i as often as
 *  weight[i] says: twice the weight, twice as often. count 0: as many as there
 *  are. The weights are copied. NULL when they are no weights or there is no
 *  memory. */
nn_data *nn_sample (const nn_data *data, const float *weight, int count,
                    uint64_t seed)
{
    if (count < 0 || data->count < 1) {
        nn_fail (NN_EVALUE, "nn_sample: %d images drawn from the %d of %s", count,
                 data->count, data->name);
        return NULL;
    }
    if (nn_weights_check (weight, data->count, "image") != NN_OK)
        return NULL;
    nn_data like = *data;
    like.count = count ? count : data->count;
    like.label = sample_label;
    like.read = sample_read;
    like.close = NULL;
    nn_data *self =
        nn_data_new (&like, sizeof (sample) + data->count * sizeof (double) +
                                like.count * sizeof (int));
    if (!self)
        return NULL;
    sample *s = self->source;
    s->of = data;
    s->seed = seed;
    s->index = (void *) (s->upto + data->count);
    double sum = 0;
    for (int i = 0; i < data->count; i++)
        s->upto[i] = sum += weight[i];
    draw (self, 0);
    return self;
}

static int sample_begin (void *self, nn_training *t)
{
    draw (self, t->epoch);
    return NN_OK;
}

static int sample_epoch (void *self, nn_training *t)
{
    draw (self, t->epoch + 1); // nobody reads between two epochs
    return NN_OK;
}

/*  A callback with which a sample draws other images in every epoch, the same ones
 *  in the same epoch also after a resume. */
nn_callback nn_sample_anew (nn_data *sample)
{
    return (nn_callback){ .name = "sample anew",
                          .begin = sample_begin,
                          .epoch = sample_epoch,
                          .self = sample };
}

/*  Each image as often as its class weighs. */
static nn_data *by_class (const nn_recipe *recipe, const nn_data *data,
                          const float *of_class)
{
    float *weight = malloc (data->count * sizeof *weight);
    nn_data *view = NULL;
    if (!weight)
        nn_fail (NN_EMEMORY, "no memory for %d weights", data->count);
    for (int i = 0; weight && i < data->count; i++) {
        const int k = data->label (data, i);
        weight[i] = k >= 0 && k < data->classes ? of_class[k] : NAN;
    }
    if (weight)
        view = nn_sample (data, weight, 0, recipe->seed);
    free (weight);
    return view;
}

/*  The images that a recipe learns from, if each is not to come just once. */
int nn_recipe_sample (const nn_recipe *self, const nn_data *data, nn_data **view)
{
    float weight[NN_MOST_CLASSES];
    *view = NULL;
    if (strcmp (self->sampling, "oversample") == 0)
        *view = nn_oversample (data, self->seed);
    else if (strcmp (self->sampling, "weighted") != 0)
        return 0;
    else {
        const int weights = nn_recipe_weights (self, data, weight);
        if (weights < 0)
            return weights;
        if (weights == 0)
            return nn_fail (NN_EVALUE,
                            "sampling is weighted, and there are no weights; set "
                            "class-weights to numbers or to balanced");
        *view = by_class (self, data, weight);
    }
    return *view ? 1 : NN_EVALUE;
}
