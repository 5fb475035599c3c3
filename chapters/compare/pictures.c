/*  pictures.c - exercises about what a net sees: which pictures, how they are changed, what is
 *  asked of them
 */
#include "mine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- 02-1 and 11-1: which pictures are put aside ----------------------------------------------- */
typedef void split (int *second, const int *label, int n, int classes,
                    double share, nn_random *random);
typedef void folds (int *fold, const int *label, int n, int classes, int folds,
                    nn_random *random);

static int *labels_of (const nn_data *data)
{
    int *label = calloc (data->count, sizeof *label);
    nn_require (label, "no memory for %d labels", data->count);
    for (int i = 0; i < data->count; i++)
        label[i] = data->label (data, i);
    return label;
}

/*  Those whose part is `aside` are for validation, the others are learnt from. */
static int put_aside (mine_place *to, const int *part, int aside)
{
    const int n = to->all->count;
    int *index = calloc (n, sizeof *index), learnt = 0, examined = n;
    nn_require (index, "no memory for %d pictures", n);
    for (int i = 0; i < n; i++)
        index[part[i] == aside ? --examined : learnt++] = i;
    if (learnt < to->batch || learnt == n) {
        free (index);
        return nn_fail (NN_EVALUE,
                        "your code puts %d of %d pictures aside; the net needs "
                        "some to learn from and some to be examined with",
                        n - learnt, n);
    }
    to->training = nn_subset (to->all, index, learnt);
    to->validation = nn_subset (to->all, index + learnt, n - learnt);
    free (index);
    return to->training && to->validation ? NN_OK : NN_EMEMORY;
}

static int plug_02_1 (mine_place *to, mine_function *const f[])
{
    int *label = labels_of (to->all), *second = labels_of (to->all);
    nn_random random = nn_random_from (to->seed, NN_FOR_TEST, 0, 0);
    ((split *) f[0]) (second, label, to->all->count, to->all->classes, 0.2,
                      &random);
    const int status = put_aside (to, second, 1);
    free (label);
    free (second);
    return status;
}

static int plug_11_1 (mine_place *to, mine_function *const f[])
{
    int *label = labels_of (to->all), *fold = labels_of (to->all);
    nn_random random = nn_random_from (to->seed, NN_FOR_TEST, 0, 0);
    ((folds *) f[0]) (fold, label, to->all->count, to->all->classes, 5, &random);
    const int status = put_aside (to, fold, 0);
    free (label);
    free (fold);
    return status;
}

/* --- 02-2: pictures that are standardised once and for all ------------------------------------- */
typedef void standardise (float *train, float *test, int n_train, int n_test,
                          int pixels, int channels);
typedef struct {
    float *x;
    int *label;
} table;

static int table_label (const nn_data *self, int i)
{
    return ((const table *) self->source)->label[i];
}

static int table_read (const nn_data *self, int i, nn_image *image)
{
    const table *source = self->source;
    const size_t size = (size_t) self->h * self->w * self->c;
    const int status = nn_image_hold (image, self->h, self->w, self->c);
    if (status == NN_OK)
        memcpy (image->x, source->x + i * size, size * sizeof (float));
    return status;
}

/*  All pictures of a data set in memory, as numbers. */
static nn_data *table_of (const nn_data *of)
{
    nn_data like = *of;
    like.label = table_label;
    like.read = table_read;
    like.close = NULL;
    nn_data *data = nn_data_new (&like, sizeof (table));
    const size_t size = (size_t) of->h * of->w * of->c;
    nn_image image = { 0 };
    nn_require (data, "no memory for %d pictures", of->count);
    table *source = data->source;
    source->x = malloc (of->count * size * sizeof *source->x);
    source->label = labels_of (of);
    nn_require (source->x, "no memory for %d pictures", of->count);
    for (int i = 0; i < of->count; i++) {
        nn_require (of->read (of, i, &image) == NN_OK, "%s", nn_error ());
        memcpy (source->x + i * size, image.x, size * sizeof (float));
    }
    nn_image_free (&image);
    return data;
}

static nn_transform *named (mine_place *to, const char *name)
{
    for (int k = 0; k < to->transforms; k++)
        if (strcmp (to->transform[k].name, name) == 0)
            return &to->transform[k];
    return NULL;
}

static int plug_02_2 (mine_place *to, mine_function *const f[])
{
    nn_transform *own = named (to, "standardise");
    nn_data *training = table_of (to->training),
            *validation = table_of (to->validation);
    ((standardise *) f[0]) (((table *) training->source)->x,
                            ((table *) validation->source)->x, training->count,
                            validation->count, training->h * training->w,
                            training->c);
    to->training = training;
    to->validation = validation;
    if (own) // that has been done
        memmove (own, own + 1,
                 (char *) (to->transform + --to->transforms) - (char *) own);
    return NN_OK;
}

/* --- 09-1, 09-2, 13-3: a transform of a picture ---------------------------------------------------
 * A transform is a struct of numbers that is copied as it is, so the function's address lies in
 * two of them that no transform uses. */
enum { ADDRESS = 6, PAD = 2, ROWS = 0, COLUMNS = 1 };
typedef void random_crop (float *y, const float *x, int h, int w, int c, int pad,
                          const float u[2]);
typedef void warp (float *y, const float *x, int h, int w, int c,
                   const float m[6]);
typedef void resize_row (float *y, int to, const float *x, int from, bool bicubic);

static mine_function *function_in (const nn_transform *self)
{
    mine_function *f;
    memcpy (&f, self->value + ADDRESS, sizeof f);
    return f;
}

static int put_transform (mine_place *to, const char *name, mine_function *f,
                          int (*apply) (const nn_transform *self, nn_image *image,
                                        nn_random *random))
{
    nn_transform *t = named (to, name);
    nn_require (t, "the chapter's pictures have no transform '%s'", name);
    memcpy (t->value + ADDRESS, &f, sizeof f);
    t->apply = apply;
    return NN_OK;
}

/*  The picture as it was, behind itself; NULL without memory. */
static float *copy_of (nn_image *image)
{
    const size_t size = (size_t) image->h * image->w * image->c;
    float *copy = nn_image_behind (image, size, size);
    if (copy)
        memcpy (copy, image->x, size * sizeof *copy);
    return copy;
}

static int apply_09_1 (const nn_transform *self, nn_image *image,
                       nn_random *random)
{
    const float *copy = copy_of (image);
    const float u[2] = { nn_random_uniform (random), nn_random_uniform (random) };
    if (!copy)
        return NN_EMEMORY;
    ((random_crop *) function_in (self)) (image->x, copy, image->h, image->w,
                                          image->c, (int) self->value[PAD], u);
    return NN_OK;
}

/*  A turn by as much as the library's own draws: it is the first value. */
static int apply_09_2 (const nn_transform *self, nn_image *image,
                       nn_random *random)
{
    const float *copy = copy_of (image);
    const float most = self->value[0] * (3.14159265f / 180);
    const float angle = (2 * nn_random_uniform (random) - 1) * most;
    const float m[6] = { cosf (angle), -sinf (angle), 0,
                         sinf (angle), cosf (angle),  0 };
    if (!copy)
        return NN_EMEMORY;
    ((warp *) function_in (self)) (image->x, copy, image->h, image->w, image->c,
                                   m);
    return NN_OK;
}

/*  A row of the old picture becomes one of the new, then columns do. */
static int apply_13_3 (const nn_transform *self, nn_image *image,
                       nn_random *random)
{
    (void) random;
    const int h = image->h, w = image->w, c = image->c,
              rows = (int) self->value[ROWS], columns = (int) self->value[COLUMNS];
    float *wide = malloc ((size_t) h * columns * c * sizeof *wide),
          *from = malloc (4 * (size_t) (h + w)),
          *line = malloc (4 * (size_t) (rows + columns));
    nn_require (wide && from && line, "no memory to resize a picture");
    for (int row = 0; row < h; row++)
        for (int k = 0; k < c; k++) {
            for (int col = 0; col < w; col++)
                from[col] = image->x[(row * w + col) * c + k];
            ((resize_row *) function_in (self)) (line, columns, from, w, false);
            for (int col = 0; col < columns; col++)
                wide[(row * columns + col) * c + k] = line[col];
        }
    const int status = nn_image_fit (image, rows, columns, c);
    for (int col = 0; col < columns && status == NN_OK; col++)
        for (int k = 0; k < c; k++) {
            for (int row = 0; row < h; row++)
                from[row] = wide[(row * columns + col) * c + k];
            ((resize_row *) function_in (self)) (line, rows, from, h, false);
            for (int row = 0; row < rows; row++)
                image->x[(row * columns + col) * c + k] = line[row];
        }
    free (wide);
    free (from);
    free (line);
    return status;
}

static int plug_09_1 (mine_place *to, mine_function *const f[])
{
    return put_transform (to, "crop", f[0], apply_09_1);
}

static int plug_09_2 (mine_place *to, mine_function *const f[])
{
    return put_transform (to, "warp", f[0], apply_09_2);
}

static int plug_13_3 (mine_place *to, mine_function *const f[])
{
    return put_transform (to, "resize", f[0], apply_13_3);
}

/* --- 09-3 and 10-3: the gradient of a loss ---------------------------------------------------------- */
typedef void mixup_loss (float *loss, float *dx, const float *x, const int *label,
                         float share, int n, int classes);
typedef float weighted_loss (float *dx, const float *x, const int *label,
                             const float *weight, int n, int classes);

/*  An image and the one that it was mixed with are a batch of two: the exercise pairs the
 *  first of a batch with the last. */
static void backward_09_3 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const nn_tensor *in = &self->in[0]->out;
    const nn_batch *batch = pass->batch;
    const int classes = self->out.c;
    float *x = mine_gather (in, in->x, lo, hi),
          *dx = mine_gather (in, in->x, lo, hi);
    float *pair = malloc (4 * (size_t) classes * sizeof *pair), loss;
    nn_require (pair, "no memory for %d classes", classes);
    for (int i = lo; i < hi; i++) {
        const int label[2] = { batch->label[i], batch->label[batch->n - 1 - i] };
        const float share =
            label[0] == label[1] ? 1 : batch->target[i * classes + label[0]];
        for (int twice = 0; twice < 2; twice++)
            memcpy (pair + twice * classes, x + (i - lo) * classes, 4 * classes);
        ((mixup_loss *) mine_of (self, "09-3")->f[0]) (
            &loss, pair + 2 * classes, pair, label, share, 2, classes);
        for (int k = 0; k < classes; k++)
            dx[(i - lo) * classes + k] =
                2 * pair[2 * classes + k] / (float) batch->n;
    }
    mine_scatter (in, in->dx, dx, lo, hi, !self->overwrites[0]);
    free (x);
    free (dx);
    free (pair);
}

/*  A batch's weights have the mean 1; what the function divides by is the sum of those that
 *  it sees. */
static void backward_10_3 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const nn_tensor *in = &self->in[0]->out;
    const nn_batch *batch = pass->batch;
    const int n = hi - lo, classes = self->out.c;
    float *x = mine_gather (in, in->x, lo, hi),
          *dx = mine_gather (in, in->x, lo, hi),
          *weight = calloc (classes, sizeof *weight), sum = 0;
    nn_require (weight, "no memory for %d classes", classes);
    for (int i = lo; i < hi; i++) {
        weight[batch->label[i]] = batch->weight[i];
        sum += batch->weight[i];
    }
    ((weighted_loss *) mine_of (self, "10-3")->f[0]) (dx, x, batch->label + lo,
                                                      weight, n, classes);
    for (int i = 0; i < n * classes; i++)
        dx[i] *= sum / (float) batch->n;
    mine_scatter (in, in->dx, dx, lo, hi, !self->overwrites[0]);
    free (x);
    free (dx);
    free (weight);
}

static int change_09_3 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_09_3;
    return NN_OK;
}

static int change_10_3 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_10_3;
    return NN_OK;
}

static int plug_09_3 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "cross_entropy", "09-3", f, change_09_3);
}

static int plug_10_3 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "cross_entropy", "10-3", f, change_10_3);
}

const mine_row mine_pictures[] = {
    MINE_DRAWS ("02-1", plug_02_1, "which pictures are put aside", "ex_split"),
    MINE_ROW ("02-2", plug_02_2, "all pictures, before the training",
              "ex_standardise"),
    MINE_DRAWS ("09-1", plug_09_1, "each picture that is learnt from",
                "ex_random_crop"),
    MINE_ROW ("09-2", plug_09_2, "each picture that is learnt from", "ex_warp"),
    MINE_ROW ("09-3", plug_09_3, "the way back from the loss", "ex_mixup_loss"),
    MINE_ROW ("10-3", plug_10_3, "the way back from the loss", "ex_weighted_loss"),
    MINE_DRAWS ("11-1", plug_11_1,
                "which pictures are put aside: one fold of five", "ex_folds"),
    MINE_ROW ("13-3", plug_13_3, "each picture, which is made larger",
              "ex_resize_row"),
    MINE_END,
};
