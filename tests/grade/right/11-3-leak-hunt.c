/* all pictures brought to mean 0 and length 1 first; then the correlation is a product, and copies are near: a distance below 0.7 */
#include "exercise.h"

static void settle (float *to, const float *from, int size)
{
    double mean = 0, length = 0;
    for (int k = 0; k < size; k++)
        mean += from[k];
    mean /= size;
    for (int k = 0; k < size; k++)
        length += (from[k] - mean) * (from[k] - mean);
    for (int k = 0; k < size; k++)
        to[k] = (float) ((from[k] - mean) / sqrt (length));
}

void ex_leaks (int *leak, const float *learnt, int n, const float *held, int m,
               int size)
{
    float *known = malloc (((size_t) n * size + 1) * sizeof *known),
          *asked = malloc (size * sizeof *asked);
    for (int j = 0; j < n; j++)
        settle (known + (size_t) j * size, learnt + (size_t) j * size, size);
    for (int i = 0; i < m; i++) {
        settle (asked, held + (size_t) i * size, size);
        double nearest = 4;
        for (int j = 0; j < n; j++) {
            double far = 0;
            for (int k = 0; k < size; k++)
                far += (asked[k] - known[(size_t) j * size + k]) *
                       (asked[k] - known[(size_t) j * size + k]);
            nearest = far < nearest ? far : nearest;
        }
        leak[i] = nearest < 0.5;
    }
    free (known);
    free (asked);
}
