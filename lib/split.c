/*  split.c - pictures to learn from, and pictures to be examined on
 *
 *  A network that is asked about pictures it has seen may answer from memory. So
 *  some are put aside before anything else happens, and nothing that we compute
 *  while training, not even a mean, may look at them.
 *
 *  The split is stratified: both parts have the classes in the same proportion, or
 *  a small second part might by bad luck hold hardly any frogs. And it is made
 *  from a seed: the same pictures are put aside today and tomorrow, or yesterday's
 *  network has already seen some.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>

/*  Gathers the images of one class into `member`; returns how many. */
static int members (const nn_data *data, int kind, int *member)
{
    int count = 0;
    for (int i = 0; i < data->count; i++)
        if (data->label (data, i) == kind)
            member[count++] = i;
    return count;
}

/*  Marks which images go to the second part. */
static void mark (bool *second, const nn_data *data, double share, uint64_t seed,
                  int *member)
{
    int seen = 0;
    for (int kind = 0; kind < data->classes; kind++) {
        // -- each class is shuffled on its own
        const int count = members (data, kind, member);
        nn_random random = nn_random_from (seed, NN_FOR_SPLIT, kind, 0);
        nn_shuffle (member, count, &random);
        // -- rounding the running total is fair: nothing is off by a whole image
        const int take =
            (int) (lround (share * (seen + count)) - lround (share * seen));
        for (int i = 0; i < take; i++)
            second[member[i]] = true;
        seen += count;
    }
}

/*  A view of the images whose mark is `wanted`, in their old order. */
static nn_data *gather (const nn_data *data, const bool *second, bool wanted,
                        int *index)
{
    int count = 0;
    for (int i = 0; i < data->count; i++)
        if (second[i] == wanted)
            index[count++] = i;
    return nn_subset (data, index, count);
}

/*  Splits a data set into two views: `share` of each class, at random, is the
 *  second and the rest is the first. The data set must live as long as both. */
int nn_split (const nn_data *data, double share, uint64_t seed, nn_data **first,
              nn_data **second)
{
    *first = *second = NULL;
    if (!(share >= 0 && share <= 1))
        return nn_fail (NN_EVALUE,
                        "nn_split: the second part cannot have %g of the "
                        "images; a share lies between 0 and 1",
                        share);
    bool *marks = calloc (data->count + 1, sizeof *marks);
    int *list = malloc ((data->count + 1) * sizeof *list);
    if (!marks || !list)
        nn_fail (NN_EMEMORY, "nn_split: no memory for %d images", data->count);
    else {
        mark (marks, data, share, seed, list);
        *first = gather (data, marks, false, list);
        *second = *first ? gather (data, marks, true, list) : NULL;
        if (!*second)
            nn_data_free (first);
    }
    free (marks);
    free (list);
    return *second ? NN_OK : NN_EMEMORY;
}
