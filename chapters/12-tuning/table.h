/*  table.h - the table that chapters/12-tuning/table trained: how many pictures a small
 *  net names wrongly, for each learning rate, batch size and epoch; between its
 *  places it is interpolated, on the scales of their logarithms  */
#ifndef NN_TUNING_TABLE_H
#define NN_TUNING_TABLE_H

#include "nn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_RATES = 13, TABLE_BATCHES = 6, TABLE_EPOCHS = 8 };
#define TABLE_SPACE "rate 1e-5..1e-1 log; batch 8..256 whole log"

typedef struct {
    float error[TABLE_RATES][TABLE_BATCHES][TABLE_EPOCHS]; // mean over the seeds
    int seeds, trainings;
} tuning_table;

/*  Rates go up by a third of a power of ten from 1e-5, batches double from 8. */
static inline int table_read (tuning_table *self, const char *path)
{
    int seen[TABLE_RATES][TABLE_BATCHES] = { { 0 } };
    char line[512];
    FILE *in = fopen (path, "r");
    *self = (tuning_table){ .seeds = 0 };
    if (!in)
        return nn_fail (NN_EFILE, "%s cannot be read", path);
    while (fgets (line, sizeof line, in)) {
        char *at = line;
        const double rate = strtod (at, &at), batch = strtod (at, &at);
        const int seed = (int) strtol (at, &at, 10),
                  r = (int) lround (3 * (log10 (fmax (rate, 1e-9)) + 5)),
                  b = (int) lround (log2 (fmax (batch, 1))) - 3;
        if (r < 0 || r >= TABLE_RATES || b < 0 || b >= TABLE_BATCHES)
            continue;
        seen[r][b]++;
        self->trainings++;
        self->seeds = seed > self->seeds ? seed : self->seeds;
        for (int e = 0; e < TABLE_EPOCHS; e++)
            self->error[r][b][e] += (float) (1 - strtod (at, &at));
    }
    fclose (in);
    for (int r = 0; r < TABLE_RATES; r++)
        for (int b = 0; b < TABLE_BATCHES; b++)
            for (int e = 0; e < TABLE_EPOCHS; e++) {
                if (!seen[r][b])
                    return nn_fail (NN_EFORMAT, "%s: place %d, %d is missing",
                                    path, r, b);
                self->error[r][b][e] /= (float) seen[r][b];
            }
    return NN_OK;
}

/*  The share of pictures named wrongly after so many epochs, from 1. */
static inline double table_at (const tuning_table *self, double rate, double batch,
                               int epoch)
{
    const double y = fmin (fmax (3 * (log10 (rate) + 5), 0), TABLE_RATES - 1),
                 x = fmin (fmax (log2 (batch) - 3, 0), TABLE_BATCHES - 1);
    const int r = (int) fmin (y, TABLE_RATES - 2),
              b = (int) fmin (x, TABLE_BATCHES - 2), e = epoch - 1;
    const double v = y - r, u = x - b;
    return (1 - v) * ((1 - u) * (double) self->error[r][b][e] +
                      u * (double) self->error[r][b + 1][e]) +
           v * ((1 - u) * (double) self->error[r + 1][b][e] +
                u * (double) self->error[r + 1][b + 1][e]);
}

#endif
