/*  search.c - search spaces, samplers and the rule of halving  */
#include "../../chapters/12-tuning/table.h"

#include "functions.h"
#include "nn.h"
#include "test.h"

enum { TRIALS = 60, SEEDS = 10 };

static void refused (const char *name, const char *text, const char *why)
{
    nn_space space = { .count = 77 };
    const int status = nn_space_read (&space, text);
    check (status == NN_EVALUE && space.count == 77 && strstr (nn_error (), why),
           name, "status %d, %s", status, nn_error ());
}

static void bad_spaces (void)
{
    refused ("low > high is refused", "rate 1..0.1",
             "rate: low is 1 and high is 0.1");
    refused ("low = high is refused", "rate 1..1", "low must be less");
    refused ("log of 0 is refused", "rate 0..1 log", "leave out log");
    refused ("log of less than 0 is refused", "rate -1..1 log",
             "rate: low is -1, and below 0 there are no logarithms");
    refused ("an empty choice is refused", "batch 16,,64", "choice 2 is empty");
    refused ("a choice twice is refused", "batch 16,64,16", "16 is there twice");
    refused ("nothing to choose from", "batch", "batch: what may it be?");
    refused ("a range without an end", "rate 1e-5..", "LOW..HIGH");
    refused ("a range to infinity", "rate 1..inf", "LOW..HIGH");
    refused ("a range that is no number", "rate nan..1", "LOW..HIGH");
    refused ("whole numbers with a half", "batch 1..2.5 whole", "are not whole");
    refused ("a misspelt word", "rate 1..2 lgo", "did you mean log?");
    refused ("a log of choices", "batch 16,32 log", "choices have no log");
    refused ("a name twice", "rate 1..2; rate 2..3", "rate is there twice");
    refused ("a condition on nothing", "m 0..1 if opt sgd",
             "'opt', which is no earlier");
    refused ("a condition on a range", "r 0..1; m 0..1 if r 1",
             "no earlier hyperparameter with choices");
    refused ("a condition on no choice", "o a,b; m 0..1 if o c",
             "o c, which is not among the choices");
    refused ("half a condition", "o a,b; m 0..1 if o", "if NAME CHOICE");
    refused ("nothing at all", " ; ", "without a hyperparameter");
    char many[1024] = "", long_name[80] = "";
    for (int k = 0; k < 17; k++)
        snprintf (many + strlen (many), sizeof many - strlen (many), "h%d 0..1;",
                  k);
    refused ("too many", many, "more than 16");
    snprintf (long_name, sizeof long_name, "%040d 0..1", 1);
    refused ("a long name", long_name, "too long");
}

static void texts (void)
{
    static const char *const same[] = { "rate 1e-05..0.1 log",
                                        "batch 8..256 whole log",
                                        "optimiser adam,sgd",
                                        "momentum 0.5..0.99 if optimiser sgd" };
    nn_space space;
    char text[1024];
    check (nn_space_read (&space, "rate 1e-5..1e-1 log; batch 8..256 log whole ;"
                                  "optimiser adam,sgd;\n"
                                  "momentum 0.5..0.99 if optimiser sgd;") == NN_OK,
           "a space is read", "%s", nn_error ());
    for (int i = 0; i < 4; i++) {
        nn_hyper_text (&space, i, text, sizeof text);
        check (strcmp (text, same[i]) == 0, "and written", "%s", text);
    }
}

/*  Every value is one that the space has, conditions included; and all parts of a
 *  scale are met. */
static void draws (const char *name)
{
    nn_space space;
    nn_trial trials[400];
    int low = 0, with = 0, ends[2] = { 0 };
    bool inside = true;
    nn_sampler *sampler = nn_sampler_find (name);
    if (nn_space_read (&space,
                       "rate 1e-4..1 log; batch 1..3 whole; optimiser "
                       "adam,sgd; momentum 0.5..0.99 if optimiser sgd") < 0)
        exit (1);
    for (int k = 0; k < 400; k++) {
        nn_trial *t = &trials[k];
        *t = (nn_trial){ .number = k, .state = NN_TRIAL_DONE };
        nn_random random = nn_random_from (3, NN_FOR_SEARCH, k, 0);
        if (sampler (&space, trials, k, &random, t->value) < 0)
            exit (1);
        for (int i = 0; i < 3; i++)
            inside = inside && t->value[i] >= space.hyper[i].low &&
                     t->value[i] <= space.hyper[i].high;
        inside = inside && t->value[1] == floor (t->value[1]) &&
                 isnan (t->value[3]) == (t->value[2] == 0);
        low += t->value[0] < 1e-2;
        with += t->value[2] == 1;
        ends[0] += t->value[1] == 1;
        ends[1] += t->value[1] == 3;
        t->result = (double) nn_random_uniform (&random);
    }
    check (inside, name, "a value that the space has not");
    if (sampler == nn_random_search) {
        check (abs (low - 200) < 50, "half of a log scale is half of the draws",
               "%d of 400", low);
        check (abs (with - 200) < 50, "choices are alike", "%d of 400", with);
        check (abs (ends[0] - 133) < 47 && abs (ends[1] - 133) < 47,
               "the ends of a whole range are as likely as its middle",
               "%d and %d of 400", ends[0], ends[1]);
    }
}

static double best_of (const search_function *f, nn_sampler *sampler,
                       uint64_t seed)
{
    nn_space space;
    nn_trial trials[TRIALS];
    double best = INFINITY;
    if (nn_space_read (&space, f->space) < 0)
        exit (1);
    for (int k = 0; k < TRIALS; k++) {
        trials[k] = (nn_trial){ .number = k, .state = NN_TRIAL_DONE };
        nn_random random = nn_random_from (seed, NN_FOR_SEARCH, k, 0);
        if (sampler (&space, trials, k, &random, trials[k].value) < 0)
            exit (1);
        trials[k].result = f->at (trials[k].value);
        best = fmin (best, trials[k].result);
    }
    return best;
}

/*  At 60 trials, in at least 8 of 10 seeds; and over 100 seeds, in at least 75. */
static void tpe_beats_random (const search_function *f)
{
    int wins = 0, all = 0;
    for (int seed = 1; seed <= 10 * SEEDS; seed++) {
        const bool won =
            best_of (f, nn_tpe, seed) < best_of (f, nn_random_search, seed);
        wins += won && seed <= SEEDS;
        all += won;
    }
    char name[80];
    snprintf (name, sizeof name, "TPE beats random search on %s, %d of %d",
              f->name, wins, SEEDS);
    check (wins >= 8, name, "%d of %d", wins, SEEDS);
    check (all >= 75, "and in three of four over 100 seeds", "%d", all);
    const double best = best_of (f, nn_tpe, 1);
    check (best >= f->lowest - 1e-9, "never below the lowest point", "%g", best);
}

/*  The same on trainings of a small net, as chapter 12 recorded them. */
static tuning_table table;

static double trained (const double *x)
{
    return table_at (&table, x[0], x[1], TABLE_EPOCHS);
}

static void tpe_beats_on_the_table (void)
{
    const search_function f = { "rate and batch", TABLE_SPACE, 0, trained };
    const int status = table_read (&table, "chapters/12-tuning/table.tsv");
    check (status == NN_OK, "the table of trainings is there", "%s", nn_error ());
    if (status == NN_OK)
        tpe_beats_random (&f);
}

/*  What failed or still runs is bad, what was stopped early is behind what was
 *  finished. */
static void tpe_knows_states (void)
{
    nn_space space;
    nn_trial trials[100];
    int near[3] = { 0 };
    if (nn_space_read (&space, "x 0..1") < 0)
        exit (1);
    for (int round = 0; round < 3; round++)
        for (int draw = 0; draw < 50; draw++) {
            // -- good ones at 0.2 .. 0.3; better, at 0.8 .. 0.9, what does not count
            static const int state[] = { NN_TRIAL_DONE, NN_TRIAL_FAILED,
                                         NN_TRIAL_PRUNED };
            nn_random random = nn_random_from (1, NN_FOR_TEST, draw, round);
            for (int k = 0; k < 40; k++) {
                const bool tempting = k % 8 == 1;
                const double x = k % 8 == 0 ? 0.2 + 0.002 * k
                                 : tempting
                                     ? 0.8 + 0.002 * k
                                     : (k * 0.618034) - floor (k * 0.618034);
                trials[k] = (nn_trial){ .number = k,
                                        .state = NN_TRIAL_DONE,
                                        .value = { x },
                                        .result = k % 8 == 0 ? 1
                                                  : tempting ? 0
                                                             : 5 };
                if (tempting) {
                    trials[k].state = state[round];
                    trials[k].result = state[round] == NN_TRIAL_FAILED
                                           ? (double) NAN
                                           : trials[k].result;
                    trials[k].step = 1;
                }
            }
            double value[NN_HYPERS];
            if (nn_tpe (&space, trials, 40, &random, value) < 0)
                exit (1);
            near[round] += value[0] > 0.75 && value[0] < 0.95;
        }
    check (near[0] > 25, "TPE goes where finished trials were good", "%d of 50",
           near[0]);
    check (near[1] < 10, "and not where they failed", "%d of 50", near[1]);
    check (near[2] < 10, "nor where they were stopped early", "%d of 50", near[2]);
}

/*  What is good only together is tried together: the good ones lie where x and y are
 *  the same, and either alone says nothing. */
static void tpe_sees_pairs (void)
{
    nn_space space;
    nn_trial trials[200];
    int near = 0;
    if (nn_space_read (&space, "x 0..1; y 0..1") < 0)
        exit (1);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 9);
    for (int k = 0; k < 200; k++) {
        const double x = (double) nn_random_uniform (&random),
                     y = (double) nn_random_uniform (&random);
        trials[k] = (nn_trial){ .number = k,
                                .state = NN_TRIAL_DONE,
                                .value = { x, y },
                                .result = fabs (x - y) };
    }
    for (int draw = 0; draw < 50; draw++) {
        double value[NN_HYPERS];
        nn_random own = nn_random_from (1, NN_FOR_TEST, draw, 10);
        if (nn_tpe (&space, trials, 200, &own, value) < 0)
            exit (1);
        near += fabs (value[0] - value[1]) < 0.2;
    }
    // -- by chance, 18 of 50
    check (near > 35, "TPE tries together what is good together", "%d of 50",
           near);
}

static void halving (void)
{
    const nn_halving h = { .least = 1, .most = 27, .factor = 3 };
    bool right = true;
    for (int step = 0; step <= 30; step++)
        right = right && nn_halving_rung (&h, 0, step) ==
                             (step == 1 || step == 3 || step == 9);
    check (right, "the rungs are 1, 3, 9", "they are others");
    check (!nn_halving_rung (&h, 1, 1) && nn_halving_rung (&h, 1, 3) &&
               !nn_halving_rung (&h, 3, 9),
           "a later bracket is judged later, the last never", "it is not");
    const double others[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    check (!nn_halving_stops (&h, 0.5, others, 8) &&
               !nn_halving_stops (&h, 2.5, others, 8) &&
               nn_halving_stops (&h, 3.5, others, 8),
           "three of nine go on", "others do");
    check (!nn_halving_stops (&h, 1, NULL, 0) &&
               nn_halving_stops (&h, 2, others, 1),
           "of few, the best goes on", "it does not");
    check (nn_halving_stops (&h, NAN, NULL, 0), "what is no number stops",
           "it goes on");
    // -- nine trials that come in a random order spend about a third
    const nn_halving all = { .least = 1, .most = 27, .factor = 3, .brackets = 4 };
    int size[4] = { 0 };
    for (int k = 0; k < 27 + 12 + 6 + 4; k++)
        size[nn_halving_bracket (&all, k)]++;
    check (size[0] == 27 && size[1] == 12 && size[2] == 6 && size[3] == 4,
           "Hyperband's brackets have the paper's 27, 12, 6 and 4 trials",
           "%d %d %d %d", size[0], size[1], size[2], size[3]);
    check (nn_halving_check (&all) == NN_OK, "the paper's brackets are taken",
           "%s", nn_error ());
    const nn_halving bad[] = { { 0, 9, 3, 0 }, { 9, 3, 3, 0 },  { 1, 9, 1, 0 },
                               { 1, 9, 3, 4 }, { 1, 9, 3, -1 }, { -1, 9, 3, 0 } };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        check (nn_halving_check (&bad[k]) == NN_EVALUE, "a halving that cannot be",
               "%zu is taken", k);
}

int main (void)
{
    bad_spaces ();
    texts ();
    draws ("random");
    draws ("tpe");
    check (!nn_sampler_find ("tep") && strstr (nn_error (), "mean 'tpe'?"),
           "an unknown sampler gets a guess", "%s", nn_error ());
    for (int f = 0; f < 2; f++)
        tpe_beats_random (&search_functions[f]);
    tpe_beats_on_the_table ();
    tpe_knows_states ();
    tpe_sees_pairs ();
    halving ();
    return nn_test_done ();
}
