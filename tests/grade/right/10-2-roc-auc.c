// Right in another way: the sum of ranks, where equal scores share the mean of theirs.
#include "exercise.h"

double ex_roc_auc (const float *score, const int *is, int n)
{
    double ranks = 0, p = 0;
    for (int i = 0; i < n; i++) {
        if (!is[i])
            continue;
        double below = 0, equal = 0;
        for (int j = 0; j < n; j++) {
            below += score[j] < score[i];
            equal += score[j] == score[i];
        }
        ranks += below + (equal + 1) / 2;
        p++;
    }
    return (ranks - p * (p + 1) / 2) / (p * (n - p));
}
