/*  grade_12_2.c - the checks of exercise 12.2, one step of TPE: properties, and a search  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (float, ex_tpe, const float *x, const float *y, int n, float low,
                float high, float (*uniform) (void *source),
                float (*normal) (void *source), void *source);

enum { DRAWS = 40, SEARCHES = 30, FIRST = 10, ALL = 40 };

static struct {
    int n;
    float low, high, *x, *y, *value, *best, *lowest;
    nn_random random;
} k;

static float uniform (void *source)
{
    (void) source;
    return nn_random_uniform (&k.random);
}

static float normal (void *source)
{
    (void) source;
    return nn_random_normal (&k.random);
}

static void make (grade_case *c, int n)
{
    k.n = n;
    k.low = 10 * nn_random_uniform (grade_random (c)) - 5;
    k.high = k.low + 0.01f + 10 * nn_random_uniform (grade_random (c));
    k.random = *grade_random (c);
}

/*  Good values at both ends, where it is easy to fall out of the range. */
static void at_ends (grade_case *c)
{
    make (c, 4 * grade_size (c, "n / 4", 1, 8));
    k.x = grade_in (c, "x", k.n);
    k.y = grade_in (c, "y", k.n);
    k.value = grade_out (c, "what to try next", DRAWS);
    for (int i = 0; i < k.n; i++) {
        const float u = nn_random_uniform (&k.random);
        k.x[i] =
            i < k.n / 4 ? (i % 2 ? k.low : k.high) : k.low + u * (k.high - k.low);
        k.y[i] = i < k.n / 4 ? 0.1f : 1 + u;
    }
}

/*  Three good ones at a quarter of the range and three at three quarters, or the
 *  other way round; twelve others around the latter. */
static void two_places (grade_case *c)
{
    make (c, 24);
    k.x = grade_in (c, "x", k.n);
    k.y = grade_in (c, "y", k.n);
    k.value = grade_out (c, "what to try next", DRAWS);
    const float empty = grade_number (c) % 2 ? 0.25f : 0.75f;
    for (int i = 0; i < k.n; i++) {
        const float u = 0.1f * (nn_random_uniform (&k.random) - 0.5f);
        const float at = i < 3    ? empty
                         : i < 18 ? 1 - empty
                                  : 0.5f + 0.2f * ((float) i - 20.5f) / 5;
        k.x[i] = k.low + (at + u) * (k.high - k.low);
        k.y[i] = i < 6 ? 1 + u : 2 + u;
    }
}

static void call (grade_case *c)
{
    for (int i = 0; i < DRAWS; i++)
        k.value[i] = GRADE_CALL (c, ex_tpe) (k.x, k.y, k.n, k.low, k.high, uniform,
                                             normal, NULL);
}

static void judge_range (grade_case *c)
{
    int outside = 0;
    for (int i = 0; i < DRAWS; i++)
        outside += !(k.value[i] >= k.low && k.value[i] <= k.high);
    if (outside)
        grade_fail (c, "outside",
                    "%d of %d values are not in the range from %g to %g", outside,
                    DRAWS, (double) k.low, (double) k.high);
    for (int i = 1, same = 1; i < DRAWS; i++)
        if ((same += k.value[i] == k.value[0]) == DRAWS)
            grade_fail (c, "same", "all %d values are the same", DRAWS);
}

static void judge_place (grade_case *c)
{
    const double empty = grade_number (c) % 2 ? 0.25 : 0.75;
    int there = 0, full = 0;
    char key[32];
    for (int i = 0; i < DRAWS; i++) {
        const double at =
            (double) (k.value[i] - k.low) / (double) (k.high - k.low);
        there += fabs (at - empty) < 0.25;
        full += fabs (at - (1 - empty)) < 0.25;
    }
    snprintf (key, sizeof key, "place %d", full * 4 / DRAWS);
    if (there < DRAWS * 9 / 10)
        grade_fail (c, key,
                    "good ones were at %.2f and at %.2f of the range, and there "
                    "were twelve others around the latter: %d of %d values go to "
                    "the former, and %d to the latter",
                    empty, 1 - empty, there, DRAWS, full);
}

/*  The function to be searched: how far it is to its lowest point, on two slopes. */
static float function (float x, float lowest)
{
    return x < lowest ? 3 * (lowest - x) : x - lowest;
}

static void make_search (grade_case *c)
{
    make (c, ALL);
    k.best = grade_out (c, "the nearest of each search", SEARCHES);
    k.lowest = grade_in (c, "the lowest points", SEARCHES);
    for (int s = 0; s < SEARCHES; s++)
        k.lowest[s] = k.low + (0.1f + 0.8f * nn_random_uniform (&k.random)) *
                                  (k.high - k.low);
}

static void call_search (grade_case *c)
{
    float x[ALL], y[ALL];
    for (int s = 0; s < SEARCHES; s++) {
        k.best[s] = INFINITY;
        for (int i = 0; i < ALL; i++) {
            x[i] = i < FIRST
                       ? k.low + nn_random_uniform (&k.random) * (k.high - k.low)
                       : GRADE_CALL (c, ex_tpe) (x, y, i & ~3, k.low, k.high,
                                                 uniform, normal, NULL);
            y[i] = function (x[i], k.lowest[s]);
            k.best[s] =
                fminf (k.best[s], fabsf (x[i] - k.lowest[s]) / (k.high - k.low));
        }
    }
}

/*  The nearest of 40 random values is a 1 / 82 of the range away in the mean; in the
 *  mean of thirty searches hardly less than two thirds of that. */
static void judge_search (grade_case *c)
{
    double mean = 0;
    char key[32];
    for (int s = 0; s < SEARCHES; s++)
        mean += (double) k.best[s] / SEARCHES;
    const double random = 1.0 / (2 * (ALL + 1));
    snprintf (key, sizeof key, "search %.0f", fmin (9, 3 * mean / random));
    if (!(mean < 0.6 * random))
        grade_fail (
            c, key,
            "in %d searches the nearest of %d values was %.4f of the range "
            "away in the mean; for random ones it is %.4f, and it should "
            "be 0.6 times that at most",
            SEARCHES, ALL, mean, random);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "every value lies in the range, and not all are the same",
      .make = at_ends,
      .call = call,
      .judge = judge_range,
      .cases = 12 },
    { .code = "P",
      .points = 3,
      .title = "of two good places, the one with fewer others",
      .make = two_places,
      .call = call,
      .judge = judge_place,
      .cases = 8 },
    { .code = "R",
      .points = 5,
      .title = "comes nearer to the lowest point than random search",
      .make = make_search,
      .call = call_search,
      .judge = judge_search,
      .cases = 3 }
};

GRADE_EXERCISE (ex_tpe_prototype);
