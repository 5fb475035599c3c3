/*  grade_02_3.c - the checks of exercise 2.3, shuffled batches  */
#include "grade/grade.h"

#include <string.h>

GRADE_FUNCTION (int, ex_batches, int *order, int *start, int n, int batch,
                nn_random *random);

enum { EPOCHS = 12000, ORDERS = 6 };
static struct {
    int n, batch, batches, *order, *start, *count, *often;
    nn_random random;
} k;

static void any (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 200);
    k.batch = grade_size (c, "batch", 1, 50);
    k.batches = (k.n + k.batch - 1) / k.batch;
    k.order = grade_out_ints (c, "order", k.n);
    k.start = grade_out_ints (c, "start", k.batches + 1);
    k.count = grade_result (c, "the number of batches");
    k.random = *grade_random (c);
}

static void call (grade_case *c)
{
    *k.count =
        GRADE_CALL (c, ex_batches) (k.order, k.start, k.n, k.batch, &k.random);
}

static void judge_order (grade_case *c)
{
    int seen[200] = { 0 };
    for (int i = 0; i < k.n; i++)
        if (k.order[i] < 0 || k.order[i] >= k.n)
            grade_fail (c, "foreign",
                        "order[%d] is no image: it is %d, where n = %d", i,
                        k.order[i], k.n);
        else if (seen[k.order[i]]++)
            grade_fail (c, "twice", "image %d comes twice, where n = %d",
                        k.order[i], k.n);
}

static void judge_batches (grade_case *c)
{
    if (*k.count == k.n / k.batch && *k.count < k.batches)
        grade_fail (c, "dropped",
                    "n = %d, batch = %d: that is %d batches, the last of %d, "
                    "and you returned %d",
                    k.n, k.batch, k.batches, k.n % k.batch, *k.count);
    if (*k.count != k.batches)
        grade_fail (c, "count",
                    "n = %d, batch = %d: that is %d batches, and you returned %d",
                    k.n, k.batch, k.batches, *k.count);
    for (int i = 0; i < k.batches; i++)
        if (k.start[i] != i * k.batch)
            grade_fail (c, "start",
                        "start[%d] is %d and should be %d, where n = %d, "
                        "batch = %d",
                        i, k.start[i], i * k.batch, k.n, k.batch);
    if (k.start[k.batches] != k.n)
        grade_fail (
            c, k.start[k.batches] == k.batches * k.batch ? "past" : "end",
            "start[%d], the end of the last batch, is %d and should be n = %d, "
            "where batch = %d",
            k.batches, k.start[k.batches], k.n, k.batch);
}

static void often (grade_case *c)
{
    k.often = grade_out_ints (c, "how often each order came", ORDERS);
    k.random = *grade_random (c);
}

static void call_often (grade_case *c)
{
    memset (k.often, 0, ORDERS * sizeof *k.often);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        int order[3] = { 0 }, start[4];
        GRADE_CALL (c, ex_batches) (order, start, 3, 1, &k.random);
        const int first = order[0] % 3, swapped = order[1] > order[2];
        k.often[2 * first + swapped]++;
    }
}

/*  Chi-squared with five degrees of freedom: above 45 once in fifty million times. */
static void judge_often (grade_case *c)
{
    static const char *const name[] = { "0 1 2", "0 2 1", "1 0 2",
                                        "1 2 0", "2 0 1", "2 1 0" };
    const double right = (double) EPOCHS / ORDERS;
    double chi = 0;
    int worst = 0, never = 0;
    for (int i = 0; i < ORDERS; i++) {
        const double off = k.often[i] - right;
        chi += off * off / right;
        never += k.often[i] == 0;
        if (off * off > (k.often[worst] - right) * (k.often[worst] - right))
            worst = i;
    }
    if (chi > 45)
        grade_fail (c,
                    never == 5 ? "fixed"
                    : never    ? "never"
                               : "unfair",
                    "the order %s came %d times in %d epochs; %.0f would be fair",
                    name[worst], k.often[worst], EPOCHS, right);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 3,
      .title = "every image exactly once",
      .make = any,
      .call = call,
      .judge = judge_order },
    { .code = "P",
      .points = 4,
      .title = "where batches begin, and the short last one",
      .make = any,
      .call = call,
      .judge = judge_batches },
    { .code = "P",
      .points = 3,
      .title = "all orders are equally likely",
      .make = often,
      .call = call_often,
      .judge = judge_often,
      .cases = 1 }
};

GRADE_EXERCISE (ex_batches_prototype);
