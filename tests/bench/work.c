/*  work.c - how long a network takes for a batch of noise, and how much memory
 *
 *  work MODEL SIDE BATCH train|infer THREADS SECONDS prints four numbers: the
 *  median time of a step in milliseconds, by the clock on the wall and by the
 *  processor's; the most memory that the process had, in MB; the billions of
 *  operations of a step. With `kernel C O` in place of MODEL SIDE BATCH it is the
 *  direct convolution of 3 x 3 on that many channels, all three passes over 8
 *  pictures of 16 x 16, and with `roof 0 0` the product that never leaves the
 *  nearest cache. tests/bench/table makes its table of this.
 */
#include "conv.h"

#include <omp.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST = 4000, WARM = 3, LEAST = 5 };

/*  The baseline with zeros around its pictures, so that no row is lost. */
static nn_layer *baseline (nn_net *net, nn_layer *x)
{
    for (int filters = 32; filters <= 64; filters *= 2) {
        x = nn_conv2d (net, x, .filters = filters, .same = true);
        x = nn_maxpool (net, nn_relu (net, x), .size = 2);
    }
    x = nn_relu (net, nn_dense (net, x, .units = 128));
    return nn_dense (net, x, .units = 10);
}

/*  Six convolutions, each with a batch norm, pooled after every second. */
static nn_layer *deeper (nn_net *net, nn_layer *x)
{
    for (int filters = 32; filters <= 128; filters *= 2) {
        for (int twice = 0; twice < 2; twice++) {
            x = nn_conv2d (net, x, .filters = filters, .same = true);
            x = nn_relu (net, nn_batchnorm (net, x));
        }
        x = nn_maxpool (net, x, .size = 2);
    }
    x = nn_relu (net, nn_dense (net, nn_gap (net, x), .units = 256));
    return nn_dense (net, nn_dropout (net, x, .rate = 0.5f), .units = 10);
}

/*  A net of ten classes, not yet built: "baseline_same", "deeper_six", a model's
 *  name, or a model's and a head's, as "vgg16:linear". NULL with a sentence. */
static nn_net *net_of (const char *name, int side)
{
    nn_layer *(*own) (nn_net *, nn_layer *) =
        strcmp (name, "baseline_same") == 0 ? baseline
        : strcmp (name, "deeper_six") == 0  ? deeper
                                            : NULL;
    if (own) {
        nn_net *net = nn_net_new (.seed = 1);
        nn_cross_entropy (net, own (net, nn_input (net, side, side, 3)));
        return net;
    }
    char model[64];
    snprintf (model, sizeof model, "%s", name);
    char *head = strchr (model, ':');
    if (head)
        *head++ = '\0';
    const nn_model *found = nn_model_find (model);
    const nn_head *on = head ? nn_head_find (head) : NULL;
    if (!found || (head && !on))
        return NULL;
    return on ? nn_headed_net (found, on, side, side, 3, 10, 1)
              : nn_model_net (found, side, side, 3, 10, NULL, 1);
}

/*  Operations of the net's sums of products for an image: forward, and in training
 *  both ways back. */
static double operations (const nn_net *net, bool training)
{
    double sum = 0;
    for (int l = 0; l < net->layers; l++)
        for (int s = NN_FORWARD; s <= (training ? NN_BACKWARD : NN_FORWARD); s++) {
            const nn_work work = nn_layer_work (net->layer[l], s);
            sum += work.products ? work.operations : 0;
        }
    return sum;
}

/*  A batch of noise, in which every class is as frequent. */
static nn_batch noise (int n, int side)
{
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    nn_batch batch = { .n = n,
                       .classes = 10,
                       .h = side,
                       .w = side,
                       .c = 3,
                       .x = draw (&random, (size_t) n * side * side * 3),
                       .target = zeros ((size_t) n * 10) };
    for (int i = 0; i < n; i++)
        batch.target[10 * i + i % 10] = 1;
    return batch;
}

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

static void must (int status)
{
    if (status == NN_OK)
        return;
    fprintf (stderr, "%s\n", nn_error ());
    exit (1);
}

static double memory (void) // MB
{
    struct rusage used;
    getrusage (RUSAGE_SELF, &used);
    return (double) used.ru_maxrss / 1024;
}

/*  A step of the net, again and again for so many seconds. */
static void time_net (nn_net *net, const nn_batch *batch, bool training,
                      double seconds)
{
    static double wall[MOST], processor[MOST];
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    int steps = 0;
    double end = 0;
    for (int warm = WARM; steps < MOST && (warm > 0 || steps < LEAST ||
                                           now (CLOCK_MONOTONIC) < end);
         warm -= warm > 0) {
        const double w = now (CLOCK_MONOTONIC), c = now (CLOCK_PROCESS_CPUTIME_ID);
        must (training ? nn_net_step (net, batch, &adam, NULL)
                       : nn_net_forward (net, batch, false));
        processor[steps] = now (CLOCK_PROCESS_CPUTIME_ID) - c;
        wall[steps] = now (CLOCK_MONOTONIC) - w;
        if (warm > 0)
            end = now (CLOCK_MONOTONIC) + seconds;
        else
            steps++;
    }
    qsort (wall, steps, sizeof *wall, by_size);
    qsort (processor, steps, sizeof *processor, by_size);
    printf ("%.4f %.4f %.1f %.6f\n", 1e3 * wall[steps / 2],
            1e3 * processor[steps / 2], memory (),
            1e-9 * batch->n * operations (net, training));
}

/*  The three passes of the direct convolution. */
static void time_kernel (int c, int o, double seconds)
{
    enum { IMAGES = 8, SIDE = 16 };
    const nn_conv_shape s = conv_3x3 (SIDE, c, o);
    double speed[3];
    conv_speed (&nn_conv_direct, &s, IMAGES, seconds / 9, speed);
    const double work = 1e-9 * conv_work (&s, IMAGES);
    const double took = work * conv_step (speed);
    printf ("%.4f %.4f %.1f %.6f\n", 1e3 * took, 1e3 * took, memory (), 3 * work);
}

static void time_roof (void)
{
    nn_roof roof;
    must (nn_roof_measure (&roof));
    printf ("1000 1000 %.1f %.6f\n", memory (), 1e-9 * roof.operations);
}

int main (int argc, char **argv)
{
    if (argc < 7) {
        fprintf (stderr,
                 "usage: %s MODEL SIDE BATCH train|infer THREADS SECONDS\n",
                 argv[0]);
        return 2;
    }
    const int a = (int) strtol (argv[2], NULL, 10),
              b = (int) strtol (argv[3], NULL, 10);
    const bool training = strcmp (argv[4], "infer") != 0;
    const double seconds = strtod (argv[6], NULL);
    omp_set_num_threads ((int) strtol (argv[5], NULL, 10));
    if (strcmp (argv[1], "kernel") == 0) {
        time_kernel (a, b, seconds);
        return 0;
    }
    if (strcmp (argv[1], "roof") == 0) {
        time_roof ();
        return 0;
    }
    nn_net *net = net_of (argv[1], a);
    must (net ? nn_net_build (net, .batch = b, .inference = !training,
                              .sparing = training)
              : NN_EVALUE);
    if (!training && nn_net_fold (net) >= 0) // the batch norms disappear
        must (nn_net_build (net, .batch = b, .inference = true, .settled = true));
    const nn_batch batch = noise (b, a);
    time_net (net, &batch, training, seconds);
    nn_net_free (&net);
    free (batch.x), free (batch.target);
    return 0;
}
