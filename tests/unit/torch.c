/*  torch.c - the layers and a whole net compute what PyTorch computes
 *
 *  tests/data/torch/record.py has written down PyTorch's results. Inputs and
 *  weights are drawn by the same few integer operations on both sides.
 */
#include "near.h"
#include "recorded.h"

typedef struct {
    const char *name;
    int n, h, w, c;
    nn_conv2d_args conv; // one of these has a size
    nn_maxpool_args pool;
    nn_dense_args dense;
} torch_case;

static const torch_case cases[] = {
    { "conv_valid", 2, 7, 6, 3, .conv = { .filters = 4 } },
    { "conv_same", 2, 7, 6, 3, .conv = { .filters = 4, .same = true } },
    { "conv_same5", 2, 7, 6, 3,
      .conv = { .filters = 4, .kernel = 5, .same = true } },
    { "conv_stride", 2, 8, 7, 3,
      .conv = { .filters = 4, .stride = 2, .same = true } },
    { "conv_pad", 2, 8, 7, 3, .conv = { .filters = 4, .stride = 2, .pad = 1 } },
    { "conv_dilation", 2, 9, 8, 3,
      .conv = { .filters = 4, .dilation = 2, .same = true } },
    { "conv_groups", 2, 6, 6, 6, .conv = { .filters = 4, .groups = 2, .pad = 1 } },
    { "conv_groups_wide", 2, 6, 5, 32,
      .conv = { .filters = 64, .groups = 2, .pad = 1 } },
    { "conv_groups_odd", 2, 7, 6, 15,
      .conv = { .filters = 9,
                .groups = 3,
                .pad = 2,
                .stride = 2,
                .dilation = 2 } },
    { "conv_depthwise", 2, 6, 6, 6,
      .conv = { .filters = 6, .groups = 6, .pad = 1 } },
    { "conv_1x1", 2, 6, 6, 6, .conv = { .filters = 5, .kernel = 1 } },
    { "pool_2", 2, 7, 6, 5, .pool = { .size = 2 } },
    { "pool_3", 2, 7, 6, 5, .pool = { .size = 3, .stride = 2 } },
    { "pool_pad", 2, 7, 6, 5, .pool = { .size = 3, .stride = 2, .pad = 1 } },
    { "dense", 4, 2, 3, 5, .dense = { .units = 7 } },
    { "relu", 2, 7, 6, 5, .dense = { 0 } },
};

/*  The layer alone, over numbers (1), with parameters of numbers (2) and (3),
 *  and numbers (99) as the gradient of its output. */
static void one_layer (const torch_case *test, const char *algorithm)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, test->h, test->w, test->c), *y;
    nn_conv2d_args conv = test->conv;
    conv.algorithm = algorithm;
    if (conv.filters)
        y = nn_conv2d_with (net, x, conv);
    else if (test->pool.size)
        y = nn_maxpool_with (net, x, test->pool);
    else
        y = test->dense.units ? nn_dense_with (net, x, test->dense)
                              : nn_relu (net, x);
    if (nn_net_build (net, .batch = test->n, .input_gradient = true) != NN_OK) {
        check (false, test->name, "%s", nn_error ());
        nn_net_free (&net);
        return;
    }
    for (int k = 0; k < y->params; k++)
        numbers (y->param[k].w, 2 + k, y->param[k].size);
    const size_t size = test->n * nn_image_size (&x->out);
    float *in = zeros (size);
    numbers (in, 1, size);
    const nn_batch batch = {
        .n = test->n, .h = test->h, .w = test->w, .c = test->c, .x = in
    };
    nn_net_forward (net, &batch, true);
    same_tensor (test->name, "y", &y->out, y->out.x);
    numbers (y->out.dx, 99, test->n * nn_image_size (&y->out));
    nn_net_backward (net, &batch);
    same_tensor (test->name, "dx", &x->out, x->out.dx);
    for (int k = 0; k < y->params; k++)
        same (test->name, k ? "db" : "dw", y->param[k].dw, y->param[k].size);
    nn_net_free (&net);
    free (in);
}

static void cross_entropy (void)
{
    float x[30], p[30], target[30], weight[6], loss[6], dx[30];
    numbers (x, 1, 30), numbers (target, 2, 30), numbers (weight, 3, 6);
    for (int k = 0; k < 30; k++) {
        x[k] *= 8;
        target[k] = (target[k] + 1) / 2;
    }
    for (int k = 0; k < 6; k++)
        weight[k] += 1.5f;
    nn_softmax (p, x, 6, 5);
    nn_cross_entropy_forward (loss, x, target, weight, 6, 5);
    nn_cross_entropy_backward (dx, p, target, weight, 6, 5, 1 / 6.0f, false);
    same ("cross_entropy", "p", p, 30);
    same ("cross_entropy", "loss", loss, 6);
    same ("cross_entropy", "dx", dx, 30);
}

static void ten_steps (const char *name, nn_optimiser o)
{
    float w[50], dw[50], memory[2][50] = { { 0 } };
    float *slot[] = { memory[0], memory[1], NULL, NULL };
    numbers (w, 1, 50);
    for (int step = 0; step < 10; step++) {
        numbers (dw, 100 + step, 50);
        for (int k = 0; k < 50; k++)
            dw[k] *= 0.01f;
        o.t++;
        o.kind->step (w, dw, slot, 50, &o, o.rate, o.decay);
    }
    same (name, "w", w, 50);
}

static nn_net *make_baseline (bool padded)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_layer *x = nn_input (net, 32, 32, 3);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 32, .same = padded));
    x = nn_maxpool (net, x, .size = 2);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 64, .same = padded));
    x = nn_maxpool (net, x, .size = 2);
    x = nn_relu (net, nn_dense (net, x, .units = 128));
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    nn_net_build (net, .batch = 4);
    for (int l = 0, number = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++, number++) {
            nn_param *p = &net->layer[l]->param[k];
            numbers (p->w, 10 + number, p->size);
            double fans = 600;
            if (p->dims > 1)
                fans = (double) p->size / p->dim[p->dims - 1] /
                       p->dim[p->dims - 2] *
                       (p->dim[p->dims - 1] + p->dim[p->dims - 2]);
            const float scale = (float) sqrt (6 / fans);
            for (size_t i = 0; i < p->size; i++)
                p->w[i] *= scale;
        }
    return net;
}

static void parameters (const nn_net *net, const char *test, bool gradients)
{
    for (int l = 0, number = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++, number++) {
            const nn_param *p = &net->layer[l]->param[k];
            char name[12];
            snprintf (name, sizeof name, gradients ? "d%d" : "w%d", number);
            same (test, name, gradients ? p->dw : p->w, p->size);
        }
}

/*  Three steps of the whole net: what it computes in the first, and where it
 *  gets to. */
static void baseline (const char *test, bool padded)
{
    nn_net *net = make_baseline (padded);
    float *x = zeros ((size_t) 4 * 32 * 32 * 3), target[40] = { 0 };
    numbers (x, 1, (size_t) 4 * 32 * 32 * 3);
    target[3] = target[10] = target[29] = target[33] = 1;
    const nn_batch batch = {
        .n = 4, .classes = 10, .h = 32, .w = 32, .c = 3, .x = x, .target = target
    };
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    for (int step = 0; step < 3; step++) {
        if (nn_net_step (net, &batch, &adam, NULL) != NN_OK)
            check (false, test, "%s", nn_error ());
        const float loss = (float) nn_net_loss (net);
        if (step == 2)
            same (test, "last_loss", &loss, 1);
        if (step > 0)
            continue;
        static const char *const shown[] = { "relu_1", "relu_2", "relu_3",
                                             "dense_2" };
        for (int k = 0; k < 4; k++) {
            const nn_layer *l = nn_net_layer (net, shown[k]);
            same_tensor (test, shown[k], &l->out, l->out.x);
        }
        same (test, "d_dense_2", nn_net_layer (net, "dense_2")->out.dx, 40);
        same (test, "loss", &loss, 1);
        parameters (net, test, true);
    }
    parameters (net, test, false);
    nn_net_free (&net);
    free (x);
}

int main (void)
{
    if (!read_recorded ("tests/data/torch/recorded.txt"))
        return nn_test_done ();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        one_layer (&cases[i], NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].conv.filters)
            one_layer (&cases[i], "naive");
    cross_entropy ();
    ten_steps ("sgd", nn_sgd (.rate = 0.1f));
    ten_steps ("sgd_decay", nn_sgd (.rate = 0.1f, .decay = 0.05f));
    ten_steps ("momentum",
               nn_sgd (.rate = 0.1f, .momentum = 0.9f, .decay = 0.05f));
    ten_steps ("adam", nn_adam (.rate = 0.01f));
    ten_steps ("adam_decay", nn_adam (.rate = 0.01f, .beta1 = 0.8f, .beta2 = 0.99f,
                                      .epsilon = 1e-4f, .decay = 0.05f));
    baseline ("baseline_same", true);
    baseline ("baseline_valid", false);
    return nn_test_done ();
}
