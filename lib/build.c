/*  build.c - all memory at once
 *
 *  When the last layer has been added, everything is known: how large each output
 *  is, who reads it, who may write over it. So the memory is taken now, in one go,
 *  and training takes none. Two arenas hold it: weights in the one that lasts, the
 *  rest in the one that does not.
 *
 *  A net may be built again, for another batch or after freezing. Its weights
 *  stay.
 */
#include "nn.h"

#include <omp.h>

enum { CACHE = 1 << 19 }; // bytes of activations that shall be hot together

/*  Is there anything at or below this layer that learns? Only then is its gradient
 *  wanted. And must the net wait at it until it has seen every image? A frozen one
 *  learns nothing from the batch, and need not see it. */
static void mark_wanted (nn_net *net, bool input_gradient)
{
    for (int i = 0; i < net->layers; i++) {
        nn_layer *l = net->layer[i];
        l->waits = net->training && l->kind->whole && !l->frozen;
        l->wanted = input_gradient && l->ins == 0;
        for (int k = 0; k < l->params && !l->frozen; k++)
            l->wanted |= !l->param[k].constant;
        for (int k = 0; k < l->ins; k++)
            l->wanted |= l->in[k]->wanted;
    }
}

/*  Going backwards, whoever comes first to a gradient overwrites it, all others
 *  add. */
static void mark_overwrites (nn_net *net)
{
    for (int i = net->layers - 1; i >= 0; i--)
        for (int k = 0; k < net->layer[i]->ins; k++) {
            const nn_layer *in = net->layer[i]->in[k];
            bool first = true;
            for (int later = i + 1; later < net->layers && first; later++)
                for (int j = 0; j < net->layer[later]->ins; j++)
                    first &= net->layer[later]->in[j] != in;
            for (int j = 0; j < k; j++)
                first &= net->layer[i]->in[j] != in;
            net->layer[i]->overwrites[k] = first;
        }
}

/*  A layer gets the halo that its readers ask for, or have got, if it can write
 *  one and all can read it. */
static void grant_halo (nn_net *net, nn_layer *self)
{
    int wish = 0;
    bool all =
        self->kind->flags & NN_HALO_OUT || (self->finishes && !net->training);
    for (int i = self->index + 1; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->ins; k++)
            if (net->layer[i]->in[k] == self) {
                const nn_layer *reader = net->layer[i];
                all &= (reader->kind->flags & NN_HALO_IN) != 0;
                wish = k == 0 && reader->halo > wish ? reader->halo : wish;
                if (reader->kind->flags & NN_IN_PLACE && self->users == 1 &&
                    reader->out.halo > wish)
                    wish = reader->out.halo; // which will write over this one
            }
    self->out.halo = all ? wish : 0;
}

/*  May this layer write over its input? If nobody else reads that, not even on the
 *  way back. */
static bool fits_in_place (const nn_layer *self, bool gradient)
{
    const unsigned may = NN_IN_PLACE | (gradient ? 0 : NN_IN_PLACE_AT_REST);
    return (self->kind->flags & may) && self->in[0]->users == 1 &&
           !(self->in[0]->kind->flags & NN_NEEDS_OUT) &&
           self->in[0]->out.halo == self->out.halo;
}

/*  The memory of a layer's output and of what forward keeps for backward. Its
 *  gradient has been laid, and so has an output that is made again. */
static int lay_output (nn_net *net, nn_layer *self)
{
    if (self->in_place) {
        self->out.x = self->in[0]->out.x;
        self->out.dx = self->in[0]->out.dx;
    } else if (!self->brief_x && !self->out.x) {
        float *dx = self->out.dx;
        if (nn_tensor_lay (&self->out, net->scratch, false) != NN_OK)
            return nn_fail (NN_EMEMORY, "layer '%s', batch %d: %s", self->name,
                            net->batch, nn_error ());
        self->out.dx = dx;
    }
    self->kept = NULL;
    if (self->kept_size) {
        self->kept = nn_arena_take (net->scratch, self->kept_size * net->batch);
        if (!self->kept)
            return NN_EMEMORY;
    }
    return NN_OK;
}

/*  The memory of a layer's parameters; when it is taken for the first time, their
 *  values. */
static int lay_params (nn_net *net, nn_layer *self, bool training)
{
    for (int k = 0; k < self->params; k++) {
        nn_param *p = &self->param[k];
        if (!p->w) {
            p->w = nn_arena_take (net->lasting, p->size * sizeof *p->w);
            if (!p->w)
                return NN_EMEMORY;
            nn_random random =
                nn_random_from (net->seed, NN_FOR_INIT, self->index, k);
            p->init (p->w, p->size, p->fan_in, p->fan_out, &random);
        }
        p->dw = p->sums = NULL;
        if (!training || p->constant || self->frozen)
            continue;
        p->dw = nn_arena_take (net->scratch, p->size * sizeof *p->dw);
        if (!p->by_rows)
            p->sums = nn_arena_take (net->scratch,
                                     p->size * net->shards * sizeof *p->sums);
        if (!p->dw || !(p->sums || p->by_rows))
            return NN_EMEMORY;
    }
    return NN_OK;
}

/*  Who goes the way back of the layer below as well? One that is alone in reading
 *  it, and whose own output still lies there then; and nobody below does so. */
static void mark_carried_back (const nn_net *net)
{
    for (int i = 0; i < net->layers; i++)
        net->layer[i]->carried_back = false;
    for (int i = 1; i < net->layers; i++) {
        const nn_layer *l = net->layer[i];
        nn_layer *below = l->in[0];
        bool may = (l->kind->flags & NN_CARRIES_BACK) && below->users == 1 &&
                   below->in_place && below->wanted && below->kind->row_back &&
                   !(nn_carried (below) && below->in[0]->waits);
        for (int above = i + 1; above < net->layers && may; above++)
            may &= !(net->layer[above]->in_place && net->layer[above]->in[0] == l);
        below->carried_back |= may;
    }
}

/*  Does the layer below do this one's work, before it writes its output? Layers
 *  that clamp are carried, or look at each row. At rest so is a sum, if its other
 *  half is there by then; and whoever clamps a sum that is carried. */
static bool is_carried (const nn_layer *self)
{
    const nn_layer *by = self->ins ? self->in[0] : NULL, *other;
    if (!self->in_place || !by)
        return false;
    if (nn_carried (by)) // a sum
        return by->kind->flags & NN_SUM && self->kind->limits;
    if (by->in_place)
        return false;
    if (!(self->kind->flags & NN_SUM))
        return by->kind->flags & NN_CARRIES ? self->kind->row != NULL
                                            : by->finishes && self->kind->limits;
    other = self->in[1];
    return by->finishes && !self->net->training && other->index < by->index &&
           other->out.halo == by->out.halo && nn_together (by, self);
}

/*  Who has a halo, who works in place, and then the memory of all outputs, their
 *  gradients and the parameters. */
static int lay_layers (nn_net *net)
{
    for (int i = net->layers - 1; i >= 0; i--)
        grant_halo (net, net->layer[i]);
    for (int i = 0; i < net->layers; i++) {
        nn_layer *l = net->layer[i];
        const bool gradient = net->training && l->wanted;
        l->in_place = fits_in_place (l, gradient) &&
                      (!gradient || l->in[0]->wanted); // both, or neither
        l->carries = NULL;
        if (is_carried (l))
            l->in[0]->carries = l;
        l->again = l->refreshes[0] = false;
        l->out.n = net->batch;
        l->out.x = l->out.dx = l->brief_x = l->brief_dx = NULL;
    }
    mark_carried_back (net);
    net->own = 0;
    int status = net->training || net->settled ? nn_lives_lay (net) : NN_OK;
    for (int i = 0; i < net->layers && status == NN_OK; i++) {
        status = lay_output (net, net->layer[i]);
        if (status == NN_OK)
            status = lay_params (net, net->layer[i], net->training);
    }
    return status;
}

/*  So many images of layers first .. end - 1 stay in the cache. */
static int block_of (const nn_net *net, int first, int end)
{
    size_t largest = 1;
    for (int i = first; i < end; i++) {
        const nn_layer *l = net->layer[i];
        const size_t image = nn_image_size (&l->out) * sizeof (float);
        if (!l->wide && !(l->kind->flags & NN_WIDE) && image > largest)
            largest = image;
    }
    const int block = (int) (CACHE / largest);
    return block < 1 ? 1 : block > net->batch ? net->batch : block;
}

static int rows_read (const nn_layer *self)
{
    return self->ins ? self->in[0]->out.h : self->out.h;
}

/*  How many images go through a chain of layers together: as many as stay in the
 *  cache. Where one image of some layer fills it, each stretch of layers that read
 *  images of the same rows has a number of its own. */
static void set_blocks (nn_net *net)
{
    const int all = block_of (net, 0, net->layers);
    for (int first = 0, end; first < net->layers; first = end) {
        for (end = first + 1; end < net->layers; end++)
            if (rows_read (net->layer[end]) != rows_read (net->layer[first]))
                break;
        const int block = all > 1 ? all : block_of (net, first, end);
        for (int i = first; i < end; i++)
            net->layer[i]->block = block;
    }
}

/*  How many threads there will be, each with a workspace. Where those are must
 *  last: scratch may be wiped between passes. */
static int count_threads (nn_net *net)
{
    const int threads = omp_get_max_threads ();
    if (threads > net->threads || !net->work)
        net->work = nn_arena_take (net->lasting, threads * sizeof *net->work);
    net->threads = threads;
    return net->work ? NN_OK : NN_EMEMORY;
}

/*  The workspaces, as large as the neediest layer asks, and the losses. */
static int lay_work (nn_net *net)
{
    size_t work = 1;
    for (int i = 0; i < net->layers; i++)
        if (net->layer[i]->work_size > work)
            work = net->layer[i]->work_size;
    for (int i = 0; i < net->layers && net->training; i++)
        if (net->layer[i]->rows_size > work)
            work = net->layer[i]->rows_size;
    for (int t = 0; t < net->threads; t++)
        if (!(net->work[t] = nn_arena_take (net->scratch, work)))
            return NN_EMEMORY;
    net->loss = nn_arena_take (net->scratch, net->batch * sizeof *net->loss);
    return net->loss ? NN_OK : NN_EMEMORY;
}

/*  Is the net complete? Says what is wrong if not. */
static int ready (const nn_net *net, const nn_build_args *args)
{
    if (net->status != NN_OK)
        return nn_fail (net->status, "%s", net->failure);
    if (net->layers == 0)
        return nn_fail (NN_EVALUE, "nn_net_build: the net has no layers");
    if (args->batch < 0 || args->shards < 0)
        return nn_fail (NN_EVALUE,
                        "nn_net_build: a batch of %d in %d shards; give numbers "
                        "above 0",
                        args->batch, args->shards);
    if (args->settled && !args->inference)
        return nn_fail (NN_EVALUE, "nn_net_build: a net whose weights are settled "
                                   "cannot learn; say .inference = true as well");
    for (int i = 0; i < net->layers - 1; i++)
        if (net->layer[i]->users == 0)
            return nn_fail (NN_EVALUE, "nn_net_build: no layer reads '%s'",
                            net->layer[i]->name);
    return NN_OK;
}

/*  All memory for so many images, if the limit (0: none) allows it. */
static int lay (nn_net *net, int batch, size_t limit)
{
    nn_arena_free (&net->scratch);
    if (!(net->scratch = nn_arena_new (true)))
        return NN_EMEMORY;
    net->scratch->limit = limit;
    net->batch = batch;
    set_blocks (net);
    int status = lay_layers (net);
    if (status == NN_OK)
        status = lay_work (net);
    return status == NN_OK ? nn_views_lay (net) : status;
}

/*  Says how many bytes the batch would need, and which batch fits. Memory that is
 *  laid and never touched costs nothing, so it is tried. */
static int say_what_fits (nn_net *net, size_t limit)
{
    const int asked = net->batch;
    int batch = asked / 2;
    char fits[64] = "not even one image fits";
    while (batch > 0 && lay (net, batch, limit) != NN_OK)
        batch /= 2;
    if (batch > 0)
        snprintf (fits, sizeof fits, "a batch of %d fits", batch);
    net->lasting->limit = 0;
    const int status = lay (net, asked, 0);
    net->lasting->limit = limit;
    if (status != NN_OK)
        return status;
    return nn_fail (NN_EMEMORY,
                    "a batch of %d needs %zu bytes, and the limit is %zu; %s",
                    asked, net->scratch->reserved, limit, fits);
}

/*  Takes all memory and draws the first weights. Returns the first failure of any
 *  layer's maker; NN_EMEMORY, with the number of bytes, if there is not enough. */
int nn_net_lay (nn_net *net, nn_build_args args)
{
    if (!net)
        return NN_EMEMORY;
    int status = ready (net, &args);
    if (status != NN_OK)
        return status;
    net->shards = args.shards ? args.shards : 8;
    net->training = !args.inference;
    net->sparing = args.sparing;
    net->settled = args.settled;
    net->prepared = false;
    net->output = net->layer[net->layers - 1];
    mark_wanted (net, args.input_gradient);
    mark_overwrites (net);
    status = count_threads (net);
    if (status == NN_OK)
        status = lay (net, args.batch ? args.batch : 32, net->lasting->limit);
    if (status == NN_EMEMORY && net->lasting->limit)
        status = say_what_fits (net, net->lasting->limit);
    if (status != NN_OK) {
        nn_arena_free (&net->scratch);
        net->batch = 0; // not built
    }
    return status;
}
