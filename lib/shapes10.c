/*  shapes10.c - a data set that draws itself
 *
 *  Ten shapes, each with its own place, size, turn and colours, on a cloudy ground
 *  among scraps of other things, partly hidden, with noise over all of it. No two
 *  are alike, there is no end of them, and nothing needs to be downloaded. A
 *  person knows nearly all of them at a glance. A network has to learn what we no
 *  longer notice: that a star is a star whatever its colour, and wherever it is.
 *
 *  Picture i depends on the seed and on i alone, and it is computed in whole
 *  numbers only. So every machine draws the same bytes, today and in ten years.
 */
#include "nn.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    SIDE = 32,
    SIZE = SIDE * SIDE * 3,
    GRAIN = 8, // a dot, in the finer measure of places
    UNIT = 128 // the radius of a shape, in the measure of its corners
};

/*  How hard it is. With these numbers a linear model hardly sees anything, the
 *  network of chapter 4 is right about seven times in ten, and a person nearly
 *  always. */
enum {
    CLOUD = 30,     // by which a ground differs from itself
    DARK = 150,     // no ground is brighter
    BRIGHT = 120,   // no shape is darker
    CONTRAST = 150, // by which a shape differs from its ground
    SMALL = 56,     // the least radius of a shape, in grains
    LARGE = 96,     // and the greatest
    AWAY = 48,      // its centre is no farther from the picture's
    TILT = 240,     // it is turned by 26 degrees at most
    PLAIN = 3,      // of seven shapes four are plain
    FEW = 2,        // scraps
    MANY = 4,       // scraps
    HIDDEN = 65,    // of 100 shapes, so many have a bar before them
    NOISE = 25      // its deviation, at most, of 255
};

static const char *const class_names[] = { "circle", "ring", "moon",  "triangle",
                                           "square", "star", "cross", "heart",
                                           "arrow",  "bolt" };
enum { CIRCLE, RING, MOON, FIRST_POLYGON, BAR = 10 };

/*  The shapes that have corners: u, v, u, v …, v pointing down. */
static const struct {
    int corners;
    signed char at[24];
} polygons[] = {
    { 3, { 0, -125, 110, 66, -110, 66 } },
    { 4, { -90, -90, 90, -90, 90, 90, -90, 90 } },
    { 10, { 0, -127, 32,  -44, 121, -39, 52,   17,  75,  103,
            0, 55,   -75, 103, -52, 17,  -121, -39, -32, -44 } },
    { 12, { -36, -115, 36,  -115, 36,  -36, 115,  -36, 115,  36,  36,  36,
            36,  115,  -36, 115,  -36, 36,  -115, 36,  -115, -36, -36, -36 } },
    { 12, { 0, -50, 26,  -92, 66,   -106, 106,  -82, 116, -36,  84,  26,
            0, 118, -84, 26,  -116, -36,  -106, -82, -66, -106, -26, -92 } },
    { 7, { 0, -126, 88, -20, 34, -20, 34, 118, -34, 118, -34, -20, -88, -20 } },
    { 6, { 42, -126, -76, 22, -10, 22, -42, 126, 76, -28, 8, -28 } },
    { 4, { -24, -127, 24, -127, 24, 127, -24, 127 } },
};

/*  Is (u, v) inside this shape? */
static bool inside (int shape, int u, int v)
{
    enum { ONE = UNIT * UNIT };
    const int far = u * u + v * v;
    if (shape == CIRCLE)
        return far < ONE * 4 / 5;
    if (shape == RING)
        return far < ONE && far > ONE / 3;
    if (shape == MOON) { // a disc without another disc
        const int away = u - UNIT / 2;
        return far < ONE && away * away + v * v > ONE * 5 / 8;
    }
    // -- how often does a line from here to the right cross the outline?
    const signed char *p = polygons[shape - FIRST_POLYGON].at;
    const int ends = 2 * polygons[shape - FIRST_POLYGON].corners;
    bool odd = false;
    for (int i = 0, j = ends - 2; i < ends; j = i, i += 2)
        if ((p[i + 1] > v) != (p[j + 1] > v)) {
            const int rise = p[j + 1] - p[i + 1], run = p[j] - p[i];
            odd ^= (rise > 0) == ((u - p[i]) * rise < run * (v - p[i + 1]));
        }
    return odd;
}

typedef struct {
    int shape;
    int x, y, radius;   // in grains
    int along, across;  // cosine and sine of its turn, times 65536 UNIT / radius
    int pattern, width; // 1: stripes, 2: checks, 3: a shade, else plain; how wide
    int colour[2][3];
} figure;

/*  A whole number from low to high. */
static int between (nn_random *random, int low, int high)
{
    return low + (int) nn_random_below (random, high - low + 1);
}

/*  A figure of this size, with its centre in the square, tilted a little. There is
 *  no sine in whole numbers, but ((1 - t2) / (1 + t2), 2t / (1 + t2)) is on the
 *  circle for every t. */
static figure place (int shape, int radius, int low, int high, nn_random *random)
{
    figure f = { .shape = shape, .radius = radius };
    f.x = between (random, low, high);
    f.y = between (random, low, high);
    const int t = between (random, -TILT, TILT), below = 1024 * 1024 + t * t;
    const int64_t scale = 65536 * UNIT / radius;
    f.along = (int) (scale * (1024 * 1024 - t * t) / below);
    f.across = (int) (scale * 2048 * t / below);
    return f;
}

/*  A colour of any hue, from pale to pure and from dark to bright. */
static void draw_colour (int colour[3], int darkest, int brightest,
                         nn_random *random)
{
    const int hue = between (random, 0, 1535), pale = between (random, 20, 220);
    const int bright = between (random, darkest, brightest);
    for (int k = 0; k < 3; k++) {
        int away = (hue + 512 * k) % 1536 -
                   768; // from the hue where this channel is dark
        away = away < 0 ? -away : away;
        const int pure = away < 256 ? 256 : away > 512 ? 0 : 512 - away;
        colour[k] = bright * (pure + (256 - pure) * pale / 256) / 256;
    }
}

/*  Two colours and a pattern. Both colours are this bright and stand out from the
 *  ground. */
static void dress (figure *f, const int ground[3], int bright, int contrast,
                   nn_random *random)
{
    for (int i = 0; i < 2; i++) {
        int apart;
        do {
            apart = 0;
            draw_colour (f->colour[i], bright, 255, random);
            for (int k = 0; k < 3; k++)
                apart += abs (f->colour[i][k] - ground[k]);
        } while (apart < contrast);
    }
    f->pattern = between (random, -PLAIN, 3);
    f->width = between (random, 50, 90);
}

/*  How much of its second colour a figure has at (u, v), from 0 to 256. */
static int second_colour (const figure *f, int u, int v)
{
    const int a = (u + 4 * UNIT) / f->width % 2, b = (v + 4 * UNIT) / f->width % 2;
    if (f->pattern == 1)
        return 256 * a;
    if (f->pattern == 2)
        return 256 * (a ^ b);
    if (f->pattern == 3)
        return u < -UNIT ? 0 : u > UNIT ? 256 : u + UNIT;
    return 0;
}

/*  Paints a figure over one dot, as much as it covers of the dot's four
 *  samples. */
static void paint_dot (int dot[3], const figure *f, int right, int down)
{
    int hits = 0, second = 0;
    for (int s = 0; s < 4; s++) {
        const int x = right + GRAIN / 4 + s % 2 * GRAIN / 2;
        const int y = down + GRAIN / 4 + s / 2 * GRAIN / 2;
        const int u = (x * f->along + y * f->across) / 65536;
        const int v = (y * f->along - x * f->across) / 65536;
        if (inside (f->shape, u, v)) {
            hits++;
            second += second_colour (f, u, v);
        }
    }
    for (int k = 0; k < 3; k++)
        dot[k] = (dot[k] * (4 - hits) + f->colour[0][k] * hits +
                  (f->colour[1][k] - f->colour[0][k]) * second / 256) /
                 4;
}

static void paint (int picture[SIDE][SIDE][3], const figure *f)
{
    const int reach = f->radius + GRAIN;
    for (int row = 0; row < SIDE; row++)
        for (int col = 0; col < SIDE; col++) {
            const int right = GRAIN * col - f->x, down = GRAIN * row - f->y;
            if (abs (right) <= reach && abs (down) <= reach)
                paint_dot (picture[row][col], f, right, down);
        }
}

/*  A cloudy ground: random colours at the corners of squares of 8 x 8 dots, and in
 *  between a smooth way from one to the next. */
static void clouds (int picture[SIDE][SIDE][3], const int ground[3],
                    nn_random *random)
{
    int corner[SIDE / 8 + 1][SIDE / 8 + 1][3];
    for (int i = 0; i <= SIDE / 8; i++)
        for (int j = 0; j <= SIDE / 8; j++)
            for (int k = 0; k < 3; k++)
                corner[i][j][k] = ground[k] + between (random, -CLOUD, CLOUD);
    for (int row = 0; row < SIDE; row++)
        for (int col = 0; col < SIDE; col++)
            for (int k = 0; k < 3; k++) {
                const int i = row / 8, j = col / 8, y = row % 8, x = col % 8;
                const int above =
                    corner[i][j][k] * (8 - x) + corner[i][j + 1][k] * x;
                const int below =
                    corner[i + 1][j][k] * (8 - x) + corner[i + 1][j + 1][k] * x;
                picture[row][col][k] = (above * (8 - y) + below * y) / 64;
            }
}

/*  Bytes from 0 to 255, after noise with the bell curve of four bytes' sum. */
static void develop (uint8_t *pixels, const int *picture, int noise,
                     nn_random *random)
{
    for (int at = 0; at < SIZE; at++) {
        const uint32_t bits = nn_random_bits (random);
        const int sum =
            (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
        const int value =
            picture[at] + (sum - 510) * noise / 148; // 148: its deviation
        pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
}

/*  Picture i of a seed, 32 x 32 dots of red, green and blue, with a shape of this
 *  class. */
void nn_shapes10_draw (uint8_t pixels[SIZE], int label, uint64_t seed, int i)
{
    enum { EDGE = SIDE * GRAIN };
    nn_random random = nn_random_from (seed, NN_FOR_SHAPES, 1, i);
    int picture[SIDE][SIDE][3], ground[3];
    draw_colour (ground, 30, DARK, &random);
    clouds (picture, ground, &random);
    // -- scraps that lie about
    for (int scraps = between (&random, FEW, MANY); scraps > 0; scraps--) {
        const int shape = between (&random, 0, BAR),
                  radius = between (&random, 16, 32);
        figure scrap = place (shape, radius, 0, EDGE, &random);
        dress (&scrap, ground, 40, CONTRAST / 2, &random);
        paint (picture, &scrap);
    }
    // -- the shape, all of it inside the picture
    const int radius = between (&random, SMALL, LARGE);
    figure shape =
        place (label, radius, EDGE / 2 - AWAY, EDGE / 2 + AWAY, &random);
    dress (&shape, ground, BRIGHT, CONTRAST, &random);
    paint (picture, &shape);
    // -- now and then something in front of it
    figure bar = place (BAR, radius * 3 / 2, -radius, radius, &random);
    bar.x += shape.x;
    bar.y += shape.y;
    dress (&bar, ground, 40, 0, &random);
    if (between (&random, 1, 100) <= HIDDEN)
        paint (picture, &bar);
    develop (pixels, picture[0][0], between (&random, 0, NOISE), &random);
}

typedef struct {
    uint64_t seed;
    uint8_t *pixels;      // of all pictures, drawn when they are first read
    atomic_uchar drawn[]; // 0: not yet, 1: somebody is at it, 2: done
} source;

/*  Of every ten pictures each class has one, in an order drawn for these ten. */
static int label (const nn_data *self, int i)
{
    nn_require (i >= 0 && i < self->count, "there is no image %d in %s: it has %d",
                i, self->name, self->count);
    int order[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    const source *s = self->source;
    nn_random random = nn_random_from (s->seed, NN_FOR_SHAPES, 0, i / 10);
    nn_shuffle (order, 10, &random);
    return order[i % 10];
}

static int read_image (const nn_data *self, int i, nn_image *image)
{
    source *s = self->source;
    const int class = label (self, i);
    uint8_t mine[SIZE], *pixels = s->pixels + (size_t) i * SIZE;
    // -- the first to come draws it for all; whoever comes meanwhile draws a copy
    unsigned char state = 0;
    if (atomic_compare_exchange_strong (&s->drawn[i], &state, 1)) {
        nn_shapes10_draw (pixels, class, s->seed, i);
        atomic_store (&s->drawn[i], 2);
    } else if (state == 1)
        nn_shapes10_draw (pixels = mine, class, s->seed, i);
    const int status = nn_image_fit (image, SIDE, SIDE, 3);
    for (int k = 0; status == NN_OK && k < SIZE; k++)
        image->x[k] = pixels[k] / 255.0f;
    return status;
}

static void forget (nn_data *self)
{
    free (((source *) self->source)->pixels);
}

/*  The first `count` pictures of a seed; another seed gives others. Each is drawn
 *  when it is first read, and kept. NULL, with a sentence, when there is no
 *  memory. */
nn_data *nn_shapes10 (int count, uint64_t seed)
{
    if (count < 0) {
        nn_fail (NN_EVALUE, "nn_shapes10: %d pictures cannot be drawn", count);
        return NULL;
    }
    nn_data *self =
        nn_data_new (&(nn_data){ "Shapes-10", count, 10, SIDE, SIDE, 3,
                                 class_names, label, read_image, forget, NULL },
                     sizeof (source) + count);
    if (!self)
        return NULL;
    source *s = self->source;
    s->seed = seed;
    s->pixels = calloc (count + 1, SIZE);
    if (!s->pixels) {
        nn_fail (NN_EMEMORY, "nn_shapes10: no memory for %d pictures", count);
        nn_data_free (&self);
    }
    return self;
}
