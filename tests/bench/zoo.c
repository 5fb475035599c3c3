/*  zoo.c - how long a network of the zoo takes for a picture
 *
 *  zoo MODEL [SIDE [BATCH [train]]]: processor time of one thread for a picture,
 *  in inference with batch norms folded where they can be, or in a training step.
 */
#include "nn.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 7 };

static double seconds (void) // of this thread
{
    struct timespec now;
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
    return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

int main (int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "mobilenetv2";
    const int side = argc > 2 ? (int) strtol (argv[2], NULL, 10) : 96,
              n = argc > 3 ? (int) strtol (argv[3], NULL, 10) : 32;
    const bool train = argc > 4;
    omp_set_num_threads (1);
    const nn_model *model = nn_model_find (name);
    nn_net *net = model ? nn_model_net (model, side, side, 3, 10, NULL, 1) : NULL;
    if (!net || nn_net_build (net, .batch = n, .inference = !train) != NN_OK ||
        (!train && nn_net_fold (net) > 0 &&
         nn_net_build (net, .batch = n, .inference = true) != NN_OK)) {
        fprintf (stderr, "%s\n", nn_error ());
        return 1;
    }
    const size_t size = (size_t) n * side * side * 3;
    float *x = malloc (size * sizeof *x),
          *target = calloc (n * 10, sizeof *target);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    for (size_t i = 0; i < size; i++)
        x[i] = nn_random_normal (&random);
    for (int i = 0; i < n; i++)
        target[i * 10 + i % 10] = 1;
    const nn_batch batch = { .n = n,
                             .h = side,
                             .w = side,
                             .c = 3,
                             .classes = 10,
                             .x = x,
                             .target = target };
    nn_optimiser adam = nn_adam (.rate = 1e-4f);
    double best = 1e9;
    for (int k = 0; k < ROUNDS; k++) {
        const double start = seconds ();
        const int status = train ? nn_net_step (net, &batch, &adam, NULL)
                                 : nn_net_forward (net, &batch, false);
        const double took = (seconds () - start) / n;
        if (status != NN_OK)
            return 1;
        best = took < best ? took : best;
    }
    printf ("%s, %d pictures of %d x %d, %s: %.3f ms a picture; %.0f MB\n", name,
            n, side, side, train ? "training" : "inference", 1e3 * best,
            (double) (net->lasting->used + net->scratch->used) / 1e6);
    nn_net_free (&net);
    free (x), free (target);
    return 0;
}
