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

/*  y = x, but for every seventh value: there the slope grows by BEND a hair above the
 *  place where the input was first seen. Too little for the eye that looks for kinks,
 *  and too much for a gradient that is right. `told` is the slope that the way back
 *  tells there. */
#define BEND 0.03f
#define HAIR 1e-6f
enum { EVERY = 7, VALUES = 3 * 6 * 6 * 4 };
static float bends_at[VALUES], told; // not a number: not seen yet

static void bent_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    const float *x = self->in[0]->out.x;
    for (size_t k = lo * size; k < hi * size; k++) {
        if (isnan (bends_at[k]))
            bends_at[k] = x[k] + HAIR;
        const float over = k % EVERY == 0 ? fmaxf (x[k] - bends_at[k], 0) : 0;
        self->out.x[k] = x[k] + BEND * over;
    }
}

static void bent_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    for (size_t k = lo * size; k < hi * size; k++)
        self->in[0]->out.dx[k] = self->out.dx[k] * (k % EVERY == 0 ? told : 1);
}

static int bent_shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

static nn_layer *make_bent (nn_net *net, nn_layer *in, const void *with)
{
    static const nn_kind bent = { .name = "bent",
                                  .shape = bent_shape,
                                  .forward = bent_forward,
                                  .backward = bent_backward };
    for (int k = 0; k < VALUES; k++)
        bends_at[k] = NAN;
    told = *(const float *) with;
    return nn_layer_add (net, &bent, &in, 1, NULL, 0);
}

static void small_kinks (void)
{
    enum { KINKS = (VALUES + EVERY - 1) / EVERY };
    const float below = 1, wrong = 1 + 2 * BEND, under = 1 - BEND;
    nn_gradient_report report = { 0 };
    for (int seed = 1; seed <= 20; seed++) {
        int status = nn_gradcheck (make_bent, &below, .report = &report,
                                   .most = VALUES, .seed = seed);
        if (!check (status == NN_OK && report.worst < 1e-3 &&
                        report.kinks > KINKS * 3 / 4 && report.kinks <= KINKS,
                    "small kinks are left out and counted",
                    "seed %d: status %d, %d kinks of %d, %g at %s", seed, status,
                    report.kinks, KINKS, report.worst, report.where))
            return;
        status = nn_gradcheck (make_bent, seed % 2 ? &wrong : &under,
                               .report = &report, .most = VALUES, .seed = seed);
        if (!check (status == NN_OK && report.worst > 0.2 * BEND,
                    "a wrong gradient at a small kink is found",
                    "seed %d: status %d, %g at %s", seed, status, report.worst,
                    report.where))
            return;
    }
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
    small_kinks ();
    status = nn_gradcheck (make_impossible, NULL, .report = &report);
    check (status == NN_ESHAPE && strstr (nn_error (), "conv2d_1"),
           "a layer that cannot be is reported", "status %d, '%s'", status,
           nn_error ());
    return nn_test_done ();
}
