/*  augment.c - a list of transforms, written in words
 *
 *  "flip rotate:15 shift:0.1": one word a transform, in the order in which they
 *  are applied, each with its numbers behind colons. So it stands in a recipe, and
 *  so a notebook may write it. What words there are stands in a table, with what
 *  their number may be; whatever is wrong is said in one sentence, before any
 *  picture is touched.
 *
 *  Turning, shifting, zooming and shearing that follow each other in this order
 *  become one transform, for a picture that is resampled once stays sharper than
 *  one that is resampled four times, and it costs a quarter.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct { // the list so far, and what now lies around a picture
    nn_transform *list;
    int count;
    nn_fill fill;
    float value;
} reader;

typedef struct augment_word augment_word;
struct augment_word {
    const char *name, *about;            // about its number
    double low, high, usual;             // of it; NaN: it must be given
    nn_transform (*make) (float number); // its transform; or NULL:
    void (*put) (reader *r, const augment_word *self, double number, int extra);
    const char *const *extra; // what may be said behind a second colon; or NULL
    int step;                 // of a warp
    bool whole;
};

static void append (reader *r, nn_transform t)
{
    r->list[r->count++] = t;
}

static nn_transform blur_up_to (float sigma)
{
    return nn_blur (sigma < 0.1f ? sigma : 0.1f, sigma);
}

static nn_transform grey_square (float size)
{
    return nn_cutout ((int) size, 0.5f);
}

/*  Into the last transform, if that is a warp like it which has not yet come to
 *  this step; else into a new one. The steps are the first four values of a
 *  warp. */
static void put_warp (reader *r, const augment_word *self, double most, int extra)
{
    (void) extra;
    const nn_transform fresh = nn_warp (.fill = r->fill, .value = r->value);
    bool joins = false;
    if (r->count > 0) {
        const nn_transform *last = &r->list[r->count - 1];
        joins = last->apply == fresh.apply && last->value[4] == fresh.value[4] &&
                last->value[5] == fresh.value[5];
        for (int k = self->step; joins && k < 4; k++)
            joins = last->value[k] == 0;
    }
    if (!joins)
        append (r, fresh);
    r->list[r->count - 1].value[self->step] = (float) most;
}

/*  Random while training, the middle while measuring. */
static void put_crop (reader *r, const augment_word *self, double size, int extra)
{
    (void) self;
    (void) extra;
    append (r, nn_crop (.h = (int) size, .w = (int) size));
    append (r, nn_centre_crop ((int) size, (int) size));
}

static void put_pad_crop (reader *r, const augment_word *self, double pad,
                          int extra)
{
    (void) self;
    (void) extra;
    append (r, nn_crop (.pad = (int) pad, .fill = r->fill, .value = r->value));
}

static void put_resize (reader *r, const augment_word *self, double size,
                        int extra)
{
    (void) self;
    append (r, nn_resize ((int) size, (int) size, (nn_filter) extra));
}

static void put_fill (reader *r, const augment_word *self, double value, int extra)
{
    (void) self;
    r->fill = (nn_fill) extra;
    r->value = (float) value;
}

static const char *const filters[] = { "bilinear", "bicubic", "nearest", NULL };
static const char *const fills[] = { "nearest", "reflect", "constant", NULL };

static const augment_word words[] = {
    { "flip", "a share of the pictures", 0, 1, 0.5, .make = nn_flip },
    { "flip-vertical", "a share of the pictures", 0, 1, 0.5,
      .make = nn_flip_vertical },
    { "flip-alternate", "epochs", 1, 1000, 1, .make = nn_flip_turns, .whole = 1 },
    { "rotate", "degrees", 0, 180, NAN, .put = put_warp, .step = 0 },
    { "shift", "a share of the picture", 0, 1, NAN, .put = put_warp, .step = 1 },
    { "zoom", "a share of the size", 0, 0.9, NAN, .put = put_warp, .step = 2 },
    { "shear", "degrees", 0, 80, NAN, .put = put_warp, .step = 3 },
    { "pad-crop", "dots around the picture", 1, 1000, NAN, .whole = true,
      .put = put_pad_crop },
    { "crop", "dots", 1, 10000, NAN, .whole = true, .put = put_crop },
    { "resize", "dots", 1, 10000, NAN, .whole = true, .put = put_resize,
      .extra = filters },
    { "brightness", "a share", 0, 1, NAN, .make = nn_brightness },
    { "contrast", "a share", 0, 1, NAN, .make = nn_contrast },
    { "saturation", "a share", 0, 1, NAN, .make = nn_saturation },
    { "blur", "the largest sigma, in dots", 0, 32, NAN, .make = blur_up_to },
    { "cutout", "dots", 1, 10000, NAN, .whole = true, .make = grey_square },
    { "fill", "one of nearest, reflect, constant, then a value", 0, 1, 0,
      .put = put_fill, .extra = fills },
};
enum { WORDS = sizeof words / sizeof *words };

/*  Which of a list this is; fails with a guess and all that there is. */
static int choose (const char *what, const char *const *known, int count,
                   const char *text)
{
    char all[256] = "";
    for (int k = 0; k < count; k++) {
        if (strcmp (known[k], text) == 0)
            return k;
        const size_t at = strlen (all);
        snprintf (all + at, sizeof all - at, "%s%s", k ? ", " : "", known[k]);
    }
    const char *near = nn_nearest (text, known, count);
    return nn_fail (NN_EVALUE, "there is no %s '%.40s'%s%s%s; there is %s", what,
                    text, near ? ", did you mean '" : "", near ? near : "",
                    near ? "'?" : "", all);
}

/*  The row of a word, or NULL with a sentence. */
static const augment_word *find_word (const char *name)
{
    const char *known[WORDS];
    for (int k = 0; k < WORDS; k++)
        known[k] = words[k].name;
    const int k = choose ("augmentation", known, WORDS, name);
    return k < 0 ? NULL : &words[k];
}

/*  The number of a word. */
static int read_number (const augment_word *word, const char *text, double *number)
{
    char *end = NULL;
    *number = text ? strtod (text, &end) : word->usual;
    const bool good = (!text || (end != text && !*end)) && *number >= word->low &&
                      *number <= word->high &&
                      (!word->whole || *number == floor (*number));
    if (good)
        return NN_OK;
    if (!text)
        return nn_fail (NN_EVALUE,
                        "%s has no number; it takes %g to %g (%s), as "
                        "in %s:%g",
                        word->name, word->low, word->high, word->about, word->name,
                        word->high / 10 > 1 ? 8 : word->high / 10);
    return nn_fail (NN_EVALUE, "%s is %.40s; it takes %s%g to %g (%s)", word->name,
                    text, word->whole ? "a whole number from " : "", word->low,
                    word->high, word->about);
}

/*  One word with its numbers, which it cuts up. */
static int read_word (reader *r, char *text)
{
    const char *name = strsep (&text, ":");
    const augment_word *word = find_word (name);
    if (!word)
        return NN_EVALUE;
    const bool choice_first = word->put == put_fill;
    const char *first = strsep (&text, ":"), *second = strsep (&text, ":");
    const char *number = choice_first ? second : first;
    const char *option = choice_first ? first : second;
    double value;
    int extra = 0;
    if (text || (option && !word->extra))
        return nn_fail (NN_EVALUE, "%s takes no more than %s", word->name,
                        word->extra ? "two values" : "one number");
    int count = 0;
    while (word->extra && word->extra[count])
        count++;
    if (option)
        extra = choose (word->name, word->extra, count, option);
    const int status = extra < 0 ? extra : read_number (word, number, &value);
    if (status != NN_OK)
        return status;
    if (word->make)
        append (r, word->make ((float) value));
    else
        word->put (r, word, value, extra);
    return NN_OK;
}

/*  The transforms that the words say, into a list with room for `room`; returns
 *  how many, or a negative status and a sentence. `fill:…` is no transform, but
 *  holds for the words behind it. */
int nn_augment_read (const char *said, nn_transform *list, int room)
{
    char copy[512], *rest = copy;
    nn_transform all[NN_TRANSFORMS + 2];
    reader r = { .list = all };
    if (snprintf (copy, sizeof copy, "%s", said) >= (int) sizeof copy)
        return nn_fail (NN_EVALUE, "more than %zu letters of augmentations",
                        sizeof copy - 1);
    for (char *word; (word = strsep (&rest, " ,\t"));) {
        if (!*word || strcmp (word, "none") == 0)
            continue;
        const int status = read_word (&r, word);
        if (status != NN_OK)
            return status;
        if (r.count > room || r.count > NN_TRANSFORMS)
            return nn_fail (NN_EVALUE,
                            "'%.40s' is one too many: there is room for "
                            "%d transforms",
                            word, room < NN_TRANSFORMS ? room : NN_TRANSFORMS);
    }
    memcpy (list, all, r.count * sizeof *list);
    return r.count;
}

/*  Which size the net gets when such images go through the list. */
int nn_transform_size (const nn_transform *list, int count, int *h, int *w, int c)
{
    nn_image image = { 0 };
    int status = nn_image_fit (&image, *h, *w, c);
    for (size_t k = 0; status == NN_OK && k < (size_t) *h * *w * c; k++)
        image.x[k] = 0;
    if (status == NN_OK)
        status = nn_transform_all (list, count, &image, false, 0, 0, 0);
    if (status == NN_OK) {
        *h = image.h;
        *w = image.w;
    }
    nn_image_free (&image);
    return status;
}
