/*  zoo.c - the networks of the zoo: what is refused, threads, memory, folding
 *
 *  Whether they compute the right thing is tests/zoo/zoo.py's business.
 */
#include "near.h"

#include <omp.h>

enum { N = 6, SIDE = 32, CLASSES = 4 };
static float x[N * SIDE * SIDE * 3], target[N * CLASSES];

static nn_batch batch (void)
{
    nn_random random = nn_random_from (3, NN_FOR_TEST, 0, 0);
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = nn_random_normal (&random);
    for (int i = 0; i < N; i++)
        target[i * CLASSES + i % CLASSES] = 1;
    return (nn_batch){ .n = N,
                       .h = SIDE,
                       .w = SIDE,
                       .c = 3,
                       .classes = CLASSES,
                       .x = x,
                       .target = target };
}

static nn_net *make (const char *name)
{
    return nn_model_net (nn_model_find (name), SIDE, SIDE, 3, CLASSES, NULL, 7);
}

/*  A number made of the bits of all weights, after two steps with so many threads. */
static uint64_t after (const char *name, int threads)
{
    const nn_batch b = batch ();
    omp_set_num_threads (threads);
    nn_net *net = make (name);
    nn_optimiser sgd = nn_sgd (.rate = 1e-3f);
    uint64_t sum = 0;
    if (nn_net_build (net, .batch = N) == NN_OK)
        for (int step = 0; step < 2; step++)
            nn_net_step (net, &b, &sgd, NULL);
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            for (size_t i = 0; i < net->layer[l]->param[k].size; i++) {
                uint32_t bits;
                memcpy (&bits, &net->layer[l]->param[k].w[i], sizeof bits);
                sum = sum * 31 + bits;
            }
    nn_net_free (&net);
    return sum;
}

static void threads (const char *name)
{
    const uint64_t one = after (name, 1), two = after (name, 2),
                   three = after (name, 3);
    char title[80];
    snprintf (title, sizeof title, "%s: the same bits with 1, 2 and 3 threads",
              name);
    check (one == two && one == three && one != 0, title, "%llx, %llx, %llx",
           (unsigned long long) one, (unsigned long long) two,
           (unsigned long long) three);
}

/*  In inference batch norms are folded, and the answers stay. */
static void folded (const char *name)
{
    const nn_batch b = batch ();
    float before[N * CLASSES];
    nn_net *net = make (name);
    bool ran = nn_net_build (net, .batch = N, .inference = true) == NN_OK &&
               nn_net_forward (net, &b, false) == NN_OK;
    memcpy (before, net->output->out.x, sizeof before);
    const size_t memory = net->scratch->used;
    const int count = nn_net_fold (net);
    ran &= nn_net_build (net, .batch = N, .inference = true) == NN_OK &&
           nn_net_forward (net, &b, false) == NN_OK;
    check (ran && count == 52 &&
               apart (before, net->output->out.x, N * CLASSES) < 1e-4,
           "52 batch norms folded, the same answers", "%d, off by %g", count,
           apart (before, net->output->out.x, N * CLASSES));
    nn_net_free (&net);
    nn_net *other = make (name);
    ran = nn_net_build (other, .batch = N) == NN_OK;
    check (ran && 3 * memory < other->scratch->used,
           "inference needs less than a third of the memory", "%zu of %zu", memory,
           other->scratch->used);
    nn_net_free (&other);
}

typedef nn_layer *two (nn_net *net, nn_layer *a, nn_layer *b);

static nn_layer *side_by_side (nn_net *net, nn_layer *a, nn_layer *b)
{
    return nn_concat (net, (nn_layer *[]){ a, b }, 2);
}

static nn_layer *pool_of_0 (nn_net *net, nn_layer *a, nn_layer *b)
{
    (void) b;
    return nn_avgpool (net, a, .size = -1);
}

static nn_layer *frame_of_0 (nn_net *net, nn_layer *a, nn_layer *b)
{
    (void) b;
    return nn_zero_pad (net, a, 0);
}

static nn_layer *same_name (nn_net *net, nn_layer *a, nn_layer *b)
{
    nn_named (a, "twin");
    return nn_named (nn_add (net, b, b), "twin");
}

/*  Makers refuse what does not fit, and name both layers or the option. */
static void refused (const char *title, two *maker, const char *first,
                     const char *second)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *in = nn_input (net, 8, 8, 3);
    nn_layer *a = nn_conv2d (net, in, .filters = 4, .same = true);
    nn_layer *b = nn_conv2d (net, in, .filters = 5);
    maker (net, a, b);
    check (net->status < 0 && strstr (net->failure, first) &&
               strstr (net->failure, second),
           title, "%d: '%s'", net->status, net->failure);
    nn_net_free (&net);
}

/*  A frame of two around 1 x 2 places of two channels, and back. */
static void framed (void)
{
    float x[] = { 1, 2, 3, 4 }, dx[] = { 1, 1, 1, 1 }, y[60], dy[60];
    const nn_tensor in = { 1, 1, 2, 2, 0, x, dx }, out = { 1, 5, 6, 2, 0, y, dy };
    float sum = 0;
    for (int k = 0; k < 60; k++)
        y[k] = -1, dy[k] = (float) k;
    nn_zero_pad_forward (&out, &in, 2, 0, 1);
    for (int k = 0; k < 60; k++)
        sum += y[k];
    check (memcmp (y + 28, x, sizeof x) == 0 && sum == 10, "a frame of zeros",
           "sum %g, first %g", (double) sum, (double) y[28]);
    nn_zero_pad_backward (&in, &out, 2, 0, 1, true);
    check (dx[0] == 29 && dx[3] == 32, "its gradient is added", "%g, %g",
           (double) dx[0], (double) dx[3]);
    nn_zero_pad_backward (&in, &out, 2, 0, 1, false);
    check (dx[0] == 28 && dx[3] == 31, "or set", "%g, %g", (double) dx[0],
           (double) dx[3]);
}

int main (void)
{
    threads ("mobilenetv3_small");
    threads ("mobilenetv2_035_keras");
    folded ("mobilenetv2");
    refused ("a sum of two shapes", nn_add, "8 x 8 x 4", "6 x 6 x 5");
    refused ("two sizes side by side", side_by_side, "8 x 8", "6 x 6");
    refused ("as many factors as channels", nn_scale, "4 channels", "6 x 6 x 5");
    refused ("a pooling of nothing", pool_of_0, "avgpool_1", ".size -1");
    refused ("a frame of nothing", frame_of_0, "pad_1", "by 0");
    framed ();
    refused ("two layers of one name", same_name, "twin", "called");
    check (!nn_head_find ("dens128") && strstr (nn_error (), "dense128"),
           "a head's name is guessed", "'%s'", nn_error ());
    nn_net *net = nn_headed_net (nn_model_find ("baseline"), nn_heads[0], SIDE,
                                 SIDE, 3, CLASSES, 1);
    check (!net && strstr (nn_error (), "baseline"),
           "the baseline has no base for another head", "'%s'", nn_error ());
    return nn_test_done ();
}
