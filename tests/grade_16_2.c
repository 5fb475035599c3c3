/*  grade_16_2.c - the checks of exercise 16.2, as sure as it may be  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (void, ex_temper, float *p, const float *x, int n, int classes,
                float temperature);
GRADE_FUNCTION (float, ex_temperature, const float *x, const int *label, int n,
                int classes);

static struct {
    int n, classes, *label;
    float *x, *p, temperature, *found;
} k;

static void arrays (grade_case *c, int most)
{
    k.n = grade_size (c, "n", 1, most);
    k.classes = grade_size (c, "classes", 2, 7);
    k.x = grade_in (c, "x", k.n, k.classes);
    k.temperature = expf (3 * nn_random_uniform (grade_random (c)) - 1.5f);
}

static void make (grade_case *c)
{
    arrays (c, 12);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] *= 4;
    k.p = grade_out (c, "p", k.n, k.classes);
}

static void large (grade_case *c)
{
    make (c);
    for (int i = 0; i < k.n * k.classes; i++)
        k.x[i] = grade_number (c) % 2 ? 200 * k.x[i] : 900 + k.x[i];
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_temper) (k.p, k.x, k.n, k.classes, k.temperature);
}

/*  Labels drawn from the probabilities at some temperature, so that one about there
 *  is right. Now and then it lies beyond the ends. */
static void labels (grade_case *c)
{
    arrays (c, 60);
    k.label = grade_in_ints (c, "label", k.n);
    k.found = grade_out (c, "temperature", 1);
    const int beyond = grade_number (c) % 5;
    const float large =
        beyond == 3 ? 10 : 1; // scores, of which exp () is infinite
    k.temperature *= large;
    for (int i = 0; i < k.n; i++) {
        float *row = k.x + i * k.classes;
        double sum = 0, draw;
        for (int j = 0; j < k.classes; j++)
            sum += exp ((double) (row[j] *= 3 * large) / k.temperature);
        draw = sum * nn_random_uniform (grade_random (c));
        k.label[i] = 0;
        while (k.label[i] < k.classes - 1 &&
               (draw -= exp ((double) row[k.label[i]] / k.temperature)) > 0)
            k.label[i]++;
        if (beyond == 1) // it is always right
            k.label[i] = nn_argmax (row, k.classes);
        if (beyond == 2) // and here always wrong
            k.label[i] = (nn_argmax (row, k.classes) + 1) % k.classes;
    }
}

static void call_fit (grade_case *c)
{
    *k.found = GRADE_CALL (c, ex_temperature) (k.x, k.label, k.n, k.classes);
}

static double surprise (double temperature)
{
    double all = 0;
    for (int i = 0; i < k.n; i++) {
        const float *row = k.x + i * k.classes;
        double sum = 1; // the right class itself
        for (int j = 0; j < k.classes; j++)
            sum += j == k.label[i]
                       ? 0
                       : exp ((row[j] - (double) row[k.label[i]]) / temperature);
        all += log (sum);
    }
    return all / k.n;
}

/*  A temperature a hundredth away, and allowed, that surprises less; 0 if there is
 *  none. */
static double better (double found)
{
    for (int way = -1; way <= 1; way += 2) {
        const double other = found * (1 + 0.01 * way);
        if (other >= 0.05 && other <= 20 &&
            surprise (other) < surprise (found) - 1e-7)
            return other;
    }
    return 0;
}

static void judge (grade_case *c)
{
    const double found = *k.found;
    if (!(found >= 0.0499 && found <= 20.01)) {
        grade_fail (c, "range",
                    "the temperature is %g, and should be from 0.05 to 20", found);
        return;
    }
    const double other = better (found);
    if (other > 0)
        grade_fail (c, better (1 / found) == 0 ? "inverse" : "beside",
                    "at T = %.4f the surprise is %.6f, at %.4f only %.6f", found,
                    surprise (found), other, surprise (other));
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 3,
      .title = "probabilities at any temperature",
      .make = make,
      .call = call },
    { .code = "O",
      .points = 2,
      .title = "of scores in the hundreds",
      .make = large,
      .call = call,
      .tolerance = 1e-3 },
    { .code = "P",
      .points = 5,
      .title = "a temperature beside which none surprises less",
      .make = labels,
      .call = call_fit,
      .judge = judge,
      .cases = 30 }
};

GRADE_EXERCISE (ex_temper_prototype, ex_temperature_prototype);
