/*  imbalance.c - class weights, repeated and drawn images; and what cannot be measured */
#include "nn.h"
#include "test.h"

static nn_data *shapes; // 400 of them

/* --- Weights in the loss, beside PyTorch ------------------------------------------------ */
enum { N = 12, CLASSES = 5 };
static const int mixed_labels[N] = { 0, 1, 2, 3, 4, 0, 2, 4, 4, 4, 1, 0 };
static float target[N * CLASSES], weight[N];
static int label[N];
static nn_batch batch = {
    .n = N, .classes = CLASSES, .label = label, .target = target, .weight = weight
};

static void fill (bool one_class)
{
    for (int i = 0; i < N; i++) {
        label[i] = one_class ? 3 : mixed_labels[i];
        weight[i] = 1;
        for (int k = 0; k < CLASSES; k++)
            target[i * CLASSES + k] = k == label[i];
    }
}

static void beside_pytorch (char *line)
{
    static const struct {
        const char *name;
        float weight[CLASSES];
    } kinds[] = { { "plain", { 1, 1, 1, 1, 1 } },
                  { "some", { 1.5f, 1, 0.25f, 3, 0.5f } },
                  { "zero", { 0, 2, 1, 1, 0 } } };
    float x[N * CLASSES], p[N * CLASSES], dx[N * CLASSES], loss[N], mean = 0;
    char name[40];
    snprintf (name, sizeof name, "%.*s", (int) strcspn (line, "-0123456789") - 1,
              line);
    fill (name[0] == 'o');
    for (int i = 0; i < N * CLASSES; i++)
        x[i] = ((float) ((37 * i + 3 * i * i + 61 * 7) % 101) / 50 - 1) * 6;
    nn_class_weights weights = { .classes = CLASSES };
    for (int k = 0; k < 3; k++)
        if (strstr (name, kinds[k].name))
            weights.weight = kinds[k].weight;
    const int status = nn_weigh (&batch, NULL, &weights);
    nn_softmax (p, x, N, CLASSES);
    nn_cross_entropy_forward (loss, x, target, weight, N, CLASSES);
    nn_cross_entropy_backward (dx, p, target, weight, N, CLASSES, 1.0f / N, false);
    for (int i = 0; i < N; i++)
        mean += loss[i] / N;
    const bool gradient = strstr (name, "dx");
    const float *ours = gradient ? dx : &mean;
    double most = 0;
    char *at = line + strlen (name);
    for (int i = 0; i < (gradient ? N * CLASSES : 1); i++) {
        const double d = fabs (ours[i] - strtod (at, &at));
        most = !(d <= most) ? d : most;
    }
    check (status == NN_OK && most < 1e-6, name, "differs by %g; %s", most,
           nn_error ());
}

static void weighted_loss (void)
{
    FILE *file = fopen ("tests/data/torch/weighted.txt", "r");
    char line[4000];
    int lines = 0;
    for (; file && fgets (line, sizeof line, file); lines++)
        beside_pytorch (line);
    check (lines == 12, "all that PyTorch computed was compared", "%d lines",
           lines);
    if (file)
        fclose (file);
}

static int halve (nn_batch *b, nn_random *random, const void *with)
{
    (void) random;
    for (int i = 0; i < b->n; i++) { // half of each image is of the next class
        float *t = b->target + (size_t) i * b->classes;
        for (int k = 0; k < b->classes; k++)
            t[k] =
                (k == b->label[i] || k == (b->label[i] + 1) % b->classes) / 2.0f;
        b->weight[i] = *(const float *) with;
    }
    return NN_OK;
}

static void after_a_mix (void)
{
    static const float two = 2, by_class[CLASSES] = { 1, 2, 3, 4, 6 };
    const nn_class_weights w = {
        .classes = CLASSES, .weight = by_class, .mix = halve, .with = &two
    };
    fill (false);
    const int status = nn_weigh (&batch, NULL, &w);
    float sum = 0;
    for (int i = 0; i < N; i++)
        sum += weight[i];
    // -- images 0 and 1: (1 + 2) / 2 and (2 + 3) / 2, each twice, over the mean
    check (status == NN_OK && fabsf (sum - N) < 1e-5f &&
               fabsf (weight[1] / weight[0] - 2.5f / 1.5f) < 1e-6f &&
               fabsf (weight[4] / weight[0] - 3.5f / 1.5f) < 1e-6f,
           "a mixed image weighs as much as its parts", "%g %g %g: %s",
           (double) weight[0], (double) weight[1], (double) weight[4],
           nn_error ());
}

static void bad_weights (void)
{
    static const struct {
        const char *name, *words;
        float weight[CLASSES];
        int classes;
    } bad[] = {
        { "weights that are all 0",
          "sum to 0 (there are 5, one for each class)",
          { 0 },
          CLASSES },
        { "a weight below 0", "class 1 is -1", { 1, -1, 1, 1, 1 }, CLASSES },
        { "a weight that is no number", "class 2 is nan", { 1, 1, NAN, 1, 1 }, 5 },
        { "an infinite one", "class 0 is inf", { INFINITY, 1, 1, 1, 1 }, CLASSES },
        { "weights for others", "for 4 classes, and the data have 5", { 1 }, 4 },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const nn_class_weights w = { .classes = bad[i].classes,
                                     .weight = bad[i].weight };
        fill (false);
        const int status = nn_weigh (&batch, NULL, &w);
        check (status < 0 && strstr (nn_error (), bad[i].words), bad[i].name,
               "%d: %s", status, nn_error ());
    }
}

/* --- Views -------------------------------------------------------------------------------- */
/*  Every class has 40 images; of class k keep only 40 / (k + 1), of class 9 none. */
static nn_data *uneven (void)
{
    int index[400], count = 0, seen[10] = { 0 };
    for (int i = 0; i < shapes->count; i++) {
        const int k = shapes->label (shapes, i);
        if (k < 9 && seen[k]++ < 40 / (k + 1))
            index[count++] = i;
    }
    return nn_subset (shapes, index, count);
}

/*  A number that tells an image from all others. */
static double print_of (const nn_data *data, int i)
{
    static nn_image image;
    double sum = 0;
    if (data->read (data, i, &image) < 0)
        return -1;
    for (int k = 0; k < image.h * image.w * image.c; k++)
        sum += image.x[k] * (k % 97 + 1);
    return sum;
}

static void oversampling (const nn_data *few)
{
    int before[10], after[10];
    nn_data *more = nn_oversample (few, 3), *same = nn_oversample (few, 3),
            *other = nn_oversample (few, 4);
    nn_class_counts (few, before);
    nn_class_counts (more, after);
    bool level = more->count == 9 * 40 && after[9] == 0;
    for (int k = 0; k < 9; k++)
        level = level && after[k] == before[0];
    check (level, "every class gets as many images as the largest", "%d images",
           more->count);
    // -- each image as often as the others of its class, or once more
    int differ = 0, changed = 0, often[400] = { 0 };
    double prints[400];
    for (int i = 0; i < few->count; i++)
        prints[i] = print_of (few, i);
    for (int i = 0; i < more->count; i++) {
        const double it = print_of (more, i);
        differ += it != print_of (same, i);
        changed += it != print_of (other, i);
        for (int j = 0; j < few->count; j++)
            often[j] += prints[j] == it;
    }
    bool fair = true;
    for (int j = 0; j < few->count; j++) {
        const int k = few->label (few, j), least = 40 / before[k];
        fair = fair && (often[j] == least || often[j] == least + 1) &&
               (40 % before[k] || often[j] == least);
    }
    check (fair, "each image as often as the others, or once more", "not so");
    check (differ == 0 && changed > 20, "the seed says which",
           "%d differ, %d changed", differ, changed);
    const int nobody = 0;
    nn_data *none = nn_subset (few, &nobody, 0);
    check (!nn_oversample (none, 3) && strstr (nn_error (), "has no images"),
           "no images cannot be repeated", "%s", nn_error ());
    nn_data_free (&none);
    nn_data_free (&more);
    nn_data_free (&same);
    nn_data_free (&other);
}

/*  Twice the weight, twice as often; and no weight, never. */
static void sampling (void)
{
    float w[400];
    double expected[10] = { 0 }, sum = 0, chi = 0;
    int counts[10];
    for (int i = 0; i < 400; i++) {
        const int k = shapes->label (shapes, i);
        w[i] = k == 3 ? 0 : (float) (1 + k % 4);
        expected[k] += w[i];
        sum += w[i];
    }
    nn_data *drawn = nn_sample (shapes, w, 9000, 5);
    nn_class_counts (drawn, counts);
    for (int k = 0; k < 10; k++)
        if (k != 3) {
            const double e = 9000 * expected[k] / sum;
            chi += (counts[k] - e) * (counts[k] - e) / e;
        }
    // -- 8 degrees of freedom: above 26.1 once in a thousand seeds
    check (chi < 26.1 && chi > 0.86, "each image as often as its weight says",
           "chi-square %g", chi);
    check (counts[3] == 0, "an image without weight is never drawn", "%d times",
           counts[3]);
    nn_data_free (&drawn);
    for (int i = 0; i < 400; i++)
        w[i] = i == 0;
    drawn = nn_sample (shapes, w, 50, 5);
    bool first = drawn->count == 50;
    for (int i = 0; i < 50; i++)
        first = first && print_of (drawn, i) == print_of (shapes, 0);
    check (first, "one weight alone, one image alone", "not so");
    nn_data_free (&drawn);
    w[0] = 0;
    check (!nn_sample (shapes, w, 0, 5) &&
               strstr (nn_error (), "sum to 0 (there are 400"),
           "weights of 0 draw nothing", "%s", nn_error ());
    w[7] = NAN;
    check (!nn_sample (shapes, w, 0, 5) && strstr (nn_error (), "image 7 is nan"),
           "nor does what is no number", "%s", nn_error ());
    check (!nn_sample (shapes, w, -1, 5) && strstr (nn_error (), "-1 images"),
           "nor less than no images", "%s", nn_error ());
}

/* --- Sampling while training: other images in each epoch, and the same after a break ------ */
typedef struct {
    nn_data *sample;
    double seen[3]; // of each epoch
} notes;

static int note (void *self, nn_training *t)
{
    notes *n = self;
    if (t->epoch < 3 && t->batch == 0)
        for (int i = 0; i < n->sample->count; i++)
            n->seen[t->epoch] += (i + 1) * print_of (n->sample, i);
    return NN_OK;
}

/*  Three epochs, in one go or broken off after the first. */
static notes train (nn_data *sample, bool broken, float *weights)
{
    const int ends[2] = { broken ? 1 : 3, 3 };
    notes n = { sample, { 0 } };
    nn_net *net = nn_net_new (.seed = 7);
    nn_cross_entropy (net, nn_dense (net, nn_input (net, 32, 32, 3), .units = 10));
    nn_optimiser adam = nn_adam (.rate = 1e-3f);
    nn_history history = { 0 };
    const nn_callback callbacks[] = { nn_sample_anew (sample),
                                      { .batch = note, .self = &n } };
    int status = nn_net_build (net, .batch = 32);
    for (int part = 0; part < 1 + broken && status == NN_OK; part++)
        status = nn_train (net, sample, &history, .epochs = ends[part], .seed = 3,
                           .first_epoch = part, .optimiser = &adam,
                           .callbacks = callbacks, .callback_count = 2);
    check (status == NN_OK, broken ? "and in two parts" : "training on a sample",
           "%s", nn_error ());
    memcpy (weights, nn_net_layer (net, "dense_1")->param[0].w,
            1000 * sizeof *weights);
    nn_history_free (&history);
    nn_net_free (&net);
    return n;
}

static void anew (void)
{
    float w[400], whole[1000], parts[1000];
    for (int i = 0; i < 400; i++)
        w[i] = 1;
    nn_data *sample = nn_sample (shapes, w, 64, 5);
    const notes a = train (sample, false, whole), b = train (sample, true, parts);
    check (a.seen[0] != a.seen[1] && a.seen[1] != a.seen[2],
           "each epoch draws other images", "%g %g %g", a.seen[0], a.seen[1],
           a.seen[2]);
    check (memcmp (a.seen, b.seen, sizeof a.seen) == 0,
           "an epoch draws the same after a break", "%g %g %g", b.seen[0],
           b.seen[1], b.seen[2]);
    check (memcmp (whole, parts, sizeof whole) == 0,
           "and the weights are the same, to the last bit", "they differ");
    nn_data_free (&sample);
}

/* --- What a recipe says of classes ------------------------------------------------------------ */
static void in_a_recipe (const nn_data *few)
{
    nn_recipe r = { .sampling = "once", .seed = 5 };
    float w[NN_MOST_CLASSES], by_hand[10];
    nn_data *view = NULL;
    check (nn_recipe_weights (&r, shapes, w) == 0 &&
               nn_recipe_sample (&r, shapes, &view) == 0 && !view,
           "a recipe that says nothing of classes", "%s", nn_error ());
    int status =
        nn_recipe_set (&r, "class-weights", "1.5,1,1.5, 2 1 2,1,1,1,0.25");
    status = status == NN_OK ? nn_recipe_weights (&r, shapes, w) : status;
    check (status == 1 && w[0] == 1.5f && w[3] == 2 && w[5] == 2 && w[9] == 0.25f,
           "its weights are read", "%d: %s", status, nn_error ());
    nn_recipe_set (&r, "class-weights", "balanced");
    nn_balanced_weights (shapes, by_hand);
    check (nn_recipe_weights (&r, shapes, w) == 1 &&
               memcmp (w, by_hand, sizeof by_hand) == 0,
           "or measured", "%s", nn_error ());
    check (nn_recipe_weights (&r, few, w) == NN_EVALUE &&
               strstr (nn_error (), "has no image"),
           "which a class without images forbids", "%s", nn_error ());
    nn_recipe_set (&r, "class-weights", "1,2,3");
    check (nn_recipe_weights (&r, shapes, w) == NN_ESHAPE &&
               strstr (nn_error (), "are 3 numbers, and Shapes-10 has 10 classes"),
           "too few of them are told", "%s", nn_error ());
    nn_recipe_set (&r, "class-weights", "0,0,0,3,0,0,0,1,0,0");
    nn_recipe_set (&r, "sampling", "weighted");
    int counts[10] = { 0 };
    if (nn_recipe_sample (&r, shapes, &view) == 1)
        nn_class_counts (view, counts);
    check (counts[3] + counts[7] == 400 && counts[3] > 260 && counts[3] < 340,
           "drawn by the weights of classes", "%d and %d", counts[3], counts[7]);
    nn_data_free (&view);
    nn_recipe_set (&r, "class-weights", "");
    check (nn_recipe_sample (&r, shapes, &view) == NN_EVALUE && !view &&
               strstr (nn_error (), "there are no weights; set class-weights"),
           "drawn by no weights", "%s", nn_error ());
    nn_recipe_set (&r, "sampling", "oversample");
    check (nn_recipe_sample (&r, few, &view) == 1 && view->count == 9 * 40,
           "small classes repeated", "%s", nn_error ());
    nn_data_free (&view);
}

static void bad_words (void)
{
    static const struct {
        const char *said, *words;
    } bad[] = {
        { "0,0,0", "the weights sum to 0 (there are 3" },
        { "1,2,x", "class-weights is 1,2,x; it takes a number for each class" },
        { "balance", "or balanced" },
        { "1,-2", "the weight of class 1 is -2" },
        { "1 nan", "the weight of class 1 is nan" },
        { "1,inf", "the weight of class 1 is inf" },
        { ",", "it takes a number for each class" },
        { "1;2", "it takes a number for each class" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        nn_recipe r = { .class_weights = "1,2" };
        const int status = nn_recipe_set (&r, "class-weights", bad[i].said);
        check (status < 0 && strstr (nn_error (), bad[i].words) &&
                   strcmp (r.class_weights, "1,2") == 0,
               bad[i].said, "%d: %s", status, nn_error ());
    }
    nn_recipe r = { .sampling = "once" };
    check (nn_recipe_set (&r, "sampling", "oversampel") < 0 &&
               strstr (nn_error (), "did you mean 'oversample'?"),
           "a misspelt sampling", "%s", nn_error ());
}

/* --- What cannot be measured: one sentence each ----------------------------------------------- */
static const char *const names[] = { "cat", "dog", "cow" };

static void unmeasurable (void)
{
    int is[4] = { 0, 1, 1, 0 };
    float p[12] = { 1, 0, 0, 0, 1, 0, 0, 1, 0, .5f, .5f, 0 };
    nn_predictions four = {
        .names = names, .n = 4, .classes = 3, .label = is, .p = p
    };
    nn_confusion c;
    nn_roc_curve r;
    nn_calibration k;
    double auc;
    check (nn_roc (&r, &four, 2) == NN_EVALUE && !r.fpr &&
               strstr (nn_error (), "none of the 4 images belong to 'cow'"),
           "a class without images has no curve", "%s", nn_error ());
    check (nn_roc_auc (&four, false, &auc) == NN_EVALUE &&
               strstr (nn_error (), "'cow'"),
           "and there is no mean area", "%s", nn_error ());
    p[4] = NAN;
    check (nn_confusion_of (&c, &four) == NN_EVALUE && !c.count &&
               strstr (nn_error (), "image 1 has the score nan for 'dog'"),
           "a score that is no number", "%s", nn_error ());
    check (nn_roc (&r, &four, 0) == NN_EVALUE && strstr (nn_error (), "image 1"),
           "also for a curve", "%s", nn_error ());
    check (nn_calibration_of (&k, &four, 10) == NN_EVALUE &&
               strstr (nn_error (), "image 1"),
           "and for the calibration", "%s", nn_error ());
    p[4] = 7;
    check (nn_calibration_of (&k, &four, 10) == NN_EVALUE &&
               strstr (nn_error (), "image 1 has a highest score of 7"),
           "a score that is no probability", "%s", nn_error ());
    p[4] = 1;
    check (nn_calibration_of (&k, &four, 0) == NN_EVALUE &&
               nn_calibration_of (&k, &four, 65) == NN_EVALUE,
           "no bins, or too many", "%s", nn_error ());
    is[0] = is[1] = is[2] = is[3] = 1;
    check (nn_roc (&r, &four, 1) == NN_EVALUE &&
               strstr (nn_error (), "all of the"),
           "one class only has no curve", "%s", nn_error ());
    is[3] = 3;
    check (nn_confusion_of (&c, &four) == NN_EVALUE &&
               strstr (nn_error (), "image 3 has label 3"),
           "a label that there is not", "%s", nn_error ());
    four.n = 0;
    check (nn_confusion_of (&c, &four) == NN_EVALUE &&
               strstr (nn_error (), "nothing to measure"),
           "no images", "%s", nn_error ());
}

static void other_classes (void)
{
    nn_net *net = nn_net_new (.seed = 7);
    nn_cross_entropy (net, nn_dense (net, nn_input (net, 32, 32, 3), .units = 7));
    nn_predictions p;
    check (nn_net_build (net, .batch = 8) == NN_OK &&
               nn_predictions_of (&p, net, shapes, NULL, 0) == NN_ESHAPE &&
               strstr (nn_error (), "7 classes apart, and"),
           "a net for other classes", "%s", nn_error ());
    nn_net_free (&net);
}

int main (void)
{
    shapes = nn_shapes10 (400, 9);
    weighted_loss ();
    after_a_mix ();
    bad_weights ();
    nn_data *few = uneven ();
    float by_class[10];
    check (nn_balanced_weights (few, by_class) == NN_EVALUE &&
               strstr (nn_error (), "has no image"),
           "no weight makes up for no image", "%s", nn_error ());
    oversampling (few);
    in_a_recipe (few);
    bad_words ();
    nn_data_free (&few);
    sampling ();
    anew ();
    unmeasurable ();
    other_classes ();
    nn_data_free (&shapes);
    return nn_test_done ();
}
