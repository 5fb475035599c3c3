/*  grade_08_1.c - the checks of exercise 8.1, patience with min_delta  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (int, ex_patience, int *best, const float *loss, int epochs,
                int patience, float min_delta);

static struct {
    int epochs, patience, *best, *trained;
    float *loss, min_delta;
} k;

/*  Losses that fall and rise by eighths, so that ties and exact differences are common; or
 *  that fall by an eighth each epoch, which is too little, and enough in two. */
static void make (grade_case *c, float min_delta, bool steady)
{
    k.epochs = grade_size (c, "epochs", steady ? 4 : 1, 40);
    k.patience = grade_size (c, "patience", steady ? 2 : 1, 6);
    k.min_delta = min_delta;
    k.loss = grade_in (c, "loss", k.epochs);
    k.best = grade_result (c, "best");
    k.trained = grade_result (c, "the number of epochs");
    float at = 16;
    for (int i = 0; i < k.epochs; i++) {
        at += 0.125f * (float) ((int) nn_random_below (grade_random (c), 7) - 4);
        k.loss[i] = at + 0.25f * (float) nn_random_below (grade_random (c), 3);
        if (steady)
            k.loss[i] = 16 - 0.125f * (float) i;
    }
}

static void plain (grade_case *c)
{
    make (c, 0, false);
}

static void with_delta (grade_case *c)
{
    const bool steady = grade_number (c) % 8 == 7;
    const uint32_t more = nn_random_below (grade_random (c), 3);
    make (c, steady ? 0.125f : 0.125f * (float) (1 + more), steady);
}

static void not_numbers (grade_case *c)
{
    make (c, 0.125f, false);
    const uint32_t often = 2 + nn_random_below (grade_random (c), 4);
    for (int i = 0; i < k.epochs; i++)
        if (nn_random_below (grade_random (c), often) == 0)
            k.loss[i] = NAN;
}

static void call (grade_case *c)
{
    *k.trained = GRADE_CALL (c, ex_patience) (k.best, k.loss, k.epochs, k.patience,
                                              k.min_delta);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "stops at the same epoch as the reference, min_delta 0",
      .make = plain,
      .call = call,
      .cases = 40 },
    { .code = "O",
      .points = 4,
      .title = "and with min_delta above 0",
      .make = with_delta,
      .call = call,
      .cases = 60 },
    { .code = "O",
      .points = 2,
      .title = "losses that are not numbers are never better",
      .make = not_numbers,
      .call = call,
      .cases = 40 }
};

GRADE_EXERCISE (ex_patience_prototype);
