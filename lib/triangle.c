/*  triangle.c - up in a straight line, and down in another
 *
 *  Who has only a few epochs cannot spend half of them on getting slower gently. A
 *  triangle spends all its time either on coming up or on going down (Smith 2017).
 *  It ends above 0: the mean of the last weights does the rest.
 */
#include "nn.h"

/*  value: where it begins, what share of the training it rises, where it ends. */
static float by_triangle (const nn_schedule *self, long step, long steps)
{
    const float over = step < steps ? (float) step / (float) steps : 1;
    const float low = self->value[0], top = self->value[1], end = self->value[2];
    return over < top ? low + (1 - low) * (over / top)
                      : 1 + (end - 1) * ((over - top) / (1 - top));
}

const nn_schedule nn_triangle = { "triangle",
                                  by_triangle,
                                  { 0.2f, 0.23f, 0.07f } };
