/*  dense.c - every output looks at every input
 *
 *  The oldest layer: each unit multiplies all inputs with weights of its own, adds
 *  them up and adds a bias. For a batch this is one product of matrices, y = x w +
 *  b, with an image in each row of x and a unit in each column of w. Rows, columns
 *  and channels of a picture mean nothing here: they are read as one long row.
 *
 *  The way back is two more products. An input reached the loss through all units,
 *  weighted as on the way forward: dx = dy w'. A weight met its input once in
 *  every image, so it adds up over the images: dw = x' dy.
 */
#include "nn.h"

#include <string.h>

/*  y = x w + b. x: n x in, w: in x out, b: out, or NULL for none; y: n x out. */
void nn_dense_forward (float *y, const float *x, const float *w, const float *b,
                       int n, int in, int out)
{
    for (int i = 0; b && i < n; i++)
        memcpy (y + (size_t) i * out, b, out * sizeof *y);
    nn_gemm ((nn_product){
        .m = n, .n = out, .k = in, .a = x, .b = w, .c = y, .add = b != NULL });
}

/*  dx = dy w', or dx += dy w'. Shapes as above. */
void nn_dense_backward_data (float *dx, const float *dy, const float *w, int n,
                             int in, int out, bool add)
{
    nn_gemm ((nn_product){ .m = n,
                           .n = in,
                           .k = out,
                           .a = dy,
                           .b = w,
                           .tb = true,
                           .c = dx,
                           .add = add });
}

/*  dw = x' dy, but only its rows lo .. hi - 1, those of the inputs lo .. hi -
 *  1. */
void nn_dense_backward_weights (float *dw, const float *x, const float *dy, int n,
                                int in, int out, int lo, int hi)
{
    nn_gemm ((nn_product){ .m = hi - lo,
                           .n = out,
                           .k = n,
                           .a = x + lo,
                           .lda = in,
                           .ta = true,
                           .b = dy,
                           .c = dw + (size_t) lo * out });
}

/*  db += the sum of the rows of dy: n rows of `out` numbers. */
NN_EACH_WIDTH
void nn_bias_backward (float *restrict db, const float *dy, size_t n, int out)
{
    for (size_t i = 0; i < n; i++, dy += out)
        for (int k = 0; k < out; k++)
            db[k] += dy[k];
}

static int shape (nn_layer *self)
{
    const nn_dense_args *args = self->args;
    const nn_tensor *from = &self->in[0]->out;
    const size_t in = nn_image_size (from);
    if (args->units < 1 || in * args->units > INT32_MAX)
        return nn_fail (NN_ESHAPE,
                        "nn_dense '%s': %d units over %d x %d x %d inputs; give "
                        ".units = 1 or more, and less than 2^31 weights",
                        self->name, args->units, from->h, from->w, from->c);
    self->out.h = self->out.w = 1;
    self->out.c = args->units;
    nn_param *weight = nn_param_add (
        self, "weight", 2, (int[]){ (int) in, args->units }, (int) in, args->units,
        args->init ? args->init : nn_init_glorot);
    weight->by_rows =
        true; // so large that a sum for each shard would cost too much
    if (!args->no_bias)
        nn_param_add (self, "bias", 1, &args->units, (int) in, args->units,
                      nn_init_zeros);
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const int in = self->param[0].dim[0], out = self->out.c;
    nn_dense_forward (self->out.x + (size_t) lo * out,
                      self->in[0]->out.x + (size_t) lo * in, self->param[0].w,
                      self->params > 1 ? self->param[1].w : NULL, hi - lo, in,
                      out);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const int in = self->param[0].dim[0], out = self->out.c;
    const float *dy = self->out.dx + (size_t) lo * out;
    if (nn_gradient_wanted (self, 0))
        nn_dense_backward_data (self->in[0]->out.dx + (size_t) lo * in, dy,
                                self->param[0].w, hi - lo, in, out,
                                !self->overwrites[0]);
    if (self->params > 1 && self->param[1].sums)
        nn_bias_backward (nn_sums (&self->param[1], pass), dy, hi - lo, out);
}

/*  The gradient of the weights: one part of its rows, over all images of the
 *  batch. */
static void rows (nn_layer *self, int part, int parts, const nn_pass *pass)
{
    const int in = self->param[0].dim[0];
    const int lo = (int) ((long) in * part / parts);
    const int hi = (int) ((long) in * (part + 1) / parts);
    nn_dense_backward_weights (self->param[0].dw, self->in[0]->out.x, self->out.dx,
                               pass->batch->n, in, self->out.c, lo, hi);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    snprintf (text, size, "%d units", self->out.c);
}

const nn_kind nn_dense_kind = { .name = "dense",
                                .shape = shape,
                                .forward = forward,
                                .backward = backward,
                                .describe = describe,
                                .rows = rows,
                                .flags = NN_WIDE };

nn_layer *nn_dense_with (nn_net *net, nn_layer *in, nn_dense_args args)
{
    return nn_layer_add (net, &nn_dense_kind, &in, 1, &args, sizeof args);
}
