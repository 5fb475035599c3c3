/*  schedules.c - where the curves begin, turn and end, and that trainings of any
 *  length can use them */
#include "nn.h"
#include "test.h"

static float at (const nn_schedule *s, long step, long steps)
{
    return s->factor (s, step, steps);
}

static void near_to (const char *name, double is, double should)
{
    check (fabs (is - should) < 1e-6, name, "%.9g, not %.9g", is, should);
}

static void stairs (void)
{
    const nn_schedule *s = &nn_step_down;
    near_to ("the first stair", at (s, 0, 30), 1);
    near_to ("is level", at (s, 9, 30), 1);
    near_to ("the second", at (s, 10, 30), 0.1);
    near_to ("the third", at (s, 20, 30), 0.01);
    near_to ("to the end", at (s, 29, 30), 0.01);
    near_to ("and no fourth", at (s, 30, 30), 0.01);
    nn_schedule halves = *s;
    halves.value[0] = 0.5f;
    halves.value[1] = 5;
    near_to ("a copy with other values", at (&halves, 99, 100), 0.0625);
}

static void cosine (void)
{
    const nn_schedule *s = &nn_cosine;
    near_to ("the cosine begins at 1", at (s, 0, 200), 1);
    near_to ("a quarter", at (s, 50, 200), (1 + sqrt (0.5)) / 2);
    near_to ("half way", at (s, 100, 200), 0.5);
    near_to ("its last step", at (s, 199, 200), (1 - cos (M_PI / 200)) / 2);
    near_to ("is 0 at the end", at (s, 200, 200), 0);
    check (at (s, 199, 200) > 0, "no step is lost", "the last is %g",
           (double) at (s, 199, 200));
    nn_schedule floor_of = *s;
    floor_of.value[0] = 0.2f;
    near_to ("down to a floor", at (&floor_of, 100, 100), 0.2);
    near_to ("half way to a floor", at (&floor_of, 50, 100), 0.6);
}

static void cycle (void)
{
    const nn_schedule *s = &nn_one_cycle;
    near_to ("the cycle begins low", at (s, 0, 1000), 0.04);
    near_to ("rises half way", at (s, 150, 1000), 0.52);
    near_to ("to the top", at (s, 300, 1000), 1);
    near_to ("falls half way", at (s, 650, 1000), 0.5 + 2e-6);
    near_to ("to next to nothing", at (s, 1000, 1000), 4e-6);
    bool up = true, down = true;
    for (long k = 1; k < 1000; k++) {
        if (k <= 300)
            up &= at (s, k, 1000) > at (s, k - 1, 1000);
        else
            down &= at (s, k, 1000) < at (s, k - 1, 1000);
    }
    check (up && down, "up, then down", "up: %d, down: %d", up, down);
}

static void warm_ups (void)
{
    const nn_schedule *s = &nn_warm_cosine.schedule;
    near_to ("a warm-up begins small", at (s, 0, 100), 1 / 6.0);
    near_to ("and rises", at (s, 4, 100), 5 / 6.0);
    near_to ("up to where the other begins", at (s, 5, 100), 1);
    near_to ("which gets the rest", at (s, 5 + 19, 100),
             (1 + cos (M_PI * 19 / 95)) / 2);
    near_to ("in front of a constant", at (&nn_warm_constant.schedule, 50, 100),
             1);
    near_to ("in front of stairs", at (&nn_warm_step_down.schedule, 99, 100),
             0.01);
    const nn_warm_up own = nn_warm_up_to (&nn_one_cycle, 0.5f);
    near_to ("in front of a cycle", at (&own.schedule, 5, 20), 0.04 * 6 / 11);
    near_to ("no jump where they meet", at (&own.schedule, 10, 20), 0.04);
    const nn_warm_up none = nn_warm_up_to (&nn_cosine, 0);
    near_to ("of no length", at (&none.schedule, 0, 10), 1);
}

/*  One step or none, and more steps than were planned: always a number from 0 to
 *  1. */
static void any_length (void)
{
    const nn_schedule *const all[] = {
        &nn_constant,
        &nn_step_down,
        &nn_cosine,
        &nn_one_cycle,
        &nn_warm_constant.schedule,
        &nn_warm_step_down.schedule,
        &nn_warm_cosine.schedule,
    };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bool good = true;
        for (long steps = 0; steps < 40; steps++)
            for (long step = 0; step < 50; step++) {
                const float f = at (all[k], step, steps);
                good &= f >= 0 && f <= 1;
            }
        check (good, all[k]->name, "not a number from 0 to 1");
    }
}

/*  A recipe finds them by name, and the history shows what they did. */
static void in_use (void)
{
    static const char *const names[] = { "constant",      "step",
                                         "cosine",        "one-cycle",
                                         "warm-up",       "warm-up-step",
                                         "warm-up-cosine" };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        nn_recipe recipe = { .optimiser = "adam", .rate = 0.01 };
        nn_optimiser adam;
        const nn_schedule *schedule = NULL;
        check (nn_recipe_set (&recipe, "schedule", names[k]) == NN_OK &&
                   nn_recipe_optimiser (&recipe, &adam, &schedule) == NN_OK &&
                   !strcmp (schedule->name, names[k]),
               "a recipe asks for it by name", "%s: %s", names[k], nn_error ());
    }
    nn_data *data = nn_shapes10 (40, 1);
    nn_net *net = nn_model_net (nn_model_find ("linear"), 32, 32, 3, 10, NULL, 1);
    nn_net_build (net, .batch = 10);
    nn_history history = { 0 };
    nn_optimiser adam = nn_adam (.rate = 0.01f);
    const int status = nn_train (net, data, &history, .epochs = 5,
                                 .optimiser = &adam, .schedule = &nn_cosine);
    check (status == NN_OK && history.epochs == 5, "a training uses it", "%s",
           nn_error ());
    near_to ("its rate at the end of an epoch", history.epoch[2].rate,
             0.01 * (1 + cos (M_PI * 11 / 20)) / 2);
    near_to ("and the optimiser's own again", adam.rate, 0.01f);
    nn_history_free (&history);
    nn_net_free (&net);
    nn_data_free (&data);
}

int main (void)
{
    stairs ();
    cosine ();
    cycle ();
    warm_ups ();
    any_length ();
    in_use ();
    return nn_test_done ();
}
