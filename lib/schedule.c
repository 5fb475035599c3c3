/*  schedule.c - how fast to learn, and when
 *
 *  A schedule is a factor on the learning rate for each step of a training of
 *  known length. The plainest says one, always.
 */
#include "nn.h"

static float always_one (const nn_schedule *self, long step, long steps)
{
    (void) self, (void) step, (void) steps;
    return 1;
}

const nn_schedule nn_constant = { .name = "constant", .factor = always_one };
