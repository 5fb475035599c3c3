/*  train.c - the training loop: what it remembers, who may stop it, where it may go on */
#include "nn.h"
#include "test.h"

#include <omp.h>

enum { COUNT = 70, BATCH = 16 };

/* --- A data set for the test: two classes, bright on the left or on the right ---------- */
static int label_of (const nn_data *self, int i)
{
    (void) self;
    return i % 2;
}

static int broken = -1; // the image that cannot be read

static int read_one (const nn_data *self, int i, nn_image *image)
{
    (void) self;
    if (i == broken)
        return nn_fail (NN_EFILE, "image %d is broken", i);
    if (nn_image_fit (image, 4, 4, 3) != NN_OK)
        return NN_EMEMORY;
    nn_random random = nn_random_from (5, NN_FOR_TEST, 0, i);
    for (int k = 0; k < 48; k++)
        image->x[k] = (k / 3 % 4 < 2) == (i % 2)
                          ? 0.6f + 0.4f * nn_random_uniform (&random)
                          : 0.6f * nn_random_uniform (&random);
    return NN_OK;
}

static nn_data *sides (void)
{
    static const char *const names[] = { "left", "right" };
    const nn_data like = { .name = "sides",
                           .count = COUNT,
                           .classes = 2,
                           .h = 4,
                           .w = 4,
                           .c = 3,
                           .names = names,
                           .label = label_of,
                           .read = read_one };
    return nn_data_new (&like, 0);
}

static nn_net *small (void)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x =
        nn_relu (net, nn_dense (net, nn_input (net, 4, 4, 3), .units = 7));
    nn_cross_entropy (net, nn_dense (net, x, .units = 2));
    if (nn_net_build (net, .batch = BATCH) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    return net;
}

/* --- A callback that counts, stops or fails ----------------------------------------------- */
typedef struct {
    int begins, batches, epochs, ends;
    int stop_at, fail_at; // an epoch, counted from 1; 0: never
    float last_rate;
} counter;

static int count_begin (void *self, nn_training *t)
{
    (void) t;
    ((counter *) self)->begins++;
    return NN_OK;
}

static int count_batch (void *self, nn_training *t)
{
    counter *c = self;
    c->batches++;
    c->last_rate = t->optimiser->rate;
    return NN_OK;
}

static int count_epoch (void *self, nn_training *t)
{
    counter *c = self;
    c->epochs++;
    t->stop = c->epochs == c->stop_at;
    t->reason = "enough";
    return c->epochs == c->fail_at ? nn_fail (NN_ESYSTEM, "the callback failed")
                                   : NN_OK;
}

static int count_end (void *self, nn_training *t)
{
    (void) t;
    ((counter *) self)->ends++;
    return NN_OK;
}

static nn_callback counting (counter *c)
{
    return (nn_callback){ "counter",   count_begin, count_batch,
                          count_epoch, count_end,   c };
}

static void test_loop (nn_data *data)
{
    nn_net *net = small ();
    nn_history history = { 0 };
    counter c = { 0 };
    const nn_callback callbacks[] = { counting (&c), nn_progress (stdout) };
    nn_optimiser sgd = nn_sgd (.rate = 0.1f);
    const int status = nn_train (
        net, data, &history, .validation = data, .epochs = 30, .optimiser = &sgd,
        .callbacks = callbacks, .callback_count = 2, .seed = 1);
    const nn_epoch *e = history.epoch;
    check (status == NN_OK && history.epochs == 30, "30 epochs are remembered",
           "%d: %s", history.epochs, nn_error ());
    check (c.begins == 1 && c.batches == 30 * 5 && c.epochs == 30 && c.ends == 1,
           "callbacks hear of each batch, epoch, begin and end", "%d %d %d %d",
           c.begins, c.batches, c.epochs, c.ends);
    check (e[29].loss < e[0].loss && e[29].accuracy > 0.9f &&
               e[29].val_accuracy > 0.9f,
           "the net learns", "loss %g to %g, accuracy %g", e[0].loss, e[29].loss,
           e[29].accuracy);
    check (e[0].images_per_second > 0 && e[0].seconds > 0 && e[0].rate == 0.1f,
           "an epoch has its time and rate", "%g s", e[0].seconds);
    nn_scores scores;
    nn_evaluate (net, data, NULL, 0, &scores);
    check (scores.images == COUNT && (float) scores.loss == e[29].val_loss,
           "measuring again gives the validation's figure", "%g, not %g",
           scores.loss, e[29].val_loss);
    float out[COUNT * 2];
    int labels[COUNT];
    for (int i = 0; i < COUNT; i++)
        labels[i] = i % 2;
    nn_predict (net, data, NULL, 0, out);
    check (fabs (nn_accuracy (out, labels, COUNT, 2) - scores.accuracy) < 1e-12,
           "predictions give the same accuracy", "they do not");
    nn_history_free (&history);
    nn_net_free (&net);
}

static void test_stopping (nn_data *data)
{
    nn_net *net = small ();
    nn_history history = { 0 };
    counter c = { .stop_at = 3 };
    nn_callback callback = counting (&c);
    int status = nn_train (net, data, &history, .epochs = 10,
                           .callbacks = &callback, .callback_count = 1);
    check (status == NN_OK && history.epochs == 3 && c.ends == 1,
           "a callback can stop the training", "%d epochs", history.epochs);
    check (isnan (history.epoch[0].val_loss),
           "without validation data there is no figure", "%g",
           history.epoch[0].val_loss);
    c = (counter){ .fail_at = 2 };
    status = nn_train (net, data, &history, .epochs = 10, .callbacks = &callback,
                       .callback_count = 1);
    check (status == NN_ESYSTEM && c.epochs == 2 && c.ends == 1,
           "a callback's failure ends it, and all hear of the end", "status %d",
           status);
    broken = 40;
    status = nn_train (net, data, &history, .epochs = 10, .callbacks = &callback,
                       .callback_count = 1);
    check (status == NN_EFILE && strstr (nn_error (), "40"),
           "a broken image ends it with its sentence", "%d: %s", status,
           nn_error ());
    broken = -1;
    status = nn_train (net, data, &history, .epochs = -1);
    check (status == NN_EVALUE && strstr (nn_error (), "-1"),
           "-1 epochs are refused", "%s", nn_error ());
    nn_history_free (&history);
    nn_net_free (&net);
}

static float halving (const nn_schedule *self, long step, long steps)
{
    return step < steps / 2 ? 1 : self->value[0];
}

/*  A rank that has a twin with the same gradient: the sum is twice its own. */
static int sum_of_twins (const nn_comm *self, float *x, size_t size)
{
    ++*(int *) self->with;
    for (size_t k = 0; k < size; k++)
        x[k] *= 2;
    return NN_OK;
}

static void test_seams (nn_data *data)
{
    nn_net *net = small ();
    nn_history history = { 0 };
    counter c = { 0 };
    nn_callback callback = counting (&c);
    nn_optimiser sgd = nn_sgd (.rate = 0.1f);
    const nn_schedule half = { "half", halving, { 0.5f } };
    nn_train (net, data, &history, .epochs = 2, .optimiser = &sgd,
              .schedule = &half, .callbacks = &callback, .callback_count = 1);
    check (c.last_rate == 0.05f && sgd.rate == 0.1f,
           "a schedule sets the rate of a step, and the optimiser keeps its own",
           "%g %g", c.last_rate, sgd.rate);
    nn_net_free (&net);

    // -- two ranks with the same images learn as one does at twice the rate
    float weight[2][7];
    int sums = 0;
    const nn_comm twins = {
        .rank = 0, .ranks = 2, .sum = sum_of_twins, .with = &sums
    };
    for (int k = 0; k < 2; k++) {
        net = small ();
        nn_optimiser o = nn_sgd (.rate = k ? 0.25f : 0.125f);
        nn_train (net, data, &history, .epochs = 1, .optimiser = &o,
                  .comm = k ? &nn_alone : &twins);
        memcpy (weight[k], net->layer[1]->param[1].w, sizeof weight[k]);
        nn_net_free (&net);
    }
    check (sums == 4 * 5 && !memcmp (weight[0], weight[1], sizeof weight[0]),
           "gradients are summed over ranks before the update", "%d sums", sums);
    nn_history_free (&history);
}

/*  Trains 4 epochs in one go or with a break, and leaves all weights in w. */
static size_t train_in (const nn_data *data, int epochs, int more, int threads,
                        float *w)
{
    omp_set_num_threads (threads);
    nn_net *net = small ();
    nn_history history = { 0 };
    nn_optimiser adam = nn_adam (.rate = 1e-2f);
    nn_train (net, data, &history, .epochs = epochs, .optimiser = &adam,
              .seed = 9);
    if (more)
        nn_train (net, data, &history, .epochs = epochs + more,
                  .first_epoch = epochs, .optimiser = &adam, .seed = 9);
    size_t at = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            memcpy (w + at, p->w, p->size * sizeof *w);
            at += p->size;
        }
    nn_history_free (&history);
    nn_net_free (&net);
    return at;
}

static void count (void *self, int part, int thread)
{
    int *done = self;
#pragma omp atomic
    done[part] += thread < 2 ? 1 : 100;
}

/*  What is left with the net for those who have no shard. */
static void test_chore (nn_data *data)
{
    int done[50] = { 0 }, status = NN_OK;
    bool once = true;
    const int most = omp_get_max_threads ();
    omp_set_num_threads (2);
    nn_net *net = small ();
    omp_set_num_threads (most);
    nn_loader *loader = nn_loader_new (data, .batch = net->batch);
    nn_optimiser sgd = nn_sgd (.rate = 0.01f);
    net->chore = (nn_chore){ done, 50, count };
    nn_loader_start (loader, 0, 0);
    for (int step = 1; step <= 3; step++) {
        status = nn_net_step (net, nn_loader_next (loader, NULL), &sgd, NULL);
        for (int k = 0; k < 50; k++)
            once = once && done[k] == step;
    }
    check (status == NN_OK && once, "a step does each part of a chore once",
           "%d, the first %d times", status, done[0]);
    nn_loader_free (&loader);
    nn_net_free (&net);
}

static void test_same_bits (nn_data *data)
{
    static float once[2048], other[2048];
    const int most = omp_get_max_threads ();
    const size_t size = train_in (data, 4, 0, 1, once);
    train_in (data, 2, 2, 1, other);
    check (!memcmp (once, other, size * sizeof *once),
           "training in two parts gives the same weights, bit for bit",
           "it does not");
    const int processors = omp_get_num_procs (); // then who trains makes batches
    for (int threads = 2; threads <= (processors > 3 ? processors : 3);
         threads++) {
        train_in (data, 4, 0, threads, other);
        check (!memcmp (once, other, size * sizeof *once),
               "any number of threads gives the same weights, bit for bit",
               "%d threads do not", threads);
    }
    omp_set_num_threads (most);
}

int main (void)
{
    nn_data *data = sides ();
    test_loop (data);
    test_stopping (data);
    test_seams (data);
    test_chore (data);
    test_same_bits (data);
    nn_data_free (&data);
    return nn_test_done ();
}
