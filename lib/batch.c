/*  batch.c - the next images are ready before they are asked for
 *
 *  A network learns from a batch of images at a time. To fetch one is not much
 *  work, but the processor should not wait for it: while the network computes, a
 *  thread of the loader reads, transforms and lays out the batches that come next.
 *
 *  The two share a ring of batches. The reader fills the place after the last full
 *  one, the network takes the oldest full one and holds it until it asks for the
 *  next. They need to tell each other two numbers only, `made` and `given`, and
 *  wait when the ring is full or empty. An epoch has its own reader, and its order
 *  depends on the seed and the epoch alone: so a run that was stopped goes on at
 *  any batch as if it had never been away.
 */
#include "nn.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct nn_loader {
    const nn_data *data;
    nn_loader_args args;
    nn_arena *arena; // of all below
    int *order;      // the images of this epoch, one after the other
    nn_batch *ring;  // args.ahead + 1: one is with the network
    nn_image image;  // being read
    uint32_t epoch;
    pthread_t thread;
    bool running;         // there is a thread to join
    pthread_mutex_t lock; // of all below
    pthread_cond_t changed;
    int made, given; // batches of this epoch
    bool stop;       // nobody wants the rest
    int status;      // of the reader
    char sentence[512];
};

int nn_loader_batches (const nn_loader *self)
{
    return (self->data->count + self->args.batch - 1) / self->args.batch;
}

/*  Reads image i of the data set and applies the transforms. */
static int fetch (nn_loader *self, int i)
{
    const nn_loader_args *a = &self->args;
    const int status = self->data->read (self->data, i, &self->image);
    if (status < 0)
        return status;
    return nn_transform_all (a->transforms, a->transform_count, &self->image,
                             a->training, a->seed, self->epoch, i);
}

/*  Puts the fetched image i into row `at` of the batch. */
static int lay (const nn_loader *self, nn_batch *batch, int at, int i)
{
    const nn_image *image = &self->image;
    const nn_data *data = self->data;
    const int label = data->label (data, i);
    if (image->h != batch->h || image->w != batch->w || image->c != batch->c)
        return nn_fail (
            NN_ESHAPE,
            "%s: image %d has %d x %d x %d values and the first had "
            "%d x %d x %d; a resize among the transforms makes them equal",
            data->name, i, image->h, image->w, image->c, batch->h, batch->w,
            batch->c);
    if (label < 0 || label >= batch->classes)
        return nn_fail (NN_EFORMAT,
                        "%s: image %d has label %d, and there are %d classes, "
                        "counted from 0",
                        data->name, i, label, batch->classes);
    const size_t size = (size_t) image->h * image->w * image->c;
    memcpy (batch->x + at * size, image->x, size * sizeof *image->x);
    batch->index[at] = i;
    batch->label[at] = label;
    batch->weight[at] = 1;
    float *target = batch->target + (size_t) at * batch->classes;
    for (int k = 0; k < batch->classes; k++)
        target[k] = k == label;
    return NN_OK;
}

/*  Fills a place of the ring with batch b of this epoch. The last may be short. */
static int make (nn_loader *self, nn_batch *batch, int b)
{
    const nn_loader_args *a = &self->args;
    const int first = b * a->batch, left = self->data->count - first;
    batch->n = left < a->batch ? left : a->batch;
    for (int at = 0; at < batch->n; at++) {
        const int i = self->order[first + at];
        int status = fetch (self, i);
        if (status == NN_OK)
            status = lay (self, batch, at, i);
        if (status < 0)
            return status;
    }
    // -- batches draw from numbers that no image has
    nn_random random = nn_random_from (a->seed, NN_FOR_TRANSFORM, self->epoch,
                                       UINT32_C (1) << 31 | b);
    return a->mix && a->training ? a->mix (batch, &random, a->with) : NN_OK;
}

/*  The reader: makes batch after batch, at most `ahead` more than were given
 *  away. */
static void *reader (void *self_)
{
    nn_loader *self = self_;
    const int batches = nn_loader_batches (self);
    pthread_mutex_lock (&self->lock);
    while (self->made < batches && self->status == NN_OK) {
        while (!self->stop && self->made >= self->given + self->args.ahead)
            pthread_cond_wait (&self->changed, &self->lock);
        if (self->stop)
            break;
        const int b = self->made;
        pthread_mutex_unlock (&self->lock);
        const int status = make (self, &self->ring[b % (self->args.ahead + 1)], b);
        pthread_mutex_lock (&self->lock);
        self->made += status == NN_OK;
        self->status = status;
        if (status < 0) // its sentence is this thread's own
            snprintf (self->sentence, sizeof self->sentence, "%s", nn_error ());
        pthread_cond_broadcast (&self->changed);
    }
    pthread_mutex_unlock (&self->lock);
    return NULL;
}

/*  Sends the reader home, whatever it is doing. */
static void finish (nn_loader *self)
{
    if (!self->running)
        return;
    pthread_mutex_lock (&self->lock);
    self->stop = true;
    pthread_cond_broadcast (&self->changed);
    pthread_mutex_unlock (&self->lock);
    pthread_join (self->thread, NULL);
    self->running = false;
}

/*  Begins an epoch at a batch, both counted from 0, wherever the last one was. */
int nn_loader_start (nn_loader *self, uint32_t epoch, int batch)
{
    nn_require (batch >= 0 && batch <= nn_loader_batches (self),
                "batch %d of an epoch of %d", batch, nn_loader_batches (self));
    finish (self);
    for (int i = 0; i < self->data->count; i++)
        self->order[i] = i;
    nn_random random = nn_random_from (self->args.seed, NN_FOR_ORDER, epoch, 0);
    if (self->args.shuffle)
        nn_shuffle (self->order, self->data->count, &random);
    self->epoch = epoch;
    self->made = self->given = batch;
    self->stop = false;
    self->status = NN_OK;
    if (pthread_create (&self->thread, NULL, reader, self) != 0)
        return nn_fail (NN_ESYSTEM, "the system gives no thread to read images");
    self->running = true;
    return NN_OK;
}

/*  The next batch, which is the caller's until the next call. At the end of the
 *  epoch NULL and NN_OK; NULL and the failure, with its sentence, when an image
 *  could not be read. */
const nn_batch *nn_loader_next (nn_loader *self, int *status)
{
    const int batches = nn_loader_batches (self);
    const nn_batch *batch = NULL;
    nn_require (self->running, "nn_loader_start () comes first");
    pthread_mutex_lock (&self->lock);
    while (self->made == self->given && self->made < batches &&
           self->status == NN_OK)
        pthread_cond_wait (&self->changed, &self->lock);
    if (self->given < self->made) {
        batch = &self->ring[self->given % (self->args.ahead + 1)];
        self->given++; // what was given before is free again
        pthread_cond_broadcast (&self->changed);
    }
    const int failure = batch ? NN_OK : self->status;
    pthread_mutex_unlock (&self->lock);
    if (failure < 0)
        nn_fail (failure, "%s", self->sentence);
    if (status)
        *status = failure;
    return batch;
}

/*  Takes the memory of a batch of images like the one that self has just
 *  fetched. */
static int lay_out (nn_loader *self, nn_batch *batch)
{
    const nn_image *like = &self->image;
    const int n = self->args.batch, classes = self->data->classes;
    const size_t size = (size_t) like->h * like->w * like->c;
    *batch = (nn_batch){ n,    classes, like->h, like->w, like->c,
                         NULL, NULL,    NULL,    NULL,    NULL };
    batch->index = nn_arena_take (self->arena, n * sizeof *batch->index);
    batch->label = nn_arena_take (self->arena, n * sizeof *batch->label);
    batch->x = nn_arena_take (self->arena, n * size * sizeof *batch->x);
    batch->target =
        nn_arena_take (self->arena, (size_t) n * classes * sizeof *batch->target);
    batch->weight = nn_arena_take (self->arena, n * sizeof *batch->weight);
    return batch->index && batch->label && batch->x && batch->target &&
                   batch->weight
               ? NN_OK
               : NN_EMEMORY;
}

/*  Everything that an epoch needs is taken here, once. The first image tells the
 *  size. */
static int prepare (nn_loader *self)
{
    nn_loader_args *a = &self->args;
    const size_t bytes = a->transform_count * sizeof *a->transforms;
    self->arena = nn_arena_new (false);
    if (!self->arena)
        return NN_EMEMORY;
    self->order =
        nn_arena_take (self->arena, self->data->count * sizeof *self->order);
    self->ring = nn_arena_take (self->arena, (a->ahead + 1) * sizeof *self->ring);
    nn_transform *copy = nn_arena_take (self->arena, bytes);
    if (!self->order || !self->ring || !copy)
        return NN_EMEMORY;
    if (bytes > 0)
        memcpy (copy, a->transforms, bytes);
    a->transforms = copy;
    int status = fetch (self, 0);
    for (int k = 0; k <= a->ahead && status == NN_OK; k++)
        status = lay_out (self, &self->ring[k]);
    return status;
}

/*  A loader for a data set, which must live as long. NULL, with a sentence, when
 *  there are no images or no memory, or when the first image cannot be read. */
nn_loader *nn_loader_open (const nn_data *data, nn_loader_args args)
{
    args.batch = args.batch ? args.batch : 32;
    args.ahead = args.ahead ? args.ahead : 2;
    if (args.batch < 1 || args.ahead < 1 || data->count < 1) {
        nn_fail (NN_EVALUE,
                 "nn_loader_new: %s has %d images, to be read %d at a time, %d "
                 "batches ahead; none of these may be less than 1",
                 data->name, data->count, args.batch, args.ahead);
        return NULL;
    }
    nn_loader *self = calloc (1, sizeof *self);
    if (!self) {
        nn_fail (NN_EMEMORY, "nn_loader_new: no memory for a loader");
        return NULL;
    }
    self->data = data;
    self->args = args;
    pthread_mutex_init (&self->lock, NULL);
    pthread_cond_init (&self->changed, NULL);
    if (prepare (self) < 0)
        nn_loader_free (&self);
    return self;
}

void nn_loader_free (nn_loader **self_p)
{
    nn_loader *self = *self_p;
    if (!self)
        return;
    finish (self);
    nn_image_free (&self->image);
    pthread_cond_destroy (&self->changed);
    pthread_mutex_destroy (&self->lock);
    nn_arena_free (&self->arena);
    free (self);
    *self_p = NULL;
}
