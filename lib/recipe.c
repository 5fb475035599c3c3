/*  recipe.c - all that a training run depends on, as text
 *
 *  A recipe is a small file of `key = value` lines; what follows a # is for
 *  people. Whoever has the recipe, the data and the same seed gets the same
 *  network, to the last bit.
 *
 *  What may stand in a recipe stands in one table: the key, where its value goes,
 *  what it is if nobody says anything, and what it may be. A new key is a new row.
 *  Reading, checking, writing, the command's options and its help all follow from
 *  the table.
 */
#include "nn.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    nn_init *init;
} inits[] = {
    { "glorot", nn_init_glorot },
    { "he", nn_init_he },
    { "lecun", nn_init_lecun },
    { "orthogonal", nn_init_orthogonal },
};

static const nn_schedule *const schedules[] = {
    &nn_constant,
    &nn_step_down,
    &nn_cosine,
    &nn_one_cycle,
    &nn_warm_constant.schedule,
    &nn_warm_step_down.schedule,
    &nn_warm_cosine.schedule,
};

static int standardise (nn_recipe *self, const nn_data *training,
                        nn_transform *to);

static const struct {
    const char *name;
    int (*make) (nn_recipe *self, const nn_data *training, nn_transform *to);
} transforms[] = { { "none", NULL }, { "standardise", standardise } };

#define COUNT(table) ((int) (sizeof (table) / sizeof *(table)))

static const char *model_name (int i)
{
    return nn_models[i] ? nn_models[i]->name : NULL;
}

static const char *optimiser_name (int i)
{
    return nn_optimisers[i] ? nn_optimisers[i]->name : NULL;
}

static const char *init_name (int i)
{
    return i < COUNT (inits) ? inits[i].name : NULL;
}

static const char *schedule_name (int i)
{
    return i < COUNT (schedules) ? schedules[i]->name : NULL;
}

static const char *transform_name (int i)
{
    return i < COUNT (transforms) ? transforms[i].name : NULL;
}

/*  Which weights decay. */
static const char *decays_name (int i)
{
    static const char *const names[] = { "weights", "convolutions" };
    return i < COUNT (names) ? names[i] : NULL;
}

/*  What early stopping and the plateau rule watch. */
static const char *watched_name (int i)
{
    static const char *const names[] = { "never", "val_loss", "val_accuracy",
                                         "loss", "accuracy" };
    return i < COUNT (names) ? names[i] : NULL;
}

#define AT(member) offsetof (nn_recipe, member), sizeof ((nn_recipe *) 0)->member
const nn_recipe_key nn_recipe_keys[] = {
    { "name", NN_TEXT, AT (name), "", 0, 0, NULL, "what the run is called" },
    { "data", NN_TEXT, AT (data), "", 0, 0, NULL,
      "cifar10, shapes10 or a folder" },
    { "model", NN_TEXT, AT (model), NULL, 0, 0, model_name, "the network" },
    { "init", NN_TEXT, AT (init), "glorot", 0, 0, init_name,
      "how weights are drawn" },
    { "augment", NN_WORDS, AT (augment), "none", 0, 0, NULL, "flip rotate:15 …" },
    { "transforms", NN_WORDS, AT (transforms), "none", 0, 0, transform_name,
      "what happens to a picture before the net sees it" },
    { "mean", NN_NUMBERS, AT (mean), "", -1e3, 1e3, NULL,
      "of each channel, for standardise" },
    { "deviation", NN_NUMBERS, AT (deviation), "", 0, 1e3, NULL,
      "likewise; 0: to be measured on the training pictures" },
    { "validation", NN_NUMBER, AT (validation), "0.2", 0, 0.9, NULL,
      "share of the training pictures put aside" },
    { "folds", NN_INTEGER, AT (folds), "0", 0, 1e5, NULL, "for nn kfold" },
    { "fold", NN_INTEGER, AT (fold), "0", 0, 1e5, NULL, "held back as a test" },
    { "batch", NN_INTEGER, AT (batch), "32", 1, 65536, NULL, "pictures a step" },
    { "epochs", NN_INTEGER, AT (epochs), "10", 1, 100000, NULL,
      "times through the data" },
    { "optimiser", NN_TEXT, AT (optimiser), "adam", 0, 0, optimiser_name,
      "who steps" },
    { "rate", NN_NUMBER, AT (rate), "0.001", 1e-9, 10, NULL, "the learning rate" },
    { "momentum", NN_NUMBER, AT (momentum), "0.9", 0, 0.9999, NULL,
      "of momentum" },
    { "decay", NN_NUMBER, AT (decay), "0", 0, 1, NULL, "of the weights" },
    { "decays", NN_TEXT, AT (decays), "weights", 0, 0, decays_name,
      "which: all weights, or those of convolutions" },
    { "clip", NN_NUMBER, AT (clip), "0", 0, 1e6, NULL, "longest gradient" },
    { "smoothing", NN_NUMBER, AT (smoothing), "0", 0, 0.99, NULL, "of labels" },
    { "mixup", NN_NUMBER, AT (mixup), "0", 0, 2, NULL, "of pictures: alpha" },
    { "schedule", NN_TEXT, AT (schedule), "constant", 0, 0, schedule_name,
      "how the rate changes" },
    { "stop", NN_TEXT, AT (stop), "never", 0, 0, watched_name,
      "when this gets no better; the best weights are restored" },
    { "patience", NN_INTEGER, AT (patience), "5", 1, 100000, NULL,
      "epochs without anything better, then it stops" },
    { "plateau", NN_TEXT, AT (plateau), "never", 0, 0, watched_name,
      "when this gets no better the rate is cut" },
    { "plateau-patience", NN_INTEGER, AT (plateau_patience), "3", 1, 100000, NULL,
      "epochs without anything better, then it is cut" },
    { "factor", NN_NUMBER, AT (factor), "0.1", 1e-6, 0.999, NULL,
      "by which the rate is multiplied" },
    { "floor", NN_NUMBER, AT (floor), "0", 0, 10, NULL,
      "below which the rate is never cut" },
    { "seed", NN_SEED, AT (seed), "1", 0, 0x1p64, NULL,
      "of everything that is drawn" },
    { "published", NN_NUMBER, AT (published), "0", 0, 100, NULL,
      "test accuracy in the source, in percent" },
    { "search", NN_TEXT, AT (search), "", 0, 0, NULL, "what nn tune may try" },
    { NULL, NN_TEXT, 0, 0, NULL, 0, 0, NULL, NULL },
};

static const nn_recipe_key *find_key (const char *name)
{
    const char *names[64];
    int count = 0;
    for (const nn_recipe_key *k = nn_recipe_keys; k->name && count < 64; k++) {
        if (strcmp (k->name, name) == 0)
            return k;
        names[count++] = k->name;
    }
    const char *near = nn_nearest (name, names, count);
    if (near)
        nn_fail (NN_EVALUE, "there is no key '%.60s'; did you mean '%s'?", name,
                 near);
    else
        nn_fail (NN_EVALUE,
                 "there is no key '%.60s'; keys are model, rate, batch, epochs "
                 "and those that `nn train --help` lists",
                 name);
    return NULL;
}

/*  A number and nothing behind it but blanks or, in a list, the next number. */
static bool read_number (const char **text, double low, double high, double *value)
{
    char *end;
    *value = strtod (*text, &end);
    const bool good = end != *text && *value >= low && *value <= high &&
                      (*end == 0 || *end == ' ' || *end == ',');
    *text = end + strspn (end, " ,");
    return good;
}

/*  Puts a value where it belongs; false if it is not what the key wants. */
static bool put (void *to, const nn_recipe_key *key, const char *text)
{
    double value[4] = { 0 };
    int count = 0;
    switch (key->type) {
    case NN_TEXT:
    case NN_WORDS:
        return snprintf (to, key->room, "%s", text) < (int) key->room;
    case NN_SEED: {
        char *end;
        errno = 0;
        *(uint64_t *) to = strtoull (text, &end, 10);
        return *text >= '0' && *text <= '9' && *end == 0 && errno == 0;
    }
    case NN_NUMBERS:
        while (*text)
            if (count == 4 ||
                !read_number (&text, key->low, key->high, &value[count++]))
                return false;
        memcpy (to, value, sizeof value);
        return true;
    default:
        if (!read_number (&text, key->low, key->high, value) || *text)
            return false;
        if (key->type == NN_INTEGER)
            *(int *) to = (int) value[0];
        else
            *(double *) to = value[0];
        return key->type == NN_NUMBER || value[0] == floor (value[0]);
    }
}

/*  Which of the choices this is; names them all if it is none of them. */
static int choose (const char *what, const char *(*choice) (int i),
                   const char *text)
{
    const char *names[64];
    char all[256] = "";
    int count = 0;
    for (; count < 64 && choice (count); count++) {
        names[count] = choice (count);
        if (strcmp (names[count], text) == 0)
            return count;
        const size_t at = strlen (all);
        snprintf (all + at, sizeof all - at, "%s%s", count ? ", " : "",
                  names[count]);
    }
    const char *near = nn_nearest (text, names, count);
    return nn_fail (NN_EVALUE, "there is no %s '%.60s'%s%s%s; there is %s", what,
                    text, near ? ", did you mean '" : "", near ? near : "",
                    near ? "'?" : "", all);
}

/*  The next word of a list, which it cuts up; NULL at the end. */
static char *next_word (char **rest)
{
    char *word;
    while ((word = strsep (rest, " ,")) && !*word)
        continue;
    return word;
}

/*  Are all words of the value among the key's choices? */
static int choose_all (const nn_recipe_key *key, const char *text)
{
    char words[512], *rest = words;
    if (key->type != NN_WORDS)
        return choose (key->name, key->choice, text);
    snprintf (words, sizeof words, "%s", text);
    int status = NN_OK;
    for (char *word; status >= 0 && (word = next_word (&rest));)
        status = choose (key->name, key->choice, word);
    return status;
}

static int check_augment (const char *text);

/*  Values that are written in a language of their own. */
static const struct {
    const char *key;
    int (*check) (const char *text);
} languages[] = {
    { "augment", check_augment },
    { NULL, NULL },
};

/*  Does the text say something that there is? */
static int check (const nn_recipe_key *key, const char *text)
{
    for (int i = 0; languages[i].key; i++)
        if (strcmp (languages[i].key, key->name) == 0)
            return languages[i].check (text);
    return key->choice ? choose_all (key, text) : NN_OK;
}

/*  Sets one value, given as text. Says what it may be if it is not that. */
int nn_recipe_set (nn_recipe *self, const char *name, const char *text)
{
    const nn_recipe_key *key = find_key (name);
    if (!key || (*text && check (key, text) < 0))
        return NN_EVALUE;
    const bool optional = key->fallback && !*key->fallback;
    nn_recipe changed = *self;
    if ((*text || optional) && put ((char *) &changed + key->place, key, text)) {
        *self = changed;
        return NN_OK;
    }
    static const char *const kinds[] = { "a text",
                                         "words",
                                         "a whole number",
                                         "a number",
                                         "up to four numbers",
                                         "a whole number" };
    char range[80];
    snprintf (range, sizeof range, " from %g to %g", key->low, key->high);
    if (key->type == NN_TEXT || key->type == NN_WORDS)
        snprintf (range, sizeof range, " of at most %zu letters", key->room - 1);
    if (!*text)
        return nn_fail (NN_EVALUE, "%s has no value; it takes %s%s", name,
                        kinds[key->type], range);
    return nn_fail (NN_EVALUE, "%s is %.60s; it takes %s%s", name, text,
                    kinds[key->type], range);
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

/*  What else a recipe asks of a net, whatever its model. */
static void (*const traits[]) (const nn_recipe *self, nn_net *net) = {
    decaying,
    NULL,
};

/*  The net of a recipe for such pictures, from its input to its loss; not yet
 *  built. */
nn_net *nn_recipe_net (const nn_recipe *self, int h, int w, int c, int classes)
{
    const nn_model *model = nn_model_find (self->model);
    const int init = choose ("init", init_name, self->init);
    nn_net *net = model && init >= 0 ? nn_model_net (model, h, w, c, classes,
                                                     inits[init].init, self->seed)
                                     : NULL;
    for (int i = 0; net && traits[i]; i++)
        traits[i](self, net);
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
    const int kind = choose ("optimiser", optimiser_name, self->optimiser);
    const int curve = choose ("schedule", schedule_name, self->schedule);
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
    for (char *word; (word = next_word (&rest));) {
        const int kind = choose ("transform", transform_name, word);
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

/*  What happens to a picture, from the data set to the net. */
static int (*const stages[]) (nn_recipe *self, const nn_data *training,
                              nn_transform *list, int room) = {
    augmented,
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

static int check_augment (const char *text)
{
    nn_transform list[NN_TRANSFORMS];
    return nn_augment_read (text, list, NN_TRANSFORMS);
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
    return count < 0 ? count : nn_transform_size (list, count, h, w, c);
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
