// Right in another way: frozen and learning are two functions, and the sums are made in double.
#include "exercise.h"

static void pass (float *y, const float *x, int places, int channels, int k,
                  float weight, double middle, double spread, float epsilon)
{
    for (int i = k; i < places * channels; i += channels)
        y[i] =
            (float) (weight * (x[i] - middle) / sqrt (spread + (double) epsilon));
}

void ex_frozen_step (float *y, float *w, float *v, float *mean, float *variance,
                     const float *x, const float *dw, int places, int channels,
                     int frozen, float share, float epsilon, float rate,
                     float momentum, float decay)
{
    for (int k = 0; k < channels; k++) {
        if (frozen) {
            pass (y, x, places, channels, k, w[k], mean[k], variance[k], epsilon);
            continue;
        }
        double sum = 0, square = 0;
        for (int i = k; i < places * channels; i += channels)
            sum += x[i];
        sum /= places;
        for (int i = k; i < places * channels; i += channels)
            square += (x[i] - sum) * (x[i] - sum);
        square /= places;
        pass (y, x, places, channels, k, w[k], sum, square, epsilon);
        mean[k] = (1 - share) * mean[k] + share * (float) sum;
        variance[k] = (1 - share) * variance[k] + share * (float) square;
        v[k] = momentum * v[k] + (dw[k] + decay * w[k]);
        w[k] = w[k] - rate * v[k];
    }
}
