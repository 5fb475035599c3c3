/*  features.c - features: the same as the net gives, computed once, kept whole */
#include "nn.h"
#include "test.h"

#include <fcntl.h>
#include <omp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIDE = 8, CLASSES = 3, IMAGES = 50, BATCH = 8 };

static char folder[] = "/tmp/nn-features-XXXXXX";
static int reads, die_at; // how often an image was read; when to die

static int pattern_label (const nn_data *self, int i)
{
    (void) self;
    return i % CLASSES;
}

static int pattern_read (const nn_data *self, int i, nn_image *image)
{
    const int status = nn_image_fit (image, self->h, self->w, self->c);
    nn_random random =
        nn_random_from (*(uint64_t *) self->source, NN_FOR_TEST, i, 0);
    for (int k = 0; status == NN_OK && k < self->h * self->w * self->c; k++)
        image->x[k] = nn_random_normal (&random);
    if (++reads == die_at)
        raise (SIGKILL);
    return status;
}

static nn_data *patterns (int count, uint64_t seed)
{
    nn_data *self = nn_data_new (&(nn_data){ .name = "patterns",
                                             .count = count,
                                             .classes = CLASSES,
                                             .h = SIDE,
                                             .w = SIDE,
                                             .c = 3,
                                             .label = pattern_label,
                                             .read = pattern_read },
                                 sizeof seed);
    *(uint64_t *) self->source = seed;
    return self;
}

static nn_net *make_net (uint64_t seed, bool same)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, SIDE, SIDE, 3);
    // the same sizes and weights either way: only the padding differs
    x = same ? nn_conv2d (net, x, .filters = 5, .stride = 2, .same = true)
             : nn_conv2d (net, x, .filters = 5, .stride = 2, .pad = 1);
    x = nn_relu (net, x);
    nn_cross_entropy (net, nn_dense (net, nn_gap (net, x), .units = CLASSES));
    nn_net_build (net, .batch = BATCH);
    return net;
}

/*  How many times images were read to get these features; -1: there are none. */
static int count_reads (const nn_net *net, const nn_data *data,
                        nn_features_args args, char said[512])
{
    char *text = NULL;
    size_t size;
    args.say = open_memstream (&text, &size);
    args.batch = BATCH;
    args.folder = args.file ? NULL : folder;
    reads = 0;
    nn_data *features = nn_features_with (net, net->layer[2], data, args);
    fclose (args.say);
    snprintf (said, 512, "%s", text);
    free (text);
    const int count = features ? reads : -1;
    nn_data_free (&features);
    return count;
}

static void test_values (const nn_net *net, const nn_data *data)
{
    char file[80];
    snprintf (file, sizeof file, "%s/values", folder);
    nn_data *features = nn_features (net, net->layer[2], data, .file = file);
    if (!check (features != NULL, "features are made", "%s", nn_error ()))
        return;
    check (features->h == 4 && features->w == 4 && features->c == 5 &&
               features->count == IMAGES && features->label (features, 7) == 1,
           "a data set of their size with the same labels", "%d x %d x %d, %d",
           features->h, features->w, features->c, features->count);
    nn_image image = { 0 }, got = { 0 };
    bool same = true;
    for (int i = 0; i < IMAGES; i += 7) {
        data->read (data, i, &image);
        const nn_batch one = {
            .n = 1, .h = SIDE, .w = SIDE, .c = 3, .x = image.x
        };
        nn_net_forward ((nn_net *) net, &one, false);
        features->read (features, i, &got);
        for (int row = 0; row < 4; row++)
            same &= memcmp (got.x + (size_t) row * 20,
                            net->layer[2]->out.x +
                                nn_at (&net->layer[2]->out, 0, row, 0),
                            20 * sizeof (float)) == 0;
    }
    check (same, "each is what the net gives, to the last bit", "they differ");
    nn_arrays arrays;
    const bool safe = nn_arrays_open (&arrays, file) == NN_OK && arrays.count == 1;
    check (safe, "the file is safetensors, for others to read", "%s", nn_error ());
    nn_arrays_close (&arrays);
    nn_data_free (&features);
    // -- and in 16 bits
    nn_data *halves =
        nn_features (net, net->layer[2], data, .folder = folder, .half = true);
    float worst = 0;
    for (int i = 0; halves && i < IMAGES; i++) {
        data->read (data, i, &image);
        const nn_batch one = {
            .n = 1, .h = SIDE, .w = SIDE, .c = 3, .x = image.x
        };
        nn_net_forward ((nn_net *) net, &one, false);
        halves->read (halves, i, &got);
        for (int k = 0; k < 80; k++) {
            const float x =
                net->layer[2]->out.x[nn_at (&net->layer[2]->out, 0, k / 20, 0) +
                                     (size_t) (k % 20)];
            worst = fmaxf (worst, fabsf (x - got.x[k]) / fmaxf (fabsf (x), 1e-3f));
        }
    }
    check (halves && worst > 0 && worst < 0x1p-11f,
           "in 16 bits to half a part in a thousand", "%g", worst);
    nn_data_free (&halves);
    nn_image_free (&image);
    nn_image_free (&got);
}

static void test_half (void)
{
    static uint16_t bits[1 << 16];
    static float value[1 << 16];
    int wrong = 0;
    for (int i = 0; i < 1 << 16; i++)
        bits[i] = (uint16_t) i;
    nn_array_read (&(nn_array){ .type = "F16", .size = 1 << 16, .at = bits },
                   value);
    for (int i = 0; i < 1 << 16; i++)
        wrong += nn_half (value[i]) != (isfinite (value[i]) ? i : -1);
    check (wrong == 0, "every number of 16 bits is itself", "%d are not", wrong);
    const struct {
        float x;
        int bits;
    } cases[] = { { 1 + 0x1p-11f, 0x3c00 },  { 1 + 3 * 0x1p-11f, 0x3c02 },
                  { 65519, 0x7bff },         { 65520, -1 },
                  { 0x1p-25f, 0 },           { 3 * 0x1p-25f, 2 },
                  { -0.33325195f, 0xb555 },  { 0x1.ffep-15f, 0x0400 },
                  { 1 + 0x1.2p-11f, 0x3c01 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check (nn_half (cases[i].x) == cases[i].bits,
               "the nearest, of two the even one", "%a is %x, not %x", cases[i].x,
               nn_half (cases[i].x), cases[i].bits);
}

/*  When are they computed again? */
static void test_keys (const nn_net *net, const nn_data *data)
{
    char said[512], file[80], copy[80];
    const float mean[4] = { 0.1f, 0, 0 }, deviation[4] = { 1, 1, 1 };
    const nn_transform shift = nn_standardise (mean, deviation, 3);
    nn_net *fresh = make_net (3, true);
    const int made = count_reads (fresh, data, (nn_features_args){ 0 }, said);
    const int kept = count_reads (fresh, data, (nn_features_args){ 0 }, said);
    check (made >= IMAGES && kept < made - IMAGES + 1 && kept >= 0,
           "they are computed once", "%d reads, then %d", made, kept);
    nn_net_free (&fresh);
    nn_net *other = make_net (2, true), *padded = make_net (1, false);
    nn_data *more = patterns (IMAGES, 99);
    const struct {
        int reads;
        const char *name;
    } anew[] = {
        { count_reads (other, data, (nn_features_args){ 0 }, said),
          "other weights" },
        { count_reads (padded, data, (nn_features_args){ 0 }, said),
          "another padding" },
        { count_reads (net, more, (nn_features_args){ 0 }, said),
          "other pictures" },
        { count_reads (
              net, data,
              (nn_features_args){ .transforms = &shift, .transform_count = 1 },
              said),
          "other transforms" },
        { count_reads (net, data, (nn_features_args){ .half = true }, said),
          "16 bits" },
    };
    for (size_t i = 0; i < sizeof anew / sizeof *anew; i++)
        check (anew[i].reads >= IMAGES || i == 4, "computed anew", "%s: %d reads",
               anew[i].name, anew[i].reads);
    // -- a file of which somebody says that it is the right one
    snprintf (file, sizeof file, "%s/mine", folder);
    snprintf (copy, sizeof copy, "%s/mine.part", folder);
    const nn_features_args here = { .file = file };
    const struct {
        const nn_net *net;
        const nn_data *data;
        nn_features_args args;
        const char *says;
    } cases[] = {
        { net, data, here, "" },
        { other, data, here, "were made with other weights; they are made anew" },
        { other, more, here, "were made from other pictures" },
        { other,
          more,
          { .file = file, .transforms = &shift, .transform_count = 1 },
          "were made with other transforms" },
        { net,
          more,
          { .file = file,
            .transforms = &shift,
            .transform_count = 1,
            .half = true },
          "were made with other weights" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int count =
            count_reads (cases[i].net, cases[i].data, cases[i].args, said);
        check (count >= IMAGES && strstr (said, cases[i].says),
               "a file made from something else is made anew, and it says so",
               "%d reads: %s", count, said);
    }
    check (access (copy, F_OK) != 0, "nothing is left beside it", "%s is", copy);
    nn_data_free (&more);
    nn_net_free (&other);
    nn_net_free (&padded);
}

/*  Cut short anywhere, or with a changed header, it is noticed. */
static void test_damage (const nn_net *net, const nn_data *data)
{
    char said[512], file[80];
    unsigned char *bytes;
    size_t size;
    snprintf (file, sizeof file, "%s/damaged", folder);
    const nn_features_args args = { .file = file };
    count_reads (net, data, args, said);
    if (nn_file_read (file, &bytes, &size) != NN_OK)
        return;
    int noticed = 0, tries = 0;
    for (size_t left = 0; left < size; left += size / 9 + 1, tries++) {
        nn_file_write (file, bytes, left);
        noticed += count_reads (net, data, args, said) >= IMAGES &&
                   strstr (said, "made anew") != NULL;
    }
    check (noticed == tries, "a file cut short is noticed and made anew",
           "%d of %d times: %s", noticed, tries, said);
    bytes[12] ^= 1;
    nn_file_write (file, bytes, size);
    check (count_reads (net, data, args, said) >= IMAGES, "so is a changed header",
           "%s", said);
    bytes[12] ^= 1;
    // -- while it is open
    nn_data *features = nn_features (net, net->layer[2], data, .file = file);
    nn_image image = { 0 };
    const bool cut = features && truncate (file, (off_t) size - 1) == 0;
    check (cut && features->read (features, IMAGES - 1, &image) < 0 &&
               strstr (nn_error (), "did somebody change the file"),
           "cut short while it is read: a sentence", "%s", nn_error ());
    nn_image_free (&image);
    nn_data_free (&features);
    free (bytes);
}

static void test_refusals (const nn_net *net, const nn_data *data)
{
    char said[512];
    const nn_transform flip = nn_flip (0.5f);
    int count = count_reads (
        net, data, (nn_features_args){ .transforms = &flip, .transform_count = 1 },
        said);
    check (count < 0 && strstr (nn_error (), "another picture in every epoch"),
           "a transform that draws is refused", "%s", nn_error ());
    count = count_reads (net, data,
                         (nn_features_args){ .file = "/proc/nothing/x" }, said);
    check (count < 0 && strstr (nn_error (), "cannot be written"),
           "where nothing can be written it says so", "%s", nn_error ());
    nn_data *features =
        nn_features (net, net->layer[2], data, .folder = "/dev/null/x");
    check (!features && strstr (nn_error (), "cannot be made"),
           "and where no folder can be made", "%s", nn_error ());
    nn_net *large = make_net (1, true);
    large->layer[1]->param[1].w[0] = 1e6f;
    count = count_reads (large, data, (nn_features_args){ .half = true }, said);
    check (count < 0 && strstr (nn_error (), "does not fit into 16 bits"),
           "what does not fit into 16 bits is refused", "%s", nn_error ());
    nn_net_free (&large);
}

/*  In a child: asks for the features and says with its status how it went. */
static pid_t ask (const nn_net *net, const nn_data *data, const char *file,
                  int die)
{
    const pid_t child = fork ();
    if (child != 0)
        return child;
    reads = 0;
    die_at = die;
    nn_data *features =
        nn_features (net, net->layer[2], data, .file = file, .batch = BATCH);
    nn_image image = { 0 };
    bool good = features != NULL;
    for (int i = 0; good && i < IMAGES; i++)
        good = features->read (features, i, &image) == NN_OK;
    _exit (!good ? 1 : reads < IMAGES ? 2 : 0);
}

static void test_races (const nn_net *net, const nn_data *data)
{
    char file[80], said[512];
    bool good = true;
    int computed = 0;
    for (int round = 0; round < 20; round++) {
        snprintf (file, sizeof file, "%s/race%d", folder, round);
        pid_t child[4];
        for (int k = 0; k < 4; k++)
            child[k] = ask (net, data, file, 0);
        for (int k = 0; k < 4; k++) {
            int status = 0;
            waitpid (child[k], &status, 0);
            good &= WIFEXITED (status) && WEXITSTATUS (status) != 1;
            computed += WIFEXITED (status) && WEXITSTATUS (status) == 0;
        }
    }
    check (good && computed == 20, "of four that race one computes and all read",
           "%d computed in 20 rounds", computed);
    // -- one dies; another waits for it, and goes on where it was
    nn_data *whole = nn_features (net, net->layer[2], data, .folder = folder);
    snprintf (file, sizeof file, "%s/dies", folder);
    int status = 0, fewer = 0;
    bool same = whole != NULL;
    for (int die = 20; die < 67; die += 5) {
        unlink (file);
        waitpid (ask (net, data, file, die), &status, 0);
        const bool died = WIFSIGNALED (status);
        const int count =
            count_reads (net, data, (nn_features_args){ .file = file }, said);
        fewer += died && count >= 0 && strstr (said, "were there already");
        nn_data *features = nn_features (net, net->layer[2], data, .file = file);
        nn_image a = { 0 }, b = { 0 };
        for (int i = 0; features && i < IMAGES && same; i++)
            same = features->read (features, i, &a) == NN_OK &&
                   whole->read (whole, i, &b) == NN_OK &&
                   memcmp (a.x, b.x, 80 * sizeof *a.x) == 0;
        nn_image_free (&a);
        nn_image_free (&b);
        nn_data_free (&features);
    }
    check (same && fewer >= 2,
           "killed anywhere, the next goes on, to the same bytes", "%d went on",
           fewer);
    nn_data_free (&whole);
}

int main (void)
{
    if (!mkdtemp (folder))
        return 1;
    omp_set_num_threads (1); // whoever forks must have no other threads
    nn_net *net = make_net (1, true);
    nn_data *data = patterns (IMAGES, 5);
    test_races (net, data); // first: it forks, and there are no threads yet
    test_values (net, data);
    test_half ();
    test_keys (net, data);
    test_damage (net, data);
    test_refusals (net, data);
    nn_data_free (&data);
    nn_net_free (&net);
    char command[80];
    snprintf (command, sizeof command, "rm -r %s", folder);
    return system (command) != 0 || nn_test_done ();
}
