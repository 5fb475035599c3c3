/*  gradcheck.c - the gradients of all layers as floats, and whether a wrong one
 *  is found */
#include "gradients.h"

/*  A ReLU that tells its input one part in fifty too much. */
static void wrong_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    nn_relu_kind.backward (self, lo, hi, pass);
    nn_tensor *in = &self->in[0]->out;
    for (size_t k = lo * nn_image_size (in); k < hi * nn_image_size (in); k++)
        in->dx[k] *= 1.02f;
}

static nn_layer *make_wrong (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    static nn_kind wrong;
    wrong = nn_relu_kind;
    wrong.name = "wrong";
    wrong.backward = wrong_backward;
    return nn_layer_add (net, &wrong, &in, 1, NULL, 0);
}

/*  Weights of zero: all places are equal, and every window of the pooling has a
 *  kink. */
static nn_layer *make_ties (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    in = nn_conv2d (net, in, .filters = 1, .kernel = 1, .init = nn_init_zeros);
    return nn_maxpool (net, in, .size = 2);
}

static nn_layer *make_impossible (nn_net *net, nn_layer *in, const void *with)
{
    (void) with;
    return nn_conv2d (net, in, .filters = 2, .kernel = 9);
}

int main (void)
{
    check_gradients (0, 1e-3, false);
    nn_gradient_report report = { 0 };
    int status = nn_gradcheck (make_wrong, NULL, .report = &report, .most = 1000);
    check (status == NN_OK && report.worst > 0.015 && report.worst < 0.025 &&
               strncmp (report.where, "input[", 6) == 0,
           "a gradient that is 2 % too large is found", "status %d, %g at %s",
           status, report.worst, report.where);
    status = nn_gradcheck (make_ties, NULL, .report = &report);
    check (status == NN_OK && report.kinks == 4 && report.worst < 1e-3,
           "kinks are left out and counted", "status %d, %d kinks, %g at %s",
           status, report.kinks, report.worst, report.where);
    status = nn_gradcheck (make_impossible, NULL, .report = &report);
    check (status == NN_ESHAPE && strstr (nn_error (), "conv2d_1"),
           "a layer that cannot be is reported", "status %d, '%s'", status,
           nn_error ());
    return nn_test_done ();
}
