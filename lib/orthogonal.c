/*  orthogonal.c - first weights that keep every length
 *
 *  He's scale keeps the size of values on average. A single direction may still be
 *  stretched by one layer and squeezed by the next, and over many layers that adds
 *  up. A matrix whose columns are as long as each other, and at right angles,
 *  stretches all directions alike (Saxe, McClelland and Ganguli 2014).
 *
 *  It is made from normal numbers by Gram and Schmidt: from each column take away
 *  what it has in common with those before it, then set its length.
 */
#include "nn.h"

#include <math.h>

typedef struct { // one row or column of a matrix
    float *x;
    size_t n, stride;
} line;

static double dot (line a, line b)
{
    double sum = 0;
    for (size_t i = 0; i < a.n; i++)
        sum += (double) a.x[i * a.stride] * b.x[i * b.stride];
    return sum;
}

static void take_away (line a, line b, double times) // a -= times b
{
    for (size_t i = 0; i < a.n; i++)
        a.x[i * a.stride] -= (float) (times * b.x[i * b.stride]);
}

/*  The weights as a matrix with a row for each value that meets in a sum, and a
 *  column for each output. Columns at right angles, or rows where there are fewer
 *  of those. Their squares sum to 2, for the ReLU that follows, as He has it. */
void nn_init_orthogonal (float *w, size_t size, int fan_in, int fan_out,
                         nn_random *random)
{
    (void) fan_out;
    nn_require (fan_in > 0 && size % fan_in == 0,
                "%zu weights are not a matrix of %d rows", size, fan_in);
    const size_t rows = fan_in, cols = size / rows;
    const bool tall = rows >= cols;
    const size_t lines = tall ? cols : rows, next = tall ? 1 : cols;
    const line first = { w, tall ? rows : cols, tall ? cols : 1 };
    for (size_t i = 0; i < size; i++)
        w[i] = nn_random_normal (random);
    for (size_t k = 0; k < lines; k++) {
        const line a = { w + k * next, first.n, first.stride };
        // -- twice, for what rounding leaves the first time
        for (size_t j = 0; j < 2 * k; j++) {
            const line b = { w + j % k * next, first.n, first.stride };
            take_away (a, b, dot (a, b) / 2);
        }
        take_away (a, a, 1 - sqrt (2 / dot (a, a)));
    }
}
