/*  table.c - trains the baseline for every pair of a learning rate and a batch size,
 *  and writes a line for each: rate, batch, seed, then the validation accuracy after
 *  each epoch and the validation loss after each. Pairs that the file has already are
 *  left out, so a run that was broken off goes on. */
#include "../record.h"

#include <math.h>
#include <string.h>

enum {
    RATES = 13,
    BATCHES = 6,
    SEEDS = 2,
    EPOCHS = 8,
    LEARNT = 1000,
    HELD = 1000
};

/*  Is this line there, and whole? */
static bool has (const char *path, const char *start)
{
    char line[1024];
    bool found = false;
    FILE *in = fopen (path, "r");
    while (in && !found && fgets (line, sizeof line, in))
        found = strncmp (line, start, strlen (start)) == 0 && strchr (line, '\n');
    if (in)
        fclose (in);
    return found;
}

/*  One training from beginning to end. */
static void train (FILE *out, const char *start, double rate, int batch,
                   uint64_t seed, const nn_data *learnt, const nn_data *held)
{
    float mean[4], deviation[4];
    must (nn_moments (learnt, mean, deviation));
    const nn_transform standard = nn_standardise (mean, deviation, 3);
    nn_net *net = nn_model_net (nn_model_find ("baseline"), 32, 32, 3, 10,
                                nn_init_glorot, seed);
    must (nn_net_build (net, .batch = batch));
    nn_optimiser adam = nn_adam (.rate = (float) rate);
    nn_history history = { 0 };
    must (nn_train (net, learnt, &history, .validation = held, .epochs = EPOCHS,
                    .seed = seed, .optimiser = &adam, .transforms = &standard,
                    .transform_count = 1));
    fprintf (out, "%s", start);
    for (int e = 0; e < EPOCHS; e++)
        fprintf (out, "\t%.4f", history.epoch[e].val_accuracy);
    for (int e = 0; e < EPOCHS; e++)
        fprintf (out, "\t%.4f", history.epoch[e].val_loss);
    fprintf (out, "\n");
    fflush (out);
    nn_history_free (&history);
    nn_net_free (&net);
}

int main (int count, char **args)
{
    if (count != 2)
        return fprintf (stderr, "usage: table FILE\n"), 2;
    nn_data *learnt = nn_shapes10 (LEARNT, 12), *held = nn_shapes10 (HELD, 1212);
    FILE *out = fopen (args[1], "a");
    if (!learnt || !held || !out)
        return fprintf (stderr, "table: %s\n", nn_error ()), 1;
    for (int seed = 1; seed <= SEEDS; seed++)
        for (int r = 0; r < RATES; r++)
            for (int b = 0; b < BATCHES; b++) {
                char start[64];
                const double rate = pow (10, -5 + r / 3.0);
                snprintf (start, sizeof start, "%.6g\t%d\t%d", rate, 8 << b, seed);
                if (!has (args[1], start))
                    train (out, start, rate, 8 << b, seed, learnt, held);
            }
    return fclose (out) != 0;
}
