/*  mine.c - finding the learner's functions, and what all plugs need  */
#include "mine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

const mine_row *mine_find (const char *id)
{
    for (const mine_row *row = mine_layers; row->id; row++)
        if (strcmp (row->id, id) == 0)
            return row;
    for (const mine_row *row = mine_steps; row->id; row++)
        if (strcmp (row->id, id) == 0)
            return row;
    return NULL;
}

/*  A function of an object, or NULL. */
static mine_function *function_of (void *object, const char *name)
{
    void *found = dlsym (object, name);
    mine_function *f = NULL;
    memcpy (&f, &found, sizeof f);
    return f;
}

static int find_all (const mine_row *row, const char *object, mine_function *f[])
{
    void *handle = dlopen (object, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return nn_fail (NN_EFILE, "%s cannot be loaded: %s", object, dlerror ());
    for (int i = 0; row->functions[i]; i++) {
        f[i] = function_of (handle, row->functions[i]);
        if (!f[i])
            return nn_fail (NN_EVALUE, "%s does not define %s", object,
                            row->functions[i]);
    }
    return NN_OK;
}

int mine_put (const mine_row *row, const char *object, mine_place *to)
{
    mine_function *f[2] = { NULL, NULL };
    const int status = find_all (row, object, f);
    return status == NN_OK ? row->plug (to, f) : status;
}

mine_kind *mine_take (nn_layer *layer, mine_function *const f[])
{
    mine_kind *mine = nn_arena_take (layer->net->lasting, sizeof *mine);
    if (!mine)
        return NULL;
    *mine = (mine_kind){ .kind = *layer->kind,
                         .own = layer->kind,
                         .f = { f[0], f[1] } };
    if (layer->kind->whole) {
        mine->whole = *layer->kind->whole;
        mine->kind.whole = &mine->whole;
    }
    layer->kind = &mine->kind;
    layer->carries = NULL; // the layer above works for itself again
    return mine;
}

int mine_put_layers (mine_place *to, const char *kind, mine_function *const f[],
                     int (*change) (mine_kind *mine, nn_layer *layer,
                                    const mine_place *to))
{
    int status = NN_OK;
    for (int l = 0; l < to->net->layers && status == NN_OK; l++) {
        nn_layer *layer = to->net->layer[l];
        if (strcmp (layer->kind->name, kind) != 0)
            continue;
        mine_kind *mine = mine_take (layer, f);
        status = mine ? change (mine, layer, to) : NN_EMEMORY;
    }
    return status;
}

float *mine_gather (const nn_tensor *t, const float *from, int lo, int hi)
{
    const size_t row = (size_t) t->w * t->c;
    float *x = malloc ((hi - lo) * t->h * row * sizeof *x + 1);
    nn_require (x, "no memory for a copy of %d images", hi - lo);
    for (int i = lo; i < hi; i++)
        for (int r = 0; r < t->h; r++)
            memcpy (x + ((size_t) (i - lo) * t->h + r) * row,
                    from + nn_at (t, i, r, 0), row * sizeof *x);
    return x;
}

void mine_scatter (const nn_tensor *t, float *to, const float *x, int lo, int hi,
                   bool add)
{
    const size_t row = (size_t) t->w * t->c;
    for (int i = lo; i < hi; i++)
        for (int r = 0; r < t->h; r++, x += row) {
            float *at = to + nn_at (t, i, r, 0);
            for (size_t k = 0; k < row; k++)
                at[k] = add ? at[k] + x[k] : x[k];
        }
}
