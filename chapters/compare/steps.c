/*  steps.c - exercises that are no layer: first weights, schedules, optimisers
 *
 *  A row of a table is copied with the learner's function beside it; the row's verb calls it.
 */
#include "mine.h"

#include <string.h>

/* --- 03-3 and 07-1: a step of the optimiser --------------------------------------------------- */
typedef struct {
    nn_optimiser_kind kind; // first
    mine_function *f;
} mine_optimiser;
typedef void momentum_step (float *w, float *v, const float *dw, int n, float rate,
                            float momentum);
typedef void adamw_step (float *w, float *m, float *v, const float *dw, int n,
                         int t, float rate, float beta1, float beta2,
                         float epsilon, float decay);

static void step_03_3 (float *w, const float *dw, float *const slot[], size_t size,
                       const nn_optimiser *self, float rate, float decay)
{
    (void) decay; // the exercise has none
    const mine_optimiser *mine = (const void *) self->kind;
    ((momentum_step *) mine->f) (w, slot[0], dw, (int) size, rate, self->momentum);
}

static void step_07_1 (float *w, const float *dw, float *const slot[], size_t size,
                       const nn_optimiser *self, float rate, float decay)
{
    const mine_optimiser *mine = (const void *) self->kind;
    ((adamw_step *) mine->f) (w, slot[0], slot[1], dw, (int) size, (int) self->t,
                              rate, self->beta1, self->beta2, self->epsilon,
                              decay);
}

static int put_optimiser (mine_place *to, const nn_optimiser_kind *own,
                          mine_function *f,
                          void (*step) (float *, const float *, float *const[],
                                        size_t, const nn_optimiser *, float,
                                        float))
{
    mine_optimiser *mine = nn_arena_take (to->net->lasting, sizeof *mine);
    if (!mine)
        return NN_EMEMORY;
    *mine = (mine_optimiser){ .kind = *own, .f = f };
    mine->kind.step = step;
    to->optimiser->kind = &mine->kind;
    return NN_OK;
}

static int plug_03_3 (mine_place *to, mine_function *const f[])
{
    return put_optimiser (to, &nn_momentum_kind, f[0], step_03_3);
}

static int plug_07_1 (mine_place *to, mine_function *const f[])
{
    return put_optimiser (to, &nn_adamw_kind, f[0], step_07_1);
}

/* --- 05-2: the first weights of convolutions -------------------------------------------------- */
typedef void he_init (float *w, int kh, int kw, int in, int out,
                      float (*normal) (void *source), void *source);

static float normal (void *source)
{
    return nn_random_normal (source);
}

static int plug_05_2 (mine_place *to, mine_function *const f[])
{
    for (int l = 0; l < to->net->layers; l++) {
        nn_layer *layer = to->net->layer[l];
        if (strcmp (layer->kind->name, "conv2d") != 0)
            continue;
        nn_param *p = &layer->param[0];
        nn_random source = nn_random_from (to->seed, NN_FOR_TEST, 0, (uint32_t) l);
        ((he_init *) f[0]) (p->w, p->dim[0], p->dim[1], p->dim[2], p->dim[3],
                            normal, &source);
    }
    return NN_OK;
}

/* --- 05-3: the schedule ------------------------------------------------------------------------ */
typedef struct {
    nn_schedule schedule; // first
    mine_function *f;
} mine_schedule;
typedef float cosine (long step, long steps, long warm, float lowest);

static float factor_05_3 (const nn_schedule *self, long step, long steps)
{
    const mine_schedule *mine = (const void *) self;
    return ((cosine *) mine->f) (step, steps, 0, 0);
}

static int plug_05_3 (mine_place *to, mine_function *const f[])
{
    mine_schedule *mine = nn_arena_take (to->net->lasting, sizeof *mine);
    if (!mine)
        return NN_EMEMORY;
    *mine = (mine_schedule){ { .name = "yours", .factor = factor_05_3 }, f[0] };
    *to->schedule = &mine->schedule;
    return NN_OK;
}

const mine_row mine_steps[] = {
    { "03-3", { "ex_momentum_step" }, "each step of the training", plug_03_3 },
    { "05-2", { "ex_he" }, "the first weights of each convolution", plug_05_2 },
    { "05-3", { "ex_cosine" }, "the learning rate of each step", plug_05_3 },
    { "07-1", { "ex_adamw_step" }, "each step of the training", plug_07_1 },
    { NULL, { NULL }, NULL, NULL },
};
