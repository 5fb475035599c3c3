/*  grade_12_2.c - the checks of exercise 12.2, one step of TPE: properties, and a search  */
#include "grade/grade.h"

#include <math.h>

GRADE_FUNCTION (float, ex_tpe, const float *x, const float *y, int n, float low,
                float high, float (*uniform) (void *source),
                float (*normal) (void *source), void *source);

enum { DRAWS = 40, SEARCHES = 30, FIRST = 10, ALL = 40, TRIES = 24, LOG = 400 };

static struct {
    int n;
    float low, high, *x, *y, *value, *best, *lowest, *drawn;
    int *draws; // how many of `drawn` there are; NULL: nobody keeps them
    nn_random random;
} k;

GRADE_HANDED static float uniform (void *source)
{
    (void) source;
    return nn_random_uniform (&k.random);
}

GRADE_HANDED static float normal (void *source)
{
    (void) source;
    const float z = nn_random_normal (&k.random);
    if (k.draws && *k.draws < LOG)
        k.drawn[(*k.draws)++] = z;
    return z;
}

static void make (grade_case *c, int n)
{
    k.n = n;
    k.low = 10 * nn_random_uniform (grade_random (c)) - 5;
    k.high = k.low + 0.01f + 10 * nn_random_uniform (grade_random (c));
    k.random = *grade_random (c);
    k.draws = NULL;
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
    const float empty = grade_number (c) / 2 % 2 ? 0.25f : 0.75f;
    for (int i = 0; i < k.n; i++) {
        const float u = 0.1f * (nn_random_uniform (&k.random) - 0.5f);
        const float at = i < 3    ? empty
                         : i < 18 ? 1 - empty
                                  : 0.5f + 0.2f * ((float) i - 20.5f) / 5;
        k.x[i] = k.low + (at + u) * (k.high - k.low);
        k.y[i] = i < 6 ? 1 + u : 2 + u;
    }
}

/*  All good ones at one place, so that it does not matter which of them is chosen, and
 *  every candidate is known from its draw; the others around it. */
static void one_place (grade_case *c)
{
    make (c, 4 * grade_size (c, "n / 4", 1, 8));
    k.x = grade_in (c, "x", k.n);
    k.y = grade_in (c, "y", k.n);
    k.value = grade_out (c, "what to try next", 1);
    k.drawn = grade_out (c, "draws of normal", LOG);
    k.draws = grade_result (c, "how many draws of normal");
    const float at = 0.1f + 0.8f * nn_random_uniform (&k.random);
    int *order = grade_structs (c, "order", sizeof (int), k.n);
    for (int i = 0; i < k.n; i++)
        order[i] = i;
    nn_shuffle (order, k.n, &k.random);
    for (int i = 0; i < k.n; i++) {
        const float u = nn_random_uniform (&k.random);
        const float far = at + 0.5f * (nn_random_uniform (&k.random) - 0.5f);
        const bool good = i < k.n / 4;
        k.x[order[i]] =
            k.low + (good ? at : fminf (fmaxf (far, 0), 1)) * (k.high - k.low);
        k.y[order[i]] = (good ? 0.1f : 1.2f) + u;
    }
}

/*  Three places, all alike. */
static void three_places (grade_case *c)
{
    make (c, 12);
    k.x = grade_in (c, "x", k.n);
    k.y = grade_in (c, "y", k.n);
    k.value = grade_out (c, "what to try next", DRAWS);
    for (int i = 0; i < k.n; i++) {
        k.x[i] = k.low + (0.15f + 0.35f * (float) (i % 3)) * (k.high - k.low);
        k.y[i] = (i < 3 ? 0 : 1) + nn_random_uniform (&k.random);
    }
}

static void call_once (grade_case *c)
{
    *k.draws = 0;
    *k.value = GRADE_CALL (c, ex_tpe) (k.x, k.y, k.n, k.low, k.high, uniform,
                                       normal, NULL);
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

/*  How likely the good ones make a value, over how likely the others do. */
static double ratio (double at)
{
    const double width = (double) (k.high - k.low) / 10;
    double sum[2] = { 0 };
    for (int i = 0; i < k.n; i++) {
        const double z = (at - (double) k.x[i]) / width;
        sum[k.y[i] > 1.15f] += exp (-z * z / 2);
    }
    const int good = k.n / 4, bad = k.n - good;
    return sum[0] / good / (0.01 + sum[1] / bad);
}

/*  The candidates that the draws make, going up from the good ones or down. How many lie
 *  in the range, how many of them are better than the value, and is it one of them? */
static bool candidates (int sign, int *inside, int *better)
{
    const double width = (double) (k.high - k.low) / 10, chosen = ratio (*k.value);
    double good = 0;
    bool found = false;
    *inside = *better = 0;
    for (int i = 0; i < k.n; i++)
        good = k.y[i] <= 1.15f ? (double) k.x[i] : good;
    for (int i = 0; i < *k.draws; i++) {
        const double at = good + sign * width * (double) k.drawn[i];
        if (at < (double) k.low || at > (double) k.high)
            continue;
        ++*inside;
        *better += ratio (at) > 1.0005 * chosen;
        found = found || fabs (at - (double) *k.value) < 1e-4 * width;
    }
    return found;
}

static void judge_best (grade_case *c)
{
    int inside, better;
    char key[32];
    if (!candidates (1, &inside, &better) && !candidates (-1, &inside, &better)) {
        grade_fail (
            c, "no candidate",
            "%g is none of the candidates: a good value, and a tenth of the "
            "range times a draw of normal away from it",
            (double) *k.value);
        return;
    }
    snprintf (key, sizeof key, inside == TRIES ? "rank %d" : "%d candidates",
              inside == TRIES ? better : inside);
    if (inside != TRIES)
        grade_fail (c, key, "%d candidates lie in the range, not %d", inside,
                    TRIES);
    else if (better)
        grade_fail (c, key,
                    "%d of %d candidates have a larger l/g than the one chosen",
                    better, TRIES);
}

static void judge_alike (grade_case *c)
{
    int at[3] = { 0 };
    char key[48];
    for (int i = 0; i < DRAWS; i++) {
        const double place =
            (double) (k.value[i] - k.low) / (double) (k.high - k.low);
        at[place < 0.325 ? 0 : place < 0.675 ? 1 : 2]++;
    }
    snprintf (key, sizeof key, "alike %d %d", at[0] / 8, at[1] / 8);
    for (int p = 0; p < 3; p++)
        if (at[p] < DRAWS / 16)
            grade_fail (
                c, key,
                "good values are at three places, all alike, and of %d values "
                "%d, %d and %d are near them",
                DRAWS, at[0], at[1], at[2]);
}

static void judge_place (grade_case *c)
{
    const double empty = grade_number (c) / 2 % 2 ? 0.25 : 0.75;
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

// -- two kinds of cases in one check, in turn

static void make_range (grade_case *c)
{
    if (grade_number (c) % 2)
        three_places (c);
    else
        at_ends (c);
}

static void judge_values (grade_case *c)
{
    judge_range (c);
    if (grade_number (c) % 2 && !grade_failed (c))
        judge_alike (c);
}

static void make_choice (grade_case *c)
{
    if (grade_number (c) % 2)
        one_place (c);
    else
        two_places (c);
}

static void call_choice (grade_case *c)
{
    if (grade_number (c) % 2)
        call_once (c);
    else
        call (c);
}

static void judge_choice (grade_case *c)
{
    if (grade_number (c) % 2)
        judge_best (c);
    else
        judge_place (c);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "every value lies in the range, and all good ones have their turn",
      .make = make_range,
      .call = call,
      .judge = judge_values,
      .cases = 14 },
    { .code = "P",
      .points = 3,
      .title =
          "of 24 candidates the largest l/g: of two good places, the one with "
          "fewer others",
      .make = make_choice,
      .call = call_choice,
      .judge = judge_choice,
      .cases = 36 },
    { .code = "R",
      .points = 5,
      .title = "comes nearer to the lowest point than random search",
      .make = make_search,
      .call = call_search,
      .judge = judge_search,
      .cases = 3 }
};

GRADE_EXERCISE (ex_tpe_prototype);
