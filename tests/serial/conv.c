/*  conv.c - im2col is worth its memory: a training step many times as fast as the
 *  naive one
 *
 *  Measured at 32 to 34 times; half of it may be lost to another processor or a
 *  busy machine before this test complains.
 */
#include "../bench/conv.h"

int main (void)
{
    const nn_conv_shape s = conv_3x3 (16, 32, 64);
    double naive[3], fast[3], best = 0;
    for (int round = 0; round < 3; round++) { // both in turn, on the same machine
        conv_speed (&nn_conv_naive, &s, 2, 0.03, naive);
        conv_speed (&nn_conv_im2col, &s, 8, 0.03, fast);
        const double ratio = conv_step (naive) / conv_step (fast);
        best = ratio > best ? ratio : best;
    }
    printf ("   im2col: %.1f times as fast as naive\n", best);
    check (best >= 15, "im2col is at least 15 times as fast as naive",
           "%.1f times", best);
    return nn_test_done ();
}
