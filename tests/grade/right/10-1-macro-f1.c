// Right in another way: a confusion matrix first, then precision and recall.
#include "exercise.h"

double ex_macro_f1 (const int *label, const int *named, int n, int classes)
{
    int count[40][40] = { { 0 } };
    double sum = 0;
    for (int i = 0; i < n; i++)
        count[label[i]][named[i]]++;
    for (int k = 0; k < classes; k++) {
        double row = 0, col = 0;
        for (int j = 0; j < classes; j++) {
            row += count[k][j];
            col += count[j][k];
        }
        if (count[k][k] == 0)
            continue;
        const double precision = count[k][k] / col, recall = count[k][k] / row;
        sum += 2 / (1 / precision + 1 / recall) / classes;
    }
    return sum;
}
