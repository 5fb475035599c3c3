/*  unfold.c - batch norms that were folded away, put back where they were
 *
 *  Weights are often published without their batch norms: scale and shift have
 *  been multiplied into the convolutions (chapter 6). For looking at pictures that
 *  is the same network. For learning it is not. A batch norm that has nothing to
 *  do any more, with a mean of 0 and a variance of 1, measures the batch as soon
 *  as it is trained, and divides by a deviation that nobody has multiplied by. All
 *  scales that the network had learnt are gone with the first step.
 *
 *  So mean and variance are measured, on some pictures, and what the norm takes
 *  out with them it gives back by its weight and its bias. The network says what
 *  it said; only now the batch may be measured.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>

enum { WEIGHT, BIAS, MEAN, VARIANCE }; // the parameters of a batch norm

typedef struct { // what one of them reads
    nn_layer *layer;
    double *sum, *square;
} folded;

/*  A batch norm that only adds its bias. */
static bool is_folded (const nn_layer *layer)
{
    if (layer->kind != &nn_batchnorm_kind)
        return false;
    const nn_batchnorm_args *args = layer->args;
    const float weight = sqrtf (1 + args->epsilon);
    for (int k = 0; k < layer->out.c; k++)
        if (layer->param[MEAN].w[k] != 0 || layer->param[VARIANCE].w[k] != 1 ||
            layer->param[WEIGHT].w[k] != weight)
            return false;
    return true;
}

/*  All of them that are to learn, with room for their sums; the list ends with no
 *  layer. NULL if there is no memory. */
static folded *find (nn_net *net, bool frozen_too)
{
    int count = 0;
    folded *list = calloc (net->layers + 1, sizeof *list);
    for (int l = 0; list && l < net->layers; l++) {
        nn_layer *layer = net->layer[l];
        if (!is_folded (layer) || (layer->frozen && !frozen_too))
            continue;
        double *sums = calloc (2 * layer->out.c, sizeof *sums);
        list[count++] = (folded){ layer, sums, sums + layer->out.c };
        if (!sums)
            list[count - 1].layer = NULL;
    }
    return list;
}

static void forget (folded *list)
{
    for (folded *f = list; f && f->layer; f++)
        free (f->sum);
    free (list);
}

/*  Adds what its input was in the last pass. */
static void add (const folded *f, int images)
{
    const nn_tensor *in = &f->layer->in[0]->out;
    for (int i = 0; i < images * in->h; i++)
        nn_batchnorm_sums (f->sum, f->square,
                           in->x + nn_at (in, i / in->h, i % in->h, 0), in->w,
                           in->c);
}

/*  From now on it takes out what was measured, and gives it back. */
static void put_back (const folded *f, int images)
{
    nn_layer *norm = f->layer;
    const nn_batchnorm_args *args = norm->args;
    const double count = (double) images * norm->out.h * norm->out.w;
    for (int k = 0; k < norm->out.c; k++) {
        const double mean = f->sum[k] / count;
        const double variance = fmax (0, f->square[k] / count - mean * mean);
        norm->param[MEAN].w[k] = (float) mean;
        norm->param[VARIANCE].w[k] = (float) variance;
        norm->param[BIAS].w[k] += (float) mean;
        norm->param[WEIGHT].w[k] =
            sqrtf (norm->param[VARIANCE].w[k] + args->epsilon);
    }
}

/*  Runs the first pictures through the net and adds up what the norms read;
 *  returns how many pictures those were. */
static int measure (nn_net *net, const folded *list, const nn_data *data,
                    const nn_unfold_args *args)
{
    const int images = args->images ? args->images : 512;
    nn_loader *loader =
        nn_loader_new (data, .batch = net->batch, .transforms = args->transforms,
                       .transform_count = args->transform_count);
    const nn_batch *batch;
    int seen = 0, status = loader ? nn_loader_start (loader, 0, 0) : NN_EMEMORY;
    while (status == NN_OK && seen < images &&
           (batch = nn_loader_next (loader, &status))) {
        status = nn_net_forward (net, batch, false);
        for (const folded *f = list; f->layer && status == NN_OK; f++)
            add (f, batch->n);
        seen += batch->n;
    }
    nn_loader_free (&loader);
    return status == NN_OK ? seen : status;
}

/*  Freezes the layers as they were, and builds. What is frozen may write over its
 *  input, and a sparing net forgets it; but we want to see it. So for a while
 *  nothing is frozen or spared. */
static int build (nn_net *net, const bool *frozen, bool sparing)
{
    for (int l = 0; l < net->layers; l++)
        nn_net_freeze (net, l, l + 1, frozen && frozen[l]);
    return nn_net_build (net, .batch = net->batch, .shards = net->shards,
                         .sparing = sparing);
}

/*  Gives the folded batch norms of a built net the statistics that they have on
 *  the first pictures: those that learn, or all if frozen ones will learn later.
 *  Returns how many norms that were; if any, the net is built for training. */
int nn_unfold_with (nn_net *net, const nn_data *data, nn_unfold_args args)
{
    nn_require (net && net->batch > 0,
                "the net must be built before it is unfolded");
    folded *list = find (net, args.frozen_too);
    bool *frozen = calloc (net->layers, sizeof *frozen);
    int norms = 0, status = list && frozen ? NN_OK : NN_EMEMORY;
    if (status == NN_OK && list->layer) {
        for (int l = 0; l < net->layers; l++)
            frozen[l] = net->layer[l]->frozen;
        const bool sparing = net->sparing;
        status = build (net, NULL, false);
        const int seen =
            status == NN_OK ? measure (net, list, data, &args) : status;
        for (const folded *f = list; seen > 0 && f->layer; f++, norms++)
            put_back (f, seen);
        status = seen < 0 ? seen : build (net, frozen, sparing);
    }
    free (frozen);
    forget (list);
    return status == NN_OK ? norms : status;
}
