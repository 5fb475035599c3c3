/*  mine.c - finding the learner's functions, and what all plugs need  */
#include "mine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

const mine_row *const mine_tables[] = { mine_layers,   mine_steps,   mine_blocks,
                                        mine_pictures, mine_results, mine_answers,
                                        NULL };

const mine_row *mine_find (const char *id)
{
    for (int t = 0; mine_tables[t]; t++)
        for (const mine_row *row = mine_tables[t]; row->id; row++)
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
    mine_function *f[MINE_FUNCTIONS] = { NULL };
    const int status = find_all (row, object, f);
    return status == NN_OK ? row->plug (to, f) : status;
}

mine_kind *mine_take (mine_place *to, nn_layer *layer, const char *id,
                      mine_function *const f[])
{
    mine_kind *mine = nn_arena_take (layer->net->lasting, sizeof *mine),
              *under = to->kinds;
    if (!mine)
        return NULL;
    while (under && &under->kind != layer->kind)
        under = under->next;
    *mine = (mine_kind){ .kind = *layer->kind,
                         .own = layer->kind,
                         .id = id,
                         .under = under,
                         .next = to->kinds };
    for (int i = 0; i < MINE_FUNCTIONS; i++)
        mine->f[i] = f[i];
    if (layer->kind->whole) {
        mine->whole = *layer->kind->whole;
        mine->kind.whole = &mine->whole;
    }
    layer->kind = &mine->kind;
    layer->carries = NULL; // the layer above works for itself again
    to->kinds = mine;
    return mine;
}

const mine_kind *mine_of (const nn_layer *layer, const char *id)
{
    const mine_kind *mine = (const void *) layer->kind;
    while (strcmp (mine->id, id) != 0)
        mine = mine->under;
    return mine;
}

int mine_put_layers (mine_place *to, const char *kind, const char *id,
                     mine_function *const f[],
                     int (*change) (mine_kind *mine, nn_layer *layer,
                                    const mine_place *to))
{
    int status = NN_OK;
    for (int l = 0; l < to->net->layers && status == NN_OK; l++) {
        nn_layer *layer = to->net->layer[l];
        if (strcmp (layer->kind->name, kind) != 0)
            continue;
        mine_kind *mine = mine_take (to, layer, id, f);
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

float *mine_gradient_before (const nn_layer *self, int lo, int hi)
{
    const nn_tensor *in = &self->in[0]->out;
    float *dx = mine_gather (in, in->dx, lo, hi);
    if (self->overwrites[0])
        memset (dx, 0, (hi - lo) * nn_image_size (in) * sizeof *dx);
    return dx;
}

/* --- When the training is over -------------------------------------------------------------- */
void mine_after (mine_place *to,
                 int (*run) (mine_place *to, mine_function *const f[]),
                 mine_function *const f[])
{
    nn_require (to->hooks < MINE_HOOKS, "more than %d functions", MINE_HOOKS);
    mine_hook *hook = &to->after[to->hooks++];
    hook->run = run;
    for (int i = 0; i < MINE_FUNCTIONS; i++)
        hook->f[i] = f[i];
}

void mine_tell (mine_place *to, const char *what, double yours, double book,
                double near)
{
    if (to->figures == MINE_HOOKS)
        return;
    mine_figure *figure = &to->figure[to->figures++];
    *figure = (mine_figure){ .yours = yours, .book = book, .near = near };
    snprintf (figure->what, sizeof figure->what, "%s", what);
}

/*  Every weight of a net, or every place of `row`, one after the other. */
static size_t walk (const nn_net *net, float *row, bool back)
{
    size_t at = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            if (row)
                memcpy (back ? p->w : row + at, back ? row + at : p->w,
                        p->size * sizeof *row);
            at += p->size;
        }
    return at;
}

size_t mine_weights (const nn_net *net, float *to)
{
    return walk (net, to, false);
}

void mine_put_weights (nn_net *net, const float *from)
{
    walk (net, (float *) from, true);
}

static int keep_epoch (void *self, nn_training *t)
{
    mine_place *to = self;
    if (t->epoch < MINE_EPOCHS)
        mine_weights (t->net, to->kept[t->epoch]);
    return NN_OK;
}

int mine_keep_epochs (mine_place *to)
{
    if (to->kept[0])
        return NN_OK;
    for (int e = 0; e < MINE_EPOCHS; e++) {
        to->kept[e] = nn_arena_take (
            to->net->lasting, mine_weights (to->net, NULL) * sizeof (float));
        if (!to->kept[e])
            return NN_EMEMORY;
    }
    to->callback[to->callbacks++] =
        (nn_callback){ .name = "each epoch", .epoch = keep_epoch, .self = to };
    return NN_OK;
}
