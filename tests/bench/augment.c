/*  augment.c - does augmentation keep up? The baseline's training with and without
 *  the full pipeline, and what the pipeline needs for a picture */
#include "augment.h"

#include <omp.h>

int main (void)
{
    augment_cost least[2];
    printf ("%-36s %10s %10s %8s\n", "augmentation, us a picture", "without",
            "with", "slower");
    for (int threads = 1; threads <= 2; threads++) {
        omp_set_num_threads (threads);
        augment_costs (least, 2560, 5);
        printf ("baseline train, %d thread%s, wall      %10.1f %10.1f %7.1f%%\n",
                threads, threads > 1 ? "s" : " ", 1e6 * least[0].wall / 2560,
                1e6 * least[1].wall / 2560,
                100 * (least[1].wall / least[0].wall - 1));
        printf ("baseline train, %d thread%s, processor %10.1f %10.1f %7.1f%%\n",
                threads, threads > 1 ? "s" : " ", 1e6 * least[0].processor / 2560,
                1e6 * least[1].processor / 2560,
                100 * (least[1].processor / least[0].processor - 1));
    }
    printf ("the pipeline alone, 32 x 32 %28.1f\n", 1e6 * augment_picture (32));
    printf ("the pipeline alone, 96 x 96 %28.1f\n", 1e6 * augment_picture (96));
    return 0;
}
