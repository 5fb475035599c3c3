/*  augment.c - what every transform promises, the words of the list, and mixtures;
 *  that they are what Pillow makes is tested in pillow.c */
#include "nn.h"
#include "allocations.h"
#include "test.h"

#include <setjmp.h>

static const char everything[] =
    "flip flip-vertical fill:reflect rotate:20 shift:0.1 zoom:0.2 shear:8 "
    "brightness:0.3 contrast:0.3 saturation:0.3 blur:1 pad-crop:3 cutout:7";

/*  h x w dots that are all different. */
static nn_image picture (int h, int w)
{
    nn_image image = { 0 };
    nn_image_fit (&image, h, w, 3);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 9, 0);
    for (int i = 0; i < h * w * 3; i++)
        image.x[i] = nn_random_uniform (&random);
    return image;
}

static float apart (const nn_image *a, const nn_image *b)
{
    float most = a->h == b->h && a->w == b->w ? 0 : 1000;
    for (int i = 0; i < a->h * a->w * 3 && most < 1000; i++)
        most = fmaxf (most, fabsf (a->x[i] - b->x[i]));
    return most;
}

/*  The image after these words, drawn for (1, epoch, 5). */
static int after (nn_image *image, const char *words, bool training,
                  uint32_t epoch)
{
    nn_transform list[NN_TRANSFORMS];
    const int count = nn_augment_read (words, list, NN_TRANSFORMS);
    return count < 0
               ? count
               : nn_transform_all (list, count, image, training, 1, epoch, 5);
}

static void same_after (const char *words, bool training, const char *name)
{
    nn_image a = picture (13, 18), b = picture (13, 18);
    const int status = after (&a, words, training, 0);
    check (status == NN_OK && apart (&a, &b) <= 1e-6f, name, "%s: off by %g, %s",
           words, apart (&a, &b), status < 0 ? nn_error () : "");
    nn_image_free (&a);
    nn_image_free (&b);
}

static void properties (void)
{
    same_after ("flip:1 flip:1", true, "flipped twice is the picture");
    same_after ("flip-vertical:1 flip-vertical:1", true, "and upside down twice");
    same_after ("flip:0 rotate:0 shift:0 zoom:0 shear:0 brightness:0 contrast:0 "
                "saturation:0 blur:0",
                true, "amounts of 0 change nothing");
    same_after (everything, false, "measuring leaves the picture alone");
}

/*  What each word alone makes of a picture: another one, of values from 0 to 1. */
static void each_word (void)
{
    static const char *const words[] = { "flip:1",
                                         "flip-vertical:1",
                                         "rotate:30",
                                         "shift:0.3",
                                         "zoom:0.3",
                                         "shear:20",
                                         "pad-crop:4",
                                         "brightness:0.5",
                                         "contrast:0.5",
                                         "saturation:0.5",
                                         "blur:1.5",
                                         "cutout:5",
                                         "fill:constant:0.5 rotate:30",
                                         "fill:reflect rotate:30" };
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        nn_image a = picture (13, 18), b = picture (13, 18),
                 again = picture (13, 18);
        after (&a, words[k], true, 3);
        after (&again, words[k], true, 3);
        bool inside = a.h == 13 && a.w == 18;
        for (int i = 0; i < 13 * 18 * 3; i++)
            inside &= a.x[i] >= 0 && a.x[i] <= 1.000001f;
        check (inside && apart (&a, &b) > 0.01f && apart (&a, &again) == 0,
               words[k], "inside %d, differs by %g, again by %g", inside,
               apart (&a, &b), apart (&a, &again));
        nn_image_free (&a);
        nn_image_free (&b);
        nn_image_free (&again);
    }
}

/*  A row of n dots between two mirrors, built by walking to and fro. */
static void mirrors (void)
{
    bool right = true;
    for (int n = 1; n <= 5; n++)
        for (int i = -17; i <= 17; i++) {
            int at = 0, step = i < 0 ? -1 : 1;
            for (int k = 0; k < abs (i); k++) {
                if (at + step < 0 || at + step >= n)
                    step = -step; // the dot at the edge is seen twice
                else
                    at += step;
            }
            right &= nn_filled (i, n, NN_FILL_REFLECT) == at;
            right &= nn_filled (i, n, NN_FILL_NEAREST) == (i < 0    ? 0
                                                           : i >= n ? n - 1
                                                                    : i);
            right &=
                nn_filled (i, n, NN_FILL_CONSTANT) == (i < 0 || i >= n ? -1 : i);
        }
    check (right, "what stands for a dot outside", "wrong somewhere");
}

/*  A picture of four channels, resized, against each channel resized alone. */
static void each_channel (void)
{
    static const int sizes[][4] = { { 13, 18, 5, 7 }, { 5, 7, 13, 18 },
                                    { 1, 1, 4, 3 },   { 9, 2, 2, 9 },
                                    { 6, 40, 6, 3 },  { 2, 3, 1, 1 },
                                    { 31, 5, 3, 5 } };
    bool right = true;
    for (int k = 0; k < 7 * 3; k++) {
        const int *s = sizes[k % 7], filter = k / 7;
        for (int channels = 2; channels <= 4; channels++) {
            nn_image all = { 0 };
            nn_image_fit (&all, s[0], s[1], channels);
            for (int i = 0; i < s[0] * s[1] * channels; i++)
                all.x[i] = (float) (i * 37 % 101) / 100;
            nn_image one[4] = { 0 };
            for (int c = 0; c < channels; c++) {
                nn_image_fit (&one[c], s[0], s[1], 1);
                for (int i = 0; i < s[0] * s[1]; i++)
                    one[c].x[i] = all.x[i * channels + c];
                right &= nn_resize_image (&one[c], s[2], s[3],
                                          (nn_filter) filter) == NN_OK;
            }
            right &=
                nn_resize_image (&all, s[2], s[3], (nn_filter) filter) == NN_OK;
            for (int i = 0; i < s[2] * s[3] * channels; i++)
                right &= all.x[i] == one[i % channels].x[i / channels];
            for (int c = 0; c < channels; c++)
                nn_image_free (&one[c]);
            nn_image_free (&all);
        }
    }
    check (right, "a resize takes each channel on its own", "some are mixed");
}

/*  Warps that need no dot between two others. */
static void exact_warps (void)
{
    nn_image x = picture (9, 9), y = picture (9, 9), z = picture (9, 9);
    const float shift[] = { 1, 0, 2, 0, 1, -3 }, turn[] = { 0, -1, 0, 1, 0, 0 };
    for (int fill = 0; fill < 3; fill++) {
        nn_warp_image (y.x, x.x, 9, 9, 3, shift, (nn_fill) fill, 0.5f);
        nn_crop_image (z.x, 9, 9, x.x, 9, 9, 3, -3, 2, (nn_fill) fill, 0.5f);
        check (apart (&y, &z) == 0, "a shift by whole dots is a crop",
               "fill %d: %g", fill, apart (&y, &z));
    }
    nn_warp_image (y.x, x.x, 9, 9, 3, turn, NN_FILL_NEAREST, 0);
    for (int i = 0; i < 9 * 9 * 3; i++) // row r, column c comes from c, 8 - r
        z.x[i] = x.x[((i / 3 % 9) * 9 + 8 - i / 27) * 3 + i % 3];
    check (apart (&y, &z) < 1e-5f, "a quarter turn moves each dot to a dot", "%g",
           apart (&y, &z));
    nn_image_free (&x);
    nn_image_free (&y);
    nn_image_free (&z);
}

/*  All of 64 pictures after an epoch of the loader, in the order of the set. */
static float *all_pictures (const nn_data *data, int batch, int ahead,
                            bool shuffle, uint32_t epoch)
{
    nn_transform list[NN_TRANSFORMS];
    const int count = nn_augment_read (everything, list, NN_TRANSFORMS);
    float *all = calloc (64 * 3072, sizeof *all);
    nn_loader *loader = nn_loader_new (
        data, .batch = batch, .ahead = ahead, .shuffle = shuffle, .training = true,
        .seed = 4, .transforms = list, .transform_count = count);
    int status = nn_loader_start (loader, epoch, 0);
    for (const nn_batch *b; (b = nn_loader_next (loader, &status));)
        for (int i = 0; i < b->n; i++)
            memcpy (all + b->index[i] * 3072, b->x + i * 3072, 3072 * sizeof *all);
    nn_loader_free (&loader);
    return all;
}

static void draws (void)
{
    nn_data *data = nn_shapes10 (64, 3);
    float *first = all_pictures (data, 32, 2, false, 1);
    static const int ways[][3] = { { 1, 1, 0 }, { 7, 3, 1 }, { 64, 9, 1 } };
    for (int k = 0; k < 3; k++) {
        float *again = all_pictures (data, ways[k][0], ways[k][1], ways[k][2], 1);
        check (memcmp (first, again, 64 * 3072 * sizeof *first) == 0,
               "neither batch nor order changes a draw", "batches of %d",
               ways[k][0]);
        free (again);
    }
    float *later = all_pictures (data, 32, 2, false, 2);
    int same = 0;
    for (int i = 0; i < 64; i++)
        same +=
            memcmp (first + i * 3072, later + i * 3072, 3072 * sizeof *first) == 0;
    check (same == 0, "another epoch draws anew", "%d of 64 pictures are the same",
           same);
    free (first);
    free (later);
    nn_data_free (&data);
}

/*  After the first image, no image needs memory. */
static void memory (void)
{
    nn_transform list[NN_TRANSFORMS];
    nn_image image = picture (96, 96);
    const int count = nn_augment_read (everything, list, NN_TRANSFORMS);
    nn_transform_all (list, count, &image, true, 1, 0, 0);
    nn_blur_image (&image, 1); // the widest window that these words may draw
    const long before = allocations;
    for (int i = 1; i < 20; i++)
        nn_transform_all (list, count, &image, true, 1, 0, (uint32_t) i);
    check (allocations == before, "no image after the first needs memory",
           "%ld allocations", allocations - before);
    nn_image_free (&image);
}

static void sizes (void)
{
    static const struct {
        const char *words;
        int h, w; // what becomes of 40 x 30
    } cases[] = { { "flip rotate:9", 40, 30 },
                  { "crop:24", 24, 24 },
                  { "resize:64", 64, 64 },
                  { "resize:70:bicubic crop:64 flip", 64, 64 },
                  { "pad-crop:4", 40, 30 } };
    for (int k = 0; k < 5; k++) {
        nn_transform list[NN_TRANSFORMS];
        const int count = nn_augment_read (cases[k].words, list, NN_TRANSFORMS);
        int h = 40, w = 30;
        const int status = nn_transform_size (list, count, &h, &w, 3);
        nn_image image = picture (40, 30);
        after (&image, cases[k].words, true, 1);
        check (status == NN_OK && h == cases[k].h && w == cases[k].w &&
                   image.h == h && image.w == w,
               "the size is the same in training and in measuring",
               "%s: %d x %d, %d x %d", cases[k].words, h, w, image.h, image.w);
        nn_image_free (&image);
    }
}

static void lists (void)
{
    static const struct {
        const char *words;
        int count;
    } cases[] = { { "", 0 },
                  { "none", 0 },
                  { "rotate:15 shift:0.1 zoom:0.1 shear:3", 1 },
                  { "rotate:15,shift:0.1, flip", 2 },
                  { "shift:0.1 rotate:15", 2 }, // in this order: not one warp
                  { "rotate:15 rotate:15", 2 },
                  { "rotate:15 fill:reflect shift:0.1", 2 },
                  { "rotate:15 flip shift:0.1", 3 },
                  { "crop:24", 2 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        nn_transform list[NN_TRANSFORMS];
        const int count = nn_augment_read (cases[k].words, list, NN_TRANSFORMS);
        check (count == cases[k].count, "words become transforms", "%s: %d",
               cases[k].words, count);
    }
}

static void complaints (void)
{
    static const char *const cases[][2] = {
        { "flop", "did you mean 'flip'?" },
        { "rotate", "rotate has no number; it takes 0 to 180 (degrees)" },
        { "rotate:nan", "rotate is nan; it takes 0 to 180 (degrees)" },
        { "rotate:inf", "rotate is inf" },
        { "rotate:-3", "rotate is -3" },
        { "rotate:15x", "rotate is 15x" },
        { "rotate:", "rotate is ;" },
        { "rotate:15:3", "rotate takes no more than one number" },
        { "flip:2", "flip is 2" },
        { "crop:0", "crop is 0; it takes a whole number from 1" },
        { "crop:-4", "crop is -4" },
        { "crop:2.5", "crop is 2.5; it takes a whole number" },
        { "resize:0", "resize is 0" },
        { "resize:99999999999", "resize is 99999999999" },
        { "resize:9:bicubc", "did you mean 'bicubic'?" },
        { "resize:9:bicubic:2", "resize takes no more than two values" },
        { "fill:reflekt", "did you mean 'reflect'?" },
        { "fill:constant:2", "fill is 2" },
        { "pad-crop:0", "pad-crop is 0" },
        { "cutout:0", "cutout is 0" },
        { "blur:40", "blur is 40" },
        { "flip flip flip flip flip flip flip flip flip flip flip flip flip flip "
          "flip flip flip",
          "one too many" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        nn_transform list[NN_TRANSFORMS] = { { .name = "untouched" } };
        const int count = nn_augment_read (cases[k][0], list, NN_TRANSFORMS);
        check (count < 0 && strstr (nn_error (), cases[k][1]) &&
                   strcmp (list[0].name, "untouched") == 0,
               cases[k][0], "%d: %s", count, nn_error ());
    }
    nn_image small = picture (8, 30);
    check (after (&small, "crop:9", true, 1) == NN_ESHAPE &&
               strstr (nn_error (),
                       "9 x 9 dots cannot be cut from an image of 8 x 30"),
           "a crop that is larger than the picture", "%s", nn_error ());
    check (nn_blur_image (&small, NAN) < 0 && strstr (nn_error (), "blur is nan"),
           "a blur of NaN", "%s", nn_error ());
    nn_image_free (&small);
    nn_recipe recipe = { 0 };
    check (nn_recipe_set (&recipe, "augment", "flip rotat:15") < 0 &&
               strstr (nn_error (), "did you mean 'rotate'?"),
           "a recipe's words are read when they are set", "%s", nn_error ());
    check (nn_recipe_set (&recipe, "augment", "flip rotate:15") == NN_OK,
           "and kept", "%s", nn_error ());
}

static jmp_buf back;
static char panic[256];

static void jump (const char *sentence)
{
    snprintf (panic, sizeof panic, "%s", sentence);
    longjmp (back, 1);
}

#define REFUSES(what, part)                                                       \
    do {                                                                          \
        *panic = 0;                                                               \
        if (!setjmp (back))                                                       \
            (void) (what);                                                        \
        check (strstr (panic, part), #what " is refused", "it said '%s'", panic); \
    } while (0)

static void contracts (void)
{
    nn_on_panic = jump;
    REFUSES (nn_warp (.rotate = NAN), "rotate is nan; it takes 0 to 180");
    REFUSES (nn_warp (.shift = -0.1f), "shift is -0.1");
    REFUSES (nn_warp (.zoom = 1), "zoom is 1");
    REFUSES (nn_warp (.shear = 90), "shear is 90");
    REFUSES (nn_flip (1.5f), "flip is 1.5");
    REFUSES (nn_crop (.h = -1), "a crop of -1 x 0");
    REFUSES (nn_centre_crop (0, 5), "a crop of 0 x 5");
    REFUSES (nn_cutout (0, 0), "cutout is 0");
    REFUSES (nn_brightness (NAN), "brightness is nan");
    REFUSES (nn_blur (2, 1), "blur from 2 to 1");
    REFUSES (nn_resize (0, 3, NN_BILINEAR), "a resize to 0 x 3");
}

/*  A batch of 5 images of 2 x 1 x 1. */
static nn_batch batch_of (float *x, float *target, float *weight)
{
    for (int i = 0; i < 5; i++) {
        x[2 * i] = (float) i;
        x[2 * i + 1] = (float) (10 * i);
        weight[i] = 1;
        for (int k = 0; k < 5; k++)
            target[5 * i + k] = i == k;
    }
    return (nn_batch){ .n = 5,
                       .classes = 5,
                       .h = 2,
                       .w = 1,
                       .c = 1,
                       .x = x,
                       .target = target,
                       .weight = weight };
}

/*  Beta: mean 1/2, variance 1 / (4 (2 alpha + 1)). */
static void shares (nn_random *random)
{
    static const float alphas[] = { 0.05f, 0.4f, 1, 2 };
    for (int k = 0; k < 4; k++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < 20000; i++) {
            const double b = nn_random_beta (random, alphas[k]) - 0.5;
            sum += b / 20000;
            squares += b * b / 20000;
        }
        const double variance = 1 / (4 * (2 * (double) alphas[k] + 1));
        check (fabs (sum) < 0.015 && fabs (squares / variance - 1) < 0.04,
               "the shares are drawn from a beta distribution",
               "alpha %g: mean %g, variance %g for %g", alphas[k], sum + 0.5,
               squares, variance);
    }
}

static void mixtures (void)
{
    float x[10], target[25], weight[5];
    nn_batch batch = batch_of (x, target, weight);
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    double alpha = 1;
    check (nn_mixup (&batch, &random, &alpha) == NN_OK, "a batch is mixed", "%s",
           nn_error ());
    const float share = target[0];
    bool right = share > 0 && share < 1 && x[4] == 2 && target[12] == 1;
    for (int i = 0; i < 5; i++) {
        const float is =
            i == 2 ? 2 : share * (float) i + (1 - share) * (float) (4 - i);
        right &= fabsf (x[2 * i] - is) < 1e-5f &&
                 fabsf (x[2 * i + 1] - 10 * is) < 1e-4f &&
                 fabsf (weight[i] - 1) < 1e-6f;
        right &= i == 2 || (fabsf (target[5 * i + i] - share) < 1e-6f &&
                            fabsf (target[5 * i + 4 - i] - (1 - share)) < 1e-6f);
    }
    check (right, "pictures and targets are mixed in the same shares",
           "share %g, first values %g %g", share, x[0], x[8]);
    batch = batch_of (x, target, weight);
    alpha = 0;
    nn_mixup (&batch, &random, &alpha);
    check (x[0] == 0 && x[8] == 4 && target[0] == 1, "alpha 0 mixes nothing", "%g",
           x[0]);
    static const double bad[] = { NAN, -1, 0.01, 3, INFINITY };
    for (int k = 0; k < 5; k++)
        check (nn_mixup (&batch, &random, &bad[k]) < 0 &&
                   strstr (nn_error (), "it takes 0.05 to 2"),
               "an alpha that is none", "%s", nn_error ());
    nn_recipe recipe = { .mixup = 1, .smoothing = 0.5 };
    batch = batch_of (x, target, weight);
    nn_recipe_mix (&batch, &random, &recipe);
    check (fabsf (target[12] - 0.6f) < 1e-6f && target[0] < 0.6f &&
               target[0] > 0.1f,
           "a recipe mixes and smooths", "%g %g", target[12], target[0]);
    shares (&random);
}

int main (void)
{
    properties ();
    each_word ();
    mirrors ();
    each_channel ();
    exact_warps ();
    draws ();
    memory ();
    sizes ();
    lists ();
    complaints ();
    contracts ();
    mixtures ();
    return nn_test_done ();
}
