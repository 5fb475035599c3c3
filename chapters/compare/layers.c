/*  layers.c - exercises that are a verb of a layer
 *
 *  Each plug gives one verb, or two, of a kind of layer to the learner's function. The sizes
 *  come from the layer, the values are copied together without gaps, as the exercises have
 *  them, and what comes back is put where the next layer looks for it.
 */
#include "mine.h"

#include <stdlib.h>
#include <string.h>

/* --- 03-1: the gradient of the loss --------------------------------------------------------- */
typedef void loss_backward (float *dx, const float *x, const int *label, int n,
                            int classes);

static void backward_03_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    loss_backward *f = (loss_backward *) mine_of (self, "03-1")->f[0];
    const nn_tensor *in = &self->in[0]->out;
    const int n = hi - lo, classes = self->out.c;
    float *x = mine_gather (in, in->x, lo, hi), *dx = calloc (n * classes, 4);
    int *label = calloc (n, sizeof *label);
    nn_require (dx && label, "no memory for %d labels", n);
    for (int i = 0; i < n; i++)
        label[i] =
            nn_argmax (pass->batch->target + (size_t) (lo + i) * classes, classes);
    f (dx, x, label, n, classes);
    for (int i = 0; i < n * classes; i++) // a mean over these: over the batch
        dx[i] *= (float) n / (float) pass->batch->n;
    mine_scatter (in, in->dx, dx, lo, hi, !self->overwrites[0]);
    free (x);
    free (dx);
    free (label);
}

static int change_03_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_03_1;
    return NN_OK;
}

static int plug_03_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "cross_entropy", "03-1", f, change_03_1);
}

/* --- 04-1: convolution, backward by data ------------------------------------------------------ */
typedef void conv_backward (const nn_conv_shape *s, float *dx, const float *dy,
                            const float *w, int n);

/*  The zeros before the first row or column: half of what the last window lacks. */
static int before (int in, int out, int kernel, const nn_conv2d_args *args)
{
    const int lacks =
        (out - 1) * args->stride + args->dilation * (kernel - 1) + 1 - in;
    return !args->same ? args->pad : lacks > 0 ? lacks / 2 : 0;
}

nn_conv_shape mine_shape_of (const nn_layer *self)
{
    const nn_conv2d_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    return (nn_conv_shape){ .h = in->h,
                            .w = in->w,
                            .c = in->c,
                            .o = out->c,
                            .kh = args->kernel,
                            .kw = args->kernel,
                            .stride = args->stride,
                            .dilation = args->dilation,
                            .groups = args->groups,
                            .top = before (in->h, out->h, args->kernel, args),
                            .left = before (in->w, out->w, args->kernel, args),
                            .oh = out->h,
                            .ow = out->w };
}

/*  The library's own verb makes the gradients of the weights; the one of the pictures is
 *  then replaced. */
static void backward_04_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "04-1");
    const nn_tensor *in = &self->in[0]->out;
    if (!nn_gradient_wanted (self, 0)) {
        mine->own->backward (self, lo, hi, pass);
        return;
    }
    float *dy = mine_gather (&self->out, self->out.dx, lo, hi),
          *dx = mine_gradient_before (self, lo, hi);
    mine->own->backward (self, lo, hi, pass);
    const nn_conv_shape s = mine_shape_of (self);
    ((conv_backward *) mine->f[0]) (&s, dx, dy, self->param[0].w, hi - lo);
    mine_scatter (in, in->dx, dx, lo, hi, false);
    free (dy);
    free (dx);
}

static int change_04_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_04_1;
    return NN_OK;
}

static int plug_04_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "conv2d", "04-1", f, change_04_1);
}

/* --- 04-3: max pooling, backward --------------------------------------------------------------- */
typedef void pool_backward (float *dx, const float *dy, const float *x, int n,
                            int h, int w, int c, int size);

static void backward_04_3 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_maxpool_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out;
    nn_clear_gradient (self, 0, lo, hi);
    float *x = mine_gather (in, in->x, lo, hi),
          *dx = mine_gather (in, in->dx, lo, hi),
          *dy = mine_gather (&self->out, self->out.dx, lo, hi);
    ((pool_backward *) mine_of (self, "04-3")->f[0]) (dx, dy, x, hi - lo, in->h,
                                                      in->w, in->c, args->size);
    mine_scatter (in, in->dx, dx, lo, hi, false);
    free (x);
    free (dx);
    free (dy);
}

static int change_04_3 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) to;
    const nn_maxpool_args *args = layer->args;
    if (args->stride == args->size && args->pad == 0) // as the exercise has it
        mine->kind.backward = backward_04_3;
    return NN_OK;
}

static int plug_04_3 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "maxpool", "04-3", f, change_04_3);
}

/* --- 05-1: dropout ------------------------------------------------------------------------------- */
typedef void dropout_forward (float *y, int *passed, const float *x, int n,
                              float rate, bool training,
                              float (*uniform) (void *source), void *source);
typedef void dropout_backward (float *dx, const int *passed, const float *dy,
                               int n, float rate);

static float uniform (void *source)
{
    return nn_random_uniform (source);
}

static void forward_05_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "05-1");
    const nn_dropout_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const size_t size = nn_image_size (out);
    float *x = mine_gather (in, in->x, lo, hi),
          *y = mine_gather (in, in->x, lo, hi);
    for (int i = lo; i < hi; i++) {
        nn_random source = nn_random_from (
            self->net->seed, NN_FOR_TEST, (uint32_t) pass->step,
            (uint32_t) (pass->batch->index ? pass->batch->index[i] : i));
        ((dropout_forward *) mine->f[0]) (
            y + (i - lo) * size, mine->passed + i * size, x + (i - lo) * size,
            (int) size, args->rate, pass->training, uniform, &source);
    }
    mine_scatter (out, out->x, y, lo, hi, false);
    free (x);
    free (y);
}

static void backward_05_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const mine_kind *mine = mine_of (self, "05-1");
    const nn_dropout_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const size_t size = nn_image_size (out);
    float *dy = mine_gather (out, out->dx, lo, hi),
          *dx = mine_gather (out, out->dx, lo, hi);
    ((dropout_backward *) mine->f[1]) (dx, mine->passed + lo * size, dy,
                                       (int) ((hi - lo) * size), args->rate);
    mine_scatter (in, in->dx, dx, lo, hi, !self->overwrites[0]);
    free (dy);
    free (dx);
}

static int change_05_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    mine->kind.forward = forward_05_1;
    mine->kind.backward = backward_05_1;
    mine->passed =
        nn_arena_take (layer->net->lasting,
                       to->batch * nn_image_size (&layer->out) * sizeof (int));
    return mine->passed ? NN_OK : NN_EMEMORY;
}

static int plug_05_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "dropout", "05-1", f, change_05_1);
}

/* --- 06-1 and 06-2: batch normalisation, both ways ------------------------------------------------ */
enum { WEIGHT, BIAS, MEAN, VARIANCE }; // the parameters of a batch norm
typedef void norm_backward (float *dx, const float *dy, const float *x,
                            const float *weight, int places, int channels,
                            float epsilon);
typedef void norm_forward (float *y, float *mean, float *variance, const float *x,
                           int places, int channels, float momentum,
                           float epsilon);

/*  Once a batch, when all of it is there: the library's verb sums the gradients of weight
 *  and bias, the learner's function makes that of x. */
static void reduce_06_1 (nn_layer *self, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "06-1");
    const nn_batchnorm_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out;
    const int n = pass->batch->n;
    mine->own->whole->reduce_back (self, pass);
    float *x = mine_gather (in, in->x, 0, n),
          *dy = mine_gather (&self->out, self->out.dx, 0, n);
    ((norm_backward *) mine->f[0]) (mine->kept, dy, x, self->param[WEIGHT].w,
                                    n * in->h * in->w, in->c, args->epsilon);
    free (x);
    free (dy);
}

static void backward_06_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out;
    if (nn_gradient_wanted (self, 0))
        mine_scatter (in, in->dx,
                      mine_of (self, "06-1")->kept + lo * nn_image_size (in), lo,
                      hi, !self->overwrites[0]);
}

static int take_batch (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    mine->kept =
        nn_arena_take (layer->net->lasting,
                       to->batch * nn_image_size (&layer->out) * sizeof (float));
    return mine->kept ? NN_OK : NN_EMEMORY;
}

static int change_06_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    mine->whole.reduce_back = reduce_06_1;
    mine->kind.backward = backward_06_1;
    return take_batch (mine, layer, to);
}

static int plug_06_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "batchnorm", "06-1", f, change_06_1);
}

/*  The library's verb measures the batch, for the way back; its running statistics are
 *  taken back, and the learner's function takes them a step further. */
static void reduce_06_2 (nn_layer *self, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "06-2");
    const nn_batchnorm_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out;
    const size_t bytes = in->c * sizeof (float);
    float *mean = self->param[MEAN].w, *variance = self->param[VARIANCE].w;
    float *old = malloc (2 * bytes);
    nn_require (old, "no memory for the statistics of %d channels", in->c);
    memcpy (old, mean, bytes);
    memcpy (old + in->c, variance, bytes);
    mine->own->whole->reduce (self, pass);
    memcpy (mean, old, bytes);
    memcpy (variance, old + in->c, bytes);
    float *x = mine_gather (in, in->x, 0, pass->batch->n);
    ((norm_forward *) mine->f[0]) (mine->kept, mean, variance, x,
                                   pass->batch->n * in->h * in->w, in->c,
                                   args->momentum, args->epsilon);
    free (old);
    free (x);
}

static void forward_06_2 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "06-2");
    const nn_tensor *out = &self->out;
    if (!pass->training) {
        mine->own->forward (self, lo, hi, pass);
        return;
    }
    const float *weight = self->param[WEIGHT].w, *bias = self->param[BIAS].w;
    const float *normal = mine->kept + lo * nn_image_size (out);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < out->h; row++)
            for (int col = 0; col < out->w; col++, normal += out->c) {
                float *y = out->x + nn_at (out, i, row, col);
                for (int k = 0; k < out->c; k++)
                    y[k] = weight[k] * normal[k] + bias[k];
            }
}

static int change_06_2 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    mine->whole.reduce = reduce_06_2;
    mine->kind.forward = forward_06_2;
    return take_batch (mine, layer, to);
}

static int plug_06_2 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "batchnorm", "06-2", f, change_06_2);
}

const mine_row mine_layers[] = {
    MINE_ROW ("03-1", plug_03_1, "the way back from the loss",
              "ex_cross_entropy_backward"),
    MINE_ROW ("04-1", plug_04_1, "the way back through each convolution",
              "ex_conv_backward_data"),
    MINE_ROW ("04-3", plug_04_3, "the way back through each pooling",
              "ex_maxpool_backward"),
    MINE_DRAWS ("05-1", plug_05_1, "dropout, both ways", "ex_dropout",
                "ex_dropout_backward"),
    MINE_ROW ("06-1", plug_06_1, "the way back through each batch norm",
              "ex_batchnorm_backward"),
    MINE_ROW ("06-2", plug_06_2, "the way forward through each batch norm",
              "ex_batchnorm_forward"),
    MINE_END,
};
