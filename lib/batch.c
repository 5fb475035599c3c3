/*  batch.c - the next images are ready before they are asked for
 *
 *  A network learns from a batch of images at a time. To fetch one is not much
 *  work, but the processor should not wait for it: while the network computes, a
 *  thread of the loader reads, transforms and lays out the batches that come next.
 *  Where no core is left for that thread, those who train make the next batch
 *  themselves, each an image when it has nothing else to do.
 *
 *  Reader and network share a ring of batches. The one fills the place after the
 *  last full one, the other takes the oldest full one and holds it until it asks
 *  for the next. They tell each other two numbers only, `made` and `given`, and
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
    nn_image *image; // being read: one for each who reads
    bool *placed;    // images of the next batch that are there already
    uint32_t epoch;
    pthread_t thread;
    bool running;         // an epoch has begun
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

/*  Where the batch lies that is being made. */
static nn_batch *in_the_making (nn_loader *self)
{
    return &self->ring[self->made % (self->args.ahead + 1)];
}

/*  How many images it will have. The last of an epoch may be short. */
static int size_of (const nn_loader *self)
{
    const int left = self->data->count - self->made * self->args.batch;
    return left < self->args.batch ? left : self->args.batch;
}

/*  Reads image i of the data set and applies the transforms. */
static int fetch (const nn_loader *self, int i, nn_image *image)
{
    const nn_loader_args *a = &self->args;
    const int status = self->data->read (self->data, i, image);
    if (status < 0)
        return status;
    return nn_transform_all (a->transforms, a->transform_count, image, a->training,
                             a->seed, self->epoch, i);
}

/*  Puts the fetched image i into row `at` of the batch. */
static int lay (const nn_loader *self, nn_batch *batch, int at, int i,
                const nn_image *image)
{
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

/*  One image of the batch in the making. */
static int place (nn_loader *self, int at, int who)
{
    const int i = self->order[self->made * self->args.batch + at];
    const int status = fetch (self, i, &self->image[who]);
    return status < 0 ? status
                      : lay (self, in_the_making (self), at, i, &self->image[who]);
}

/*  The batch in the making: what nobody has placed yet, and then the mixing. */
static int make (nn_loader *self)
{
    const nn_loader_args *a = &self->args;
    nn_batch *batch = in_the_making (self);
    batch->n = size_of (self);
    for (int at = 0; at < batch->n; at++) {
        const int status = self->placed[at] ? NN_OK : place (self, at, 0);
        self->placed[at] = false;
        if (status < 0)
            return status;
    }
    // -- batches draw from numbers that no image has
    nn_random random = nn_random_from (a->seed, NN_FOR_TRANSFORM, self->epoch,
                                       UINT32_C (1) << 31 | self->made);
    return a->mix && a->training ? a->mix (batch, &random, a->with) : NN_OK;
}

/*  The batch is there, or it is known why not. The sentence may be another
 *  thread's. */
static void settle (nn_loader *self, int status)
{
    self->made += status == NN_OK;
    self->status = status;
    if (status < 0)
        snprintf (self->sentence, sizeof self->sentence, "%s", nn_error ());
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
        pthread_mutex_unlock (&self->lock);
        const int status = make (self);
        pthread_mutex_lock (&self->lock);
        settle (self, status);
        pthread_cond_broadcast (&self->changed);
    }
    pthread_mutex_unlock (&self->lock);
    return NULL;
}

/*  Sends the reader home, whatever it is doing. */
static void finish (nn_loader *self)
{
    const bool reads = self->running && !self->args.helpers;
    self->running = false;
    if (!reads)
        return;
    pthread_mutex_lock (&self->lock);
    self->stop = true;
    pthread_cond_broadcast (&self->changed);
    pthread_mutex_unlock (&self->lock);
    pthread_join (self->thread, NULL);
}

/*  A helper's part: one image. If it cannot be had, whoever asks for the batch
 *  will try it once more, and hear why. */
static void help (void *self_, int at, int who)
{
    nn_loader *self = self_;
    self->placed[at] = place (self, at, who) == NN_OK;
}

/*  What helpers can do for the batch that comes next, before they ask for it: an
 *  image is a part. Nothing, if the loader reads on its own or the epoch ends. */
nn_chore nn_loader_chore (nn_loader *self)
{
    const bool more = self->args.helpers && self->running &&
                      self->made < nn_loader_batches (self);
    return (nn_chore){ self, more ? size_of (self) : 0, help };
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
    memset (self->placed, 0, self->args.batch * sizeof *self->placed);
    if (!self->args.helpers &&
        pthread_create (&self->thread, NULL, reader, self) != 0)
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
    if (self->args.helpers && self->made < batches && self->status == NN_OK)
        settle (self, make (self));
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

/*  Takes the memory of a batch of images like the one that was fetched to see. */
static int lay_out (nn_loader *self, nn_batch *batch)
{
    const nn_image *like = self->image;
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

static int readers (const nn_loader *self)
{
    return self->args.helpers ? self->args.helpers : 1;
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
    self->image =
        nn_arena_take (self->arena, readers (self) * sizeof *self->image);
    self->placed = nn_arena_take (self->arena, a->batch * sizeof *self->placed);
    if (!self->order || !self->ring || !copy || !self->image || !self->placed)
        return NN_EMEMORY;
    if (bytes > 0)
        memcpy (copy, a->transforms, bytes);
    a->transforms = copy;
    int status = fetch (self, 0, self->image);
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
    if (args.batch < 1 || args.ahead < 1 || args.helpers < 0 || data->count < 1) {
        nn_fail (NN_EVALUE,
                 "nn_loader_new: %s has %d images, to be read %d at a time, %d "
                 "batches ahead, with %d helpers; the last may be 0, and none of "
                 "the others less than 1",
                 data->name, data->count, args.batch, args.ahead, args.helpers);
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
    for (int who = 0; self->image && who < readers (self); who++)
        nn_image_free (&self->image[who]);
    pthread_cond_destroy (&self->changed);
    pthread_mutex_destroy (&self->lock);
    nn_arena_free (&self->arena);
    free (self);
    *self_p = NULL;
}
