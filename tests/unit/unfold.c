/*  unfold.c - batch norms that were folded away: the same answers, but now the batch may be measured */
#include "nn.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 12, IMAGES = 64, CLASSES = 10, NORMS = 3 };

/*  A net as it is when weights without batch norms were imported: some convolutions
 *  with large outputs, some with small ones, and norms that only add a bias. */
static nn_net *folded_net (void)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x = nn_input (net, SIDE, SIDE, 3);
    for (int k = 0; k < NORMS; k++) {
        x = nn_conv2d (net, x, .filters = 6, .same = true, .no_bias = true);
        x = nn_relu6 (net, nn_batchnorm (net, x));
    }
    x = nn_named (nn_dense (net, nn_gap (net, x), .units = CLASSES), "head.1");
    nn_cross_entropy (net, x);
    nn_require (nn_net_build (net, .batch = IMAGES) == NN_OK, "%s", nn_error ());
    nn_random random = nn_random_from (5, NN_FOR_TEST, 0, 0);
    for (int l = 0; l < net->layers; l++) {
        nn_layer *layer = net->layer[l];
        for (int k = 0; layer->kind == &nn_batchnorm_kind && k < 6; k++) {
            layer->param[0].w[k] =
                sqrtf (1 + ((const nn_batchnorm_args *) layer->args)->epsilon);
            layer->param[1].w[k] = 0.3f + 0.2f * nn_random_normal (&random);
        }
    }
    return net;
}

static nn_layer *norm (const nn_net *net, int k)
{
    for (int l = 0; l < net->layers; l++)
        if (net->layer[l]->kind == &nn_batchnorm_kind && k-- == 0)
            return net->layer[l];
    return NULL;
}

/*  What the net says of the first pictures; in training their batch is measured. */
static double *answers (nn_net *net, const nn_data *data,
                        const nn_transform *small, bool training)
{
    int status;
    const nn_tensor *out = &net->output->out;
    double *said = calloc (IMAGES * CLASSES, sizeof *said);
    nn_loader *loader = nn_loader_new (data, .batch = IMAGES, .transforms = small,
                                       .transform_count = 1);
    nn_require (nn_loader_start (loader, 0, 0) == NN_OK, "%s", nn_error ());
    const nn_batch *batch = nn_loader_next (loader, &status);
    nn_require (nn_net_forward (net, batch, training) == NN_OK, "%s", nn_error ());
    for (int i = 0; i < IMAGES * CLASSES; i++)
        said[i] = out->x[nn_at (out, i / CLASSES, 0, 0) + i % CLASSES];
    nn_loader_free (&loader);
    return said;
}

static double apart (double *a, double *b)
{
    double most = 0;
    for (int i = 0; i < IMAGES * CLASSES; i++)
        most = fmax (most, fabs (a[i] - b[i]));
    free (b);
    return most;
}

int main (void)
{
    nn_data *data = nn_shapes10 (IMAGES, 9);
    const nn_transform small = nn_resize (SIDE, SIDE, NN_BILINEAR);
    nn_net *net = folded_net ();
    double *before = answers (net, data, &small, false);
    double far = apart (before, answers (net, data, &small, true));
    check (far > 0.02, "a norm without its scale is another net once it measures",
           "the answers are only %g apart: this net shows nothing", far);
    nn_net_free (&net);

    // -- training has moved the running statistics of that one: begin anew
    net = folded_net ();
    int norms = nn_unfold (net, data, .transforms = &small, .transform_count = 1,
                           .images = IMAGES);
    check (norms == NORMS, "all that were folded are found", "%d of %d", norms,
           NORMS);
    far = apart (before, answers (net, data, &small, false));
    check (far < 1e-5, "its answers are the same", "%g apart", far);
    far = apart (before, answers (net, data, &small, true));
    check (far < 1e-4, "and stay so when the batch is measured", "%g apart", far);
    norms = nn_unfold (net, data, .transforms = &small, .transform_count = 1);
    check (norms == 0, "what has its statistics is left alone", "%d norms", norms);
    nn_net_free (&net);

    // -- frozen ones
    net = folded_net ();
    nn_require (nn_freeze_to (net, norm (net, 1)->name) == NN_OK, "%s",
                nn_error ());
    nn_require (nn_net_build (net, .batch = IMAGES) == NN_OK, "%s", nn_error ());
    norms = nn_unfold (net, data, .transforms = &small, .transform_count = 1);
    check (norms == 1 && norm (net, 0)->param[3].w[0] == 1 &&
               norm (net, 2)->param[3].w[0] != 1,
           "frozen ones stay as they are", "%d norms", norms);
    check (norm (net, 1)->frozen && !norm (net, 2)->frozen, "and stay frozen",
           "they are not");
    norms = nn_unfold (net, data, .transforms = &small, .transform_count = 1,
                       .frozen_too = true);
    check (norms == 2 && norm (net, 0)->frozen, "unless they will learn later",
           "%d norms", norms);
    far = apart (before, answers (net, data, &small, false));
    check (far < 1e-5, "the answers are still the same", "%g apart", far);
    nn_net_free (&net);
    nn_data_free (&data);
    free (before);
    return nn_test_done ();
}
