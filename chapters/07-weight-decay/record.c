/*  record.c - trains the baseline with each remedy of chapter 7, in three seeds
 *
 *  `chapters/07-weight-decay/record` builds and runs it and writes run.tsv. Each line is
 *  one training: its case, its seed, and what it reached. The pictures are 2,000 of
 *  Shapes-10 to learn from and 2,000 to validate with, always the same; the seed is that of
 *  the weights and of the order. One case learns from 8,000 other pictures instead.
 */
#include "../record.h"

#include <math.h>

typedef struct {
    const char *name;
    double smoothing;    // of labels
    float decay;         // apart from the gradient
    float l2;            // in the gradient
    float norm;          // of the weights of a unit; 0: any
    float momentum_rate; // SGD with momentum 0.9 at this rate instead of Adam
    float clip;          // 0: any gradient
    bool biases;         // decay, too
    bool more;           // four times as many pictures to learn from
} remedy;

static const remedy remedies[] = {
    { .name = "plain" },
    { .name = "decay_0.1", .decay = 0.1f },
    { .name = "decay_0.3", .decay = 0.3f },
    { .name = "decay_1", .decay = 1 },
    { .name = "decay_3", .decay = 3 },
    { .name = "decay_10", .decay = 10 },
    { .name = "l2_1e-4", .l2 = 1e-4f },
    { .name = "l2_1e-3", .l2 = 1e-3f },
    { .name = "l2_1e-2", .l2 = 1e-2f },
    { .name = "l2_3e-2", .l2 = 3e-2f },
    { .name = "biases_1", .decay = 1, .biases = true },
    { .name = "biases_3", .decay = 3, .biases = true },
    { .name = "smooth_0.1", .smoothing = 0.1 },
    { .name = "norm_0.5", .norm = 0.5f },
    { .name = "norm_1", .norm = 1 },
    { .name = "sgd_0.01", .momentum_rate = 0.01f },
    { .name = "sgd_0.03", .momentum_rate = 0.03f },
    { .name = "sgd_0.03_clip_1", .momentum_rate = 0.03f, .clip = 1 },
    { .name = "sgd_0.1", .momentum_rate = 0.1f },
    { .name = "sgd_0.1_clip_1", .momentum_rate = 0.1f, .clip = 1 },
    { .name = "more", .more = true },
};

enum { EPOCHS = 10, MOST = 4000, FOUR_TIMES = 8000 };
static nn_data *learnt, *held, *more;
static nn_transform standard;

static nn_optimiser optimiser_of (const remedy *r)
{
    nn_optimiser o = r->momentum_rate > 0
                         ? nn_sgd (.rate = r->momentum_rate, .momentum = 0.9f)
                     : r->l2 > 0 ? nn_adam (.decay = r->l2)
                                 : nn_adamw (.decay = r->decay);
    o.before = r->clip > 0 ? nn_clip : NULL;
    o.limit = r->clip;
    return o;
}

/*  The mean probability of the answers that the net gives. */
static double confidence (nn_net *net)
{
    static float p[MOST * 10];
    must (nn_predict (net, held, &standard, 1, p));
    double sum = 0;
    for (int i = 0; i < held->count; i++)
        sum += p[i * 10 + nn_argmax (p + (size_t) i * 10, 10)];
    return sum / held->count;
}

/*  The length of all weights that may decay, taken together. */
static double length (const nn_net *net)
{
    double sum = 0;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            for (size_t i = 0; i < p->size && p->dims > 1; i++)
                sum += (double) p->w[i] * p->w[i];
        }
    return sqrt (sum);
}

static void train (const remedy *r, uint64_t seed)
{
    const nn_data *lessons = r->more ? more : learnt;
    nn_net *net =
        nn_model_net (nn_model_find ("baseline"), 32, 32, 3, 10, NULL, seed);
    must (nn_net_build (net, .batch = 32));
    for (int l = 0; l < net->layers && r->biases; l++)
        for (int k = 0; k < net->layer[l]->params; k++)
            net->layer[l]->param[k].decays = true;
    nn_optimiser optimiser = optimiser_of (r);
    nn_unit_limit norms = { .limit = r->norm };
    const nn_callback callback = nn_max_norm (&norms);
    nn_history history = { 0 };
    must (nn_train (
        net, lessons, &history, .epochs = EPOCHS, .seed = seed,
        .optimiser = &optimiser, .transforms = &standard, .transform_count = 1,
        .callbacks = &callback, .callback_count = r->norm > 0,
        .mix = r->smoothing > 0 ? nn_smooth : NULL, .mix_with = &r->smoothing));
    nn_scores on_learnt, on_held;
    must (nn_evaluate (net, lessons, &standard, 1, &on_learnt));
    must (nn_evaluate (net, held, &standard, 1, &on_held));
    printf ("%s\t%llu\t%.2f\t%.2f\t%.4f\t%.4f\t%.2f\t%.2f\n", r->name,
            (unsigned long long) seed, 100 * on_learnt.accuracy,
            100 * on_held.accuracy, on_learnt.loss, on_held.loss,
            100 * confidence (net), length (net));
    fflush (stdout);
    nn_history_free (&history);
    nn_net_free (&net);
}

/*  With the word 0 or 1, every other remedy: two programs can share the work. */
int main (int count, char **words)
{
    nn_data *shapes = nn_shapes10 (MOST, 3);
    float mean[4], deviation[4];
    more = nn_shapes10 (FOUR_TIMES, 4);
    if (!shapes || !more)
        must (NN_EMEMORY);
    must (nn_split (shapes, 0.5, 3, &learnt, &held));
    must (nn_moments (learnt, mean, deviation));
    standard = nn_standardise (mean, deviation, 3);
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        for (uint64_t seed = 7; seed <= 9; seed++)
            if (count < 2 || i % 2 == (size_t) (*words[1] - '0'))
                train (&remedies[i], seed);
    return 0;
}
