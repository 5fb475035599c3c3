/*  16-3-weights.c - a right answer to exercise 16.3 that steps along the slope  */
#include "exercise.h"

void ex_vote_weights (float *weight, const float *p, const int *label,
                      const int *part, int members, int n, int classes)
{
    double z[16] = { 0 };
    for (int m = 0; m < members; m++)
        weight[m] = 1.0f / (float) members;
    for (int step = 0; step < 4000; step++) {
        double slope[16] = { 0 }, sum = 0;
        int images = 0;
        for (int i = 0; i < n; i++) {
            if (part[i] != 1)
                continue;
            double given = 0;
            for (int m = 0; m < members; m++)
                given += weight[m] * p[(m * n + i) * classes + label[i]];
            for (int m = 0; m < members; m++)
                slope[m] += p[(m * n + i) * classes + label[i]] / given;
            images++;
        }
        for (int m = 0; m < members; m++)
            sum += exp (z[m] += 0.3 * slope[m] / images);
        for (int m = 0; m < members; m++)
            weight[m] = (float) (exp (z[m]) / sum);
        for (int m = members - 1; m >= 0; m--)
            z[m] = log (fmax (weight[m], 1e-30));
    }
}
