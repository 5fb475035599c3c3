/*  facts.c - what the lines of record.c come to, as chapter 11's run.tsv
 *
 *  facts DIR: DIR holds folds.tsv, cover.tsv and twins.tsv; what is not there is left out.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

enum { FOLDS = 5, ROUNDS = 5, MOST = ROUNDS * FOLDS, SETS = 1000 };

static FILE *open_in (const char *folder, const char *name)
{
    char path[4096];
    snprintf (path, sizeof path, "%s/%s", folder, name);
    return fopen (path, "r");
}

/*  The numbers of the next line, from its tab `from` on; 0 at the end. `word` gets what
 *  stands behind the first tab. */
static int next_line (FILE *in, int from, double *x, int most, char word[32])
{
    char *line = NULL, *rest;
    size_t room = 0;
    int count = 0, tabs = 0;
    if (getline (&line, &room, in) > 0) {
        rest = line;
        for (char *field; (field = strsep (&rest, "\t\n")) && count < most;
             tabs++) {
            if (tabs == 1)
                snprintf (word, 32, "%s", field);
            if (tabs >= from && *field)
                x[count++] = strtod (field, NULL);
        }
    }
    free (line);
    return count;
}

static nn_estimate estimate (const double *x, int n, double overlap)
{
    nn_estimate e;
    if (nn_estimate_mean (&e, x, n, overlap, 0.95) != NN_OK) {
        fprintf (stderr, "facts: %s\n", nn_error ());
        exit (1);
    }
    return e;
}

static void tell (const char *name, const char *format, const double *x,
                  const double *really)
{
    char note[32] = "percent of the fold";
    double truth = 0;
    const nn_estimate e = estimate (x, FOLDS, 0.25);
#define FACT(key, value, note)                                                    \
    (printf ("%s_%s\t", name, key), printf (format, value),                       \
     printf ("\t%s\n", note))
    for (int k = 0; k < FOLDS; k++) {
        char number[4];
        snprintf (number, sizeof number, "%d", k + 1);
        FACT (number, x[k], note);
        truth += really[k] / FOLDS;
    }
    FACT ("mean", e.mean, "of the folds");
    FACT ("low", e.low, "of the corrected interval, 95 %");
    FACT ("high", e.high, "likewise");
    FACT ("really", truth, "percent of 10,000 fresh pictures, mean of five nets");
#undef FACT
}

static void folds (FILE *in)
{
    double x[2][2][FOLDS] = { { { 0 } } }, gain[2][FOLDS], line[3];
    char model[32];
    while (next_line (in, 2, line, 3, model) == 3)
        for (int i = 0; i < 2; i++)
            x[i][strcmp (model, "deeper") == 0][(int) line[0] - 1] =
                100 * line[1 + i];
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < FOLDS; k++)
            gain[i][k] = x[i][1][k] - x[i][0][k];
    tell ("baseline", "%.1f", x[0][0], x[1][0]);
    tell ("deeper", "%.1f", x[0][1], x[1][1]);
    tell ("gain", "%+.1f", gain[0], gain[1]);
    printf ("gain_p\t%.3f\tof no difference, corrected\n",
            estimate (gain[0], FOLDS, 0.25).p);
    printf ("gain_plain_p\t%.3f\tnot corrected\n", estimate (gain[0], FOLDS, 0).p);
}

static void cover (FILE *in)
{
    static double held[SETS][MOST];
    double truth = 0, line[2 * MOST];
    char word[32];
    int sets = 0;
    for (; sets < SETS && next_line (in, 0, line, 2 * MOST, word) == 2 * MOST;
         sets++)
        for (int at = 0; at < MOST; at++) {
            held[sets][at] = line[2 * at];
            truth += line[2 * at + 1];
        }
    truth /= sets * MOST;
    printf ("cover_sets\t%d\tof 500 pictures\n", sets);
    printf ("cover_nets\t%d\ttrained\n", sets * MOST);
    printf ("cover_truth\t%.1f\tpercent right of 1,000 fresh pictures\n",
            100 * truth);
    for (const int *rounds = (const int[]){ 1, 2, 5, 0 }; *rounds; rounds++) {
        int hold[2] = { 0 };
        double length[2] = { 0 };
        for (int s = 0; s < sets; s++)
            for (int c = 0; c < 2; c++) {
                const nn_estimate e =
                    estimate (held[s], *rounds * FOLDS, c ? 0.25 : 0);
                hold[c] += e.low <= truth && truth <= e.high;
                length[c] += 100 * (e.high - e.low) / sets;
            }
        for (int c = 0; c < 2; c++) {
            const char *name = c ? "corrected" : "plain";
            printf ("cover_%s_%d\t%.1f\tpercent of the intervals hold the truth\n",
                    name, *rounds, 100.0 * hold[c] / sets);
            printf ("length_%s_%d\t%.1f\tpoints, mean length\n", name, *rounds,
                    length[c]);
        }
    }
}

static void twins (FILE *in)
{
    char what[32];
    double line[2];
    for (int count; (count = next_line (in, 2, line, 2, what));) {
        printf ("cifar_%s\t%.0f\tof 10,000 test images\n", what, line[0]);
        if (count == 2)
            printf ("cifar_%s_same\t%.0f\tpercent of these\n", what,
                    100 * line[1] / line[0]);
    }
}

int main (int count, char **words)
{
    static const struct {
        const char *file;
        void (*tell) (FILE *in);
    } parts[] = { { "folds.tsv", folds },
                  { "cover.tsv", cover },
                  { "twins.tsv", twins } };
    if (count != 2)
        return 2;
    printf ("# the recorded runs of chapter 11, written by "
            "chapters/11-k-folds/record: "
            "key, value, note\n");
    for (int i = 0; i < 3; i++) {
        FILE *in = open_in (words[1], parts[i].file);
        if (in) {
            parts[i].tell (in);
            fclose (in);
        }
    }
    return 0;
}
