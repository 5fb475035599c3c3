/*  batch.c - the loader: what is in a batch, in which order, and how it ends */
#include "nn.h"
#include "test.h"

#include <stdatomic.h>
#include <unistd.h>

enum { COUNT = 70, SIZE = 4 };

typedef struct {
    atomic_int broken, odd; // images that cannot be read, that have another size
    atomic_int slow;        // microseconds to read one
    atomic_int reads;
} behaviour;

static int label (const nn_data *self, int i)
{
    (void) self;
    return i % 7;
}

/*  Image i is four values: i, i + 0.25, i + 0.5, i + 0.75. */
static int read_four (const nn_data *self, int i, nn_image *image)
{
    behaviour *b = self->source;
    b->reads++;
    if (b->slow)
        usleep (b->slow);
    if (i == b->broken)
        return nn_fail (NN_EFILE, "image %d is lost", i);
    const int status = nn_image_fit (image, 2, i == b->odd ? 3 : 2, 1);
    for (int k = 0; status == NN_OK && k < SIZE; k++)
        image->x[k] = i + k / 4.0f;
    return status;
}

static nn_data *fours (int count)
{
    nn_data *self = nn_data_new (&(nn_data){ "fours", count, 7, 2, 2, 1, NULL,
                                             label, read_four, NULL, NULL },
                                 sizeof (behaviour));
    behaviour *b = self->source;
    b->broken = -1;
    b->odd = -1;
    return self;
}

static bool right (const nn_batch *batch)
{
    bool good =
        batch->h == 2 && batch->w == 2 && batch->c == 1 && batch->classes == 7;
    for (int at = 0; at < batch->n; at++) {
        const int i = batch->index[at];
        good = good && batch->label[at] == i % 7 && batch->weight[at] == 1;
        for (int k = 0; k < SIZE; k++)
            good = good && batch->x[at * SIZE + k] == i + k / 4.0f;
        for (int k = 0; k < 7; k++)
            good = good && batch->target[at * 7 + k] == (k == i % 7);
    }
    return good;
}

/*  Reads an epoch from a batch on; the images' order into `order`, how many
 *  returned. */
static int epoch (nn_loader *loader, int number, int from, int *order, bool *good)
{
    int seen = 0, status;
    *good = nn_loader_start (loader, number, from) == NN_OK;
    for (const nn_batch *b; (b = nn_loader_next (loader, &status));) {
        *good = *good && right (b);
        for (int at = 0; at < b->n; at++)
            order[seen++] = b->index[at];
    }
    *good = *good && status == NN_OK;
    return seen;
}

static void orders (void)
{
    nn_data *data = fours (COUNT);
    nn_loader *plain = nn_loader_new (data, .batch = 32);
    nn_loader *mixed =
        nn_loader_new (data, .batch = 32, .shuffle = true, .seed = 5);
    nn_loader *again =
        nn_loader_new (data, .batch = 32, .shuffle = true, .seed = 5, .ahead = 7);
    int a[COUNT] = { 0 }, b[COUNT] = { 0 }, c[COUNT] = { 0 };
    bool good;
    check (nn_loader_batches (plain) == 3, "70 images are 3 batches of 32", "%d",
           nn_loader_batches (plain));
    const int all = epoch (plain, 0, 0, a, &good);
    check (all == COUNT && good && a[0] == 0 && a[69] == 69,
           "in order, the short batch kept, each image right", "%d images", all);
    check (epoch (mixed, 3, 0, b, &good) == COUNT && good,
           "shuffled, each image right", "wrong");
    char seen[COUNT] = { 0 };
    for (int i = 0; i < COUNT; i++)
        seen[b[i]]++;
    check (!memchr (seen, 0, COUNT) && memcmp (a, b, sizeof a) != 0,
           "each image once, in another order", "not so");
    epoch (again, 3, 0, c, &good);
    check (memcmp (b, c, sizeof b) == 0, "seed and epoch decide the order",
           "they do not");
    epoch (mixed, 4, 0, c, &good);
    check (memcmp (b, c, sizeof b) != 0, "another epoch, another order",
           "the same");
    check (epoch (mixed, 3, 1, c, &good) == COUNT - 32 && good &&
               memcmp (b + 32, c, (COUNT - 32) * sizeof *c) == 0,
           "an epoch can be entered at any batch", "it differs");
    check (epoch (mixed, 3, 3, c, &good) == 0 && good, "also at its end",
           "images came");
    nn_loader_free (&plain);
    nn_loader_free (&mixed);
    nn_loader_free (&again);
    nn_data_free (&data);
}

static void ahead (void)
{
    nn_data *data = fours (COUNT);
    behaviour *b = data->source;
    nn_loader *loader = nn_loader_new (data, .batch = 10, .ahead = 3);
    nn_loader_start (loader, 0, 0);
    for (int wait = 0; wait < 5000 && b->reads < 31; wait++)
        usleep (1000);
    usleep (20000);
    const int reads = b->reads; // with one to learn the size
    check (reads == 31, "three batches are read ahead and no more", "%d images",
           reads);
    const nn_batch *first = nn_loader_next (loader, NULL);
    usleep (20000);
    check (first->index[0] == 0 && right (first), "a batch stays while it is held",
           "gone");
    // -- the network was slow; now the reader is
    b->slow = 500;
    int got = 1;
    while (nn_loader_next (loader, NULL))
        got++;
    check (got == 7, "a slow reader is waited for", "%d batches", got);
    nn_loader_free (&loader);
    // -- freed while reading, while waiting, and unused
    for (int k = 0; k < 3; k++) {
        loader = nn_loader_new (data, .batch = 10, .ahead = k + 1);
        if (k > 0)
            nn_loader_start (loader, 0, 0);
        if (k > 1)
            nn_loader_next (loader, NULL);
        nn_loader_free (&loader);
    }
    check (loader == NULL, "freed in whatever state", "kept");
    nn_data_free (&data);
}

static void trouble (void)
{
    nn_data *data = fours (COUNT);
    behaviour *b = data->source;
    b->broken = 45;
    nn_loader *loader = nn_loader_new (data, .batch = 20);
    nn_loader_start (loader, 0, 0);
    int status = 1, got = 0;
    while (nn_loader_next (loader, &status))
        got++;
    check (got == 2 && status == NN_EFILE &&
               strcmp (nn_error (), "image 45 is lost") == 0,
           "a lost image ends the epoch with its sentence", "%d batches, %d: %s",
           got, status, nn_error ());
    check (!nn_loader_next (loader, &status) && status == NN_EFILE,
           "and it stays so", "%d", status);
    b->broken = -1;
    b->odd = 45;
    nn_loader_start (loader, 0, 2);
    check (!nn_loader_next (loader, &status) && status == NN_ESHAPE &&
               strstr (nn_error (), "image 45 has 2 x 3 x 1"),
           "an image of another size", "%s", nn_error ());
    b->odd = -1;
    nn_loader_start (loader, 1, 0);
    check (nn_loader_next (loader, &status) && status == NN_OK,
           "the next epoch starts anew", "%s", nn_error ());
    nn_loader_free (&loader);
    b->broken = 0;
    check (!nn_loader_new (data, .batch = 8), "no first image, no loader",
           "opened");
    check (!nn_loader_new (data, .batch = -1) && strstr (nn_error (), "-1"),
           "a negative batch is refused", "%s", nn_error ());
    nn_data_free (&data);
    data = fours (0);
    check (!nn_loader_new (data, .batch = 8) && strstr (nn_error (), "0 images"),
           "an empty data set is refused", "%s", nn_error ());
    nn_data_free (&data);
}

static int add_noise (const nn_transform *self, nn_image *image, nn_random *random)
{
    (void) self;
    image->x[0] += nn_random_uniform (random) / 8;
    return NN_OK;
}

/*  Halves the targets, to see that the next epoch has whole ones again. */
static int halve (nn_batch *batch, nn_random *random, const void *with)
{
    for (int k = 0; k < batch->n * batch->classes; k++)
        batch->target[k] *= *(const float *) with;
    batch->weight[0] = nn_random_uniform (random);
    return NN_OK;
}

static void changes (void)
{
    nn_data *data = fours (COUNT);
    const float half = 0.5f;
    nn_loader *loader;
    {
        nn_transform gone = {
            "noise", add_noise, true, { 0 }
        }; // the list is copied
        loader =
            nn_loader_new (data, .batch = 16, .training = true, .shuffle = true,
                           .transforms = &gone, .transform_count = 1, .seed = 2,
                           .mix = halve, .with = &half);
        gone.apply = NULL;
    }
    float noise[2][COUNT] = { { 0 } }, weight[2][COUNT] = { { 0 } };
    bool good = true;
    for (int pass = 0; pass < 2; pass++) { // the same epoch twice
        nn_loader_start (loader, 9, 0);
        for (const nn_batch *b; (b = nn_loader_next (loader, NULL));)
            for (int at = 0; at < b->n; at++) {
                noise[pass][b->index[at]] = b->x[at * SIZE] - b->index[at];
                weight[pass][b->index[at]] = b->weight[at];
                good = good && b->target[at * 7 + b->label[at]] == 0.5f;
            }
    }
    check (good, "mixing works on fresh targets", "not so");
    check (memcmp (noise[0], noise[1], sizeof noise[0]) == 0 &&
               noise[0][1] != noise[0][2],
           "draws depend on seed, epoch and image", "they do not");
    check (memcmp (weight[0], weight[1], sizeof weight[0]) == 0,
           "so do those of batches", "they do not");
    nn_loader_free (&loader);
    // -- another batch size and another order change no draw
    const nn_transform list[] = { { "noise", add_noise, true, { 0 } } };
    loader = nn_loader_new (data, .batch = 5, .training = true, .transforms = list,
                            .transform_count = 1, .seed = 2);
    good = true;
    nn_loader_start (loader, 9, 0);
    for (const nn_batch *b; (b = nn_loader_next (loader, NULL));)
        for (int at = 0; at < b->n; at++)
            good =
                good && b->x[at * SIZE] - b->index[at] == noise[0][b->index[at]];
    check (good, "neither batch size nor order change them", "they do");
    nn_loader_free (&loader);
    nn_data_free (&data);
}

/*  The next batch of an epoch, of which helpers have done some parts. */
static const nn_batch *helped (nn_loader *loader, nn_random *random, int *parts,
                               int *status)
{
    const nn_chore chore = nn_loader_chore (loader);
    *parts = chore.parts;
    for (int k = chore.parts - 1; k >= 0; k--) // from the last to the first
        if (nn_random_uniform (random) < 0.5f)
            chore.part (chore.self, k, k % 3);
    return nn_loader_next (loader, status);
}

/*  The same epochs from a loader that reads on a thread of its own and from one that
 *  is helped. */
static void helpers (void)
{
    nn_data *data = fours (COUNT);
    behaviour *b = data->source;
    const float half = 0.5f;
    const nn_transform list[] = { { "noise", add_noise, true, { 0 } } };
    nn_loader_args args = { .batch = 16,
                            .training = true,
                            .shuffle = true,
                            .seed = 3,
                            .transforms = list,
                            .transform_count = 1,
                            .mix = halve,
                            .with = &half };
    nn_loader *alone = nn_loader_open (data, args);
    args.helpers = 3;
    nn_loader *with = nn_loader_open (data, args);
    nn_random random = nn_random_from (1, NN_FOR_ORDER, 0, 0);
    bool same = true, parts = true;
    for (int from = 0; from < 3; from++) {
        nn_loader_start (alone, 4, from);
        nn_loader_start (with, 4, from);
        int status, wanted;
        for (const nn_batch *x, *y; (x = nn_loader_next (alone, &status));) {
            y = helped (with, &random, &wanted, &status);
            parts = parts && wanted == x->n;
            same = same && y && y->n == x->n &&
                   !memcmp (x->index, y->index, x->n * sizeof *x->index) &&
                   !memcmp (x->x, y->x, x->n * SIZE * sizeof *x->x) &&
                   !memcmp (x->target, y->target, x->n * 7 * sizeof *x->x) &&
                   !memcmp (x->weight, y->weight, x->n * sizeof *x->weight);
        }
        same = same && !helped (with, &random, &wanted, &status) &&
               status == NN_OK && wanted == 0;
    }
    check (parts, "an image of the next batch is a part", "other numbers");
    check (same, "whoever made them, the batches are the same", "they differ");
    check (nn_loader_chore (alone).parts == 0,
           "a loader with a thread of its own wants no help", "it does");
    // -- all parts done: nothing is left for who asks
    nn_loader_start (with, 1, 0);
    const nn_chore chore = nn_loader_chore (with);
    for (int k = 0; k < chore.parts; k++)
        chore.part (chore.self, k, 0);
    const int reads = b->reads;
    nn_loader_next (with, NULL);
    check (b->reads == reads, "what helpers have read is not read again",
           "%d images", b->reads - reads);
    // -- an image that cannot be read
    int status = NN_OK, wanted, got = 0;
    b->broken = 45;
    nn_loader_start (with, 0, 0);
    while (helped (with, &random, &wanted, &status))
        got++;
    check (got < 5 && status == NN_EFILE &&
               strcmp (nn_error (), "image 45 is lost") == 0,
           "a lost image ends the epoch with its sentence, as without help",
           "%d batches, %d: %s", got, status, nn_error ());
    check (!helped (with, &random, &wanted, &status) && status == NN_EFILE,
           "and it stays so", "%d", status);
    nn_loader_free (&alone);
    nn_loader_free (&with);
    check (!nn_loader_new (data, .helpers = -2) && strstr (nn_error (), "-2"),
           "less than no help is refused", "%s", nn_error ());
    nn_data_free (&data);
}

int main (void)
{
    orders ();
    helpers ();
    ahead ();
    trouble ();
    changes ();
    return nn_test_done ();
}
