/*  pool.c - max pooling: keep the strongest answer in each window
 *
 *  A convolution says how much every place looks like a pattern. Pooling says that
 *  it is enough to know that the pattern is somewhere near: it quarters the work
 *  of all that follows, and a picture shifted by a pixel looks almost the same to
 *  the next layer.
 *
 *  On the way back only the winner of a window hears of the loss, for only the
 *  winner was heard on the way forward. So forward writes down who won. Of equal
 *  values the first in reading order wins, as in PyTorch; the choice is free, but
 *  it must be made once.
 */
#include "nn.h"

#include <string.h>

typedef struct {
    int top, bottom, left, right; // rows and columns up to bottom - 1, right - 1
} window;

/*  Where the window of output (row, col) lies in x; what is beyond the edge is
 *  cut off. */
static window window_at (const nn_tensor *x, const nn_maxpool_args *args, int row,
                         int col)
{
    const int r = row * args->stride - args->pad,
              q = col * args->stride - args->pad;
    return (window){ .top = r > 0 ? r : 0,
                     .bottom = r + args->size < x->h ? r + args->size : x->h,
                     .left = q > 0 ? q : 0,
                     .right = q + args->size < x->w ? q + args->size : x->w };
}

/*  One place of a window challenges the leaders, channel by channel. It wins if
 *  it is stronger, or not a number, which must not get lost. */
static void challenge (float *restrict y, int *restrict winner,
                       const float *restrict x, int place, int c)
{
    for (int k = 0; k < c; k++) {
        const bool wins = x[k] > y[k] || x[k] != x[k];
        y[k] = wins ? x[k] : y[k];
        winner[k] = wins ? place : winner[k];
    }
}

/*  y = the largest x of each window, for the images lo .. hi - 1. winner, as
 *  large as y without halo, gets the place of that x: its row times the
 *  columns, plus its column. */
void nn_maxpool_forward (const nn_tensor *y, int *winner, const nn_tensor *x,
                         const nn_maxpool_args *args, int lo, int hi)
{
    winner += lo * nn_image_size (y);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++)
            for (int col = 0; col < y->w; col++, winner += y->c) {
                const window in = window_at (x, args, row, col);
                float *best = y->x + nn_at (y, i, row, col);
                // -- the first place leads until somebody is stronger
                memcpy (best, x->x + nn_at (x, i, in.top, in.left),
                        y->c * sizeof *best);
                for (int k = 0; k < y->c; k++)
                    winner[k] = in.top * x->w + in.left;
                // -- all places of the window, all channels of a place at once
                for (int r = in.top; r < in.bottom; r++)
                    for (int q = in.left; q < in.right; q++)
                        challenge (best, winner, x->x + nn_at (x, i, r, q),
                                   r * x->w + q, y->c);
            }
}

/*  One place of a window hears of the loss in those channels in which it won. */
static void reward (float *restrict dx, const float *restrict dy,
                    const int *restrict winner, int place, int c)
{
    for (int k = 0; k < c; k++) {
        const float d = dy[k]; // read in any case: a loop without a branch is fast
        dx[k] += winner[k] == place ? d : 0;
    }
}

/*  Adds the gradient of each output to that of its winner, for the images lo ..
 *  hi - 1. */
void nn_maxpool_backward (const nn_tensor *x, const int *winner,
                          const nn_tensor *y, const nn_maxpool_args *args, int lo,
                          int hi)
{
    winner += lo * nn_image_size (y);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++)
            for (int col = 0; col < y->w; col++, winner += y->c) {
                const window in = window_at (x, args, row, col);
                const float *dy = y->dx + nn_at (y, i, row, col);
                for (int r = in.top; r < in.bottom; r++)
                    for (int q = in.left; q < in.right; q++)
                        reward (x->dx + nn_at (x, i, r, q), dy, winner,
                                r * x->w + q, y->c);
            }
}

/*  The output of a layer that gives one number a channel for each window of size x
 *  size, `stride` places apart. Refuses windows that are none, that do not fit in,
 *  or that may lie beside the picture. */
int nn_window_shape (nn_layer *self, int size, int stride, int pad)
{
    const nn_tensor *in = &self->in[0]->out;
    if (size < 1 || stride < 1 || pad < 0 || pad >= size)
        return nn_fail (NN_EVALUE,
                        "nn_%s '%s': .size %d, .stride %d, .pad %d; size and "
                        "stride must be 1 or more, pad less than size",
                        self->kind->name, self->name, size, stride, pad);
    self->out.h = nn_conv_out (in->h, size, stride, 1, pad, pad);
    self->out.w = nn_conv_out (in->w, size, stride, 1, pad, pad);
    self->out.c = in->c;
    if (self->out.h < 1 || self->out.w < 1)
        return nn_fail (
            NN_ESHAPE,
            "nn_%s '%s': no window of %d x %d fits into the %d x %d of '%s'",
            self->kind->name, self->name, size, size, in->h, in->w,
            self->in[0]->name);
    return NN_OK;
}

static int shape (nn_layer *self)
{
    const nn_maxpool_args *args = self->args;
    const int status = nn_window_shape (self, args->size, args->stride, args->pad);
    self->kept_size = nn_image_size (&self->out) * sizeof (int);
    return status;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_maxpool_forward (&self->out, self->kept, &self->in[0]->out, self->args, lo,
                        hi);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_clear_gradient (self, 0, lo, hi);
    nn_maxpool_backward (&self->in[0]->out, self->kept, &self->out, self->args, lo,
                         hi);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    const nn_maxpool_args *args = self->args;
    snprintf (text, size, "%d x %d, stride %d", args->size, args->size,
              args->stride);
}

const nn_kind nn_maxpool_kind = { .name = "maxpool",
                                  .shape = shape,
                                  .forward = forward,
                                  .backward = backward,
                                  .describe = describe,
                                  .flags = NN_HALO_IN | NN_HALO_OUT };

nn_layer *nn_maxpool_with (nn_net *net, nn_layer *in, nn_maxpool_args args)
{
    if (args.size == 0)
        args.size = 2;
    if (args.stride == 0)
        args.stride = args.size;
    return nn_layer_add (net, &nn_maxpool_kind, &in, 1, &args, sizeof args);
}
