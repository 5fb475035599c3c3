// Right in another way: mean and variance in one pass, after Welford.
#include "exercise.h"

void ex_batchnorm_forward (float *y, float *mean, float *variance, const float *x,
                           int places, int channels, float momentum, float epsilon)
{
    for (int k = 0; k < channels; k++) {
        double middle = 0, q = 0;
        for (int i = 0; i < places; i++) {
            const double d = x[i * channels + k] - middle;
            middle += d / (i + 1);
            q += d * (x[i * channels + k] - middle);
        }
        for (int i = places - 1; i >= 0; i--)
            y[i * channels + k] = (float) (x[i * channels + k] - middle) /
                                  sqrtf ((float) q / (float) places + epsilon);
        mean[k] = (1 - momentum) * mean[k] + momentum * (float) middle;
        variance[k] = (1 - momentum) * variance[k] +
                      momentum * (float) q / (float) (places - 1);
    }
}
