/*  freeze.c - what stays as it is, and for how long
 *
 *  A borrowed network knows more than a few thousand pictures can teach it, and
 *  it forgets quickly. A new head begins with random weights, and its first
 *  gradients are as large as they are wrong. Whatever they reach, they spoil. So
 *  at first the base is frozen: its weights, and the statistics of its batch
 *  norms.
 *
 *  Later some of it may follow: the last blocks first, which know most about
 *  the old pictures, then those below (gradual unfreezing; Howard and Ruder 2018).
 *  And it may follow at a slower pace: each group of layers has a factor by which
 *  the learning rate is multiplied.
 *
 *  Places are given by a layer's name. "features.6" means everything up to the
 *  last layer whose name is that or begins with it and a dot.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

/*  Is this layer called `where`, or is it a part of what is? */
static bool belongs (const nn_layer *layer, const char *where)
{
    const size_t letters = strlen (where);
    return strncmp (layer->name, where, letters) == 0 &&
           (layer->name[letters] == 0 || layer->name[letters] == '.');
}

/*  Where a head begins: the first layer whose name begins with "head.". */
static int head_of (const nn_net *net)
{
    for (int i = 0; i < net->layers; i++)
        if (belongs (net->layer[i], "head"))
            return i;
    return nn_fail (NN_EVALUE,
                    "the net has no head that was put on a base; freeze up to one "
                    "of its layers instead: '%s' is the last",
                    net->layer[net->layers - 2]->name);
}

/*  No layer is called that: says which there are. */
static int unknown (const nn_net *net, const char *where)
{
    const char *known[2 + 512] = { "none", "base" };
    int count = 2;
    for (int i = 1; i < net->layers - 1 && count < 512; i++)
        if (net->layer[i]->params)
            known[count++] = net->layer[i]->name;
    const char *near = nn_nearest (where, known, count);
    return nn_fail (
        NN_EVALUE,
        "the net has no layer '%.60s'%s%s%s; it takes none, base, or a "
        "layer from '%s' to '%s'",
        where, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
        known[2], known[count - 1]);
}

/*  How many layers lie up to `where`: "none", "base" (all below the head), or the
 *  name of a layer, with those above it that learn nothing and draw nothing. */
int nn_freeze_end (const nn_net *net, const char *where)
{
    int end = 0;
    if (strcmp (where, "none") == 0)
        return 0;
    if (strcmp (where, "base") == 0)
        return head_of (net);
    for (int i = 1; i < net->layers - 1; i++)
        if (belongs (net->layer[i], where))
            end = i + 1;
    if (end == 0)
        return unknown (net, where);
    while (end < net->layers - 1 && net->layer[end]->params == 0 &&
           net->layer[end]->kind != &nn_dropout_kind)
        end++;
    return end;
}

/*  Freezes all up to `where`, and nothing else. Takes effect when the net is built
 *  (again). */
int nn_freeze_to (nn_net *net, const char *where)
{
    const int end = nn_freeze_end (net, where);
    if (end < 0)
        return end;
    nn_net_freeze (net, 0, end, true);
    nn_net_freeze (net, end, net->layers, false);
    return NN_OK;
}

/* --- Groups, each with a pace of its own ------------------------------------- */

/*  "features.6:0.1 base:0.3": what lies up to features.6 learns at a tenth of the
 *  rate, what lies above that, up to the head, at three tenths, and the rest at
 *  the rate itself. Each place must lie above the one before. */
int nn_rates_set (nn_net *net, const char *groups)
{
    char words[512], *rest = words;
    if (snprintf (words, sizeof words, "%s", groups) >= (int) sizeof words)
        return nn_fail (NN_EVALUE, "rates: more than %zu letters",
                        sizeof words - 1);
    int from = 0;
    for (char *word; (word = strsep (&rest, " ,"));) {
        if (!*word || strcmp (word, "none") == 0)
            continue;
        char *number = strchr (word, ':'), *end = NULL;
        const double factor = number ? strtod (number + 1, &end) : -1;
        if (!number || end == number + 1 || *end || !(factor > 0 && factor <= 1e3))
            return nn_fail (NN_EVALUE,
                            "rates: '%.60s' is not of the form LAYER:FACTOR, with "
                            "a factor above 0, as in base:0.1",
                            word);
        *number = 0;
        const int to = nn_freeze_end (net, word);
        if (to < 0)
            return nn_fail (to, "rates: %s", nn_error ());
        if (to <= from)
            return nn_fail (NN_EVALUE,
                            "rates: '%s' lies below the group before it; name the "
                            "groups from the bottom to the top",
                            word);
        for (; from < to; from++)
            for (int k = 0; k < net->layer[from]->params; k++)
                net->layer[from]->param[k].rate = (float) factor;
    }
    return NN_OK;
}

/* --- Gradual unfreezing ------------------------------------------------------ */

/*  What is frozen after this many epochs. *since is when that began. */
static int frozen_after (const nn_unfreezing *self, int epochs, char where[64],
                         int *since)
{
    char words[256], *rest = words;
    snprintf (where, 64, "%s", self->first ? self->first : "none");
    *since = 0;
    if (snprintf (words, sizeof words, "%s", self->plan ? self->plan : "") >=
        (int) sizeof words)
        return nn_fail (NN_EVALUE, "unfreeze: more than %zu letters",
                        sizeof words - 1);
    for (char *word; (word = strsep (&rest, " ,"));) {
        char *end = NULL;
        if (!*word || strcmp (word, "none") == 0)
            continue;
        const long when = strtol (word, &end, 10);
        if (end == word || *end != ':' || !end[1] || when <= *since ||
            strlen (end + 1) > 63)
            return nn_fail (NN_EVALUE,
                            "unfreeze: '%.60s' is not of the form EPOCHS:LAYER, "
                            "after more epochs than the one before, as in "
                            "2:features.13 4:none",
                            word);
        if (when > epochs)
            break;
        *since = (int) when;
        snprintf (where, 64, "%s", end + 1);
    }
    return NN_OK;
}

/*  Freezes up to there and builds the net once more. */
static int apply (nn_unfreezing *self, nn_net *net, const char *where)
{
    const int status = nn_freeze_to (net, where);
    if (status != NN_OK)
        return status;
    snprintf (self->said, sizeof self->said, "frozen: %s; %zu of %zu learn", where,
              nn_net_parameters (net, true), nn_net_parameters (net, false));
    return nn_net_build (net, .batch = net->batch, .shards = net->shards,
                         .sparing = net->sparing);
}

/*  Whatever the optimiser remembers is of another problem: it begins anew. */
static void forget (nn_net *net, nn_optimiser *optimiser)
{
    optimiser->t = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            nn_param *p = &net->layer[l]->param[k];
            for (int s = 0; s < NN_SLOTS; s++)
                if (p->slot[s])
                    memset (p->slot[s], 0, p->size * sizeof *p->slot[s]);
        }
}

/*  The whole plan is read once, so that a mistake in it is found now and not after
 *  an hour. A training that comes back finds frozen what was frozen. */
static int unfreeze_begin (void *self_, nn_training *t)
{
    nn_unfreezing *self = self_;
    char where[64];
    int since, status = NN_OK;
    for (int epoch = 0; epoch < t->epochs && status >= 0; epoch++) {
        status = frozen_after (self, epoch, where, &since);
        if (status == NN_OK)
            status = nn_freeze_end (t->net, where);
    }
    if (status >= 0)
        status = frozen_after (self, t->epoch, where, &since);
    return status < 0 ? status : apply (self, t->net, where);
}

static int unfreeze_epoch (void *self_, nn_training *t)
{
    nn_unfreezing *self = self_;
    char where[64];
    int since;
    const int done = t->epoch + 1;
    int status = frozen_after (self, done, where, &since);
    if (status != NN_OK || since != done || done == t->epochs)
        return status;
    status = apply (self, t->net, where);
    forget (t->net, t->optimiser);
    return status;
}

/*  Freezes and unfreezes as planned. self must live as long as the training. */
nn_callback nn_unfreeze (nn_unfreezing *self)
{
    return (nn_callback){ .name = "unfreeze",
                          .begin = unfreeze_begin,
                          .epoch = unfreeze_epoch,
                          .self = self };
}
