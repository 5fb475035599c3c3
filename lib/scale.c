/*  scale.c - louder and softer channels
 *
 *  Each channel of a picture is multiplied by a number of its own. Where do the
 *  numbers come from? From the picture: in a squeeze-and-excite block its channels
 *  are averaged, two small layers look at the averages, and what they say is how
 *  much each channel counts this time (Hu, Shen and Sun 2018).
 */
#include "nn.h"

/*  y = x s at `places` places of c channels: s is c numbers. y may be x. */
void nn_scale_forward (float *y, const float *x, const float *s, int places, int c)
{
    for (int i = 0; i < places; i++, x += c, y += c)
#pragma omp simd
        for (int k = 0; k < c; k++)
            y[k] = x[k] * s[k];
}

/*  dx = dy s, or dx += dy s. */
void nn_scale_backward (float *restrict dx, const float *dy, const float *s,
                        int places, int c, bool add)
{
    for (int i = 0; i < places; i++, dx += c, dy += c)
        for (int k = 0; k < c; k++)
            dx[k] = (add ? dx[k] : 0) + dy[k] * s[k];
}

/*  ds += the sum of dy x over the places. */
void nn_scale_backward_factors (float *restrict ds, const float *dy,
                                const float *x, int places, int c)
{
    for (int i = 0; i < places; i++, x += c, dy += c)
        for (int k = 0; k < c; k++)
            ds[k] += dy[k] * x[k];
}

static int shape (nn_layer *self)
{
    const nn_tensor *x = &self->in[0]->out, *s = &self->in[1]->out;
    if (s->h != 1 || s->w != 1 || s->c != x->c)
        return nn_fail (NN_ESHAPE,
                        "nn_scale '%s': the %d channels of '%s' want as many "
                        "numbers, and '%s' is %d x %d x %d",
                        self->name, x->c, self->in[0]->name, self->in[1]->name,
                        s->h, s->w, s->c);
    self->out.h = x->h;
    self->out.w = x->w;
    self->out.c = x->c;
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *x = &self->in[0]->out, *s = &self->in[1]->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < x->h; row++)
            nn_scale_forward (self->out.x + nn_at (&self->out, i, row, 0),
                              x->x + nn_at (x, i, row, 0),
                              s->x + nn_at (s, i, 0, 0), x->w, x->c);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *x = &self->in[0]->out, *s = &self->in[1]->out;
    nn_clear_gradient (self, 1, lo, hi);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < x->h; row++) {
            const float *dy = self->out.dx + nn_at (&self->out, i, row, 0);
            const size_t at = nn_at (x, i, row, 0), of = nn_at (s, i, 0, 0);
            if (nn_gradient_wanted (self, 0))
                nn_scale_backward (x->dx + at, dy, s->x + of, x->w, x->c,
                                   !self->overwrites[0]);
            if (nn_gradient_wanted (self, 1))
                nn_scale_backward_factors (s->dx + of, dy, x->x + at, x->w, x->c);
        }
}

const nn_kind nn_scale_kind = { .name = "scale",
                                .shape = shape,
                                .forward = forward,
                                .backward = backward,
                                .flags = NN_IN_PLACE_AT_REST | NN_HALO_IN |
                                         NN_HALO_OUT };

/*  Each channel of x times its number in s, which is 1 x 1 x channels. */
nn_layer *nn_scale (nn_net *net, nn_layer *x, nn_layer *s)
{
    return nn_layer_add (net, &nn_scale_kind, (nn_layer *[]){ x, s }, 2, NULL, 0);
}
