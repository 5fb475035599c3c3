/*  lives.c - memory that several layers share: training must not notice, whatever
 *  the threads, and it must be less */
#include "near.h"

#include "allocations.h"

#include <omp.h>

// of pictures of LARGE x LARGE one alone fills the cache: then each stretch of layers
// takes another number of them at a time
enum { SMALL = 12, LARGE = 72, BATCH = 9, CLASSES = 4, STEPS = 4 };
static int side = SMALL;

/*  Batch norms with ReLUs in place, halos, two shortcuts, one output with several
 *  readers, a depthwise convolution, concat, dropout. */
static nn_net *many_ways (void)
{
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *x = nn_input (net, side, side, 3);
    x = nn_conv2d (net, x, .filters = 16, .same = true, .no_bias = true);
    x = nn_relu (net, nn_batchnorm (net, x));
    nn_layer *around = x;
    x = nn_conv2d (net, x, .filters = 48, .kernel = 1, .no_bias = true);
    x = nn_relu6 (net, nn_batchnorm (net, x));
    x = nn_conv2d (net, x, .filters = 48, .same = true, .groups = 48);
    x = nn_relu6 (net, nn_batchnorm (net, x));
    x = nn_conv2d (net, x, .filters = 16, .kernel = 1);
    x = nn_add (net, nn_batchnorm (net, x), around);
    nn_layer *b = nn_relu (net, nn_batchnorm (net, x));
    b = nn_conv2d (net, b, .filters = 8, .same = true);
    x = nn_concat (net, (nn_layer *[]){ x, b }, 2);
    x = nn_relu (net, nn_batchnorm (net, x));
    nn_layer *left = nn_maxpool (net, x, .size = 2);
    nn_layer *right = nn_conv2d (net, x, .filters = 24, .kernel = 2, .stride = 2);
    x = nn_batchnorm (net, nn_add (net, left, right));
    x = nn_dropout (net, nn_relu (net, x), .rate = 0.2f);
    x = nn_batchnorm (net, nn_gap (net, x));
    nn_cross_entropy (net, nn_dense (net, x, .units = CLASSES));
    return net;
}

static nn_batch some (int n)
{
    static float *x, target[BATCH * CLASSES];
    static int index[BATCH];
    nn_random random = nn_random_from (8, NN_FOR_TEST, 0, 0);
    if (!x)
        x = draw (&random, (size_t) BATCH * LARGE * LARGE * 3);
    for (int i = 0; i < BATCH; i++)
        target[i * CLASSES + i % CLASSES] = 1, index[i] = i;
    return (nn_batch){ .n = n,
                       .classes = CLASSES,
                       .h = side,
                       .w = side,
                       .c = 3,
                       .x = x,
                       .target = target,
                       .index = index };
}

/*  A built net, trained for some steps; after each, it looks at the batch at
 *  rest. */
static nn_net *trained (nn_build_args args, int threads, int frozen,
                        double *losses)
{
    omp_set_num_threads (threads);
    nn_net *net = many_ways ();
    args.batch = BATCH;
    nn_net_freeze (net, 0, frozen, true);
    if (nn_net_lay (net, args) != NN_OK) {
        printf ("not ok the test's own net: %s\n", nn_error ());
        exit (1);
    }
    nn_optimiser adam = nn_adam (.rate = 1e-2f);
    for (int step = 0; step < STEPS; step++) {
        const nn_batch batch = some (BATCH - step % 2);
        nn_net_step (net, &batch, &adam, NULL);
        nn_net_forward (net, &batch, false);
        losses[step] = nn_net_loss (net);
    }
    return net;
}

static int passing (const nn_net *net) // what lies in the threads' own memory
{
    int count = 0;
    for (int l = 0; l < net->layers; l++)
        count += !!net->layer[l]->brief_x + !!net->layer[l]->brief_dx;
    return count;
}

static bool same (const nn_net *a, const nn_net *b)
{
    bool all = true;
    for (int l = 0; l < a->layers; l++)
        for (int k = 0; k < a->layer[l]->params; k++)
            all &= equal (a->layer[l]->param[k].w, b->layer[l]->param[k].w,
                          a->layer[l]->param[k].size);
    return all;
}

static int forgotten (const nn_net *net)
{
    int count = 0;
    for (int l = 0; l < net->layers; l++)
        count += net->layer[l]->again;
    return count;
}

/*  One shard, so that each gradient is one sum, is no reference: the bits are
 *  those of shards. A net that keeps all is. */
static void nobody_notices (int frozen)
{
    double losses[STEPS], now[STEPS];
    nn_net *all = trained ((nn_build_args){ 0 }, 1, frozen, losses);
    check (isfinite (losses[STEPS - 1]) && losses[0] != losses[STEPS - 1],
           "the net learns", "loss %g", losses[STEPS - 1]);
    check (forgotten (all) == 0, "who is not sparing keeps all", "%d are not",
           forgotten (all));
    for (int threads = 1; threads <= 3; threads++) {
        nn_net *less =
            trained ((nn_build_args){ .sparing = true }, threads, frozen, now);
        check (same (all, less) && memcmp (losses, now, sizeof now) == 0,
               "sparing changes no bit", "%d threads, %d frozen: it does", threads,
               frozen);
        check (forgotten (less) >= 3, "outputs are made again", "%d",
               forgotten (less));
        check (passing (less) > 5 && less->own > 0 && passing (all) == 0,
               "what is soon over lies in the threads' own memory", "%d and %d do",
               passing (less), passing (all));
        check (less->scratch->used < all->scratch->used, "and memory is less",
               "%zu, not below %zu", less->scratch->used, all->scratch->used);
        nn_net_free (&less);
    }
    nn_net_free (&all);
}

/*  Where all wait, gradients share; the pictures' own stays until somebody has
 *  read it. */
static void gradients_share (void)
{
    double losses[STEPS];
    const nn_build_args with = { .input_gradient = true };
    const nn_build_args less = { .input_gradient = true, .sparing = true };
    nn_net *a = trained (with, 1, 0, losses), *b = trained (less, 2, 0, losses);
    int shared = 0;
    for (int l = 1; l < a->layers; l++)
        for (int k = 1; k < l; k++)
            shared += !a->layer[l]->in_place && !a->layer[k]->in_place &&
                      a->layer[l]->out.dx == a->layer[k]->out.dx;
    check (shared > 5, "gradients share memory", "%d times", shared);
    const nn_batch batch = some (BATCH);
    nn_optimiser adam = nn_adam (.rate = 1e-2f);
    nn_net_step (a, &batch, &adam, NULL);
    adam = nn_adam (.rate = 1e-2f);
    nn_net_step (b, &batch, &adam, NULL);
    const nn_tensor *x = &a->layer[0]->out, *y = &b->layer[0]->out;
    bool alike = x->halo == y->halo;
    for (int i = 0; i < BATCH && alike; i++)
        for (int r = 0; r < side; r++)
            alike &= equal (x->dx + nn_at (x, i, r, 0), y->dx + nn_at (y, i, r, 0),
                            (size_t) side * 3);
    check (alike, "that of the pictures is there at the end", "it is another");
    nn_net_free (&a);
    nn_net_free (&b);
}

static void nothing_is_taken (void)
{
    double losses[STEPS];
    nn_net *net = trained ((nn_build_args){ .sparing = true }, 1, 0, losses);
    const nn_batch batch = some (BATCH);
    nn_optimiser adam = nn_adam (.rate = 1e-2f);
    nn_net_step (net, &batch, &adam, NULL);
    const long before = allocations;
    for (int step = 0; step < 3; step++)
        nn_net_step (net, &batch, &adam, NULL);
    check (allocations == before, "a sparing step takes no memory",
           "%ld allocations", allocations - before);
    // -- built again, for inference and back: everything has its memory
    nn_net_build (net, .batch = BATCH, .inference = true);
    check (nn_net_forward (net, &batch, false) == NN_OK && forgotten (net) == 0,
           "built again for inference", "%s", nn_error ());
    const double rest = nn_net_loss (net);
    nn_net_build (net, .batch = BATCH, .sparing = true);
    nn_net_forward (net, &batch, false);
    check (nn_net_loss (net) == rest, "and for training: the same loss at rest",
           "%.9g, not %.9g", nn_net_loss (net), rest);
    nn_net_free (&net);
}

/*  A settled net at rest keeps its last output only: the same answers, in less
 *  memory, to batches that are full and to those that are not. */
static void settled (void)
{
    double losses[STEPS];
    nn_net *net = trained ((nn_build_args){ 0 }, 1, 0, losses);
    float before[BATCH * CLASSES];
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads (threads);
        for (int n = BATCH; n > 0; n -= 4) {
            const nn_batch batch = some (n);
            nn_net_build (net, .batch = BATCH, .inference = true);
            nn_net_forward (net, &batch, false);
            const size_t all = net->scratch->used, size = (size_t) n * CLASSES;
            memcpy (before, net->output->out.x, size * sizeof *before);
            nn_net_build (net, .batch = BATCH, .inference = true, .settled = true);
            nn_net_forward (net, &batch, false);
            nn_net_forward (net, &batch, false);
            check (equal (before, net->output->out.x, size) && passing (net) > 5,
                   "a settled net answers the same", "%d threads, %d images",
                   threads, n);
            check (net->scratch->used < all, "in less memory",
                   "%zu, not below %zu", net->scratch->used, all);
        }
    }
    nn_net_free (&net);
}

/*  A halo over memory that had another use. */
static void halos (void)
{
    float memory[2 * 7 * 6 * 3];
    for (size_t k = 0; k < sizeof memory / sizeof *memory; k++)
        memory[k] = 1;
    nn_tensor t = { .n = 2, .h = 3, .w = 2, .c = 3, .halo = 2 };
    t.x = memory + 2 * (nn_row_stride (&t) + 3);
    nn_tensor_clear_halo (&t, 0, 2);
    double ones = 0;
    for (size_t k = 0; k < sizeof memory / sizeof *memory; k++)
        ones += memory[k];
    bool inside = true;
    for (int i = 0; i < 2; i++)
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 2 * 3; k++)
                inside &= t.x[nn_at (&t, i, r, 0) + k] == 1;
    check (inside && ones == 2 * 3 * 2 * 3, "a halo becomes zero, and only it",
           "%g ones", ones);
}

int main (void)
{
    for (int k = 0; k < 2; k++) {
        side = k ? LARGE : SMALL;
        nobody_notices (0);
        nobody_notices (5);
        gradients_share ();
        nothing_is_taken ();
        settled ();
    }
    halos ();
    return nn_test_done ();
}
