/*  whiten.c - a first layer that is computed, not learnt
 *
 *  Look at any two dots of a photograph that touch: they are nearly the same.
 *  So what the first layer reads is mostly brightness, and what the picture
 *  shows hides in small differences. Gradient descent has a hard time there:
 *  the rate that suits the large sums is far too small for the small ones.
 *
 *  But which sums are large can be measured. The eigenvectors of the covariance
 *  of all patches of k x k dots are the sums that have nothing to do with each
 *  other, and the eigenvalues say how large they are. Divide each by its
 *  deviation, and all are of one size: the patches are white. One filter for
 *  each, and one for its opposite, as the ReLU behind them would cut off one
 *  half. They are frozen; there is nothing left to learn (Page 2019). A layer with
 *  fewer filters takes the sums that vary most, and leaves out the others.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>

enum { LONGEST = 128 }; // numbers in a patch

// LAPACK's, in OpenBLAS: eigenvalues from small to large, and their vectors in a's
// columns, which lie one behind the other. The last two: how long the words are.
void dsyev_ (const char *vectors, const char *half, const int *n, double *a,
             const int *lda, double *values, double *work, const int *room,
             int *info, size_t, size_t);

/*  Filters that whiten patches of `size` numbers, from the mean of the patches and
 *  the mean of all products of two of their numbers (size x size). The output has
 *  mean 0 and covariance 1. w: size x 2 pairs, b: 2 pairs, and at most `size` of
 *  these; largest variance first, then all of them with the opposite sign.
 *  `least` is added to each variance: what varies by less is noise, and is not
 *  made as loud as all else. */
int nn_whitening (float *w, float *b, int size, int pairs, const double *mean,
                  const double *product, double least)
{
    double covariance[LONGEST * LONGEST], variance[LONGEST], work[8 * LONGEST];
    const int room = 8 * LONGEST;
    int info = 0;
    if (size < 1 || size > LONGEST || pairs < 1 || pairs > size)
        return nn_fail (NN_ESHAPE,
                        "%d pairs of filters for patches of %d numbers; of 1 to "
                        "%d numbers, please, and no more pairs",
                        pairs, size, LONGEST);
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            covariance[i * size + j] = product[i * size + j] - mean[i] * mean[j];
    dsyev_ ("V", "U", &size, covariance, &size, variance, work, &room, &info, 1,
            1);
    if (info != 0 || !isfinite (variance[size - 1]))
        return nn_fail (NN_EVALUE, "the covariance of the patches has no "
                                   "eigenvalues; are all values finite?");
    for (int f = 0; f < pairs; f++) {
        const double *vector = covariance + (size_t) (size - 1 - f) * size;
        const double scale = 1 / sqrt (fmax (variance[size - 1 - f], 0) + least);
        int most = 0; // its sign is free: let the largest number be above 0
        double middle = 0;
        for (int i = 0; i < size; i++) {
            most = fabs (vector[i]) > fabs (vector[most]) + 1e-6 ? i : most;
            middle += vector[i] * mean[i];
        }
        const double signed_scale = vector[most] < 0 ? -scale : scale;
        for (int i = 0; i < size; i++) {
            float *row = w + (size_t) i * 2 * pairs;
            row[f] = (float) (signed_scale * vector[i]);
            row[pairs + f] = -row[f];
        }
        b[f] = (float) (-signed_scale * middle);
        b[pairs + f] = -b[f];
    }
    return NN_OK;
}

typedef struct { // what is known of all patches so far
    int k, c;
    double *mean, *product; // sums of them
    double patches;
} patches;

/*  Adds every patch of an image. Products of floats are exact in double. */
static void add (patches *self, const float *x, int h, int w)
{
    const int run = self->k * self->c, size = self->k * run;
    double patch[LONGEST];
    for (int row = 0; row + self->k <= h; row++)
        for (int col = 0; col + self->k <= w; col++, self->patches++) {
            for (int i = 0; i < size; i++)
                patch[i] =
                    x[((size_t) (row + i / run) * w + col) * self->c + i % run];
            for (int i = 0; i < size; i++) {
                self->mean[i] += patch[i];
                for (int j = 0; j < size; j++)
                    self->product[i * size + j] += patch[i] * patch[j];
            }
        }
}

/*  Sums over the first images, as the net would see them while it is measured. */
static int look (patches *self, int batch, const nn_data *data,
                 const nn_whiten_args *args)
{
    const int images = args->images ? args->images : 5000;
    nn_loader *loader =
        nn_loader_new (data, .batch = batch, .transforms = args->transforms,
                       .transform_count = args->transform_count);
    const nn_batch *b;
    int seen = 0, status = loader ? nn_loader_start (loader, 0, 0) : NN_EMEMORY;
    while (status == NN_OK && seen < images &&
           (b = nn_loader_next (loader, &status)))
        for (int i = 0; i < b->n && seen < images; i++, seen++)
            add (self, b->x + (size_t) i * b->h * b->w * b->c, b->h, b->w);
    nn_loader_free (&loader);
    return status;
}

/*  The layer that can whiten what the net reads; or NULL, and why there is
 *  none. */
static nn_layer *whitener (const nn_net *net)
{
    nn_layer *first = net->layers > 1 ? net->layer[1] : NULL;
    const nn_conv2d_args *args = first ? first->args : NULL;
    if (!first || first->kind != &nn_conv2d_kind || first->params != 2) {
        nn_fail (NN_ESHAPE,
                 "nn_whiten: the first layer, '%s', is no convolution with a bias",
                 first ? first->name : "none");
        return NULL;
    }
    const int size = args->kernel * args->kernel * net->layer[0]->out.c;
    if (args->filters % 2 == 0 && args->filters <= 2 * size && size <= LONGEST &&
        args->stride == 1 && args->dilation == 1 && args->groups == 1 &&
        args->kernel_w == 0)
        return first;
    nn_fail (
        NN_ESHAPE,
        "nn_whiten: '%s' has %d filters of %d x %d x %d; to whiten, each in "
        "both signs, it needs at most %d, an even number, stride 1, and patches "
        "of at most %d numbers",
        first->name, args->filters, args->kernel, args->kernel,
        net->layer[0]->out.c, 2 * size, LONGEST);
    return NULL;
}

/*  Gives the first convolution of a built net the filters that whiten these
 *  images, and freezes them. Its bias learns on. */
int nn_whiten_with (nn_net *net, const nn_data *data, nn_whiten_args args)
{
    nn_require (net && net->batch > 0, "the net must be built before it whitens");
    nn_layer *first = whitener (net);
    if (!first)
        return NN_ESHAPE;
    patches seen = { .k = ((const nn_conv2d_args *) first->args)->kernel,
                     .c = net->layer[0]->out.c };
    const int size = seen.k * seen.k * seen.c;
    seen.mean = calloc ((size_t) size * (size + 1), sizeof *seen.mean);
    if (!seen.mean)
        return nn_fail (NN_EMEMORY, "nn_whiten: no memory for %d sums",
                        size * size);
    seen.product = seen.mean + size;
    int status = look (&seen, net->batch, data, &args);
    for (int i = 0; status == NN_OK && i < size * (size + 1); i++)
        seen.mean[i] /= seen.patches;
    if (status == NN_OK && seen.patches < size)
        status = nn_fail (NN_EVALUE,
                          "nn_whiten: %.0f patches of %d numbers say "
                          "nothing of how these vary; give more images",
                          seen.patches, size);
    if (status == NN_OK)
        status = nn_whitening (first->param[0].w, first->param[1].w, size,
                               first->out.c / 2, seen.mean, seen.product,
                               args.least > 0 ? args.least : 5e-4);
    free (seen.mean);
    if (status == NN_OK)
        first->param[0].rate = 0;
    return status;
}
