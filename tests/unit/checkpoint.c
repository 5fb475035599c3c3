/*  checkpoint.c - a training that is killed and goes on, bit for bit
 *
 *  The test runs itself as a child, which trains with everything that has a memory:
 *  Adam, a schedule, a plateau rule, early stopping, a checkpoint every few steps. It
 *  kills the child at random moments, and begins it anew until it is done.
 */
#include "nn.h"
#include "test.h"

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EPOCHS = 20, BATCH = 16 };
extern char **environ;
static char folder[] = "/tmp/nn-checkpoint-XXXXXX";

static const char *in_folder (const char *name)
{
    static char path[8][128];
    static int k;
    k = (k + 1) % 8;
    snprintf (path[k], sizeof *path, "%s/%s", folder, name);
    return path[k];
}

static nn_net *small (int units)
{
    nn_net *net = nn_net_new (.seed = 3);
    nn_layer *x = nn_dense (net, nn_input (net, 32, 32, 3), .units = units);
    x = nn_relu (net, nn_batchnorm (net, x)); // running statistics as well
    nn_cross_entropy (net, nn_dense (net, x, .units = 10));
    if (nn_net_build (net, .batch = BATCH) != NN_OK)
        printf ("not ok the test's own net: %s\n", nn_error ());
    return net;
}

static float falling (const nn_schedule *self, long step, long steps)
{
    (void) self;
    return 1 - 0.9f * (float) step / (float) steps;
}

/*  A step takes a while, so that there is something to kill. */
static int dawdle (void *self, nn_training *t)
{
    (void) self, (void) t;
    nanosleep (&(struct timespec){ .tv_nsec = 2500000 }, NULL);
    return NN_OK;
}

/*  The child: trains with a checkpoint in `path`, goes on if there is one, writes
 *  weights and history when it is done. */
static int train (const char *path, int epochs)
{
    nn_data *data = nn_shapes10 (128, 1), *held = nn_shapes10 (40, 2);
    nn_net *net = small (6);
    nn_history history = { 0 };
    nn_optimiser adam = nn_adam (.rate = 3e-3f);
    nn_stopping stopping = { .patience = 7, .restore_best = true };
    nn_plateau plateau = { .patience = 1, .factor = 0.5f };
    nn_checkpoint last = { .path = path, .every = 3, .stopping = &stopping };
    const nn_schedule schedule = { .name = "falling", .factor = falling };
    const nn_callback callbacks[] = { nn_guard (),
                                      nn_early_stopping (&stopping),
                                      nn_reduce_on_plateau (&plateau),
                                      { .name = "dawdle", .batch = dawdle },
                                      nn_checkpoints (&last) };
    int status = nn_resume (&last, net, &adam, &history);
    if (status >= 0)
        status = nn_train (net, data, &history, .validation = held,
                           .optimiser = &adam, .epochs = epochs, .seed = 9,
                           .schedule = &schedule, .callbacks = callbacks,
                           .callback_count = 5, .first_epoch = (int) last.at.epoch,
                           .first_batch = (int) last.at.batch);
    char out[256];
    snprintf (out, sizeof out, "%s.weights", path);
    if (status >= 0)
        status = nn_weights_save (net, out, NULL);
    for (int i = 0; i < history.epochs; i++) // all but what a clock says
        history.epoch[i].seconds = history.epoch[i].images_per_second = 0;
    snprintf (out, sizeof out, "%s.history", path);
    if (status >= 0)
        status = nn_file_write (out, history.epoch,
                                history.epochs * sizeof *history.epoch);
    if (status < 0)
        fprintf (stderr, "the child: %s\n", nn_error ());
    nn_history_free (&history);
    nn_net_free (&net);
    nn_data_free (&data);
    nn_data_free (&held);
    return status < 0;
}

static pid_t start (const char *path)
{
    pid_t child = -1;
    char *args[] = { "checkpoint", "--train", (char *) path, NULL };
    return posix_spawn (&child, "/proc/self/exe", NULL, NULL, args, environ) == 0
               ? child
               : -1;
}

static double now (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static bool same_file (const char *a, const char *b)
{
    unsigned char *x = NULL, *y = NULL;
    size_t size = 0, other = 1;
    const bool same = nn_file_read (a, &x, &size) == NN_OK &&
                      nn_file_read (b, &y, &other) == NN_OK && size == other &&
                      !memcmp (x, y, size);
    free (x);
    free (y);
    return same;
}

static void test_kill (void)
{
    int state = 0;
    const double began = now ();
    waitpid (start (in_folder ("whole")), &state, 0);
    const double took = now () - began;
    check (state == 0, "a training with checkpoints comes to its end", "%d",
           state);
    nn_random random = nn_random_from (4, NN_FOR_TEST, 0, 0);
    int kills = 0, starts = 0;
    do {
        const pid_t child = start (in_folder ("killed"));
        const double wait = // longer each time, or a slow machine gets nowhere
            0.03 + 0.06 * nn_random_uniform (&random) + 0.004 * starts;
        if (++starts < 40) {
            nanosleep (
                &(struct timespec){ .tv_nsec = (long) (1e9 * fmin (wait, 0.9)) },
                NULL);
            kill (child, SIGKILL);
        }
        waitpid (child, &state, 0);
        kills += WIFSIGNALED (state) && WTERMSIG (state) == SIGKILL;
    } while (WIFSIGNALED (state) && WTERMSIG (state) == SIGKILL);
    check (state == 0 && kills >= 3, "a training that is killed comes to its end",
           "status %d, %d kills", state, kills);
    printf ("# %d kills, %.2f s in one go\n", kills, took);
    check (same_file (in_folder ("whole.weights"), in_folder ("killed.weights")),
           "its weights are those of the training in one go, bit for bit",
           "they are not, after %d kills", kills);
    check (same_file (in_folder ("whole.history"), in_folder ("killed.history")),
           "and so is its history", "it is not, after %d kills", kills);
    waitpid (start (in_folder ("killed")), &state, 0);
    check (state == 0 && same_file (in_folder ("whole.weights"),
                                    in_folder ("killed.weights")),
           "begun again when it is done, it changes nothing", "it does");
}

/* --- Broken off after every step ---------------------------------------------------- */
static int break_off (void *self, nn_training *t)
{
    return t->net->step == *(const int *) self ? nn_fail (NN_ESYSTEM, "broken off")
                                               : NN_OK;
}

/*  Two epochs of five steps; broken off after step `at`, and taken up again. */
static void broken (const nn_data *data, int at, nn_history *history)
{
    const nn_schedule schedule = { .name = "falling", .factor = falling };
    int status = NN_ESYSTEM;
    for (int life = 0; life < 2 && status == NN_ESYSTEM; life++) {
        nn_net *net = small (2);
        nn_optimiser adam = nn_adam (.rate = 3e-3f);
        nn_checkpoint last = { .path = in_folder ("broken"), .every = 1 };
        const nn_callback callbacks[] = { nn_checkpoints (&last),
                                          { .batch = break_off, .self = &at } };
        nn_resume (&last, net, &adam, history);
        status = nn_train (net, data, history, .validation = data,
                           .optimiser = &adam, .epochs = 2, .schedule = &schedule,
                           .callbacks = callbacks, .callback_count = life ? 1 : 2,
                           .first_epoch = (int) last.at.epoch,
                           .first_batch = (int) last.at.batch);
        nn_net_free (&net);
    }
    for (int i = 0; i < history->epochs; i++)
        history->epoch[i].seconds = history->epoch[i].images_per_second = 0;
    remove (in_folder ("broken"));
    remove (in_folder ("broken.previous"));
}

static void test_everywhere (void)
{
    nn_data *data = nn_shapes10 (5 * BATCH - 3, 1);
    nn_history whole = { 0 };
    broken (data, -1, &whole);
    for (int at = 1; at <= 10; at++) {
        nn_history history = { 0 };
        broken (data, at, &history);
        check (whole.epochs == 2 && history.epochs == 2 &&
                   !memcmp (whole.epoch, history.epoch, 2 * sizeof *whole.epoch),
               "broken off after any step, the history is the same",
               "not after step %d", at);
        nn_history_free (&history);
    }
    nn_history_free (&whole);
    nn_data_free (&data);
}

/* --- Files that are not as they should be ------------------------------------------- */
typedef struct {
    nn_net *net;
    nn_optimiser adam;
    nn_history history;
    nn_checkpoint last;
} trained;

static int resume (trained *it, const char *name, int units)
{
    nn_net_free (&it->net);
    nn_history_free (&it->history);
    *it = (trained){ .net = small (units), .adam = nn_adam (.rate = 1e-3f) };
    it->last.path = in_folder (name);
    return nn_resume (&it->last, it->net, &it->adam, &it->history);
}

static void copy (const char *from, const char *to)
{
    unsigned char *bytes;
    size_t size;
    if (nn_file_read (in_folder (from), &bytes, &size) == NN_OK)
        nn_file_write (in_folder (to), bytes, size);
    free (bytes);
}

static void test_damage (void)
{
    trained it = { 0 };
    unsigned char *bytes;
    size_t size;
    const int quiet = dup (2); // every fallback is said on stderr
    if (nn_file_read (in_folder ("whole"), &bytes, &size) != NN_OK ||
        !freopen ("/dev/null", "w", stderr))
        return;
    copy ("whole.previous", "bad.previous");
    nn_random random = nn_random_from (5, NN_FOR_TEST, 0, 0);
    int fell = 0, fine = 0, wrong = 0, rounds = 300;
    for (int i = 0; i < rounds; i++) {
        const uint32_t at = nn_random_below (
            &random, i % 3 ? (uint32_t) size : 2000); // header and numbers
        const int bit = 1 << nn_random_below (&random, 8);
        bytes[at] ^= bit;
        nn_file_write (in_folder ("bad"), bytes, i % 5 ? size : at);
        bytes[at] ^= bit;
        const int status = resume (&it, "bad", 6);
        const bool back = strstr (it.last.said, "falls back") != NULL;
        fell += status == 1 && back;
        fine += status == 1 && !back; // a blank of the header
        wrong += status != 1 || it.adam.t == 0;
    }
    fflush (stderr);
    dup2 (quiet, 2);
    close (quiet);
    check (wrong == 0 && fell > 0.9 * rounds && fell + fine == rounds,
           "a damaged checkpoint is noticed, and the previous one serves",
           "%d fell back, %d were read, %d went wrong", fell, fine, wrong);
    check (access (in_folder ("bad.damaged"), F_OK) == 0 &&
               access (in_folder ("bad.previous"), F_OK) == 0,
           "nothing is lost by that", "a file is missing");
    remove (in_folder ("bad"));
    remove (in_folder ("bad.previous"));
    nn_file_write (in_folder ("bad"), bytes, size / 2);
    check (resume (&it, "bad", 6) == NN_EFORMAT && it.net->step == 0,
           "without a previous one there is a sentence", "%s", nn_error ());
    remove (in_folder ("bad"));
    copy ("whole.previous", "bad.previous");
    check (resume (&it, "bad", 6) == 1 && it.adam.t > 0,
           "killed between two names, the previous one serves", "%s", nn_error ());
    free (bytes);
    nn_net_free (&it.net);
    nn_history_free (&it.history);
}

static void test_other (void)
{
    trained it = { 0 };
    check (resume (&it, "whole", 7) == NN_ESHAPE &&
               strstr (nn_error (), "'dense_1.weight'") &&
               strstr (nn_error (), "3072 x 6") && it.adam.t == 0,
           "another architecture: the first tensor that differs is named", "%s",
           nn_error ());
    check (resume (&it, "nothing", 6) == 0 && it.net->step == 0,
           "where there is nothing, it begins at the start", "%s", nn_error ());
    nn_data *data = nn_shapes10 (128, 1);
    check (resume (&it, "whole", 6) == 1 && it.adam.t == (long) it.last.at.t &&
               it.history.epochs == (int) it.last.at.epoch,
           "a checkpoint is read", "%s", nn_error ());
    nn_callback c = nn_checkpoints (&it.last);
    int status = nn_train (it.net, data, &it.history, .optimiser = &it.adam,
                           .seed = 9, .callbacks = &c, .callback_count = 1);
    check (status == NN_EVALUE && strstr (nn_error (), ".first_epoch"),
           "going on at another place is refused", "%s", nn_error ());
    status = nn_train (it.net, data, &it.history, .optimiser = &it.adam, .seed = 8,
                       .callbacks = &c, .callback_count = 1,
                       .first_epoch = (int) it.last.at.epoch);
    check (status == NN_EVALUE && strstr (nn_error (), "seed 9"),
           "so is another seed", "%s", nn_error ());
    nn_optimiser sgd = nn_sgd (.rate = 0.1f);
    check (nn_resume (&it.last, it.net, &sgd, &it.history) == NN_EVALUE &&
               strstr (nn_error (), "adam"),
           "so is another optimiser", "%s", nn_error ());
    it.last = (nn_checkpoint){ .path = in_folder ("fresh"), .every = 1 };
    it.net->layer[1]->param[0].w[0] = NAN;
    status = nn_train (it.net, data, &it.history, .optimiser = &it.adam,
                       .callbacks = &c, .callback_count = 1);
    check (status == NN_EVALUE && access (it.last.path, F_OK) != 0 &&
               strstr (nn_error (), "dense_1.weight is not finite"),
           "weights that are not finite are not saved", "%s", nn_error ());
    nn_net_free (&it.net);
    nn_history_free (&it.history);
    nn_data_free (&data);
}

int main (int count, char **args)
{
    if (count == 3)
        return train (args[2], EPOCHS);
    if (!mkdtemp (folder))
        return 1;
    test_kill ();
    test_everywhere ();
    test_damage ();
    test_other ();
    static const char *const left[] = { "whole",          "whole.previous",
                                        "whole.weights",  "whole.history",
                                        "killed",         "killed.previous",
                                        "killed.weights", "killed.history",
                                        "killed.next",    "bad",
                                        "bad.previous",   "bad.damaged" };
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        remove (in_folder (left[i]));
    rmdir (folder);
    return nn_test_done ();
}
