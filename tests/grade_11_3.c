/*  grade_11_3.c - the checks of exercise 11.3, leak hunt  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

GRADE_FUNCTION (void, ex_leaks, int *leak, const float *learnt, int n,
                const float *held, int m, int size);

enum { STRANGER, EXACT, LIGHT, NOISE }; // what a held picture may be
static const char *const kinds[] = {
    "has nothing to do with any learnt from", "is an exact copy of learnt picture",
    "is, in another light, a copy of learnt picture",
    "is, with noise, a copy of learnt picture"
};
static struct {
    int n, m, size, *leak;
    float *learnt, *held;
    int kind[64], from[64];
} k;

/*  A picture of its own: long waves and short ones, as pictures have them. */
static void draw (float *x, nn_random *random)
{
    float phase[6], height[6];
    for (int w = 0; w < 6; w++) {
        phase[w] = 6.2831853f * nn_random_uniform (random);
        height[w] = 0.5f + nn_random_uniform (random);
    }
    for (int i = 0; i < k.size; i++) {
        float sum = 0;
        for (int w = 0; w < 6; w++)
            sum += height[w] * sinf (phase[w] + 6.2831853f * (float) (w + 1) *
                                                    (float) i / (float) k.size);
        x[i] = 0.5f + 0.1f * sum + 0.15f * nn_random_normal (random);
    }
}

static double correlation (const float *x, const float *y)
{
    double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
    for (int i = 0; i < k.size; i++) {
        mx += (double) x[i] / k.size;
        my += (double) y[i] / k.size;
    }
    for (int i = 0; i < k.size; i++) {
        xy += (x[i] - mx) * (y[i] - my);
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
    }
    return xy / sqrt (xx * yy);
}

/*  Is it far enough from all that were drawn before? */
static bool alone (const float *x, const float *others, int count)
{
    for (int i = 0; i < count; i++)
        if (fabs (correlation (x, others + (size_t) i * k.size)) > 0.6)
            return false;
    return true;
}

/*  Makes held picture i a copy of a learnt one, of this kind. */
static void copy (int i, int kind, nn_random *random)
{
    float *x = k.held + (size_t) i * k.size;
    k.kind[i] = kind;
    // the first is one of the last: who keeps the last answer only finds just this
    k.from[i] = i ? (int) nn_random_below (random, k.n) : k.n - 1;
    const float *from = k.learnt + (size_t) k.from[i] * k.size;
    double mean = 0, square = 0;
    for (int at = 0; at < k.size; at++)
        mean += (double) from[at] / k.size;
    for (int at = 0; at < k.size; at++)
        square += (from[at] - mean) * (from[at] - mean) / k.size;
    const float noise = (float) (0.19 * sqrt (square));
    const float a = kind == EXACT   ? 1
                    : kind == LIGHT ? 0.3f + nn_random_uniform (random)
                                    : 0.8f + 0.4f * nn_random_uniform (random);
    const float b = kind == EXACT   ? 0
                    : kind == LIGHT ? 0.4f + 0.6f * nn_random_uniform (random)
                                    : 0.05f * nn_random_uniform (random);
    for (int at = 0; at < k.size; at++)
        x[at] = a * from[at] + b +
                (kind == NOISE ? a * noise * nn_random_normal (random) : 0);
}

/*  Pictures, of which some held ones are copies of the wanted kind (or of any, with
 *  strangers among them). */
static void make (grade_case *c, int wanted)
{
    nn_random *random = grade_random (c);
    k.n = grade_size (c, "n", wanted == STRANGER ? 0 : 1, 20);
    // so many that two mistakes which agree on one picture differ on another
    k.m = grade_size (c, "m", wanted == STRANGER ? 1 : 12, 24);
    k.size = grade_size (c, "size", 100, 400);
    k.learnt = grade_in (c, "learnt", k.n, k.size);
    k.held = grade_in (c, "held", k.m, k.size);
    k.leak = grade_out_ints (c, "leak", k.m);
    for (int j = 0; j < k.n; j++)
        do
            draw (k.learnt + (size_t) j * k.size, random);
        while (!alone (k.learnt + (size_t) j * k.size, k.learnt, j));
    for (int i = 0; i < k.m; i++) {
        // light and noise come together: each mistake then misses others first
        const int draws[] = { wanted,
                              wanted == NOISE   ? LIGHT
                              : wanted == LIGHT ? NOISE
                                                : wanted,
                              STRANGER, STRANGER };
        const int kind = wanted == STRANGER ? STRANGER
                         : i < 2            ? draws[1 - i]
                                            : draws[nn_random_below (random, 4)];
        k.kind[i] = kind;
        if (kind == STRANGER)
            do
                draw (k.held + (size_t) i * k.size, random);
            while (!alone (k.held + (size_t) i * k.size, k.learnt, k.n));
        else
            copy (i, kind, random);
    }
}

static void exact (grade_case *c)
{
    make (c, EXACT);
}

static void light (grade_case *c)
{
    make (c, LIGHT);
}

static void noise (grade_case *c)
{
    make (c, NOISE);
}

static void strangers (grade_case *c)
{
    make (c, STRANGER);
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_leaks) (k.leak, k.learnt, k.n, k.held, k.m, k.size);
}

static void judge (grade_case *c)
{
    for (int i = 0; i < k.m; i++) {
        const int right = k.kind[i] != STRANGER;
        char from[32] = "", key[32] = "accused";
        if (right) {
            snprintf (from, sizeof from, " %d", k.from[i]);
            snprintf (key, sizeof key, "missed %d%s", k.kind[i],
                      k.from[i] == i ? "" : " elsewhere");
        }
        if (k.leak[i] != right)
            grade_fail (
                c, key,
                "leak[%d] is %d and should be %d: held picture %d %s%s (n = "
                "%d, m = %d, size = %d)",
                i, k.leak[i], right, i, kinds[k.kind[i]], from, k.n, k.m, k.size);
    }
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 2,
      .title = "exact copies are found",
      .make = exact,
      .call = call,
      .judge = judge },
    { .code = "P",
      .points = 3,
      .title = "copies in another light are found, noise among them",
      .make = light,
      .call = call,
      .judge = judge },
    { .code = "P",
      .points = 3,
      .title = "copies with noise are found, other light among them",
      .make = noise,
      .call = call,
      .judge = judge },
    { .code = "P",
      .points = 2,
      .title = "nobody else is accused",
      .make = strangers,
      .call = call,
      .judge = judge }
};

GRADE_EXERCISE (ex_leaks_prototype);
