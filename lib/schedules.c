/*  schedules.c - large steps first, small ones later
 *
 *  A large rate gets far and never settles; a small one settles, and takes for
 *  ever to get there. So begin with one and end with the other. The curves
 *  differ in how: by stairs, along half a cosine (Loshchilov and Hutter 2017), or
 *  up first and then down (Smith and Topin 2018).
 *
 *  Any of them can be preceded by a warm-up: in the very first steps gradients are
 *  large, and what the optimiser remembers of them is little.
 */
#include "nn.h"

#include <math.h>

/*  How much of a training is over before this step: from 0 up to 1. */
static double over (long step, long steps)
{
    return step < steps ? (double) step / (double) steps : 1;
}

/*  value: what each stair multiplies with, and into how many equal parts the
 *  training is cut. */
static float by_stairs (const nn_schedule *self, long step, long steps)
{
    const double parts = self->value[1];
    const double stair = fmin (floor (parts * over (step, steps)), parts - 1);
    return (float) pow (self->value[0], stair);
}

/*  From a to b along half a cosine: level at both ends. */
static double glide (double a, double b, double share)
{
    return b + (a - b) * (1 + cos (3.14159265358979323846 * share)) / 2;
}

/*  value: where it ends. */
static float by_cosine (const nn_schedule *self, long step, long steps)
{
    return (float) glide (1, self->value[0], over (step, steps));
}

/*  value: where it begins, what share of the training it rises, where it ends. */
static float by_cycle (const nn_schedule *self, long step, long steps)
{
    const double share = over (step, steps), top = self->value[1];
    return (float) (share < top
                        ? glide (self->value[0], 1, share / top)
                        : glide (1, self->value[2], (share - top) / (1 - top)));
}

const nn_schedule nn_step_down = { "step", by_stairs, { 0.1f, 3 } };
const nn_schedule nn_cosine = { "cosine", by_cosine, { 0 } };
const nn_schedule nn_one_cycle = { "one-cycle", by_cycle, { 0.04f, 0.3f, 4e-6f } };

/*  In a straight line up to where the other one begins, then the other one, over
 *  what is left of the training. */
static float by_warm_up (const nn_schedule *self, long step, long steps)
{
    const nn_warm_up *warm = (const nn_warm_up *) self;
    const nn_schedule *then = warm->then;
    const long rise = lround ((double) warm->share * (double) steps);
    if (step < rise)
        return then->factor (then, 0, steps - rise) * (float) (step + 1) /
               (float) (rise + 1);
    return then->factor (then, step - rise, steps - rise);
}

/*  `share` of the training goes into the warm-up; the rest belongs to `then`,
 *  which must live as long as this. */
nn_warm_up nn_warm_up_to (const nn_schedule *then, float share)
{
    nn_require (share >= 0 && share < 1,
                "%g of a training is no share for a warm-up", (double) share);
    return (nn_warm_up){ { "warm-up", by_warm_up, { 0 } }, then, share };
}

const nn_warm_up nn_warm_constant = { { "warm-up", by_warm_up, { 0 } },
                                      &nn_constant,
                                      0.05f };
const nn_warm_up nn_warm_step_down = { { "warm-up-step", by_warm_up, { 0 } },
                                       &nn_step_down,
                                       0.05f };
const nn_warm_up nn_warm_cosine = { { "warm-up-cosine", by_warm_up, { 0 } },
                                    &nn_cosine,
                                    0.05f };
