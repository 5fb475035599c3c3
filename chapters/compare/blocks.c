/*  blocks.c - exercises that are a piece of a larger layer, or several layers at once
 *
 *  A product inside of a dense layer, a convolution done by columns or in Winograd's way, the
 *  way back through a thin convolution, two blocks of which an exercise asks as one function.
 *  What such a function does not do, the library's own verb goes on doing.
 */
#include "mine.h"

#include <stdlib.h>
#include <string.h>

/*  A layer's first input, its output, and the way between them, of a few images. */
typedef struct {
    const nn_tensor *in, *out;
    float *x, *dx, *dy; // what it reads; the gradients of that and of the output
    int n, lo, hi;
} passage;

/*  Everything that the library's own verb might write over, taken before it is called. */
static passage enter (const nn_layer *self, int lo, int hi)
{
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    return (passage){ .in = in,
                      .out = out,
                      .x = mine_gather (in, in->x, lo, hi),
                      .dx = mine_gradient_before (self, lo, hi),
                      .dy = mine_gather (out, out->dx, lo, hi),
                      .n = hi - lo,
                      .lo = lo,
                      .hi = hi };
}

/*  The learner's gradient in the place of the library's. */
static void leave (passage *p)
{
    mine_scatter (p->in, p->in->dx, p->dx, p->lo, p->hi, false);
    free (p->x);
    free (p->dx);
    free (p->dy);
}

/* --- 01-1 and 01-2: the products of dense layers ----------------------------------------------- */
typedef void transpose (float *y, const float *x, int rows, int cols);
typedef void gemm (float *c, const float *a, const float *b, int m, int n, int k);

/*  dx += dy times the transpose of the weights. */
static void backward_01_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "01-1");
    if (!nn_gradient_wanted (self, 0)) {
        mine->own->backward (self, lo, hi, pass);
        return;
    }
    passage p = enter (self, lo, hi);
    mine->own->backward (self, lo, hi, pass);
    const int in = (int) nn_image_size (p.in), out = p.out->c;
    float *turned = malloc ((size_t) in * out * sizeof *turned);
    nn_require (turned, "no memory to transpose %d x %d", in, out);
    ((transpose *) mine->f[0]) (turned, self->param[0].w, in, out);
    nn_gemm ((nn_product){ .m = p.n,
                           .n = in,
                           .k = out,
                           .a = p.dy,
                           .b = turned,
                           .c = p.dx,
                           .add = true });
    free (turned);
    leave (&p);
}

static void forward_01_2 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    float *x = mine_gather (in, in->x, lo, hi),
          *y = mine_gather (out, out->x, lo, hi);
    ((gemm *) mine_of (self, "01-2")->f[0]) (y, x, self->param[0].w, hi - lo,
                                             out->c, (int) nn_image_size (in));
    for (int i = 0; i < hi - lo; i++)
        for (int k = 0; self->params > 1 && k < out->c; k++)
            y[i * out->c + k] += self->param[1].w[k];
    mine_scatter (out, out->x, y, lo, hi, false);
    free (x);
    free (y);
}

static int change_01_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_01_1;
    return NN_OK;
}

static int change_01_2 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.forward = forward_01_2;
    return NN_OK;
}

static int plug_01_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "dense", "01-1", f, change_01_1);
}

static int plug_01_2 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "dense", "01-2", f, change_01_2);
}

/* --- 04-2: a convolution's way back, by columns -------------------------------------------------- */
typedef void col2im (const nn_conv_shape *s, float *dx, const float *col);

static void backward_04_2 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "04-2");
    if (!nn_gradient_wanted (self, 0)) {
        mine->own->backward (self, lo, hi, pass);
        return;
    }
    passage p = enter (self, lo, hi);
    mine->own->backward (self, lo, hi, pass);
    const nn_conv_shape s = mine_shape_of (self);
    const int places = s.oh * s.ow, row = s.kh * s.kw * s.c;
    float *col = malloc ((size_t) places * row * sizeof *col);
    nn_require (col, "no memory for the columns of %d places", places);
    for (int i = 0; i < p.n; i++) {
        nn_dense_backward_data (col, p.dy + (size_t) i * places * s.o,
                                self->param[0].w, places, row, s.o, false);
        ((col2im *) mine->f[0]) (&s, p.dx + i * nn_image_size (p.in), col);
    }
    free (col);
    leave (&p);
}

static int change_04_2 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) layer, (void) to;
    mine->kind.backward = backward_04_2;
    return NN_OK;
}

static int plug_04_2 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "conv2d", "04-2", f, change_04_2);
}

/* --- 14-1: the way back through a convolution of one channel each --------------------------------- */
typedef void depthwise_backward (float *dx, float *dw, const float *dy,
                                 const float *x, const float *w, int rows,
                                 int cols, int c, int stride);

/*  The library's sums are as they were before it added to them; the learner's are added. */
static void backward_14_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "14-1");
    const nn_param *weight = &self->param[0];
    const nn_conv2d_args *args = self->args;
    const size_t size = weight->size;
    float *sums = nn_sums (weight, pass), *before = malloc (4 * size * 2),
          *dw = before + size;
    nn_require (before, "no memory for %zu weights", size);
    passage p = enter (self, lo, hi);
    memcpy (before, sums, size * sizeof *sums);
    mine->own->backward (self, lo, hi, pass);
    memcpy (sums, before, size * sizeof *sums);
    float *one = malloc ((nn_image_size (p.in) + 1) * sizeof *one);
    nn_require (one, "no memory for an image's gradient");
    for (int i = 0; i < p.n; i++) {
        const size_t image = nn_image_size (p.in);
        ((depthwise_backward *) mine->f[0]) (
            one, dw, p.dy + i * nn_image_size (p.out), p.x + i * image, weight->w,
            p.in->h, p.in->w, p.in->c, args->stride);
        for (size_t k = 0; k < image; k++)
            p.dx[i * image + k] += one[k];
        for (size_t k = 0; k < size; k++)
            sums[k] += dw[k];
    }
    free (one);
    free (before);
    leave (&p);
}

static int change_14_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) to;
    const nn_conv2d_args *args = layer->args;
    if (args->groups == layer->in[0]->out.c && args->groups > 1 &&
        args->kernel == 3 && args->pad == 1 && layer->param[0].sums)
        mine->kind.backward = backward_14_1;
    return NN_OK;
}

static int plug_14_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "conv2d", "14-1", f, change_14_1);
}

/* --- 14-3 and 15-3: blocks. Their last layer gives the output, their first layer's way back is
 * the last that adds to the gradient of what the block reads ------------------------------------- */
typedef void block_forward (float *y, const float *x, const float *a,
                            const float *b, int places, int c, int inner);
typedef void block_backward (float *dx, const float *dy, const float *x,
                             const float *a, const float *b, int places, int c,
                             int inner);

static void forward_block (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const mine_kind *mine = mine_of (self, "block");
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const size_t image = nn_image_size (in);
    float *x = mine_gather (in, in->x, lo, hi),
          *y = mine_gather (in, in->x, lo, hi);
    for (int i = 0; i < hi - lo; i++)
        ((block_forward *) mine->f[0]) (
            y + i * image, x + i * image, mine->part[0]->param[0].w,
            mine->part[1]->param[0].w, in->h * in->w, in->c, mine->part[0]->out.c);
    mine_scatter (out, out->x, y, lo, hi, false);
    free (x);
    free (y);
}

/*  Keeps x and dy of the batch's images, one behind the other, for the block's first layer. */
static void backward_block_end (nn_layer *self, int lo, int hi,
                                const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "block");
    passage p = enter (self, lo, hi);
    const size_t image = nn_image_size (p.in);
    for (int i = 0; i < p.n; i++) {
        float *kept = mine->kept + 2 * (size_t) (lo + i) * image;
        memcpy (kept, p.x + i * image, image * sizeof *kept);
        memcpy (kept + image, p.dy + i * image, image * sizeof *kept);
    }
    mine->own->backward (self, lo, hi, pass);
    free (p.x);
    free (p.dx);
    free (p.dy);
}

static void backward_block_begin (nn_layer *self, int lo, int hi,
                                  const nn_pass *pass)
{
    const mine_kind *mine = mine_of (self, "block");
    const nn_tensor *in = &self->in[0]->out;
    const size_t image = nn_image_size (in);
    mine->own->backward (self, lo, hi, pass);
    float *dx = mine_gather (in, in->dx, lo, hi);
    for (int i = lo; i < hi; i++) {
        const float *x = mine->last->kept + 2 * (size_t) i * image;
        ((block_backward *) mine->f[1]) (
            dx + (i - lo) * image, x + image, x, mine->part[0]->param[0].w,
            mine->part[1]->param[0].w, in->h * in->w, in->c, mine->part[0]->out.c);
    }
    mine_scatter (in, in->dx, dx, lo, hi, false);
    free (dx);
}

/*  The block's layers in order: the first and the last that compute are changed, `a` and `b`
 *  have the weights. */
static int put_block (mine_place *to, mine_function *const f[], nn_layer *first,
                      nn_layer *last, const nn_layer *a, const nn_layer *b)
{
    mine_kind *end = mine_take (to, last, "block", f),
              *begin = mine_take (to, first, "block", f);
    if (!end || !begin)
        return NN_EMEMORY;
    end->part[0] = begin->part[0] = a;
    end->part[1] = begin->part[1] = b;
    end->kept = nn_arena_take (to->net->lasting, 2 * to->batch *
                                                     nn_image_size (&last->out) *
                                                     sizeof (float));
    begin->last = end;
    end->kind.forward = forward_block;
    end->kind.backward = backward_block_end;
    begin->kind.backward = backward_block_begin;
    return end->kept ? NN_OK : NN_EMEMORY;
}

/*  The layer `steps` below this one, along its only inputs. */
static nn_layer *below (nn_layer *layer, int steps)
{
    while (layer && steps--)
        layer = layer->ins == 1 ? layer->in[0] : NULL;
    return layer;
}

/*  x, then up, a bend, down, and the sum of that and x. */
static int plug_14_3 (mine_place *to, mine_function *const f[])
{
    int status = NN_OK;
    for (int l = 0; l < to->net->layers && status == NN_OK; l++) {
        nn_layer *add = to->net->layer[l];
        if (strcmp (add->kind->name, "add") != 0)
            continue;
        nn_layer *down = add->in[1], *up = below (down, 2);
        if (up && up->in[0] == add->in[0] &&
            strcmp (up->kind->name, "conv2d") == 0)
            status = put_block (to, f, up, add, up, down);
    }
    return status;
}

/*  x, its means, two dense layers with their bends, and x times what they say. */
static int plug_15_3 (mine_place *to, mine_function *const f[])
{
    int status = NN_OK;
    for (int l = 0; l < to->net->layers && status == NN_OK; l++) {
        nn_layer *scale = to->net->layer[l];
        if (strcmp (scale->kind->name, "scale") != 0)
            continue;
        nn_layer *wide = below (scale->in[1], 1), *narrow = below (wide, 2),
                 *mean = below (narrow, 1);
        if (mean && mean->in[0] == scale->in[0])
            status = put_block (to, f, mean, scale, narrow, wide);
    }
    return status;
}

/* --- 15-1: the way back through two layers side by side --------------------------------------------- */
typedef void concat_backward (float *da, float *db, const float *dy, int places,
                              int ca, int cb);

static void backward_15_1 (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *b = &self->in[1]->out;
    passage p = enter (self, lo, hi); // a's: what it holds, or zeros
    float *db = mine_gather (b, b->dx, lo, hi);
    ((concat_backward *) mine_of (self, "15-1")->f[0]) (
        p.dx, db, p.dy, p.n * b->h * b->w, p.in->c, b->c);
    mine_scatter (b, b->dx, db, lo, hi, !self->overwrites[1]);
    free (db);
    leave (&p);
}

static int change_15_1 (mine_kind *mine, nn_layer *layer, const mine_place *to)
{
    (void) to;
    if (layer->ins == 2 && nn_gradient_wanted (layer, 0) &&
        nn_gradient_wanted (layer, 1))
        mine->kind.backward = backward_15_1;
    return NN_OK;
}

static int plug_15_1 (mine_place *to, mine_function *const f[])
{
    return mine_put_layers (to, "concat", "15-1", f, change_15_1);
}

const mine_row mine_blocks[] = {
    MINE_ROW ("01-1", plug_01_1, "the way back through each dense layer",
              "ex_transpose"),
    MINE_ROW ("01-2", plug_01_2, "the product of each dense layer", "ex_gemm"),
    MINE_ROW ("04-2", plug_04_2, "the way back through each convolution",
              "ex_col2im"),
    MINE_ROW ("14-1", plug_14_1, "the way back through each depthwise convolution",
              "ex_depthwise_backward"),
    MINE_ROW ("14-3", plug_14_3, "each block that is thin at both ends",
              "ex_bottleneck", "ex_bottleneck_backward"),
    MINE_ROW ("15-1", plug_15_1, "the way back through each concatenation",
              "ex_concat_backward"),
    MINE_ROW ("15-3", plug_15_3, "each squeeze and excite, both ways",
              "ex_squeeze", "ex_squeeze_backward"),
    MINE_END,
};
