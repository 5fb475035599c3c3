/*  add.c - a shortcut past some layers
 *
 *  A block of layers that shall leave its input almost as it is has a hard time
 *  learning it. If its input is added to what it computes, it has nothing to do
 *  for that, and learns only what should be different (He, Zhang, Ren and Sun
 *  2015). And on the way back the gradient takes the shortcut too: it reaches the
 *  first layers without having been multiplied by all weights in between.
 *
 *  Both inputs get the gradient of the sum as it is. Nothing is kept, so the sum
 *  may be written over the first of them.
 */
#include "nn.h"

/*  y = a + b. y may be a. */
NN_EACH_WIDTH
void nn_add_forward (float *y, const float *a, const float *b, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] + b[i];
}

/*  dx = dy, for either of the two; or dx += dy. */
NN_EACH_WIDTH
void nn_add_backward (float *restrict dx, const float *dy, size_t n, bool add)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = (add ? dx[i] : 0) + dy[i];
}

static int shape (nn_layer *self)
{
    const nn_tensor *a = &self->in[0]->out, *b = &self->in[1]->out;
    if (a->h != b->h || a->w != b->w || a->c != b->c)
        return nn_fail (NN_ESHAPE,
                        "nn_add '%s': '%s' is %d x %d x %d and '%s' %d x %d x %d; "
                        "only equal shapes can be added",
                        self->name, self->in[0]->name, a->h, a->w, a->c,
                        self->in[1]->name, b->h, b->w, b->c);
    self->out.h = a->h;
    self->out.w = a->w;
    self->out.c = a->c;
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *a = &self->in[0]->out, *b = &self->in[1]->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < a->h; row++)
            nn_add_forward (self->out.x + nn_at (&self->out, i, row, 0),
                            a->x + nn_at (a, i, row, 0),
                            b->x + nn_at (b, i, row, 0), (size_t) a->w * a->c);
}

/*  Where the sum was written over the first input, they share their gradient as
 *  well. */
static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    for (int k = self->in_place; k < 2; k++) {
        const nn_tensor *in = &self->in[k]->out;
        if (!nn_gradient_wanted (self, k))
            continue;
        for (int i = lo; i < hi; i++)
            for (int row = 0; row < in->h; row++)
                nn_add_backward (in->dx + nn_at (in, i, row, 0),
                                 self->out.dx + nn_at (&self->out, i, row, 0),
                                 (size_t) in->w * in->c, !self->overwrites[k]);
    }
}

const nn_kind nn_add_kind = { .name = "add",
                              .shape = shape,
                              .forward = forward,
                              .backward = backward,
                              .flags = NN_IN_PLACE | NN_HALO_IN | NN_HALO_OUT |
                                       NN_SUM };

nn_layer *nn_add (nn_net *net, nn_layer *a, nn_layer *b)
{
    return nn_layer_add (net, &nn_add_kind, (nn_layer *[]){ a, b }, 2, NULL, 0);
}
