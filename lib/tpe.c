/*  tpe.c - where have the good ones been? Try there
 *
 *  The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl
 *  2011), with the settings that Optuna (Akiba et al. 2019) has found to serve.
 *  The trials so far are sorted and cut in two: a tenth is good, all others are
 *  not. For each hyperparameter two densities are laid over the scale, a small
 *  hill on every value that was tried: l(x) over the good ones, g(x) over the
 *  others. Then some candidates are drawn from l, and the one with the largest
 *  l(x) / g(x) is tried: where good ones are many and others are few.
 *
 *  Each hyperparameter is chosen for itself, one after another. A hyperparameter
 *  that depends on a choice learns only from the trials that had it: this is the
 *  tree.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 10, CANDIDATES = 24, GOOD = 25, FRESH = 25 };

typedef struct {
    double at, width, weight; // of the hill; all weights make 1
    double inside;            // the share of it that lies between the ends
} hill;

typedef struct {
    const nn_hyper *hyper;
    double low, high; // the ends of its scale
    int count;
    hill *hills;
    double share[NN_CHOICES]; // of a choice: how likely each is
} density;

/*  Who was better? What was finished before what was stopped early, and of these
 *  what came further; what failed, or still runs, counts as bad. */
static int better (const void *a, const void *b)
{
    const nn_trial *s = *(const nn_trial *const *) a,
                   *t = *(const nn_trial *const *) b;
    static const int order[] = { [NN_TRIAL_DONE] = 0,
                                 [NN_TRIAL_PRUNED] = 1,
                                 [NN_TRIAL_FAILED] = 2,
                                 [NN_TRIAL_RUNNING] = 2 };
    const int of_s = isnan (s->result) ? 2 : order[s->state],
              of_t = isnan (t->result) ? 2 : order[t->state];
    if (of_s != of_t)
        return of_s - of_t;
    if (of_s == 1 && s->step != t->step)
        return t->step - s->step;
    if (of_s < 2 && s->result != t->result)
        return s->result < t->result ? -1 : 1;
    return s->number - t->number;
}

/*  Marks the good tenth. Returns how many trials are finished, or a negative
 *  status. */
static int cut (const nn_trial *trials, int count, bool *good)
{
    int finished = 0, usable = 0;
    const nn_trial **order = malloc ((size_t) (count + 1) * sizeof (void *));
    if (!order)
        return nn_fail (NN_EMEMORY, "no memory to sort %d trials", count);
    for (int k = 0; k < count; k++) {
        order[k] = &trials[k];
        good[k] = false;
        finished += trials[k].state != NN_TRIAL_RUNNING;
        usable += trials[k].state != NN_TRIAL_RUNNING && !isnan (trials[k].result);
    }
    qsort (order, count, sizeof *order, better);
    int number = (finished + 9) / 10;
    number = number < GOOD ? number : GOOD;
    for (int k = 0; k < number && k < usable; k++)
        good[order[k] - trials] = true;
    free (order);
    return finished;
}

/*  The share of the bell curve below x. */
static double below (double x)
{
    return 0.5 * erfc (-x * 0.7071067811865476);
}

static int by_place (const void *a, const void *b)
{
    const double x = ((const hill *) a)->at, y = ((const hill *) b)->at;
    return (x > y) - (x < y);
}

/*  A hill is as wide as the larger of the gaps beside it: where many values were
 *  tried, hills are slim. */
static void set_widths (density *d)
{
    const double all = d->high - d->low;
    const double least = all / fmin (100, d->count + 1);
    qsort (d->hills, d->count, sizeof *d->hills, by_place);
    for (int k = 0; k < d->count; k++) {
        hill *h = &d->hills[k];
        const double left = k ? h->at - h[-1].at : 0,
                     right = k + 1 < d->count ? h[1].at - h->at : 0;
        if (h->width == 0) // not the one that covers everything
            h->width = fmin (fmax (fmax (left, right), least), all);
        h->inside = below ((d->high - h->at) / h->width) -
                    below ((d->low - h->at) / h->width);
    }
}

/*  What is old counts less, once there is enough that is new. */
static double weight_of (int k, int count)
{
    const int ramp = count - FRESH;
    if (ramp <= 0 || k >= ramp)
        return 1;
    return ramp == 1 ? 1.0 / count
                     : 1.0 / count + (1 - 1.0 / count) * k / (ramp - 1);
}

/*  The density over the values that the good trials, or the others, had; and one
 *  wide hill over everything, so that no place is ruled out. */
static void lay (density *d, int i, const nn_trial *trials, int count,
                 const bool *good, bool wanted)
{
    int seen = 0, total = 0;
    double sum = 1;
    for (int k = 0; k < count; k++)
        total += good[k] == wanted && !isnan (trials[k].value[i]);
    for (int c = 0; c < d->hyper->choices; c++)
        d->share[c] = 1.0 / d->hyper->choices;
    d->hills[0] =
        (hill){ (d->low + d->high) / 2, d->high - d->low, 1, 0 }; // everything
    for (int k = 0; k < count; k++)
        if (good[k] == wanted && !isnan (trials[k].value[i])) {
            const double weight = weight_of (seen++, total),
                         value = trials[k].value[i];
            sum += weight;
            if (d->hyper->type == NN_CHOICE)
                d->share[(int) value] += weight;
            else
                d->hills[seen] =
                    (hill){ nn_hyper_scale (d->hyper, value), 0, weight, 0 };
        }
    d->count = total + 1;
    for (int k = 0; k < d->count && d->hyper->type != NN_CHOICE; k++)
        d->hills[k].weight /= sum;
    for (int c = 0; c < d->hyper->choices; c++)
        d->share[c] /= sum;
    if (d->hyper->type != NN_CHOICE)
        set_widths (d);
}

/*  How dense it is at a value. All hills are equally high, so that a wide one
 *  weighs more than a slim one: Optuna 3.1 has it so, the paper has hills of equal
 *  weight. A whole number gets all that lies within the half on both sides. */
static double density_at (const density *d, double value)
{
    const nn_hyper *hyper = d->hyper;
    if (hyper->type == NN_CHOICE)
        return d->share[(int) value];
    const double half = hyper->type == NN_WHOLE ? 0.5 : 0;
    const double left = nn_hyper_scale (hyper, value - half),
                 right = nn_hyper_scale (hyper, value + half);
    double sum = 0;
    for (int k = 0; k < d->count; k++) {
        const hill *h = &d->hills[k];
        const double a = (left - h->at) / h->width, b = (right - h->at) / h->width;
        sum += h->weight / h->inside *
               (half > 0 ? h->width * (below (b) - below (a)) : exp (-a * a / 2));
    }
    return sum;
}

/*  A value from the density: first a hill, then a place on it between the ends. */
static double draw (const density *d, nn_random *random)
{
    double u = (double) nn_random_uniform (random);
    int k = 0;
    if (d->hyper->type == NN_CHOICE) {
        while (k + 1 < d->hyper->choices && (u -= d->share[k]) >= 0)
            k++;
        return k;
    }
    while (k + 1 < d->count && (u -= d->hills[k].weight) >= 0)
        k++;
    double x;
    do
        x = d->hills[k].at +
            d->hills[k].width * (double) nn_random_normal (random);
    while (x < d->low || x > d->high);
    return nn_hyper_value (d->hyper, x);
}

/*  The best of some candidates. */
static double choose (const density *l, const density *g, nn_random *random)
{
    double best = 0, highest = -1;
    for (int k = 0; k < CANDIDATES; k++) {
        const double value = draw (l, random),
                     ratio = density_at (l, value) / density_at (g, value);
        if (ratio > highest) {
            highest = ratio;
            best = value;
        }
    }
    return best;
}

/*  What to try next. The first ten are drawn at random. */
int nn_tpe (const nn_space *self, const nn_trial *trials, int count,
            nn_random *random, double *value)
{
    bool *good = calloc (count + 1, sizeof *good);
    hill *hills = malloc (2 * ((size_t) count + 1) * sizeof *hills);
    if (!good || !hills) {
        free (good);
        free (hills);
        return nn_fail (NN_EMEMORY, "no memory for %d trials", count);
    }
    const int finished = cut (trials, count, good);
    for (int i = 0; i < self->count && finished >= FIRST; i++) {
        density l = { .hyper = &self->hyper[i], .hills = hills };
        nn_hyper_ends (l.hyper, &l.low, &l.high);
        density g = l;
        g.hills = hills + count + 1;
        lay (&l, i, trials, count, good, true);
        lay (&g, i, trials, count, good, false);
        value[i] = nn_hyper_there (self, i, value) ? choose (&l, &g, random) : NAN;
    }
    free (good);
    free (hills);
    if (finished < 0)
        return finished;
    return finished < FIRST ? nn_random_search (self, trials, count, random, value)
                            : NN_OK;
}
