/*  measure.c - how good is it?
 *
 *  A net is measured on images that it has not learnt from, in inference: nothing
 *  is dropped, nothing distorted, nothing learnt.
 */
#include "nn.h"

#include <string.h>
#include <time.h>

/*  The place of the largest value; of equals the first. */
int nn_argmax (const float *values, int count)
{
    int best = 0;
    for (int k = 1; k < count; k++)
        if (values[k] > values[best])
            best = k;
    return best;
}

/*  The share of images whose likeliest class is the right one. n x classes, n
 *  labels. */
double nn_accuracy (const float *probabilities, const int *label, int n,
                    int classes)
{
    int right = 0;
    for (int i = 0; i < n; i++)
        right +=
            nn_argmax (probabilities + (size_t) i * classes, classes) == label[i];
    return n ? (double) right / n : 0;
}

/*  Runs the net over a data set and hands each batch with the net's output to
 *  `each`. */
static int over_all (nn_net *net, const nn_data *data,
                     const nn_transform *transforms, int count,
                     void (*each) (const nn_net *, const nn_batch *, void *),
                     void *with)
{
    nn_require (net && net->batch > 0,
                "the net must be built before it is measured");
    nn_loader *loader =
        nn_loader_new (data, .batch = net->batch, .transforms = transforms,
                       .transform_count = count);
    if (!loader)
        return NN_EMEMORY;
    int status = nn_loader_start (loader, 0, 0);
    const nn_batch *batch;
    while (status == NN_OK && (batch = nn_loader_next (loader, &status))) {
        status = nn_net_forward (net, batch, false);
        if (status == NN_OK)
            each (net, batch, with);
    }
    nn_loader_free (&loader);
    return status;
}

static void add_scores (const nn_net *net, const nn_batch *batch, void *with)
{
    nn_scores *s = with;
    s->loss += nn_net_loss (net) * batch->n;
    s->accuracy +=
        nn_accuracy (net->output->out.x, batch->label, batch->n, batch->classes) *
        batch->n;
    s->images += batch->n;
}

/*  Mean loss and accuracy over a data set. */
int nn_evaluate (nn_net *net, const nn_data *data, const nn_transform *transforms,
                 int count, nn_scores *scores)
{
    struct timespec a, b;
    clock_gettime (CLOCK_MONOTONIC, &a);
    *scores = (nn_scores){ 0 };
    const int status = over_all (net, data, transforms, count, add_scores, scores);
    clock_gettime (CLOCK_MONOTONIC, &b);
    scores->seconds =
        (double) (b.tv_sec - a.tv_sec) + 1e-9 * (double) (b.tv_nsec - a.tv_nsec);
    if (scores->images) {
        scores->loss /= scores->images;
        scores->accuracy /= scores->images;
    }
    return status;
}

static void add_outputs (const nn_net *net, const nn_batch *batch, void *with)
{
    float **at = with;
    const size_t floats = batch->n * nn_image_size (&net->output->out);
    memcpy (*at, net->output->out.x, floats * sizeof **at);
    *at += floats;
}

/*  The net's output for every image: as many rows as images, of as many numbers as
 *  the last layer has. */
int nn_predict (nn_net *net, const nn_data *data, const nn_transform *transforms,
                int count, float *probabilities)
{
    return over_all (net, data, transforms, count, add_outputs, &probabilities);
}
