/*  grade_03_2.c - the checks of exercise 3.2, leaky ReLU as a new kind of layer
 *
 *  The verbs are called as the executor calls them, on a part of the images, with values
 *  that the case has drawn; and nn_gradcheck () runs a whole net.  */
#include "grade/grade.h"

#include <string.h>

GRADE_FUNCTION (nn_layer *, ex_leaky_relu, nn_net *net, nn_layer *in, float slope);

static struct {
    int n, h, w, c, lo, hi;
    float slope, *x, *y, *dx, *dy;
    bool add;
    int *checked;
    double *worst;
} k;

static void sizes (grade_case *c)
{
    k.n = grade_size (c, "n", 1, 6);
    k.h = grade_size (c, "h", 1, 5);
    k.w = grade_size (c, "w", 1, 5);
    k.c = grade_size (c, "c", 1, 5);
    k.slope = 0.05f + 0.3f * nn_random_uniform (grade_random (c));
}

static void range (grade_case *c)
{
    k.lo = grade_size (c, "lo", 0, k.n - 1);
    k.hi = grade_size (c, "hi", k.lo + 1, k.n);
}

static void make_forward (grade_case *c)
{
    sizes (c);
    range (c);
    k.x = grade_in (c, "x", k.n, k.h, k.w, k.c);
    k.y = grade_inout (c, "y", k.n, k.h, k.w, k.c);
}

/*  Some values are exactly 0, where the slope is that of the negative side. */
static void draw_zeros (grade_case *c)
{
    for (int i = 0; i < k.n * k.h * k.w * k.c; i++)
        if (nn_random_below (grade_random (c), 6) == 0)
            k.x[i] = 0;
}

static void make_backward (grade_case *c)
{
    sizes (c);
    range (c);
    k.add = grade_number (c) % 2;
    k.x = grade_in (c, "x", k.n, k.h, k.w, k.c);
    k.dy = grade_in (c, "dy", k.n, k.h, k.w, k.c);
    k.dx = grade_inout (c, "dx", k.n, k.h, k.w, k.c);
    draw_zeros (c);
}

/*  A net of an input and the learner's layer, with x as its input. */
GRADE_HANDED static nn_layer *build (grade_case *c)
{
    nn_net *net = nn_net_new ();
    nn_layer *in = nn_input (net, k.h, k.w, k.c);
    nn_layer *self = GRADE_CALL (c, ex_leaky_relu) (net, in, k.slope);
    nn_require (nn_net_build (net, .batch = k.n, .input_gradient = true) == NN_OK,
                "%s", nn_error ());
    nn_require (self->out.x != in->out.x,
                "the layer writes over its input; leave .flags "
                "as they are");
    memcpy (in->out.x, k.x, k.n * nn_image_size (&in->out) * sizeof *k.x);
    return self;
}

static void call_forward (grade_case *c)
{
    nn_layer *self = build (c);
    const nn_pass pass = { .training = true };
    const size_t bytes = k.n * nn_image_size (&self->out) * sizeof *k.y;
    memcpy (self->out.x, k.y, bytes);
    self->kind->forward (self, k.lo, k.hi, &pass);
    memcpy (k.y, self->out.x, bytes);
}

static void call_backward (grade_case *c)
{
    nn_layer *self = build (c), *in = self->in[0];
    const nn_pass pass = { .training = true };
    const size_t bytes = k.n * nn_image_size (&self->out) * sizeof *k.dx;
    self->kind->forward (self, k.lo, k.hi, &pass);
    memcpy (in->out.dx, k.dx, bytes);
    memcpy (self->out.dx, k.dy, bytes);
    self->overwrites[0] = !k.add;
    self->kind->backward (self, k.lo, k.hi, &pass);
    memcpy (k.dx, in->out.dx, bytes);
}

static void make_net (grade_case *c)
{
    sizes (c);
    k.worst = grade_out_doubles (c, "the largest error", 1);
    k.checked = grade_result (c, "the numbers checked");
}

GRADE_HANDED static nn_layer *maker (nn_net *net, nn_layer *in, const void *with)
{
    return GRADE_CALL ((grade_case *) with, ex_leaky_relu) (net, in, k.slope);
}

static void call_net (grade_case *c)
{
    nn_gradient_report report;
    const int status =
        nn_gradcheck (maker, c, .report = &report, .n = k.n, .h = k.h, .w = k.w,
                      .c = k.c, .seed = nn_random_bits (grade_random (c)));
    nn_require (status == NN_OK, "nn_gradcheck: %s", nn_error ());
    *k.worst = report.worst;
    *k.checked = report.checked;
}

static void judge_net (grade_case *c)
{
    char key[32];
    snprintf (key, sizeof key, "%.2f", *k.worst);
    if (!(*k.worst < 1e-2) || *k.checked < 1)
        grade_fail (
            c, key,
            "nn_gradcheck finds an error of %.3g among %d numbers, where n = "
            "%d, h = %d, w = %d, c = %d",
            *k.worst, *k.checked, k.n, k.h, k.w, k.c);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 3,
      .title = "forward equals the reference",
      .make = make_forward,
      .call = call_forward },
    { .code = "O",
      .points = 5,
      .title = "backward equals the reference, setting and adding",
      .make = make_backward,
      .call = call_backward },
    { .code = "G",
      .points = 2,
      .title = "nn_gradcheck finds the gradient right",
      .make = make_net,
      .call = call_net,
      .judge = judge_net,
      .cases = 6 }
};

GRADE_EXERCISE (ex_leaky_relu_prototype);
