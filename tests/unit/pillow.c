/*  pillow.c - our transforms make of a picture what Pillow makes of it
 *
 *  tests/data/pillow/record.py has written down Pillow's results. They may differ by
 *  one level in 255: Pillow rounds to a level between the rows and the columns, and
 *  mixes with weights of 8 bits where we have floats. The blur is another matter,
 *  see blurs ().
 */
#include "nn.h"
#include "test.h"

enum { MOST_DOTS = 40 * 40 * 3 };

typedef struct {
    char name[64];
    int h, w, c;
    float x[MOST_DOTS];
} picture;

static picture recorded[200];
static int count;

static bool read_recorded (const char *path)
{
    unsigned char *text;
    size_t size;
    if (nn_file_read (path, &text, &size) < 0)
        return check (false, "Pillow's results are there",
                      "no %s: run this from the top of the tree", path);
    char *rest = (char *) text;
    for (char *at; (at = strsep (&rest, "\n")) && *at && count < 200; count++) {
        picture *p = &recorded[count];
        snprintf (p->name, sizeof p->name, "%s", strsep (&at, " "));
        p->h = (int) strtol (at, &at, 10);
        p->w = (int) strtol (at, &at, 10);
        p->c = (int) strtol (at, &at, 10);
        for (int k = 0; k < p->h * p->w * p->c && k < MOST_DOTS; k++)
            p->x[k] = strtof (at, &at);
        if (*at)
            return check (false, "Pillow's results are whole", "%s", p->name);
    }
    free (text);
    return check (count > 80, "Pillow's results are many", "%d", count);
}

static int noise (uint32_t seed, uint32_t i)
{
    uint32_t x = i * 2654435761u + seed * 40503u + 12345u;
    x = (x ^ (x >> 15)) * 2246822519u;
    x = (x ^ (x >> 13)) * 3266489917u;
    x ^= x >> 16;
    return (int) (x >> 24);
}

static int at_most (int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/*  The same pictures as in record.py. */
static nn_image fresh (bool smooth)
{
    const int h = smooth ? 24 : 19, w = smooth ? 31 : 15;
    nn_image image = { 0 };
    nn_image_fit (&image, h, w, 3);
    for (int i = 0; i < h * w * 3; i++) {
        const int row = i / 3 / w, col = i / 3 % w;
        int sum = 0;
        for (int a = -2; smooth && a <= 2; a++)
            for (int b = -2; b <= 2; b++)
                sum += noise (2, (uint32_t) ((at_most (row + a, h) * w +
                                              at_most (col + b, w)) *
                                                 3 +
                                             i % 3));
        image.x[i] = (float) (smooth ? sum / 25 : noise (1, (uint32_t) i)) / 255;
    }
    return image;
}

static const picture *find (bool smooth, const char *name)
{
    char whole[80];
    snprintf (whole, sizeof whole, "%s_%s", smooth ? "smooth" : "noise", name);
    for (int i = 0; i < count; i++)
        if (strcmp (recorded[i].name, whole) == 0)
            return &recorded[i];
    check (false, whole, "nothing recorded");
    return NULL;
}

/*  How far the image is from a recorded one, in levels, both rounded to whole ones,
 *  at least `margin` dots from the edge; 1000 if they are not alike. */
static float levels (const nn_image *image, const picture *p, int margin)
{
    float most = 0;
    if (!p || image->h != p->h || image->w != p->w || image->c != p->c)
        return 1000;
    for (int k = 0; k < p->h * p->w * p->c; k++) {
        const int row = k / 3 / p->w, col = k / 3 % p->w;
        if (row < margin || row >= p->h - margin || col < margin ||
            col >= p->w - margin)
            continue;
        const float d = fabsf (floorf (image->x[k] * 255 + 0.5f) - p->x[k]);
        most = !(d <= most) ? d : most;
    }
    return most;
}

/*  Compares, and frees the image. */
static void same (nn_image *image, bool smooth, const char *name)
{
    const picture *p = find (smooth, name);
    const float most = levels (image, p, 0);
    check (most <= 1, p ? p->name : name, "%d x %d, off by %g levels", image->h,
           image->w, most);
    nn_image_free (image);
}

static void resizes (bool smooth)
{
    static const char *const names[] = { "bilinear", "bicubic", "nearest" };
    static const int sizes[][2] = { { 38, 30 }, { 40, 33 }, { 7, 9 }, { 8, 40 },
                                    { 3, 2 },   { 1, 1 },   { 19, 8 } };
    for (int f = 0; f < 3; f++)
        for (int s = 0; s < 7; s++) {
            char name[64];
            snprintf (name, sizeof name, "resize_%s_%dx%d", names[f], sizes[s][0],
                      sizes[s][1]);
            nn_image image = fresh (smooth);
            const int status =
                nn_resize_image (&image, sizes[s][0], sizes[s][1], (nn_filter) f);
            if (status != NN_OK)
                check (false, name, "%s", nn_error ());
            same (&image, smooth, name);
        }
}

/*  With this matrix, and a grey of 0.2 outside. */
static void warped (bool smooth, const char *name, const float m[6])
{
    nn_image x = fresh (smooth), y = { 0 };
    nn_image_fit (&y, x.h, x.w, 3);
    nn_warp_image (y.x, x.x, x.h, x.w, 3, m, NN_FILL_CONSTANT, 0.2f);
    nn_image_free (&x);
    same (&y, smooth, name);
}

/*  None of these puts a dot exactly on the edge, where the last digit decides
 *  whether it is outside. */
static void affine (bool smooth)
{
    static const struct {
        const char *name;
        float m[6];
    } cases[] = { { "affine_shift", { 1, 0, 2.5f, 0, 1, -3.25f } },
                  { "affine_zoom", { 0.8f, 0, 0, 0, 1.25f, 0 } },
                  { "affine_shear", { 1, 0.31f, 0, 0, 1, 0 } },
                  { "affine_all", { 0.91f, 0.3f, 1.52f, -0.2f, 1.1f, -2.77f } } };
    static const int turns[] = { 15, -37, 73 };
    for (int i = 0; i < 4; i++)
        warped (smooth, cases[i].name, cases[i].m);
    for (int i = 0; i < 3; i++) {
        char name[32];
        snprintf (name, sizeof name, "rotate_%d", turns[i]);
        const float angle = (float) turns[i] * 3.14159265f / 180;
        // a turn to the left, as Pillow has it: rows count downwards
        const float m[6] = { cosf (angle), -sinf (angle), 0,
                             sinf (angle), cosf (angle),  0 };
        warped (smooth, name, m);
    }
}

static void colours (bool smooth)
{
    static const char *const names[] = { "brightness", "contrast", "saturation" };
    static const float shares[] = { 0.4f, 1.7f };
    for (int q = 0; q < 3; q++)
        for (int s = 0; s < 2; s++) {
            char name[32];
            snprintf (name, sizeof name, "%s_%g", names[q], shares[s]);
            nn_image image = fresh (smooth);
            nn_colour_image (image.x, (size_t) image.h * image.w, 3,
                             (nn_quality) q, shares[s]);
            same (&image, smooth, name);
        }
}

static void places (bool smooth)
{
    for (int k = 0; k < 2; k++) {
        nn_image image = fresh (smooth);
        nn_flip_image (image.x, image.h, image.w, 3, k);
        same (&image, smooth, k ? "flip-vertical" : "flip");
    }
    nn_image x = fresh (smooth), y = { 0 };
    nn_image_fit (&y, 11, 10, 3);
    nn_crop_image (y.x, 11, 10, x.x, x.h, x.w, 3, -2, 3, NN_FILL_CONSTANT, 0);
    nn_image_free (&x);
    same (&y, smooth, "crop");
}

/*  One pass of a box of this reach, which need not be a whole number: the dots at
 *  its ends count in part. Along the rows (step 3) or the columns. */
static void box (nn_image *image, float reach, bool columns)
{
    nn_image x = { 0 };
    nn_image_fit (&x, image->h, image->w, 3);
    memcpy (x.x, image->x, sizeof (float) * image->h * image->w * 3);
    const int whole = (int) reach;
    const float each = 1 / (2 * reach + 1),
                end = (1 - (float) (2 * whole + 1) * each) / 2;
    for (int i = 0; i < image->h * image->w * 3; i++) {
        const int row = i / 3 / image->w, col = i / 3 % image->w;
        float sum = 0;
        for (int t = -whole - 1; t <= whole + 1; t++) {
            const int r = columns ? at_most (row + t, image->h) : row;
            const int c = columns ? col : at_most (col + t, image->w);
            sum += (abs (t) > whole ? end : each) *
                   x.x[(r * image->w + c) * 3 + i % 3];
        }
        image->x[i] = floorf (sum * 255 + 0.5f) / 255;
    }
    nn_image_free (&x);
}

/*  Ours is the blur as it is defined. Pillow's is not: it takes three box blurs in
 *  each direction, which cost the same for any sigma (Gwosdek and others 2011), and
 *  repeats the edge anew in each. Inside of a smooth picture the two are alike. On
 *  noise, and near an edge, they are not, and that nothing else is at work is shown
 *  by doing what Pillow does. */
static void blurs (bool smooth)
{
    static const float sigmas[] = { 0.7f, 1.5f, 3 };
    for (int s = 0; s < 3; s++) {
        char name[32];
        snprintf (name, sizeof name, "gauss_%g", sigmas[s]);
        nn_image image = fresh (smooth), boxes = fresh (smooth);
        check (nn_blur_image (&image, sigmas[s]) == NN_OK, name, "%s",
               nn_error ());
        check (levels (&image, find (smooth, name), 0) <= 1,
               "a blur is what it is defined to be", "%s", name);
        snprintf (name, sizeof name, "blur_%g", sigmas[s]);
        const picture *p = find (smooth, name);
        check (!smooth || levels (&image, p, (int) ceilf (3 * sigmas[s])) <= 2,
               "inside, Pillow's blur is near the true one", "%s: %g levels", name,
               levels (&image, p, 9));
        check (levels (&image, p, 0) > 1,
               "at the edge, or on noise, it is another", "%s is the same now",
               name);
        const float variance = sigmas[s] * sigmas[s] / 3;
        const float l = floorf ((sqrtf (12 * variance + 1) - 1) / 2);
        const float reach = l + (2 * l + 1) * (l * (l + 1) - 3 * variance) /
                                    (6 * (variance - (l + 1) * (l + 1)));
        for (int pass = 0; pass < 6; pass++)
            box (&boxes, reach, pass >= 3);
        same (&boxes, smooth, name);
        nn_image_free (&image);
    }
}

int main (void)
{
    if (!read_recorded ("tests/data/pillow/recorded.txt"))
        return nn_test_done ();
    for (int smooth = 0; smooth < 2; smooth++) {
        resizes (smooth);
        affine (smooth);
        colours (smooth);
        places (smooth);
        blurs (smooth);
    }
    return nn_test_done ();
}
