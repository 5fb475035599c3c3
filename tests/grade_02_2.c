/*  grade_02_2.c - the checks of exercise 2.2, standardise with training statistics only  */
#include "grade/grade.h"

GRADE_FUNCTION (void, ex_standardise, float *train, float *test, int n_train,
                int n_test, int pixels, int channels);

static struct {
    int n_train, n_test, pixels, channels;
    float *train, *test;
} k;

static void sizes (grade_case *c)
{
    k.n_train = grade_size (c, "n_train", 2, 30);
    k.n_test = grade_size (c, "n_test", 1, 20);
    k.pixels = grade_size (c, "pixels", 2, 40);
    k.channels = grade_size (c, "channels", 1, 4);
}

/*  Every channel lies elsewhere and spreads differently, and the test images again do. */
static void spread (float *x, int n, float away)
{
    for (int i = 0; i < n * k.pixels * k.channels; i++) {
        const int channel = i % k.channels;
        x[i] = (x[i] + away) * (0.2f + 0.1f * channel) + 0.5f - 0.15f * channel;
    }
}

static void both (grade_case *c)
{
    sizes (c);
    k.train = grade_inout (c, "train", k.n_train, k.pixels, k.channels);
    k.test = grade_inout (c, "test", k.n_test, k.pixels, k.channels);
    spread (k.train, k.n_train, 0);
    spread (k.test, k.n_test, 0.7f);
}

static void train_only (grade_case *c)
{
    sizes (c);
    k.train = grade_inout (c, "train", k.n_train, k.pixels, k.channels);
    k.test = grade_scratch (c, "test", k.n_test, k.pixels, k.channels);
    spread (k.train, k.n_train, 0);
    spread (k.test, k.n_test, 0.7f);
}

/*  Channel 0 of the training images is the same everywhere: a number that floats have. */
static void constant (grade_case *c)
{
    both (c);
    for (int i = 0; i < k.n_train * k.pixels; i++)
        k.train[i * k.channels] = 0.25f;
}

static void call (grade_case *c)
{
    GRADE_CALL (c, ex_standardise)
    (k.train, k.test, k.n_train, k.n_test, k.pixels, k.channels);
}

static const grade_check checks[] = {
    { .code = "P",
      .points = 3,
      .title = "training images: mean 0, deviation 1 per channel",
      .make = train_only,
      .call = call },
    { .code = "P",
      .points = 5,
      .title = "test images: by the rule of the training images",
      .make = both,
      .call = call },
    { .code = "P",
      .points = 2,
      .title = "a channel that never changes",
      .make = constant,
      .call = call }
};

GRADE_EXERCISE (ex_standardise_prototype);
