/*  brief.c - what lives for a few images only lies where they are
 *
 *  A thread takes a few images through a chain of layers before it takes the
 *  next few. What one layer of the chain gives to another, and to nobody else,
 *  need not be there for all images, then: the next few may lie where those
 *  before them lay. That is little memory, and the thread never leaves its
 *  cache for it.
 *
 *  Then threads do not look at the same numbers any more where they look at the
 *  same layer. So each has a view of the net: copies of the layers, which know
 *  the same weights and mostly the same outputs, but some lie in the thread's
 *  own memory. The layers themselves do not notice. They see a tensor whose
 *  image number 17 is somewhere.
 */
#include "nn.h"

#include <omp.h>
#include <string.h>

static bool brief (const nn_net *net)
{
    bool any = false;
    for (int l = 0; l < net->layers; l++)
        any |= net->layer[l]->brief_x || net->layer[l]->brief_dx;
    return any;
}

/*  The copy of a layer for thread number t. */
static int copy_layer (nn_net *net, int t, int l)
{
    nn_layer **view = net->view + (size_t) t * net->layers;
    const nn_layer *like = net->layer[l];
    nn_layer *self = view[l] = nn_arena_take (net->scratch, sizeof *self);
    nn_layer **in = nn_arena_take (net->scratch, (like->ins + 1) * sizeof *in);
    if (!self || !in)
        return NN_EMEMORY;
    memcpy (self, like, sizeof *self);
    self->in = in;
    for (int k = 0; k < like->ins; k++)
        in[k] = view[like->in[k]->index];
    for (int k = 0; k < like->ins; k++) // whom it carries is a copy, too
        if (in[k]->carries == like)
            in[k]->carries = self;
    self->brief_x += self->brief_x ? t * net->own : 0;
    self->brief_dx += self->brief_dx ? t * net->own : 0;
    return NN_OK;
}

/*  A view for each thread, of a net that is laid; none if all is the batch's. */
int nn_views_lay (nn_net *net)
{
    int status = NN_OK;
    net->view = NULL;
    if (!brief (net))
        return NN_OK;
    net->view = nn_arena_take (net->scratch, (size_t) net->threads * net->layers *
                                                 sizeof *net->view);
    if (!net->view)
        return NN_EMEMORY;
    for (int t = 0; t < net->threads && status == NN_OK; t++)
        for (int l = 0; l < net->layers && status == NN_OK; l++)
            status = copy_layer (net, t, l);
    return status;
}

/*  The layers as this thread sees them. */
nn_layer **nn_view (const nn_net *net)
{
    const size_t t = omp_get_thread_num ();
    return net->view ? net->view + t * net->layers : net->layer;
}

/*  Image `lo` now lies where this thread's own memory begins. */
static void move (nn_layer *self, int lo)
{
    nn_tensor *out = &self->out;
    const size_t before = lo * nn_image_stride (out);
    if (self->in_place) {
        move (self->in[0], lo);
        out->x = self->in[0]->out.x;
        out->dx = self->in[0]->out.dx;
    }
    if (self->brief_x)
        out->x = self->brief_x - before;
    if (self->brief_dx)
        out->dx = self->brief_dx - before;
}

/*  Before the images from `lo` on go through layers first .. end - 1. */
void nn_view_move (nn_layer **view, int first, int end, int lo)
{
    for (int l = first; l < end; l++) {
        move (view[l], lo);
        for (int k = 0; k < view[l]->ins; k++)
            move (view[l]->in[k], lo);
    }
}

/*  Forward over images lo .. hi - 1, unless the layer below has done it. Where
 *  an output lies in memory that had another use in between, its halo is made
 *  zero again. */
void nn_layer_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    if (self->again || self->brief_x)
        nn_tensor_clear_halo (&self->out, lo, hi);
    if (!nn_carried (self))
        self->kind->forward (self, lo, hi, pass);
}

/*  The output of a layer once more, with all who write over it. */
static void make_again (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    if (self->in_place)
        make_again (self->in[0], lo, hi, pass);
    nn_layer_forward (self, lo, hi, pass);
}

/*  Backward, unless the layer above has done it; what is not there any more is
 *  made again first. What the layer below carries, it carries back only where it
 *  looks at every gradient anyway. */
void nn_layer_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    for (int k = 0; k < self->ins; k++)
        if (self->refreshes[k])
            make_again (self->in[k], lo, hi, pass);
    if (!self->carried_back && !(nn_carried (self) && self->in[0]->waits))
        self->kind->backward (self, lo, hi, pass);
}
