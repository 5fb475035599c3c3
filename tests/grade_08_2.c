/*  grade_08_2.c - the checks of exercise 8.2, restore the best  */
#include "grade/grade.h"

GRADE_FUNCTION (int, ex_restore_best, nn_param *const param[], int params,
                float *kept, int epochs, float (*train) (int epoch));

enum { MOST_ARRAYS = 6 };
static struct {
    int epochs, params, size, *best, *calls;
    float *loss, *weights, *kept, scale;
    nn_param param[MOST_ARRAYS], *list[MOST_ARRAYS];
} k;

/*  What an epoch leaves behind depends on its number alone. */
GRADE_HANDED static float train (int epoch)
{
    *k.calls = *k.calls == epoch ? epoch + 1 : -1; // in order, each once
    if (epoch < 0 || epoch >= k.epochs)
        return 0;
    for (int i = 0; i < k.size; i++)
        k.weights[i] =
            k.scale * (float) ((epoch + 3) * (2 * i + 5) % 101 - 50) / 7;
    return k.loss[epoch];
}

static void make (grade_case *c, int steps, bool constants)
{
    k.epochs = grade_size (c, "epochs", 2, 12);
    k.params = grade_size (c, "params", constants ? 2 : 1, MOST_ARRAYS);
    k.size = 0;
    for (int i = 0; i < k.params; i++) {
        k.param[i] =
            (nn_param){ .constant = constants && i % 2,
                        .size = 1 + nn_random_below (grade_random (c), 9) };
        k.size += (int) k.param[i].size;
        k.list[i] = &k.param[i];
    }
    k.scale = 0.5f + nn_random_uniform (grade_random (c));
    k.loss = grade_in (c, "loss", k.epochs);
    k.weights = grade_inout (c, "weights", k.size);
    k.kept = grade_scratch (c, "kept", k.size);
    k.best = grade_result (c, "the best epoch");
    k.calls = grade_result (c, "epochs trained in order");
    for (int i = 0; i < k.epochs; i++)
        k.loss[i] = 1 + (float) nn_random_below (grade_random (c), steps) / 8;
    if (steps > 100) // all different
        for (int i = 0; i < k.epochs; i++)
            k.loss[i] += (float) i / 1024;
}

static void learnt (grade_case *c)
{
    make (c, 1000, false);
}

static void equal (grade_case *c)
{
    make (c, 3, false);
}

static void with_constants (grade_case *c)
{
    make (c, 1000, true);
}

static void call (grade_case *c)
{
    int at = 0;
    for (int i = 0; i < k.params; i++) {
        k.param[i].w = k.weights + at;
        at += (int) k.param[i].size;
    }
    *k.calls = 0;
    *k.best = GRADE_CALL (c, ex_restore_best) (k.list, k.params, k.kept, k.epochs,
                                               train);
}

static const grade_check checks[] = {
    { .code = "B",
      .points = 4,
      .title = "the weights of the best epoch, bit for bit",
      .make = learnt,
      .call = call,
      .tolerance = 1e-30 },
    { .code = "B",
      .points = 2,
      .title = "of epochs that are equally good, the first",
      .make = equal,
      .call = call,
      .tolerance = 1e-30 },
    { .code = "B",
      .points = 4,
      .title = "and everything else that the net computes with",
      .make = with_constants,
      .call = call,
      .tolerance = 1e-30 }
};

GRADE_EXERCISE (ex_restore_best_prototype);
