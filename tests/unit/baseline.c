/*  baseline.c - the baseline network as a whole: the same bits on any number of threads,
 *  no allocation in a step, little memory
 */
#include "allocations.h"
#include "nn.h"
#include "test.h"

#include <omp.h>
#include <sys/resource.h>

enum { BATCH = 64, STEPS = 5 };

static nn_net *baseline (void)
{
    nn_net *net =
        nn_model_net (nn_model_find ("baseline"), 32, 32, 3, 10, NULL, 7);
    if (!net || nn_net_build (net, .batch = BATCH) != NN_OK)
        printf ("not ok the baseline can be built: %s\n", nn_error ());
    return net;
}

/*  Trains a few steps, the last one on a short batch; all weights go to w. Returns how
 *  many allocations the steps after the first made. */
static long train (nn_loader *loader, int threads, float *w)
{
    omp_set_num_threads (threads);
    nn_net *net = baseline ();
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    int status = nn_loader_start (loader, 0, 0);
    long before = 0;
    for (int step = 0; step < STEPS && status == NN_OK; step++) {
        nn_batch batch = *nn_loader_next (loader, &status);
        if (step == STEPS - 1)
            batch.n = 37;
        if (step == 1)
            before = allocations;
        status = nn_net_step (net, &batch, &adam, NULL);
    }
    const long made = allocations - before;
    if (status != NN_OK)
        printf ("not ok the baseline trains: %s\n", nn_error ());
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (w, p->w, p->size * sizeof *w);
            w += p->size;
        }
    nn_net_free (&net);
    return made;
}

int main (void)
{
    static float one[400000], other[400000];
    nn_data *data = nn_shapes10 (BATCH * STEPS, 3);
    nn_loader *loader = nn_loader_new (data, .batch = BATCH, .shuffle = true);
    for (int threads = 1; threads <= 3; threads++) {
        const long made = train (loader, threads, threads == 1 ? one : other);
        check (made == 0, "a training step allocates nothing",
               "%ld allocations in %d steps on %d threads", made, STEPS - 1,
               threads);
        if (threads > 1)
            check (!memcmp (one, other, sizeof one),
                   "any number of threads trains the same weights, bit for bit",
                   "%d threads do not", threads);
    }
    struct rusage usage;
    getrusage (RUSAGE_SELF, &usage);
    check (usage.ru_maxrss < 120000, "training at batch 64 takes less than 120 MB",
           "%ld kB at the peak", usage.ru_maxrss);
    printf ("   at the peak %ld MB\n", usage.ru_maxrss / 1000);
    nn_loader_free (&loader);
    nn_data_free (&data);
    return nn_test_done ();
}
