/*  checkpoint.c - a training that can be killed
 *
 *  The state of a training is written beside the last checkpoint and then takes
 *  its name; the one before is kept. So at every moment there is a whole one on
 *  the disk, and a damaged one costs a few steps and no more. */
#include "nn.h"

#include <string.h>
#include <unistd.h>

enum { LONGEST_PATH = 1024, LONGEST_ENDING = 16 };

static int check_path (const nn_checkpoint *self)
{
    if (self->path && strlen (self->path) < LONGEST_PATH - LONGEST_ENDING)
        return NN_OK;
    return nn_fail (NN_EVALUE, "a checkpoint needs a .path, of at most %d letters",
                    LONGEST_PATH - LONGEST_ENDING - 1);
}

static const char *beside (char path[LONGEST_PATH], const nn_checkpoint *self,
                           const char *ending)
{
    snprintf (path, LONGEST_PATH, "%s.%s", self->path, ending);
    return path;
}

/*  Saves the training with `batch` of `epoch` as its next step; the file that was
 *  the last becomes the previous one. */
static int save (const nn_checkpoint *self, const nn_training *t, int epoch,
                 int batch)
{
    char next[LONGEST_PATH], previous[LONGEST_PATH];
    const nn_position at = { .seed = t->seed,
                             .net_seed = t->net->seed,
                             .epoch = epoch,
                             .batch = batch,
                             .epochs = t->epochs,
                             .batches = t->batches,
                             .step = t->net->step,
                             .t = t->optimiser->t,
                             .rate = t->rate,
                             .loss = batch ? t->loss : 0,
                             .accuracy = batch ? t->accuracy : 0,
                             .seconds = batch ? t->seconds : 0,
                             .images = batch ? t->images : 0 };
    beside (next, self, "next");
    beside (previous, self, "previous");
    const int status = nn_state_save (next, t, &at, self->stopping);
    if (status != NN_OK)
        return status;
    if ((access (self->path, F_OK) == 0 && rename (self->path, previous) != 0) ||
        rename (next, self->path) != 0)
        return nn_fail (NN_EFILE, "%s: the checkpoint cannot take its place",
                        self->path);
    return NN_OK;
}

/*  Loads the previous checkpoint, as the last one cannot be read: nn_error () says
 *  why. */
static int fall_back (nn_checkpoint *self, nn_net *net, nn_optimiser *optimiser,
                      nn_history *history)
{
    char previous[LONGEST_PATH], damaged[LONGEST_PATH], why[384], also[384];
    beside (previous, self, "previous");
    beside (damaged, self, "damaged");
    snprintf (why, sizeof why, "%s", nn_error ());
    int status = nn_state_load (previous, net, optimiser, history, self->stopping,
                                &self->at);
    if (status != NN_OK) {
        snprintf (also, sizeof also, "%s", nn_error ());
        return nn_fail (status, "%s; and the one before: %s", why, also);
    }
    // -- the damaged one must not become the next one's previous
    if (access (self->path, F_OK) == 0 && rename (self->path, damaged) != 0)
        return nn_fail (NN_EFILE, "%s cannot be put aside", self->path);
    snprintf (self->said, sizeof self->said,
              "%s; falls back to the one before: goes on at epoch %d, batch %d",
              why, (int) self->at.epoch + 1, (int) self->at.batch + 1);
    fprintf (stderr, "%s\n", self->said);
    return 1;
}

/*  Puts net, optimiser and history where the training was, and self->at to the
 *  step that comes next. If the last checkpoint is damaged, the one before serves,
 *  and self->said and stderr say so. 0 if there is none: then all stays as it is.
 */
int nn_resume (nn_checkpoint *self, nn_net *net, nn_optimiser *optimiser,
               nn_history *history)
{
    nn_require (net && net->batch > 0, "the net must be built before it goes on");
    self->at = (nn_position){ 0 };
    char previous[LONGEST_PATH];
    int status = check_path (self);
    if (status != NN_OK)
        return status;
    const bool other = access (beside (previous, self, "previous"), F_OK) == 0;
    if (access (self->path, F_OK) != 0 && !other) {
        snprintf (self->said, sizeof self->said,
                  "there is no %.512s: begins at the start", self->path);
        return 0;
    }
    status = nn_state_load (self->path, net, optimiser, history, self->stopping,
                            &self->at);
    if ((status == NN_EFILE || status == NN_EFORMAT) && other)
        return fall_back (self, net, optimiser, history);
    if (status != NN_OK)
        return status;
    snprintf (self->said, sizeof self->said,
              "%.512s: goes on at epoch %d, batch %d", self->path,
              (int) self->at.epoch + 1, (int) self->at.batch + 1);
    return 1;
}

/*  After nn_resume (): is this the same training, and does it go on at the same
 *  place? */
static int checkpoint_begin (void *self_, nn_training *t)
{
    nn_checkpoint *self = self_;
    const nn_position *at = &self->at;
    if (check_path (self) != NN_OK)
        return NN_EVALUE;
    if (self->every < 0)
        return nn_fail (NN_EVALUE,
                        "a checkpoint every %d steps; give 1 or more, or 0 for "
                        "each epoch only",
                        self->every);
    if (!at->batches)
        return NN_OK; // a fresh one
    if (at->seed != t->seed || (int) at->batches != t->batches)
        return nn_fail (NN_EVALUE,
                        "%s is of a training with seed %llu and %d batches an "
                        "epoch, not %llu and %d",
                        self->path, (unsigned long long) at->seed,
                        (int) at->batches, (unsigned long long) t->seed,
                        t->batches);
    if ((int) at->epoch != t->epoch || (int) at->batch != t->batch)
        return nn_fail (NN_EVALUE,
                        "%s goes on at epoch %d, batch %d, counted from 0; give "
                        "nn_train () these as .first_epoch and .first_batch",
                        self->path, (int) at->epoch, (int) at->batch);
    t->loss = at->loss;
    t->accuracy = at->accuracy;
    t->seconds = at->seconds;
    t->images = (long) at->images;
    return NN_OK;
}

/*  Not after the last step of an epoch: its end is near, and is saved anyway. */
static int checkpoint_batch (void *self_, nn_training *t)
{
    const nn_checkpoint *self = self_;
    const long steps = (long) t->epoch * t->batches + t->batch + 1;
    const bool due = self->every && steps % self->every == 0;
    return due && t->batch + 1 < t->batches
               ? save (self, t, t->epoch, t->batch + 1)
               : NN_OK;
}

static int checkpoint_epoch (void *self_, nn_training *t)
{
    return save (self_, t, t->epoch + 1, 0);
}

/*  Saves after each epoch, and after every so many steps. It must stand last among
 *  the callbacks, so that it saves what the others have decided. */
nn_callback nn_checkpoints (nn_checkpoint *self)
{
    return (nn_callback){ .name = "checkpoint",
                          .begin = checkpoint_begin,
                          .batch = checkpoint_batch,
                          .epoch = checkpoint_epoch,
                          .self = self };
}
