/*  init.c - first weights have the mean, spread and limits that they promise */
#include "near.h"

enum { SIZE = 60000, FAN_IN = 300, FAN_OUT = 200 };

static void spread (nn_init *init, const char *name, double variance, double limit)
{
    static float w[SIZE], again[SIZE];
    nn_random random = nn_random_from (3, NN_FOR_INIT, 0, 0), same = random;
    init (w, SIZE, FAN_IN, FAN_OUT, &random);
    init (again, SIZE, FAN_IN, FAN_OUT, &same);
    double mean = 0, square = 0, largest = 0;
    for (int i = 0; i < SIZE; i++) {
        mean += w[i] / (double) SIZE;
        square += (double) w[i] * w[i] / SIZE;
        largest = fabsf (w[i]) > largest ? fabsf (w[i]) : largest;
    }
    check (fabs (square / variance - 1) < 0.03, name, "variance %g, not %g",
           square, variance);
    check (fabs (mean) < 4 * sqrt (variance / SIZE), name, "mean %g", mean);
    check (largest <= limit, name, "%g is beyond %g", largest, limit);
    check (equal (w, again, SIZE), name, "the same seed drew other numbers");
}

/*  A value keeps its size on its way through twenty layers of ReLU. */
static void through_layers (void)
{
    enum { N = 256, LAYERS = 20 };
    static float w[N * N], x[N], y[N];
    nn_random random = nn_random_from (4, NN_FOR_INIT, 0, 0);
    for (int i = 0; i < N; i++)
        x[i] = nn_random_normal (&random);
    for (int layer = 0; layer < LAYERS; layer++) {
        nn_init_he (w, N * N, N, N, &random);
        nn_dense_forward (y, x, w, NULL, 1, N, N);
        nn_relu_forward (x, y, N);
    }
    double square = 0;
    for (int i = 0; i < N; i++)
        square += (double) x[i] * x[i] / N;
    check (square > 0.1 && square < 10,
           "He keeps values in size through 20 layers", "mean square %g", square);
}

/*  Columns at right angles, or rows where there are fewer of those, and squares
 *  that sum to 2. */
static void right_angles (int rows, int cols)
{
    static float w[SIZE];
    const int count = rows < cols ? rows : cols, n = rows < cols ? cols : rows;
    nn_random random = nn_random_from (6, NN_FOR_INIT, 0, 0);
    w[(size_t) rows * cols] = 77;
    nn_init_orthogonal (w, (size_t) rows * cols, rows, 9 * cols, &random);
    double most = 0;
    for (int a = 0; a < count; a++)
        for (int b = 0; b <= a; b++) {
            double sum = a == b ? -2 : 0;
            for (int i = 0; i < n; i++)
                sum += rows < cols ? (double) w[a * cols + i] * w[b * cols + i]
                                   : (double) w[i * cols + a] * w[i * cols + b];
            most = fabs (sum) > most ? fabs (sum) : most;
        }
    check (most < 1e-5 && w[(size_t) rows * cols] == 77,
           "orthogonal: right angles, squares that sum to 2",
           "%d x %d: off by %.2g", rows, cols, most);
}

int main (void)
{
    spread (nn_init_glorot, "Glorot", 2.0 / (FAN_IN + FAN_OUT),
            sqrt (6.0 / (FAN_IN + FAN_OUT)) * (1 + 1e-6));
    spread (nn_init_he, "He", 2.0 / FAN_IN, INFINITY);
    spread (nn_init_lecun, "LeCun", 1.0 / FAN_IN, INFINITY);
    static const int sizes[][2] = { { 1, 1 },   { 27, 32 },   { 288, 64 },
                                    { 9, 400 }, { 150, 150 }, { 512, 100 } };
    for (int k = 0; k < 6; k++)
        right_angles (sizes[k][0], sizes[k][1]);
    float w[3] = { 5, 6, 7 };
    nn_init_zeros (w, 2, 1, 1, NULL);
    check (w[0] == 0 && w[1] == 0 && w[2] == 7, "zeros", "%g %g %g", w[0], w[1],
           w[2]);
    nn_init_ones (w, 2, 1, 1, NULL);
    check (w[0] == 1 && w[1] == 1 && w[2] == 7, "ones", "%g %g %g", w[0], w[1],
           w[2]);
    through_layers ();
    return nn_test_done ();
}
