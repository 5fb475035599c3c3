/*  train.c - the loop, and who may interfere
 *
 *  Training is two loops: over epochs, and over the batches of an epoch. What
 *  happens between steps and between epochs is nobody's business here. Callbacks
 *  see the state of the training, a plain struct, and may change it: draw a curve,
 *  lower the rate, save the weights, stop.
 *
 *  The order of the images depends on the seed and the epoch alone. So a training
 *  can go on at any batch of any epoch, and nobody can tell.
 */
#include "nn.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

static double now (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/*  Room in the history for one epoch more. */
static nn_epoch *add_epoch (nn_history *history)
{
    if (history->epochs == history->room) {
        const int room = history->room ? 2 * history->room : 16;
        nn_epoch *larger = realloc (history->epoch, room * sizeof *larger);
        if (!larger) {
            nn_fail (NN_EMEMORY, "nn_train: no memory to remember epoch %d",
                     history->epochs + 1);
            return NULL;
        }
        history->epoch = larger;
        history->room = room;
    }
    return &history->epoch[history->epochs++];
}

void nn_history_free (nn_history *self)
{
    free (self->epoch);
    *self = (nn_history){ 0 };
}

/*  Which verb of a callback is meant. */
typedef enum { BEGIN, BATCH, EPOCH, END } moment;

/*  Calls that verb of every callback; the first negative status is returned. */
static int tell (const nn_train_args *args, moment when, nn_training *t)
{
    int status = NN_OK;
    for (int i = 0; i < args->callback_count; i++) {
        const nn_callback *c = &args->callbacks[i];
        int (*verb) (void *, nn_training *) = when == BEGIN   ? c->begin
                                              : when == BATCH ? c->batch
                                              : when == EPOCH ? c->epoch
                                                              : c->end;
        const int answer = verb ? verb (c->self, t) : NN_OK;
        if (answer < 0 && status == NN_OK)
            status = answer;
        if (status < 0 && when != END) // at the end everybody is told
            break;
    }
    return status;
}

/*  How many images of the last pass the net would have named rightly. */
static int right_ones (const nn_net *net, const nn_batch *batch)
{
    int right = 0;
    for (int i = 0; i < batch->n; i++)
        right += nn_argmax (net->output->out.x + (size_t) i * batch->classes,
                            batch->classes) == batch->label[i];
    return right;
}

/*  One epoch, from batch t->batch on. Its means go on where they stand: a training
 *  that comes back in the middle of an epoch has brought them along. */
static int run_epoch (nn_loader *loader, const nn_train_args *args, nn_training *t)
{
    const nn_schedule *schedule = args->schedule ? args->schedule : &nn_constant;
    const long steps = (long) t->epochs * t->batches;
    const double began = now () - t->seconds;
    int status = nn_loader_start (loader, t->epoch, t->batch);
    const nn_batch *batch;
    while (status == NN_OK && !t->stop &&
           (batch = nn_loader_next (loader, &status))) {
        const long step = (long) t->epoch * t->batches + t->batch;
        t->optimiser->rate = t->rate * schedule->factor (schedule, step, steps);
        t->net->chore = nn_loader_chore (loader);
        status = nn_net_step (t->net, batch, t->optimiser, args->comm);
        t->net->chore = (nn_chore){ 0 };
        if (status != NN_OK)
            break;
        // -- what callbacks want to know
        const double before = (double) t->images, all = before + batch->n;
        t->loss = (t->loss * before + nn_net_loss (t->net) * batch->n) / all;
        t->accuracy = (t->accuracy * before + right_ones (t->net, batch)) / all;
        t->images += batch->n;
        t->seconds = now () - began;
        status = tell (args, BATCH, t);
        t->batch++;
    }
    return status;
}

/*  Writes the epoch that has just ended into the history, with the validation's
 *  verdict. */
static int remember (const nn_train_args *args, nn_training *t)
{
    nn_scores scores = { .loss = NAN, .accuracy = NAN };
    if (args->validation) {
        const int status = nn_evaluate (t->net, args->validation, args->transforms,
                                        args->transform_count, &scores);
        if (status != NN_OK)
            return status;
    }
    nn_epoch *e = add_epoch (t->history);
    if (!e)
        return NN_EMEMORY;
    *e = (nn_epoch){ .loss = (float) t->loss,
                     .accuracy = (float) t->accuracy,
                     .val_loss = (float) scores.loss,
                     .val_accuracy = (float) scores.accuracy,
                     .rate = t->optimiser->rate,
                     .seconds = (float) t->seconds,
                     .images_per_second = (float) (t->images / t->seconds) };
    return NN_OK;
}

static int run_epochs (nn_loader *loader, const nn_train_args *args,
                       nn_training *t)
{
    int status = tell (args, BEGIN, t);
    for (; t->epoch < t->epochs && !t->stop; t->epoch++) {
        if (status == NN_OK)
            status = run_epoch (loader, args, t);
        if (status == NN_OK)
            status = remember (args, t);
        if (status == NN_OK)
            status = tell (args, EPOCH, t);
        if (status != NN_OK)
            break;
        t->batch = 0;
        t->images = 0;
        t->loss = t->accuracy = t->seconds = 0;
    }
    const int last = tell (args, END, t);
    return status != NN_OK ? status : last;
}

/*  Does the net keep every processor busy that this process may use? Then a thread
 *  that reads ahead would only take one of them away. */
static bool busy (const nn_net *net)
{
    return net->threads >= omp_get_num_procs ();
}

/*  Trains a built net and adds an nn_epoch to the history for each epoch. Stops
 *  early when a callback says so; fails as the data set, a callback or memory
 *  fails. */
int nn_train_with (nn_net *net, const nn_data *data, nn_history *history,
                   nn_train_args args)
{
    nn_require (net && net->batch > 0,
                "the net must be built before it is trained");
    if (args.epochs < 0 || args.first_epoch < 0 || args.first_batch < 0)
        return nn_fail (NN_EVALUE,
                        "nn_train: %d epochs from epoch %d, batch %d; give "
                        "numbers above 0",
                        args.epochs, args.first_epoch, args.first_batch);
    nn_loader *loader = nn_loader_new (
        data, .batch = net->batch, .shuffle = true, .training = true,
        .seed = args.seed, .transforms = args.transforms,
        .transform_count = args.transform_count, .mix = args.mix,
        .with = args.mix_with, .helpers = busy (net) ? net->threads : 0);
    if (!loader)
        return NN_EMEMORY;
    nn_optimiser usual = nn_adam (.rate = 1e-3f);
    nn_optimiser *optimiser = args.optimiser ? args.optimiser : &usual;
    nn_training t = { .net = net,
                      .optimiser = optimiser,
                      .history = history,
                      .seed = args.seed,
                      .epoch = args.first_epoch,
                      .epochs = args.epochs ? args.epochs : 10,
                      .batch = args.first_batch,
                      .rate = optimiser->rate,
                      .batches = nn_loader_batches (loader) };
    const int status = run_epochs (loader, &args, &t);
    optimiser->rate = t.rate;
    nn_loader_free (&loader);
    return status;
}
