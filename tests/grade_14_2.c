/*  grade_14_2.c - the checks of exercise 14.2, freezing  */
#include "grade/grade.h"

#include <string.h>

GRADE_FUNCTION (void, ex_frozen_step, float *y, float *w, float *v, float *mean,
                float *variance, const float *x, const float *dw, int places,
                int channels, int frozen, float share, float epsilon, float rate,
                float momentum, float decay);

enum { STATE = 4 }; // w, v, mean, variance
static struct {
    int places, channels, frozen, steps;
    float share, epsilon, rate, momentum, decay;
    float *y, *state[STATE], *before[STATE], *x, *dw;
} k;

static float between (grade_case *c, float low, float high)
{
    return low + (high - low) * nn_random_uniform (grade_random (c));
}

static void make (grade_case *c)
{
    static const char *const names[STATE] = { "w", "v", "mean", "variance" };
    k.places = grade_size (c, "places", 2, 12);
    k.channels = grade_size (c, "channels", 1, 6);
    k.share = between (c, 0.05f, 0.4f);
    k.epsilon = between (c, 0.001f, 0.05f);
    k.rate = between (c, 0.05f, 0.3f);
    k.momentum = between (c, 0.5f, 0.9f);
    k.decay = between (c, 0.05f, 0.3f);
    k.y = grade_out (c, "y", k.places, k.channels);
    for (int s = 0; s < STATE; s++)
        k.state[s] = grade_inout (c, names[s], k.channels);
    k.x = grade_in (c, "x", k.steps, k.places, k.channels);
    k.dw = grade_in (c, "dw", k.steps, k.channels);
    for (int i = 0; i < k.channels; i++)
        k.state[3][i] = 0.3f + k.state[3][i] * k.state[3][i];
    for (int s = 0; s < STATE; s++) {
        k.before[s] = grade_scratch (c, names[s], k.channels);
        memcpy (k.before[s], k.state[s], k.channels * sizeof (float));
    }
}

static void learns (grade_case *c)
{
    k.steps = 1;
    k.frozen = 0;
    make (c);
}

static void stays (grade_case *c)
{
    k.steps = 1;
    k.frozen = 1;
    make (c);
}

static void many (grade_case *c)
{
    k.steps = grade_size (c, "steps", 2, 20);
    k.frozen = 1;
    make (c);
}

static void call (grade_case *c)
{
    for (int step = 0; step < k.steps; step++)
        GRADE_CALL (c, ex_frozen_step)
    (k.y, k.state[0], k.state[1], k.state[2], k.state[3],
     k.x + (size_t) step * k.places * k.channels,
     k.dw + (size_t) step * k.channels, k.places, k.channels, k.frozen, k.share,
     k.epsilon, k.rate, k.momentum, k.decay);
}

/*  Every byte of what is frozen. */
static void unchanged (grade_case *c)
{
    static const char *const keys[STATE] = { "weight", "momentum", "mean",
                                             "variance" };
    static const char *const names[STATE] = { "the weight w", "its momentum v",
                                              "the running mean",
                                              "the running variance" };
    for (int s = 0; s < STATE; s++)
        for (int i = 0; i < k.channels; i++)
            if (memcmp (&k.state[s][i], &k.before[s][i], sizeof (float)) != 0) {
                grade_fail (c, keys[s],
                            "after %d steps with frozen = 1 %s of channel %d is "
                            "%.9g, and was %.9g",
                            k.steps, names[s], i, (double) k.state[s][i],
                            (double) k.before[s][i]);
                return;
            }
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 3,
      .title = "a step that is not frozen equals the reference",
      .make = learns,
      .call = call },
    { .code = "O",
      .points = 3,
      .title = "a frozen one does what inference does",
      .make = stays,
      .call = call },
    { .code = "B",
      .points = 4,
      .title = "after many frozen steps every byte is what it was",
      .make = many,
      .call = call,
      .judge = unchanged }
};

GRADE_EXERCISE (ex_frozen_step_prototype);
