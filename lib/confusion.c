/*  confusion.c - which class was taken for which
 *
 *  One number says how often a net is right. A table says where it is wrong: a row
 *  for each class, and in it how many images of this class were named what. The
 *  diagonal is what went well. Everything that counts right and wrong answers can
 *  be read from this table; the images themselves are not needed any more.
 *
 *  Of each class one can ask two questions. Of those that were given its name, how
 *  many are it: precision. Of those that are it, how many were given its name:
 *  recall. F1 is their harmonic mean (van Rijsbergen 1979), which is low if either
 *  is. Where nothing was asked, the answer is 0, as in scikit-learn.
 */
#include "nn.h"

#include <stdlib.h>

/*  Counts which class was named what; the name is the highest score, of equals the
 *  first. */
int nn_confusion_of (nn_confusion *self, const nn_predictions *p)
{
    const int classes = p->classes;
    *self = (nn_confusion){ .names = p->names, .classes = classes };
    const int status = nn_predictions_check (p);
    if (status != NN_OK)
        return status;
    self->count = calloc ((size_t) classes * classes, sizeof *self->count);
    if (!self->count)
        return nn_fail (NN_EMEMORY, "no memory to compare %d classes", classes);
    for (int i = 0; i < p->n; i++) {
        const int named = nn_argmax (p->p + (size_t) i * classes, classes);
        self->count[p->label[i] * classes + named]++;
    }
    self->images = p->n;
    return NN_OK;
}

void nn_confusion_free (nn_confusion *self)
{
    free (self->count);
    *self = (nn_confusion){ 0 };
}

static double ratio (double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/*  Precision, recall and F1 of class k. */
nn_prf nn_class_prf (const nn_confusion *self, int k)
{
    nn_require (k >= 0 && k < self->classes, "class %d of %d", k, self->classes);
    const int right = self->count[k * self->classes + k];
    int are = 0, named = 0;
    for (int j = 0; j < self->classes; j++) {
        are += self->count[k * self->classes + j];
        named += self->count[j * self->classes + k];
    }
    return (nn_prf){ .precision = ratio (right, named),
                     .recall = ratio (right, are),
                     .f1 = ratio (2.0 * right, (double) are + named),
                     .images = are };
}

/*  The mean over the classes, each counted once or as often as it has images. */
static nn_prf mean (const nn_confusion *self, bool weighted)
{
    nn_prf sum = { .images = self->images };
    const double all = weighted ? self->images : self->classes;
    for (int k = 0; k < self->classes; k++) {
        const nn_prf of = nn_class_prf (self, k);
        const double weight = ratio (weighted ? of.images : 1, all);
        sum.precision += weight * of.precision;
        sum.recall += weight * of.recall;
        sum.f1 += weight * of.f1;
    }
    return sum;
}

/*  Every class counts the same, however few images it has; also one without
 *  any. */
nn_prf nn_macro (const nn_confusion *self)
{
    return mean (self, false);
}

/*  Every class counts as much as it has images. */
nn_prf nn_weighted (const nn_confusion *self)
{
    return mean (self, true);
}

/*  Every image counts the same. What is a miss of one class is a false alarm of
 *  another, so all three are the accuracy. */
nn_prf nn_micro (const nn_confusion *self)
{
    int right = 0;
    for (int k = 0; k < self->classes; k++)
        right += self->count[k * self->classes + k];
    const double share = ratio (right, self->images);
    return (nn_prf){ share, share, share, self->images };
}

/*  A row a class: how often it was named what. */
void nn_confusion_print (const nn_confusion *self, FILE *out)
{
    char name[32];
    fprintf (out, "%-12s", "named");
    for (int k = 0; k < self->classes; k++)
        fprintf (out, " %6.6s", nn_class_name (name, self->names, k));
    for (int i = 0; i < self->classes; i++) {
        fprintf (out, "\n%-12.12s", nn_class_name (name, self->names, i));
        for (int k = 0; k < self->classes; k++)
            fprintf (out, " %6d", self->count[i * self->classes + k]);
    }
    fputc ('\n', out);
}
