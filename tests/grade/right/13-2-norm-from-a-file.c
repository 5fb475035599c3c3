/*  13-2-norm-from-a-file.c - a right answer to exercise 13.2 in double precision  */
#include "exercise.h"

void ex_norm_from_file (float *scale, float *shift, const float *file, int c,
                        float epsilon)
{
    for (int k = c - 1; k >= 0; k--) {
        const double a = file[k] / sqrt ((double) file[3 * c + k] + epsilon);
        scale[k] = (float) a;
        shift[k] = (float) (file[c + k] - a * file[2 * c + k]);
    }
}
