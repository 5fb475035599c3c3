/*  search.c - a space of hyperparameters, and the simplest way to search it
 *
 *  What training learns are parameters. What somebody must choose before are
 *  hyperparameters: a rate, a batch size, an optimiser. A search space says what
 *  each of them may be, as text that fits into a line of a recipe:
 *
 *      rate 1e-5..1e-1 log; batch 8..256 whole log; optimiser adam,sgd;
 *      momentum 0.5..0.99 if optimiser sgd
 *
 *  A sampler sees the trials so far and says what to try next. Random search
 *  (Bergstra and Bengio 2012) does not look at them at all.
 */
#include "nn.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*  The next word, which ends at a blank; it is cut off. NULL at the end. */
static char *next_word (char **rest)
{
    char *word;
    while ((word = strsep (rest, " \t\n")) && !*word)
        continue;
    return word;
}

/*  A number, all of the text, and finite. */
static bool read_number (const char *text, double *value)
{
    char *end;
    *value = strtod (text, &end);
    return end != text && *end == 0 && isfinite (*value);
}

/*  "1e-5..1e-1", which is taken apart at its two dots. */
static int read_range (nn_hyper *h, char *text)
{
    char *dots = strstr (text, "..");
    *dots = 0;
    if (!read_number (text, &h->low) || !read_number (dots + 2, &h->high))
        return nn_fail (NN_EVALUE,
                        "%s %.40s..%.40s: a range is written LOW..HIGH, such as "
                        "1e-5..1e-1",
                        h->name, text, dots + 2);
    h->type = NN_REAL;
    return NN_OK;
}

/*  "16,32,64" */
static int read_choices (nn_hyper *h, char *text)
{
    h->type = NN_CHOICE;
    for (char *word; (word = strsep (&text, ","));) {
        if (!*word)
            return nn_fail (NN_EVALUE, "%s: choice %d is empty", h->name,
                            h->choices + 1);
        if (h->choices == NN_CHOICES || strlen (word) >= sizeof *h->choice)
            return nn_fail (NN_EVALUE,
                            "%s: there can be %d choices of %zu letters at most",
                            h->name, NN_CHOICES, sizeof *h->choice - 1);
        for (int k = 0; k < h->choices; k++)
            if (strcmp (h->choice[k], word) == 0)
                return nn_fail (NN_EVALUE, "%s: the choice %s is there twice",
                                h->name, word);
        snprintf (h->choice[h->choices++], sizeof *h->choice, "%s", word);
    }
    h->high = h->choices - 1;
    return NN_OK;
}

/*  "if optimiser sgd": the hyperparameter is there only if an earlier one has this
 *  value. */
static int read_condition (nn_hyper *h, const nn_space *earlier, char **rest)
{
    const char *name = next_word (rest), *word = next_word (rest);
    if (!word)
        return nn_fail (NN_EVALUE, "%s: a condition is written if NAME CHOICE",
                        h->name);
    for (h->when = 0; h->when < earlier->count; h->when++)
        if (strcmp (earlier->hyper[h->when].name, name) == 0)
            break;
    const nn_hyper *on = &earlier->hyper[h->when];
    if (h->when == earlier->count || on->type != NN_CHOICE)
        return nn_fail (NN_EVALUE,
                        "%s: its condition asks for '%.30s', which is no earlier "
                        "hyperparameter with choices",
                        h->name, name);
    for (h->is = 0; h->is < on->choices; h->is++)
        if (strcmp (on->choice[h->is], word) == 0)
            return NN_OK;
    return nn_fail (NN_EVALUE,
                    "%s: its condition asks for %s %.30s, which is not "
                    "among the choices",
                    h->name, name, word);
}

/*  Can one draw from it? */
static int check_range (const nn_hyper *h)
{
    if (h->type == NN_CHOICE)
        return h->log ? nn_fail (NN_EVALUE, "%s: choices have no log", h->name)
                      : NN_OK;
    if (!(h->low < h->high))
        return nn_fail (NN_EVALUE,
                        "%s: low is %g and high is %g; low must be less", h->name,
                        h->low, h->high);
    if (h->log && h->low <= 0)
        return nn_fail (NN_EVALUE,
                        "%s: low is %g, and below 0 there are no logarithms; give "
                        "a low above 0, or leave out log",
                        h->name, h->low);
    if (h->type == NN_WHOLE && (h->low != floor (h->low) ||
                                h->high != floor (h->high) || h->high >= 0x1p31))
        return nn_fail (NN_EVALUE,
                        "%s: the ends of %g..%g are not whole, or too large",
                        h->name, h->low, h->high);
    return NN_OK;
}

/*  One hyperparameter: its name, what it may be, and a few words more. */
static int read_hyper (nn_hyper *h, const nn_space *earlier, char *text)
{
    static const char *const words[] = { "log", "whole", "if" };
    const char *name = next_word (&text);
    *h = (nn_hyper){ .when = -1 };
    if (snprintf (h->name, sizeof h->name, "%s", name) >= (int) sizeof h->name)
        return nn_fail (NN_EVALUE, "%.40s…: the name is too long", name);
    for (int k = 0; k < earlier->count; k++)
        if (strcmp (earlier->hyper[k].name, name) == 0)
            return nn_fail (NN_EVALUE, "%s is there twice", name);
    char *what = next_word (&text);
    if (!what)
        return nn_fail (NN_EVALUE,
                        "%s: what may it be? A range LOW..HIGH, or choices A,B,C",
                        name);
    int status =
        strstr (what, "..") ? read_range (h, what) : read_choices (h, what);
    for (char *word; status == NN_OK && (word = next_word (&text));) {
        if (strcmp (word, "log") == 0)
            h->log = true;
        else if (strcmp (word, "whole") == 0 && h->type != NN_CHOICE)
            h->type = NN_WHOLE;
        else if (strcmp (word, "if") == 0)
            status = read_condition (h, earlier, &text);
        else {
            const char *near = nn_nearest (word, words, 3);
            status = nn_fail (NN_EVALUE, "%s: '%.30s' is not understood%s%s%s",
                              name, word, near ? "; did you mean " : "",
                              near ? near : "", near ? "?" : "");
        }
    }
    return status == NN_OK ? check_range (h) : status;
}

/*  Reads a search space: hyperparameters with a semicolon between them. After a
 *  failure *self is as it was. */
int nn_space_read (nn_space *self, const char *text)
{
    nn_space space = { 0 };
    char *copy = strdup (text), *rest = copy;
    int status = copy ? NN_OK : nn_fail (NN_EMEMORY, "no memory for a space");
    for (char *part; status == NN_OK && (part = strsep (&rest, ";"));) {
        if (!part[strspn (part, " \t\n")])
            continue;
        if (space.count == NN_HYPERS)
            status = nn_fail (NN_EVALUE, "there are more than %d hyperparameters",
                              NN_HYPERS);
        else
            status = read_hyper (&space.hyper[space.count], &space, part);
        space.count++;
    }
    free (copy);
    if (status == NN_OK && space.count == 0)
        status = nn_fail (NN_EVALUE, "a search space without a hyperparameter");
    if (status == NN_OK)
        *self = space;
    return status;
}

/*  The text of one hyperparameter, always written in the same way. */
void nn_hyper_text (const nn_space *self, int i, char *text, size_t size)
{
    const nn_hyper *h = &self->hyper[i];
    FILE *out = fmemopen (text, size, "w");
    nn_require (out, "no room for a text");
    fprintf (out, "%s ", h->name);
    for (int k = 0; k < h->choices; k++)
        fprintf (out, "%s%s", k ? "," : "", h->choice[k]);
    if (h->type != NN_CHOICE)
        fprintf (out, "%.15g..%.15g%s%s", h->low, h->high,
                 h->type == NN_WHOLE ? " whole" : "", h->log ? " log" : "");
    if (h->when >= 0)
        fprintf (out, " if %s %s", self->hyper[h->when].name,
                 self->hyper[h->when].choice[h->is]);
    fclose (out);
}

/*  One value as text: what was tried, to its last digit. */
void nn_hyper_show (const nn_hyper *self, double value, char text[32])
{
    if (isnan (value))
        snprintf (text, 32, "-");
    else if (self->type == NN_CHOICE)
        snprintf (text, 32, "%s", self->choice[(int) value]);
    else
        snprintf (text, 32, "%.10g", value);
}

/*  Is hyperparameter i there, given the values of those before it? */
bool nn_hyper_there (const nn_space *self, int i, const double *value)
{
    const nn_hyper *h = &self->hyper[i];
    return h->when < 0 || value[h->when] == h->is;
}

/*  The scale on which a hyperparameter is drawn: its logarithm if it is log. A
 *  whole number owns the half on both sides of it. */
double nn_hyper_scale (const nn_hyper *self, double value)
{
    return self->log ? log (value) : value;
}

void nn_hyper_ends (const nn_hyper *self, double *low, double *high)
{
    const double half = self->type == NN_WHOLE ? 0.5 : 0;
    *low = nn_hyper_scale (self, self->low - half);
    *high = nn_hyper_scale (self, self->high + half);
}

/*  Back from the scale: a value that may be tried. Six digits are enough, so that
 *  what is printed is what was tried. */
double nn_hyper_value (const nn_hyper *self, double place)
{
    char six[32];
    double value = self->log ? exp (place) : place;
    snprintf (six, sizeof six, "%.6g", value);
    value = self->type == NN_WHOLE ? round (value) : strtod (six, NULL);
    return fmin (fmax (value, self->low), self->high);
}

/*  Random search: each hyperparameter anywhere on its scale, all places alike. */
int nn_random_search (const nn_space *self, const nn_trial *trials, int count,
                      nn_random *random, double *value)
{
    (void) trials, (void) count;
    for (int i = 0; i < self->count; i++) {
        const nn_hyper *h = &self->hyper[i];
        double low, high;
        nn_hyper_ends (h, &low, &high);
        if (!nn_hyper_there (self, i, value))
            value[i] = NAN;
        else if (h->type == NN_CHOICE)
            value[i] = nn_random_below (random, h->choices);
        else
            value[i] = nn_hyper_value (
                h, low + (high - low) * (double) nn_random_uniform (random));
    }
    return NN_OK;
}

static const struct {
    const char *name;
    nn_sampler *sampler;
} samplers[] = {
    { "random", nn_random_search },
    { "tpe", nn_tpe },
};

enum { SAMPLERS = sizeof samplers / sizeof *samplers };

/*  A sampler by its name, "tpe" if that is NULL; or NULL and "did you mean". */
nn_sampler *nn_sampler_find (const char *name)
{
    const char *known[SAMPLERS];
    for (int k = 0; k < SAMPLERS; k++) {
        known[k] = samplers[k].name;
        if (strcmp (name ? name : "tpe", known[k]) == 0)
            return samplers[k].sampler;
    }
    const char *near = nn_nearest (name, known, SAMPLERS);
    nn_fail (NN_EVALUE, "there is no sampler '%.40s'%s%s%s; there is random, tpe",
             name, near ? ", did you mean '" : "", near ? near : "",
             near ? "'?" : "");
    return NULL;
}
