/*  transfer.c - parts of a net, freezing, groups, gradual unfreezing */
#include "nn.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

enum { SIDE = 12, CLASSES = 3, BATCH = 6 };

static int backs; // how often a spy was asked for a gradient

static int spy_shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    self->out.halo = 0;
    return NN_OK;
}

static void spy_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out;
    for (int i = lo; i < hi; i++)
        memcpy (self->out.x + nn_at (&self->out, i, 0, 0),
                in->x + nn_at (in, i, 0, 0), nn_image_size (in) * sizeof *in->x);
}

static void spy_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out;
    __atomic_add_fetch (&backs, 1, __ATOMIC_RELAXED);
    if (nn_gradient_wanted (self, 0))
        for (int i = lo; i < hi; i++)
            memcpy (in->dx + nn_at (in, i, 0, 0),
                    self->out.dx + nn_at (&self->out, i, 0, 0),
                    nn_image_size (in) * sizeof *in->dx);
}

static const nn_kind spy_kind = { .name = "spy",
                                  .shape = spy_shape,
                                  .forward = spy_forward,
                                  .backward = spy_backward };

static nn_layer *spy (nn_net *net, nn_layer *in)
{
    return nn_layer_add (net, &spy_kind, &in, 1, NULL, 0);
}

/*  Two convolutions with batch norms, a spy between them, GAP, dropout if wanted, and
 *  two dense layers. */
static nn_net *chain (uint64_t seed, float dropout)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, SIDE, SIDE, 3);
    x = nn_relu (net,
                 nn_batchnorm (net, nn_conv2d (net, x, .filters = 8, .same = true,
                                               .no_bias = true)));
    x = spy (net, nn_maxpool (net, x, .size = 2));
    x = nn_relu (net,
                 nn_batchnorm (net, nn_conv2d (net, x, .filters = 12, .same = true,
                                               .no_bias = true)));
    x = nn_gap (net, x);
    if (dropout > 0)
        x = nn_dropout (net, x, .rate = dropout);
    x = nn_relu (net, nn_dense (net, x, .units = 10));
    nn_cross_entropy (net, nn_dense (net, x, .units = CLASSES));
    return net;
}

/*  Pictures of noise whose class shows in one channel. */
static int noise_label (const nn_data *self, int i)
{
    (void) self;
    return i % CLASSES;
}

static int noise_read (const nn_data *self, int i, nn_image *image)
{
    const int status = nn_image_fit (image, self->h, self->w, self->c);
    nn_random random =
        nn_random_from (*(uint64_t *) self->source, NN_FOR_TEST, i, 0);
    for (int k = 0; status == NN_OK && k < self->h * self->w * self->c; k++)
        image->x[k] = nn_random_normal (&random) + (k % 3 == i % CLASSES);
    return status;
}

static nn_data *noise (int count, uint64_t seed)
{
    nn_data *self = nn_data_new (&(nn_data){ .name = "noise",
                                             .count = count,
                                             .classes = CLASSES,
                                             .h = SIDE,
                                             .w = SIDE,
                                             .c = 3,
                                             .label = noise_label,
                                             .read = noise_read },
                                 sizeof seed);
    *(uint64_t *) self->source = seed;
    return self;
}

/*  All parameters of the layers first .. end - 1, one after the other. */
static float *copy_of (const nn_net *net, int first, int end, size_t *size)
{
    float *all = calloc (nn_net_parameters (net, false) + 1, sizeof *all);
    *size = 0;
    for (int l = first; all && l < end; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (all + *size, p->w, p->size * sizeof *all);
            *size += p->size;
        }
    return all;
}

static bool same_as (const nn_net *net, int first, int end, const float *copy)
{
    size_t size;
    float *now = copy_of (net, first, end, &size);
    const bool same = size == 0 || memcmp (now, copy, size * sizeof *now) == 0;
    free (now);
    return same;
}

/*  Trains for one epoch. */
static int train (nn_net *net, const nn_data *data, nn_history *history,
                  const nn_callback *callbacks, int count, int epochs)
{
    nn_optimiser adam = nn_adam (.rate = 0.01f);
    nn_history own = { 0 };
    const int status = nn_train (net, data, history ? history : &own,
                                 .epochs = epochs, .optimiser = &adam, .seed = 5,
                                 .callbacks = callbacks, .callback_count = count);
    nn_history_free (&own);
    return status;
}

static void test_frozen (const nn_data *data)
{
    nn_net *net = chain (1, 0);
    size_t size;
    int end = nn_freeze_end (net, "batchnorm_2");
    check (end == 10 && net->layer[end]->kind == &nn_dense_kind,
           "what learns nothing belongs to the layer below it", "end %d", end);
    bool good = nn_freeze_to (net, "batchnorm_2") == NN_OK &&
                nn_net_build (net, .batch = BATCH) == NN_OK;
    float *before = copy_of (net, 0, net->layers, &size);
    backs = 0;
    good = good && train (net, data, NULL, NULL, 0, 2) == NN_OK;
    check (good && same_as (net, 0, end, before),
           "not a byte of what is frozen changes, running statistics among it",
           "%s", good ? "it did" : nn_error ());
    check (!same_as (net, end, net->layers, before + size - (12 * 10 + 10 + 33)),
           "what is not frozen learns", "it did not");
    check (backs == 0, "no gradient goes below the lowest layer that learns",
           "the layer below was asked %d times", backs);
    bool none = true;
    for (int l = 0; l < end; l++)
        none &= net->layer[l]->out.dx == NULL;
    check (none, "and none of its memory is taken", "some layer has a gradient");
    free (before);
    // -- frozen in the middle: the gradient must pass, and nothing may be learnt there
    nn_freeze_to (net, "none");
    nn_net_freeze (net, 6, 10, true);
    nn_net_build (net, .batch = BATCH);
    before = copy_of (net, 6, 10, &size);
    float *below = copy_of (net, 0, 6, &size);
    backs = 0;
    good = train (net, data, NULL, NULL, 0, 1) == NN_OK;
    check (good && same_as (net, 6, 10, before) && !same_as (net, 0, 6, below) &&
               backs > 0,
           "a gradient passes what is frozen to what learns below it",
           "%d calls of the spy", backs);
    free (before);
    free (below);
    nn_net_free (&net);
}

static void test_errors (void)
{
    nn_net *net = chain (1, 0);
    const struct {
        int status;
        const char *says, *name;
    } bad[] = {
        { nn_freeze_to (net, "batchnom_2"), "did you mean 'batchnorm_2'",
          "a layer that is not there gets a guess" },
        { nn_freeze_to (net, "base"), "no head",
          "a net without a head has no base" },
        { nn_rates_set (net, "conv2d_1"), "LAYER:FACTOR",
          "a group wants a factor" },
        { nn_rates_set (net, "conv2d_1:0"), "LAYER:FACTOR", "and one above 0" },
        { nn_rates_set (net, "conv2d_2:0.5 conv2d_1:0.1"), "bottom to the top",
          "and groups an order" },
        { nn_rates_set (net, "nothing:0.5"), "no layer 'nothing'", "and a place" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check (bad[i].status < 0, bad[i].name, "status %d", bad[i].status);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        static const char *const words[][2] = { { "f", "batchnom_2" },
                                                { "f", "base" },
                                                { "r", "conv2d_1" },
                                                { "r", "conv2d_1:0" },
                                                { "r",
                                                  "conv2d_2:0.5 conv2d_1:0.1" },
                                                { "r", "nothing:0.5" } };
        if (*words[i][0] == 'f')
            nn_freeze_to (net, words[i][1]);
        else
            nn_rates_set (net, words[i][1]);
        check (strstr (nn_error (), bad[i].says) != NULL, "in a sentence", "%s",
               nn_error ());
    }
    nn_net_free (&net);
}

static void test_rates (const nn_data *data)
{
    nn_net *net = chain (1, 0);
    nn_net_build (net, .batch = BATCH);
    bool good = nn_rates_set (net, "batchnorm_1:0.25 batchnorm_2:0.5") == NN_OK;
    float low = net->layer[1]->param[0].rate,
          middle = net->layer[6]->param[0].rate;
    float high = net->layer[10]->param[0].rate;
    check (good && low == 0.25f && middle == 0.5f && high == 1,
           "each group has its pace", "%g %g %g", low, middle, high);
    // -- Adam's first step is the rate, whatever the gradient
    nn_loader *loader = nn_loader_new (data, .batch = BATCH);
    int status = nn_loader_start (loader, 0, 0);
    const nn_batch *batch = nn_loader_next (loader, &status);
    nn_optimiser adam = nn_adam (.rate = 0.01f);
    const float before[] = { net->layer[1]->param[0].w[5],
                             net->layer[6]->param[0].w[5] };
    nn_net_step (net, batch, &adam, NULL);
    const float first = fabsf (net->layer[1]->param[0].w[5] - before[0]);
    const float second = fabsf (net->layer[6]->param[0].w[5] - before[1]);
    check (fabsf (first - 0.0025f) < 1e-5f && fabsf (second - 0.005f) < 1e-5f,
           "and goes so far in a step", "%g and %g", first, second);
    nn_loader_free (&loader);
    nn_net_free (&net);
}

static void test_parts (const nn_data *data)
{
    nn_net *net = chain (3, 0.4f);
    nn_freeze_to (net, "batchnorm_2");
    nn_net_build (net, .batch = BATCH);
    const nn_layer *cut = nn_net_fixed (net);
    if (!cut || !check (cut->kind == &nn_gap_kind,
                        "the cut is the highest layer below what learns or draws",
                        "%s", cut ? cut->name : "none"))
        exit (1);
    nn_net *below = nn_net_below (net, cut), *above = nn_net_above (net, cut);
    bool good = below && above &&
                nn_net_build (below, .batch = BATCH, .inference = true) == NN_OK &&
                nn_net_build (above, .batch = BATCH) == NN_OK;
    if (!check (good, "a net is cut in two", "%s", nn_error ()) || !below ||
        !above)
        exit (1);
    nn_loader *loader = nn_loader_new (data, .batch = BATCH);
    int status = nn_loader_start (loader, 0, 0);
    nn_batch batch = *nn_loader_next (loader, &status);
    batch.target = NULL;
    nn_net_forward (net, &batch, false);
    nn_net_forward (below, &batch, false);
    nn_batch features = batch;
    features.h = features.w = 1;
    features.c = 12;
    features.x = below->output->out.x;
    nn_net_forward (above, &features, false);
    check (memcmp (above->output->out.x, net->output->out.x,
                   BATCH * CLASSES * sizeof (float)) == 0,
           "both parts together are the whole, to the last bit", "they are not");
    // -- training the upper part trains the whole
    size_t size;
    float *before = copy_of (net, 0, net->layers, &size);
    float target[BATCH * CLASSES] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    features.target = target;
    nn_optimiser adam = nn_adam (.rate = 0.01f);
    nn_net_step (above, &features, &adam, NULL);
    check (!same_as (net, cut->index, net->layers,
                     before + size - (12 * 10 + 10 + 33)) &&
               same_as (net, 0, cut->index, before),
           "a step of the upper part is one of the whole", "it is not");
    check (strcmp (above->layer[2]->param[0].name, "dense_1.weight") == 0,
           "with the same names", "%s", above->layer[2]->param[0].name);
    free (before);
    nn_loader_free (&loader);
    nn_net_free (&below);
    nn_net_free (&above);
    // -- what learns nowhere can be cut at the end only, what learns at once nowhere
    nn_freeze_to (net, "none");
    check (nn_net_fixed (net) == NULL,
           "a net that learns from its input on has no cut", "%s",
           nn_net_fixed (net) ? nn_net_fixed (net)->name : "");
    nn_net_free (&net);
}

/*  What is frozen at each epoch, and where a training that comes back goes on. */
typedef struct {
    size_t learnt[8];
    int count, die;
} witness;

static int look (void *self_, nn_training *t)
{
    witness *self = self_;
    self->learnt[self->count++] = nn_net_parameters (t->net, true);
    return self->count == self->die ? NN_EVALUE : NN_OK;
}

static void run_gradual (const nn_data *data, const char *path, int die,
                         bool resume, witness *seen, float **weights, size_t *size,
                         int *status)
{
    nn_net *net = chain (4, 0.2f);
    nn_freeze_to (net, "batchnorm_2"); // as a recipe would
    nn_net_build (net, .batch = BATCH);
    nn_unfreezing plan = { .first = "batchnorm_2",
                           .plan = "1:batchnorm_1 3:none" };
    nn_checkpoint checkpoint = { .path = path, .every = 3 };
    *seen = (witness){ .die = die };
    const nn_callback callbacks[] = { { .epoch = look, .self = seen },
                                      nn_unfreeze (&plan),
                                      nn_checkpoints (&checkpoint) };
    nn_optimiser adam = nn_adam (.rate = 0.01f);
    nn_history history = { 0 };
    if (resume && nn_resume (&checkpoint, net, &adam, &history) != 1)
        printf ("# no resume: %s %s\n", checkpoint.said, nn_error ());
    *status = nn_train (net, data, &history, .epochs = 5, .optimiser = &adam,
                        .seed = 9, .callbacks = callbacks, .callback_count = 3,
                        .first_epoch = (int) checkpoint.at.epoch,
                        .first_batch = (int) checkpoint.at.batch);
    *weights = copy_of (net, 0, net->layers, size);
    nn_history_free (&history);
    nn_net_free (&net);
}

static void test_gradual (const nn_data *data)
{
    char folder[] = "/tmp/nn-transfer-XXXXXX", path[64], again[64];
    if (!mkdtemp (folder))
        return;
    snprintf (path, sizeof path, "%s/a", folder);
    snprintf (again, sizeof again, "%s/b", folder);
    witness seen;
    float *once, *twice;
    size_t size;
    int status;
    run_gradual (data, path, 0, false, &seen, &once, &size, &status);
    check (status == NN_OK && seen.count == 5 && seen.learnt[0] < seen.learnt[1] &&
               seen.learnt[1] == seen.learnt[2] && seen.learnt[2] < seen.learnt[4],
           "layer after layer is unfrozen", "%d epochs, %zu %zu %zu %zu %zu: %s",
           seen.count, seen.learnt[0], seen.learnt[1], seen.learnt[2],
           seen.learnt[3], seen.learnt[4], nn_error ());
    bool same = true;
    for (int die = 1; die < 5 && same; die++) { // in each of its phases
        run_gradual (data, again, die, false, &seen, &twice, &size, &status);
        free (twice);
        run_gradual (data, again, 0, true, &seen, &twice, &size, &status);
        same = status == NN_OK && memcmp (once, twice, size * sizeof *once) == 0;
        free (twice);
        check (same, "killed and resumed it ends with the same bytes",
               "killed in epoch %d: %s", die, nn_error ());
    }
    free (once);
    nn_net *net = chain (4, 0);
    nn_net_build (net, .batch = BATCH);
    static const char *const bad[][2] = { { "2:nothing", "no layer 'nothing'" },
                                          { "2", "EPOCHS:LAYER" },
                                          { "2:", "EPOCHS:LAYER" },
                                          { "x:none", "EPOCHS:LAYER" },
                                          { "3:none 2:none",
                                            "than the one before" } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        nn_unfreezing plan = { .first = "none", .plan = bad[i][0] };
        const nn_callback callback = nn_unfreeze (&plan);
        status = train (net, data, NULL, &callback, 1, 4);
        check (status < 0 && strstr (nn_error (), bad[i][1]),
               "a plan that cannot be is refused before it begins", "%s: %s",
               bad[i][0], nn_error ());
    }
    nn_net_free (&net);
    static const char *const endings[] = { "", ".previous" };
    for (int i = 0; i < 4; i++) {
        char file[80];
        snprintf (file, sizeof file, "%s%s", i < 2 ? path : again, endings[i % 2]);
        unlink (file);
    }
    if (rmdir (folder) != 0)
        printf ("# %s is not empty\n", folder);
}

int main (void)
{
    nn_data *data = noise (30, 7);
    test_frozen (data);
    test_errors ();
    test_rates (data);
    test_parts (data);
    test_gradual (data);
    nn_data_free (&data);
    return nn_test_done ();
}
