/*  leak.c - has the network seen the question before?
 *
 *  An examination is worth nothing if the answers were known. Pictures reach both
 *  sides in many ways: the same file twice, a copy in another light, a mirror
 *  image made before the split, two frames of one film. So look, for every picture
 *  that is examined, for the one among those learnt from that is most like it.
 *
 *  Seen from afar, in 8 x 8 dots, a copy looks like its original even if it was
 *  packed anew or moved by a dot. Without its mean and at length 1 it does so in
 *  any light. Then the product of two such rows of numbers is their correlation, 1
 *  for the same; and all products of all pictures are one product of matrices.
 */
#include "nn.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { GRID = 8, AFAR = GRID * GRID * 3 };
enum { HELD = 32, LEARNT = 256 }; // images whose products are taken at a time

typedef struct {
    uint64_t mark; // of all values of the image
    int image;
} stamp;

typedef struct { // what is known of all images of a data set
    int count;
    float *afar;  // count x AFAR
    stamp *stamp; // count
} album;

/*  A number that differs, nearly surely, for any two different images (FNV-1a by
 *  Fowler, Noll and Vo, on words). */
static uint64_t mark_of (const nn_image *image)
{
    uint64_t mark = 0xcbf29ce484222325;
    const size_t size = (size_t) image->h * image->w * image->c;
    for (size_t i = 0; i < size; i++) {
        uint32_t word;
        memcpy (&word, &image->x[i], sizeof word);
        mark = (mark ^ word) * 0x100000001b3;
        mark ^= mark >> 29;
    }
    return mark ^ (uint64_t) image->h << 32;
}

/*  The mean of one channel over one of the 8 x 8 parts of an image. */
static double part_mean (const nn_image *image, int row, int col, int channel)
{
    const int top = row * image->h / GRID, left = col * image->w / GRID;
    int bottom = (row + 1) * image->h / GRID, right = (col + 1) * image->w / GRID;
    bottom += bottom == top; // of an image smaller than the grid
    right += right == left;
    double sum = 0;
    for (int i = top; i < bottom; i++)
        for (int j = left; j < right; j++)
            sum += image->x[((size_t) i * image->w + j) * image->c + channel];
    return sum / ((bottom - top) * (right - left));
}

/*  An image seen from afar, without its mean and at length 1; zeros if it is all
 *  of one colour. Mirrored, if so wanted. */
static void look (float *afar, const nn_image *image, bool mirrored)
{
    double sum = 0, square = 0;
    for (int at = 0; at < AFAR; at++) {
        const int place = at / 3, col = place % GRID;
        const int channel = image->c < 3 ? 0 : at % 3;
        afar[at] = (float) part_mean (image, place / GRID,
                                      mirrored ? GRID - 1 - col : col, channel);
        sum += afar[at];
    }
    for (int at = 0; at < AFAR; at++) {
        afar[at] -= (float) (sum / AFAR);
        square += (double) afar[at] * afar[at];
    }
    const float scale = square > 1e-9 ? (float) (1 / sqrt (square)) : 0;
    for (int at = 0; at < AFAR; at++)
        afar[at] *= scale;
}

static int by_mark (const void *a, const void *b)
{
    const stamp *p = a, *q = b;
    return p->mark != q->mark ? (p->mark > q->mark ? 1 : -1)
                              : (p->image > q->image) - (p->image < q->image);
}

static void close_album (album *self)
{
    free (self->afar);
    free (self->stamp);
}

/*  Looks at all images, so many times each: as they are, mirrored. */
static int look_at_all (album *self, const nn_data *data, int times)
{
    nn_image image = { 0 };
    int status = NN_OK;
    for (int i = 0; i < data->count && status == NN_OK; i++) {
        status = data->read (data, i, &image);
        if (status != NN_OK)
            break;
        for (int k = 0; k < times; k++)
            look (self->afar + ((size_t) i * times + k) * AFAR, &image, k == 1);
        self->stamp[i] = (stamp){ mark_of (&image), i };
    }
    nn_image_free (&image);
    return status;
}

static int open_album (album *self, const nn_data *data, int times)
{
    *self = (album){ .count = data->count };
    self->afar =
        malloc (((size_t) data->count * times + 1) * AFAR * sizeof (float));
    self->stamp = malloc ((data->count + 1) * sizeof *self->stamp);
    return self->afar && self->stamp
               ? look_at_all (self, data, times)
               : nn_fail (NN_EMEMORY, "%s: no memory to look at %d images",
                          data->name, data->count);
}

/*  The most alike of all images learnt from, for the held ones lo … hi - 1, at
 *  most HELD. */
static void compare (nn_twin *twins, const album *learnt, const album *held,
                     int lo, int hi)
{
    float product[2 * HELD * LEARNT];
    for (int from = 0; from < learnt->count; from += LEARNT) {
        const int here =
            learnt->count - from < LEARNT ? learnt->count - from : LEARNT;
        nn_gemm ((nn_product){ .m = 2 * (hi - lo),
                               .n = here,
                               .k = AFAR,
                               .a = held->afar + (size_t) lo * 2 * AFAR,
                               .b = learnt->afar + (size_t) from * AFAR,
                               .c = product,
                               .tb = true });
        for (int i = 0; i < 2 * (hi - lo); i++)
            for (int j = 0; j < here; j++) {
                nn_twin *twin = &twins[lo + i / 2];
                if (product[i * here + j] > twin->alike) {
                    twin->alike = fminf (product[i * here + j], 1);
                    twin->image = from + j;
                    twin->mirrored = i % 2;
                }
            }
    }
}

/*  Do the two hold the same values? */
static int same (const nn_data *a, int i, const nn_data *b, int j, bool *equal)
{
    nn_image one = { 0 }, two = { 0 };
    int status = a->read (a, i, &one);
    if (status == NN_OK)
        status = b->read (b, j, &two);
    *equal =
        status == NN_OK && one.h == two.h && one.w == two.w && one.c == two.c &&
        memcmp (one.x, two.x, (size_t) one.h * one.w * one.c * sizeof *one.x) == 0;
    nn_image_free (&one);
    nn_image_free (&two);
    return status;
}

/*  Finds what is the same, value by value, in whatever picture. */
static int find_equal (nn_twin *twins, album *seen, const nn_data *learnt,
                       const album *asked, const nn_data *held)
{
    qsort (seen->stamp, seen->count, sizeof *seen->stamp, by_mark);
    int status = NN_OK;
    for (int i = 0; i < held->count && status == NN_OK; i++) {
        // -- the first stamp that is not below the image's own
        int low = 0, high = seen->count;
        while (low < high) {
            const int middle = (low + high) / 2;
            if (seen->stamp[middle].mark < asked->stamp[i].mark)
                low = middle + 1;
            else
                high = middle;
        }
        bool equal = false;
        for (;
             low < seen->count && seen->stamp[low].mark == asked->stamp[i].mark &&
             !equal && status == NN_OK;
             low++) {
            const int image = seen->stamp[low].image;
            status = same (held, i, learnt, image, &equal);
            if (equal)
                twins[i] = (nn_twin){ image, 1, true, false };
        }
    }
    return status;
}

/*  For each held image the one learnt from that is most like it: `twins` has
 *  held->count places. The two data sets must live. The result does not depend on
 *  the number of threads. */
int nn_find_twins (const nn_data *learnt, const nn_data *held, nn_twin *twins)
{
    album seen, asked = { 0 };
    int status = open_album (&seen, learnt, 1);
    if (status == NN_OK)
        status = open_album (&asked, held, 2);
    if (status == NN_OK) {
        for (int i = 0; i < held->count; i++)
            twins[i] = (nn_twin){ .image = -1, .alike = -1 };
#pragma omp parallel for schedule(dynamic)
        for (int lo = 0; lo < held->count; lo += HELD)
            compare (twins, &seen, &asked, lo,
                     lo + HELD < held->count ? lo + HELD : held->count);
        status = find_equal (twins, &seen, learnt, &asked, held);
    }
    close_album (&seen);
    close_album (&asked);
    return status;
}

/* --- Statistics that know too much -------------------------------------------- */
typedef struct {
    const nn_data *first, *second;
} pair;

static int pair_label (const nn_data *self, int i)
{
    const pair *p = self->source;
    return i < p->first->count ? p->first->label (p->first, i)
                               : p->second->label (p->second, i - p->first->count);
}

static int pair_read (const nn_data *self, int i, nn_image *image)
{
    const pair *p = self->source;
    return i < p->first->count
               ? p->first->read (p->first, i, image)
               : p->second->read (p->second, i - p->first->count, image);
}

/*  Two data sets of the same classes, one behind the other. */
static nn_data *both (const nn_data *first, const nn_data *second)
{
    nn_data like = *first;
    like.count += second->count;
    like.label = pair_label;
    like.read = pair_read;
    like.close = NULL;
    nn_data *self = nn_data_new (&like, sizeof (pair));
    if (self)
        *(pair *) self->source = (pair){ first, second };
    return self;
}

/*  Are these the moments of the data set? 1: yes, 0: no, or a negative status. */
static int are_moments (const float value[8], const nn_data *data)
{
    float mean[4] = { 0 }, deviation[4] = { 0 };
    const int status = nn_moments (data, mean, deviation);
    if (status != NN_OK)
        return status;
    for (int k = 0; k < 4 && value[4 + k] > 0; k++)
        if (fabsf (value[k] - mean[k]) > 1e-5f * deviation[k] ||
            fabsf (value[4 + k] - deviation[k]) > 1e-5f * deviation[k])
            return 0;
    return 1;
}

/*  Whose mean and deviation does a standardise use? NN_OF_LEARNT is honest; a
 *  negative status is a failure. */
int nn_moments_of (const nn_transform *standardise, const nn_data *learnt,
                   const nn_data *held)
{
    nn_data *all = both (learnt, held);
    if (!all)
        return NN_EMEMORY;
    const nn_data *const sets[] = { learnt, all, held };
    const int names[] = { NN_OF_LEARNT, NN_OF_ALL, NN_OF_HELD };
    int found = 0;
    for (int k = 0; k < 3 && found == 0; k++) {
        found = are_moments (standardise->value, sets[k]);
        if (found == 1)
            found = names[k];
    }
    nn_data_free (&all);
    return found ? found : NN_OF_OTHERS;
}
