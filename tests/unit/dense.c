/*  dense.c - y = x w + b and its gradients, by hand */
#include "near.h"

static void by_hand (void)
{
    const float x[] = { 1, 2, 3, 4, 5, 6 };  // two images of three inputs
    const float w[] = { 1, 0, 2, -1, 0, 3 }; // three inputs, two units
    const float b[] = { 10, 20 }, dy[] = { 1, 2, 3, 4 };
    float y[4], dx[6], dw[6], db[2] = { 100, 0 };
    nn_dense_forward (y, x, w, b, 2, 3, 2);
    check (equal (y, (float[]){ 15, 27, 24, 33 }, 4), "forward", "%g %g %g %g",
           y[0], y[1], y[2], y[3]);
    nn_dense_forward (y, x, w, NULL, 2, 3, 2);
    check (equal (y, (float[]){ 5, 7, 14, 13 }, 4), "forward without bias",
           "%g %g %g %g", y[0], y[1], y[2], y[3]);
    nn_dense_backward_data (dx, dy, w, 2, 3, 2, false);
    check (equal (dx, (float[]){ 1, 0, 6, 3, 2, 12 }, 6), "backward to the inputs",
           "%g %g %g", dx[0], dx[1], dx[2]);
    nn_dense_backward_data (dx, dy, w, 2, 3, 2, true);
    check (equal (dx, (float[]){ 2, 0, 12, 6, 4, 24 }, 6), "added to the inputs",
           "%g %g %g", dx[0], dx[1], dx[2]);
    memset (dw, 0, sizeof dw);
    nn_dense_backward_weights (dw, x, dy, 2, 3, 2, 1, 3);
    check (equal (dw, (float[]){ 0, 0, 17, 24, 21, 30 }, 6),
           "backward to the weights, rows 1 and 2", "%g %g %g %g", dw[0], dw[2],
           dw[3], dw[4]);
    nn_bias_backward (db, dy, 2, 2);
    check (equal (db, (float[]){ 104, 6 }, 2), "bias adds up", "%g %g", db[0],
           db[1]);
}

static void refuses (int units, const char *name)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_dense (net, nn_input (net, 4, 4, 3), .units = units);
    const int status = nn_net_build (net, .batch = 1);
    check (status == NN_ESHAPE && strstr (nn_error (), "dense_1"), name,
           "%d, '%s'", status, nn_error ());
    nn_net_free (&net);
}

int main (void)
{
    by_hand ();
    refuses (0, "no units are refused");
    refuses (INT32_MAX, "too many weights are refused");
    return nn_test_done ();
}
