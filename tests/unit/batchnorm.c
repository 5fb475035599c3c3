/*  batchnorm.c - batch normalisation, global average pooling, folding: what PyTorch
 *  computes, running statistics, threads, short batches, files
 */
#include "allocations.h"
#include "near.h"
#include "recorded.h"

#include <omp.h>
#include <unistd.h>

enum { SIDE = 6, CHANNELS = 5 };

static nn_batch pictures (float *x, int n, int side, int c)
{
    return (nn_batch){ .n = n, .h = side, .w = side, .c = c, .x = x };
}

/* --- Against PyTorch ---------------------------------------------------------------- */
typedef struct {
    const char *name;
    int n, side, c, steps;
    nn_batchnorm_args args;
    float shift;
    bool frozen;
} norm_case;

static const norm_case norms[] = {
    { .name = "norm", .n = 4, .side = SIDE, .c = CHANNELS, .steps = 1 },
    { .name = "norm_one", .n = 1, .side = SIDE, .c = CHANNELS, .steps = 1 },
    { .name = "norm_three", .n = 4, .side = SIDE, .c = CHANNELS, .steps = 3 },
    { .name = "norm_options",
      .n = 4,
      .side = SIDE,
      .c = CHANNELS,
      .steps = 1,
      .args = { .momentum = 0.3f, .epsilon = 1e-2f } },
    { .name = "norm_far",
      .n = 4,
      .side = SIDE,
      .c = CHANNELS,
      .steps = 1,
      .shift = 50 },
    { .name = "norm_dense", .n = 7, .side = 1, .c = 9, .steps = 1 },
    { .name = "norm_frozen",
      .n = 4,
      .side = SIDE,
      .c = CHANNELS,
      .steps = 1,
      .frozen = true },
};

/*  The net of a case, with its parameters as PyTorch had them. */
static nn_net *norm_net (const norm_case *test)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_batchnorm_args args = test->args;
    args.in = nn_input (net, test->side, test->side, test->c);
    nn_batchnorm_with (net, args);
    if (nn_net_build (net, .batch = 9, .input_gradient = true) != NN_OK)
        check (false, test->name, "%s", nn_error ());
    nn_net_freeze (net, 0, 2, test->frozen);
    nn_net_build (net, .batch = test->n, .input_gradient = true);
    for (int k = 0; k < 4; k++)
        numbers (net->output->param[k].w, 2 + k, test->c);
    for (int k = 0; k < test->c; k++)
        net->output->param[3].w[k] += 1.5f;
    return net;
}

static void one_norm (const norm_case *test)
{
    nn_net *net = norm_net (test);
    nn_layer *x = net->layer[0], *y = net->output;
    const size_t size = test->n * nn_image_size (&x->out);
    float *in = zeros (size);
    nn_batch batch = pictures (in, test->n, test->side, test->c);
    for (int step = test->steps - 1; step >= 0; step--) {
        // the batches before the last: 2 x + 1, 3 x + 2 …, and last x itself
        const int number = step ? test->steps - step : 0;
        numbers (in, 1, size);
        for (size_t i = 0; i < size; i++)
            in[i] = in[i] * (float) (number + 1) + (float) number + test->shift;
        nn_net_forward (net, &batch, true);
    }
    same (test->name, "y", y->out.x, size);
    numbers (y->out.dx, 99, size);
    nn_net_backward (net, &batch);
    same (test->name, "dx", x->out.dx, size);
    if (!test->frozen) {
        same (test->name, "dw", y->param[0].dw, test->c);
        same (test->name, "db", y->param[1].dw, test->c);
    } else
        check (!y->param[0].dw, "frozen: no gradient of weight and bias", "one");
    same (test->name, "mean", y->param[2].w, test->c);
    same (test->name, "variance", y->param[3].w, test->c);
    nn_net_free (&net);
    free (in);
}

static void gap (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 5, 7, 4), *y = nn_gap (net, x);
    nn_net_build (net, .batch = 3, .input_gradient = true);
    float in[3 * 5 * 7 * 4];
    numbers (in, 1, 3 * 5 * 7 * 4);
    nn_net_forward (net, &(nn_batch){ .n = 3, .h = 5, .w = 7, .c = 4, .x = in },
                    true);
    same ("gap", "y", y->out.x, 12);
    numbers (y->out.dx, 99, 12);
    nn_net_backward (net, &(nn_batch){ .n = 3, .h = 5, .w = 7, .c = 4, .x = in });
    same_tensor ("gap", "dx", &x->out, x->out.dx);
    nn_net_free (&net);
}

/* --- Properties ---------------------------------------------------------------------- */
static double channel_mean (const nn_tensor *t, int n, int k, double about,
                            int power)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int row = 0; row < t->h; row++)
            for (int col = 0; col < t->w; col++)
                sum += pow (t->x[nn_at (t, i, row, col) + k] - about, power);
    return sum / ((double) n * t->h * t->w);
}

static void normalised (void)
{
    nn_random random = nn_random_from (3, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, 7 * SIDE * SIDE * 3);
    for (int i = 0; i < 7 * SIDE * SIDE * 3; i += 3) {
        x[i] = 1000 + x[i] / 100; // far from 0, and narrow
        x[i + 1] *= 1e-20f;       // next to nothing
        x[i + 2] = 4;             // always the same
    }
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *y = nn_batchnorm (net, nn_input (net, SIDE, SIDE, 3));
    nn_net_build (net, .batch = 7);
    const nn_batch batch = pictures (x, 7, SIDE, 3);
    nn_net_forward (net, &batch, true);
    const double mean = channel_mean (&y->out, 7, 0, 0, 1);
    const double deviation = sqrt (channel_mean (&y->out, 7, 0, mean, 2));
    // epsilon is a tenth of this variance, 1e-4
    check (fabs (mean) < 5e-3 && fabs (deviation - sqrt (1 / 1.1)) < 2e-2,
           "a channel far from 0 comes to mean 0 and deviation 1", "%g and %g",
           mean, deviation);
    check (fabs (channel_mean (&y->out, 7, 1, 0, 2)) < 1e-30,
           "next to nothing is not blown up", "%g",
           channel_mean (&y->out, 7, 1, 0, 2));
    check (y->out.x[2] == 0 && y->param[3].w[2] == 0.9f,
           "a channel that never changes becomes 0", "%g, variance %g",
           y->out.x[2], y->param[3].w[2]);
    x[1] = NAN;
    nn_net_forward (net, &batch, true);
    check (isnan (y->out.x[1]) && isnan (y->out.x[4]) && !isnan (y->out.x[0]),
           "not-a-number does not get lost", "%g %g", y->out.x[1], y->out.x[4]);
    nn_net_free (&net);
    free (x);
}

/*  Inference uses running statistics, and neither it nor a frozen layer nor a batch of
 *  one value a channel changes them. */
static void statistics (void)
{
    nn_random random = nn_random_from (4, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, 4 * 3), kept[2][3];
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *y = nn_batchnorm (net, nn_input (net, 1, 1, 3));
    nn_net_build (net, .batch = 4);
    nn_batch batch = pictures (x, 4, 1, 3);
    nn_net_forward (net, &batch, true);
    const nn_param *p = y->param;
    for (int k = 0; k < 2; k++)
        memcpy (kept[k], p[2 + k].w, sizeof kept[k]);
    nn_net_forward (net, &batch, false);
    check (fabsf (y->out.x[4] - (x[4] - p[2].w[1]) / sqrtf (p[3].w[1] + 1e-5f)) <
               1e-6f,
           "inference uses the running statistics", "%g", y->out.x[4]);
    batch.n = 1;
    nn_net_forward (net, &batch, true);
    check (fabsf (y->out.x[1] - (x[1] - p[2].w[1]) / sqrtf (p[3].w[1] + 1e-5f)) <
               1e-6f,
           "one value has no deviation: as in inference", "%g", y->out.x[1]);
    nn_net_freeze (net, 0, 2, true);
    nn_net_build (net, .batch = 4);
    batch.n = 4;
    nn_net_forward (net, &batch, true);
    check (equal (kept[0], p[2].w, 3) && equal (kept[1], p[3].w, 3),
           "and none of them, nor a frozen layer, changes them", "changed");
    check (!p[0].decays && !p[1].decays && p[2].constant && p[3].constant,
           "weight and bias do not decay, statistics are not learnt", "wrong");
    nn_net_free (&net);
    free (x);
}

/* --- A net with all of it ------------------------------------------------------------- */
static nn_net *small (int batch)
{
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *x = nn_input (net, 32, 32, 3);
    x = nn_conv2d (net, x, .filters = 8, .same = true, .no_bias = true);
    x = nn_maxpool (net, nn_relu (net, nn_batchnorm (net, x)), .size = 4);
    x = nn_conv2d (net, x, .filters = 8, .same = true);
    x = nn_conv2d (net, nn_batchnorm (net, x), .filters = 8, .same = true);
    x = nn_gap (net, nn_relu (net, nn_batchnorm (net, x)));
    x = nn_relu (net, nn_batchnorm (net, nn_dense (net, x, .units = 12)));
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    if (nn_net_build (net, .batch = batch) != NN_OK)
        check (false, "the net can be built", "%s", nn_error ());
    return net;
}

/*  All parameters, one after the other. Returns how many numbers these are. */
static size_t weights (const nn_net *net, float *to)
{
    size_t at = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (to + at, p->w, p->size * sizeof *to);
            at += p->size;
        }
    return at;
}

enum { BATCH = 24, STEPS = 4, ROOM = 20000 };

/*  Four steps on so many threads, the last on a batch of 5; the net and how many
 *  allocations the steps after the first made. */
static nn_net *train (int threads, long *made)
{
    omp_set_num_threads (threads);
    nn_data *data = nn_shapes10 (BATCH * STEPS, 3);
    nn_loader *loader = nn_loader_new (data, .batch = BATCH, .shuffle = true);
    nn_net *net = small (BATCH);
    nn_optimiser adam = nn_adam (.rate = 1e-2f);
    int status = nn_loader_start (loader, 0, 0);
    long before = 0;
    for (int step = 0; step < STEPS && status == NN_OK; step++) {
        nn_batch batch = *nn_loader_next (loader, &status);
        batch.n = step == STEPS - 1 ? 5 : batch.n;
        before = step == 1 ? allocations : before;
        status = nn_net_step (net, &batch, &adam, NULL);
    }
    *made = allocations - before;
    check (status == NN_OK, "a net with batch norms trains", "%s", nn_error ());
    nn_loader_free (&loader);
    nn_data_free (&data);
    return net;
}

static void threads (void)
{
    static float one[ROOM], other[ROOM];
    for (int t = 1; t <= 3; t++) {
        long made;
        nn_net *net = train (t, &made);
        const size_t size = weights (net, t == 1 ? one : other);
        check (made == 0, "a step allocates nothing", "%ld on %d threads", made,
               t);
        if (t > 1)
            check (equal (one, other, size),
                   "the same bits on 1, 2 and 3 threads, a short batch at the end",
                   "not on %d", t);
        nn_net_free (&net);
    }
}

/*  What the net says of two pictures, in inference. */
static void answers (nn_net *net, float p[20])
{
    static float x[2 * 32 * 32 * 3];
    nn_random random = nn_random_from (8, NN_FOR_TEST, 0, 0);
    for (int i = 0; i < 2 * 32 * 32 * 3; i++)
        x[i] = nn_random_uniform (&random);
    const nn_batch batch = pictures (x, 2, 32, 3);
    nn_net_forward (net, &batch, false);
    memcpy (p, net->output->out.x, 20 * sizeof *p);
}

static void files (void)
{
    long made;
    float before[20], after[20];
    char path[64];
    snprintf (path, sizeof path, "/tmp/nn-batchnorm-%d.safetensors",
              (int) getpid ());
    nn_net *net = train (2, &made), *other = small (BATCH);
    answers (net, before);
    const bool ok = nn_weights_save (net, path, NULL) == NN_OK &&
                    nn_weights_load (other, path) == NN_OK;
    unlink (path);
    answers (other, after);
    check (ok && equal (before, after, 20),
           "running statistics travel with the weights", "%s", nn_error ());
    nn_net_free (&net), nn_net_free (&other);
}

/* --- Folding -------------------------------------------------------------------------- */
static void folding (void)
{
    long made;
    float before[20], after[20];
    nn_net *net = train (2, &made);
    answers (net, before);
    const int layers = net->layers, folded = nn_net_fold (net);
    check (folded == 4 && net->layers == layers - 4 &&
               !nn_net_layer (net, "batchnorm_1"),
           "all batch norms are folded", "%d, '%s'", folded, nn_error ());
    check (nn_net_build (net, .batch = 2, .inference = true) == NN_OK,
           "the folded net can be built", "%s", nn_error ());
    answers (net, after);
    check (apart (after, before, 20) < 1e-5, "and gives the same answers",
           "they differ by %g", apart (after, before, 20));
    nn_net_free (&net);
}

static void not_foldable (void)
{
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *x = nn_conv2d (net, nn_input (net, 8, 8, 3), .filters = 4);
    nn_layer *y = nn_batchnorm (net, nn_relu (net, x));
    nn_gap (net, y);
    check (nn_net_fold (net) == 0, "nothing to fold into", "folded");
    check (strstr (nn_error (), "batchnorm_1") && strstr (nn_error (), "relu_1"),
           "it is said why, by name", "'%s'", nn_error ());
    nn_net_free (&net);

    net = nn_net_new (.seed = 5);
    x = nn_conv2d (net, nn_input (net, 8, 8, 3), .filters = 4);
    nn_batchnorm (net, x);
    check (nn_net_fold (net) == 0 && strstr (nn_error (), "nn_net_build"),
           "a net without weights has nothing to fold", "'%s'", nn_error ());
    nn_gap (net, x);
    check (nn_net_fold (net) == 0 && strstr (nn_error (), "2 layers read"),
           "a layer that others read stays as it is", "'%s'", nn_error ());
    nn_net_free (&net);
}

static void refused (nn_batchnorm_args args, const char *name)
{
    nn_net *net = nn_net_new (.seed = 1);
    args.in = nn_input (net, 4, 4, 1);
    nn_batchnorm_with (net, args);
    const int status = nn_net_build (net, .batch = 1);
    check (status == NN_EVALUE && strstr (nn_error (), "batchnorm_1"), name,
           "%d, '%s'", status, nn_error ());
    nn_net_free (&net);
}

int main (void)
{
    if (!read_recorded ("tests/data/torch/batchnorm.txt"))
        return nn_test_done ();
    for (size_t i = 0; i < sizeof norms / sizeof *norms; i++)
        one_norm (&norms[i]);
    gap ();
    normalised ();
    statistics ();
    threads ();
    files ();
    folding ();
    not_foldable ();
    refused ((nn_batchnorm_args){ .momentum = 1.5f }, "more than the whole batch");
    refused ((nn_batchnorm_args){ .momentum = NAN }, "momentum of not-a-number");
    refused ((nn_batchnorm_args){ .epsilon = -1 }, "an epsilon below 0");
    return nn_test_done ();
}
