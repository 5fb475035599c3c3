/*  views.c - look twice before you answer
 *
 *  A cat in a mirror is a cat, and so is one that stands a dot further to the
 *  left. A net that has been shown both in training still answers a little
 *  differently. So show it the same picture in several ways, and take the mean
 *  of what it says: an ensemble of one net (Krizhevsky, Sutskever and Hinton
 *  2012). It costs as many looks as there are ways, and no training.
 */
#include "nn.h"

#include <string.h>

typedef struct {
    bool mirrored;
    int down, right; // by so many dots, what comes in being mirrored at the edge
    double weight;
} view;

enum { VIEWS = 6 };
static const struct {
    const char *name;
    int count;
    view view[VIEWS];
} kinds[] = {
    { "none", 1, { { false, 0, 0, 1 } } },
    { "mirror", 2, { { false, 0, 0, 0.5 }, { true, 0, 0, 0.5 } } },
    { "mirror-shift",
      6,
      { { false, 0, 0, 0.25 },
        { true, 0, 0, 0.25 },
        { false, 1, 1, 0.125 },
        { true, 1, 1, 0.125 },
        { false, -1, -1, 0.125 },
        { true, -1, -1, 0.125 } } },
};

const char *nn_views_name (int i)
{
    return i < (int) (sizeof kinds / sizeof *kinds) ? kinds[i].name : NULL;
}

static int look (const nn_transform *self, nn_image *image, nn_random *random)
{
    (void) random;
    const int h = image->h, w = image->w, c = image->c;
    const size_t size = (size_t) h * w * c;
    float *copy = nn_image_behind (image, size, size);
    if (!copy)
        return NN_EMEMORY;
    memcpy (copy, image->x, size * sizeof *copy);
    nn_crop_image (image->x, h, w, copy, h, w, c, -(int) self->value[0],
                   -(int) self->value[1], NN_FILL_REFLECT, 0);
    if (self->value[2] != 0)
        nn_flip_image (image->x, h, w, c, false);
    return NN_OK;
}

/*  What the net says of images that it sees in each of these ways: the weighted
 *  mean of its scores before the softmax. The transforms come first. */
int nn_views_of (nn_predictions *self, nn_net *net, const nn_data *data,
                 const nn_transform *transforms, int count, const char *views)
{
    nn_transform list[NN_TRANSFORMS + 1];
    nn_predictions said[VIEWS] = { 0 };
    double weight[VIEWS];
    const int kind = nn_recipe_choose ("views", nn_views_name, views);
    if (kind < 0)
        return kind;
    nn_require (count >= 0 && count <= NN_TRANSFORMS, "%d transforms; at most %d",
                count, NN_TRANSFORMS);
    int status = NN_OK;
    if (count)
        memcpy (list, transforms, count * sizeof *list);
    for (int v = 0; v < kinds[kind].count && status == NN_OK; v++) {
        const view *by = &kinds[kind].view[v];
        list[count] = (nn_transform){ "view",
                                      look,
                                      false,
                                      { (float) by->down, (float) by->right,
                                        by->mirrored } };
        weight[v] = by->weight;
        // -- the first is the picture itself
        status =
            nn_predictions_of (&said[v], net, data, list, v ? count + 1 : count);
    }
    if (status == NN_OK)
        status = nn_vote (self, said, kinds[kind].count, weight, NN_POOL_LOGITS);
    for (int v = 0; v < VIEWS; v++)
        nn_predictions_free (&said[v]);
    return status;
}
