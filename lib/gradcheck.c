/*  gradcheck.c - is that gradient right?
 *
 *  A wrong gradient does not crash. The net learns a little worse, and nobody
 *  knows why. But a gradient is a promise that can be measured: shake one number
 *  by a small step, up and down, and the loss must change by twice the step times
 *  the gradient.
 *
 *  The layer that is tested becomes a small net of its own. If it is no loss
 *  itself, the loss is a sum of its outputs, each times a random number, so that
 *  every output counts and none like another.
 *
 *  Some functions have kinks, where the slope to the left is another than to the
 *  right: ReLU at 0, a maximum where two are equal. There is no gradient, and a
 *  step over a kink measures nonsense. So the inputs are drawn apart from 0 and
 *  from each other, and where the two slopes still differ the number is left out,
 *  and counted. A bend makes them differ too, by less and less the smaller the
 *  step is; that is how a small kink is told from it.
 */
#include "nn.h"

#include <math.h>
#include <string.h>

typedef struct {
    nn_net *net;
    nn_batch batch;
    nn_random random;
    float *
        toward; // what makes a loss of the outputs; NULL: the net ends with a loss
    float *dx;  // the gradient of the inputs, as the net computes it
    float step; // how far a number is shaken
    int most;   // numbers to shake in an array
    double largest; // of all gradients
    double here;    // the loss when nothing is shaken
} probe;

/*  The loss, a function of all that may be shaken. */
static double loss (const probe *p)
{
    nn_net_forward (p->net, &p->batch, true);
    if (!p->toward)
        return nn_net_loss (p->net);
    const nn_tensor *out = &p->net->output->out;
    double sum = 0;
    for (size_t i = 0; i < out->n * nn_image_size (out); i++)
        sum += (double) out->x[i] * p->toward[i];
    return sum;
}

static double largest (const float *x, size_t size)
{
    double most = 0;
    for (size_t i = 0; i < size; i++)
        most = fabsf (x[i]) > most ? fabsf (x[i]) : most;
    return most;
}

typedef struct {
    double left, right, middle; // measured to one side, to the other, over both
} slopes;

/*  The loss's slopes at a number, which is shaken by this step and put back. */
static slopes measure (const probe *p, float *x, float step)
{
    const float kept = *x, up = kept + step, down = kept - step;
    *x = up;
    const double above = loss (p);
    *x = down;
    const double below = loss (p);
    *x = kept;
    return (slopes){ (p->here - below) / (kept - down),
                     (above - p->here) / (up - kept),
                     (above - below) / (up - down) };
}

/*  Shakes one number and compares. `scale` is what an error is measured
 *  against. */
static void shake (const probe *p, float *x, double computed, double scale,
                   const char *name, size_t i, nn_gradient_report *report)
{
    slopes s = measure (p, x, p->step);
    scale = fabs (s.middle) > scale ? fabs (s.middle) : scale;
    double error = scale > 0 ? fabs (s.middle - computed) / scale : 0;
    // -- a bend is no kink: it changes the slope by a few steps at most
    bool kink = fabs (s.right - s.left) > 20 * p->step * scale;
    // -- a difference that is more than rounding? Come closer. A bend halves with
    //    the step; a small kink stays, and the computed slope lies between its two
    const double much = fmax (report->worst, p->step / 10);
    for (int k = 1; k <= 3 && !kink && error > much; k++) {
        const double apart = s.right - s.left;
        s = measure (p, x, p->step / (float) (1 << k));
        const double now = s.right - s.left;
        kink = fabs (now - apart) < 0.2 * fabs (now) &&
               fabs (s.middle - computed) < 0.6 * fabs (now);
        error = fmin (error, fabs (s.middle - computed) / scale);
    }
    if (kink) {
        report->kinks++;
        return;
    }
    report->checked++;
    if (!(error <= report->worst)) { // so that not-a-number is the worst of all
        report->worst = error;
        snprintf (report->where, sizeof report->where, "%s[%zu]", name, i);
    }
}

/*  All numbers of an array, or as many as were asked for, drawn at random.
 *  Errors count relative to the largest gradient in the array, or to a
 *  thousandth of the largest of all if that is more: the gradient of an array
 *  that does not matter is only rounding. */
static void shake_all (probe *p, const char *name, float *x, const float *dx,
                       size_t size, nn_gradient_report *report)
{
    double scale = largest (dx, size);
    scale = scale > p->largest / 1000 ? scale : p->largest / 1000;
    const bool all = size <= (size_t) p->most;
    for (int k = 0; k < (all ? (int) size : p->most); k++) {
        const size_t i =
            all ? (size_t) k : nn_random_below (&p->random, (uint32_t) size);
        shake (p, x + i, dx[i], scale, name, i, report);
    }
}

/*  Numbers around 0, in random order, all further from 0 than a step and from
 *  each other than two. */
static void draw_apart (float *x, size_t size, float step, nn_random *random)
{
    const size_t half = size / 2;
    const float wide = 2 / (float) size;
    const float apart = 2.5f * step > wide ? 2.5f * step : wide;
    for (size_t i = 0; i < size; i++) {
        const size_t j = nn_random_below (random, (uint32_t) i + 1);
        x[i] = x[j];
        x[j] = apart * ((float) i + 0.5f - (float) half);
    }
}

/*  Inputs, and either targets and weights or what to multiply the outputs with. */
static int prepare (probe *p)
{
    const nn_tensor *in = &p->net->layer[0]->out, *out = &p->net->output->out;
    const size_t inputs = in->n * nn_image_size (in);
    const size_t outputs = out->n * nn_image_size (out);
    float *x = nn_arena_take (p->net->lasting, inputs * sizeof *x);
    float *y = nn_arena_take (p->net->lasting, outputs * sizeof *y);
    float *weight = nn_arena_take (p->net->lasting, in->n * sizeof *weight);
    p->dx = nn_arena_take (p->net->lasting, inputs * sizeof *x);
    if (!x || !y || !weight || !p->dx)
        return NN_EMEMORY;
    draw_apart (x, inputs, p->step, &p->random);
    p->batch =
        (nn_batch){ .n = in->n, .h = in->h, .w = in->w, .c = in->c, .x = x };
    for (int i = 0; i < in->n; i++)
        weight[i] = 0.5f + nn_random_uniform (&p->random);
    const bool ends = p->net->output->kind == &nn_cross_entropy_kind;
    for (size_t i = 0; i < outputs; i++)
        y[i] =
            ends ? nn_random_uniform (&p->random) : nn_random_normal (&p->random);
    p->toward = ends ? NULL : y;
    if (ends) {
        p->batch.target = y;
        p->batch.weight = weight;
        p->batch.classes = out->c;
    }
    return NN_OK;
}

/*  The gradients as the net computes them, and the largest of them. */
static int compute (probe *p)
{
    const nn_tensor *in = &p->net->layer[0]->out, *out = &p->net->output->out;
    p->here = loss (p);
    if (p->toward)
        memcpy (out->dx, p->toward,
                out->n * nn_image_size (out) * sizeof *out->dx);
    const int status = nn_net_backward (p->net, &p->batch);
    const size_t row = (size_t) in->w * in->c;
    for (int r = 0; r < in->n * in->h; r++) // without the halo
        memcpy (p->dx + r * row, in->dx + nn_at (in, r / in->h, r % in->h, 0),
                row * sizeof *p->dx);
    p->largest = largest (p->dx, in->n * nn_image_size (in));
    for (int l = 0; l < p->net->layers; l++)
        for (int k = 0; k < p->net->layer[l]->params; k++) {
            const nn_param *w = &p->net->layer[l]->param[k];
            const double most = w->dw ? largest (w->dw, w->size) : 0;
            p->largest = most > p->largest ? most : p->largest;
        }
    return status;
}

/*  Shakes the inputs and all that the net learns. */
static void shake_net (probe *p, nn_gradient_report *report)
{
    const nn_tensor *in = &p->net->layer[0]->out;
    shake_all (p, "input", p->batch.x, p->dx, in->n * nn_image_size (in), report);
    for (int l = 0; l < p->net->layers; l++)
        for (int k = 0; k < p->net->layer[l]->params; k++) {
            const nn_param *w = &p->net->layer[l]->param[k];
            if (w->dw)
                shake_all (p, w->name, w->w, w->dw, w->size, report);
        }
}

/*  Builds what `make` makes over an input of args, and compares its gradients, as
 *  they are computed, with what can be measured: of the input and of all
 *  parameters. The result is in args.report. */
int nn_gradcheck_with (nn_maker *make, const void *with, nn_gradcheck_args args)
{
    *args.report = (nn_gradient_report){ 0 };
    nn_net *net = nn_net_new (.seed = args.seed);
    make (net,
          nn_input (net, args.h ? args.h : 6, args.w ? args.w : 6,
                    args.c ? args.c : 4),
          with);
    probe p = { .net = net,
                .random = nn_random_from (args.seed, NN_FOR_TEST, 0, 0),
                .step = args.step != 0 ? (float) args.step : 2e-3f,
                .most = args.most ? args.most : 64 };
    int status =
        nn_net_build (net, .batch = args.n ? args.n : 3, .input_gradient = true);
    if (status == NN_OK)
        status = prepare (&p);
    if (status == NN_OK)
        status = compute (&p);
    if (status == NN_OK)
        shake_net (&p, args.report);
    nn_net_free (&net);
    return status;
}
