// Right in another way: bin by bin, and two sums without any mean.
#include "exercise.h"

double ex_calibration_error (const float *p, const int *label, int n, int classes,
                             int bins)
{
    double all = 0;
    for (int b = 1; b <= bins; b++) {
        double apart = 0;
        for (int i = 0; i < n; i++) {
            int best = classes - 1;
            for (int k = classes - 1; k >= 0; k--)
                best = p[i * classes + k] >= p[i * classes + best] ? k : best;
            const double s = p[i * classes + best];
            if (s * bins > b - 1 && s * bins <= b)
                apart += (best == label[i]) - s;
        }
        all += fabs (apart) / n;
    }
    return all;
}
