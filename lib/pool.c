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
static inline void challenge (float *restrict y, int *restrict winner,
                              const float *restrict x, int place, int c)
{
    for (int k = 0; k < c; k++) {
        const bool wins = x[k] > y[k] || x[k] != x[k];
        y[k] = wins ? x[k] : y[k];
        winner[k] = wins ? place : winner[k];
    }
}

/*  The same for a window of 2 x 2, as nearly all are: all four at once, and what
 *  is not decided yet stays in registers. */
static inline void four (float *restrict y, int *restrict winner,
                         const float *restrict x, size_t row, int place, int cols,
                         int c)
{
    for (int k = 0; k < c; k++) {
        const float other[] = { x[c + k], x[row + k], x[row + c + k] };
        float best = x[k];
        int who = 0;
        for (int i = 0; i < 3; i++) {
            const bool wins = other[i] > best || other[i] != other[i];
            best = wins ? other[i] : best;
            who = wins ? i + 1 : who;
        }
        y[k] = best;
        winner[k] = place + who / 2 * cols + who % 2;
    }
}

/*  y = the largest x of each window, for the images lo .. hi - 1. winner, as
 *  large as y without halo, gets the place of that x: its row times the
 *  columns, plus its column. */
NN_EACH_WIDTH
void nn_maxpool_forward (const nn_tensor *y, int *winner, const nn_tensor *x,
                         const nn_maxpool_args *args, int lo, int hi)
{
    winner += lo * nn_image_size (y);
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++)
            for (int col = 0; col < y->w; col++, winner += y->c) {
                const window in = window_at (x, args, row, col);
                float *best = y->x + nn_at (y, i, row, col);
                const float *first = x->x + nn_at (x, i, in.top, in.left);
                const int place = in.top * x->w + in.left;
                if (in.bottom - in.top == 2 && in.right - in.left == 2) {
                    four (best, winner, first, nn_row_stride (x), place, x->w,
                          y->c);
                    continue;
                }
                // -- the first place leads until somebody is stronger
                for (int k = 0; k < y->c; k++) {
                    best[k] = first[k];
                    winner[k] = place;
                }
                // -- all places of the window, all channels of a place at once
                for (int r = in.top; r < in.bottom; r++)
                    for (int q = in.left; q < in.right; q++)
                        challenge (best, winner, x->x + nn_at (x, i, r, q),
                                   r * x->w + q, y->c);
            }
}

/*  One place of a window hears of the loss in those channels in which it won. */
static inline void reward (float *restrict dx, const float *restrict dy,
                           const int *restrict winner, int place, int c, bool add)
{
    for (int k = 0; k < c; k++) {
        const float before = add ? dx[k] : 0;
        const float d = dy[k]; // read in any case: a loop without a branch is fast
        dx[k] = before + (winner[k] == place ? d : 0);
    }
}

/*  Adds the gradient of each output to that of its winner, for the images lo ..
 *  hi - 1. If not `add`, it becomes the gradient of each place that a window has:
 *  then no two windows may have the same. */
NN_EACH_WIDTH
void nn_maxpool_backward (const nn_tensor *x, const int *winner,
                          const nn_tensor *y, const nn_maxpool_args *args, int lo,
                          int hi, bool add)
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
                                r * x->w + q, y->c, add);
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

/*  Has every place of the input its own window? */
static bool apart (const nn_layer *self)
{
    const nn_maxpool_args *args = self->args;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    return args->size == args->stride && args->pad == 0 && in->halo == 0 &&
           out->h * args->size == in->h && out->w * args->size == in->w;
}

/*  A ReLU below bends winners as it bends all others, so they may as well be bent
 *  after the pooling. Then on the way back it need not look at those who lost. */
static void bend_back (const nn_layer *self, int lo, int hi)
{
    const nn_tensor *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < out->h; row++) {
            const size_t at = nn_at (out, i, row, 0);
            self->in[0]->kind->row_back (out->dx + at, out->dx + at, out->x + at,
                                         (size_t) out->w * out->c, false);
        }
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    if (self->in[0]->carried_back)
        bend_back (self, lo, hi);
    const bool set = self->overwrites[0] && apart (self);
    if (!set)
        nn_clear_gradient (self, 0, lo, hi);
    nn_maxpool_backward (&self->in[0]->out, self->kept, &self->out, self->args, lo,
                         hi, !set);
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
                                  .flags =
                                      NN_HALO_IN | NN_HALO_OUT | NN_CARRIES_BACK };

nn_layer *nn_maxpool_with (nn_net *net, nn_layer *in, nn_maxpool_args args)
{
    if (args.size == 0)
        args.size = 2;
    if (args.stride == 0)
        args.stride = args.size;
    return nn_layer_add (net, &nn_maxpool_kind, &in, 1, &args, sizeof args);
}
