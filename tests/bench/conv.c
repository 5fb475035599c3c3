/*  conv.c - GFLOP/s of all algorithms on the shapes that nets have, and of a
 *  whole training step, which is all three passes, compared with the naive one */
#include "conv.h"

#include <omp.h>

int main (void)
{
    omp_set_num_threads (1); // OpenBLAS's others would not be counted
    static const struct {
        const char *name;
        int size, c, o;
    } shapes[] = { { "32 x 32, 3 to 32", 32, 3, 32 },
                   { "16 x 16, 32 to 64", 16, 32, 64 },
                   { "8 x 8, 128 to 128", 8, 128, 128 },
                   { "56 x 56, 64 to 64", 56, 64, 64 } };
    printf ("%-20s %-10s %9s %9s %9s   GFLOP/s, naive = 1\n", "3 x 3", "",
            "forward", "data", "weights");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const nn_conv_shape s =
            conv_3x3 (shapes[i].size, shapes[i].c, shapes[i].o);
        double speed[3];
        conv_speed (&nn_conv_naive, &s, 8, 0.05, speed);
        const double naive = conv_step (speed);
        for (int k = 0; nn_conv_algorithms[k]; k++) {
            const nn_conv_algorithm *by = nn_conv_algorithms[k];
            if (!by->fits (&s))
                continue;
            conv_speed (by, &s, 8, 0.05, speed);
            printf ("%-20s %-10s %9.2f %9.2f %9.2f %9.1f\n", shapes[i].name,
                    by->name, speed[0], speed[1], speed[2],
                    naive / conv_step (speed));
        }
    }
    return 0;
}
