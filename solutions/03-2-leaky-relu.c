/*
 * ### Leaky ReLU, a new kind of layer (10 points)
 *
 * A ReLU that is stuck on the negative side never learns again, for no gradient comes
 * through. A leaky ReLU lets a little of it pass: negative values are multiplied by a small
 * `slope` instead of being set to 0.
 *
 * $$ y = \begin{cases} x & x > 0 \\ s\,x & x \le 0 \end{cases} \qquad
 *    \frac{\partial L}{\partial x} = \begin{cases} \partial L/\partial y & x > 0 \\
 *    s\;\partial L/\partial y & x \le 0 \end{cases} $$
 *
 * An example with slope 0.1: the values -2, 3 become -0.2, 3. If the gradients that come
 * back are 5 and 7, those that go on are 0.5 and 7.
 *
 * In this library a layer is a kind with a few verbs, and adding one means no change
 * anywhere else. Its shape, the table and the maker stand below. Write its two verbs.
 *
 * - Both work on the images `lo` … `hi` - 1 only; the others belong to other threads.
 * - The values of the input are `self->in[0]->out.x`, its gradients `self->in[0]->out.dx`.
 *   Those of the output are `self->out.x` and `self->out.dx`. An image has
 *   `nn_image_size (&self->out)` numbers, and the images follow each other without gaps.
 * - Another layer may read the same input. So backward *adds* its gradient to what is
 *   there, unless `self->overwrites[0]` says that it is the first to come; then it sets it.
 * - The slope is in `self->args`, where `ex_leaky_relu` put it.
 *
 * Checked: forward (3 points), backward for a range of images, setting and adding (5
 * points), and `nn_gradcheck` on a net with your layer (2 points).
 */
#include "exercise.h"

/// HINT `const float slope = *(const float *) self->args;`
/// HINT Image i begins at i times the size of an image. So both verbs are one loop from lo * size to hi * size.
/// HINT In backward: `const float d = x[i] > 0 ? dy[i] : slope * dy[i];` and then `dx[i] = self->overwrites[0] ? d : dx[i] + d;`

static int shape (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

static void forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    /// BEGIN SOLUTION
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    const float slope = *(const float *) self->args, *x = self->in[0]->out.x;
    float *y = self->out.x;
#if MISTAKE == 1 // worked on all images instead of lo to hi - 1
    lo = 0, hi = self->out.n;
#endif
    for (size_t i = lo * size; i < hi * size; i++)
        y[i] = x[i] > 0 ? x[i] : slope * x[i];
    /// END SOLUTION
}

static void backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    /// BEGIN SOLUTION
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    const float slope = *(const float *) self->args, *x = self->in[0]->out.x;
    const float *dy = self->out.dx;
    float *dx = self->in[0]->out.dx;
#if MISTAKE == 1
    lo = 0, hi = self->out.n;
#endif
    for (size_t i = lo * size; i < hi * size; i++) {
#if MISTAKE == 2 // let the whole gradient pass on the negative side too
        const float d = x[i] > 0 ? dy[i] : slope > 1 ? 0 : dy[i];
#elif MISTAKE == 3 // let no gradient pass on the negative side, like a plain ReLU
        const float d = x[i] > 0 ? dy[i] : 0 * slope;
#elif MISTAKE == 4 // asked the gradient for its sign instead of the value
        const float d = dy[i] > 0 ? dy[i] : slope * dy[i] + 0 * x[i];
#else
        const float d = x[i] > 0 ? dy[i] : slope * dy[i];
#endif
#if MISTAKE == 5 // set the gradient of the input where it should have been added
        dx[i] = d;
#else
        dx[i] = self->overwrites[0] ? d : dx[i] + d;
#endif
    }
    /// END SOLUTION
}

const nn_kind ex_leaky_relu_kind = {
    .name = "leaky_relu", .shape = shape, .forward = forward, .backward = backward
};

nn_layer *ex_leaky_relu (nn_net *net, nn_layer *in, float slope)
{
    return nn_layer_add (net, &ex_leaky_relu_kind, &in, 1, &slope, sizeof slope);
}
