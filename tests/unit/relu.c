/*  relu.c - what passes and what does not */
#include "near.h"

int main (void)
{
    const float x[] = { -2, -0.0f, 0, 1e-30f, 3, -INFINITY, INFINITY, NAN, -1 };
    enum { N = sizeof x / sizeof *x };
    float y[N], dy[N], dx[N];
    nn_relu_forward (y, x, N);
    const float want[] = { 0, 0, 0, 1e-30f, 3, 0, INFINITY, NAN, 0 };
    for (int i = 0; i < N; i++) {
        char name[40];
        snprintf (name, sizeof name, "relu (%g)", x[i]);
        check (y[i] == want[i] || (isnan (y[i]) && isnan (want[i])), name, "%g",
               y[i]);
    }
    for (int i = 0; i < N; i++) {
        dy[i] = (float) (i + 1);
        dx[i] = 100;
    }
    nn_relu_backward (dx, dy, y, 7, false);
    check (dx[0] == 0 && dx[2] == 0 && dx[3] == 4 && dx[4] == 5 && dx[5] == 0 &&
               dx[6] == 7 && dx[7] == 100,
           "the gradient passes where the value did", "%g %g %g %g", dx[0], dx[2],
           dx[3], dx[7]);
    nn_relu_backward (dx, dy, y, 7, true);
    check (dx[0] == 0 && dx[3] == 8 && dx[6] == 14, "or is added", "%g %g %g",
           dx[0], dx[3], dx[6]);
    // -- the same in place, on so many values that the loop is unrolled
    enum { MANY = 1003 };
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    float *a = draw (&random, MANY), *b = draw (&random, MANY), *c = zeros (MANY);
    nn_relu_forward (c, a, MANY);
    nn_relu_forward (a, a, MANY);
    check (equal (a, c, MANY), "in place", "differs");
    nn_relu_backward (c, b, a, MANY, false);
    nn_relu_backward (b, b, a, MANY, false);
    check (equal (b, c, MANY), "in place, backward", "differs");
    free (a), free (b), free (c);
    return nn_test_done ();
}
