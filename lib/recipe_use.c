/*  recipe_use.c - from a recipe to the things that it names
 *
 *  A recipe holds words and numbers. Here they become a net, an optimiser, a
 *  schedule, the transforms of a picture. Each kind of thing has a table, to which
 *  a new one is added as a row; what else a recipe may ask of a net or of an
 *  optimiser, whatever its kind, is a function in a list.
 */
#include "nn.h"

#include <string.h>

static const struct {
    const char *name;
    nn_init *init;
} inits[] = {
    { "glorot", nn_init_glorot },         // values and gradients alike
    { "he", nn_init_he },                 // before a ReLU
    { "lecun", nn_init_lecun },           // before anything else
    { "orthogonal", nn_init_orthogonal }, // no two alike
    { "dirac", nn_init_dirac },           // copies
    { "dirac-quick", nn_init_dirac_quick },
};

static const nn_schedule *const schedules[] = {
    &nn_constant,
    &nn_step_down,
    &nn_cosine,
    &nn_one_cycle,
    &nn_warm_constant.schedule,
    &nn_warm_step_down.schedule,
    &nn_warm_cosine.schedule,
    &nn_triangle,
};

static int standardise (nn_recipe *self, const nn_data *training,
                        nn_transform *to);

static int as_model (nn_recipe *self, const nn_data *training, nn_transform *to);

static const struct {
    const char *name;
    int (*make) (nn_recipe *self, const nn_data *training, nn_transform *to);
} transforms[] = {
    { "none", NULL },
    { "standardise", standardise },
    { "model", as_model },
};

#define COUNT(table) ((int) (sizeof (table) / sizeof *(table)))

const char *nn_init_name (int i)
{
    return i < COUNT (inits) ? inits[i].name : NULL;
}

const char *nn_optimiser_name (int i)
{
    return nn_optimisers[i] ? nn_optimisers[i]->name : NULL;
}

const char *nn_schedule_name (int i)
{
    return i < COUNT (schedules) ? schedules[i]->name : NULL;
}

const char *nn_transform_name (int i)
{
    return i < COUNT (transforms) ? transforms[i].name : NULL;
}

/*  Does only what a convolution has decay? */
static void decaying (const nn_recipe *self, nn_net *net)
{
    for (int l = 0; l < net->layers; l++)
        if (strcmp (self->decays, "convolutions") == 0 &&
            net->layer[l]->kind != &nn_conv2d_kind)
            for (int k = 0; k < net->layer[l]->params; k++)
                net->layer[l]->param[k].decays = false;
}

static void freezing (const nn_recipe *self, nn_net *net);

static void following (const nn_recipe *self, nn_net *net);

/*  What else a recipe asks of a net, whatever its model. */
static void (*const traits[]) (const nn_recipe *self, nn_net *net) = {
    decaying,             // what shrinks
    freezing,             // what stays
    following,            // how fast norms do
    nn_recipe_norm_rates, // and learn
    NULL,
};

typedef nn_net *net_maker (const nn_recipe *self, const nn_model *model, int h,
                           int w, int c, int classes);

static nn_net *headed (const nn_recipe *self, const nn_model *model, int h, int w,
                       int c, int classes);

/*  Who may make the net instead of its model: the first that wants to. */
static const struct {
    bool (*wants) (const nn_recipe *self);
    net_maker *make;
} makers[] = {
    { nn_recipe_has_head, headed },
    { NULL, NULL },
};

/*  The net of a recipe for such pictures, from its input to its loss; not yet
 *  built. */
nn_net *nn_recipe_net (const nn_recipe *self, int h, int w, int c, int classes)
{
    const nn_model *model = nn_model_find (self->model);
    const int init = nn_recipe_choose ("init", nn_init_name, self->init);
    if (!model || init < 0)
        return NULL;
    int m = 0;
    while (makers[m].wants && !makers[m].wants (self))
        m++;
    nn_net *net = makers[m].make ? makers[m].make (self, model, h, w, c, classes)
                                 : nn_model_net (model, h, w, c, classes,
                                                 inits[init].init, self->seed);
    for (int i = 0; net && traits[i]; i++)
        traits[i](self, net);
    if (net && net->status != NN_OK) {
        nn_fail (net->status, "%s", net->failure);
        nn_net_free (&net);
    }
    return net;
}

/*  Is the gradient to be clipped? */
static void clipping (const nn_recipe *self, nn_optimiser *optimiser)
{
    optimiser->before = self->clip > 0 ? nn_clip : NULL;
    optimiser->limit = (float) self->clip;
}

/*  What else a recipe asks of an optimiser, whatever its kind. */
static void (*const habits[]) (const nn_recipe *self, nn_optimiser *optimiser) = {
    clipping,
    NULL,
};

/*  What steps, and how fast. */
int nn_recipe_optimiser (const nn_recipe *self, nn_optimiser *optimiser,
                         const nn_schedule **schedule)
{
    const int kind =
        nn_recipe_choose ("optimiser", nn_optimiser_name, self->optimiser);
    const int curve =
        nn_recipe_choose ("schedule", nn_schedule_name, self->schedule);
    if (kind < 0 || curve < 0)
        return NN_EVALUE;
    *optimiser =
        nn_adam (.rate = (float) self->rate, .decay = (float) self->decay);
    optimiser->kind = nn_optimisers[kind];
    optimiser->momentum = (float) self->momentum;
    for (int i = 0; habits[i]; i++)
        habits[i](self, optimiser);
    *schedule = schedules[curve];
    return NN_OK;
}

/*  Mean and deviation are the recipe's or else measured, and then kept in the
 *  recipe: who tests the network must do to his pictures what we did to ours. */
static int standardise (nn_recipe *self, const nn_data *training, nn_transform *to)
{
    float mean[4] = { 0 }, deviation[4] = { 0 };
    if (self->deviation[0] == 0) {
        if (!training)
            return nn_fail (NN_EVALUE,
                            "standardise: neither a mean nor images to measure");
        const int status = nn_moments (training, mean, deviation);
        if (status != NN_OK)
            return status;
        for (int k = 0; k < training->c; k++) {
            self->mean[k] = mean[k];
            self->deviation[k] = deviation[k] > 1e-6f ? deviation[k] : 1;
        }
    }
    int channels = 0;
    for (int k = 0; k < 4; k++) {
        mean[k] = (float) self->mean[k];
        deviation[k] = (float) self->deviation[k];
        channels += deviation[k] > 0;
    }
    *to = nn_standardise (mean, deviation, channels);
    return NN_OK;
}

/*  The words behind `transforms`, of which each is one. */
static int named (nn_recipe *self, const nn_data *training, nn_transform *list,
                  int room)
{
    char words[sizeof self->transforms], *rest = words;
    memcpy (words, self->transforms, sizeof words);
    int count = 0;
    for (char *word; (word = nn_recipe_word (&rest));) {
        const int kind = nn_recipe_choose ("transform", nn_transform_name, word);
        if (kind < 0 || !transforms[kind].make)
            continue;
        if (count == room)
            return nn_fail (NN_EVALUE, "a recipe has at most %d transforms",
                            NN_TRANSFORMS);
        const int status = transforms[kind].make (self, training, &list[count++]);
        if (status != NN_OK)
            return status;
    }
    return count;
}

static int augmented (nn_recipe *self, const nn_data *training, nn_transform *list,
                      int room);

static int sized (nn_recipe *self, const nn_data *training, nn_transform *list,
                  int room);

/*  What happens to a picture, from the data set to the net. */
static int (*const stages[]) (nn_recipe *self, const nn_data *training,
                              nn_transform *list, int room) = {
    augmented,
    sized,
    named,
    NULL,
};

/*  The recipe's transforms, in order, into a list with room for NN_TRANSFORMS;
 *  returns how many, or a negative status. `training` may be NULL if nothing must
 *  be measured. */
int nn_recipe_transforms (nn_recipe *self, const nn_data *training,
                          nn_transform *list)
{
    int count = 0;
    for (int i = 0; stages[i]; i++) {
        const int more =
            stages[i](self, training, list + count, NN_TRANSFORMS - count);
        if (more < 0)
            return more;
        count += more;
    }
    return count;
}

/*  The words behind `augment`. */
static int augmented (nn_recipe *self, const nn_data *training, nn_transform *list,
                      int room)
{
    (void) training;
    return nn_augment_read (self->augment, list, room);
}

/*  How large pictures of h x w x c are when the net of the recipe sees them. */
int nn_recipe_size (const nn_recipe *self, int *h, int *w, int c)
{
    nn_transform list[NN_TRANSFORMS];
    const int count = nn_augment_read (self->augment, list, NN_TRANSFORMS);
    const int status =
        count < 0 ? count : nn_transform_size (list, count, h, w, c);
    if (self->pixels > 0)
        *h = *w = self->pixels;
    return status;
}

/*  What a recipe does to a whole batch: for the `mix` of a loader or a training;
 *  `with` is the recipe. */
int nn_recipe_mix (nn_batch *batch, nn_random *random, const void *with)
{
    const nn_recipe *recipe = with;
    const int status = nn_mixup (batch, random, &recipe->mixup);
    return status == NN_OK ? nn_smooth (batch, random, &recipe->smoothing)
                           : status;
}

/*  A head on the model's base. */
static nn_net *headed (const nn_recipe *self, const nn_model *model, int h, int w,
                       int c, int classes)
{
    const nn_head *head = nn_head_find (self->head);
    return head ? nn_headed_net (model, head, h, w, c, classes, self->seed) : NULL;
}

/*  What stays as it is, and at what pace the rest learns. */
static void freezing (const nn_recipe *self, nn_net *net)
{
    int status = NN_OK;
    if (*self->freeze && strcmp (self->freeze, "none") != 0)
        status = nn_freeze_to (net, self->freeze);
    if (status == NN_OK && *self->rates)
        status = nn_rates_set (net, self->rates);
    if (status != NN_OK)
        nn_net_give_up (net, status);
}

/*  How fast the running statistics of batch norms follow the net. */
static void following (const nn_recipe *self, nn_net *net)
{
    for (int l = 0; l < net->layers; l++)
        if (net->layer[l]->kind == &nn_batchnorm_kind && self->norms > 0)
            ((nn_batchnorm_args *) net->layer[l]->args)->momentum =
                (float) self->norms;
}

/*  Pictures as large as the recipe wants. */
static int sized (nn_recipe *self, const nn_data *training, nn_transform *list,
                  int room)
{
    (void) training;
    if (self->pixels <= 0)
        return 0;
    if (room < 1)
        return nn_fail (NN_EVALUE, "a recipe has at most %d transforms",
                        NN_TRANSFORMS);
    *list = nn_resize (self->pixels, self->pixels, NN_BILINEAR);
    return 1;
}

/*  Colours on the scale that the model was trained with. */
static int as_model (nn_recipe *self, const nn_data *training, nn_transform *to)
{
    (void) training;
    const nn_model *model = nn_model_find (self->model);
    if (!model)
        return NN_EVALUE;
    if (model->deviation[0] == 0)
        return nn_fail (NN_EVALUE,
                        "model %s was trained on no scale of its own: standardise "
                        "instead",
                        model->name);
    *to = nn_standardise (model->mean, model->deviation, 3);
    return NN_OK;
}
