/*  softmax.c - probabilities, cross-entropy, and scores that would overflow */
#include "near.h"

static void probabilities (void)
{
    const float x[] = { 1, 2, 3, 1000, 1001, 1002, -1e4f, 0, -1e4f, 5, 5, 5 };
    float p[12];
    nn_softmax (p, x, 4, 3);
    double worst = 0;
    for (int i = 0; i < 4; i++) { // gcc 12 for ARM64 cannot compile fmax here
        const double off = fabs (p[3 * i] + p[3 * i + 1] + p[3 * i + 2] - 1.0);
        worst = off > worst ? off : worst;
    }
    check (worst < 1e-6, "probabilities sum to 1", "off by %g", worst);
    check (fabs (p[2] - 0.66524096) < 1e-6, "softmax of 1 2 3", "%g", p[2]);
    check (equal (p, p + 3, 3), "only differences matter", "%g, not %g", p[3],
           p[0]);
    check (p[7] == 1 && p[6] == 0, "far apart", "%g %g", p[7], p[6]);
    check (p[9] == p[10] && fabs (p[9] - 1 / 3.0) < 1e-6, "all equal", "%g", p[9]);
}

static void losses (void)
{
    const float x[] = { 1, 2, 3, 1000, 0, -1000, 0, 0, 0, 2, 1, 0 };
    const float target[] = { 0, 0, 1, 0, 0, 1, 0.5f, 0.25f, 0.25f, 0, 0, 0 };
    const float weight[] = { 1, 0.5f, 3, 1 };
    float loss[4], plain[4];
    nn_cross_entropy_forward (loss, x, target, weight, 4, 3);
    nn_cross_entropy_forward (plain, x, target, NULL, 4, 3);
    check (fabs (loss[0] - 0.40760596) < 1e-6, "minus log of the truth's share",
           "%g", loss[0]);
    check (loss[1] == 1000 && plain[1] == 2000, "hopeless, but finite", "%g %g",
           loss[1], plain[1]);
    check (fabs (loss[2] - 3 * log (3)) < 1e-5 && fabs (plain[2] - log (3)) < 1e-6,
           "soft targets and weights", "%g %g", loss[2], plain[2]);
    check (loss[3] == 0, "no target, no loss", "%g", loss[3]);
}

static void gradients (void)
{
    const float p[] = { 0.2f, 0.3f, 0.5f, 0.2f, 0.3f, 0.5f };
    const float target[] = { 0, 1, 0, 0, 0, 2 }, weight[] = { 1, 3 };
    float dx[6] = { 1, 1, 1, 1, 1, 1 };
    nn_cross_entropy_backward (dx, p, target, weight, 2, 3, 0.5f, false);
    const float want[] = { 0.1f, -0.35f, 0.25f, 0.6f, 0.9f, -1.5f };
    check (apart (dx, want, 6) < 1e-6, "predicted minus true, weighted",
           "%g %g %g", dx[0], dx[3], dx[5]);
    nn_cross_entropy_backward (dx, p, target, weight, 2, 3, 0.5f, true);
    check (fabs (dx[1] + 0.7) < 1e-6, "or added", "%g", dx[1]);
}

/*  A net that is only asked has probabilities and no loss. */
static void without_targets (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_cross_entropy (net, nn_input (net, 1, 1, 3));
    float x[] = { 0, 0, 100 };
    const nn_batch batch = { .n = 1, .h = 1, .w = 1, .c = 3, .x = x };
    check (nn_net_build (net, .batch = 1, .inference = true) == NN_OK &&
               nn_net_forward (net, &batch, false) == NN_OK &&
               net->output->out.x[2] == 1 && net->loss[0] == 0,
           "a batch without targets", "'%s'", nn_error ());
    nn_net_free (&net);
}

static void refuses_pictures (void)
{
    nn_net *net = nn_net_new (.seed = 1);
    nn_cross_entropy (net, nn_input (net, 2, 2, 3));
    const int status = nn_net_build (net, .batch = 1);
    check (status == NN_ESHAPE && strstr (nn_error (), "2 x 2 x 3"),
           "scores must be one row", "%d, '%s'", status, nn_error ());
    nn_net_free (&net);
}

int main (void)
{
    probabilities ();
    losses ();
    gradients ();
    without_targets ();
    refuses_pictures ();
    return nn_test_done ();
}
