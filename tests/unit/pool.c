/*  pool.c - the strongest of each window, ties, edges, and the way back */
#include "near.h"

/*  One channel, one image. */
static void pool (const float *x, int h, int w, nn_maxpool_args args, float *y,
                  int *won, float *dx)
{
    nn_tensor in = { .n = 1, .h = h, .w = w, .c = 1, .x = (float *) x, .dx = dx };
    nn_tensor out = { .n = 1, .c = 1, .x = y };
    out.h = nn_conv_out (h, args.size, args.stride, 1, args.pad, args.pad);
    out.w = nn_conv_out (w, args.size, args.stride, 1, args.pad, args.pad);
    nn_maxpool_forward (&out, won, &in, &args, 0, 1);
    float dy[64];
    for (int k = 0; k < 64; k++)
        dy[k] = (float) (k + 1);
    out.dx = dy;
    memset (dx, 0, h * w * sizeof *dx);
    nn_maxpool_backward (&in, won, &out, &args, 0, 1, true);
}

static void windows (void)
{
    const float x[] = { 1, 5, 2, 0, 9, //
                        3, 4, 8, 7, 9, //
                        6, 6, 1, 1, 9, //
                        6, 6, 1, 2, 9, //
                        9, 9, 9, 9, 9 };
    float y[25], dx[25];
    int won[25];
    pool (x, 5, 5, (nn_maxpool_args){ .size = 2, .stride = 2 }, y, won, dx);
    check (y[0] == 5 && y[1] == 8 && y[2] == 6 && y[3] == 2, "2 x 2",
           "%g %g %g %g", y[0], y[1], y[2], y[3]);
    check (won[0] == 1 && won[1] == 7 && won[2] == 10 && won[3] == 18,
           "who won; of equals the first", "%d %d %d %d", won[0], won[1], won[2],
           won[3]);
    float want[25] = { 0 };
    want[1] = 1, want[7] = 2, want[10] = 3, want[18] = 4;
    check (equal (dx, want, 25), "only winners hear of the loss", "wrong");
    pool (x, 5, 5, (nn_maxpool_args){ .size = 3, .stride = 1 }, y, won, dx);
    // windows overlap: the 8 wins the first two of row 0, and loses the third
    check (y[0] == 8 && y[1] == 8 && y[2] == 9 && dx[7] == 1 + 2 + 4 + 5,
           "a winner of several windows hears of all", "%g %g %g, %g", y[0], y[1],
           y[2], dx[7]);
    pool (x, 5, 5, (nn_maxpool_args){ .size = 3, .stride = 2, .pad = 1 }, y, won,
          dx);
    check (y[0] == 5 && won[0] == 1 && y[2] == 9 && y[8] == 9 && won[8] == 18 + 1,
           "padding never wins", "%g at %d, %g at %d", y[0], won[0], y[8], won[8]);
}

static void not_a_number (void)
{
    for (int at = 0; at < 4; at++) {
        float x[] = { -1, -2, -INFINITY, -3 }, y, dx[4];
        int won;
        x[at] = NAN;
        pool (x, 2, 2, (nn_maxpool_args){ .size = 2, .stride = 2 }, &y, &won, dx);
        check (isnan (y) && won == at, "not-a-number wins", "%g at %d", y, won);
    }
    float x[] = { -INFINITY, -INFINITY, -INFINITY, -INFINITY }, y, dx[4];
    int won;
    pool (x, 2, 2, (nn_maxpool_args){ .size = 2, .stride = 2 }, &y, &won, dx);
    check (y == -INFINITY && won == 0 && dx[0] == 1, "minus infinity everywhere",
           "%g at %d", y, won);
}

/*  A net with a halo at input and output of the pooling computes what one
 *  without does. */
static void with_halo (void)
{
    float *out[2];
    nn_random random = nn_random_from (6, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, 2 * 7 * 7 * 3);
    for (int k = 0; k < 2; k++) {
        nn_net *net = nn_net_new (.seed = 9);
        nn_layer *l = nn_input (net, 7, 7, 3);
        nn_layer *pooled = nn_maxpool (net, l, .size = 2, .stride = 1);
        l = nn_conv2d (net, pooled, .filters = 2, .same = true,
                       .algorithm = k ? "im2col" : "naive");
        nn_build_args args = { .batch = 2 };
        const bool built = nn_net_lay (net, args) == NN_OK;
        const nn_batch batch = { .n = 2, .h = 7, .w = 7, .c = 3, .x = x };
        check (built && pooled->out.halo == 1 &&
                   nn_net_forward (net, &batch, true) == NN_OK,
               "pooling writes the halo that convolution asks for", "'%s'",
               nn_error ());
        out[k] = zeros (2 * 6 * 6 * 2);
        memcpy (out[k], l->out.x, 2 * 6 * 6 * 2 * sizeof (float));
        nn_net_free (&net);
    }
    check (apart (out[0], out[1], 2 * 6 * 6 * 2) < 1e-5, "both algorithms read it",
           "%g", apart (out[0], out[1], 2 * 6 * 6 * 2));
    free (out[0]), free (out[1]), free (x);
}

static nn_layer *plain (nn_net *net, nn_layer *l)
{
    return nn_maxpool (net, l, .size = 2);
}

static nn_layer *overlapping (nn_net *net, nn_layer *l)
{
    return nn_maxpool (net, l, .size = 3, .stride = 2, .pad = 1);
}

/*  What lies above writes over the pooled values: they do not say any more who was
 *  bent. */
static nn_layer *written_over (nn_net *net, nn_layer *l)
{
    return nn_dropout (net, nn_maxpool (net, l, .size = 2), .rate = 0.5f);
}

static nn_layer *read_twice (nn_net *net, nn_layer *l)
{
    nn_layer *both[] = { nn_maxpool (net, l, .size = 2),
                         nn_maxpool (net, l, .size = 2) };
    return nn_concat (net, both, 2);
}

/*  A pooling bends its gradients back for the ReLU below, if it may. The gradient
 *  of every weight is the same, bit for bit, as when the ReLU does so itself. */
static void bends (nn_layer *(*top) (nn_net *, nn_layer *), int size, bool may,
                   const char *name)
{
    nn_net *net = nn_net_new (.seed = 4);
    nn_layer *conv = nn_conv2d (net, nn_input (net, size, size, 3), .filters = 5);
    nn_layer *relu = nn_relu (net, conv);
    nn_cross_entropy (net, nn_dense (net, top (net, relu), .units = 10));
    nn_random random = nn_random_from (8, NN_FOR_TEST, 0, 0);
    nn_batch batch = { .n = 4, .classes = 10, .h = size, .w = size, .c = 3 };
    batch.x = draw (&random, (size_t) 4 * size * size * 3);
    batch.target = zeros (40);
    for (int i = 0; i < 4; i++)
        batch.target[11 * i] = 1;
    bool done = nn_net_build (net, .batch = 4) == NN_OK;
    check (done && relu->carried_back == may, name, "carried: %d, '%s'",
           relu->carried_back, nn_error ());
    float first[5 * 27];
    for (int k = 0; k < 2 && done; k++, relu->carried_back = false) {
        done = nn_net_forward (net, &batch, true) == NN_OK &&
               nn_net_backward (net, &batch) == NN_OK;
        if (k == 0)
            memcpy (first, conv->param[0].dw, sizeof first);
    }
    check (done && memcmp (first, conv->param[0].dw, sizeof first) == 0,
           "the same bits", "%s: '%s'", name, nn_error ());
    nn_net_free (&net);
    free (batch.x), free (batch.target);
}

static void refused (nn_maxpool_args args, const char *name)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_maxpool_with (net, nn_input (net, 4, 4, 1), args);
    const int status = nn_net_build (net, .batch = 1);
    check (status < 0 && strstr (nn_error (), "maxpool_1"), name, "%d, '%s'",
           status, nn_error ());
    nn_net_free (&net);
}

int main (void)
{
    windows ();
    not_a_number ();
    with_halo ();
    bends (plain, 10, true, "pooling bends back for the ReLU below");
    bends (plain, 13, true, "also where a row and a column are in no window");
    bends (overlapping, 9, true, "also where windows overlap");
    bends (written_over, 10, false, "not where its values are written over");
    bends (read_twice, 10, false, "not where two read the ReLU");
    refused ((nn_maxpool_args){ .size = 5 }, "too large a window");
    refused ((nn_maxpool_args){ .size = -1 }, "no window");
    refused ((nn_maxpool_args){ .size = 2, .pad = 2 }, "windows of padding only");
    return nn_test_done ();
}
