/*  dropout.c - how much is dropped, on what that depends, and that nothing is when
 *  a net only answers */
#include "near.h"

#include <omp.h>

enum { N = 8, SIDE = 8, C = 4, IMAGE = SIDE * SIDE * C, ALL = N * IMAGE };

static float x[ALL];

/*  A net that is nothing but dropout over an input, and its output for a batch. */
static const float *run (uint64_t seed, long step, int *index, bool training,
                         bool before, nn_net **net_p)
{
    static float y[ALL];
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *in = nn_input (net, SIDE, SIDE, C);
    if (before) // one layer further up
        in = nn_relu (net, in);
    nn_layer *out = nn_dropout (net, in, .rate = 0.25f);
    if (nn_net_build (net, .batch = N, .input_gradient = true) != NN_OK)
        printf ("not ok dropout can be built: %s\n", nn_error ());
    net->step = step;
    const nn_batch batch = {
        .n = N, .h = SIDE, .w = SIDE, .c = C, .x = x, .index = index
    };
    nn_net_forward (net, &batch, training);
    memcpy (y, out->out.x, sizeof y);
    if (net_p)
        *net_p = net;
    else
        nn_net_free (&net);
    return y;
}

static void how_much (void)
{
    enum { MANY = 100000 };
    nn_random random = nn_random_from (5, NN_FOR_TEST, 0, 0);
    float *a = draw (&random, MANY), *b = zeros (MANY);
    static const float rates[] = { 0.1f, 0.5f, 0.9f };
    for (int k = 0; k < 3; k++) {
        const float rate = rates[k];
        int dropped = 0, wrong = 0;
        nn_dropout_pass (b, a, MANY, rate, &random, false);
        for (int i = 0; i < MANY; i++) {
            dropped += b[i] == 0;
            wrong += b[i] != 0 && b[i] != a[i] * (1 / (1 - rate));
        }
        const double room = 5 * sqrt ((double) (rate * (1 - rate)) / MANY);
        check (fabs ((double) dropped / MANY - (double) rate) < room,
               "the share that the rate says is dropped", "%d of %d at %g",
               dropped, MANY, (double) rate);
        check (wrong == 0, "what passes grows by what is lost", "%d do not",
               wrong);
    }
    nn_random at = random, same = random;
    nn_dropout_pass (b, a, MANY, 0, &at, false);
    check (equal (a, b, MANY) && !memcmp (&at, &same, sizeof at),
           "a rate of 0 lets all pass and draws nothing", "it does not");
    at = same;
    nn_dropout_pass (b, a, MANY, 0.5f, &at, false);
    float *c = zeros (MANY);
    for (int i = 0; i < MANY; i++)
        c[i] = 3;
    nn_dropout_pass (c, a, MANY, 0.5f, &same, true);
    int wrong = 0;
    for (int i = 0; i < MANY; i++)
        wrong += c[i] != 3 + b[i];
    check (wrong == 0, "or is added", "%d of %d are not", wrong, MANY);
    free (a), free (b), free (c);
}

static void depends_on (void)
{
    static int index[N] = { 40, 3, 77, 5, 6, 1000, 8, 9 };
    static int turned[N] = { 9, 8, 1000, 6, 5, 77, 3, 40 };
    static float one[ALL], at[ALL];
    memcpy (one, run (7, 3, index, true, false, NULL), sizeof one);
    check (equal (one, run (7, 3, index, true, false, NULL), ALL),
           "the same seed, step and images give the same draws", "they do not");
    check (!equal (one, run (8, 3, index, true, false, NULL), ALL),
           "another seed draws anew", "it does not");
    check (!equal (one, run (7, 4, index, true, false, NULL), ALL),
           "another step draws anew", "it does not");
    check (!equal (one, run (7, 3, index, true, true, NULL), ALL),
           "another layer draws anew", "it does not");
    check (!equal (one, run (7, 3, turned, true, false, NULL), ALL),
           "another image draws anew", "it does not");
    // -- the batch the other way round
    for (int i = 0; i < N / 2; i++)
        for (int k = 0; k < IMAGE; k++) {
            const float kept = x[i * IMAGE + k];
            x[i * IMAGE + k] = x[(N - 1 - i) * IMAGE + k];
            x[(N - 1 - i) * IMAGE + k] = kept;
        }
    memcpy (at, run (7, 3, turned, true, false, NULL), sizeof at);
    bool same = true;
    for (int i = 0; i < N; i++)
        same &= equal (at + i * IMAGE, one + (N - 1 - i) * IMAGE, IMAGE);
    check (same, "an image's draws do not depend on its place in the batch",
           "they do");
    // -- two layers, two images: no draws in common
    const float *unnamed = run (7, 3, NULL, true, false, NULL);
    int common = 0;
    for (int k = 0; k < IMAGE; k++)
        common += (unnamed[k] == 0) == (unnamed[IMAGE + k] == 0);
    check (common > IMAGE / 2 && common < IMAGE * 3 / 4,
           "without numbers, places tell images apart", "%d of %d in common",
           common, IMAGE); // 0.75^2 + 0.25^2 = 0.625 by chance
}

static void both_ways (void)
{
    nn_net *net;
    run (7, 3, NULL, true, false, &net);
    const nn_tensor *y = &net->output->out, *in = &net->layer[0]->out;
    float forward[ALL];
    memcpy (forward, y->x, sizeof forward);
    for (int i = 0; i < ALL; i++)
        y->dx[i] = x[i];
    const nn_batch batch = { .n = N, .h = SIDE, .w = SIDE, .c = C, .x = x };
    nn_net_backward (net, &batch);
    check (equal (forward, in->dx, ALL),
           "gradients pass where values did, with the same factor", "they do not");
    nn_net_free (&net);
}

static void answering (void)
{
    check (equal (x, run (7, 3, NULL, false, false, NULL), ALL),
           "in a net that answers nothing is dropped", "something is");
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *in = nn_input (net, SIDE, SIDE, C);
    nn_layer *pooled =
        nn_dropout (net, nn_maxpool (net, in, .size = 2), .rate = 0.5f);
    nn_layer *relu = nn_relu (net, nn_dense (net, pooled, .units = 6));
    nn_layer *behind = nn_dropout (net, relu, .rate = 0.5f);
    nn_cross_entropy (net, behind);
    nn_net_build (net, .batch = N);
    check (pooled->in_place && pooled->out.x == pooled->in[0]->out.x,
           "it takes no memory where it may write over its input",
           "it takes some");
    check (!behind->in_place, "and leaves alone what a ReLU still needs",
           "it does not");
    nn_net_free (&net);
}

static void refusals (void)
{
    static const float rates[] = { -0.1f, 1, 1.5f, NAN };
    for (int k = 0; k < 4; k++) {
        nn_net *net = nn_net_new (.seed = 1);
        nn_layer *out =
            nn_dropout (net, nn_input (net, 2, 2, 1), .rate = rates[k]);
        check (!out && nn_net_build (net, .batch = 1) == NN_EVALUE &&
                   strstr (nn_error (), "'dropout_1'") &&
                   strstr (nn_error (), "less than 1"),
               "a rate that is none is refused", "%g: %s", (double) rates[k],
               nn_error ());
        nn_net_free (&net);
    }
}

/*  Three steps of the deeper model; all weights go to w. Returns how many. */
static size_t train (nn_loader *loader, int threads, float *w)
{
    omp_set_num_threads (threads);
    nn_net *net = nn_model_net (nn_model_find ("deeper"), 32, 32, 3, 10, NULL, 5);
    int status = nn_net_build (net, .batch = 21);
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    nn_loader_start (loader, 0, 0);
    for (int step = 0; step < 3 && status == NN_OK; step++)
        status = nn_net_step (net, nn_loader_next (loader, &status), &adam, NULL);
    check (status == NN_OK, "the deeper net trains", "%s", nn_error ());
    size_t size = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (w + size, p->w, p->size * sizeof *w);
            size += p->size;
        }
    nn_net_free (&net);
    return size;
}

static void threads (void)
{
    enum { WEIGHTS = 227146 }; // 896 + 18496 + 73856 + 131328 + 2570
    static float one[WEIGHTS], other[WEIGHTS];
    nn_data *data = nn_shapes10 (63, 3);
    nn_loader *loader = nn_loader_new (data, .batch = 21, .shuffle = true);
    const size_t size = train (loader, 1, one);
    check (size == WEIGHTS, "the deeper net has as many weights as it should",
           "%zu", size);
    for (int k = 2; k <= 3; k++) {
        train (loader, k, other);
        check (equal (one, other, WEIGHTS),
               "threads do not change what is dropped: the same bits",
               "%d threads give other weights", k);
    }
    nn_loader_free (&loader);
    nn_data_free (&data);
}

int main (void)
{
    nn_random random = nn_random_from (2, NN_FOR_TEST, 0, 0);
    for (int i = 0; i < ALL; i++)
        x[i] = 1 + nn_random_uniform (&random);
    how_much ();
    depends_on ();
    both_ways ();
    answering ();
    refusals ();
    threads ();
    return nn_test_done ();
}
