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
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*  What becomes of features that never change. */
static const char *keeping (int i)
{
    static const char *const names[] = { "kept", "half", "anew", NULL };
    return names[i];
}

/*  Which weights decay. */
static const char *decays_name (int i)
{
    static const char *const names[] = { "weights", "convolutions", NULL };
    return names[i];
}

/*  How often an image comes in an epoch. */
static const char *samplings (int i)
{
    static const char *const names[] = { "once", "oversample", "weighted", NULL };
    return names[i];
}

/*  What early stopping and the plateau rule watch. */
static const char *watched_name (int i)
{
    static const char *const names[] = { "never", "val_loss", "val_accuracy",
                                         "loss",  "accuracy", NULL };
    return names[i];
}

#define AT(member) offsetof (nn_recipe, member), sizeof ((nn_recipe *) 0)->member
const nn_recipe_key nn_recipe_keys[] = {
    { "name", NN_TEXT, AT (name), "", 0, 0, NULL, "what the run is called" },
    { "data", NN_TEXT, AT (data), "", 0, 0, NULL,
      "cifar10, shapes10 or a folder" },
    { "size", NN_INTEGER, AT (size), "128", 8, 4096, NULL,
      "of photographs from a folder, in both directions" },
    { "test", NN_NUMBER, AT (test), "0.2", 0.01, 0.9, NULL,
      "share of each class that is the test, if the folder has none" },
    { "model", NN_TEXT, AT (model), NULL, 0, 0, nn_model_name, "the network" },
    { "init", NN_TEXT, AT (init), "glorot", 0, 0, nn_init_name,
      "how weights are drawn" },
    { "augment", NN_WORDS, AT (augment), "none", 0, 0, NULL, "flip rotate:15 …" },
    { "transforms", NN_WORDS, AT (transforms), "none", 0, 0, nn_transform_name,
      "what happens to a picture before the net sees it" },
    { "mean", NN_NUMBERS, AT (mean), "", -1e3, 1e3, NULL,
      "of each channel, for standardise" },
    { "deviation", NN_NUMBERS, AT (deviation), "", 0, 1e3, NULL,
      "likewise; 0: to be measured on the training pictures" },
    { "validation", NN_NUMBER, AT (validation), "0.2", 0, 0.9, NULL,
      "share of the training pictures put aside" },
    { "split", NN_SEED, AT (split), "0", 0, 0x1p64, NULL,
      "the seed by which they are put aside; 0: that of all else" },
    { "folds", NN_INTEGER, AT (folds), "0", 0, 1e5, NULL, "for nn kfold" },
    { "fold", NN_INTEGER, AT (fold), "0", 0, 1e5, NULL, "held back as a test" },
    { "batch", NN_INTEGER, AT (batch), "32", 1, 65536, NULL, "pictures a step" },
    { "epochs", NN_INTEGER, AT (epochs), "10", 1, 100000, NULL,
      "times through the data" },
    { "optimiser", NN_TEXT, AT (optimiser), "adam", 0, 0, nn_optimiser_name,
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
    { "class-weights", NN_TEXT, AT (class_weights), "", 0, 0, NULL, "1.5,1,2 …" },
    { "sampling", NN_TEXT, AT (sampling), "once", 0, 0, samplings, "of images" },
    { "weights", NN_TEXT, AT (weights), "none", 0, 0, NULL, "borrowed: a file" },
    { "head", NN_TEXT, AT (head), "model", 0, 0, nn_head_name, "on a base" },
    { "pixels", NN_INTEGER, AT (pixels), "0", 0, 1e4, NULL, "rows; 0: as it is" },
    { "images", NN_INTEGER, AT (images), "0", 0, 1e9, NULL, "fewer than all" },
    { "freeze", NN_TEXT, AT (freeze), "none", 0, 0, NULL, "base, or up to LAYER" },
    { "unfreeze", NN_TEXT, AT (unfreeze), "none", 0, 0, NULL, "EPOCHS:LAYER …" },
    { "rates", NN_TEXT, AT (rates), "none", 0, 0, NULL, "LAYER:FACTOR …" },
    { "features", NN_TEXT, AT (features), "kept", 0, 0, keeping, "if all frozen" },
    { "norm-momentum", NN_NUMBER, AT (norms), "0", 0, 1, NULL, "of batch norms" },
    { "schedule", NN_TEXT, AT (schedule), "constant", 0, 0, nn_schedule_name,
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
    { "whiten", NN_INTEGER, AT (whiten), "0", 0, 1e9, NULL, "by so many images" },
    { "white-floor", NN_NUMBER, AT (white_floor), "5e-4", 1e-9, 9, NULL, "of it" },
    { "norm-rates", NN_NUMBERS, AT (norm_rates), "", 0, 1e4, NULL, "scale, bias" },
    { "views", NN_TEXT, AT (views), "none", 0, 0, nn_views_name, "to measure" },
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
int nn_recipe_choose (const char *what, const char *(*choice) (int i),
                      const char *text)
{
    const char *names[64];
    char all[400] = "";
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
char *nn_recipe_word (char **rest)
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
        return nn_recipe_choose (key->name, key->choice, text);
    snprintf (words, sizeof words, "%s", text);
    int status = NN_OK;
    for (char *word; status >= 0 && (word = nn_recipe_word (&rest));)
        status = nn_recipe_choose (key->name, key->choice, word);
    return status;
}

static int check_augment (const char *text);

static int check_weights (const char *text);

/*  Values that are written in a language of their own. */
static const struct {
    const char *key;
    int (*check) (const char *text);
} languages[] = {
    { "augment", check_augment },
    { "class-weights", check_weights },
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

static int check_augment (const char *text)
{
    nn_transform list[NN_TRANSFORMS];
    return nn_augment_read (text, list, NN_TRANSFORMS);
}

static int check_weights (const char *text)
{
    float weight[NN_MOST_CLASSES];
    const int count = nn_weights_read (text, weight, NN_MOST_CLASSES);
    return count < 0 ? count : NN_OK;
}
