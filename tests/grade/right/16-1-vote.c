/*  16-1-vote.c - a right answer to exercise 16.1 that multiplies roots  */
#include "exercise.h"

void ex_vote (float *all, const float *p, int members, int n, int classes,
              bool logits)
{
    for (int at = 0; at < n * classes; at++) {
        double mean = logits ? 1 : 0;
        for (int m = 0; m < members; m++) {
            const double x = p[m * n * classes + at];
            if (logits)
                mean *= pow (fmax (x, 1e-30), 1.0 / members);
            else
                mean += x / members;
        }
        all[at] = (float) mean;
    }
    for (int i = 0; i < n && logits; i++) {
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += all[i * classes + k];
        for (int k = 0; k < classes; k++)
            all[i * classes + k] = (float) (all[i * classes + k] / sum);
    }
}
