/*  stopping.c - when to stop, when to slow down, when to give up
 *
 *  A training is asked the same question after each epoch: is it better than ever
 *  before? nn_watch answers it. Who hears no often enough in a row does something:
 *  early stopping ends the training, the plateau rule lowers the rate.
 *
 *  All that both remember follows from the history. So a training that comes back
 *  after a break lets them read it once more, and they know what they knew.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*  What can be watched; and is more of it better? */
static const struct {
    const char *name;
    size_t place;
    bool more;
} metrics[] = {
    { "val_loss", offsetof (nn_epoch, val_loss), false },
    { "val_accuracy", offsetof (nn_epoch, val_accuracy), true },
    { "loss", offsetof (nn_epoch, loss), false },
    { "accuracy", offsetof (nn_epoch, accuracy), true },
};

enum { METRICS = sizeof metrics / sizeof *metrics };

/*  The number of a metric, or -1. */
static int metric_named (const char *name)
{
    for (int i = 0; i < METRICS; i++)
        if (strcmp (metrics[i].name, name ? name : "val_loss") == 0)
            return i;
    return -1;
}

/*  Forgets all, and checks what is wished. */
int nn_watch_begin (nn_watch *self)
{
    const char *known[METRICS];
    for (int i = 0; i < METRICS; i++)
        known[i] = metrics[i].name;
    const int m = metric_named (self->metric);
    if (m < 0) {
        const char *near = nn_nearest (self->metric, known, METRICS);
        return nn_fail (NN_EVALUE,
                        "there is no metric '%.40s' in the history%s%s%s; there "
                        "are val_loss, val_accuracy, loss and accuracy",
                        self->metric, near ? "; did you mean '" : "",
                        near ? near : "", near ? "'" : "");
    }
    if (!(self->min_delta >= 0))
        return nn_fail (NN_EVALUE, "min_delta is %g; an improvement is at least 0",
                        self->min_delta);
    self->best = metrics[m].more ? -INFINITY : INFINITY;
    self->best_epoch = -1;
    self->looked = 0;
    return NN_OK;
}

/*  One epoch more: 1 if it is better than all before, by more than min_delta. What
 *  is not a number is never better. */
int nn_watch_look (nn_watch *self, const nn_epoch *epoch)
{
    const int m = metric_named (self->metric);
    float x;
    memcpy (&x, (const char *) epoch + metrics[m].place, sizeof x);
    if (strncmp (metrics[m].name, "val_", 4) == 0 && isnan (epoch->val_accuracy))
        return nn_fail (NN_EVALUE,
                        "%s is watched and never measured; give nn_train () "
                        ".validation, or watch the training's own loss",
                        metrics[m].name);
    const bool better = metrics[m].more ? x > self->best + self->min_delta
                                        : x < self->best - self->min_delta;
    if (better) {
        self->best = x;
        self->best_epoch = self->looked;
    }
    self->looked++;
    return better;
}

/*  Begins to watch; `look` is shown the epochs that this training has behind
 *  it. */
static int begin_watch (nn_watch *watch, const nn_training *t,
                        int (*look) (void *, const nn_epoch *), void *self)
{
    int status = nn_watch_begin (watch);
    const int from = t->history->epochs - t->epoch;
    if (status == NN_OK && from < 0)
        return nn_fail (NN_EVALUE,
                        "the training goes on after %d epochs, and its history "
                        "has %d; load both from the checkpoint",
                        t->epoch, t->history->epochs);
    for (int i = from; i < t->history->epochs && status >= 0; i++)
        status = look (self, &t->history->epoch[i]);
    return status < 0 ? status : NN_OK;
}

static int check_patience (const char *who, int patience)
{
    return patience > 0
               ? NN_OK
               : nn_fail (NN_EVALUE,
                          "%s: patience is %d; give the epochs that it may wait "
                          "for something better, 1 or more",
                          who, patience);
}

/* --- Early stopping ---------------------------------------------------------- */

/*  Copies all weights of the net, running statistics among them: out or back. */
static void copy_weights (nn_net *net, float *kept, bool back)
{
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (back ? p->w : kept, back ? kept : p->w,
                    p->size * sizeof *kept);
            kept += p->size;
        }
}

static int stopping_look (void *self_, const nn_epoch *epoch)
{
    return nn_watch_look (&((nn_stopping *) self_)->watch, epoch);
}

/*  Has it waited long enough? */
static void stop_if_due (nn_stopping *self, nn_training *t)
{
    const nn_watch *w = &self->watch;
    const int waited = w->looked - 1 - w->best_epoch;
    if (waited < self->patience)
        return;
    if (w->best_epoch < 0)
        snprintf (self->reason, sizeof self->reason,
                  "no %s was a number in %d epochs",
                  w->metric ? w->metric : "val_loss", waited);
    else
        snprintf (self->reason, sizeof self->reason,
                  "%s has been no better than the %g of epoch %d for %d epochs",
                  w->metric ? w->metric : "val_loss", w->best, w->best_epoch + 1,
                  waited);
    t->reason = self->reason;
    t->stop = true;
}

static int stopping_begin (void *self_, nn_training *t)
{
    nn_stopping *self = self_;
    int status = check_patience ("early stopping", self->patience);
    if (status == NN_OK)
        status = begin_watch (&self->watch, t, stopping_look, self);
    if (status != NN_OK)
        return status;
    if (self->restore_best && !self->kept) {
        if (self->watch.best_epoch >= 0)
            return nn_fail (NN_EVALUE,
                            "early stopping: the best epoch so far is %d, and its "
                            "weights are not here; give the checkpoint "
                            ".stopping",
                            self->watch.best_epoch + 1);
        self->kept = malloc (nn_net_parameters (t->net, false) * sizeof (float));
        if (!self->kept)
            return nn_fail (NN_EMEMORY,
                            "early stopping: no memory to keep the best weights");
    }
    stop_if_due (self, t);
    return NN_OK;
}

static int stopping_epoch (void *self_, nn_training *t)
{
    nn_stopping *self = self_;
    const int better =
        stopping_look (self, &t->history->epoch[t->history->epochs - 1]);
    if (better > 0 && self->restore_best)
        copy_weights (t->net, self->kept, false);
    if (better >= 0)
        stop_if_due (self, t);
    return better < 0 ? better : NN_OK;
}

static int stopping_end (void *self_, nn_training *t)
{
    nn_stopping *self = self_;
    if (self->kept && self->watch.best_epoch >= 0)
        copy_weights (t->net, self->kept, true);
    free (self->kept);
    self->kept = NULL;
    return NN_OK;
}

/*  Stops when `patience` epochs in a row were no better than the best before them.
 *  self must live as long as the training. */
nn_callback nn_early_stopping (nn_stopping *self)
{
    return (nn_callback){ .name = "early stopping",
                          .begin = stopping_begin,
                          .epoch = stopping_epoch,
                          .end = stopping_end,
                          .self = self };
}

/* --- Reduce on plateau ------------------------------------------------------- */

/*  One epoch more; 1 if the rate is to be cut. */
static int plateau_look (void *self_, const nn_epoch *epoch)
{
    nn_plateau *self = self_;
    const int better = nn_watch_look (&self->watch, epoch);
    if (better < 0)
        return better;
    const bool rests = self->cooling > 0;
    self->cooling -= rests;
    self->waited = better || rests ? 0 : self->waited + 1;
    if (self->waited < self->patience)
        return 0;
    self->waited = 0;
    self->cooling = self->cooldown;
    self->cuts++;
    return 1;
}

static int plateau_begin (void *self_, nn_training *t)
{
    nn_plateau *self = self_;
    const int status = check_patience ("reduce on plateau", self->patience);
    if (status != NN_OK)
        return status;
    if (!(self->factor >= 0 && self->factor < 1) || !(self->floor >= 0) ||
        self->cooldown < 0)
        return nn_fail (NN_EVALUE,
                        "reduce on plateau: factor %g, floor %g, cooldown %d; the "
                        "factor lies between 0 and 1, the others are 0 or more",
                        self->factor, self->floor, self->cooldown);
    self->waited = self->cooling = self->cuts = 0;
    return begin_watch (&self->watch, t, plateau_look, self);
}

static int plateau_epoch (void *self_, nn_training *t)
{
    nn_plateau *self = self_;
    const int cut =
        plateau_look (self, &t->history->epoch[t->history->epochs - 1]);
    if (cut > 0 && t->rate > self->floor)
        t->rate = fmaxf (self->floor,
                         t->rate * (self->factor != 0 ? self->factor : 0.1f));
    return cut < 0 ? cut : NN_OK;
}

/*  Cuts the rate when `patience` epochs in a row were no better than the best.
 *  self must live as long as the training. */
nn_callback nn_reduce_on_plateau (nn_plateau *self)
{
    return (nn_callback){ .name = "reduce on plateau",
                          .begin = plateau_begin,
                          .epoch = plateau_epoch,
                          .self = self };
}

/* --- The best weights in a file ---------------------------------------------- */

static int best_look (void *self_, const nn_epoch *epoch)
{
    return nn_watch_look (&((nn_best *) self_)->watch, epoch);
}

static int best_begin (void *self_, nn_training *t)
{
    return begin_watch (&((nn_best *) self_)->watch, t, best_look, self_);
}

static int best_epoch (void *self_, nn_training *t)
{
    const nn_best *self = self_;
    const int better =
        best_look (self_, &t->history->epoch[t->history->epochs - 1]);
    return better > 0 ? nn_weights_save (t->net, self->path, NULL) : better;
}

/*  Saves the weights, for others to use, whenever an epoch was better than all
 *  before it. self must live as long as the training. */
nn_callback nn_save_best (nn_best *self)
{
    return (nn_callback){
        .name = "best", .begin = best_begin, .epoch = best_epoch, .self = self
    };
}

/* --- When the loss is no number any more ------------------------------------- */

/*  Are all numbers that the layer gave in the last pass finite? */
static bool all_finite (const nn_layer *layer, int images)
{
    const nn_tensor *t = &layer->out;
    for (int i = 0; i < images; i++)
        for (int row = 0; row < t->h; row++) {
            const float *x = t->x + nn_at (t, i, row, 0);
            for (int k = 0; k < t->w * t->c; k++)
                if (!isfinite (x[k]))
                    return false;
        }
    return true;
}

static int guard_batch (void *self, nn_training *t)
{
    (void) self;
    const double loss = nn_net_loss (t->net);
    if (isfinite (loss))
        return NN_OK;
    int l = 0;
    while (l < t->net->layers - 1 && all_finite (t->net->layer[l], t->net->seen))
        l++;
    return nn_fail (NN_EVALUE,
                    "the loss is %s at step %ld (epoch %d, batch %d): the first "
                    "numbers that are not finite %s '%s'; try a smaller rate than "
                    "%g",
                    isnan (loss) ? "not a number" : "infinite", t->net->step,
                    t->epoch + 1, t->batch + 1,
                    l ? "come out of layer" : "are in the images, layer",
                    t->net->layer[l]->name, t->optimiser->rate);
}

/*  Ends the training with a failure, its step and its layer as soon as the loss is
 *  not finite. Stands before all that saves. */
nn_callback nn_guard (void)
{
    return (nn_callback){ .name = "guard", .batch = guard_batch };
}
