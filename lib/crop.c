/*  crop.c - a part of the picture, or the picture without a part
 *
 *  The cheapest way to shift a picture is to cut: put a margin around it, and take
 *  from that, at random, a piece of the old size. Nothing lies between two dots,
 *  so nothing is blurred. For years most of the best results on small pictures
 *  used this and the flip, and nothing else.
 *
 *  Cutout (DeVries and Taylor 2017) does the opposite: a grey square hides a part.
 *  Whoever knows a cat by its ears alone must now look at the tail as well.
 */
#include "nn.h"

#include <string.h>

/*  Rows top .. top + rows - 1 and columns left .. of x, h x w dots of c numbers;
 *  what lies outside is filled. */
void nn_crop_image (float *y, int rows, int columns, const float *x, int h, int w,
                    int c, int top, int left, nn_fill fill, float value)
{
    for (int row = 0; row < rows; row++) {
        const int from_row = nn_filled (top + row, h, fill);
        for (int col = 0; col < columns; col++, y += c) {
            const int from = nn_filled (left + col, w, fill);
            for (int k = 0; k < c; k++)
                y[k] = from_row < 0 || from < 0
                           ? value
                           : x[((size_t) from_row * w + from) * c + k];
        }
    }
}

enum { ROWS, COLUMNS, PAD, FILL, VALUE }; // of a crop's values

/*  Replaces the image by rows x columns of it, from (top, left) on. */
static int cut (nn_image *image, int rows, int columns, int top, int left,
                nn_fill fill, float value)
{
    const int h = image->h, w = image->w, c = image->c;
    const size_t old = (size_t) h * w * c, cropped = (size_t) rows * columns * c;
    float *copy = nn_image_behind (image, old > cropped ? old : cropped, old);
    if (!copy)
        return NN_EMEMORY;
    memcpy (copy, image->x, old * sizeof *copy);
    const int status = nn_image_fit (image, rows, columns, c);
    if (status == NN_OK)
        nn_crop_image (image->x, rows, columns, copy, h, w, c, top, left, fill,
                       value);
    return status;
}

/*  A random place for the crop, or its centre where the crop draws nothing. */
static int crop (const nn_transform *self, nn_image *image, nn_random *random)
{
    const int h = image->h, w = image->w, pad = (int) self->value[PAD];
    const int rows = self->value[ROWS] > 0 ? (int) self->value[ROWS] : h;
    const int columns = self->value[COLUMNS] > 0 ? (int) self->value[COLUMNS] : w;
    const int down = h + 2 * pad - rows, right = w + 2 * pad - columns;
    if (down < 0 || right < 0)
        return nn_fail (NN_ESHAPE,
                        "%s: %d x %d dots cannot be cut from an image of %d x %d "
                        "with %d around it; resize it first, or pad",
                        self->name, rows, columns, h, w, pad);
    if (!self->training && down == 0 && right == 0)
        return NN_OK;
    const int top =
        self->training ? (int) nn_random_below (random, down + 1) : down / 2;
    const int left =
        self->training ? (int) nn_random_below (random, right + 1) : right / 2;
    return cut (image, rows, columns, top - pad, left - pad,
                (nn_fill) self->value[FILL], self->value[VALUE]);
}

/*  A piece of h x w dots at a random place of the picture with `pad` dots around
 *  it; h and w 0: as large as the picture. */
nn_transform nn_crop_with (nn_crop_args args)
{
    nn_require (args.h >= 0 && args.w >= 0 && args.pad >= 0 && args.h <= 10000 &&
                    args.w <= 10000 && args.pad <= 10000,
                "a crop of %d x %d with %d around it; give 0 to 10000", args.h,
                args.w, args.pad);
    return (nn_transform){ "crop",
                           crop,
                           true,
                           { (float) args.h, (float) args.w, (float) args.pad,
                             (float) args.fill, args.value } };
}

/*  The middle h x w dots, always: what a random crop becomes when we measure. An
 *  image of this size stays as it is. */
nn_transform nn_centre_crop (int h, int w)
{
    nn_require (h > 0 && w > 0 && h <= 10000 && w <= 10000,
                "a crop of %d x %d; give 1 to 10000", h, w);
    return (nn_transform){ "centre-crop", crop, false, { (float) h, (float) w } };
}

static int cutout (const nn_transform *self, nn_image *image, nn_random *random)
{
    const int size = (int) self->value[0], c = image->c;
    const int top = (int) nn_random_below (random, image->h) - size / 2;
    const int left = (int) nn_random_below (random, image->w) - size / 2;
    for (int row = top < 0 ? 0 : top; row < top + size && row < image->h; row++)
        for (int col = left < 0 ? 0 : left; col < left + size && col < image->w;
             col++)
            for (int k = 0; k < c; k++)
                image->x[((size_t) row * image->w + col) * c + k] = self->value[1];
    return NN_OK;
}

/*  A square of size x size dots becomes `value`. Its centre lies anywhere in the
 *  picture, so that it may reach beyond the edge, and sometimes hides less. */
nn_transform nn_cutout (int size, float value)
{
    nn_require (size >= 1 && size <= 10000, "cutout is %d; it takes 1 to 10000",
                size);
    return (nn_transform){ "cutout", cutout, true, { (float) size, value } };
}
