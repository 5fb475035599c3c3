/*  record.c - the searches that chapter 12 speaks of, as lines for run.tsv
 *
 *      record TABLE SEEDS [OPTUNA]
 *
 *  OPTUNA holds what tests/bench/search.py printed for as many seeds. */
#include "table.h"

#include "../record.h"
#include "functions.h"

enum { TRIALS = 60, FEW = 10, BUDGET = TRIALS * TABLE_EPOCHS, MOST = 1000 };

static tuning_table table;

static double landscape (const double *x)
{
    return table_at (&table, x[0], x[1], TABLE_EPOCHS);
}

/*  The best of 60. */
static double search (const search_function *f, nn_sampler *sampler, uint64_t seed)
{
    nn_space space;
    nn_trial trials[TRIALS];
    double best = INFINITY;
    must (nn_space_read (&space, f->space));
    for (int k = 0; k < TRIALS; k++) {
        nn_random random = nn_random_from (seed, NN_FOR_SEARCH, k, 0);
        trials[k] = (nn_trial){ .number = k, .state = NN_TRIAL_DONE };
        must (sampler (&space, trials, k, &random, trials[k].value));
        trials[k].result = f->at (trials[k].value);
        best = fmin (best, trials[k].result);
    }
    return best;
}

/*  The best on the table for a budget of epochs, with or without halving. */
static double spend (nn_sampler *sampler, const nn_halving *halving, uint64_t seed,
                     int *begun)
{
    static nn_trial trials[BUDGET];
    static double reached[BUDGET][TABLE_EPOCHS + 1], others[BUDGET];
    nn_space space;
    double best = 1;
    must (nn_space_read (&space, TABLE_SPACE));
    for (int k = 0, spent = 0; spent < BUDGET; k++) {
        nn_trial *t = &trials[k];
        nn_random random = nn_random_from (seed, NN_FOR_SEARCH, k, 0);
        *t = (nn_trial){ .number = k, .state = NN_TRIAL_DONE };
        must (sampler (&space, trials, k, &random, t->value));
        for (int e = 1; e <= TABLE_EPOCHS && spent < BUDGET; e++, spent++) {
            int count = 0;
            t->step = e;
            t->result = reached[k][e] =
                table_at (&table, t->value[0], t->value[1], e);
            for (int j = 0; j < k; j++)
                if (trials[j].step >= e)
                    others[count++] = reached[j][e];
            if (e == TABLE_EPOCHS)
                best = fmin (best, t->result);
            if (halving && nn_halving_rung (halving, 0, e) &&
                nn_halving_stops (halving, t->result, others, count)) {
                t->state = NN_TRIAL_PRUNED;
                spent++;
                break;
            }
        }
        *begun = k + 1;
    }
    return best;
}

/*  Mean and deviation of one seed. */
static void tell (const char *function, const char *who, const double *best,
                  int count)
{
    double mean = 0, square = 0;
    for (int k = 0; k < count; k++)
        mean += best[k] / count;
    for (int k = 0; k < count; k++)
        square += (best[k] - mean) * (best[k] - mean) / (count - 1);
    const int digits = strcmp (function, "table60") == 0 ? 4 : 3;
    printf ("%s_%s\t%.*f\tbest of %d, mean of %d seeds\n", function, who, digits,
            mean, TRIALS, count);
    printf ("%s_%s_sd\t%.*f\tstandard deviation over the seeds\n", function, who,
            digits, sqrt (square));
}

/*  One function, ours at random and with TPE, and Optuna's. */
static void compare (const search_function *f, int seeds, const char *optuna)
{
    static double best[2][MOST], theirs[MOST];
    int wins = 0, few = 0, count = 0;
    char line[256], name[32];
    for (int k = 0; k < MOST; k++) {
        best[0][k] = search (f, nn_random_search, k + 1);
        best[1][k] = search (f, nn_tpe, k + 1);
        wins += best[1][k] < best[0][k];
        few += k < FEW && best[1][k] < best[0][k];
    }
    tell (f->name, "random", best[0], seeds);
    tell (f->name, "tpe", best[1], seeds);
    printf ("%s_wins\t%.0f\tpercent of %d seeds: TPE ahead of random search\n",
            f->name, 100.0 * wins / MOST, MOST);
    printf ("%s_wins_few\t%d\tof the first %d\n", f->name, few, FEW);
    FILE *in = optuna ? fopen (optuna, "r") : NULL;
    while (in && fgets (line, sizeof line, in))
        if (sscanf (line, "%31s", name) == 1 && strcmp (name, f->name) == 0 &&
            count < MOST)
            theirs[count++] = strtod (strrchr (line, '\t'), NULL);
    if (in)
        fclose (in);
    if (count > 1)
        tell (f->name, "optuna", theirs, count);
}

/*  The same budget of epochs for three methods, ten seeds each. */
static void budget (void)
{
    const nn_halving by_three = { .least = 1, .most = TABLE_EPOCHS, .factor = 3 };
    double mean[3] = { 0 };
    int wins[3] = { 0 }, begun = 0, all = 0;
    for (int seed = 1; seed <= FEW; seed++) {
        const double best[3] = { spend (nn_random_search, NULL, seed, &begun),
                                 spend (nn_tpe, NULL, seed, &begun),
                                 spend (nn_tpe, &by_three, seed, &begun) };
        all += begun;
        for (int m = 0; m < 3; m++) {
            mean[m] += best[m] / FEW;
            wins[m] += best[m] < best[0];
        }
    }
    printf ("budget_epochs\t%d\t%d whole trials\n", BUDGET, TRIALS);
    printf ("table_random\t%.4f\tbest share named wrongly, mean of %d seeds\n",
            mean[0], FEW);
    printf ("table_tpe\t%.4f\tlikewise\ntable_wins\t%d\tof %d seeds\n", mean[1],
            wins[1], FEW);
    printf ("table_halving\t%.4f\tlikewise\nhalving_wins\t%d\tof %d seeds\n",
            mean[2], wins[2], FEW);
    printf ("halving_trials\t%.0f\tbegun, mean\n", (double) all / FEW);
}

int main (int count, char **args)
{
    const int seeds = count > 2 ? (int) strtol (args[2], NULL, 10) : 0;
    if (seeds < FEW || seeds > MOST)
        return fprintf (stderr, "usage: record TABLE SEEDS [OPTUNA]\n"), 2;
    must (table_read (&table, args[1]));
    const search_function on_table = { "table60", TABLE_SPACE, 0, landscape };
    double lowest = 1;
    for (int r = 0; r < TABLE_RATES; r++)
        for (int b = 0; b < TABLE_BATCHES; b++)
            lowest = fmin (lowest, table.error[r][b][TABLE_EPOCHS - 1]);
    printf ("# what chapters/12-tuning/record gave: key, value, note\n");
    printf ("table_seeds\t%d\tof each place that learns\ntable_trainings\t%d\n",
            table.seeds, table.trainings);
    printf ("table_lowest\t%.4f\tof all places\n", lowest);
    budget ();
    printf ("compare_seeds\t%d\nmany_seeds\t%d\n", seeds, MOST);
    for (int f = 0; f < 2; f++)
        compare (&search_functions[f], seeds, count > 3 ? args[3] : NULL);
    compare (&on_table, seeds, count > 3 ? args[3] : NULL);
    return 0;
}
