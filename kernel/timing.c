/*  timing.c - %timeit in the executor, and the loading of libraries by cells
 *
 *  The macro nnk_t (build.c) is a loop around a loop: the inner one runs the
 *  reader's code so often that the clock can see it, the outer one asks here
 *  whether it is to be run again.
 */
#include <dlfcn.h>
#include <omp.h>
#include <stdbool.h>
#include <stdio.h>

#include "nnk.h"

static struct {
    long loops;        // of this round
    int rounds, round; // round 0 finds how many loops are enough
    bool fixed;
    double began, best;
} watch;

void nnk_watch_start (long loops, int rounds);
void nnk_watch_start (long loops, int rounds)
{
    watch.fixed = loops > 0;
    watch.loops = loops > 0 ? loops : 1;
    watch.rounds = rounds;
    watch.round = -1;
}

static void tell (void)
{
    static const char *const units[] = { "s", "ms", "us", "ns" };
    double each = watch.best / (double) watch.loops;
    int unit = 0;
    while (each < 1 && unit < 3) {
        each *= 1000;
        unit++;
    }
    printf ("%.3g %s per loop (the best of %d rounds, %ld loop%s each)\n", each,
            units[unit], watch.rounds, watch.loops, watch.loops == 1 ? "" : "s");
}

/*  How often the code is to be run now; 0: it was enough. */
long nnk_watch_loops (void);
long nnk_watch_loops (void)
{
    const double enough = 0.1, took = omp_get_wtime () - watch.began;
    if (watch.round == 0 && !watch.fixed && took < enough &&
        watch.loops < 1000000000) {
        watch.loops *= took < enough / 20 ? 10 : 2;
    } else if (watch.round < 0) {
        watch.round = 0;
    } else {
        if (watch.round++ == 0 || took < watch.best)
            watch.best = took;
        if (watch.round == watch.rounds) {
            tell ();
            return 0;
        }
    }
    watch.began = omp_get_wtime ();
    return watch.loops;
}

void nnk_load (const char *path);
void nnk_load (const char *path)
{
    if (!dlopen (path, RTLD_NOW | RTLD_GLOBAL))
        nnk_raise (dlerror ());
}
