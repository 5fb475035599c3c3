/*  optimiser.c - steps by hand, defaults, and whether they find the bottom of a
 *  bowl */
#include "near.h"

static float step_once (nn_optimiser *o, float w, float dw, float *slots)
{
    float *slot[] = { slots, slots + 1, NULL, NULL };
    o->t++;
    o->kind->step (&w, &dw, slot, 1, o, o->rate, o->decay);
    return w;
}

static void by_hand (void)
{
    float slots[2] = { 0 };
    nn_optimiser o = nn_sgd (.rate = 0.1f);
    float w = step_once (&o, 1, 2, slots);
    check (fabs (w - 0.8) < 1e-6, "SGD", "%g", w);
    o = nn_sgd (.rate = 0.1f, .decay = 0.5f);
    w = step_once (&o, 1, 2, slots);
    check (fabs (w - 0.75) < 1e-6, "SGD with decay", "%g", w);
    o = nn_sgd (.rate = 0.1f, .momentum = 0.5f);
    w = step_once (&o, 1, 2, slots);
    w = step_once (&o, w, 1, slots);
    check (fabs (w - 0.6) < 1e-6 && slots[0] == 2, "momentum remembers", "%g", w);
    slots[0] = slots[1] = 0;
    o = nn_adam (.rate = 0.1f);
    w = step_once (&o, 1, 1e-3f, slots);
    check (fabs (w - 0.9) < 1e-5, "Adam's first step is as long as the rate", "%g",
           w);
    w = step_once (&o, w, -1e-3f, slots);
    check (fabs (w - (0.9 + 0.1 * (0.1 - 0.09) / 0.19)) < 1e-5, "and its second",
           "%g", w);
}

static void defaults (void)
{
    nn_optimiser o = nn_sgd (.rate = 0);
    check (o.rate == 0.01f && o.kind == &nn_sgd_kind && o.kind->slots == 0,
           "SGD's defaults", "rate %g, %s", o.rate, o.kind->name);
    o = nn_adam (.rate = 0);
    check (o.rate == 1e-3f && o.beta1 == 0.9f && o.beta2 == 0.999f &&
               o.epsilon == 1e-8f && o.decay == 0,
           "Adam's defaults", "%g %g %g %g", o.rate, o.beta1, o.beta2, o.epsilon);
    int count = 0;
    while (nn_optimisers[count])
        count++;
    check (count >= 3, "all are in the table", "%d", count);
}

/*  Half the sum of k w^2, k from 1 to 10: all of them must get near 0. */
static void bowl (nn_optimiser o, const char *name)
{
    enum { SIZE = 10 };
    float w[SIZE], dw[SIZE], memory[2][SIZE] = { { 0 } };
    float *slot[] = { memory[0], memory[1], NULL, NULL };
    for (int k = 0; k < SIZE; k++)
        w[k] = k % 2 ? 1 : -1;
    for (int step = 0; step < 500; step++) {
        for (int k = 0; k < SIZE; k++)
            dw[k] = (float) (k + 1) * w[k];
        o.t++;
        o.kind->step (w, dw, slot, SIZE, &o, o.rate, 0);
    }
    double most = 0;
    for (int k = 0; k < SIZE; k++)
        most = fabsf (w[k]) > most ? fabsf (w[k]) : most;
    check (most < 0.01, name, "still %g away", most);
}

int main (void)
{
    by_hand ();
    defaults ();
    bowl (nn_sgd (.rate = 0.1f), "SGD reaches the bottom");
    bowl (nn_sgd (.rate = 0.02f, .momentum = 0.9f), "momentum reaches the bottom");
    bowl (nn_adam (.rate = 0.02f), "Adam reaches the bottom");
    return nn_test_done ();
}
