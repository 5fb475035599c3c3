/*  augment.c - does augmentation keep up? Trainings with and without the full pipeline,
 *  and what the pipeline needs for a picture
 *
 *  augment [ROUNDS]. The goals are for wall time on two cores that nothing else uses:
 *  less than 10 % slower at 32 x 32 with the baseline, less than 20 % at 96 x 96 with
 *  MobileNetV2. On a machine with other work processor time is the steadier figure:
 *  what the pipeline takes is then added to the step, whoever computes it.
 */
#include "augment.h"

#include <omp.h>

static void row (const augment_task *task, int threads, int rounds)
{
    augment_cost quiet[2];
    omp_set_num_threads (threads);
    augment_costs (quiet, task, rounds);
    for (int clock = 0; clock < 2; clock++) {
        const double without = clock ? quiet[0].processor : quiet[0].wall,
                     with = clock ? quiet[1].processor : quiet[1].wall;
        char name[96];
        snprintf (name, sizeof name, "%s at %d, batch %d, %d thread%s, %s",
                  task->model, task->side, task->batch, threads,
                  threads > 1 ? "s" : "", clock ? "processor" : "wall");
        printf ("%-52s %9.1f %9.1f %8.1f%%\n", name, 1e6 * without / task->images,
                1e6 * with / task->images, 100 * (with / without - 1));
        fflush (stdout);
    }
}

int main (int count, char **args)
{
    static const augment_task tasks[] = { { "baseline", 32, 64, 1280 },
                                          { "mobilenetv2", 96, 32, 96 } };
    const int rounds = count > 1 ? (int) strtol (args[1], NULL, 10) : 9;
    printf ("%-52s %9s %9s %9s\n", "augmentation, us a picture", "without", "with",
            "slower");
    for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++)
        for (int threads = 1; threads <= 2; threads++)
            row (&tasks[k], threads, rounds > 0 ? rounds : 9);
    printf ("%-52s %19.1f\n", "the pipeline alone, 32 x 32",
            1e6 * augment_picture (32));
    printf ("%-52s %19.1f\n", "the pipeline alone, 96 x 96",
            1e6 * augment_picture (96));
    return 0;
}
