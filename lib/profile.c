/*  profile.c - where the time goes, and how far that is from the roof
 *
 *  A net that is watched tells how long each of its layers takes. That alone does
 *  not say whether a layer is slow: perhaps it has much to do. So the work is
 *  counted as well, in sums of products and in bytes that must come from memory
 *  or go there. A processor can do only so many of either in a second. What binds
 *  a layer is the lower of the two: its roof (Williams, Waterman and Patterson
 *  2009).
 */
#include "nn.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/*  The clock of every thread is its own, so that none waits for another. */
static void took (nn_timer *timer, int thread, int layer, nn_stage stage,
                  double seconds)
{
    const nn_profile *self = (const nn_profile *) timer;
    const int layers = self->net->layers;
    self->seconds[(thread * layers + layer) * NN_STAGES + stage] += seconds;
}

/*  Begins to watch a built net. NN_EMEMORY if there is no room for the clocks. */
int nn_profile_begin (nn_profile *self, nn_net *net)
{
    nn_require (net->batch > 0 && !net->timer,
                "a net is watched when it is built, and by one timer");
    *self = (nn_profile){ .timer = { .took = took },
                          .net = net,
                          .seconds = calloc ((size_t) net->threads * net->layers,
                                             NN_STAGES * sizeof *self->seconds) };
    if (!self->seconds)
        return nn_fail (NN_EMEMORY, "no memory for the clocks of %d layers",
                        net->layers);
    net->timer = &self->timer;
    return NN_OK;
}

/*  Stops watching. What was seen can be read until the profile is freed. */
void nn_profile_stop (nn_profile *self)
{
    if (self->net)
        self->net->timer = NULL;
}

void nn_profile_free (nn_profile *self)
{
    nn_profile_stop (self);
    free (self->seconds);
    *self = (nn_profile){ .net = NULL };
}

/*  Seconds of one core that went into a layer, all threads together. */
double nn_profile_seconds (const nn_profile *self, int layer, nn_stage stage)
{
    const nn_net *net = self->net;
    double sum = 0;
    for (int t = 0; t < net->threads; t++)
        sum += self->seconds[(t * net->layers + layer) * NN_STAGES + stage];
    return sum;
}

/*  The work of a layer for one image: operations of a sum of products by its
 *  definition, or one for each output where nothing is multiplied; and the bytes
 *  of what it reads and writes, weights not counted, for a batch shares them. On
 *  the way back a gradient comes for each of the two: of the input, if it is
 *  wanted, and of the weights, if they learn. */
nn_work nn_layer_work (const nn_layer *self, nn_stage stage)
{
    const nn_tensor *out = &self->out;
    const size_t values = nn_image_size (out);
    const double places = (double) out->h * out->w;
    double once = 0, moved = (double) values;
    bool wanted = false, learns = false;
    for (int k = 0; k < self->params; k++)
        if (self->param[k].dims > 1) {
            once += 2 * places * (double) self->param[k].size;
            learns |= !self->frozen && !self->param[k].constant;
        }
    for (int k = 0; k < self->ins; k++) {
        moved += (double) nn_image_size (&self->in[k]->out);
        wanted |= self->in[k]->wanted;
    }
    const double ways = stage == NN_BACKWARD ? wanted + learns : 1;
    if (once == 0)
        return (nn_work){ (double) values, moved * sizeof (float), false };
    return (nn_work){ ways * once, ways * moved * sizeof (float), true };
}

/*  The best of several runs of `work`, which does so many units of something: in
 *  units a second. */
static double fastest (void (*work) (void *), void *on, double units)
{
    double best = HUGE_VAL;
    for (int k = 0; k < 20; k++) {
        const double began = omp_get_wtime ();
        work (on);
        best = fmin (best, omp_get_wtime () - began);
    }
    return units / best;
}

enum { DEEP = 256, PLACES = 48, ACROSS = 64, AGAIN = 100, REMOTE = 1 << 23 };

static void multiply (void *near_by) // numbers that lie in the nearest cache
{
    float *a = near_by, *b = a + PLACES * DEEP, *c = b + ACROSS * DEEP;
    for (int k = 0; k < AGAIN; k++)
        nn_inner_here ()->places (&(nn_places){ .m = PLACES,
                                                .n = ACROSS,
                                                .kh = 1,
                                                .kw = 1,
                                                .k = DEEP,
                                                .a = a,
                                                .a_place = DEEP,
                                                .b = b,
                                                .c = c,
                                                .c_place = ACROSS });
}

static void add (void *far_away) // numbers that no cache holds
{
    float *restrict a = far_away;
    const float *b = a + REMOTE, *c = b + REMOTE;
    for (int i = 0; i < REMOTE; i++)
        a[i] = b[i] + 3 * c[i];
}

/*  What one core can do at most, here and now: a product in the nearest cache, and
 *  a sum of two arrays of 32 MB each. Takes about half a second. */
int nn_roof_measure (nn_roof *roof)
{
    float *numbers = calloc (3 * (size_t) REMOTE, sizeof *numbers);
    if (!numbers)
        return nn_fail (NN_EMEMORY, "no memory to measure the roof");
    for (int i = 0; i < 3 * REMOTE; i++)
        numbers[i] = 1;
    roof->operations =
        fastest (multiply, numbers, 2. * PLACES * ACROSS * DEEP * AGAIN);
    roof->bytes = fastest (add, numbers, 3. * REMOTE * sizeof *numbers);
    free (numbers);
    return NN_OK;
}

/*  How fast a layer with this much work could be at most: operations a second. */
double nn_roof_over (const nn_roof *roof, nn_work work)
{
    return fmin (roof->operations, roof->bytes * work.operations / work.bytes);
}

/*  A row of the table: milliseconds of one core for a batch, and the share of all
 *  time. Where something is multiplied, how fast, and how near the roof. */
static void print_row (const nn_profile *self, const nn_roof *roof, int layer,
                       long images, double all, FILE *out)
{
    const nn_layer *l = self->net->layer[layer];
    const double batches = (double) images / self->net->batch;
    double s[NN_STAGES], sum = 0, operations = 0, could = 0;
    bool products = false;
    for (int k = 0; k < NN_STAGES; k++)
        sum += s[k] = nn_profile_seconds (self, layer, k);
    for (int k = NN_FORWARD; k <= NN_BACKWARD && s[k] > 0; k++) {
        const nn_work work = nn_layer_work (l, k);
        products = work.products;
        operations += work.operations * (double) images;
        could += work.operations * (double) images / nn_roof_over (roof, work);
    }
    fprintf (out, "%-24s %9.3f %9.3f %9.3f %5.1f%%", l->name,
             1e3 * s[NN_FORWARD] / batches, 1e3 * s[NN_BACKWARD] / batches,
             1e3 * s[NN_LEARNING] / batches, all > 0 ? 100 * sum / all : 0);
    const double busy = s[NN_FORWARD] + s[NN_BACKWARD];
    if (products)
        fprintf (out, " %8.1f %5.0f%%", 1e-9 * operations / busy,
                 100 * could / busy);
    fputc ('\n', out);
}

/*  A row for each layer, of `images` images that were seen since the profile
 *  began, and their sum. */
void nn_profile_print (const nn_profile *self, const nn_roof *roof, long images,
                       FILE *out)
{
    const nn_net *net = self->net;
    double all = 0;
    for (int l = 0; l < net->layers; l++)
        for (int s = 0; s < NN_STAGES; s++)
            all += nn_profile_seconds (self, l, s);
    fprintf (out, "%-24s %9s %9s %9s %6s %8s %6s\n", "ms a batch, one core",
             "forward", "backward", "learning", "share", "GFLOP/s", "roof");
    for (int l = 0; l < net->layers; l++)
        print_row (self, roof, l, images, all, out);
    fprintf (out,
             "all: %.3f ms a batch of %d; the roof of a core: %.0f GFLOP/s, "
             "%.0f GB/s\n",
             1e3 * all * net->batch / (double) images, net->batch,
             1e-9 * roof->operations, 1e-9 * roof->bytes);
}
