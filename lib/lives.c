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
    size_t floats;
    int from[2], to[2]; // stages, both included: on the way forward, and back
    int slab;
} life;

typedef struct {
    nn_net *net;
    int *forward, *back; // in which stage a layer is passed
    int *x, *dx;         // which life the output of a layer, or its gradient, has
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

/*  A layer where all wait is the first of its stage, in both directions. */
static void count_stages (plan *p)
{
    int stage = 0;
    for (int l = 0; l < p->net->layers; l++)
        p->forward[l] = stage += p->net->layer[l]->waits;
    stage++;
    for (int l = p->net->layers - 1; l >= 0; l--)
        p->back[l] = stage += p->net->layer[l]->waits;
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

/*  A new life, which has not yet been seen in any stage. */
static int begin (plan *p, nn_layer *self, bool gradient)
{
    p->life[p->lives] =
        (life){ .layer = self,
                .gradient = gradient,
                .floats = p->net->batch * nn_image_stride (&self->out),
                .from = { INT_MAX, INT_MAX },
                .to = { -1, -1 } };
    return p->lives++;
}

static void seen (life *l, int way, int stage)
{
    l->from[way] = stage < l->from[way] ? stage : l->from[way];
    l->to[way] = stage > l->to[way] ? stage : l->to[way];
}

/*  When the gradient of `self` lives: from its first reader, which sets it, to the
 *  layer itself. What goes to the outside, or comes from there, lives always. */
static void follow_gradients (plan *p, nn_layer *self)
{
    life *mine = &p->life[p->dx[owner (self)->index]];
    seen (mine, 1, p->back[self->index]);
    if (self->ins == 0 || self == p->net->output)
        mine->from[1] = 0, mine->to[1] = INT_MAX;
    for (int k = 0; k < self->ins; k++)
        if (self->in[k]->wanted)
            seen (&p->life[p->dx[owner (self->in[k])->index]], 1,
                  p->back[self->index]);
}

/*  When the outputs live that `self` reads and writes, if they are forgotten in
 *  between. */
static void follow_outputs (plan *p, nn_layer *self)
{
    const int l = self->index;
    if (owner (self)->again) {
        life *mine = &p->life[p->x[owner (self)->index]];
        seen (mine, 0, p->forward[l]);
        if (self->in_place || (self->kind->flags & NN_NEEDS_OUT))
            seen (mine, 1, p->back[l]);
    }
    for (int k = 0; k < self->ins; k++)
        if (owner (self->in[k])->again && owner (self->in[k]) != owner (self)) {
            life *read = &p->life[p->x[owner (self->in[k])->index]];
            seen (read, 0, p->forward[l]);
            seen (read, 1, p->back[l]);
        }
}

static void find_lives (plan *p, bool sparing)
{
    const nn_net *net = p->net;
    for (int l = 0; l < net->layers; l++) {
        nn_layer *self = net->layer[l];
        self->again = sparing && forgettable (self);
        if (self->again)
            p->x[l] = begin (p, self, false);
        if (self->wanted && !self->in_place)
            p->dx[l] = begin (p, self, true);
        follow_outputs (p, self);
        if (self->wanted)
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

static bool meet (const life *a, const life *b)
{
    bool together = false;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            together |= a->from[i] <= b->to[j] && b->from[j] <= a->to[i];
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
                free = p->life[j].slab != l->slab || !meet (l, &p->life[j]);
        }
        slabs = l->slab == slabs ? slabs + 1 : slabs;
    }
    return slabs;
}

/*  Takes the slabs, and tells each output and gradient where it is. */
static int take (plan *p, int slabs, float **slab)
{
    for (int s = 0, i = 0; s < slabs; s++) {
        while (p->life[i].slab != s) // the first in a slab is its largest
            i++;
        slab[s] =
            nn_arena_take (p->net->scratch, p->life[i].floats * sizeof **slab);
        if (!slab[s])
            return nn_fail (NN_EMEMORY, "layer '%s', batch %d: %s",
                            p->life[i].layer->name, p->net->batch, nn_error ());
    }
    for (int i = 0; i < p->lives; i++) {
        nn_tensor *t = &p->life[i].layer->out;
        float *at = slab[p->life[i].slab] + t->halo * (nn_row_stride (t) + t->c);
        if (p->life[i].gradient)
            t->dx = at;
        else
            t->x = at;
    }
    return NN_OK;
}

/*  Gives every gradient its memory, and, if the net shall be sparing, marks the
 *  outputs that are made again and gives them theirs. Halos, and who works in
 *  place, are known; all other outputs are laid by the caller. NN_EMEMORY with a
 *  sentence. */
int nn_lives_lay (nn_net *net, bool sparing)
{
    const int layers = net->layers;
    plan p = { .net = net,
               .forward = calloc ((size_t) 4 * layers, sizeof (int)),
               .life = calloc ((size_t) 2 * layers, sizeof (life)) };
    float **slab = calloc ((size_t) 2 * layers, sizeof *slab);
    int status = NN_EMEMORY;
    if (p.forward && p.life && slab) {
        p.back = p.forward + layers;
        p.x = p.back + layers;
        p.dx = p.x + layers;
        count_stages (&p);
        find_lives (&p, sparing);
        status = take (&p, place (&p), slab);
    } else
        nn_fail (NN_EMEMORY, "no memory to plan that of %d layers", layers);
    free (p.forward);
    free (p.life);
    free (slab);
    return status;
}

/*  Forward over images lo .. hi - 1. Where an output lies in memory that had
 *  another use in between, its halo is made zero again. */
void nn_layer_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    if (self->again)
        nn_tensor_clear_halo (&self->out, lo, hi);
    self->kind->forward (self, lo, hi, pass);
}

/*  The output of a layer once more, with all who write over it. */
static void make_again (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    if (self->in_place)
        make_again (self->in[0], lo, hi, pass);
    nn_layer_forward (self, lo, hi, pass);
}

/*  Backward; what is not there any more is made again first. */
void nn_layer_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    for (int k = 0; k < self->ins; k++)
        if (self->refreshes[k])
            make_again (self->in[k], lo, hi, pass);
    self->kind->backward (self, lo, hi, pass);
}
