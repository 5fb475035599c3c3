/*  kfold.c - every image is examined once
 *
 *  One split gives one number, and the number depends on which pictures happened
 *  to be put aside. So deal all pictures into k folds, like cards. Then train k
 *  times: each time another fold is held back, and the others are learnt from.
 *  That gives k numbers, and every picture has been examined exactly once, by a
 *  network that had never seen it.
 *
 *  Stratified folds are dealt class by class, so that each fold has the classes in
 *  the proportion of the whole. A fold copies nothing: it is a view.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

/*  Deals the images of one class, or all of them if `kind` is negative, shuffled,
 *  into the folds; the first goes to fold `next`. Returns who is next. */
static int deal (nn_folds *self, const nn_data *data, int kind, uint64_t seed,
                 int *member, int next)
{
    int count = 0;
    for (int i = 0; i < data->count; i++)
        if (kind < 0 || data->label (data, i) == kind)
            member[count++] = i;
    nn_random random = nn_random_from (seed, NN_FOR_SPLIT, (uint32_t) kind, 1);
    nn_shuffle (member, count, &random);
    for (int i = 0; i < count; i++) {
        self->of[member[i]] = next;
        next = (next + 1) % self->folds;
    }
    return next;
}

/*  How people call a class; `number` has room for one that has no name. */
static const char *class_name (const nn_data *data, int k, char number[16])
{
    snprintf (number, 16, "%d", k);
    return data->names ? data->names[k] : number;
}

/*  Has each fold an image of each class? A network cannot be examined on a class
 *  that is not there. */
static int check_folds (const nn_folds *self, const nn_data *data, int *count)
{
    memset (count, 0, (size_t) self->folds * data->classes * sizeof *count);
    for (int i = 0; i < data->count; i++)
        count[self->of[i] * data->classes + data->label (data, i)]++;
    char number[16];
    for (int k = 0; k < self->folds * data->classes; k++)
        if (count[k] == 0)
            return nn_fail (NN_EVALUE,
                            "%s: fold %d of %d has no image of class '%s'; take "
                            "stratified folds, or fewer of them",
                            data->name, k / data->classes + 1, self->folds,
                            class_name (data, k % data->classes, number));
    return NN_OK;
}

/*  Are there enough images for so many folds? With `each`: of each class. */
static int check_counts (const nn_data *data, int folds, bool each, int *count)
{
    if (folds < 2)
        return nn_fail (NN_EVALUE,
                        "%s: %d folds; it takes at least 2, one to learn from and "
                        "one to be examined on",
                        data->name, folds);
    if (folds > data->count)
        return nn_fail (NN_EVALUE, "%s: %d folds of %d images; a fold needs one",
                        data->name, folds, data->count);
    char number[16];
    const int status = nn_class_counts (data, count);
    for (int k = 0; status == NN_OK && each && k < data->classes; k++)
        if (count[k] < folds)
            return nn_fail (NN_EVALUE,
                            "%s: class '%s' has %d images, too few for %d folds, "
                            "each of which must have one",
                            data->name, class_name (data, k, number), count[k],
                            folds);
    return status;
}

/*  Deals and checks, once there is memory for it. */
static int deal_all (nn_folds *self, const nn_data *data, bool stratified,
                     uint64_t seed, int *count, int *member)
{
    const int status = check_counts (data, self->folds, stratified, count);
    if (status != NN_OK)
        return status;
    int next = 0;
    for (int k = 0; k < (stratified ? data->classes : 1); k++)
        next = deal (self, data, stratified ? k : -1, seed, member, next);
    return check_folds (self, data, count);
}

/*  Deals the images into folds of equal size, give or take one, by chance alone
 *  or, if stratified, class by class. The same seed deals the same. Free with
 *  nn_folds_free (). */
int nn_kfold (nn_folds *self, const nn_data *data, int folds, bool stratified,
              uint64_t seed)
{
    const size_t cells = folds > 1 && folds <= data->count ? folds : 1;
    int *count = malloc (cells * data->classes * sizeof *count);
    int *member = malloc ((data->count + 1) * sizeof *member);
    *self = (nn_folds){ .folds = folds, .images = data->count };
    self->of = calloc (data->count + 1, sizeof *self->of);
    const int status =
        count && member && self->of
            ? deal_all (self, data, stratified, seed, count, member)
            : nn_fail (NN_EMEMORY, "%s: no memory for folds of %d images",
                       data->name, data->count);
    free (count);
    free (member);
    if (status != NN_OK)
        nn_folds_free (self);
    return status;
}

/*  What one fold is examined on, and what it learns from: two views of the data
 *  set that was dealt, which must live as long as both. Folds count from 0. */
int nn_fold_views (const nn_folds *self, const nn_data *data, int fold,
                   nn_data **learnt, nn_data **held)
{
    nn_require (fold >= 0 && fold < self->folds && data->count == self->images,
                "there is no fold %d of %d images: %d folds of %d were dealt",
                fold, data->count, self->folds, self->images);
    int *index = malloc ((data->count + 1) * sizeof *index);
    *learnt = *held = NULL;
    if (!index)
        return nn_fail (NN_EMEMORY, "%s: no memory for a fold of %d images",
                        data->name, data->count);
    for (int part = 0; part < 2; part++) {
        int count = 0;
        for (int i = 0; i < data->count; i++)
            if ((self->of[i] == fold) == part)
                index[count++] = i;
        *(part ? held : learnt) = nn_subset (data, index, count);
    }
    free (index);
    if (*learnt && *held)
        return NN_OK;
    nn_data_free (learnt);
    nn_data_free (held);
    return NN_EMEMORY;
}

void nn_folds_free (nn_folds *self)
{
    free (self->of);
    *self = (nn_folds){ 0 };
}
