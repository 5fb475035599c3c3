/*  steps.c - exercises that are no layer: first weights, schedules, optimisers
 *
 *  A row of a table is copied with the learner's function beside it; the row's verb calls it.
 */
#include "mine.h"

#include <math.h>
#include <stdlib.h>
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
    to->optimiser.kind = &mine->kind;
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

/* --- 01-3, 05-2, 18-2: the first weights ------------------------------------------------------ */
typedef void normal_draws (float *x, int n, float (*uniform) (void *source),
                           void *source);
typedef void he_init (float *w, int kh, int kw, int in, int out,
                      float (*normal) (void *source), void *source);
typedef void copies (float *w, int k, int c, int o);

static float uniform (void *source)
{
    return nn_random_uniform (source);
}

static float normal (void *source)
{
    return nn_random_normal (source);
}

/*  The weights of each layer of a kind, and a source of its own. */
static int each_first (mine_place *to, const char *kind, mine_function *f,
                       void (*draw) (mine_function *f, nn_param *p,
                                     nn_random *source))
{
    for (int l = 0; l < to->net->layers; l++) {
        nn_layer *layer = to->net->layer[l];
        nn_random source = nn_random_from (to->seed, NN_FOR_TEST, 0, (uint32_t) l);
        if (strcmp (layer->kind->name, kind) == 0)
            draw (f, &layer->param[0], &source);
    }
    return NN_OK;
}

/*  As wide as Glorot's weights are. */
static void draw_01_3 (mine_function *f, nn_param *p, nn_random *source)
{
    const float deviation = sqrtf (2 / (float) (p->fan_in + p->fan_out));
    ((normal_draws *) f) (p->w, (int) p->size, uniform, source);
    for (size_t i = 0; i < p->size; i++)
        p->w[i] *= deviation;
}

static int plug_01_3 (mine_place *to, mine_function *const f[])
{
    return each_first (to, "dense", f[0], draw_01_3);
}

static void draw_05_2 (mine_function *f, nn_param *p, nn_random *source)
{
    ((he_init *) f) (p->w, p->dim[0], p->dim[1], p->dim[2], p->dim[3], normal,
                     source);
}

static int plug_05_2 (mine_place *to, mine_function *const f[])
{
    return each_first (to, "conv2d", f[0], draw_05_2);
}

/*  What the library's own copies were is lost first. */
static void draw_18_2 (mine_function *f, nn_param *p, nn_random *source)
{
    (void) source;
    const int c = p->dim[2], o = p->dim[3];
    for (int row = 0; row < p->dim[0] * p->dim[1] * c; row++)
        for (int k = 0; k < o && k < c; k++)
            p->w[row * o + k] = 0.5f;
    ((copies *) f) (p->w, p->dim[0], c, o);
}

static int plug_18_2 (mine_place *to, mine_function *const f[])
{
    return each_first (to, "conv2d", f[0], draw_18_2);
}

/* --- 07-2: what decays ------------------------------------------------------------------------- */
typedef void what_decays (int *decays, const nn_param *param, int count);

static int plug_07_2 (mine_place *to, mine_function *const f[])
{
    const nn_net *net = to->net;
    const int room = net->layers * NN_PARAMS;
    nn_param *list = calloc (room, sizeof *list);
    int *decays = calloc (room, sizeof *decays), count = 0;
    nn_require (list && decays, "no memory for %d parameters", room);
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            list[count++] = net->layer[l]->param[k];
    ((what_decays *) f[0]) (decays, list, count);
    for (int l = 0, i = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            net->layer[l]->param[k].decays = decays[i++];
    free (list);
    free (decays);
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
    to->schedule = &mine->schedule;
    return NN_OK;
}

/* --- 18-3: slow weights ------------------------------------------------------------------------- */
enum { EVERY = 5 };
static const float ALPHA = 0.5f;
typedef void lookahead (float *fast, float *slow, int n, long step, int every,
                        float alpha);
typedef struct {
    mine_function *f; // NULL: the library's
    float *slow;      // all weights of the net
} slow_weights;

static int begin_slow (void *self_, nn_training *t)
{
    slow_weights *self = self_;
    self->slow = nn_arena_take (t->net->lasting,
                                2 * mine_weights (t->net, NULL) * sizeof (float));
    if (!self->slow)
        return NN_EMEMORY;
    mine_weights (t->net, self->slow);
    return NN_OK;
}

static int after_step (void *self_, nn_training *t)
{
    const slow_weights *self = self_;
    const long step = (long) t->epoch * t->batches + t->batch + 1;
    float *slow = self->slow, *ahead = slow + mine_weights (t->net, NULL);
    for (int l = 0; l < t->net->layers; l++)
        for (int k = 0; k < t->net->layer[l]->params; k++) {
            const nn_param *p = &t->net->layer[l]->param[k];
            if (self->f)
                ((lookahead *) self->f) (p->w, slow, (int) p->size, step, EVERY,
                                         ALPHA);
            else if (step % EVERY == 0) {
                for (size_t i = 0; i < p->size; i++)
                    ahead[i] = p->w[i] - slow[i];
                nn_call_back (p->w, ahead, p->size, ALPHA);
                memcpy (slow, p->w, p->size * sizeof *slow);
            }
            slow += p->size;
        }
    return NN_OK;
}

int mine_slow_weights (mine_place *to)
{
    slow_weights *self = nn_arena_take (to->net->lasting, sizeof *self);
    if (!self)
        return NN_EMEMORY;
    to->callback[to->callbacks++] = (nn_callback){ .name = "slow weights",
                                                   .begin = begin_slow,
                                                   .batch = after_step,
                                                   .self = self };
    return NN_OK;
}

static int plug_18_3 (mine_place *to, mine_function *const f[])
{
    for (int k = 0; k < to->callbacks; k++)
        if (to->callback[k].batch == after_step)
            ((slow_weights *) to->callback[k].self)->f = f[0];
    return NN_OK;
}

const mine_row mine_steps[] = {
    MINE_DRAWS ("01-3", plug_01_3, "the first weights of each dense layer",
                "ex_normal"),
    MINE_ROW ("03-3", plug_03_3, "each step of the training", "ex_momentum_step"),
    MINE_DRAWS ("05-2", plug_05_2, "the first weights of each convolution",
                "ex_he"),
    MINE_ROW ("05-3", plug_05_3, "the learning rate of each step", "ex_cosine"),
    MINE_ROW ("07-1", plug_07_1, "each step of the training", "ex_adamw_step"),
    MINE_ROW ("07-2", plug_07_2, "which weights decay", "ex_what_decays"),
    MINE_ROW ("18-2", plug_18_2, "the first weights of each convolution",
              "ex_copies"),
    MINE_ROW ("18-3", plug_18_3, "after each step of the training",
              "ex_lookahead"),
    MINE_END,
};
