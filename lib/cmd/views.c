/*  views.c - scores of a net that sees each picture in several ways */
#include "cmd.h"

#include <time.h>

int cmd_in_views (nn_scores *scores, nn_predictions *said, nn_net *net,
                  const nn_data *test, const nn_transform *transforms, int count,
                  const char *views)
{
    struct timespec a, b;
    nn_predictions own = { 0 }, *p = said ? said : &own;
    clock_gettime (CLOCK_MONOTONIC, &a);
    const int status = nn_views_of (p, net, test, transforms, count, views);
    clock_gettime (CLOCK_MONOTONIC, &b);
    if (status == NN_OK)
        *scores =
            (nn_scores){ .images = p->n,
                         .loss = nn_surprise (p),
                         .accuracy = nn_top_k (p, 1),
                         .seconds = (double) (b.tv_sec - a.tv_sec) +
                                    1e-9 * (double) (b.tv_nsec - a.tv_nsec) };
    nn_predictions_free (&own);
    return status;
}
