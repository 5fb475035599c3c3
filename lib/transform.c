/*  transform.c - what happens to an image between the data set and the net
 *
 *  A transform takes an image and leaves another in its place. Those meant for
 *  training alone draw at random: a flip, a shift. What an image draws depends on
 *  the seed, the epoch and its own number, and on nothing else: not on who reads
 *  it, in which batch, or after whom. So one thread or four, a pause and a
 *  restart: the same picture.
 *
 *  The first transform that every network wants is dull: each channel is shifted
 *  and scaled to mean 0 and deviation 1, so that no weight has to grow large just
 *  to see anything. The mean is part of what the network learns. It comes from the
 *  training images alone.
 */
#include "nn.h"

#include <math.h>

/*  The mean and the standard deviation of each channel, over all places of all
 *  images. Give it the training images and no others. */
int nn_moments (const nn_data *data, float mean[4], float deviation[4])
{
    double sum[4] = { 0 }, squares[4] = { 0 }, places = 0;
    int status = NN_OK, channels = 0;
    nn_image image = { 0 };
    for (int i = 0; i < data->count && status == NN_OK; i++) {
        status = data->read (data, i, &image);
        if (status == NN_OK && (image.c > 4 || (channels && image.c != channels)))
            status = nn_fail (NN_ESHAPE,
                              "%s: image %d has %d channels and the first %d; "
                              "nn_moments wants the same for all, and at most 4",
                              data->name, i, image.c, channels);
        if (status < 0)
            break;
        channels = image.c;
        const int here = image.h * image.w;
        for (int at = 0; at < here; at++)
            for (int k = 0; k < channels; k++) {
                const double x = image.x[at * channels + k];
                sum[k] += x;
                squares[k] += x * x;
            }
        places += here;
    }
    nn_image_free (&image);
    if (status == NN_OK && places == 0)
        status = nn_fail (NN_EVALUE, "%s: no images, so no mean", data->name);
    for (int k = 0; k < 4 && status == NN_OK; k++) {
        const double m = sum[k] / places, variance = squares[k] / places - m * m;
        mean[k] = (float) m;
        deviation[k] = (float) sqrt (variance > 0 ? variance : 0);
    }
    return status;
}

static int standardise (const nn_transform *self, nn_image *image,
                        nn_random *random)
{
    (void) random;
    const float *mean = self->value, *deviation = self->value + 4;
    if (image->c > 4 || deviation[image->c - 1] == 0)
        return nn_fail (NN_ESHAPE,
                        "nn_standardise: no mean is known for channel %d of an "
                        "image; take nn_moments of images like it",
                        image->c - 1);
    const int places = image->h * image->w, c = image->c;
    for (int k = 0; k < c; k++) {
        const float scale = 1 / deviation[k], shift = -mean[k] * scale;
        for (int at = 0; at < places; at++)
            image->x[at * c + k] = image->x[at * c + k] * scale + shift;
    }
    return NN_OK;
}

/*  x becomes (x - mean) / deviation, channel by channel. A channel that never
 *  changes is only shifted. */
nn_transform nn_standardise (const float mean[4], const float deviation[4],
                             int channels)
{
    nn_require (channels >= 1 && channels <= 4,
                "images have 1 to 4 channels, not %d", channels);
    nn_transform self = { "standardise", standardise, false, { 0 } };
    for (int k = 0; k < channels; k++) {
        self.value[k] = mean[k];
        self.value[4 + k] =
            deviation[k] > 0 ? deviation[k] : 1; // 0: no such channel
    }
    return self;
}

/*  Applies the whole list, in order, to image i of a data set in this epoch. */
int nn_transform_all (const nn_transform *list, int count, nn_image *image,
                      bool training, uint64_t seed, uint32_t epoch, uint32_t i)
{
    nn_random random = nn_random_from (seed, NN_FOR_TRANSFORM, epoch, i);
    for (int k = 0; k < count; k++) {
        if (list[k].training && !training)
            continue;
        const int status = list[k].apply (&list[k], image, &random);
        if (status < 0)
            return status;
    }
    return NN_OK;
}
