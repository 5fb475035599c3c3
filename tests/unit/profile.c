/*  profile.c - the clocks of a net, the work that is counted, the roof */
#include "near.h"

#include <omp.h>
#include <time.h>
#include <unistd.h>

enum { SIDE = 8, BATCH = 16, CLASSES = 10 };

static nn_net *small (void)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x = nn_input (net, SIDE, SIDE, 3);
    x = nn_relu (
        net, nn_batchnorm (net, nn_conv2d (net, x, .filters = 32, .same = true)));
    x = nn_maxpool (net, x, .size = 2);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 32, .stride = 2, .pad = 1));
    nn_cross_entropy (net, nn_dense (net, x, .units = CLASSES));
    return net;
}

static double processor_time (void)
{
    struct timespec t;
    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static nn_batch some (void)
{
    static float target[BATCH * CLASSES];
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    for (int i = 0; i < BATCH; i++)
        target[i * CLASSES + i % CLASSES] = 1;
    return (nn_batch){ .n = BATCH,
                       .classes = CLASSES,
                       .h = SIDE,
                       .w = SIDE,
                       .c = 3,
                       .x = draw (&random, (size_t) BATCH * SIDE * SIDE * 3),
                       .target = target };
}

static nn_net *built (void)
{
    nn_net *net = small ();
    if (nn_net_build (net, .batch = BATCH) != NN_OK)
        abort ();
    return net;
}

static void operations (const nn_net *net, const char *layer, nn_stage stage,
                        double want)
{
    const nn_work work = nn_layer_work (nn_net_layer (net, layer), stage);
    char name[80];
    snprintf (name, sizeof name, "operations of %s, %s", layer,
              stage == NN_FORWARD ? "forward" : "backward");
    check (work.products && work.operations == want, name, "%g, not %g",
           work.operations, want);
}

static void counted_work (void)
{
    nn_net *net = built ();
    const double first = 2.0 * 8 * 8 * 32 * 3 * 3 * 3,
                 second = 2.0 * 2 * 2 * 32 * 3 * 3 * 32,
                 dense = 2.0 * 2 * 2 * 32 * 10;
    operations (net, "conv2d_1", NN_FORWARD, first);
    operations (net, "conv2d_1", NN_BACKWARD, first); // pictures want no gradient
    operations (net, "conv2d_2", NN_FORWARD, second);
    operations (net, "conv2d_2", NN_BACKWARD, 2 * second);
    operations (net, "dense_1", NN_FORWARD, dense);
    nn_work work = nn_layer_work (nn_net_layer (net, "conv2d_1"), NN_FORWARD);
    check (work.bytes == 4.0 * (8 * 8 * 3 + 8 * 8 * 32), "its bytes", "%g",
           work.bytes);
    work = nn_layer_work (nn_net_layer (net, "relu_1"), NN_FORWARD);
    check (!work.products, "relu multiplies nothing", "it does");
    nn_net_free (&net);
    // -- what is frozen has only one way back, that to its input
    net = small ();
    const int at = nn_net_layer (net, "conv2d_2")->index;
    nn_net_freeze (net, at, at + 1, true);
    if (nn_net_build (net, .batch = BATCH) == NN_OK)
        operations (net, "conv2d_2", NN_BACKWARD, second);
    nn_net_free (&net);
}

static void steps (nn_net *net, const nn_batch *batch)
{
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    for (int k = 0; k < 100; k++)
        if (nn_net_step (net, batch, &adam, NULL) != NN_OK)
            abort ();
}

static bool same_weights (const nn_net *a, const nn_net *b)
{
    bool same = true;
    for (int l = 0; l < a->layers; l++)
        for (int k = 0; k < a->layer[l]->params; k++)
            same &= equal (a->layer[l]->param[k].w, b->layer[l]->param[k].w,
                           a->layer[l]->param[k].size);
    return same;
}

/*  The clocks find nearly all of the processor's time, and change nothing. */
static void clocks (int threads)
{
    omp_set_num_threads (threads);
    nn_net *plain = built (), *timed = built ();
    nn_batch batch = some ();
    nn_profile profile;
    if (nn_profile_begin (&profile, timed) != NN_OK)
        abort ();
    const double began = processor_time ();
    steps (timed, &batch);
    const double whole = processor_time () - began;
    nn_profile_stop (&profile);
    double found = 0, least = 0;
    for (int l = 0; l < timed->layers; l++)
        for (int s = 0; s < NN_STAGES; s++) {
            const double seconds = nn_profile_seconds (&profile, l, s);
            least = seconds < least ? seconds : least;
            found += seconds;
        }
    printf ("# %d threads: %.3f of %.3f s\n", threads, found, whole);
    check (least >= 0, "no clock runs backwards", "%g", least);
    check (found <= whole, "no more than there was", "%g of %g s", found, whole);
    if (threads == 1) // with more, those that wait may spin
        check (found > 0.6 * whole, "most of the time is found", "%g of %g s",
               found, whole);
    const int conv = nn_net_layer (timed, "conv2d_2")->index;
    const double before = nn_profile_seconds (&profile, conv, NN_FORWARD);
    check (before > 0 && nn_profile_seconds (&profile, conv, NN_BACKWARD) > 0 &&
               nn_profile_seconds (&profile, conv, NN_LEARNING) > 0,
           "all stages of a convolution take time", "one takes none");
    steps (plain, &batch);
    check (same_weights (plain, timed), "to be watched changes no bit", "it does");
    nn_net_forward (timed, &batch, false);
    check (nn_profile_seconds (&profile, conv, NN_FORWARD) == before,
           "afterwards the clocks stand still", "they run");
    nn_profile_free (&profile);
    nn_net_free (&plain);
    nn_net_free (&timed);
    free (batch.x);
}

static void the_roof (void)
{
    const nn_roof roof = { .operations = 100, .bytes = 10 };
    double over = nn_roof_over (&roof, (nn_work){ 40, 2, true });
    check (over == 100, "much work for a byte: the flat roof", "%g", over);
    over = nn_roof_over (&roof, (nn_work){ 4, 2, true });
    check (over == 20, "little work for a byte: memory", "%g", over);
    nn_roof here;
    if (check (nn_roof_measure (&here) == NN_OK, "the roof is measured", "%s",
               nn_error ()))
        check (here.operations > 1e9 && here.operations < 1e13 &&
                   here.bytes > 1e8 && here.bytes < 1e13,
               "and is that of a processor", "%g and %g a second", here.operations,
               here.bytes);
}

static void picture (void)
{
    nn_net *net = built ();
    nn_batch batch = some ();
    nn_profile profile;
    if (nn_profile_begin (&profile, net) != NN_OK)
        abort ();
    steps (net, &batch);
    const nn_roof roof = { .operations = 1e11, .bytes = 1e10 };
    int status = nn_plot_roof (&profile, &roof, 100L * BATCH, "a", "roof.bmp");
    check (status == NN_EVALUE && strstr (nn_error (), "roof.bmp"),
           "a picture of an unknown kind is refused", "%s", nn_error ());
    char name[] = "/tmp/nn-roof-XXXXXX.svg";
    const int file = mkstemps (name, 4);
    unsigned char *bytes = NULL;
    size_t size = 0;
    status = nn_plot_roof (&profile, &roof, 100L * BATCH, "it's a \"net\"", name);
    if (check (status == NN_OK && nn_file_read (name, &bytes, &size) == NN_OK,
               "the roofline is drawn", "%s", nn_error ()))
        check (bytes && memmem (bytes, size, "the roof", 8) &&
                   memmem (bytes, size, "backward", 8) &&
                   memmem (bytes, size, "conv2d_2", 8),
               "with its names", "one is missing");
    free (bytes);
    close (file);
    remove (name);
    nn_profile_free (&profile);
    nn_net_free (&net);
    free (batch.x);
}

int main (void)
{
    counted_work ();
    clocks (1);
    clocks (2);
    the_roof ();
    picture ();
    return nn_test_done ();
}
