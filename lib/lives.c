/*  lives.c - what is not needed at the same time may lie in the same memory
 *
 *  The gradient of a layer's output has a short life. The layer above computes it,
 *  the layer itself turns it into the gradient of its input, and nobody asks for
 *  it again. So a net needs memory for a few of them, not for all.
 *
 *  The output of a batch norm lives longer: the layer above needs it forward, and
 *  once more on the way back. But between the two it may be forgotten, for it is
 *  quickly made again from what the batch norm has read (Pleiss and others 2017).
 *
 *  When is a life over? Threads are not all at the same layer. But a batch norm
 *  must see the whole batch, so there everybody waits for everybody. Such places
 *  cut a step into stages. What lives in no stage together may share its memory. A
 *  net without such a place has one stage forward and one backward, and shares
 *  nothing.
 */
#include "nn.h"

#include <limits.h>
#include <stdlib.h>

typedef struct { // of an output or its gradient: when it lives, and where
    nn_layer *layer;
    bool gradient;
    bool brief; // no longer than a few images take, in a thread's own memory
    bool all;   // somebody wants those of all images together
    int from[2], to[2]; // steps, both included: on the way forward, and back
    size_t floats;
    int slab;
} life;

typedef struct {
    nn_net *net;
    int *stage, *chain; // of each step: layers forward, then layers back
    int *x, *dx;        // which life the output of a layer, or its gradient, has
    life *life;
    int lives;
} plan;

/*  The layer whose memory this one writes over; itself, if it has its own. */
static nn_layer *owner (nn_layer *l)
{
    while (l->in_place)
        l = l->in[0];
    return l;
}

/*  In which step a layer is passed, on the way forward and back. */
static int step_of (const plan *p, const nn_layer *l, int way)
{
    return way ? 2 * p->net->layers - 1 - l->index : l->index;
}

static bool wide (const nn_layer *self)
{
    return self->wide || (self->kind->flags & NN_WIDE);
}

/*  Do both take as many images at a time? */
bool nn_together (const nn_layer *a, const nn_layer *b)
{
    return wide (a) == wide (b) && (wide (a) || a->block == b->block);
}

/*  A layer where all wait is the first of its stage, in both directions. Within a
 *  stage a chain is what a few images go through before the next few come. */
static void count_stages (plan *p)
{
    nn_layer **layer = p->net->layer;
    const int layers = p->net->layers;
    int stage = 0, chain = 0;
    for (int step = 0; step < 2 * layers; step++) {
        const bool back = step >= layers, turn = step == 0 || step == layers;
        const int l = back ? 2 * layers - 1 - step : step;
        const bool alone = turn || layer[l]->waits;
        stage += alone;
        chain += alone || !nn_together (layer[back ? l + 1 : l - 1], layer[l]);
        p->stage[step] = stage;
        p->chain[step] = chain;
    }
}

/*  May the layer's output be forgotten and made again? If it can be, if what it is
 *  made of stays, and if nobody wants it but layers that come to it image by
 *  image. */
static bool forgettable (const nn_layer *self)
{
    const nn_net *net = self->net;
    if (self->ins == 0 || self->in_place || !self->wanted ||
        owner (self->in[0])->again || owner (net->output) == self)
        return false;
    for (int l = self->index; l < net->layers; l++) {
        const nn_layer *other = net->layer[l];
        if (owner (net->layer[l]) == self && !(other->kind->flags & NN_AGAIN))
            return false;
        for (int k = 0; k < other->ins; k++)
            if (owner (other->in[k]) == self && other->waits)
                return false;
    }
    return true;
}

/*  A new life, which has not yet been seen in any step. */
static int begin (plan *p, nn_layer *self, bool gradient)
{
    p->life[p->lives] = (life){ .layer = self,
                                .gradient = gradient,
                                .from = { INT_MAX, INT_MAX },
                                .to = { -1, -1 } };
    return p->lives++;
}

/*  A life, if there is one, is seen where `by` is passed. */
static void seen (plan *p, int number, int way, const nn_layer *by)
{
    const int step = step_of (p, by, way);
    if (number < 0)
        return;
    life *l = &p->life[number];
    l->from[way] = step < l->from[way] ? step : l->from[way];
    l->to[way] = step > l->to[way] ? step : l->to[way];
    l->all |= by->params && by->param[0].by_rows && p->net->training;
}

/*  When the gradient of `self` lives: from its first reader, which sets it, to the
 *  layer itself. What goes to the outside, or comes from there, lives always. */
static void follow_gradients (plan *p, nn_layer *self)
{
    const int mine = p->dx[owner (self)->index];
    seen (p, mine, 1, self);
    if (self->ins == 0 || self == p->net->output) {
        p->life[mine].from[1] = 0, p->life[mine].to[1] = 2 * p->net->layers - 1;
        p->life[mine].all = true;
    }
    for (int k = 0; k < self->ins; k++)
        if (self->in[k]->wanted)
            seen (p, p->dx[owner (self->in[k])->index], 1, self);
}

/*  When the outputs live that `self` reads and writes, if they are forgotten in
 *  between. */
static void follow_outputs (plan *p, nn_layer *self)
{
    const int mine = p->x[owner (self)->index];
    const bool back = p->net->training;
    seen (p, mine, 0, self);
    if (back && (self->in_place || (self->kind->flags & NN_NEEDS_OUT)))
        seen (p, mine, 1, self);
    for (int k = 0; k < self->ins; k++)
        if (owner (self->in[k]) != owner (self)) {
            seen (p, p->x[owner (self->in[k])->index], 0, self);
            if (back)
                seen (p, p->x[owner (self->in[k])->index], 1, self);
        }
}

/*  Does the layer's output have a life of its own? At rest, if only the last
 *  one is wanted, all others do. */
static bool passes (const plan *p, nn_layer *self)
{
    self->again = p->net->training && p->net->sparing && forgettable (self);
    return self->again ||
           (p->net->settled && !self->in_place && owner (p->net->output) != self);
}

static void find_lives (plan *p)
{
    const nn_net *net = p->net;
    for (int l = 0; l < net->layers; l++) {
        nn_layer *self = net->layer[l];
        p->x[l] = passes (p, self) ? begin (p, self, false) : -1;
        p->dx[l] = -1;
        if (net->training && self->wanted && !self->in_place)
            p->dx[l] = begin (p, self, true);
        follow_outputs (p, self);
        if (net->training && self->wanted)
            follow_gradients (p, self);
    }
    // -- on the way back, the first who reads an output has it made again
    for (int l = net->layers - 1; l >= 0; l--)
        for (int k = 0; k < net->layer[l]->ins; k++) {
            nn_layer *self = net->layer[l], *in = owner (self->in[k]);
            self->refreshes[k] =
                in->again && in != owner (self) && p->x[in->index] >= 0;
            if (self->refreshes[k])
                p->x[in->index] = -1;
        }
}

/*  How many images go through a layer at a time. */
int nn_at_a_time (const nn_layer *self)
{
    const nn_net *net = self->net;
    const int shard = (net->batch + net->shards - 1) / net->shards;
    return wide (self) || self->block > shard ? shard : self->block;
}

/*  Which lives are over before the next few images come, and how large all are. */
static void measure (plan *p)
{
    for (int i = 0; i < p->lives; i++) {
        life *l = &p->life[i];
        l->brief = !l->all && (p->net->sparing || p->net->settled);
        for (int way = 0; way < 2; way++)
            l->brief &=
                l->to[way] < 0 || p->chain[l->from[way]] == p->chain[l->to[way]];
        l->floats = nn_image_stride (&l->layer->out) *
                    (l->brief ? nn_at_a_time (l->layer) : p->net->batch);
        l->floats = (l->floats + 15) / 16 * 16; // whole lines of the cache
    }
}

/*  Are both needed at the same time? Of what is not brief threads are at different
 *  layers of a stage. */
static bool meet (const plan *p, const life *a, const life *b)
{
    bool together = a->brief != b->brief;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            if (a->to[i] < 0 || b->to[j] < 0)
                continue;
            together |= a->brief ? a->from[i] <= b->to[j] && b->from[j] <= a->to[i]
                                 : p->stage[a->from[i]] <= p->stage[b->to[j]] &&
                                       p->stage[b->from[j]] <= p->stage[a->to[i]];
        }
    return together;
}

static int larger_first (const void *a, const void *b)
{
    const life *x = a, *y = b;
    if (x->floats != y->floats)
        return x->floats < y->floats ? 1 : -1;
    return x->layer->index - y->layer->index;
}

/*  The largest are placed first. Each takes the first slab in which it meets
 *  nobody, or a new one, which then is as large as it is. */
static int place (plan *p)
{
    qsort (p->life, p->lives, sizeof *p->life, larger_first);
    int slabs = 0;
    for (int i = 0; i < p->lives; i++) {
        life *l = &p->life[i];
        bool free = false;
        for (l->slab = -1; !free && l->slab < slabs;) {
            l->slab++;
            free = true;
            for (int j = 0; j < i && free; j++)
                free = p->life[j].slab != l->slab || !meet (p, l, &p->life[j]);
        }
        slabs = l->slab == slabs ? slabs + 1 : slabs;
    }
    return slabs;
}

/*  Takes the slabs: those of brief lives for each thread, side by side. */
static int take (plan *p, int slabs, float **slab)
{
    nn_net *net = p->net;
    for (int way = 0; way < 2; way++) { // first to count, then to give
        float *own = NULL;
        if (way && net->own &&
            !(own = nn_arena_take (net->scratch,
                                   net->threads * net->own * sizeof *own)))
            return nn_fail (NN_EMEMORY, "batch %d: %s", net->batch, nn_error ());
        net->own = 0;
        for (int s = 0, i = 0; s < slabs; s++) {
            while (p->life[i].slab != s) // the first in a slab is its largest
                i++;
            const life *l = &p->life[i];
            if (l->brief) {
                slab[s] = own ? own + net->own : NULL;
                net->own += l->floats;
            } else if (way && !(slab[s] = nn_arena_take (
                                    net->scratch, l->floats * sizeof (float))))
                return nn_fail (NN_EMEMORY, "layer '%s', batch %d: %s",
                                l->layer->name, net->batch, nn_error ());
        }
    }
    return NN_OK;
}

/*  Tells each output and gradient where it is. */
static void tell (const plan *p, float *const *slab)
{
    for (int i = 0; i < p->lives; i++) {
        const life *l = &p->life[i];
        nn_tensor *t = &l->layer->out;
        float *at = slab[l->slab] + t->halo * (nn_row_stride (t) + t->c);
        if (l->brief)
            *(l->gradient ? &l->layer->brief_dx : &l->layer->brief_x) = at;
        else
            *(l->gradient ? &t->dx : &t->x) = at;
    }
}

/*  Gives every gradient its memory, and, if the net shall be sparing, marks the
 *  outputs that are made again and gives them theirs; and to all outputs of a
 *  settled net. Halos, and who works in place, are known; all other outputs are
 *  laid by the caller. NN_EMEMORY with a sentence. */
int nn_lives_lay (nn_net *net)
{
    const int layers = net->layers;
    plan p = { .net = net,
               .stage = calloc ((size_t) 6 * layers, sizeof (int)),
               .life = calloc ((size_t) 2 * layers, sizeof (life)) };
    float **slab = calloc ((size_t) 2 * layers, sizeof *slab);
    int status = NN_EMEMORY;
    if (p.stage && p.life && slab) {
        p.chain = p.stage + 2 * layers;
        p.x = p.chain + 2 * layers;
        p.dx = p.x + layers;
        count_stages (&p);
        find_lives (&p);
        measure (&p);
        status = take (&p, place (&p), slab);
        if (status == NN_OK)
            tell (&p, slab);
    } else
        nn_fail (NN_EMEMORY, "no memory to plan that of %d layers", layers);
    free (p.stage);
    free (p.life);
    free (slab);
    return status;
}
