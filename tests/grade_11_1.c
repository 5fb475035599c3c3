/*  grade_11_1.c - the checks of exercise 11.1, stratified folds  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

GRADE_FUNCTION (void, ex_folds, int *fold, const int *label, int n, int classes,
                int folds, nn_random *random);

enum { DRAWS = 400, EACH = 10, KINDS = 3, PARTS = 5 };
static struct {
    int n, classes, folds, *label, *fold, *again, *often;
    nn_random random;
} k;

static void any (grade_case *c)
{
    k.folds = grade_size (c, "folds", 2, 10);
    k.classes = grade_size (c, "classes", 1, 12);
    k.n = grade_size (c, "n", 1, 300);
    k.label = grade_in_ints (c, "label", k.n);
    k.fold = grade_out_ints (c, "fold", k.n);
    k.again = grade_out_ints (c, "fold (the second time)", k.n);
    k.random = *grade_random (c);
    for (int i = 0; i < k.n; i++)
        k.label[i] = (int) nn_random_below (grade_random (c), k.classes);
}

static void call (grade_case *c)
{
    nn_random random = k.random;
    GRADE_CALL (c, ex_folds) (k.fold, k.label, k.n, k.classes, k.folds, &random);
}

static void call_twice (grade_case *c)
{
    nn_random random = k.random;
    call (c);
    GRADE_CALL (c, ex_folds) (k.again, k.label, k.n, k.classes, k.folds, &random);
}

/*  How many images of a class (of any, if negative) a fold has; fails if there is a
 *  fold that is none. */
static int size_of (grade_case *c, int fold, int class)
{
    int count = 0;
    for (int i = 0; i < k.n; i++) {
        if (k.fold[i] < 0 || k.fold[i] >= k.folds)
            grade_fail (c, "none", "fold[%d] lies outside 0 … %d, where n = %d", i,
                        k.folds - 1, k.n);
        count += k.fold[i] == fold && (class < 0 || k.label[i] == class);
    }
    return count;
}

static void judge_classes (grade_case *c)
{
    for (int class = 0; class < k.classes; class ++) {
        int all = 0;
        for (int i = 0; i < k.n; i++)
            all += k.label[i] == class;
        for (int fold = 0; fold < k.folds; fold++) {
            const int here = size_of (c, fold, class);
            if (here < all / k.folds || here > (all + k.folds - 1) / k.folds)
                grade_fail (c, "share",
                            "fold %d has %d of the %d images of class %d; with %d "
                            "folds its share is %.4g (n = %d)",
                            fold, here, all, class, k.folds,
                            (double) all / k.folds, k.n);
        }
    }
}

static void judge_sizes (grade_case *c)
{
    for (int fold = 0; fold < k.folds; fold++) {
        const int here = size_of (c, fold, -1);
        if (here < k.n / k.folds || here > (k.n + k.folds - 1) / k.folds)
            grade_fail (c, "size",
                        "fold %d has %d of %d images; with %d folds it should be "
                        "%.4g, give or take one",
                        fold, here, k.n, k.folds, (double) k.n / k.folds);
    }
}

static void judge_same (grade_case *c)
{
    if (memcmp (k.fold, k.again, k.n * sizeof *k.fold) != 0)
        grade_fail (c, "differs",
                    "the same seed dealt twice, differently (n = %d)", k.n);
    size_of (c, 0, 0);
}

/*  Ten images of each class into five folds, many times over: how often each image was in
 *  each fold. */
static void often (grade_case *c)
{
    k.classes = KINDS;
    k.folds = PARTS;
    k.n = KINDS * EACH;
    k.label = grade_in_ints (c, "label", k.n);
    k.often = grade_out_ints (c, "how often each was in each fold", k.n, PARTS);
    k.random = *grade_random (c);
    for (int i = 0; i < k.n; i++)
        k.label[i] = i % KINDS;
}

static void call_often (grade_case *c)
{
    memset (k.often, 0, (size_t) k.n * PARTS * sizeof *k.often);
    for (int draw = 0; draw < DRAWS; draw++) {
        int fold[KINDS * EACH];
        GRADE_CALL (c, ex_folds)
        (fold, k.label, k.n, k.classes, k.folds, &k.random);
        for (int i = 0; i < k.n; i++)
            if (fold[i] >= 0 && fold[i] < PARTS)
                k.often[i * PARTS + fold[i]]++;
    }
}

static void judge_often (grade_case *c)
{
    const double right = (double) DRAWS / PARTS, room = 6 * sqrt (right * 0.8);
    for (int i = 0; i < k.n * PARTS; i++)
        if (fabs (k.often[i] - right) > room)
            grade_fail (
                c, k.often[i] == 0 || k.often[i] == DRAWS ? "fixed" : "unfair",
                "image %d was in fold %d %d times in %d; about %.0f would "
                "be fair",
                i / PARTS, i % PARTS, k.often[i], DRAWS, right);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 4,
      .title = "of each class every fold has its share",
      .make = any,
      .call = call,
      .judge = judge_classes },
    { .code = "P",
      .points = 2,
      .title = "the folds are of equal size",
      .make = any,
      .call = call,
      .judge = judge_sizes },
    { .code = "P",
      .points = 2,
      .title = "every image may come into any fold",
      .make = often,
      .call = call_often,
      .judge = judge_often,
      .cases = 1 },
    { .code = "B",
      .points = 2,
      .title = "the same seed, the same folds",
      .make = any,
      .call = call_twice,
      .judge = judge_same }
};

GRADE_EXERCISE (ex_folds_prototype);
