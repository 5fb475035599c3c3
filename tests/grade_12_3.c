/*  grade_12_3.c - the checks of exercise 12.3, the budget of successive halving  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (int, ex_halving, int *trained, const float *loss, int n, int least,
                int most, int factor);

static struct {
    int n, least, most, factor, *trained, *sum, *theirs;
    float *loss;
} k;

static void make (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 40);
    k.factor = grade_size (c, "factor", 2, 4);
    k.least = grade_size (c, "least", 1, 3);
    k.most = k.least + grade_size (c, "most - least", 0, 30);
    k.loss = grade_in (c, "loss", k.n, k.most);
}

static void who (grade_case *c)
{
    make (c);
    k.trained = grade_out_ints (c, "trained", k.n);
    k.sum = grade_structs (c, "sum", sizeof (int), 1);
}

static void how_much (grade_case *c)
{
    make (c);
    k.sum = grade_result (c, "the sum of all epochs");
    k.trained = grade_structs (c, "trained", sizeof (int), k.n);
}

static void odd (grade_case *c)
{
    who (c);
    for (int i = 0; i < k.n * k.most; i++) {
        k.loss[i] = (float) nn_random_below (grade_random (c), 4);
        if (nn_random_below (grade_random (c), 5) == 0)
            k.loss[i] = NAN;
    }
}

static void call (grade_case *c)
{
    *k.sum = GRADE_CALL (c, ex_halving) (k.trained, k.loss, k.n, k.least, k.most,
                                         k.factor);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 4,
      .title = "who is trained for how long",
      .make = who,
      .call = call,
      .cases = 40 },
    { .code = "P",
      .points = 2,
      .title = "and how many epochs that makes",
      .make = how_much,
      .call = call,
      .cases = 40 },
    { .code = "P",
      .points = 4,
      .title = "equal losses, and losses that are no numbers",
      .make = odd,
      .call = call,
      .cases = 40 }
};

GRADE_EXERCISE (ex_halving_prototype);
