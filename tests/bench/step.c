/*  step.c - images a second: training or inference of the baseline on the same 64
 *  images
 *
 *  step THREADS SAME(0|1) train|infer SECONDS prints the median time of a step:
 *  wall and processor milliseconds. tests/bench/step runs it beside PyTorch.
 */
#include "near.h"

#include <omp.h>
#include <time.h>

enum { BATCH = 64, MOST = 4000 };

static double now (clockid_t clock)
{
    struct timespec t;
    clock_gettime (clock, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int by_size (const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static nn_net *baseline (bool same, bool inference)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 32, 32, 3);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 32, .same = same));
    x = nn_maxpool (net, x, .size = 2);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 64, .same = same));
    x = nn_maxpool (net, x, .size = 2);
    x = nn_relu (net, nn_dense (net, x, .units = 128));
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    nn_net_build (net, .batch = BATCH, .inference = inference);
    return net;
}

int main (int argc, char **argv)
{
    if (argc < 5) {
        fprintf (stderr, "usage: %s THREADS SAME(0|1) train|infer SECONDS\n",
                 argv[0]);
        return 2;
    }
    omp_set_num_threads ((int) strtol (argv[1], NULL, 10));
    const bool training = strcmp (argv[3], "infer") != 0;
    nn_net *net = baseline (argv[2][0] == '1', !training);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    static float target[BATCH * 10];
    for (int i = 0; i < BATCH; i++)
        target[10 * i + nn_random_below (&random, 10)] = 1;
    const nn_batch batch = { .n = BATCH,
                             .classes = 10,
                             .h = 32,
                             .w = 32,
                             .c = 3,
                             .x = draw (&random, (size_t) BATCH * 32 * 32 * 3),
                             .target = target };
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    static double wall[MOST], cpu[MOST];
    int steps = 0;
    const double end = now (CLOCK_MONOTONIC) + strtod (argv[4], NULL);
    for (int warm = 3;
         (now (CLOCK_MONOTONIC) < end || steps < 5) && steps < MOST;) {
        const double w = now (CLOCK_MONOTONIC), c = now (CLOCK_PROCESS_CPUTIME_ID);
        const int status = training ? nn_net_step (net, &batch, &adam, NULL)
                                    : nn_net_forward (net, &batch, false);
        nn_require (status == NN_OK, "%s", nn_error ());
        cpu[steps] = now (CLOCK_PROCESS_CPUTIME_ID) - c;
        wall[steps] = now (CLOCK_MONOTONIC) - w;
        if (warm-- <= 0)
            steps++;
    }
    qsort (wall, steps, sizeof *wall, by_size);
    qsort (cpu, steps, sizeof *cpu, by_size);
    printf ("%.3f %.3f\n", 1e3 * wall[steps / 2], 1e3 * cpu[steps / 2]);
    free (batch.x);
    nn_net_free (&net);
    return 0;
}
