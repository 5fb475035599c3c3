/*  net.c - the seams of a net, with kinds of layers made for the test
 *
 *  gain:   y = w x, a weight for each channel
 *  double: y = 2 x, in place
 *  sum:    y = a + b
 *  centre: y = x - its mean over the whole batch, for each channel
 *  frame:  y = x, asks for a halo around its input and can read one
 *  ready:  y = x times what it prepared, part by part, before the pass
 */
#include "nn.h"
#include "test.h"

#include <omp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Every allocation of this program is counted ------------------------------------ */
void *__libc_malloc (size_t size);
static long allocations;

void *malloc (size_t size)
{
    __atomic_add_fetch (&allocations, 1, __ATOMIC_RELAXED);
    return __libc_malloc (size);
}

/* --- The kinds ------------------------------------------------------------------------ */
static int like_input (nn_layer *self)
{
    self->out = self->in[0]->out;
    return NN_OK;
}

static int gain_shape (nn_layer *self)
{
    like_input (self);
    nn_param_add (self, "weight", 1, &self->out.c, 1, 1, nn_init_ones);
    return NN_OK;
}

static void gain_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const size_t size = nn_image_size (in);
    for (int i = lo; i < hi; i++)
        for (size_t k = 0; k < size; k++)
            out->x[i * size + k] =
                in->x[i * size + k] * self->param[0].w[k % out->c];
}

static void gain_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    const size_t size = nn_image_size (in);
    nn_clear_gradient (self, 0, lo, hi);
    for (int i = lo; i < hi; i++)
        for (size_t k = 0; k < size; k++) {
            const float dy = out->dx[i * size + k];
            if (nn_gradient_wanted (self, 0))
                in->dx[i * size + k] += dy * self->param[0].w[k % out->c];
            nn_sums (&self->param[0], pass)[k % out->c] +=
                dy * in->x[i * size + k];
        }
}

static void double_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    for (size_t k = lo * size; k < hi * size; k++)
        self->out.x[k] = 2 * self->in[0]->out.x[k];
}

static void double_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    float *dx = self->in[0]->out.dx;
    for (size_t k = lo * size; k < hi * size; k++)
        dx[k] = 2 * self->out.dx[k] + (self->overwrites[0] ? 0 : dx[k]);
}

static void sum_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    for (size_t k = lo * size; k < hi * size; k++)
        self->out.x[k] = self->in[0]->out.x[k] + self->in[1]->out.x[k];
}

static void sum_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    for (int j = 0; j < 2; j++)
        for (size_t k = lo * size; k < hi * size; k++) {
            float *dx = self->in[j]->out.dx;
            dx[k] = self->out.dx[k] + (self->overwrites[j] ? 0 : dx[k]);
        }
}

static int centre_shape (nn_layer *self)
{
    like_input (self);
    self->state =
        nn_arena_take (self->net->lasting, 9 * self->out.c * sizeof (double));
    return self->state ? NN_OK : NN_EMEMORY;
}

static void add_up (double *sum, const float *x, int lo, int hi, size_t size,
                    int c)
{
    for (int k = 0; k < c; k++)
        sum[k] = 0;
    for (size_t k = lo * size; k < hi * size; k++)
        sum[k % c] += x[k];
}

static void centre_partial (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const int c = self->out.c;
    add_up ((double *) self->state + (1 + pass->shard) * c, self->in[0]->out.x, lo,
            hi, nn_image_size (&self->out), c);
}

static void centre_partial_back (nn_layer *self, int lo, int hi,
                                 const nn_pass *pass)
{
    const int c = self->out.c;
    add_up ((double *) self->state + (1 + pass->shard) * c, self->out.dx, lo, hi,
            nn_image_size (&self->out), c);
}

static void centre_reduce (nn_layer *self, const nn_pass *pass)
{
    const int c = self->out.c;
    double *mean = self->state;
    for (int k = 0; k < c; k++) {
        mean[k] = 0;
        for (int s = 0; s < self->net->shards; s++)
            mean[k] += mean[(1 + s) * c + k];
        mean[k] /= (double) pass->batch->n * self->out.h * self->out.w;
    }
}

static void centre_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    const size_t size = nn_image_size (&self->out);
    const double *mean = self->state;
    for (size_t k = lo * size; k < hi * size; k++)
        self->out.x[k] = self->in[0]->out.x[k] -
                         (pass->training ? (float) mean[k % self->out.c] : 0);
}

static void centre_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    const double *mean = self->state;
    nn_clear_gradient (self, 0, lo, hi);
    for (size_t k = lo * size; k < hi * size; k++)
        self->in[0]->out.dx[k] += self->out.dx[k] - (float) mean[k % self->out.c];
}

static int frame_shape (nn_layer *self)
{
    like_input (self);
    self->halo = 2;
    return NN_OK;
}

static void frame_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const nn_tensor *in = &self->in[0]->out, *out = &self->out;
    for (int i = lo; i < hi; i++)
        for (int r = 0; r < in->h; r++)
            memcpy (out->x + nn_at (out, i, r, 0), in->x + nn_at (in, i, r, 0),
                    in->w * in->c * sizeof (float));
}

static void frame_backward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) self, (void) lo, (void) hi, (void) pass;
}

static int ready_shape (nn_layer *self)
{
    like_input (self);
    self->state = nn_arena_take (self->net->lasting, NN_PARTS * sizeof (float));
    return self->state ? NN_OK : NN_EMEMORY;
}

static void ready_prepare (nn_layer *self, int part, int parts)
{
    ((float *) self->state)[part] += (float) parts;
}

static void ready_forward (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (void) pass;
    const size_t size = nn_image_size (&self->out);
    const float *state = self->state;
    for (size_t k = lo * size; k < hi * size; k++)
        self->out.x[k] = self->in[0]->out.x[k] * state[k % NN_PARTS];
}

static const nn_whole centre_whole = { centre_partial, centre_reduce,
                                       centre_partial_back, centre_reduce };
static const nn_kind gain_kind = { .name = "gain",
                                   .shape = gain_shape,
                                   .forward = gain_forward,
                                   .backward = gain_backward };
static const nn_kind double_kind = { .name = "double",
                                     .shape = like_input,
                                     .forward = double_forward,
                                     .backward = double_backward,
                                     .flags = NN_IN_PLACE };
static const nn_kind sum_kind = { .name = "sum",
                                  .shape = like_input,
                                  .forward = sum_forward,
                                  .backward = sum_backward };
static const nn_kind centre_kind = { .name = "centre",
                                     .shape = centre_shape,
                                     .forward = centre_forward,
                                     .backward = centre_backward,
                                     .whole = &centre_whole };
static const nn_kind frame_kind = { .name = "frame",
                                    .shape = frame_shape,
                                    .forward = frame_forward,
                                    .backward = frame_backward,
                                    .flags = NN_HALO_IN };

static const nn_kind ready_kind = { .name = "ready",
                                    .shape = ready_shape,
                                    .forward = ready_forward,
                                    .backward = frame_backward,
                                    .prepare = ready_prepare };

static nn_layer *one (nn_net *net, const nn_kind *kind, nn_layer *in)
{
    return nn_layer_add (net, kind, &in, 1, NULL, 0);
}

static nn_layer *two (nn_net *net, const nn_kind *kind, nn_layer *a, nn_layer *b)
{
    return nn_layer_add (net, kind, (nn_layer *[]){ a, b }, 2, NULL, 0);
}

/* --- A net of all of them: two branches, a shortcut, a mean over the batch ------------- */
enum { N = 11, H = 3, W = 2, C = 4, SIZE = H * W * C };

static nn_net *branched (int batch)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x = nn_input (net, H, W, C);
    nn_layer *a = one (net, &double_kind, one (net, &gain_kind, x));
    nn_layer *b = one (net, &centre_kind, one (net, &gain_kind, a));
    nn_layer *c = two (net, &sum_kind, two (net, &sum_kind, a, b), a);
    one (net, &gain_kind, c);
    if (nn_net_build (net, .batch = batch, .input_gradient = true) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    return net;
}

static void fill (float *x, size_t size, int seed)
{
    nn_random random = nn_random_from (seed, NN_FOR_TEST, 0, 0);
    for (size_t k = 0; k < size; k++)
        x[k] = nn_random_normal (&random);
}

/*  The loss is the output times fixed numbers; squared terms would hide mistakes no better. */
static double loss_of (nn_net *net, const nn_batch *batch, const float *factor)
{
    nn_net_forward (net, batch, true);
    double sum = 0;
    for (int k = 0; k < batch->n * SIZE; k++)
        sum += (double) factor[k] * net->output->out.x[k];
    return sum;
}

static void test_gradient (void)
{
    float x[N * SIZE], factor[N * SIZE];
    fill (x, N * SIZE, 1);
    fill (factor, N * SIZE, 2);
    nn_batch batch = { .n = N, .h = H, .w = W, .c = C, .x = x };
    nn_net *net = branched (N);
    loss_of (net, &batch, factor);
    memcpy (net->output->out.dx, factor, sizeof factor);
    check (nn_net_backward (net, &batch) == NN_OK, "backward runs", "%s",
           nn_error ());
    double worst = 0;
    const float h = 1.f / 64;
    for (int k = 0; k < N * SIZE; k++) {
        const float old = x[k], got = net->layer[0]->out.dx[k];
        x[k] = old + h;
        const double up = loss_of (net, &batch, factor);
        x[k] = old - h;
        const double down = loss_of (net, &batch, factor);
        x[k] = old;
        worst = fmax (worst, fabs (got - (up - down) / (2 * h)));
    }
    check (worst < 1e-3,
           "the input's gradient through branches and a mean over the batch",
           "off by %g", worst);
    worst = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; net->layer[l]->params && k < C; k++) {
            float *w = &net->layer[l]->param[0].w[k];
            const float old = *w, got = net->layer[l]->param[0].dw[k];
            *w = old + h;
            const double up = loss_of (net, &batch, factor);
            *w = old - h;
            const double down = loss_of (net, &batch, factor);
            *w = old;
            worst = fmax (worst, fabs (got - (up - down) / (2 * h)));
        }
    check (worst < 1e-2, "the gradients of the weights, from all shards",
           "off by %g", worst);
    check (nn_net_layer (net, "double_1")->in_place &&
               nn_net_layer (net, "double_1")->out.x ==
                   nn_net_layer (net, "gain_1")->out.x,
           "a kind that may works in place", "it does not");
    nn_net_free (&net);
}

/*  Trains the branched net for some steps with so many threads; leaves weights in w. */
static void train_with (int threads, float w[3 * C])
{
    omp_set_num_threads (threads);
    float x[N * SIZE], factor[N * SIZE];
    fill (x, N * SIZE, 1);
    fill (factor, N * SIZE, 2);
    nn_net *net = branched (N);
    for (int step = 0; step < 20; step++) {
        nn_batch batch = { .n = N - step % 3, .h = H, .w = W, .c = C, .x = x };
        nn_net_forward (net, &batch, true);
        memcpy (net->output->out.dx, factor, sizeof factor);
        nn_net_backward (net, &batch);
        for (int l = 0, at = 0; l < net->layers; l++)
            for (int k = 0; net->layer[l]->params && k < C; k++, at++)
                w[at] = net->layer[l]->param[0].w[k] -=
                    0.003f * net->layer[l]->param[0].dw[k];
    }
    nn_net_free (&net);
}

static void test_threads (void)
{
    float one_thread[3 * C], more[3 * C];
    const int most = omp_get_max_threads ();
    train_with (1, one_thread);
    for (int threads = 2; threads <= 5; threads++) {
        train_with (threads, more);
        check (!memcmp (one_thread, more, sizeof more),
               "training gives the same bits for any number of threads",
               "%d threads differ: %.9g, not %.9g", threads, more[0],
               one_thread[0]);
    }
    omp_set_num_threads (most);
}

static void test_no_allocation (void)
{
    float x[N * SIZE];
    fill (x, N * SIZE, 1);
    nn_batch batch = { .n = N, .h = H, .w = W, .c = C, .x = x };
    nn_net *net = branched (N);
    for (int warm = 0; warm < 2; warm++) {
        nn_net_forward (net, &batch, true);
        nn_net_backward (net, &batch);
    }
    const long before = allocations;
    const size_t taken = net->scratch->used + net->lasting->used;
    for (int step = 0; step < 10; step++) {
        nn_net_forward (net, &batch, true);
        nn_net_backward (net, &batch);
    }
    check (allocations == before &&
               taken == net->scratch->used + net->lasting->used,
           "ten passes allocate nothing", "%ld allocations", allocations - before);
    nn_net_free (&net);
}

static void test_halo (void)
{
    float x[SIZE];
    fill (x, SIZE, 1);
    nn_batch batch = { .n = 1, .h = H, .w = W, .c = C, .x = x };
    nn_net *net = nn_net_new (.seed = 0);
    nn_layer *in = nn_input (net, H, W, C);
    nn_layer *out = one (net, &frame_kind, in);
    check (nn_net_build (net, .batch = 1) == NN_OK && in->out.halo == 2 &&
               !out->out.halo,
           "a halo is granted when all who read it can", "halo %d", in->out.halo);
    nn_net_forward (net, &batch, false);
    check (!memcmp (out->out.x, x, sizeof x) && in->out.x[-1] == 0,
           "pictures lie inside their halo", "they do not");
    nn_net_free (&net);

    net = nn_net_new (.seed = 0);
    in = nn_input (net, H, W, C);
    two (net, &sum_kind, one (net, &frame_kind, in), in);
    nn_net_build (net, .batch = 1);
    check (in->out.halo == 0, "and refused when one of them cannot", "halo %d",
           in->out.halo);
    nn_net_free (&net);
}

static void test_prepare (void)
{
    float x[N * SIZE];
    fill (x, N * SIZE, 1);
    nn_batch batch = { .n = N, .h = H, .w = W, .c = C, .x = x };
    nn_net *net = nn_net_new (.seed = 0);
    nn_layer *ready = one (net, &ready_kind, nn_input (net, H, W, C));
    nn_net_build (net, .batch = N);
    bool right = true;
    for (int pass = 1; pass <= 2; pass++) {
        nn_net_forward (net, &batch, false);
        for (int k = 0; k < N * SIZE; k++)
            right &= ready->out.x[k] == x[k] * (float) (pass * NN_PARTS);
    }
    check (right,
           "a kind prepares each of its parts once a pass, before any image",
           "it does not");
    nn_net_free (&net);
}

static void test_mistakes (void)
{
    nn_net *net = nn_net_new (.seed = 0);
    nn_layer *x = nn_input (net, 0, 3, 3);
    nn_layer *y = one (net, &gain_kind, x);
    nn_fail (NN_EFILE, "something else happened since");
    check (!x && !y && nn_net_build (net, .batch = 2) == NN_ESHAPE &&
               strstr (nn_error (), "0 x 3 x 3"),
           "the first failure is kept until the net is built", "'%s'",
           nn_error ());
    nn_net_free (&net);

    net = nn_net_new (.seed = 0);
    x = nn_input (net, 3, 3, 3);
    one (net, &gain_kind, x);
    one (net, &gain_kind, x);
    check (nn_net_build (net, .batch = 2) == NN_EVALUE &&
               strstr (nn_error (), "gain_1"),
           "a layer that nobody reads is named", "'%s'", nn_error ());
    nn_net_free (&net);

    net = nn_net_new (.seed = 0);
    check (nn_net_build (net, .batch = 2) == NN_EVALUE &&
               strstr (nn_error (), "no layers"),
           "a net without layers is refused", "'%s'", nn_error ());
    nn_net_free (&net);

    net = nn_net_new (.memory_limit = 3 << 20);
    one (net, &gain_kind, nn_input (net, 64, 64, 16));
    check (nn_net_build (net, .batch = 64) == NN_EMEMORY &&
               strstr (nn_error (), "limit is 3145728"),
           "a net over its memory limit says how many bytes it needs", "'%s'",
           nn_error ());
    const char *fits = strstr (nn_error (), "a batch of 64 needs ");
    const long needs = fits ? strtol (fits + 20, NULL, 10) : 0;
    fits = fits ? strstr (fits + 1, "; a batch of ") : NULL;
    const int smaller = fits ? (int) strtol (fits + 13, NULL, 10) : 0;
    check (needs > 64L * 64 * 64 * 16 * 4 && smaller > 0 && smaller < 64,
           "that of the whole batch, and which batch would fit", "'%s'",
           nn_error ());
    check (smaller && nn_net_build (net, .batch = smaller) == NN_OK,
           "and it does: it may be built smaller", "'%s'", nn_error ());
    nn_net_free (&net);
    net = nn_net_new (.memory_limit = 3 << 20);
    one (net, &gain_kind, nn_input (net, 512, 512, 16));
    check (nn_net_build (net, .batch = 2) == NN_EMEMORY &&
               strstr (nn_error (), "not even one image"),
           "where nothing fits it says that", "'%s'", nn_error ());
    nn_net_free (&net);
}

static void test_batches (void)
{
    float x[N * SIZE];
    fill (x, N * SIZE, 1);
    nn_net *net = branched (N - 1);
    nn_batch batch = { .n = N, .h = H, .w = W, .c = C, .x = x };
    check (nn_net_forward (net, &batch, true) == NN_ESHAPE &&
               strstr (nn_error (), "11 images") && strstr (nn_error (), "10"),
           "a batch too large names both numbers", "'%s'", nn_error ());
    batch.n = 2;
    batch.h = 5;
    check (nn_net_forward (net, &batch, true) == NN_ESHAPE &&
               strstr (nn_error (), "5 x 2 x 4") &&
               strstr (nn_error (), "3 x 2 x 4"),
           "pictures of another size name both sizes", "'%s'", nn_error ());
    nn_net_free (&net);

    net = branched (N);
    nn_net_freeze (net, 0, net->layers - 1, true);
    nn_net_build (net, .batch = N);
    check (nn_net_parameters (net, false) == 3 * C &&
               nn_net_parameters (net, true) == C &&
               !nn_net_layer (net, "gain_1")->wanted &&
               !nn_net_layer (net, "gain_1")->out.dx,
           "frozen layers need no gradient", "%zu learnt",
           nn_net_parameters (net, true));
    batch = (nn_batch){ .n = N, .h = H, .w = W, .c = C, .x = x };
    nn_net_forward (net, &batch, true);
    for (int k = 0; k < N * SIZE; k++)
        net->output->out.dx[k] = 1;
    check (nn_net_backward (net, &batch) == NN_OK &&
               net->output->param[0].dw[0] != 0 &&
               !nn_net_layer (net, "gain_1")->param[0].dw,
           "and the others still learn", "no gradient arrived");
    nn_net_free (&net);
}

/*  A forked child finds scratch memory wiped. Its net must go on from there, with
 *  the same result. Comes first: after a parallel region nobody may fork. */
static void test_fork (void)
{
    enum { SIDE = 8 };
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *x = nn_input (net, SIDE, SIDE, 3);
    nn_conv2d (net, x, .filters = 4, .algorithm = "im2col");
    const int status = nn_net_build (net, .batch = 2);
    static float pictures[2 * SIDE * SIDE * 3];
    fill (pictures, 2 * SIDE * SIDE * 3, 1);
    const nn_batch batch = { .n = 2, .h = SIDE, .w = SIDE, .c = 3, .x = pictures };
    float *seen = mmap (NULL, 4096, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const size_t size = 2 * nn_image_size (&net->output->out);
    int ended = -1;
    const pid_t child = fork ();
    if (child == 0) {
        if (nn_net_forward (net, &batch, true) == NN_OK)
            memcpy (seen, net->output->out.x, size * sizeof *seen);
        _exit (0);
    }
    waitpid (child, &ended, 0);
    check (status == NN_OK && ended == 0, "a net goes on in a forked child",
           "the child ended with %x", ended);
    nn_net_forward (net, &batch, true);
    check (memcmp (seen, net->output->out.x, size * sizeof *seen) == 0,
           "and computes the same", "%g and not %g", seen[0],
           net->output->out.x[0]);
    munmap (seen, 4096);
    nn_net_free (&net);
}

int main (void)
{
    test_fork ();
    test_gradient ();
    test_threads ();
    test_no_allocation ();
    test_halo ();
    test_prepare ();
    test_mistakes ();
    test_batches ();
    return nn_test_done ();
}
