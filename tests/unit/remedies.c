/*  remedies.c - decay, max-norm, smoothing and clipping: as PyTorch does them, on any
 *  number of threads, and what they say to bad input
 *
 *  tests/data/torch/remedies.py has written down PyTorch's results: a line each, a name and
 *  numbers. A result passes when no number differs by more than a hundred-thousandth of the
 *  largest.
 */
#include "listed.h"

#include <omp.h>

static void ten_steps (const char *name, nn_optimiser o)
{
    float w[40], dw[40], memory[2][40] = { { 0 } };
    float *slot[] = { memory[0], memory[1], NULL, NULL };
    numbers (w, 1, 40);
    for (int step = 0; step < 10; step++) {
        numbers (dw, 100 + step, 40);
        for (int k = 0; k < 40; k++)
            dw[k] *= 0.01f;
        o.t++;
        o.kind->step (w, dw, slot, 40, &o, o.rate, o.decay);
    }
    same (name, w, 40);
}

static nn_net *one_dense (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_cross_entropy (net, nn_dense (net, nn_input (net, 1, 1, 12), .units = 5));
    if (nn_net_build (net, .batch = 4) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    nn_param *p = nn_net_layer (net, "dense_1")->param;
    numbers (p[0].dw, 5, 60);
    numbers (p[1].dw, 6, 5);
    return net;
}

static void clipping (void)
{
    static const struct {
        const char *norm, *w, *b;
        float limit;
    } cases[] = { { "clipped_norm", "clipped_w", "clipped_b", 0.7f },
                  { "let_through_norm", "let_through_w", "let_through_b", 70 } };
    for (int k = 0; k < 2; k++) {
        nn_net *net = one_dense ();
        const nn_param *p = nn_net_layer (net, "dense_1")->param;
        nn_optimiser o = nn_adamw (.decay = 0.1f);
        o.limit = cases[k].limit;
        check (nn_clip (&o, net) == NN_OK, "nn_clip clips", "%s", nn_error ());
        same (cases[k].norm, &o.found, 1);
        same (cases[k].w, p[0].dw, 60);
        same (cases[k].b, p[1].dw, 5);
        nn_net_free (&net);
    }
}

static void smoothing (void)
{
    static const int label[8] = { 0, 1, 2, 3, 4, 0, 2, 4 };
    static const double share[2] = { 0.1, 0.3 };
    for (int s = 0; s < 2; s++) {
        float x[40], p[40], dx[40], loss[8], target[40] = { 0 };
        numbers (x, 7, 40);
        for (int k = 0; k < 40; k++)
            x[k] *= 6;
        for (int i = 0; i < 8; i++)
            target[i * 5 + label[i]] = 1;
        nn_batch batch = { .n = 8, .classes = 5, .target = target };
        check (nn_smooth (&batch, NULL, &share[s]) == NN_OK, "labels are smoothed",
               "%s", nn_error ());
        nn_softmax (p, x, 8, 5);
        nn_cross_entropy_forward (loss, x, target, NULL, 8, 5);
        nn_cross_entropy_backward (dx, p, target, NULL, 8, 5, 1 / 8.0f, false);
        same (s ? "smooth_0.3_loss" : "smooth_0.1_loss", loss, 8);
        same (s ? "smooth_0.3_dx" : "smooth_0.1_dx", dx, 40);
    }
}

static void columns (void)
{
    float w[12 * 70], shorter[4] = { 3, 0.1f, 4, 0.2f };
    numbers (w, 8, 12 * 70);
    nn_limit_columns (w, 12, 70, 2);
    same ("renorm", w, 12 * 70);
    const int cut = nn_limit_columns (shorter, 2, 2, 2.5f);
    check (cut == 1 && shorter[0] == 1.5f && shorter[2] == 2 &&
               shorter[1] == 0.1f && shorter[3] == 0.2f,
           "only what is too long is cut", "%d, %g %g", cut, shorter[0],
           shorter[2]);
    check (nn_limit_columns (shorter, 2, 2, 2.5f) == 0, "and only once", "again");
}

/*  What decays, and what does not: after one step from the same start. */
static void who_decays (void)
{
    nn_net *net[2];
    float x[48], target[20] = { 0 };
    numbers (x, 3, 48);
    for (int i = 0; i < 4; i++)
        target[i * 5 + i] = 1;
    const nn_batch batch = {
        .n = 4, .classes = 5, .h = 1, .w = 1, .c = 12, .x = x, .target = target
    };
    for (int k = 0; k < 2; k++) {
        net[k] = one_dense ();
        numbers (nn_net_layer (net[k], "dense_1")->param[1].w, 4, 5);
        nn_optimiser o = nn_adamw (.decay = k ? 50.0f : 0);
        check (nn_net_step (net[k], &batch, &o, NULL) == NN_OK, "a step is taken",
               "%s", nn_error ());
    }
    const nn_param *a = nn_net_layer (net[0], "dense_1")->param,
                   *b = nn_net_layer (net[1], "dense_1")->param;
    check (!equal (a[0].w, b[0].w, 60), "weights decay", "they do not");
    check (equal (a[1].w, b[1].w, 5), "biases do not", "they do");
    nn_net_free (&net[0]);
    nn_net_free (&net[1]);
}

/*  A training with everything at once; the bits of its weights in the end. */
static uint64_t trained (const nn_data *data, int threads)
{
    omp_set_num_threads (threads);
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *l = nn_input (net, 32, 32, 3);
    l = nn_relu (net, nn_conv2d (net, l, .filters = 6, .stride = 2));
    l = nn_relu (net, nn_dense (net, l, .units = 20));
    nn_cross_entropy (net, nn_dense (net, l, .units = 10));
    if (nn_net_build (net, .batch = 16) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    nn_optimiser o = nn_adamw (.rate = 2e-3f, .decay = 0.3f);
    o.before = nn_clip;
    o.limit = 0.5f;
    nn_unit_limit norms = { .limit = 0.6f };
    const nn_callback callback = nn_max_norm (&norms);
    const double share = 0.1;
    nn_history history = { 0 };
    const int status =
        nn_train (net, data, &history, .epochs = 2, .seed = 5, .optimiser = &o,
                  .callbacks = &callback, .callback_count = 1, .mix = nn_smooth,
                  .mix_with = &share);
    check (status == NN_OK && norms.cut > 0 && o.found > 0,
           "a net is trained with all remedies", "%s; %ld cut", nn_error (),
           norms.cut);
    uint64_t sum = 0;
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++)
            for (size_t j = 0; j < net->layer[i]->param[k].size; j++) {
                uint32_t bits;
                memcpy (&bits, &net->layer[i]->param[k].w[j], sizeof bits);
                sum = 31 * sum + bits;
            }
    nn_net_free (&net);
    nn_history_free (&history);
    return sum;
}

static void threads (nn_data *data)
{
    const uint64_t one = trained (data, 1), two = trained (data, 2),
                   three = trained (data, 3);
    check (one == two && one == three, "the same bits on 1, 2 and 3 threads",
           "%016llx %016llx %016llx", (unsigned long long) one,
           (unsigned long long) two, (unsigned long long) three);
}

static void bad_input (nn_data *data)
{
    nn_net *net = one_dense ();
    nn_param *p = nn_net_layer (net, "dense_1")->param;
    nn_optimiser o = nn_adamw (.rate = 0.1f);
    check (nn_clip (&o, net) < 0 && strstr (nn_error (), "give a limit above 0"),
           "a limit of 0 is told", "%s", nn_error ());
    o.limit = 1;
    p[1].dw[2] = NAN;
    check (nn_clip (&o, net) < 0 && strstr (nn_error (), "'dense_1.bias'"),
           "a gradient that is no number is told", "%s", nn_error ());
    // -- a step stops before the weights are spoilt
    float x[48], target[20] = { 0 }, before[60];
    numbers (x, 3, 48);
    x[7] = INFINITY;
    const nn_batch batch = {
        .n = 4, .classes = 5, .h = 1, .w = 1, .c = 12, .x = x, .target = target
    };
    target[1] = 1;
    memcpy (before, p[0].w, sizeof before);
    o.before = nn_clip;
    check (nn_net_step (net, &batch, &o, NULL) < 0 &&
               strstr (nn_error (), "in step 1 ") && equal (before, p[0].w, 60),
           "and the weights stay as they were", "%s", nn_error ());
    nn_batch labels = { .n = 4, .classes = 5, .target = target };
    for (int k = 0; k < 3; k++) {
        const double share = k == 0 ? 1 : k == 1 ? -0.1 : NAN;
        check (nn_smooth (&labels, NULL, &share) < 0 &&
                   strstr (nn_error (), "a share of "),
               "too large a share is told", "%s", nn_error ());
    }
    nn_net_free (&net);
    net = nn_model_net (nn_model_find ("linear"), 32, 32, 3, 10, NULL, 1);
    nn_net_build (net, .batch = 16);
    nn_unit_limit norms = { .limit = 0 };
    const nn_callback callback = nn_max_norm (&norms);
    nn_history history = { 0 };
    check (nn_train (net, data, &history, .epochs = 1, .callbacks = &callback,
                     .callback_count = 1) < 0 &&
               strstr (nn_error (), "nn_max_norm"),
           "weights of length 0 are told", "%s", nn_error ());
    nn_history_free (&history);
    nn_net_free (&net);
}

static void recipes (void)
{
    nn_recipe r;
    nn_optimiser o = { 0 };
    const nn_schedule *schedule;
    const int status = nn_recipe_load (&r, "C.baseline");
    check (status == NN_OK && r.clip == 0 && r.smoothing == 0 &&
               nn_recipe_optimiser (&r, &o, &schedule) == NN_OK && !o.before,
           "a recipe that does not ask gets no remedy", "%s", nn_error ());
    check (nn_recipe_set (&r, "optimiser", "adamw") == NN_OK &&
               nn_recipe_set (&r, "decay", "0.3") == NN_OK &&
               nn_recipe_set (&r, "clip", "1.5") == NN_OK &&
               nn_recipe_set (&r, "smoothing", "0.1") == NN_OK &&
               nn_recipe_optimiser (&r, &o, &schedule) == NN_OK,
           "a recipe may ask for all", "%s", nn_error ());
    check (o.kind == &nn_adamw_kind && o.decay == 0.3f && o.before == nn_clip &&
               o.limit == 1.5f && r.smoothing == 0.1,
           "and gets them", "%g %g", o.decay, o.limit);
    check (nn_recipe_set (&r, "smoothing", "1") < 0 &&
               strstr (nn_error (), "from 0 to 0.99"),
           "all of a label is too much", "%s", nn_error ());
}

int main (void)
{
    read_listed ("tests/data/torch/remedies.txt");
    ten_steps ("adamw", nn_adamw (.rate = 0.01f, .decay = 0.5f));
    ten_steps ("adamw_other",
               nn_adamw (.rate = 0.02f, .beta1 = 0.8f, .beta2 = 0.99f,
                         .epsilon = 1e-4f, .decay = 2));
    ten_steps ("sgdw", nn_sgdw (.rate = 0.1f, .momentum = 0.9f, .decay = 0.5f));
    ten_steps ("sgdw_plain", nn_sgdw (.rate = 0.1f, .decay = 0.5f));
    ten_steps ("sgdw_plain", nn_sgd (.rate = 0.1f, .decay = 0.5f)); // the same
    clipping ();
    smoothing ();
    columns ();
    who_decays ();
    recipes ();
    nn_data *data = nn_shapes10 (64, 5);
    threads (data);
    bad_input (data);
    nn_data_free (&data);
    return nn_test_done ();
}
