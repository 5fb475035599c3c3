// Right in another way: weights first brought to the mean 1, probabilities kept in dx.
#include "exercise.h"

float ex_weighted_loss (float *dx, const float *x, const int *label,
                        const float *weight, int n, int classes)
{
    float mean = 0, loss = 0;
    for (int i = 0; i < n; i++)
        mean += weight[label[i]] / n;
    for (int i = 0; i < n; i++) {
        float *row = dx + i * classes, sum = 1; // the label's own: exp 0
        const float w = weight[label[i]] / mean / n;
        for (int k = 0; k < classes; k++) {
            row[k] = expf (x[i * classes + k] - x[i * classes + label[i]]);
            sum += k == label[i] ? 0 : row[k];
        }
        loss += w * logf (sum);
        for (int k = 0; k < classes; k++)
            row[k] *= w / sum;
        row[label[i]] -= w;
    }
    return loss;
}
