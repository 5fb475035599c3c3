/*  minutes.c - what makes a network learn fast: as PyTorch and numpy do it, on any
 *  number of threads, through a break in the training; and what it says to bad input
 *
 *  tests/data/torch/minutes.py has written down their results: a line each, a name and
 *  numbers. A result passes when no number differs by more than a hundred-thousandth of
 *  the largest.
 */
#include "listed.h"

#include <omp.h>
#include <unistd.h>

/*  Ten steps of 40 weights; with `called` the callback itself is told of each. */
static void ten_steps (const char *name, const nn_optimiser_kind *kind,
                       bool called)
{
    float w[40], dw[40], memory[2][40] = { { 0 } };
    nn_layer layer = { .params = 1 }, *list[] = { &layer };
    layer.param[0] = (nn_param){
        .w = w, .dw = dw, .size = 40, .slot = { memory[0], memory[1] }
    };
    nn_net net = { .layer = list, .layers = 1 };
    nn_optimiser o = nn_sgd (.rate = 0.1f, .momentum = 0.85f, .decay = 0.5f);
    o.kind = kind;
    nn_training t = { .net = &net, .optimiser = &o, .epochs = 2, .batches = 5 };
    nn_slow_weights slow = { .every = 3, .hold = 0.9f };
    const nn_callback back = nn_lookahead (&slow);
    if (called)
        check (back.begin (back.self, &t) == NN_OK, "lookahead begins", "%s",
               nn_error ());
    numbers (w, 1, 40);
    for (int step = 0; step < 10; step++) {
        numbers (dw, 100 + step, 40);
        for (int k = 0; k < 40; k++)
            dw[k] *= 0.01f;
        o.t++;
        o.kind->step (w, dw, layer.param[0].slot, 40, &o, o.rate, o.decay);
        t.epoch = step / 5;
        t.batch = step % 5;
        if (called)
            back.batch (back.self, &t);
    }
    same (name, w, 40);
}

static void schedule (void)
{
    float y[200];
    for (int k = 0; k < 200; k++)
        y[k] = nn_triangle.factor (&nn_triangle, k, 200);
    same ("triangle", y, 200);
    check (fabsf (nn_triangle.factor (&nn_triangle, 7, 7) - 0.07f) < 1e-6f &&
               nn_triangle.factor (&nn_triangle, 0, 1) == 0.2f,
           "a triangle has both its ends", "it has not");
}

/*  The copies as in PyTorch; what is not a copy is drawn as it is without them. */
static void dirac (void)
{
    static const int shapes[2][2] = { { 5, 3 }, { 2, 4 } }; // filters, channels
    for (int s = 0; s < 2; s++) {
        const int o = shapes[s][0], c = shapes[s][1], size = 9 * c * o;
        float w[size], drawn[size];
        nn_random a = nn_random_from (1, NN_FOR_TEST, 0, 0), b = a;
        nn_init_dirac (w, size, 9 * c, 9 * o, &a);
        nn_init_lecun (drawn, size, 9 * c, 9 * o, &b);
        bool rest = true;
        for (int i = 0; i < size; i++)
            if (i % o >= c) {
                rest &= w[i] == drawn[i];
                w[i] = 0;
            }
        same (s ? "dirac_thin" : "dirac_wide", w, size);
        check (rest, "what is no copy is drawn", "it is not");
        // -- or drawn shorter; the copies are as long as ever
        float quick[size];
        a = nn_random_from (1, NN_FOR_TEST, 0, 0);
        nn_init_dirac_quick (quick, size, 9 * c, 9 * o, &a);
        for (int i = 0; i < size; i++)
            rest &= i % o >= c ? fabsf (quick[i] - drawn[i] * 0.57735f) < 1e-5f
                               : quick[i] == w[i];
        check (rest, "or is drawn shorter", "it is not");
    }
    float dense[12];
    nn_random a = nn_random_from (1, NN_FOR_TEST, 0, 0);
    nn_init_dirac (dense, 12, 4, 3, &a);
    bool copies = true;
    for (int i = 0; i < 12; i++)
        copies &= dense[i] == (i / 3 == i % 3);
    check (copies, "a dense layer copies too", "it does not");
}

static void whitening (void)
{
    float x[300 * 6], w[6 * 12], b[12], filters[36];
    double mean[6] = { 0 }, product[36] = { 0 };
    numbers (x, 9, 300 * 6);
    for (int i = 0; i < 300; i++) {
        float *p = x + i * 6;
        p[3] = 0.9f * p[1] + 0.1f * p[3] + 0.25f;
        for (int k = 0; k < 36; k++)
            product[k] += (double) p[k / 6] * p[k % 6] / 300;
        for (int k = 0; k < 6; k++)
            mean[k] += (double) p[k] / 300;
    }
    check (nn_whitening (w, b, 6, 6, mean, product, 5e-4) == NN_OK,
           "patches are whitened", "%s", nn_error ());
    bool opposite = true;
    for (int f = 0; f < 6; f++) {
        opposite &= b[6 + f] == -b[f];
        for (int i = 0; i < 6; i++) {
            filters[f * 6 + i] = w[i * 12 + f];
            opposite &= w[i * 12 + 6 + f] == -w[i * 12 + f];
        }
    }
    same ("whitening", filters, 36);
    same ("whitening_bias", b, 6);
    check (opposite, "each filter has its opposite", "it has not");
    // -- with a floor of its own each filter is shorter, the last ones most
    float soft[6 * 12], less[6 * 12];
    nn_whitening (soft, less, 6, 6, mean, product, 0.1);
    double first = 0, last = 0;
    for (int i = 0; i < 6; i++) {
        first += (double) (soft[i * 12] / w[i * 12]) / 6;
        last += (double) (soft[i * 12 + 5] / w[i * 12 + 5]) / 6;
    }
    check (first < 1 && first > 0.7 && last < 0.4 && last > 0,
           "what varies by less than the floor stays small", "%g and %g", first,
           last);
    // -- fewer filters are those that take out most, with their opposites
    float few[6 * 4], middle[4];
    bool largest = nn_whitening (few, middle, 6, 2, mean, product, 5e-4) == NN_OK;
    for (int i = 0; i < 6 * 4; i++)
        largest &= few[i] == w[i / 4 * 12 + i % 2 + (i % 4 > 1 ? 6 : 0)];
    for (int f = 0; f < 4; f++)
        largest &= middle[f] == b[f % 2 + (f > 1 ? 6 : 0)];
    check (largest, "two pairs are the two that vary most", "they are not");
    check (nn_whitening (few, middle, 6, 7, mean, product, 5e-4) == NN_ESHAPE &&
               strstr (nn_error (), "7 pairs"),
           "there are no more pairs than numbers", "'%s'", nn_error ());
    product[7] = NAN;
    check (nn_whitening (w, b, 6, 6, mean, product, 5e-4) == NN_EVALUE &&
               strstr (nn_error (), "finite"),
           "what is no number is not whitened", "'%s'", nn_error ());
    check (nn_whitening (w, b, 129, 1, mean, product, 5e-4) == NN_ESHAPE,
           "nor are huge patches", "'%s'", nn_error ());
}

static nn_net *small_net (int filters)
{
    nn_net *net = nn_net_new (.seed = 5);
    nn_layer *l = nn_input (net, 32, 32, 3);
    l = nn_relu (net, nn_conv2d (net, l, .filters = filters, .kernel = 2));
    l = nn_maxpool (net, l, .size = 4);
    l = nn_relu (net, nn_batchnorm (net, nn_conv2d (net, l, .filters = 8,
                                                    .init = nn_init_dirac)));
    nn_cross_entropy (net, nn_dense (net, nn_gap (net, l), .units = 10));
    if (nn_net_build (net, .batch = 16) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    return net;
}

/*  The first layer says of other pictures what it should: mean 0, variance 1, and
 *  nothing in common. */
static void first_layer (const nn_data *data)
{
    nn_net *net = small_net (24);
    check (nn_whiten (net, data, .images = 160) == NN_OK, "a net whitens", "%s",
           nn_error ());
    const nn_param *p = net->layer[1]->param;
    nn_image image = { 0 };
    double sum[12] = { 0 }, products[144] = { 0 }, count = 160 * 31 * 31;
    for (int i = 0; i < 160; i++) {
        data->read (data, i, &image);
        for (int at = 0; at < 31 * 31; at++) {
            double y[12];
            for (int f = 0; f < 12; f++) {
                y[f] = (double) p[1].w[f];
                for (int k = 0; k < 12; k++)
                    y[f] +=
                        (double) p[0].w[k * 24 + f] *
                        image.x[((at / 31 + k / 6) * 32 + at % 31) * 3 + k % 6];
                sum[f] += y[f] / count;
            }
            for (int k = 0; k < 144; k++)
                products[k] += y[k / 12] * y[k % 12] / count;
        }
    }
    double mean = 0, off = 0, above = 0, below = 1;
    for (int k = 0; k < 144; k++) {
        mean = fmax (mean, fabs (sum[k / 12]));
        if (k / 12 != k % 12)
            off = fmax (off, fabs (products[k]));
        else {
            above = fmax (above, products[k]);
            below = fmin (below, products[k]);
        }
    }
    check (mean < 1e-4 && off < 1e-3, "in the mean 0, and nothing in common",
           "mean %g, product %g", mean, off);
    // what varies by less than the floor stays smaller
    check (above < 1 + 1e-4 && below > 0.2, "and of one size", "%g to %g", below,
           above);
    nn_image_free (&image);
    // -- the filters are frozen, their bias is not
    float before[12 * 24], bias[24];
    memcpy (before, p[0].w, sizeof before);
    memcpy (bias, p[1].w, sizeof bias);
    nn_history history = { 0 };
    nn_optimiser o = nn_sgd (.rate = 0.1f, .momentum = 0.9f, .decay = 0.1f);
    check (nn_train (net, data, &history, .epochs = 1, .optimiser = &o) == NN_OK,
           "the net is trained", "%s", nn_error ());
    check (equal (before, p[0].w, 12 * 24), "the filters stay", "they changed");
    check (!equal (bias, p[1].w, 24), "their bias learns", "it did not");
    nn_history_free (&history);
    nn_net_free (&net);
}

/*  In two epochs each picture is seen once as it is and once mirrored. */
static void turns (const nn_data *data)
{
    nn_transform flip = nn_flip_turns (1), slow = nn_flip_turns (3);
    nn_image image = { 0 }, plain = { 0 };
    int first = 0, good = 0, held = 0;
    const int n = data->count;
    for (int i = 0; i < n; i++) {
        bool mirrored[6] = { 0 }, slowly[6] = { 0 };
        data->read (data, i, &plain);
        for (int epoch = 0; epoch < 6; epoch++)
            for (int k = 0; k < 2; k++) {
                data->read (data, i, &image);
                nn_transform_all (k ? &slow : &flip, 1, &image, true, 77, epoch,
                                  i);
                (k ? slowly : mirrored)[epoch] = !equal (image.x, plain.x, 3072);
            }
        first += mirrored[0];
        bool right = true;
        for (int epoch = 1; epoch < 6; epoch++)
            right &= mirrored[epoch] == !mirrored[epoch - 1];
        good += right;
        held += slowly[0] == slowly[1] && slowly[1] == slowly[2] &&
                slowly[3] == !slowly[2] && slowly[5] == slowly[3];
    }
    check (good == n, "a picture and its mirror image take turns", "%d of %d",
           good, n);
    check (held == n, "or turns of three epochs", "%d of %d", held, n);
    check (first > n / 2 - n / 6 && first < n / 2 + n / 6,
           "half of them begin mirrored", "%d of %d", first, n);
    nn_transform list[4];
    check (nn_augment_read ("flip-alternate", list, 4) == 1 &&
               list[0].apply == flip.apply && list[0].value[0] == 1 &&
               list[0].training,
           "flip-alternate is a word", "%s", nn_error ());
    check (nn_augment_read ("flip-alternate:0.5", list, 4) < 0 &&
               strstr (nn_error (), "flip-alternate is 0.5"),
           "of whole epochs", "'%s'", nn_error ());
    nn_image_free (&image);
    nn_image_free (&plain);
}

/*  The mean over views does not care whether the picture is mirrored. */
static void views (const nn_data *data)
{
    nn_net *net = small_net (24);
    nn_predictions plain = { 0 }, none = { 0 }, one = { 0 }, other = { 0 };
    nn_transform mirrored = nn_flip (1);
    mirrored.training = false;
    check (nn_predictions_of (&plain, net, data, NULL, 0) == NN_OK &&
               nn_views_of (&none, net, data, NULL, 0, "none") == NN_OK &&
               apart (none.p, plain.p, (size_t) none.n * 10) < 1e-6,
           "one view is the picture itself", "%s", nn_error ());
    static const char *const kinds[] = { "mirror", "mirror-shift" };
    for (int k = 0; k < 2; k++) {
        const bool seen =
            nn_views_of (&one, net, data, NULL, 0, kinds[k]) == NN_OK &&
            nn_views_of (&other, net, data, &mirrored, 1, kinds[k]) == NN_OK;
        check (seen, kinds[k], "%s", nn_error ());
        if (!seen)
            break;
        // shifted down to the right and then mirrored is not the other way round,
        // so only the plain mirror is exact
        const double off = apart (one.p, other.p, (size_t) one.n * 10);
        check (k ? off < 0.05 : off < 1e-5,
               "mirrored pictures get the same answer", "off by %g", off);
        check (apart (one.p, plain.p, (size_t) one.n * 10) > 1e-4,
               "which is not that to one picture", "it is");
        nn_predictions_free (&one);
        nn_predictions_free (&other);
    }
    check (nn_views_of (&one, net, data, NULL, 0, "miror") < 0 &&
               strstr (nn_error (), "mean 'mirror'"),
           "a misspelt view is refused", "'%s'", nn_error ());
    nn_predictions_free (&plain);
    nn_predictions_free (&none);
    nn_net_free (&net);
}

/*  What each view is: a picture of its own, by hand. */
static void one_view (void)
{
    nn_predictions p = { 0 };
    nn_net *net = nn_net_new (.seed = 3);
    nn_cross_entropy (net, nn_dense (net, nn_input (net, 32, 32, 3), .units = 10));
    nn_data *data = nn_shapes10 (4, 8);
    check (nn_net_build (net, .batch = 4) == NN_OK &&
               nn_views_of (&p, net, data, NULL, 0, "mirror-shift") == NN_OK,
           "six views of four pictures", "%s", nn_error ());
    const nn_param *w = net->layer[1]->param;
    double most = 0;
    for (int i = 0; i < 4; i++) {
        nn_image image = { 0 };
        double score[10] = { 0 }, sum = 0, top = -1e9;
        data->read (data, i, &image);
        for (int v = 0; v < 6; v++) {
            const int by = v < 2 ? 0 : v < 4 ? 1 : -1;
            for (int at = 0; at < 3072; at++) {
                int row = at / 96, col = at % 96 / 3;
                col = v % 2 ? 31 - col : col;
                row = row - by < 0 ? 0 : row - by > 31 ? 31 : row - by;
                col = col - by < 0 ? 0 : col - by > 31 ? 31 : col - by;
                for (int k = 0; k < 10; k++)
                    score[k] += (v < 2 ? 0.25 : 0.125) *
                                (double) w->w[at * 10 + k] *
                                image.x[(row * 32 + col) * 3 + at % 3];
            }
        }
        for (int k = 0; k < 10; k++)
            top = fmax (top, score[k]);
        for (int k = 0; k < 10; k++)
            sum += exp (score[k] - top);
        for (int k = 0; k < 10; k++)
            most = fmax (most, fabs (exp (score[k] - top) / sum -
                                     (double) p.p[i * 10 + k]));
        nn_image_free (&image);
    }
    check (most < 1e-5, "the mean of scores over all six", "off by %g", most);
    nn_predictions_free (&p);
    nn_data_free (&data);
    nn_net_free (&net);
}

typedef struct {
    int stop_at; // batches of the second epoch; 0: never
    const char *path;
} killer;

static int kill_it (void *self_, nn_training *t)
{
    const killer *self = self_;
    return self->stop_at && t->epoch == 1 && t->batch + 1 == self->stop_at
               ? NN_ESYSTEM
               : NN_OK;
}

/*  A training with everything at once; the bits of its weights in the end. */
static uint64_t trained (const nn_data *data, int threads, const char *path,
                         int stop_at)
{
    omp_set_num_threads (threads);
    nn_net *net = small_net (24);
    nn_transform list[NN_TRANSFORMS];
    const int count =
        nn_augment_read ("flip-alternate fill:reflect pad-crop:2", list, 8);
    int status = nn_whiten (net, data, .images = 64, .transforms = list,
                            .transform_count = count);
    nn_optimiser o = nn_sgd (.rate = 0.05f, .momentum = 0.85f, .decay = 1e-3f);
    o.kind = &nn_lookahead_kind;
    nn_slow_weights slow = { 0 };
    nn_history history = { 0 };
    nn_checkpoint checkpoint = { .path = path, .every = 1 };
    const killer death = { stop_at, path };
    const nn_callback callbacks[] = {
        nn_lookahead (&slow),
        nn_checkpoints (&checkpoint),
        { .name = "death", .batch = kill_it, .self = (void *) &death }
    };
    if (status == NN_OK)
        status = nn_resume (&checkpoint, net, &o, &history);
    if (status >= 0)
        status = nn_train (net, data, &history, .epochs = 3, .seed = 5,
                           .optimiser = &o, .schedule = &nn_triangle,
                           .transforms = list, .transform_count = count,
                           .callbacks = callbacks, .callback_count = 3,
                           .first_epoch = (int) checkpoint.at.epoch,
                           .first_batch = (int) checkpoint.at.batch);
    check (status == (stop_at ? NN_ESYSTEM : NN_OK),
           "a net is trained with it all", "%s", nn_error ());
    uint64_t sum = NN_CHECKSUM;
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++)
            sum = nn_checksum (sum, net->layer[i]->param[k].w,
                               net->layer[i]->param[k].size * sizeof (float));
    nn_net_free (&net);
    nn_history_free (&history);
    char previous[64];
    snprintf (previous, sizeof previous, "%s.previous", path);
    if (!stop_at) {
        unlink (path);
        unlink (previous);
    }
    return sum;
}

static void same_bits (const nn_data *data)
{
    char path[] = "/tmp/nn-minutes-XXXXXX";
    close (mkstemp (path));
    unlink (path);
    const uint64_t one = trained (data, 1, path, 0),
                   two = trained (data, 2, path, 0),
                   three = trained (data, 3, path, 0);
    check (one == two && one == three, "the same bits on 1, 2 and 3 threads",
           "%016llx %016llx %016llx", (unsigned long long) one,
           (unsigned long long) two, (unsigned long long) three);
    for (int stop = 3; stop <= 7;
         stop += 4) { // between two calls, and just before
        trained (data, 1, path, stop);
        const uint64_t again = trained (data, 2, path, 0);
        check (one == again, "the same bits after a break", "%016llx, not %016llx",
               (unsigned long long) again, (unsigned long long) one);
    }
}

static void recipes (void)
{
    nn_recipe recipe;
    check (nn_recipe_load (&recipe, "chapter-18.ninety-four") == NN_OK,
           "the recipe is there", "%s", nn_error ());
    nn_net *net = nn_recipe_net (&recipe, 32, 32, 3, 10);
    check (net != NULL, "and its net", "%s", nn_error ());
    bool rates = net && nn_net_build (net, .batch = 2) == NN_OK, loud = rates;
    int norms = 0, curves = 0;
    for (int l = 0; net && l < net->layers; l++) {
        const nn_param *p = net->layer[l]->param;
        curves += net->layer[l]->kind == &nn_hard_swish_kind;
        if (net->layer[l]->kind != &nn_batchnorm_kind)
            continue;
        norms++;
        rates &= p[0].rate == 0 && p[1].rate == 64;
        for (size_t i = 0; i < p[0].size; i++)
            loud &= p[0].w[i] == 2.4f && p[1].w[i] == 0;
    }
    check (rates && norms == 6, "scales stay, biases run", "of %d norms not all",
           norms);
    check (loud && curves == 6, "a curve behind each norm, which is loud",
           "%d curves", curves);
    check (net && nn_net_parameters (net, false) > 1900000,
           "two million parameters", "%zu",
           net ? nn_net_parameters (net, false) : 0);
    nn_net_free (&net);
}

static void bad_input (const nn_data *data)
{
    nn_net *net;
    for (int filters = 21; filters <= 26; filters += 5) {
        net = small_net (filters); // an odd number; more than there are
        check (nn_whiten (net, data, .images = 9) == NN_ESHAPE &&
                   strstr (nn_error (), "at most 24, an even number"),
               "a layer of another size does not whiten", "'%s'", nn_error ());
        nn_net_free (&net);
    }
    net = nn_net_new (.seed = 3);
    nn_cross_entropy (net, nn_dense (net, nn_input (net, 32, 32, 3), .units = 10));
    check (nn_net_build (net, .batch = 4) == NN_OK &&
               nn_whiten (net, data, .images = 9) == NN_ESHAPE &&
               strstr (nn_error (), "'dense_1', is no convolution"),
           "a dense layer does not", "'%s'", nn_error ());
    nn_slow_weights slow = { .every = -1 };
    const nn_callback back = nn_lookahead (&slow);
    nn_history history = { 0 };
    check (nn_train (net, data, &history, .callbacks = &back,
                     .callback_count = 1) == NN_EVALUE &&
               strstr (nn_error (), "the optimiser is adam"),
           "lookahead wants its optimiser", "'%s'", nn_error ());
    nn_optimiser o = nn_sgd (.rate = 0.1f);
    o.kind = &nn_lookahead_kind;
    check (nn_train (net, data, &history, .callbacks = &back, .callback_count = 1,
                     .optimiser = &o) == NN_EVALUE &&
               strstr (nn_error (), ".every -1"),
           "and steps between two calls", "'%s'", nn_error ());
    nn_history_free (&history);
    nn_net_free (&net);
}

int main (void)
{
    read_listed ("tests/data/torch/minutes.txt");
    ten_steps ("nesterov", &nn_nesterov_kind, false);
    ten_steps ("nesterov", &nn_lookahead_kind, false); // the same, uncalled
    ten_steps ("lookahead", &nn_lookahead_kind, true);
    schedule ();
    dirac ();
    whitening ();
    nn_data *data = nn_shapes10 (160, 4);
    first_layer (data);
    turns (data);
    views (data);
    one_view ();
    same_bits (data);
    recipes ();
    bad_input (data);
    nn_data_free (&data);
    return nn_test_done ();
}
