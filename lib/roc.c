/*  roc.c - how well a score separates one class from all others
 *
 *  To name an image is to put a threshold somewhere. What if it stood elsewhere?
 *  Let it sink from above all scores to below them: more and more images of the
 *  class are found (the true positive rate climbs from 0 to 1), and more and more
 *  others come with them (so does the false positive rate). The path of the two is
 *  the ROC curve. Images with the same score come at the same moment, in one
 *  slanting step.
 *
 *  The area below it has a meaning: the chance that an image of the class has a
 *  higher score than one of another class, where equals count one half (Hanley and
 *  McNeil 1982). A half is a coin.
 */
#include "nn.h"

#include <stdlib.h>

typedef struct {
    float score;
    bool is; // an image of the class
} scored;

static int higher_first (const void *a_, const void *b_)
{
    const scored *a = a_, *b = b_;
    return (a->score < b->score) - (a->score > b->score);
}

/*  The scores that all images got for class k, the highest first; NULL and a
 *  sentence when there is nothing to separate. */
static scored *sorted (const nn_predictions *p, int k, int *positives)
{
    char name[32];
    if (nn_predictions_check (p) != NN_OK)
        return NULL;
    scored *s = malloc (p->n * sizeof *s);
    if (!s) {
        nn_fail (NN_EMEMORY, "nn_roc: no memory to sort %d scores", p->n);
        return NULL;
    }
    *positives = 0;
    for (int i = 0; i < p->n; i++) {
        s[i] = (scored){ p->p[(size_t) i * p->classes + k], p->label[i] == k };
        *positives += s[i].is;
    }
    if (*positives == 0 || *positives == p->n) {
        nn_fail (NN_EVALUE,
                 "nn_roc: %s of the %d images belong to '%s'; a ROC curve "
                 "compares images of a class with images of others",
                 *positives ? "all" : "none", p->n,
                 nn_class_name (name, p->names, k));
        free (s);
        return NULL;
    }
    qsort (s, p->n, sizeof *s, higher_first);
    return s;
}

/*  Lets the threshold sink through the sorted scores. */
static void sink (nn_roc_curve *c, const scored *s, int n, int positives)
{
    const double p = positives, q = n - positives;
    int is = 0, others = 0; // above the threshold
    double area = 0;        // in pairs of an image of the class and another
    c->tpr[0] = c->fpr[0] = 0;
    c->count = 1;
    for (int i = 0; i < n;) {
        const int had = is, came = others;
        const float score = s[i].score;
        for (; i < n && s[i].score == score; i++) {
            is += s[i].is;
            others += !s[i].is;
        }
        // -- a trapezium: of pairs with the same score, half
        area += 0.5 * (others - came) * ((double) had + is);
        c->tpr[c->count] = is / p;
        c->fpr[c->count] = others / q;
        c->threshold[c->count++] = score;
    }
    c->threshold[0] = s[0].score + 1; // above all
    c->auc = area / (p * q);
}

/*  The curve of class k against all others, and the area below it. */
int nn_roc (nn_roc_curve *self, const nn_predictions *p, int k)
{
    nn_require (k >= 0 && k < p->classes, "class %d of %d", k, p->classes);
    int positives;
    *self = (nn_roc_curve){ 0 };
    scored *s = sorted (p, k, &positives);
    if (!s)
        return NN_EVALUE;
    const size_t room = (size_t) p->n + 1;
    self->fpr = malloc (3 * room * sizeof *self->fpr);
    if (!self->fpr) {
        free (s);
        return nn_fail (NN_EMEMORY, "nn_roc: no memory for %zu points", room);
    }
    self->tpr = self->fpr + room;
    self->threshold = self->tpr + room;
    sink (self, s, p->n, positives);
    free (s);
    return NN_OK;
}

void nn_roc_free (nn_roc_curve *self)
{
    free (self->fpr);
    *self = (nn_roc_curve){ 0 };
}

/*  The areas below the curves of all classes, each against all others: their mean,
 *  each counted once or as often as it has images. A class without images has no
 *  curve, and then there is no mean. */
int nn_roc_auc (const nn_predictions *p, bool weighted, double *auc)
{
    double sum = 0, weights = 0;
    for (int k = 0; k < p->classes; k++) {
        nn_roc_curve curve;
        const int status = nn_roc (&curve, p, k);
        if (status != NN_OK)
            return status;
        double weight = 1;
        if (weighted) {
            weight = 0;
            for (int i = 0; i < p->n; i++)
                weight += p->label[i] == k;
        }
        sum += weight * curve.auc;
        weights += weight;
        nn_roc_free (&curve);
    }
    *auc = sum / weights;
    return NN_OK;
}
