/*  avgpool.c - the mean of each window
 *
 *  Max pooling keeps the strongest answer of a window; this keeps their mean. All
 *  places of the window had a part in it, and on the way back each gets the same
 *  share.
 *
 *  What of a window that looks over the edge? PyTorch counts the zeros there as
 *  places, Keras does not. Both can be had.
 */
#include "nn.h"

#include <string.h>

typedef struct {
    int top, bottom, left, right; // rows and columns up to bottom - 1, right - 1
    float share;                  // of each of its places
} window;

static window window_at (const nn_tensor *x, const nn_avgpool_args *args, int row,
                         int col)
{
    const int r = row * args->stride - args->pad,
              q = col * args->stride - args->pad;
    window in = { .top = r > 0 ? r : 0,
                  .bottom = r + args->size < x->h ? r + args->size : x->h,
                  .left = q > 0 ? q : 0,
                  .right = q + args->size < x->w ? q + args->size : x->w };
    const int places = args->inside ? (in.bottom - in.top) * (in.right - in.left)
                                    : args->size * args->size;
    in.share = 1 / (float) places;
    return in;
}

/*  y = the mean of each window of x, for the images lo .. hi - 1. */
void nn_avgpool_forward (const nn_tensor *y, const nn_tensor *x,
                         const nn_avgpool_args *args, int lo, int hi)
{
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++)
            for (int col = 0; col < y->w; col++) {
                const window in = window_at (x, args, row, col);
                float *restrict mean = y->x + nn_at (y, i, row, col);
                memset (mean, 0, y->c * sizeof *mean);
                for (int r = in.top; r < in.bottom; r++)
                    for (int q = in.left; q < in.right; q++) {
                        const float *at = x->x + nn_at (x, i, r, q);
                        for (int k = 0; k < y->c; k++)
                            mean[k] += at[k];
                    }
                for (int k = 0; k < y->c; k++)
                    mean[k] *= in.share;
            }
}

/*  x->dx += its share of the gradient of each window that it was in. */
void nn_avgpool_backward (const nn_tensor *x, const nn_tensor *y,
                          const nn_avgpool_args *args, int lo, int hi)
{
    for (int i = lo; i < hi; i++)
        for (int row = 0; row < y->h; row++)
            for (int col = 0; col < y->w; col++) {
                const window in = window_at (x, args, row, col);
                const float *dy = y->dx + nn_at (y, i, row, col);
                for (int r = in.top; r < in.bottom; r++)
                    for (int q = in.left; q < in.right; q++) {
                        float *restrict dx = x->dx + nn_at (x, i, r, q);
                        for (int k = 0; k < y->c; k++)
                            dx[k] += in.share * dy[k];
                    }
            }
}

static int shape (nn_layer *self)
{
    const nn_avgpool_args *args = self->args;
    return nn_window_shape (self, args->size, args->stride, args->pad);
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_avgpool_forward (&self->out, &self->in[0]->out, self->args, lo, hi);
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    nn_clear_gradient (self, 0, lo, hi);
    nn_avgpool_backward (&self->in[0]->out, &self->out, self->args, lo, hi);
}

static void describe (const nn_layer *self, char *text, size_t size)
{
    const nn_avgpool_args *args = self->args;
    snprintf (text, size, "%d x %d, stride %d", args->size, args->size,
              args->stride);
}

const nn_kind nn_avgpool_kind = { .name = "avgpool",
                                  .shape = shape,
                                  .forward = forward,
                                  .backward = backward,
                                  .describe = describe,
                                  .flags = NN_HALO_IN | NN_HALO_OUT };

nn_layer *nn_avgpool_with (nn_net *net, nn_layer *in, nn_avgpool_args args)
{
    if (args.size == 0)
        args.size = 2;
    if (args.stride == 0)
        args.stride = args.size;
    return nn_layer_add (net, &nn_avgpool_kind, &in, 1, &args, sizeof args);
}
