// Right in another way: the targets are laid out, and the library's own loss takes them.
#include "exercise.h"

void ex_mixup_loss (float *loss, float *dx, const float *x, const int *label,
                    float share, int n, int classes)
{
    float *target = calloc ((size_t) n * classes, sizeof *target);
    *loss = 0;
    for (int i = 0; i < n; i++) {
        target[i * classes + label[i]] += share;
        target[i * classes + label[n - 1 - i]] += 1 - share;
    }
    for (int i = 0; i < n; i++) {
        const float *row = x + (size_t) i * classes;
        double most = row[0], sum = 0;
        for (int k = 1; k < classes; k++)
            most = fmax (most, row[k]);
        for (int k = 0; k < classes; k++)
            sum += exp (row[k] - most);
        for (int k = 0; k < classes; k++) {
            const double log_p = row[k] - most - log (sum);
            *loss -= (float) (target[i * classes + k] * log_p / n);
            dx[i * classes + k] =
                (float) ((exp (log_p) - target[i * classes + k]) / n);
        }
    }
    free (target);
}
