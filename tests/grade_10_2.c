/*  grade_10_2.c - the checks of exercise 10.2, the area below the ROC curve  */
#include "grade/grade.h"

GRADE_FUNCTION (double, ex_roc_auc, const float *score, const int *is, int n);

static struct {
    int n, *is;
    float *score;
    double *area;
} k;

/*  At least one image of each kind; those of the class have somewhat higher scores. */
static void differing (grade_case *c)
{
    nn_random *random = grade_random (c);
    k.n = grade_size (c, "n", 2, 60);
    k.score = grade_in (c, "score", k.n);
    k.is = grade_in_ints (c, "is", k.n);
    k.area = grade_out_doubles (c, "area", 1);
    const uint32_t often = 2 + nn_random_below (random, 4);
    const int first = (int) nn_random_below (random, 2);
    for (int i = 0; i < k.n; i++) {
        k.is[i] = i < 2 ? i ^ first : nn_random_below (random, often) == 0;
        k.score[i] = nn_random_uniform (random) + (k.is[i] ? 0.3f : 0);
    }
}

/*  A few different scores only. */
static void ties (grade_case *c)
{
    differing (c);
    const float steps = (float) (1 + nn_random_below (grade_random (c), 4));
    for (int i = 0; i < k.n; i++)
        k.score[i] = (float) (int) (k.score[i] * steps) / 4;
}

static void all_same (grade_case *c)
{
    differing (c);
    for (int i = 0; i < k.n; i++)
        k.score[i] = 0.25f;
}

static void call (grade_case *c)
{
    *k.area = GRADE_CALL (c, ex_roc_auc) (k.score, k.is, k.n);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference, scores that differ",
      .make = differing,
      .call = call,
      .tolerance = 1e-6,
      .cases = 40 },
    { .code = "O",
      .points = 4,
      .title = "and scores with ties",
      .make = ties,
      .call = call,
      .tolerance = 1e-6,
      .cases = 40 },
    { .code = "O",
      .points = 2,
      .title = "and scores that are all the same",
      .make = all_same,
      .call = call,
      .tolerance = 1e-6 }
};

GRADE_EXERCISE (ex_roc_auc_prototype);
