/*  ensemble.c - several networks, one answer
 *
 *  Networks that were trained from other first weights, or are built in other
 *  ways, make other mistakes. Where one is wrong and sure of it, the others are
 *  rarely wrong in the same way; so the mean of what they say is right more often
 *  than any of them. (Hansen and Salamon 1990.)
 *
 *  There are two means. That of the probabilities asks how many are in favour.
 *  That of the logarithms, which is the mean of the scores before the softmax,
 *  asks whether anybody is strongly against: one member that gives a class next
 *  to nothing can forbid it.
 *
 *  And members may have weights, from 0 to 1, which together are 1. These are
 *  learnt, and whatever is learnt needs images that nobody was trained with and
 *  that nobody will be tested with.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 1000 };
static const double least = 1e-30; // what a probability of 0 counts as

/*  Are all members asked about the same images? */
int nn_members_check (const nn_predictions *member, int count)
{
    if (count < 1)
        return nn_fail (NN_EVALUE, "an ensemble without members");
    for (int m = 0; m < count; m++) {
        const int status = nn_predictions_check (&member[m]);
        if (status != NN_OK)
            return nn_fail (status, "member %d: %s", m + 1, nn_error ());
        if (member[m].n != member->n || member[m].classes != member->classes)
            return nn_fail (NN_ESHAPE,
                            "member %d speaks of %d images of %d classes, and the "
                            "first of %d of %d",
                            m + 1, member[m].n, member[m].classes, member->n,
                            member->classes);
        for (int i = 0; i < member->n; i++)
            if (member[m].label[i] != member->label[i])
                return nn_fail (NN_EVALUE,
                                "image %d is of class %d for member %d and of "
                                "class %d for the first: these are not the same "
                                "images",
                                i, member[m].label[i], m + 1, member->label[i]);
    }
    return NN_OK;
}

/*  What all say of one image: the mean of probabilities, or of their logarithms,
 *  brought back to a sum of 1. weight: NULL for equal ones. */
static void pool (float *p, const nn_predictions *member, int count,
                  const double *weight, nn_pooling how, int image)
{
    const int classes = member->classes;
    double x[NN_MOST_CLASSES] = { 0 }, most = -INFINITY, sum = 0;
    for (int m = 0; m < count; m++) {
        const float *row = member[m].p + (size_t) image * classes;
        const double w = weight ? weight[m] : 1.0 / count;
        for (int k = 0; k < classes; k++)
            x[k] +=
                w * (how == NN_POOL_LOGITS ? log (fmax (row[k], least)) : row[k]);
    }
    for (int k = 0; k < classes; k++)
        most = x[k] > most ? x[k] : most;
    for (int k = 0; k < classes; k++)
        sum += x[k] = how == NN_POOL_LOGITS ? exp (x[k] - most) : x[k];
    for (int k = 0; k < classes; k++)
        p[k] = (float) (x[k] / sum);
}

/*  Soft voting: what the members say together. `all` gets memory of its own.
 *  Weights of NULL are equal; others must lie on the simplex: none below 0,
 *  together 1. */
int nn_vote (nn_predictions *all, const nn_predictions *member, int count,
             const double *weight, nn_pooling how)
{
    double sum = 0;
    *all = (nn_predictions){ 0 };
    int status = nn_members_check (member, count);
    for (int m = 0; weight && m < count && status == NN_OK; m++) {
        sum += weight[m];
        if (!(weight[m] >= 0 && weight[m] <= 1 + 1e-9))
            status = nn_fail (NN_EVALUE,
                              "the weight of member %d is %g; weights lie between "
                              "0 and 1",
                              m + 1, weight[m]);
    }
    if (status == NN_OK && weight && fabs (sum - 1) > 1e-6)
        status =
            nn_fail (NN_EVALUE, "the weights are %g together, and not 1", sum);
    if (status != NN_OK)
        return status;
    nn_require (member->classes <= NN_MOST_CLASSES, "a vote over %d classes",
                member->classes);
    const size_t n = member->n, classes = member->classes;
    *all = (nn_predictions){ .names = member->names,
                             .n = member->n,
                             .classes = member->classes };
    all->label = malloc (n * sizeof *all->label);
    all->p = malloc (n * classes * sizeof *all->p);
    if (!all->label || !all->p) {
        nn_predictions_free (all);
        return nn_fail (NN_EMEMORY, "no memory for a vote over %zu images", n);
    }
    memcpy (all->label, member->label, n * sizeof *all->label);
    for (size_t i = 0; i < n; i++)
        pool (all->p + i * classes, member, count, weight, how, (int) i);
    return NN_OK;
}

/*  How surprised it is by the truth, per image: the mean of minus the logarithm
 *  of what it gave the right class. */
double nn_surprise (const nn_predictions *p)
{
    double sum = 0;
    for (int i = 0; i < p->n; i++)
        sum -= log (fmax (p->p[(size_t) i * p->classes + p->label[i]], least));
    return p->n ? sum / p->n : 0;
}

/*  The surprise at these weights, and how it changes with each of them. */
static double slope (double *gradient, const nn_predictions *member, int count,
                     const double *weight, nn_pooling how)
{
    const int classes = member->classes;
    double surprise = 0;
    float p[NN_MOST_CLASSES];
    memset (gradient, 0, count * sizeof *gradient);
    for (int i = 0; i < member->n; i++) {
        const int right = member->label[i];
        pool (p, member, count, weight, how, i);
        const double given = fmax (p[right], least);
        surprise -= log (given) / member->n;
        for (int m = 0; m < count; m++) {
            const float *row = member[m].p + (size_t) i * classes;
            double change = -row[right] / given;
            if (how == NN_POOL_LOGITS) {
                change = -log (fmax (row[right], least));
                for (int k = 0; k < classes; k++)
                    change += p[k] * log (fmax (row[k], least));
            }
            gradient[m] += change / member->n;
        }
    }
    return surprise;
}

/*  The weights with which the vote is least surprised by these images. Give it
 *  those that are put aside for validation: from images that the members have
 *  learnt it learns who has the best memory, and with the test it learns the
 *  answers.
 *
 *  Each step multiplies a weight by e to the minus its slope, and divides all by
 *  their sum (Kivinen and Warmuth 1997). So they never leave the simplex, and a
 *  member that helps nobody goes to 0. The surprise is convex in the weights:
 *  there is one lowest point, and from equal weights all ways down lead to it. */
int nn_vote_fit (double *weight, const nn_predictions *member, int count,
                 nn_pooling how)
{
    double gradient[NN_MOST_MEMBERS], next[NN_MOST_MEMBERS],
        there[NN_MOST_MEMBERS];
    const int status = nn_members_check (member, count);
    if (status != NN_OK)
        return status;
    nn_require (count <= NN_MOST_MEMBERS && member->classes <= NN_MOST_CLASSES,
                "%d members that vote over %d classes", count, member->classes);
    for (int m = 0; m < count; m++)
        weight[m] = 1.0 / count;
    double surprise = slope (gradient, member, count, weight, how), rate = 1;
    for (int step = 0; step < MOST_STEPS && rate > 1e-9; step++) {
        double low = INFINITY, sum = 0;
        for (int m = 0; m < count; m++)
            low = gradient[m] < low ? gradient[m] : low;
        for (int m = 0; m < count; m++)
            sum += next[m] = weight[m] * exp (-rate * (gradient[m] - low));
        for (int m = 0; m < count; m++)
            next[m] /= sum;
        const double now = slope (there, member, count, next, how);
        // -- too far: a shorter step from the same place
        if (!(now <= surprise)) {
            rate /= 2;
            continue;
        }
        const double gain = surprise - now;
        memcpy (weight, next, count * sizeof *weight);
        memcpy (gradient, there, count * sizeof *gradient);
        surprise = now;
        rate *= 1.5;
        if (gain < 1e-10)
            break;
    }
    return NN_OK;
}
