/*  conv.h - how fast an algorithm of convolution is, for a benchmark and for a
 *  test */
#ifndef NN_BENCH_CONV_H
#define NN_BENCH_CONV_H

#include "near.h"

#include <time.h>

static inline double thread_seconds (void)
{
    struct timespec t;
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/*  The shape of a 3 x 3 convolution that keeps the size of its input. */
static inline nn_conv_shape conv_3x3 (int size, int c, int o)
{
    return (nn_conv_shape){ .h = size,
                            .w = size,
                            .c = c,
                            .o = o,
                            .kh = 3,
                            .kw = 3,
                            .stride = 1,
                            .dilation = 1,
                            .groups = 1,
                            .top = 1,
                            .left = 1,
                            .oh = size,
                            .ow = size };
}

/*  Floating-point operations of one pass. */
static inline double conv_work (const nn_conv_shape *s, int n)
{
    return 2.0 * n * s->oh * s->ow * s->o * s->kh * s->kw * s->c / s->groups;
}

/*  GFLOP/s of forward, backward to the data and to the weights: processor time
 *  of this thread, the best of several rounds of at least `seconds`. */
static inline void conv_speed (const nn_conv_algorithm *by, const nn_conv_shape *s,
                               int n, double seconds, double speed[3])
{
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    float *x = draw (&random, (size_t) n * s->h * s->w * s->c);
    float *y = draw (&random, (size_t) n * s->oh * s->ow * s->o);
    float *w = draw (&random, (size_t) s->kh * s->kw * s->c * s->o);
    void *work = malloc (by->work (s) + 1);
    float *ready = w; // the weights as the algorithm reads them
    if (by->prepare) {
        ready = malloc (by->prepared (s));
        by->prepare (s, ready, w, 0, 1);
    }
    for (int verb = 0; verb < 3; verb++) {
        speed[verb] = 0;
        for (int round = 0; round < 3; round++) {
            const double begin = thread_seconds ();
            double spent = 0;
            int passes = 0;
            for (; spent < seconds; passes++) {
                if (verb == 0)
                    by->forward (s, y, x, ready, NULL, n, work);
                else if (verb == 1)
                    by->backward_data (s, x, y, ready, n, work);
                else
                    by->backward_weights (s, w, x, y, n, work);
                spent = thread_seconds () - begin;
            }
            const double now = 1e-9 * conv_work (s, n) * passes / spent;
            speed[verb] = now > speed[verb] ? now : speed[verb];
        }
    }
    if (ready != w)
        free (ready);
    free (x), free (y), free (w), free (work);
}

/*  Time for as many operations in each of the three passes. */
static inline double conv_step (const double speed[3])
{
    return 1 / speed[0] + 1 / speed[1] + 1 / speed[2];
}

#endif
