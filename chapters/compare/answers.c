/*  answers.c - exercises about what nets answer: how good it is, how sure, and how several vote
 *
 *  Called when the training is over, as those of results.c. The members of chapter 16 are here
 *  one net at different ages: after its second, fourth and sixth epoch.
 */
#include "mine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ALIKE = 2e-3;

/* --- 10-1, 10-2, 10-4: how good it is -------------------------------------------------------------------- */
typedef double macro_f1 (const int *label, const int *named, int n, int classes);
typedef double roc_auc (const float *score, const int *is, int n);
typedef double calibration_error (const float *p, const int *label, int n,
                                  int classes, int bins);

static nn_predictions predictions (mine_place *to)
{
    nn_predictions p = { 0 };
    nn_require (nn_predictions_of (&p, to->net, to->validation, to->transform,
                                   to->transforms) == NN_OK,
                "%s", nn_error ());
    return p;
}

static int run_10_1 (mine_place *to, mine_function *const f[])
{
    nn_predictions p = predictions (to);
    nn_confusion confusion = { 0 };
    int *named = calloc (p.n, sizeof *named);
    nn_require (named && nn_confusion_of (&confusion, &p) == NN_OK, "%s",
                nn_error ());
    for (int i = 0; i < p.n; i++)
        named[i] = nn_argmax (p.p + (size_t) i * p.classes, p.classes);
    mine_tell (to, "macro F1 of the validation pictures",
               ((macro_f1 *) f[0]) (p.label, named, p.n, p.classes),
               nn_macro (&confusion).f1, ALIKE);
    free (named);
    nn_confusion_free (&confusion);
    nn_predictions_free (&p);
    return NN_OK;
}

static int run_10_2 (mine_place *to, mine_function *const f[])
{
    nn_predictions p = predictions (to);
    float *score = calloc (p.n, sizeof *score);
    int *is = calloc (p.n, sizeof *is);
    double mean = 0, book = 0;
    nn_require (score && is && nn_roc_auc (&p, false, &book) == NN_OK, "%s",
                nn_error ());
    for (int k = 0; k < p.classes; k++) {
        for (int i = 0; i < p.n; i++) {
            score[i] = p.p[(size_t) i * p.classes + k];
            is[i] = p.label[i] == k;
        }
        mean += ((roc_auc *) f[0]) (score, is, p.n) / p.classes;
    }
    mine_tell (to, "area below the ROC curves, their mean", mean, book, ALIKE);
    free (score);
    free (is);
    nn_predictions_free (&p);
    return NN_OK;
}

static int run_10_4 (mine_place *to, mine_function *const f[])
{
    nn_predictions p = predictions (to);
    nn_calibration book;
    nn_require (nn_calibration_of (&book, &p, 10) == NN_OK, "%s", nn_error ());
    mine_tell (to, "expected calibration error, 10 bins",
               ((calibration_error *) f[0]) (p.p, p.label, p.n, p.classes, 10),
               book.expected, ALIKE);
    nn_predictions_free (&p);
    return NN_OK;
}

/* --- 16-1 to 16-3: the net after its second, fourth … epoch are members -------------------------------------- */
typedef void vote (float *all, const float *p, int members, int n, int classes,
                   bool logits);
typedef float temperature (const float *x, const int *label, int n, int classes);
typedef void vote_weights (float *weight, const float *p, const int *label,
                           const int *part, int members, int n, int classes);
typedef struct {
    nn_predictions member[MINE_EPOCHS];
    int count;
    size_t size; // numbers of a member
    float *p;    // of all members
} ensemble;

static ensemble members_of (mine_place *to)
{
    ensemble e = { 0 };
    float *own = malloc (mine_weights (to->net, NULL) * sizeof *own);
    const int epochs = to->history.epochs;
    nn_require (own, "no memory for the weights once more");
    mine_weights (to->net, own);
    for (int k = epochs > 1 ? 1 : 0; k < epochs; k += 2) {
        mine_put_weights (to->net, to->kept[k]);
        e.member[e.count++] = predictions (to);
    }
    mine_put_weights (to->net, own);
    free (own);
    e.size = (size_t) e.member[0].n * e.member[0].classes;
    e.p = malloc ((e.count * e.size + 1) * sizeof *e.p);
    nn_require (e.p, "no memory for %d members", e.count);
    for (int k = 0; k < e.count; k++)
        memcpy (e.p + k * e.size, e.member[k].p, e.size * sizeof *e.p);
    return e;
}

static void free_members (ensemble *e)
{
    for (int k = 0; k < e->count; k++)
        nn_predictions_free (&e->member[k]);
    free (e->p);
}

/*  How surprised the members are together, with these weights. */
static double surprise (const ensemble *e, const double *weight, nn_pooling how)
{
    nn_predictions all = { 0 };
    nn_require (nn_vote (&all, e->member, e->count, weight, how) == NN_OK, "%s",
                nn_error ());
    const double surprise = nn_surprise (&all);
    nn_predictions_free (&all);
    return surprise;
}

static int run_16_1 (mine_place *to, mine_function *const f[])
{
    ensemble e = members_of (to);
    for (int logits = 0; logits < 2; logits++) {
        nn_predictions mine = e.member[0];
        mine.p = calloc (e.size + 1, sizeof *mine.p);
        nn_require (mine.p, "no memory for a vote");
        ((vote *) f[0]) (mine.p, e.p, e.count, mine.n, mine.classes, logits);
        mine_tell (
            to,
            logits ? "surprise of the vote, of logarithms"
                   : "surprise of the vote, of probabilities",
            nn_surprise (&mine),
            surprise (&e, NULL, logits ? NN_POOL_LOGITS : NN_POOL_PROBABILITIES),
            ALIKE);
        free (mine.p);
    }
    free_members (&e);
    return NN_OK;
}

static int run_16_2 (mine_place *to, mine_function *const f[])
{
    nn_predictions p = predictions (to);
    const size_t size = (size_t) p.n * p.classes;
    float *x = calloc (size, sizeof *x);
    double book = 0;
    nn_require (x && nn_temperature_fit (&p, &book) == NN_OK, "%s", nn_error ());
    for (size_t i = 0; i < size; i++) // scores, but for a constant an image
        x[i] = logf (fmaxf (p.p[i], 1e-30f));
    mine_tell (to, "temperature of the net",
               (double) ((temperature *) f[1]) (x, p.label, p.n, p.classes), book,
               0.01);
    free (x);
    nn_predictions_free (&p);
    return NN_OK;
}

static int run_16_3 (mine_place *to, mine_function *const f[])
{
    ensemble e = members_of (to);
    const int n = e.member[0].n;
    int *part = calloc (n + 1, sizeof *part);
    float mine[MINE_EPOCHS] = { 0 };
    double weight[2][MINE_EPOCHS];
    nn_require (part && nn_vote_fit (weight[0], e.member, e.count,
                                     NN_POOL_PROBABILITIES) == NN_OK,
                "%s", nn_error ());
    for (int i = 0; i < n; i++)
        part[i] = 1;
    ((vote_weights *) f[0]) (mine, e.p, e.member[0].label, part, e.count, n,
                             e.member[0].classes);
    for (int k = 0; k < e.count; k++)
        weight[1][k] = (double) mine[k];
    mine_tell (to, "surprise of the weighted vote",
               surprise (&e, weight[1], NN_POOL_PROBABILITIES),
               surprise (&e, weight[0], NN_POOL_PROBABILITIES), ALIKE);
    free (part);
    free_members (&e);
    return NN_OK;
}

MINE_AFTER (10_1, false)
MINE_AFTER (10_2, false)
MINE_AFTER (10_4, false)
MINE_AFTER (16_1, true)
MINE_AFTER (16_2, false)
MINE_AFTER (16_3, true)

const mine_row mine_answers[] = {
    MINE_ROW ("10-1", plug_10_1, "what the net has answered", "ex_macro_f1"),
    MINE_ROW ("10-2", plug_10_2, "what the net has answered", "ex_roc_auc"),
    MINE_ROW ("10-4", plug_10_4, "what the net has answered",
              "ex_calibration_error"),
    MINE_ROW ("16-1", plug_16_1, "the net after several epochs", "ex_vote"),
    MINE_ROW ("16-2", plug_16_2, "what the net has answered", "ex_temper",
              "ex_temperature"),
    MINE_ROW ("16-3", plug_16_3, "the net after several epochs",
              "ex_vote_weights"),
    MINE_END,
};
