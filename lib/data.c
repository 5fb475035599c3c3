/*  data.c - a data set: so many labelled images
 *
 *  Where pictures come from is nobody's business but their own: a file of bytes, a
 *  folder of photographs, a function that draws. All that a network asks is how
 *  many there are, which class the i-th belongs to, and what it looks like. So a
 *  data set is three numbers and two functions, and whoever can answer them is
 *  one.
 *
 *  A part of a data set is again a data set: a list of numbers, which are looked
 *  up in the whole. It copies no picture. Training and validation images are such
 *  views of one set.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

/*  A data set like the one given, with source_bytes zeroed bytes of its own behind
 *  `source`. NULL when there is no memory. */
nn_data *nn_data_new (const nn_data *like, size_t source_bytes)
{
    nn_data *self = malloc (sizeof *self);
    void *source = calloc (1, source_bytes ? source_bytes : 1);
    if (!self || !source) {
        free (self);
        free (source);
        nn_fail (NN_EMEMORY, "%s: no memory for a data set of %d images",
                 like->name, like->count);
        return NULL;
    }
    *self = *like;
    self->source = source;
    return self;
}

/*  Closes and frees the data set, and forgets the pointer. */
void nn_data_free (nn_data **self_p)
{
    nn_data *self = *self_p;
    if (!self)
        return;
    if (self->close)
        self->close (self);
    free (self->source);
    free (self);
    *self_p = NULL;
}

typedef struct {
    const nn_data *of;
    int index[]; // image i of the view is image index[i] of the whole
} view;

static int view_label (const nn_data *self, int i)
{
    const view *v = self->source;
    return v->of->label (v->of, v->index[i]);
}

static int view_read (const nn_data *self, int i, nn_image *image)
{
    const view *v = self->source;
    return v->of->read (v->of, v->index[i], image);
}

/*  The images index[0], index[1] … of a data set, which must live as long as this
 *  view. The list is copied. NULL when there is no memory. */
nn_data *nn_subset (const nn_data *of, const int *index, int count)
{
    nn_require (count >= 0, "a view of %d images", count);
    for (int i = 0; i < count; i++)
        nn_require (index[i] >= 0 && index[i] < of->count,
                    "there is no image %d in %s: it has %d, counted from 0",
                    index[i], of->name, of->count);
    nn_data like = *of;
    like.count = count;
    like.label = view_label;
    like.read = view_read;
    like.close = NULL; // the whole belongs to someone else
    nn_data *self = nn_data_new (&like, sizeof (view) + count * sizeof (int));
    if (!self)
        return NULL;
    view *v = self->source;
    v->of = of;
    if (count > 0)
        memcpy (v->index, index, count * sizeof (int));
    return self;
}

/*  What this is a view of, and which images it shows; NULL if it is no view. */
const nn_data *nn_subset_of (const nn_data *self, const int **index)
{
    if (self->read != view_read)
        return NULL;
    const view *v = self->source;
    *index = v->index;
    return v->of;
}

/*  counts[k] = how many images belong to class k. */
int nn_class_counts (const nn_data *data, int *counts)
{
    memset (counts, 0, data->classes * sizeof *counts);
    for (int i = 0; i < data->count; i++) {
        const int label = data->label (data, i);
        if (label < 0 || label >= data->classes)
            return nn_fail (NN_EFORMAT,
                            "%s: image %d has label %d, and there are %d "
                            "classes, counted from 0",
                            data->name, i, label, data->classes);
        counts[label]++;
    }
    return NN_OK;
}
