/*  results.c - exercises about a net that has been trained
 *
 *  Such a function changes no curve. It is called when the training is over: it folds, cuts,
 *  keeps or reads that very net, and so does the library. What comes out is one number of each,
 *  and the two should be the same.
 */
#include "mine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double PICTURE = 0.41; // of 500 two may be taken otherwise

/*  The share of the validation pictures that the net names as they are, in percent. */
static double percent (mine_place *to)
{
    nn_scores scores = { 0 };
    nn_require (nn_evaluate (to->net, to->validation, to->transform,
                             to->transforms, &scores) == NN_OK,
                "%s", nn_error ());
    return 100 * scores.accuracy;
}

static float *room_for_weights (mine_place *to)
{
    float *kept = malloc (mine_weights (to->net, NULL) * sizeof *kept);
    nn_require (kept, "no memory for the weights once more");
    mine_weights (to->net, kept);
    return kept;
}

/*  What the net is worth after the learner's function has changed its weights, beside what it
 *  is worth with the library's; then it has its own ones again. */
static int tell_worth (mine_place *to, const char *what, double book, float *own)
{
    mine_tell (to, what, percent (to), book, PICTURE);
    mine_put_weights (to->net, own);
    free (own);
    return NN_OK;
}

/*  A batch norm that changes nothing but adds `bias`. */
static void make_idle (nn_layer *norm, const float *scale, const float *bias)
{
    const nn_batchnorm_args *args = norm->args;
    for (int k = 0; k < norm->out.c; k++) {
        norm->param[0].w[k] = scale ? scale[k] : 1;
        norm->param[1].w[k] = bias[k];
        norm->param[2].w[k] = 0;
        norm->param[3].w[k] = 1 - args->epsilon;
    }
}

/* --- 06-3: batch norms that go into the convolutions before them -------------------------------- */
typedef void fold (float *w, float *b, int rows, int filters, const float *weight,
                   const float *bias, const float *mean, const float *variance,
                   float epsilon);

static int run_06_3 (mine_place *to, mine_function *const f[])
{
    const double book = percent (to);
    float *own = room_for_weights (to);
    for (int l = 0; l < to->net->layers; l++) {
        nn_layer *norm = to->net->layer[l], *conv = l ? norm->in[0] : norm;
        if (strcmp (norm->kind->name, "batchnorm") != 0)
            continue;
        const nn_batchnorm_args *args = norm->args;
        const nn_param *w = &conv->param[0], *p = norm->param;
        const int filters = norm->out.c;
        float *bias = calloc (filters, sizeof *bias);
        nn_require (bias, "no memory for %d filters", filters);
        if (conv->params > 1)
            memcpy (bias, conv->param[1].w, filters * sizeof *bias);
        ((fold *) f[0]) (w->w, bias, (int) w->size / filters, filters, p[0].w,
                         p[1].w, p[2].w, p[3].w, args->epsilon);
        if (conv->params > 1)
            memset (conv->param[1].w, 0, filters * sizeof *bias);
        make_idle (norm, NULL, bias);
        free (bias);
    }
    return tell_worth (to, "accuracy of the folded net, %", book, own);
}

/* --- 07-3: weights that are cut to a length -------------------------------------------------------- */
typedef int max_norm (float *w, int rows, int columns, float limit);
enum { LIMIT = 1 };

static int limit_all (nn_net *net, max_norm *f)
{
    int cut = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            const int columns = p->dim[p->dims - 1],
                      rows = (int) p->size / columns;
            if (p->dw && p->decays)
                cut += f ? f (p->w, rows, columns, LIMIT)
                         : nn_limit_columns (p->w, rows, columns, LIMIT);
        }
    return cut;
}

static int run_07_3 (mine_place *to, mine_function *const f[])
{
    float *own = room_for_weights (to);
    const int cut = limit_all (to->net, NULL);
    const double book = percent (to);
    mine_put_weights (to->net, own);
    mine_tell (to, "filters longer than 1", limit_all (to->net, (max_norm *) f[0]),
               cut, 0);
    return tell_worth (to, "accuracy when they are cut to 1, %", book, own);
}

/* --- 08-1 and 08-2: when to stop, and what to keep -------------------------------------------------- */
typedef int patience (int *best, const float *loss, int epochs, int patience,
                      float min_delta);
typedef int restore_best (nn_param *const param[], int params, float *kept,
                          int epochs, float (*train) (int epoch));
enum { PATIENCE = 2 };

static int run_08_1 (mine_place *to, mine_function *const f[])
{
    float loss[MINE_EPOCHS] = { 0 };
    nn_watch watch = { 0 };
    int best = -1, epochs = 0, status = nn_watch_begin (&watch);
    while (epochs < to->history.epochs && status >= 0 &&
           epochs - 1 - watch.best_epoch < PATIENCE)
        status = nn_watch_look (&watch, &to->history.epoch[epochs++]);
    for (int e = 0; e < to->history.epochs; e++)
        loss[e] = to->history.epoch[e].val_loss;
    const int yours =
        ((patience *) f[0]) (&best, loss, to->history.epochs, PATIENCE, 0);
    mine_tell (to, "epochs until it stops, patience 2", yours, epochs, 0);
    mine_tell (to, "the best of them, from 0", best, watch.best_epoch, 0);
    return status < 0 ? status : NN_OK;
}

/*  The exercise's train () is told nothing but the epoch: the training that it takes up again,
 *  set in this process, which has one. */
static const mine_place *trained;

static float train_again (int epoch)
{
    mine_put_weights (trained->net, trained->kept[epoch]);
    return trained->history.epoch[epoch].val_loss;
}

static int run_08_2 (mine_place *to, mine_function *const f[])
{
    float *own = room_for_weights (to), *room = room_for_weights (to);
    nn_param *list[256];
    int params = 0, best = 0;
    for (int l = 0; l < to->net->layers; l++)
        for (int k = 0; k < to->net->layer[l]->params && params < 256; k++)
            list[params++] = &to->net->layer[l]->param[k];
    for (int e = 1; e < to->history.epochs; e++)
        if (to->history.epoch[e].val_loss < to->history.epoch[best].val_loss)
            best = e;
    mine_put_weights (to->net, to->kept[best]);
    const double book = percent (to);
    trained = to;
    ((restore_best *) f[0]) (list, params, room, to->history.epochs, train_again);
    free (room);
    return tell_worth (to, "accuracy of the weights that are kept, %", book, own);
}

/* --- 08-3: weights that come back from a file --------------------------------------------------------- */
typedef int safetensors_find (int place[2], const unsigned char *file, int size,
                              const char *name);

/*  The net's weights as a file has them; free them. */
static unsigned char *as_file (const nn_net *net, int *size)
{
    char path[] = "/tmp/compare.XXXXXX";
    const int handle = mkstemp (path);
    nn_require (handle >= 0, "no file for the weights in /tmp");
    close (handle);
    nn_require (nn_weights_save (net, path, NULL) == NN_OK, "%s", nn_error ());
    FILE *in = fopen (path, "rb");
    unlink (path);
    const size_t most = (size_t) 16 << 20;
    unsigned char *bytes = malloc (most);
    nn_require (in && bytes, "the weights cannot be read again");
    *size = (int) fread (bytes, 1, most, in);
    fclose (in);
    return bytes;
}

static int run_08_3 (mine_place *to, mine_function *const f[])
{
    const double book = percent (to);
    float *own = room_for_weights (to);
    int size;
    unsigned char *bytes = as_file (to->net, &size);
    for (int l = 0; l < to->net->layers; l++)
        for (int k = 0; k < to->net->layer[l]->params; k++) {
            const nn_param *p = &to->net->layer[l]->param[k];
            int place[2] = { 0 };
            memset (p->w, 0, p->size * sizeof *p->w);
            if (((safetensors_find *) f[0]) (place, bytes, size, p->name) == 0 &&
                place[0] >= 0 && place[1] <= size &&
                place[1] - place[0] == (int) (p->size * sizeof *p->w))
                memcpy (p->w, bytes + place[0], p->size * sizeof *p->w);
        }
    free (bytes);
    return tell_worth (to, "accuracy of the net from its file, %", book, own);
}

/* --- 13-1 and 13-2: weights as other libraries have them --------------------------------------------------- */
typedef void to_hwio (float *ours, const float *theirs, int out, int in, int h,
                      int w);
typedef void norm_from_file (float *scale, float *shift, const float *file, int c,
                             float epsilon);

static int run_13_1 (mine_place *to, mine_function *const f[])
{
    const double book = percent (to);
    float *own = room_for_weights (to);
    for (int l = 0; l < to->net->layers; l++) {
        const nn_param *p = to->net->layer[l]->param;
        if (strcmp (to->net->layer[l]->kind->name, "conv2d") != 0)
            continue;
        const int h = p->dim[0], w = p->dim[1], in = p->dim[2], out = p->dim[3];
        float *theirs = malloc (p->size * sizeof *theirs);
        nn_require (theirs, "no memory for %zu weights", p->size);
        for (size_t at = 0; at < p->size; at++) {
            const int o = (int) at % out, i = (int) at / out % in,
                      tap = (int) at / out / in;
            theirs[(o * in + i) * h * w + tap] = p->w[at];
        }
        memset (p->w, 0, p->size * sizeof *p->w);
        ((to_hwio *) f[0]) (p->w, theirs, out, in, h, w);
        free (theirs);
    }
    return tell_worth (to, "accuracy with PyTorch's order read, %", book, own);
}

static int run_13_2 (mine_place *to, mine_function *const f[])
{
    const double book = percent (to);
    float *own = room_for_weights (to);
    for (int l = 0; l < to->net->layers; l++) {
        nn_layer *norm = to->net->layer[l];
        const nn_batchnorm_args *args = norm->args;
        const int c = norm->out.c;
        if (strcmp (norm->kind->name, "batchnorm") != 0)
            continue;
        float *file = calloc ((size_t) 6 * c, sizeof *file);
        nn_require (file, "no memory for %d channels", c);
        for (int k = 0; k < 4; k++)
            memcpy (file + k * c, norm->param[k].w, c * sizeof *file);
        ((norm_from_file *) f[0]) (file + 4 * c, file + 5 * c, file, c,
                                   args->epsilon);
        make_idle (norm, file + 4 * c, file + 5 * c);
        free (file);
    }
    return tell_worth (to, "accuracy with the norms from a file, %", book, own);
}

MINE_AFTER (06_3, false)
MINE_AFTER (07_3, false)
MINE_AFTER (08_1, false)
MINE_AFTER (08_2, true)
MINE_AFTER (08_3, false)
MINE_AFTER (13_1, false)
MINE_AFTER (13_2, false)

#define THE_NET "the net, when it is trained"
const mine_row mine_results[] = {
    MINE_ROW ("06-3", plug_06_3, THE_NET, "ex_fold"),
    MINE_ROW ("07-3", plug_07_3, THE_NET, "ex_max_norm"),
    MINE_ROW ("08-1", plug_08_1, "the losses of the training", "ex_patience"),
    MINE_ROW ("08-2", plug_08_2, "the weights after each epoch",
              "ex_restore_best"),
    MINE_ROW ("08-3", plug_08_3, "the file of the net", "ex_safetensors_find"),
    MINE_ROW ("13-1", plug_13_1, THE_NET, "ex_to_hwio"),
    MINE_ROW ("13-2", plug_13_2, THE_NET, "ex_norm_from_file"),
    MINE_END,
};
