/*  kernels.c - every convolution algorithm in a net that learns: what the naive one
 *  learns, the same bits for any number of threads, also for more than there are
 *  cores, and no allocation. On sizes that nobody likes: odd channels, one pixel, one
 *  image, a kernel larger than the picture. And what a memory limit answers. */
#include "allocations.h"
#include "near.h"

#include <omp.h>

enum { STEPS = 3, MOST = 1 << 20 };

typedef struct {
    const char *name;
    int batch, side, c;
    nn_conv2d_args conv;
} net_case;

static const net_case cases[] = {
    { "odd channels", 5, 7, 5, { .filters = 7, .same = true } },
    { "odd channels, one image", 1, 6, 3, { .filters = 17, .same = true } },
    { "one pixel", 7, 1, 17, { .filters = 19, .same = true } },
    { "one pixel, one image", 1, 1, 16, { .filters = 32, .same = true } },
    { "a kernel larger than the picture",
      4,
      3,
      6,
      { .filters = 8, .kernel = 7, .same = true } },
    { "16 to 48", 6, 9, 16, { .filters = 48, .same = true } },
    { "16 to 48, one image", 1, 9, 16, { .filters = 48, .same = true } },
    { "stride 2", 5, 9, 8, { .filters = 10, .stride = 2, .same = true } },
    { "dilation 2", 5, 9, 8, { .filters = 10, .dilation = 2, .same = true } },
    { "valid", 5, 9, 8, { .filters = 10 } },
    { "1 x 1", 6, 5, 33, { .filters = 20, .kernel = 1 } },
    { "1 x 1, stride 2", 6, 5, 33, { .filters = 20, .kernel = 1, .stride = 2 } },
    { "many weights", 5, 3, 256, { .filters = 260, .same = true } },
    { "many weights, one image", 1, 2, 256, { .filters = 260, .same = true } },
    { "each of 37 channels",
      5,
      8,
      37,
      { .filters = 37, .groups = 37, .same = true } },
    { "each of 24 channels, 5 x 5, stride 2",
      5,
      9,
      24,
      { .filters = 24, .groups = 24, .kernel = 5, .stride = 2, .same = true } },
    { "each channel of one pixel",
      1,
      1,
      20,
      { .filters = 20, .groups = 20, .same = true } },
    { "3 groups", 5, 7, 15, { .filters = 21, .groups = 3, .same = true } },
    { "4 groups of 16", 5, 8, 64, { .filters = 64, .groups = 4, .same = true } },
    { "2 groups, stride 2, one image",
      1,
      8,
      32,
      { .filters = 48, .groups = 2, .stride = 2, .same = true } },
};

/*  A convolution below it, so that it has to say what its input should be, and the
 *  passes that go with it above. */
static nn_net *net_of (const net_case *test, const char *algorithm, size_t limit)
{
    nn_net *net = nn_net_new (.seed = 3, .memory_limit = limit);
    nn_layer *x = nn_input (net, test->side, test->side, test->c);
    x = nn_conv2d (net, x, .filters = test->c, .kernel = 1, .algorithm = "naive");
    nn_conv2d_args args = test->conv;
    args.algorithm = algorithm;
    x = nn_relu (net, nn_conv2d_with (net, x, args));
    nn_cross_entropy (net, nn_gap (net, x)); // each filter is a class
    return net;
}

static size_t weights (const nn_net *net, float *w)
{
    size_t count = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            for (size_t i = 0; i < p->size && count < MOST; i++)
                w[count++] = p->w[i];
        }
    return count;
}

/*  Learns some steps, the last on one image less; `w` gets what has changed. Returns
 *  how many allocations the steps after the first made, or -1. */
static long learn (const net_case *test, const char *algorithm, int threads,
                   float *w, size_t *count)
{
    static float before[MOST];
    omp_set_num_threads (threads);
    nn_net *net = net_of (test, algorithm, 0);
    int status = nn_net_build (net, .batch = test->batch);
    nn_random random = nn_random_from (8, NN_FOR_TEST, 0, 0);
    nn_batch batch = { .n = test->batch,
                       .h = test->side,
                       .w = test->side,
                       .c = test->c,
                       .classes = test->conv.filters };
    batch.x =
        draw (&random, (size_t) test->batch * test->side * test->side * test->c);
    batch.target = zeros ((size_t) test->batch * batch.classes);
    for (int i = 0; i < test->batch; i++)
        batch.target[batch.classes * i + i % batch.classes] = 1;
    nn_optimiser sgd = nn_sgd (.rate = 0.5f);
    *count = weights (net, before);
    long made = 0;
    for (int step = 0; step < STEPS && status == NN_OK; step++) {
        batch.n = test->batch - (step == STEPS - 1 && test->batch > 1);
        const long had = allocations;
        status = nn_net_step (net, &batch, &sgd, NULL);
        made += step > 0 ? allocations - had : 0;
    }
    weights (net, w);
    for (size_t i = 0; i < *count; i++)
        w[i] -= before[i];
    free (batch.x), free (batch.target);
    nn_net_free (&net);
    return status == NN_OK ? made : -1;
}

/*  Does it fit the convolution of this case? */
static bool fits (const net_case *test, const nn_conv_algorithm *by)
{
    nn_net *net = net_of (test, NULL, 0);
    const bool built = nn_net_build (net, .batch = 1) == NN_OK;
    const bool does = built && by->fits (net->layer[2]->state);
    nn_net_free (&net);
    return does;
}

static void learns (const net_case *test, const nn_conv_algorithm *by)
{
    static float naive[MOST], one[MOST], more[MOST];
    size_t count;
    char name[120];
    const long made = learn (test, by->name, 1, one, &count);
    learn (test, "naive", 1, naive, &count);
    snprintf (name, sizeof name, "%s, %s: learns what the naive one learns",
              by->name, test->name);
    check (made >= 0 && apart (one, naive, count) < 1e-4, name, "off by %g; '%s'",
           apart (one, naive, count), made < 0 ? nn_error () : "");
    snprintf (name, sizeof name, "%s, %s: no allocation, the same bits", by->name,
              test->name);
    long all = made;
    int differ = 0;
    for (int threads = 2; threads <= 11; threads += threads < 3 ? 1 : 8) {
        all += learn (test, by->name, threads, more, &count);
        if (memcmp (one, more, count * sizeof *one) != 0)
            differ = threads;
    }
    // -- with AVX-512, OpenBLAS takes memory of its own for small products
    const bool blas = by == &nn_conv_im2col || by == &nn_conv_pointwise;
    check ((all == 0 || blas) && !differ, name,
           "%ld allocations; %d threads differ", all, differ);
}

/*  The limit says what is needed and which batch fits; that one does, and not one
 *  twice as large. */
static void limit (const char *algorithm)
{
    const net_case test = { .side = 32,
                            .c = 16,
                            .conv = { .filters = 32, .same = true } };
    nn_net *net = net_of (&test, algorithm, 4 << 20);
    char name[80];
    snprintf (name, sizeof name, "a limit of 4 MB, %s", algorithm);
    const int status = nn_net_build (net, .batch = 64);
    const char *says = strstr (nn_error (), "; a batch of ");
    const char *needs = strstr (nn_error (), "a batch of 64 needs ");
    const int batch = says ? (int) strtol (says + 13, NULL, 10) : 0;
    check (status == NN_EMEMORY && needs &&
               strtol (needs + 20, NULL, 10) > 64L * 32 * 32 * 48 * 4 &&
               batch > 0 && nn_net_build (net, .batch = batch) == NN_OK,
           name, "%d, '%s'", batch, nn_error ());
    check (nn_net_build (net, .batch = 2 * batch) == NN_EMEMORY, name,
           "a batch of %d fits as well", 2 * batch);
    nn_net_free (&net);
}

int main (void)
{
    int tried = 0;
    for (int k = 0; nn_conv_algorithms[k]; k++) {
        const nn_conv_algorithm *by = nn_conv_algorithms[k];
        int suits = 0;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            if (fits (&cases[i], by)) {
                learns (&cases[i], by);
                suits++;
            }
        check (suits > 0, by->name, "no case for it");
        tried += suits > 0;
    }
    omp_set_num_threads (2);
    limit ("im2col"), limit ("direct"), limit ("winograd");
    check (tried >= 8, "all algorithms", "only %d", tried);
    return nn_test_done ();
}
