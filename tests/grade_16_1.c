/*  grade_16_1.c - the checks of exercise 16.1, two ways to ask several  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_vote, float *all, const float *p, int members, int n,
                int classes, bool logits);

static struct {
    int members, n, classes;
    bool logits;
    float *p, *all;
} k;

/*  Rows of probabilities; some are sharp. */
static void arrays (grade_case *c)
{
    k.members = grade_size (c, "members", 1, 6);
    k.n = grade_size (c, "n", 1, 9);
    k.classes = grade_size (c, "classes", 2, 8);
    k.p = grade_in (c, "p", k.members, k.n, k.classes);
    k.all = grade_out (c, "all", k.n, k.classes);
    for (int i = 0; i < k.members * k.n * k.classes; i++)
        k.p[i] *= 5;
    nn_softmax (k.p, k.p, k.members * k.n, k.classes);
}

static void probabilities (grade_case *c)
{
    k.logits = false;
    arrays (c);
}

static void logarithms (grade_case *c)
{
    k.logits = true;
    arrays (c);
}

/*  Somebody is quite sure. Now and then all of them are, of something else. */
static void zeros (grade_case *c)
{
    k.logits = true;
    arrays (c);
    for (int row = 0; row < k.members * k.n; row++) {
        float *p = k.p + row * k.classes;
        const int sure =
            (int) nn_random_below (grade_random (c), (uint32_t) k.classes);
        if (nn_random_below (grade_random (c), 3) == 0)
            continue;
        for (int j = 0; j < k.classes; j++)
            p[j] = j == sure                               ? 1
                   : nn_random_below (grade_random (c), 2) ? 1e-36f
                                                           : 0;
    }
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_vote) (k.all, k.p, k.members, k.n, k.classes, k.logits);
}

static const grade_check checks[] = { { .code = "O",
                                        .points = 3,
                                        .title = "the mean of probabilities",
                                        .make = probabilities,
                                        .call = call },
                                      { .code = "O",
                                        .points = 4,
                                        .title = "the mean of logarithms",
                                        .make = logarithms,
                                        .call = call },
                                      { .code = "O",
                                        .points = 3,
                                        .title =
                                            "probabilities of 0 and next to 0",
                                        .make = zeros,
                                        .call = call } };

GRADE_EXERCISE (ex_vote_prototype);
