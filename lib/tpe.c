/*  tpe.c - where have the good ones been? Try there
 *
 *  The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl
 *  2011), with the settings that Optuna (Akiba et al. 2019) has found to serve.
 *  The trials so far are sorted and cut in two: a tenth is good, all others are
 *  not. Two densities are laid over the space, a small hill on every trial: l(x)
 *  over the good ones, g(x) over the others. Then some candidates are drawn from
 *  l, and the one with the largest l(x) / g(x) is tried: where good ones are many
 *  and others are few.
 *
 *  Hyperparameters that are always there are chosen together, for a good rate may
 *  be good only with large batches. One that depends on a choice is chosen for
 *  itself, and learns only from the trials that had it: this is the tree.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 10, CANDIDATES = 24, GOOD = 25, FRESH = 25 };

typedef struct {
    double at, width; // of the hill, along one scale
    double inside;    // the share of it that lies between the ends
} hill;

typedef struct {
    const nn_hyper *hyper[NN_HYPERS];       // chosen together
    int place[NN_HYPERS], dims;             // where they stand in a trial
    double low[NN_HYPERS], high[NN_HYPERS]; // the ends of their scales
    int count;
    double *weight;         // of each hill; together 1
    hill *hills[NN_HYPERS]; // each has as many numbers as there are dims
    hill **order;           // for sorting
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
    const double x = (*(hill *const *) a)->at, y = (*(hill *const *) b)->at;
    return (x > y) - (x < y);
}

/*  A hill is as wide as the larger of the gaps beside it: where many values were
 *  tried, hills are slim. */
static void set_widths (const density *d, int dim)
{
    const double low = d->low[dim], high = d->high[dim], all = high - low;
    const double least = all / fmin (100, d->count + 1);
    for (int k = 0; k < d->count; k++)
        d->order[k] = &d->hills[dim][k];
    qsort (d->order, d->count, sizeof (hill *), by_place);
    for (int k = 0; k < d->count; k++) {
        hill *h = d->order[k];
        const double left = k ? h->at - d->order[k - 1]->at : 0,
                     right = k + 1 < d->count ? d->order[k + 1]->at - h->at : 0;
        if (h->width == 0) // not the one that covers everything
            h->width = fmin (fmax (fmax (left, right), least), all);
        h->inside =
            below ((high - h->at) / h->width) - below ((low - h->at) / h->width);
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

/*  Did a trial have all that is chosen together? */
static bool had (const density *d, const nn_trial *trial)
{
    bool all = true;
    for (int dim = 0; dim < d->dims; dim++)
        all = all && !isnan (trial->value[d->place[dim]]);
    return all;
}

/*  The density over the values that the good trials, or the others, had; and one
 *  wide hill over everything, so that no place is ruled out. */
static void lay (density *d, const nn_trial *trials, int count, const bool *good,
                 bool wanted)
{
    int total = 0;
    double sum = d->weight[0] = 1;
    for (int k = 0; k < count; k++)
        total += good[k] == wanted && had (d, &trials[k]);
    d->count = 1;
    for (int k = 0; k < count; k++)
        if (good[k] == wanted && had (d, &trials[k])) {
            sum += d->weight[d->count] = weight_of (d->count - 1, total);
            for (int dim = 0; dim < d->dims; dim++) {
                const double value = trials[k].value[d->place[dim]];
                const bool choice = d->hyper[dim]->type == NN_CHOICE;
                d->hills[dim][d->count] =
                    (hill){ choice ? value : nn_hyper_scale (d->hyper[dim], value),
                            0, 0 };
            }
            d->count++;
        }
    for (int k = 0; k < d->count; k++)
        d->weight[k] /= sum;
    for (int dim = 0; dim < d->dims; dim++) {
        const double low = d->low[dim], high = d->high[dim];
        d->hills[dim][0] = (hill){ (low + high) / 2, high - low, 0 };
        if (d->hyper[dim]->type != NN_CHOICE)
            set_widths (d, dim);
    }
}

/*  How likely hill k makes choice c: its own above all, the others a little. */
static double share_of (const density *d, int dim, int k, int c)
{
    const double little = 1.0 / d->count;
    const int choices = d->hyper[dim]->choices;
    return k == 0 ? 1.0 / choices
                  : (little + (c == (int) d->hills[dim][k].at)) /
                        (1 + little * choices);
}

/*  How high hill k is at a value. All are equally high, so that a wide one weighs
 *  more than a slim one: Optuna 3.1 has it so, the paper has hills of equal
 *  weight. A whole number gets all that lies within the half on both sides. */
static double height (const density *d, int dim, int k, double value)
{
    const nn_hyper *hyper = d->hyper[dim];
    const hill *h = &d->hills[dim][k];
    if (hyper->type == NN_CHOICE)
        return share_of (d, dim, k, (int) value);
    const double half = hyper->type == NN_WHOLE ? 0.5 : 0;
    const double a = (nn_hyper_scale (hyper, value - half) - h->at) / h->width,
                 b = (nn_hyper_scale (hyper, value + half) - h->at) / h->width;
    return (half > 0 ? h->width * (below (b) - below (a)) : exp (-a * a / 2)) /
           h->inside;
}

/*  How dense it is at these values. */
static double density_at (const density *d, const double *value)
{
    double sum = 0;
    for (int k = 0; k < d->count; k++) {
        double product = d->weight[k];
        for (int dim = 0; dim < d->dims; dim++)
            product *= height (d, dim, k, value[d->place[dim]]);
        sum += product;
    }
    return sum;
}

/*  Values from the density: first a hill, then a place on it between the ends. */
static void draw (const density *d, nn_random *random, double *value)
{
    double u = (double) nn_random_uniform (random);
    int k = 0;
    while (k + 1 < d->count && (u -= d->weight[k]) >= 0)
        k++;
    for (int dim = 0; dim < d->dims; dim++) {
        const hill *h = &d->hills[dim][k];
        const nn_hyper *hyper = d->hyper[dim];
        double *to = &value[d->place[dim]], x;
        if (hyper->type == NN_CHOICE) {
            int c = 0;
            u = (double) nn_random_uniform (random);
            while (c + 1 < hyper->choices && (u -= share_of (d, dim, k, c)) >= 0)
                c++;
            *to = c;
            continue;
        }
        do
            x = h->at + h->width * (double) nn_random_normal (random);
        while (x < d->low[dim] || x > d->high[dim]);
        *to = nn_hyper_value (hyper, x);
    }
}

/*  The best of some candidates. */
static void choose (const density *l, const density *g, nn_random *random,
                    double *value)
{
    double candidate[NN_HYPERS], highest = -1;
    for (int k = 0; k < CANDIDATES; k++) {
        draw (l, random, candidate);
        const double ratio = density_at (l, candidate) / density_at (g, candidate);
        if (ratio > highest) {
            highest = ratio;
            for (int dim = 0; dim < l->dims; dim++)
                value[l->place[dim]] = candidate[l->place[dim]];
        }
    }
}

/*  Puts one more among those that are chosen together. */
static void add (density *d, const nn_hyper *hyper, int place)
{
    d->hyper[d->dims] = hyper;
    d->place[d->dims] = place;
    nn_hyper_ends (hyper, &d->low[d->dims], &d->high[d->dims]);
    d->dims++;
}

/*  Both densities of those in l, and the choice between the candidates. */
static void decide (density *l, density *g, const nn_trial *trials, int count,
                    const bool *good, nn_random *random, double *value)
{
    density others = *l;
    others.weight = g->weight;
    memcpy (others.hills, g->hills, sizeof others.hills);
    *g = others;
    lay (l, trials, count, good, true);
    lay (g, trials, count, good, false);
    choose (l, g, random, value);
}

/*  All together what is always there, then one by one what depends on it. */
static void decide_all (const nn_space *self, density *l, density *g,
                        const nn_trial *trials, int count, const bool *good,
                        nn_random *random, double *value)
{
    for (int i = 0; i < self->count; i++)
        if (self->hyper[i].when < 0)
            add (l, &self->hyper[i], i);
    decide (l, g, trials, count, good, random, value);
    for (int i = 0; i < self->count; i++)
        if (self->hyper[i].when >= 0) {
            value[i] = NAN;
            l->dims = 0;
            add (l, &self->hyper[i], i);
            if (nn_hyper_there (self, i, value))
                decide (l, g, trials, count, good, random, value);
        }
}

/*  What to try next. The first ten are drawn at random. */
int nn_tpe (const nn_space *self, const nn_trial *trials, int count,
            nn_random *random, double *value)
{
    const size_t room = (size_t) count + 1;
    bool *good = calloc (room, sizeof *good);
    hill *hills = malloc (2 * NN_HYPERS * room * sizeof *hills);
    double *weights = malloc (2 * room * sizeof *weights);
    hill **order = malloc (room * sizeof *order);
    int finished = NN_EMEMORY;
    if (good && hills && weights && order) {
        density l = { .weight = weights, .order = order };
        density g = { .weight = weights + room, .order = order };
        for (int dim = 0; dim < NN_HYPERS; dim++) {
            l.hills[dim] = hills + (size_t) dim * room;
            g.hills[dim] = hills + (size_t) (NN_HYPERS + dim) * room;
        }
        finished = cut (trials, count, good);
        if (finished >= FIRST)
            decide_all (self, &l, &g, trials, count, good, random, value);
    } else
        nn_fail (NN_EMEMORY, "no memory for %d trials", count);
    free (good);
    free (hills);
    free (weights);
    free (order);
    if (finished < 0)
        return finished;
    return finished < FIRST ? nn_random_search (self, trials, count, random, value)
                            : NN_OK;
}
