/*  stopping.c - early stopping, reduce on plateau, the best in a file, the guard */
#include "nn.h"
#include "test.h"

#include <unistd.h>

static nn_net *small (void)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x = nn_dense (net, nn_input (net, 2, 2, 1), .units = 3);
    x = nn_relu (net, nn_batchnorm (net, x)); // running statistics as well
    nn_cross_entropy (net, nn_dense (net, x, .units = 2));
    if (nn_net_build (net, .batch = 4) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    return net;
}

/*  Plays a training to a callback: epoch i has val_loss loss[i], and its weights
 *  are all i. Comes back after `before` epochs, if that is not 0. Returns how many
 *  epochs there were, or a status. */
static int play (nn_callback c, nn_training *t, const float *loss, int count,
                 int before)
{
    for (int i = t->history->epochs = 0; i < count; i++)
        t->history->epoch[i] =
            (nn_epoch){ .val_loss = loss[i], .val_accuracy = 1 - loss[i] };
    t->history->epochs = before;
    t->epoch = before;
    t->epochs = count;
    t->stop = false;
    t->reason = NULL;
    int status = c.begin (c.self, t);
    for (; status == NN_OK && t->epoch < count && !t->stop; t->epoch++) {
        for (int l = 0; l < t->net->layers; l++)
            for (int k = 0; k < t->net->layer[l]->params; k++)
                for (size_t j = 0; j < t->net->layer[l]->param[k].size; j++)
                    t->net->layer[l]->param[k].w[j] = (float) t->epoch;
        t->history->epochs = t->epoch + 1;
        status = c.epoch (c.self, t);
    }
    if (c.end)
        c.end (c.self, t);
    return status < 0 ? status : t->epoch;
}

/*  All weights are this number. */
static bool all_are (const nn_net *net, float x)
{
    bool same = true;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            for (size_t j = 0; j < net->layer[l]->param[k].size; j++)
                same &= net->layer[l]->param[k].w[j] == x;
    return same;
}

static void test_early (nn_training *t)
{
    static const float loss[] = { 5, 4, 3, 3.05f, 2.95f, 2.9f, 3, 3, 1, 1 };
    nn_stopping s = { .patience = 3, .restore_best = true };
    int epochs = play (nn_early_stopping (&s), t, loss, 10, 0);
    check (epochs == 10 && all_are (t->net, 8),
           "every improvement counts, and the best weights are back",
           "%d epochs, weights of %g", epochs, t->net->layer[1]->param[0].w[0]);
    s = (nn_stopping){ .patience = 3,
                       .restore_best = true,
                       .watch.min_delta = 0.2f };
    epochs = play (nn_early_stopping (&s), t, loss, 10, 0);
    check (epochs == 6 && s.watch.best_epoch == 2 && all_are (t->net, 2),
           "less than min_delta is no improvement", "%d epochs, best %d", epochs,
           s.watch.best_epoch);
    check (t->reason && strstr (t->reason, "epoch 3 for 3 epochs"),
           "it says why it stopped", "%s", t->reason ? t->reason : "nothing");
    s.restore_best = false;
    play (nn_early_stopping (&s), t, loss, 10, 0);
    check (all_are (t->net, 5), "unless told, the last weights stay",
           "they do not");
    for (int before = 1; before <= 6; before++) {
        epochs = play (nn_early_stopping (&s), t, loss, 10, before);
        if (!check (epochs == 6, "after a break it stops at the same epoch",
                    "after %d epochs: %d", before, epochs))
            break;
    }
    s.watch.metric = "val_accuracy";
    epochs = play (nn_early_stopping (&s), t, loss, 10, 0);
    check (epochs == 6 && s.watch.best == -2, "of an accuracy more is better",
           "%d epochs, best %g", epochs, s.watch.best);
    const float nans[] = { NAN, NAN, NAN, NAN };
    s.watch.metric = "val_loss";
    for (int i = 0; i < 4; i++)
        t->history->epoch[i].val_accuracy = 0;
    epochs = play (nn_early_stopping (&s), t, nans, 4, 0);
    check (epochs < 0 && strstr (nn_error (), ".validation"),
           "without validation there is a sentence", "%s", nn_error ());
}

static void test_plateau (nn_training *t)
{
    static const float loss[] = { 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4 };
    const struct {
        nn_plateau p;
        float rate;
        int cuts;
    } table[] = {
        { { .patience = 2 }, 1e-4f, 4 },
        { { .patience = 2, .factor = 0.5f }, 0.0625f, 4 },
        { { .patience = 2, .factor = 0.5f, .cooldown = 2 }, 0.125f, 3 },
        { { .patience = 2, .factor = 0.5f, .floor = 0.2f }, 0.2f, 4 },
        { { .patience = 9, .factor = 0.5f }, 1, 0 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        nn_plateau p = table[i].p;
        t->rate = 1;
        const int epochs = play (nn_reduce_on_plateau (&p), t, loss, 11, 0);
        check (epochs == 11 && fabsf (t->rate - table[i].rate) < 1e-6f &&
                   p.cuts == table[i].cuts,
               "the rate falls on a plateau", "case %zu: rate %g, %d cuts", i,
               t->rate, p.cuts);
        const nn_plateau whole = p;
        t->rate = 1;
        play (nn_reduce_on_plateau (&p), t, loss, 11, 5);
        check (p.waited == whole.waited && p.cuts == whole.cuts &&
                   p.cooling == whole.cooling,
               "after a break it knows what it knew", "case %zu", i);
    }
}

static void test_refused (nn_training *t)
{
    const float loss[] = { 1 };
    nn_stopping s[] = {
        { .patience = 0 },
        { .patience = 1, .watch.metric = "val_los" },
        { .patience = 1, .watch.min_delta = -1 },
        { .patience = 1, .watch.min_delta = NAN },
    };
    const char *words[] = { "patience is 0", "did you mean 'val_loss'",
                            "min_delta is -1", "min_delta is" };
    for (int i = 0; i < 4; i++)
        check (play (nn_early_stopping (&s[i]), t, loss, 1, 0) == NN_EVALUE &&
                   strstr (nn_error (), words[i]),
               "a wrong option is named", "%s", nn_error ());
    nn_plateau p[] = { { .patience = -1 },
                       { .patience = 1, .factor = -0.5f },
                       { .patience = 1, .factor = 1 },
                       { .patience = 1, .floor = -1 },
                       { .patience = 1, .cooldown = -1 } };
    const char *says[] = { "patience is -1", "factor -0.5", "factor 1", "floor -1",
                           "cooldown -1" };
    for (int i = 0; i < 5; i++)
        check (play (nn_reduce_on_plateau (&p[i]), t, loss, 1, 0) == NN_EVALUE &&
                   strstr (nn_error (), says[i]),
               "a wrong option of the plateau is named", "%s", nn_error ());
    s[0] = (nn_stopping){ .patience = 1, .restore_best = true };
    check (play (nn_early_stopping (&s[0]), t, loss, 1, 1) == NN_EVALUE &&
               strstr (nn_error (), "not here"),
           "best weights that are lost are missed", "%s", nn_error ());
}

static void test_best (nn_training *t)
{
    static const float loss[] = { 5, 4, 6, 3, 3, 7 };
    char path[] = "/tmp/nn-best-XXXXXX";
    close (mkstemp (path));
    nn_best best = { .path = path };
    play (nn_save_best (&best), t, loss, 6, 0);
    nn_weights_load (t->net, path);
    check (all_are (t->net, 3), "the file has the best weights", "those of %g",
           t->net->layer[1]->param[0].w[0]);
    play (nn_save_best (&best), t, loss, 6, 4);
    nn_weights_load (t->net, path);
    check (all_are (t->net, 3), "and keeps them over a break", "those of %g",
           t->net->layer[1]->param[0].w[0]);
    remove (path);
}

static void test_guard (void)
{
    nn_net *net = small ();
    nn_data *data = nn_shapes10 (8, 1);
    nn_net_free (&net);
    net = nn_net_new (.seed = 3);
    nn_layer *x = nn_dense (net, nn_input (net, 32, 32, 3), .units = 4);
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    nn_net_build (net, .batch = 4);
    nn_history history = { 0 };
    const nn_callback guard = nn_guard ();
    int status =
        nn_train (net, data, &history, .callbacks = &guard, .callback_count = 1);
    check (status == NN_OK, "a good training is left alone", "%s", nn_error ());
    net->layer[2]->param[0].w[0] = INFINITY;
    status =
        nn_train (net, data, &history, .callbacks = &guard, .callback_count = 1);
    check (status == NN_EVALUE &&
               strstr (nn_error (), "step 21 (epoch 1, batch 1)") &&
               strstr (nn_error (), "'dense_2'"),
           "a loss that is no number is stopped, with step and layer", "%s",
           nn_error ());
    nn_history_free (&history);
    nn_data_free (&data);
    nn_net_free (&net);
}

int main (void)
{
    nn_net *net = small ();
    nn_epoch epoch[16];
    nn_history history = { .epoch = epoch, .room = 16 };
    nn_optimiser sgd = nn_sgd (.rate = 1);
    nn_training t = { .net = net, .history = &history, .optimiser = &sgd };
    test_early (&t);
    test_plateau (&t);
    test_refused (&t);
    test_best (&t);
    test_guard ();
    nn_net_free (&net);
    return nn_test_done ();
}
