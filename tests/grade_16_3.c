/*  grade_16_3.c - the checks of exercise 16.3, who should have more to say  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_vote_weights, float *weight, const float *p,
                const int *label, const int *part, int members, int n,
                int classes);

enum { MOST_MEMBERS = 5, STEPS = 1000 };

static struct {
    int members, n, classes, *label, *changed, *part;
    float *p, *weight, *again;
} k;

/*  Of the images put aside each network knows its own half. The first has learnt the
 *  others by heart, and the second happens to be good at the test. */
static void make (grade_case *c)
{
    nn_random *random = grade_random (c);
    k.members = grade_size (c, "members", 2, MOST_MEMBERS);
    k.n = grade_size (c, "n", 6, 60);
    k.classes = grade_size (c, "classes", 2, 5);
    k.p = grade_in (c, "p", k.members, k.n, k.classes);
    k.label = grade_in_ints (c, "label", k.n);
    k.changed = grade_in_ints (c, "label (others)", k.n);
    k.part = grade_in_ints (c, "part", k.n);
    k.weight = grade_out (c, "weight", k.members);
    for (int i = 0; i < k.n; i++) {
        k.part[i] =
            i < 3 ? (i + grade_number (c)) % 3 : (int) nn_random_below (random, 3);
        k.label[i] = (int) nn_random_below (random, (uint32_t) k.classes);
        k.changed[i] = k.part[i] == 1 ? k.label[i] : (k.label[i] + 1) % k.classes;
        for (int m = 0; m < k.members; m++) {
            float *row = k.p + (m * k.n + i) * k.classes;
            for (int j = 0; j < k.classes; j++)
                row[j] *= 2;
            const bool knows = k.part[i] == 1   ? nn_random_below (random, 2)
                               : k.part[i] == 0 ? m == 0
                                                : m == 1;
            row[k.label[i]] += knows ? 4 : 1;
        }
    }
    nn_softmax (k.p, k.p, k.members * k.n, k.classes);
}

static void make_twice (grade_case *c)
{
    make (c);
    k.again = grade_out (c, "weight (again)", k.members);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_vote_weights)
    (k.weight, k.p, k.label, k.part, k.members, k.n, k.classes);
}

/*  Once more, with other classes for whatever is not to be looked at. */
static void call_twice (grade_case *c)
{
    call (c);
    GRADE_CALL (c, ex_vote_weights)
    (k.again, k.p, k.changed, k.part, k.members, k.n, k.classes);
}

static void on_the_simplex (grade_case *c)
{
    double sum = 0;
    for (int m = 0; m < k.members; m++) {
        sum += k.weight[m];
        if (!(k.weight[m] >= -1e-6f))
            grade_fail (c, "below", "the weight of network %d is %g", m,
                        (double) k.weight[m]);
    }
    if (!(fabs (sum - 1) < 1e-4))
        grade_fail (c, "sum", "the weights are %.4f together, and not 1", sum);
}

enum { ALL = -1, LEARNT, VALIDATION, TEST }; // parts

static bool belongs (int i, int part)
{
    return part == ALL || k.part[i] == part;
}

/*  What these weights give image i's class. */
static double given (const double *w, int i)
{
    double sum = 0;
    for (int m = 0; m < k.members; m++)
        sum += w[m] * k.p[(m * k.n + i) * k.classes + k.label[i]];
    return fmax (sum, 1e-30);
}

/*  How surprising the images of a part are at these weights. */
static double surprise (const double *w, int part)
{
    double all = 0;
    int images = 0;
    for (int i = 0; i < k.n; i++) {
        all -= belongs (i, part) ? log (given (w, i)) : 0;
        images += belongs (i, part);
    }
    return all / images;
}

/*  One step of the statement's own way. */
static void step (double *w, int part)
{
    double gain[MOST_MEMBERS] = { 0 }, sum = 0;
    for (int i = 0; i < k.n; i++) {
        const double all = belongs (i, part) ? given (w, i) : 1;
        for (int m = 0; m < k.members && belongs (i, part); m++)
            gain[m] += k.p[(m * k.n + i) * k.classes + k.label[i]] / all;
    }
    for (int m = 0; m < k.members; m++)
        sum += w[m] *= gain[m];
    for (int m = 0; m < k.members; m++)
        w[m] /= sum;
}

/*  The lowest that there is, by more steps than anybody was asked for. */
static double lowest (int part)
{
    double w[MOST_MEMBERS] = { 0 };
    for (int m = 0; m < k.members; m++)
        w[m] = 1.0 / k.members;
    for (int times = 0; times < STEPS; times++)
        step (w, part);
    return surprise (w, part);
}

static bool fits (const double *w, int part)
{
    return surprise (w, part) <= lowest (part) + 0.002;
}

/*  What is special about these weights, which are not right, as a key: what somebody
 *  else's mistake shares with them in every case is probably the same mistake. */
static const char *traits (const double *w, char key[8])
{
    double once[MOST_MEMBERS] = { 0 }, most = 0, far = 0;
    for (int m = 0; m < k.members; m++)
        once[m] = 1.0 / k.members;
    step (once, VALIDATION);
    for (int m = 0; m < k.members; m++) {
        most = fmax (most, w[m]);
        far = fmax (far, fabs (once[m] - w[m]));
    }
    const bool holds[] = { far<1e-4, most> 0.9999, fits (w, ALL), fits (w, LEARNT),
                           fits (w, TEST) };
    for (int i = 0; i < 5; i++)
        key[i] = holds[i] ? "1balt"[i] : '-'; // one step, best, all, learnt, test
    key[5] = 0;
    return key;
}

/*  The weights, brought to a sum of 1: that sum is another check's business. */
static void shares (double *w)
{
    double sum = 0;
    for (int m = 0; m < k.members; m++)
        sum += w[m] = k.weight[m];
    for (int m = 0; m < k.members; m++)
        w[m] /= sum;
}

static void least_surprised (grade_case *c)
{
    char key[8];
    double w[MOST_MEMBERS] = { 0 };
    shares (w);
    const double here = surprise (w, VALIDATION), best = lowest (VALIDATION);
    if (!(here <= best + 0.004))
        grade_fail (c, traits (w, key),
                    "the validation images surprise by %.4f, and need not by more "
                    "than %.4f",
                    here, best);
}

static void unmoved (grade_case *c)
{
    char key[8];
    double w[MOST_MEMBERS] = { 0 };
    shares (w);
    for (int m = 0; m < k.members; m++)
        if (!(fabsf (k.weight[m] - k.again[m]) < 1e-6f)) {
            grade_fail (c, traits (w, key),
                        "the weight of network %d is %.4f, and %.4f when images "
                        "that are not for validation get other labels",
                        m, (double) k.weight[m], (double) k.again[m]);
            return;
        }
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "none below 0, and together 1",
      .make = make,
      .call = call,
      .judge = on_the_simplex },
    { .code = "P",
      .points = 4,
      .title = "the validation images surprise no more than they must",
      .make = make,
      .call = call,
      .judge = least_surprised,
      .cases =
          40 }, // so many that two mistakes which agree on some differ on others
    { .code = "P",
      .points = 4,
      .title = "labels of other images change nothing",
      .make = make_twice,
      .call = call_twice,
      .judge = unmoved }
};

GRADE_EXERCISE (ex_vote_weights_prototype);
