/*  run.c - forward, backward, and one step of learning
 *
 *  A pass cuts its batch into shards, always the same number, and hands each to a
 *  thread that is free; one that other work on the machine holds up takes fewer. A
 *  thread takes a few images of its shard through as many layers as it can before
 *  it takes the next few: they are still in the cache. Only a layer that must see
 *  the whole batch makes everybody wait.
 *
 *  Sums of floats depend on their order. So each shard adds up its own gradients,
 *  image after image, and in the end shards are added in pairs, pairs of pairs,
 *  and so on. Who computed which shard does not matter: one thread and sixteen
 *  give the same bits, and so would several machines.
 */
#include "nn.h"

#include <omp.h>
#include <string.h>
#include <time.h>

enum { PIECE = 4096 }; // weights that a thread sums or updates at a time

static int from (int shard, int n, const nn_net *net) // the first image of a shard
{
    return (int) ((long) n * shard / net->shards);
}

static nn_pass pass_of (const nn_net *net, const nn_batch *batch, bool training,
                        int shard)
{
    return (nn_pass){ .batch = batch,
                      .training = training,
                      .shard = shard,
                      .step = net->step,
                      .work = net->work[omp_get_thread_num ()] };
}

/*  If somebody watches: the processor time of this thread, after telling what it
 *  has done for a layer since the time `since`. Waiting is not counted. */
static double took (const nn_net *net, int layer, nn_stage stage, double since)
{
    if (!net->timer)
        return 0;
    struct timespec t;
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
    const double now = (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
    if (since > 0)
        net->timer->took (net->timer, omp_get_thread_num (), layer, stage,
                          now - since);
    return now;
}

/*  Layers first .. end - 1 over one shard, a few images at a time. While they are
 *  hot, the layer behind them, where everybody will wait, sees them, too. */
static void chain (nn_net *net, int first, int end, const nn_pass *pass)
{
    nn_layer **layer = nn_view (net);
    const int lo = from (pass->shard, pass->batch->n, net);
    const int hi = from (pass->shard + 1, pass->batch->n, net);
    for (int a = first, b; a < end; a = b) {
        for (b = a + 1; b < end && nn_together (layer[a], layer[b]); b++)
            continue;
        double since = took (net, a, NN_FORWARD, 0);
        for (int i = lo, to; i < hi; i = to) {
            to = i + nn_at_a_time (layer[a]) < hi ? i + nn_at_a_time (layer[a])
                                                  : hi;
            nn_view_move (layer, a, b, i);
            for (int l = a; l < b; l++) {
                nn_layer_forward (layer[l], i, to, pass);
                since = took (net, l, NN_FORWARD, since);
            }
            if (pass->training && b == end && end < net->layers) {
                layer[end]->kind->whole->partial (layer[end], i, to, pass);
                since = took (net, end, NN_FORWARD, since);
            }
        }
    }
}

/*  The same backwards, from layer top down to layer bottom. */
static void chain_back (nn_net *net, int top, int bottom, const nn_pass *pass)
{
    nn_layer **layer = nn_view (net);
    const int lo = from (pass->shard, pass->batch->n, net);
    const int hi = from (pass->shard + 1, pass->batch->n, net);
    for (int a = top, b; a >= bottom; a = b) {
        for (b = a - 1; b >= bottom && nn_together (layer[a], layer[b]); b--)
            continue;
        double since = took (net, a, NN_BACKWARD, 0);
        for (int i = lo, to; i < hi; i = to) {
            to = i + nn_at_a_time (layer[a]) < hi ? i + nn_at_a_time (layer[a])
                                                  : hi;
            nn_view_move (layer, b + 1, a + 1, i);
            for (int l = a; l > b; l--) {
                if (layer[l]->wanted)
                    nn_layer_backward (layer[l], i, to, pass);
                since = took (net, l, NN_BACKWARD, since);
            }
            if (b < bottom && b >= 0 && layer[b]->wanted) {
                layer[b]->kind->whole->partial_back (layer[b], i, to, pass);
                since = took (net, b, NN_BACKWARD, since);
            }
        }
    }
}

/*  Every thread of the team calls this: a layer has seen the whole batch, each
 *  image on its own, and now those sums come together. */
static void come_together (nn_net *net, nn_layer *l, const nn_batch *batch,
                           bool back)
{
    const nn_stage stage = back ? NN_BACKWARD : NN_FORWARD;
    const double since = took (net, l->index, stage, 0);
#pragma omp single
    {
        const nn_pass pass = pass_of (net, batch, true, 0);
        (back ? l->kind->whole->reduce_back : l->kind->whole->reduce) (l, &pass);
    }
    took (net, l->index, stage, since);
}

/*  Every thread of the team calls this: the last layer, above which there is
 *  nobody who could show it the gradients while they are hot. */
static void see_all (nn_net *net, nn_layer *l, const nn_batch *batch)
{
#pragma omp for schedule(static)
    for (int shard = 0; shard < net->shards; shard++) {
        const nn_pass pass = pass_of (net, batch, true, shard);
        l->kind->whole->partial_back (l, from (shard, batch->n, net),
                                      from (shard + 1, batch->n, net), &pass);
    }
}

/*  Every thread of the team calls this: all layers, all images. */
static void forward_all (nn_net *net, const nn_batch *batch, bool training)
{
    for (int l = 0; l < net->layers && !net->prepared; l++)
        if (net->layer[l]->kind->prepare) {
            const double since = took (net, l, NN_FORWARD, 0);
#pragma omp for schedule(static)
            for (int part = 0; part < NN_PARTS; part++)
                net->layer[l]->kind->prepare (net->layer[l], part, NN_PARTS);
            took (net, l, NN_FORWARD, since);
        }
    for (int first = 0, end; first < net->layers; first = end) {
        if (training && net->layer[first]->waits)
            come_together (net, net->layer[first], batch, false);
        // -- on to the next layer where everybody waits, shard by shard
        for (end = first + 1; end < net->layers && !net->layer[end]->waits; end++)
            continue;
#pragma omp for schedule(dynamic)
        for (int shard = 0; shard < net->shards; shard++) {
            const nn_pass pass = pass_of (net, batch, training, shard);
            chain (net, first, end, &pass);
        }
    }
}

/*  Every thread of the team calls this: the gradients of big weights, row by row.
 *  What they are made of lives until the end of this stage. */
static void rows_all (nn_net *net, nn_layer *l, const nn_batch *batch)
{
    const double since = took (net, l->index, NN_LEARNING, 0);
#pragma omp for schedule(static)
    for (int part = 0; part < NN_PARTS; part++) {
        const nn_pass pass = pass_of (net, batch, true, 0);
        l->kind->rows (l, part, NN_PARTS, &pass);
    }
    took (net, l->index, NN_LEARNING, since);
}

/*  Shards of a pass, or, when they are all taken, a part of the chore: whoever
 *  would wait for the last shards does something useful. */
static void one_of (nn_net *net, int unit, int top, int bottom,
                    const nn_batch *batch)
{
    if (unit < net->shards) {
        const nn_pass pass = pass_of (net, batch, true, unit);
        chain_back (net, top, bottom, &pass);
    } else
        net->chore.part (net->chore.self, unit - net->shards,
                         omp_get_thread_num ());
}

/*  Every thread of the team calls this: gradients of all images, and shards'
 *  sums. */
static void backward_all (nn_net *net, const nn_batch *batch)
{
#pragma omp for schedule(static)
    for (int shard = 0; shard < net->shards; shard++)
        for (int l = 0; l < net->layers; l++)
            for (int k = 0; k < net->layer[l]->params; k++) {
                const nn_param *p = &net->layer[l]->param[k];
                if (p->sums)
                    memset (p->sums + shard * p->size, 0,
                            p->size * sizeof *p->sums);
            }
    for (int top = net->layers - 1, bottom; top >= 0; top = bottom - 1) {
        const bool waits = net->layer[top]->wanted && net->layer[top]->waits;
        if (waits && top == net->layers - 1)
            see_all (net, net->layer[top], batch);
        if (waits)
            come_together (net, net->layer[top], batch, true);
        for (bottom = top; bottom > 0 && !net->layer[bottom - 1]->waits; bottom--)
            continue;
        const int units = net->shards + (bottom == 0 ? net->chore.parts : 0);
#pragma omp for schedule(dynamic)
        for (int unit = 0; unit < units; unit++)
            one_of (net, unit, top, bottom, batch);
        for (int l = top; l >= bottom; l--)
            if (net->layer[l]->params && net->layer[l]->param[0].by_rows &&
                net->layer[l]->wanted && !net->layer[l]->frozen)
                rows_all (net, net->layer[l], batch);
    }
}

/*  Shard 1 is added to 0, 3 to 2; then 2 to 0, 6 to 4; and so on: a tree. */
NN_EACH_WIDTH
static void sum_shards (const nn_param *p, int shards, size_t at, size_t count)
{
    for (int step = 1; step < shards; step *= 2)
        for (int s = 0; s + step < shards; s += 2 * step) {
            float *a = p->sums + s * p->size + at;
            const float *b = a + step * p->size;
            for (size_t i = 0; i < count; i++)
                a[i] += b[i];
        }
    memcpy (p->dw + at, p->sums + at, count * sizeof *p->dw);
}

/*  Every thread of the team calls this: the gradient of each parameter that has
 *  them, from the shards' sums. */
static void gradients_all (nn_net *net)
{
    for (int l = 0; l < net->layers; l++) {
        nn_layer *layer = net->layer[l];
        if (!layer->wanted || layer->frozen)
            continue;
        const double since = took (net, l, NN_LEARNING, 0);
        for (int k = 0; k < layer->params; k++) {
            const nn_param *p = &layer->param[k];
            if (!p->sums)
                continue;
#pragma omp for schedule(static) nowait
            for (size_t at = 0; at < p->size; at += PIECE)
                sum_shards (p, net->shards, at,
                            p->size - at < PIECE ? p->size - at : PIECE);
        }
        took (net, l, NN_LEARNING, since);
    }
#pragma omp barrier
}

/*  Every thread of the team calls this: the optimiser changes what may be
 *  learnt. */
static void update_all (nn_net *net, const nn_optimiser *o)
{
    for (int l = 0; l < net->layers; l++) {
        const double since = took (net, l, NN_LEARNING, 0);
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            if (!p->dw)
                continue;
#pragma omp for schedule(static) nowait
            for (size_t at = 0; at < p->size; at += PIECE) {
                float *slot[NN_SLOTS] = { NULL };
                for (int s = 0; s < o->kind->slots; s++)
                    slot[s] = p->slot[s] + at;
                o->kind->step (p->w + at, p->dw + at, slot,
                               p->size - at < PIECE ? p->size - at : PIECE, o,
                               o->rate * p->rate, p->decays ? o->decay : 0);
            }
        }
        took (net, l, NN_LEARNING, since);
    }
#pragma omp barrier
}

/*  Does the batch fit the net? */
static int fits (const nn_net *net, const nn_batch *batch, bool training)
{
    nn_require (net->batch > 0, "nn_net_build () was not called, or failed");
    const nn_tensor *in = &net->layer[0]->out;
    if (batch->n < 1 || batch->n > net->batch)
        return nn_fail (NN_ESHAPE, "a batch of %d images for a net built for %d",
                        batch->n, net->batch);
    if (batch->h != in->h || batch->w != in->w || batch->c != in->c)
        return nn_fail (NN_ESHAPE,
                        "images of %d x %d x %d for a net that reads %d x %d x %d",
                        batch->h, batch->w, batch->c, in->h, in->w, in->c);
    const nn_tensor *out = &net->output->out;
    if (batch->target && nn_image_size (out) != (size_t) batch->classes)
        return nn_fail (NN_ESHAPE,
                        "%d classes for a net whose last layer, '%s', gives %zu",
                        batch->classes, net->output->name, nn_image_size (out));
    if (training && !net->training)
        return nn_fail (NN_EVALUE,
                        "this net was built for inference; build it without "
                        ".inference to train it");
    return NN_OK;
}

/*  The output of every layer for a batch of at most net->batch images. */
int nn_net_forward (nn_net *net, const nn_batch *batch, bool training)
{
    const int status = fits (net, batch, training);
    if (status != NN_OK)
        return status;
    net->seen = batch->n;
#pragma omp parallel num_threads(net->threads)
    forward_all (net, batch, training);
    net->prepared = net->settled;
    return NN_OK;
}

/*  The gradient of everything that learns, after a forward pass in training. If
 *  the last layer is no loss, the caller has put the gradient of its output into
 *  net->output->out.dx. */
int nn_net_backward (nn_net *net, const nn_batch *batch)
{
    const int status = fits (net, batch, true);
    if (status != NN_OK)
        return status;
    nn_require (net->seen == batch->n,
                "backward over %d images after forward over %d", batch->n,
                net->seen);
#pragma omp parallel num_threads(net->threads)
    {
        backward_all (net, batch);
        gradients_all (net);
    }
    return NN_OK;
}

/*  The optimiser's memory, taken before the first step and kept with the
 *  weights. */
static int prepare_slots (nn_net *net, const nn_optimiser *o)
{
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            for (int s = 0; s < o->kind->slots; s++) {
                nn_param *p = &net->layer[l]->param[k];
                if (!p->dw || p->slot[s])
                    continue;
                p->slot[s] =
                    nn_arena_take (net->lasting, p->size * sizeof (float));
                if (!p->slot[s])
                    return NN_EMEMORY;
            }
    return NN_OK;
}

/*  Sums the gradients over all ranks, in the same order on each. */
static int sum_ranks (nn_net *net, const nn_comm *comm)
{
    int status = NN_OK;
    for (int l = 0; l < net->layers && comm->ranks > 1; l++)
        for (int k = 0; k < net->layer[l]->params && status == NN_OK; k++)
            if (net->layer[l]->param[k].dw)
                status = comm->sum (comm, net->layer[l]->param[k].dw,
                                    net->layer[l]->param[k].size);
    return status;
}

/*  One step: forward, backward, the sums, the update. Afterwards nn_net_loss () is
 *  the loss before the step. */
int nn_net_step (nn_net *net, const nn_batch *batch, nn_optimiser *optimiser,
                 const nn_comm *comm)
{
    int status = fits (net, batch, true);
    if (status == NN_OK)
        status = prepare_slots (net, optimiser);
    if (status != NN_OK)
        return status;
    net->seen = batch->n;
    optimiser->t++;
#pragma omp parallel num_threads(net->threads)
    {
        forward_all (net, batch, true);
        backward_all (net, batch);
        gradients_all (net);
#pragma omp single
        {
            status = sum_ranks (net, comm ? comm : &nn_alone);
            if (status == NN_OK && optimiser->before)
                status = optimiser->before (optimiser, net);
        }
        if (status == NN_OK)
            update_all (net, optimiser);
    }
    net->step++;
    return status;
}

/*  The mean loss over the images of the last pass. */
double nn_net_loss (const nn_net *net)
{
    double sum = 0;
    for (int i = 0; i < net->seen; i++)
        sum += net->loss[i];
    return net->seen ? sum / net->seen : 0;
}

/*  For layers that scatter: sets the gradient of in[k] to zero where it must be
 *  overwritten. */
void nn_clear_gradient (nn_layer *self, int k, int lo, int hi)
{
    const nn_tensor *in = &self->in[k]->out;
    if (!self->overwrites[k] || !nn_gradient_wanted (self, k))
        return;
    const size_t before = in->halo * (nn_row_stride (in) + in->c);
    memset (in->dx - before + lo * nn_image_stride (in), 0,
            (hi - lo) * nn_image_stride (in) * sizeof *in->dx);
}
