/*  grade_02_1.c - the checks of exercise 2.1, a fair split  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

GRADE_FUNCTION (void, ex_split, int *second, const int *label, int n, int classes,
                double share, nn_random *random);

enum { DRAWS = 300, EACH = 10, KINDS = 3 };
static struct {
    int n, classes, *label, *second, *again, *often;
    double share;
    nn_random random;
} k;

static void any (grade_case *c)
{
    k.classes = grade_size (c, "classes", 1, 10);
    k.n = grade_size (c, "n", 1, 400);
    k.share = grade_size (c, "hundredths", 0, 100) / 100.0;
    k.label = grade_in_ints (c, "label", k.n);
    k.second = grade_out_ints (c, "second", k.n);
    k.again = grade_out_ints (c, "second (the second time)", k.n);
    k.random = *grade_random (c);
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (grade_random (c), k.classes);
}

static void call (grade_case *c)
{
    nn_random random = k.random;
    GRADE_CALL (c, ex_split) (k.second, k.label, k.n, k.classes, k.share, &random);
}

static void call_twice (grade_case *c)
{
    nn_random random = k.random;
    call (c);
    GRADE_CALL (c, ex_split) (k.again, k.label, k.n, k.classes, k.share, &random);
}

static void judge_shares (grade_case *c)
{
    for (int class = 0; class < k.classes; class ++) {
        int count = 0, aside = 0;
        for (int i = 0; i < k.n; i++) {
            if (k.second[i] != 0 && k.second[i] != 1)
                grade_fail (c, "mark",
                            "second[%d] is neither 0 nor 1, where n = %d", i, k.n);
            count += k.label[i] == class;
            aside += k.label[i] == class && k.second[i] == 1;
        }
        const double right = k.share * count;
        if (aside < floor (right + 1e-9) || aside > ceil (right - 1e-9))
            grade_fail (c, "share",
                        "%d of the %d images of class %d are put aside; a share "
                        "of %.2f is %.4g (n = %d, classes = %d)",
                        aside, count, class, k.share, right, k.n, k.classes);
    }
}

static void judge_same (grade_case *c)
{
    if (memcmp (k.second, k.again, k.n * sizeof *k.second) != 0)
        grade_fail (c, "differs",
                    "the same seed gave two different splits, where n = %d", k.n);
}

/*  Three of ten images of each class, many times over. */
static void often (grade_case *c)
{
    k.classes = KINDS;
    k.n = KINDS * EACH;
    k.share = 0.3;
    k.label = grade_in_ints (c, "label", k.n);
    k.often = grade_out_ints (c, "how often each was put aside", k.n);
    k.random = *grade_random (c);
    for (int i = 0; i < k.n; i++)
        k.label[i] = i % KINDS;
}

static void call_often (grade_case *c)
{
    memset (k.often, 0, k.n * sizeof *k.often);
    for (int draw = 0; draw < DRAWS; draw++) {
        int second[KINDS * EACH];
        GRADE_CALL (c, ex_split)
        (second, k.label, k.n, k.classes, k.share, &k.random);
        for (int i = 0; i < k.n; i++)
            k.often[i] += second[i] == 1;
    }
}

static void judge_often (grade_case *c)
{
    const double right = k.share * DRAWS, room = 6 * sqrt (right * (1 - k.share));
    for (int i = 0; i < k.n; i++)
        if (fabs (k.often[i] - right) > room)
            grade_fail (
                c, k.often[i] == 0 || k.often[i] == DRAWS ? "fixed" : "unfair",
                "image %d was put aside %d times in %d; about %.0f would be fair",
                i, k.often[i], DRAWS, right);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 4,
      .title = "every class gives its share",
      .make = any,
      .call = call,
      .judge = judge_shares },
    { .code = "P",
      .points = 3,
      .title = "every image of a class has the same chance",
      .make = often,
      .call = call_often,
      .judge = judge_often,
      .cases = 1 },
    { .code = "B",
      .points = 3,
      .title = "the same seed, the same split",
      .make = any,
      .call = call_twice,
      .judge = judge_same }
};

GRADE_EXERCISE (ex_split_prototype);
