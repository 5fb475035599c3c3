/*  finishes.c - a convolution that does what the layers above it would do, or sets a
 *  gradient nobody has cleared: the same bits, and the halo stays zero */
#include "near.h"

#include <math.h>
#include <omp.h>

/*  This program once more, with the inner loops of this name. */
static void instruction_sets (const char *program)
{
    for (int i = 0; nn_inners[i]; i++) {
        char command[600];
        snprintf (command, sizeof command, "NN_ISA=%s '%s' 2>&1",
                  nn_inners[i]->name, program);
        fflush (stdout);
        if (nn_inner_runs (nn_inners[i])) // NOLINTNEXTLINE(cert-env33-c): our own
            check (system (command) == 0, nn_inners[i]->name,
                   "some checks failed");
        else
            skip (nn_inners[i]->name, "this processor does not have it");
    }
}

typedef struct {
    const char *name;
    nn_conv_shape s;
} conv_case;

static const conv_case cases[] = {
    { "1 x 1", { 5, 7, 6, 40, 1, 1, .stride = 1 } },
    { "1 x 1, few channels", { 4, 3, 3, 5, 1, 1, .stride = 1 } },
    { "1 x 1, one place", { 1, 1, 20, 33, 1, 1, .stride = 1 } },
    { "1 x 1 below a halo", { 3, 5, 4, 17, 1, 1, .halo = 1 } },
    { "3 x 3", { 6, 5, 3, 19, 3, 3, .top = 1, .left = 1 } },
    { "3 x 3, stride 2", { 9, 8, 4, 32, 3, 3, .stride = 2, .top = 1, .left = 1 } },
    { "depthwise",
      { 7, 9, 37, 37, 3, 3, .groups = 37, .top = 1, .left = 1, .halo = 1 } },
    { "depthwise 5 x 5, stride 2",
      { 9, 6, 20, 20, 5, 5, .groups = 20, .stride = 2, .top = 2, .left = 2 } },
};

static nn_conv_shape complete (nn_conv_shape s)
{
    s.groups = s.groups ? s.groups : 1;
    s.stride = s.stride ? s.stride : 1;
    s.dilation = 1;
    s.oh = nn_conv_out (s.h, s.kh, s.stride, 1, s.top, s.top);
    s.ow = nn_conv_out (s.w, s.kw, s.stride, 1, s.left, s.left);
    return s;
}

/*  Each output of `plain`, finished by hand, against what the algorithm wrote into
 *  a tensor whose every number was `mark` before. */
static bool as_by_hand (const nn_tensor *out, const float *y, const float *plain,
                        const nn_after *after, float mark)
{
    const int halo = out->halo;
    bool same = true;
    for (int i = 0; i < out->n; i++)
        for (int r = -halo; r < out->h + halo; r++)
            for (int q = -halo; q < out->w + halo; q++)
                for (int k = 0; k < out->c; k++) {
                    const long at = (long) nn_at (out, i, 0, 0) +
                                    r * (long) nn_row_stride (out) +
                                    (long) q * out->c + k;
                    float sum = mark;
                    if (r >= 0 && q >= 0 && r < out->h && q < out->w) {
                        sum = *plain++;
                        sum = after->plus ? sum + after->plus[at] : sum;
                        sum = sum <= after->low ? after->low : sum;
                        sum = sum >= after->high ? after->high : sum;
                    }
                    same &= y[at] == sum || (isnan (y[at]) && isnan (sum));
                }
    return same;
}

static void finished (const nn_conv_algorithm *by, const conv_case *test, int halo,
                      bool adds, float low, float high)
{
    enum { IMAGES = 3 };
    nn_conv_shape s = complete (test->s);
    if (!by->finishes || !by->fits (&s) ||
        (adds && s.groups > 1)) // no sum stands behind a depthwise one
        return;
    const nn_tensor in = { IMAGES, s.h, s.w, s.c, s.halo, NULL, NULL };
    const nn_tensor out = { IMAGES, s.oh, s.ow, s.o, halo, NULL, NULL };
    const size_t inputs = IMAGES * nn_image_stride (&in),
                 outputs = IMAGES * nn_image_stride (&out);
    const size_t weights = (size_t) s.kh * s.kw * (s.c / s.groups) * s.o;
    nn_random random = nn_random_from (3, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, inputs), *w = draw (&random, weights);
    float *bias = draw (&random, s.o), *other = draw (&random, outputs);
    const size_t from = s.halo * (nn_row_stride (&in) + s.c),
                 to = halo * (nn_row_stride (&out) + s.o);
    float *y = malloc (outputs * sizeof *y),
          *plain = malloc (outputs * sizeof *plain);
    void *work = malloc (by->work (&s) + 1), *ready = malloc (by->prepared (&s));
    by->prepare (&s, ready, w, 0, 1);
    x[from] = NAN;
    by->forward (&s, plain, x + from, ready, bias, IMAGES, work);
    for (size_t k = 0; k < outputs; k++)
        y[k] = 77;
    s.halo_out = halo;
    s.after = &(nn_after){ adds ? other + to : NULL, low, high };
    by->forward (&s, y + to, x + from, ready, bias, IMAGES, work);
    check (as_by_hand (&out, y + to, plain, s.after, 77), test->name,
           "%s (%s), halo %d, %s, from %g to %g", by->name, nn_inner_here ()->name,
           halo, adds ? "a sum" : "alone", (double) low, (double) high);
    free (x), free (w), free (bias), free (other), free (y), free (plain);
    free (work), free (ready);
}

/*  The gradient of the input, set where other numbers were, and added to zeros. */
static void set_anew (const nn_conv_algorithm *by, const conv_case *test)
{
    enum { IMAGES = 3 };
    nn_conv_shape s = complete (test->s);
    if (!by->finishes || !by->fits (&s))
        return;
    const nn_tensor in = { IMAGES, s.h, s.w, s.c, s.halo, NULL, NULL };
    const size_t inputs = IMAGES * nn_image_stride (&in),
                 outputs = (size_t) IMAGES * s.oh * s.ow * s.o;
    const size_t from = s.halo * (nn_row_stride (&in) + s.c);
    nn_random random = nn_random_from (6, NN_FOR_TEST, 0, 0);
    float *dy = draw (&random, outputs);
    float *w = draw (&random, (size_t) s.kh * s.kw * (s.c / s.groups) * s.o);
    float *added = malloc (inputs * sizeof *added),
          *set = malloc (inputs * sizeof *set);
    void *work = malloc (by->work (&s) + 1), *ready = malloc (by->prepared (&s));
    by->prepare (&s, ready, w, 0, 1);
    memset (added, 0, inputs * sizeof *added);
    by->backward_data (&s, added + from, dy, ready, IMAGES, work);
    for (size_t k = 0; k < inputs; k++)
        set[k] = NAN;
    s.anew = true;
    by->backward_data (&s, set + from, dy, ready, IMAGES, work);
    bool same = true;
    for (int i = 0; i < IMAGES; i++)
        for (int r = 0; r < s.h; r++)
            for (int k = 0; k < s.w * s.c; k++) {
                const size_t at = from + nn_at (&in, i, r, 0) + k;
                same &= set[at] == added[at];
            }
    check (same, test->name, "%s (%s): a gradient that is set is another",
           by->name, nn_inner_here ()->name);
    free (dy), free (w), free (added), free (set), free (work), free (ready);
}

/*  Shortcuts, clamps, halos; a clamp of a sum, and sums of which one half comes too
 *  late, has a halo, or has another reader. */
static nn_net *network (void)
{
    nn_net *net = nn_net_new (.seed = 4);
    nn_layer *x = nn_input (net, 10, 10, 3);
    x = nn_relu6 (net,
                  nn_conv2d (net, x, .filters = 20, .stride = 2, .same = true));
    for (int k = 0; k < 2; k++) {
        nn_layer *around = x;
        x = nn_relu6 (net, nn_conv2d (net, x, .filters = 36, .kernel = 1));
        x = nn_conv2d (net, x, .filters = 36, .groups = 36, .same = true);
        x = nn_conv2d (net, nn_relu (net, x), .filters = 20, .kernel = 1);
        x = nn_add (net, x, around);
    }
    nn_layer *around =
        nn_relu (net, nn_conv2d (net, x, .filters = 20, .kernel = 1));
    x = nn_conv2d (net, around, .filters = 20, .same = true,
                   .algorithm = "direct");
    x = nn_relu (net, nn_add (net, x, around));
    nn_layer *below = nn_relu (net, nn_conv2d (net, x, .filters = 9, .kernel = 1));
    below = nn_conv2d (net, below, .filters = 20, .kernel = 1);
    x = nn_relu (net, nn_add (net, below, x));
    nn_layer *early = nn_conv2d (net, x, .filters = 8, .kernel = 1);
    nn_layer *late = nn_conv2d (net, x, .filters = 8, .kernel = 1);
    x = nn_relu6 (net, nn_add (net, early, late));
    x = nn_conv2d (net, x, .filters = 8, .same = true, .algorithm = "im2col");
    x = nn_gap (net, nn_relu (net, x));
    nn_cross_entropy (net, nn_dense (net, x, .units = 4));
    return net;
}

static int carried (const nn_net *net)
{
    int count = 0;
    for (int l = 0; l < net->layers; l++)
        count += nn_carried (net->layer[l]);
    return count;
}

/*  The answers of a net whose convolutions finish, and of the same where none
 *  does. */
static void alike (bool settled, int threads, int n)
{
    omp_set_num_threads (threads);
    nn_net *net = network ();
    nn_random random = nn_random_from (9, NN_FOR_TEST, 0, 0);
    static float target[16 * 4];
    float *x = draw (&random, (size_t) n * 10 * 10 * 3);
    const nn_batch batch = {
        .n = n, .h = 10, .w = 10, .c = 3, .classes = 4, .x = x, .target = target
    };
    float answer[2][64];
    int count[2];
    for (int k = 0; k < 2; k++) {
        for (int l = 0; l < net->layers && k; l++)
            net->layer[l]->finishes = false;
        if (nn_net_build (net, .batch = n, .inference = true,
                          .settled = settled) != NN_OK) {
            printf ("not ok the test's own net: %s\n", nn_error ());
            exit (1);
        }
        nn_net_forward (net, &batch, false);
        nn_net_forward (net, &batch, false); // in memory that was used
        memcpy (answer[k], net->output->out.x, sizeof (float) * n * 4);
        count[k] = carried (net);
    }
    check (memcmp (answer[0], answer[1], sizeof (float) * n * 4) == 0,
           "a net whose convolutions finish gives the same bits",
           "%d threads, %d images", threads, n);
    check (count[0] == 11 && count[1] == 0, "all that can be carried is",
           "%d, and %d", count[0], count[1]);
    nn_net_free (&net);
    free (x);
}

int main (int argc, char **argv)
{
    (void) argc;
    if (!getenv ("NN_ISA"))
        instruction_sets (argv[0]);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; nn_conv_algorithms[k]; k++)
            for (int halo = 0; halo < 3; halo++) {
                const nn_conv_algorithm *by = nn_conv_algorithms[k];
                finished (by, &cases[i], halo, false, 0, 0.5f);
                finished (by, &cases[i], halo, true, -0.25f, INFINITY);
                finished (by, &cases[i], halo, true, -INFINITY, INFINITY);
            }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; nn_conv_algorithms[k]; k++)
            set_anew (nn_conv_algorithms[k], &cases[i]);
    for (int threads = 1; threads <= 3; threads++)
        for (int n = 1; n < 12; n += 5)
            alike (threads != 2, threads, n);
    return nn_test_done ();
}
