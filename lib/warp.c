/*  warp.c - the same thing, seen from elsewhere
 *
 *  A horse that is turned by ten degrees is a horse. So is one that stands a
 *  little to the left, or nearer. Turning, shifting, zooming and shearing are all
 *  affine: a matrix and a shift say where each dot of the new picture comes from
 *  in the old one. That is mostly between four dots, and their mean, weighted by
 *  nearness, is what is taken.
 *
 *  Each of the four needs its matrix; their product needs only one pass over the
 *  picture, and blurs it once. That is why they are one transform.
 *
 *  A dot is a small square. The first one reaches from 0 to 1, its centre is at
 *  one half, and the centre of a picture of w columns is at w / 2. Forget the
 *  half, and every turn shifts the picture as well.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const float DEGREE = 3.14159265f / 180;

/*  Memory for `more` floats behind the first `first` of an image's room: a copy to
 *  read from while the image itself is written. It grows once and then stays, so
 *  no image after the first needs any. NULL if there is none; the image may
 *  move. */
float *nn_image_behind (nn_image *self, size_t first, size_t more)
{
    if (first + more > self->room) {
        float *x = realloc (self->x, (first + more) * sizeof *x);
        if (!x) {
            nn_fail (NN_EMEMORY, "no memory to change an image of %d x %d x %d",
                     self->h, self->w, self->c);
            return NULL;
        }
        self->x = x;
        self->room = first + more;
    }
    return self->x + first;
}

static inline int below (float x) // the whole number below; no call, as floorf is
{
    const int i = (int) x;
    return i - (x < (float) i);
}

enum { COLUMNS = 64 }; // of a row, at a time: side by side in vectors

/*  Where the dots of a row come from: between two rows and two columns. */
typedef struct {
    int top[COLUMNS], under[COLUMNS];    // the rows
    int left[COLUMNS], beside[COLUMNS];  // the columns
    float down[COLUMNS], right[COLUMNS]; // how far from the first to the second
    int outside[COLUMNS];
    int corner[4][COLUMNS]; // where these dots begin: two above, two below
    int last[COLUMNS];      // is the picture's last dot among them?
} origins;

/*  Columns first .. first + count - 1 of a row, counted from the centre of the old
 *  picture's first dot; u is how far from the middle. */
NN_EACH_WIDTH
static void look_back (origins *o, int first, int count, int h, int w,
                       const float m[6], float row_x, float row_y)
{
    const float middle = (float) w / 2;
    for (int k = 0; k < count; k++) {
        const float u = (float) (first + k) + 0.5f - middle;
        const float x = m[0] * u + row_x, y = m[3] * u + row_y;
        o->left[k] = below (x);
        o->top[k] = below (y);
        o->right[k] = x - (float) o->left[k];
        o->down[k] = y - (float) o->top[k];
        o->outside[k] = !((x >= -0.5f) & (x < (float) w - 0.5f) & (y >= -0.5f) &
                          (y < (float) h - 0.5f));
    }
}

/*  Of each place the dot, one of n, and the one behind it; or what stands for
 *  them. Between the outermost centre and the edge that is the nearest, where the
 *  outside is constant, too. */
NN_EACH_WIDTH
static void fill_in (int *at, int *behind, int count, int n, nn_fill fill)
{
    for (int k = 0; fill == NN_FILL_REFLECT && k < count; k++) {
        behind[k] = nn_filled (at[k] + 1, n, NN_FILL_REFLECT);
        at[k] = nn_filled (at[k], n, NN_FILL_REFLECT);
    }
    for (int k = 0; fill != NN_FILL_REFLECT && k < count; k++) {
        behind[k] = nn_filled (at[k] + 1, n, NN_FILL_NEAREST);
        at[k] = nn_filled (at[k], n, NN_FILL_NEAREST);
    }
}

/*  Where the four dots begin, in a picture of h x w dots of c numbers. */
NN_EACH_WIDTH
static void find (origins *o, int count, int h, int w, int c)
{
    const int last = (h * w - 1) * c;
    for (int k = 0; k < count; k++) {
        const int upper = o->top[k] * w, lower = o->under[k] * w;
        const int at[4] = { (upper + o->left[k]) * c, (upper + o->beside[k]) * c,
                            (lower + o->left[k]) * c, (lower + o->beside[k]) * c };
        o->corner[0][k] = at[0];
        o->corner[1][k] = at[1];
        o->corner[2][k] = at[2];
        o->corner[3][k] = at[3];
        o->last[k] =
            (at[0] == last) | (at[1] == last) | (at[2] == last) | (at[3] == last);
    }
}

/*  The mean for dot k of a row: left and right in two rows. */
static inline void between (float *y, const float *x, const origins *o, int k,
                            int c)
{
    const float *a = x + o->corner[0][k], *b = x + o->corner[1][k];
    const float *d = x + o->corner[2][k], *e = x + o->corner[3][k];
    for (int j = 0; j < c; j++) {
        const float above = a[j] + o->right[k] * (b[j] - a[j]);
        const float under = d[j] + o->right[k] * (e[j] - d[j]);
        y[j] = above + o->down[k] * (under - above);
    }
}

typedef float four __attribute__ ((vector_size (16)));

static inline four load (const float *x)
{
    four v;
    memcpy (&v, x, sizeof v);
    return v;
}

/*  The same for three numbers, as a vector of four. The fourth belongs to the dot
 *  behind, is read in vain, and written over when that one's turn comes: so there
 *  must be one. */
static inline void between_four (float *y, const float *x, const origins *o, int k)
{
    const four a = load (x + o->corner[0][k]), b = load (x + o->corner[1][k]);
    const four d = load (x + o->corner[2][k]), e = load (x + o->corner[3][k]);
    const four above = a + o->right[k] * (b - a),
               under = d + o->right[k] * (e - d);
    const four mean = above + o->down[k] * (under - above);
    memcpy (y, &mean, sizeof mean);
}

/*  The means for `count` dots of a row. */
static inline void means (float *y, const float *x, const origins *o, int count,
                          int c)
{
    for (int k = 0; k < count; k++)
        if (c == 3 && k < count - 1 && !o->last[k])
            between_four (y + 3 * k, x, o, k);
        else
            between (y + (size_t) k * c, x, o, k, c);
}

/*  y[row][col] = x at m (place - centre) + centre, both of h x w dots of c
 *  numbers. m = { xx, xy, x, yx, yy, y }, in dots: column first, as mathematics
 *  has it. What lies outside is filled; with NN_FILL_CONSTANT, by `value`. */
void nn_warp_image (float *y, const float *x, int h, int w, int c,
                    const float m[6], nn_fill fill, float value)
{
    const float middle_x = (float) w / 2, middle_y = (float) h / 2;
    origins o;
    for (int row = 0; row < h; row++) {
        const float v = (float) row + 0.5f - middle_y;
        const float row_x = m[1] * v + m[2] + middle_x - 0.5f;
        const float row_y = m[4] * v + m[5] + middle_y - 0.5f;
        for (int first = 0; first < w; first += COLUMNS) {
            const int count = w - first < COLUMNS ? w - first : COLUMNS;
            look_back (&o, first, count, h, w, m, row_x, row_y);
            fill_in (o.left, o.beside, count, w, fill);
            fill_in (o.top, o.under, count, h, fill);
            find (&o, count, h, w, c);
            means (y, x, &o, count, c);
            for (int k = 0; fill == NN_FILL_CONSTANT && k < count; k++)
                for (int j = 0; o.outside[k] && j < c; j++)
                    y[k * c + j] = value;
            y += count * c;
        }
    }
}

/*  m becomes "first m, then turn": what is done to a picture later comes first on
 *  the way back to its dots. */
static void then (float m[6], float xx, float xy, float x, float yx, float yy,
                  float y)
{
    const float a = m[0], b = m[1], c = m[3], d = m[4];
    m[0] = a * xx + b * yx;
    m[1] = a * xy + b * yy;
    m[2] += a * x + b * y;
    m[3] = c * xx + d * yx;
    m[4] = c * xy + d * yy;
    m[5] += c * x + d * y;
}

/*  From -most to most. */
static float either_way (nn_random *random, float most)
{
    return (2 * nn_random_uniform (random) - 1) * most;
}

enum { ROTATE, SHIFT, ZOOM, SHEAR, FILL, VALUE }; // of a warp's values

static int warp (const nn_transform *self, nn_image *image, nn_random *random)
{
    const float *most = self->value;
    const int h = image->h, w = image->w, c = image->c;
    const size_t size = (size_t) h * w * c;
    float m[6] = { 1, 0, 0, 0, 1, 0 };
    // -- the way back, a step for each that is asked for
    if (most[ROTATE] > 0) {
        const float angle = either_way (random, most[ROTATE]) * DEGREE;
        then (m, cosf (angle), -sinf (angle), 0, sinf (angle), cosf (angle), 0);
    }
    if (most[SHIFT] > 0) {
        const float right = either_way (random, most[SHIFT]) * (float) w;
        then (m, 1, 0, right, 0, 1, either_way (random, most[SHIFT]) * (float) h);
    }
    if (most[ZOOM] > 0) {
        const float wide = 1 + either_way (random, most[ZOOM]);
        then (m, wide, 0, 0, 0, 1 + either_way (random, most[ZOOM]), 0);
    }
    if (most[SHEAR] > 0)
        then (m, 1, tanf (either_way (random, most[SHEAR]) * DEGREE), 0, 0, 1, 0);
    float *copy = nn_image_behind (image, size, size);
    if (!copy)
        return NN_EMEMORY;
    memcpy (copy, image->x, size * sizeof *copy);
    nn_warp_image (image->x, copy, h, w, c, m, (nn_fill) most[FILL], most[VALUE]);
    return NN_OK;
}

/*  Each picture is turned, then shifted, zoomed and sheared, each by what it draws
 *  between minus and plus what is said here. */
nn_transform nn_warp_with (nn_warp_args args)
{
    nn_require (args.rotate >= 0 && args.rotate <= 180,
                "rotate is %g; it takes 0 to 180 degrees", args.rotate);
    nn_require (args.shift >= 0 && args.shift <= 1,
                "shift is %g; it takes 0 to 1, a share of the picture",
                args.shift);
    nn_require (args.zoom >= 0 && args.zoom < 1,
                "zoom is %g; it takes 0 to below 1, a share of the size",
                args.zoom);
    nn_require (args.shear >= 0 && args.shear <= 80,
                "shear is %g; it takes 0 to 80 degrees", args.shear);
    return (nn_transform){ "warp",
                           warp,
                           true,
                           { args.rotate, args.shift, args.zoom, args.shear,
                             (float) args.fill, args.value } };
}

/*  Mirrors each row, or the order of the rows. */
void nn_flip_image (float *x, int h, int w, int c, bool upside_down)
{
    const size_t row = (size_t) w * c;
    for (int a = 0; upside_down && a < h / 2; a++)
        for (size_t k = 0; k < row; k++) {
            const float kept = x[a * row + k];
            x[a * row + k] = x[(h - 1 - a) * row + k];
            x[(h - 1 - a) * row + k] = kept;
        }
    for (int a = 0; !upside_down && a < h; a++)
        for (float *left = x + a * row, *right = left + row - c; left < right;
             left += c, right -= c)
            for (int k = 0; k < c; k++) {
                const float kept = left[k];
                left[k] = right[k];
                right[k] = kept;
            }
}

static int flip (const nn_transform *self, nn_image *image, nn_random *random)
{
    if (nn_random_uniform (random) < self->value[0])
        nn_flip_image (image->x, image->h, image->w, image->c,
                       self->value[1] != 0);
    return NN_OK;
}

static nn_transform some_flip (const char *name, float share, bool upside_down)
{
    nn_require (share >= 0 && share <= 1,
                "%s is %g; it takes 0 to 1, a share of the pictures", name, share);
    return (nn_transform){ name, flip, true, { share, (float) upside_down } };
}

/*  Left becomes right in that share of the pictures. */
nn_transform nn_flip (float share)
{
    return some_flip ("flip", share, false);
}

/*  The top becomes the bottom. */
nn_transform nn_flip_vertical (float share)
{
    return some_flip ("flip-vertical", share, true);
}
