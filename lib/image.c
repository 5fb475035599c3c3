/*  image.c - pictures from files and into files
 *
 *  A picture file is a puzzle that someone else made: grey or coloured, 1 to 16
 *  bits a value, a palette, a transparent ground, packed with or without loss,
 *  perhaps cut short, perhaps no picture at all. Whatever comes in, what goes out
 *  is the same: rows of dots, each its red, green and blue side by side, from 0
 *  to 1.
 *
 *  The unpacking is done by libpng and, in jpeg.c, by libjpeg. What is done here
 *  is to distrust: the file says how large it is, and that is looked at before
 *  any memory is asked for; and both libraries are kept from printing anything or
 *  ending the program.
 */
#include "nn.h"

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST = 40000,
    LARGEST = 100 * 1000 * 1000
}; // dots in a row, in a picture

/*  Makes room for h x w x c numbers of any kind, be they a picture or not. */
int nn_image_hold (nn_image *self, int h, int w, int c)
{
    const size_t size = (size_t) h * w * c;
    if (size > self->room) {
        float *x = realloc (self->x, size * sizeof *x);
        if (!x)
            return nn_fail (NN_EMEMORY, "no memory for an image of %d x %d x %d",
                            h, w, c);
        self->x = x;
        self->room = size;
    }
    self->h = h;
    self->w = w;
    self->c = c;
    return NN_OK;
}

/*  Gives the image a size and room for it; its values are then anything. Room that
 *  is large enough already is kept, so that an image can be read into again and
 *  again. */
int nn_image_fit (nn_image *self, int h, int w, int c)
{
    if (h < 1 || w < 1 || c < 1 || h > LONGEST || w > LONGEST || c > 4 ||
        (long long) h * w > LARGEST)
        return nn_fail (NN_ESHAPE,
                        "no image has %d rows, %d columns and %d channels; at "
                        "most %d, %d and 4, and %d dots in all",
                        h, w, c, LONGEST, LONGEST, LARGEST);
    return nn_image_hold (self, h, w, c);
}

void nn_image_free (nn_image *self)
{
    free (self->x);
    *self = (nn_image){ 0 };
}

/*  Is a picture of this size one that we are willing to unpack? */
int nn_image_check (const char *path, size_t h, size_t w)
{
    if (h < 1 || w < 1 || h > LONGEST || w > LONGEST || h * w > LARGEST)
        return nn_fail (NN_EFORMAT,
                        "%s has %zu x %zu dots; more than %d in a direction or "
                        "%d in all is refused",
                        path, h, w, LONGEST, LARGEST);
    return NN_OK;
}

/*  Lets white shine through what is transparent. Whole numbers, so that the ends
 *  of the scale leave no trace. */
static void on_white (float *x, const unsigned char *rgba, size_t dots)
{
    for (size_t i = 0; i < dots; i++) {
        const int alpha = rgba[4 * i + 3], white = 255 * (255 - alpha);
        for (int k = 0; k < 3; k++)
            x[3 * i + k] = (rgba[4 * i + k] * alpha + white) / 65025.0f;
    }
}

/*  Unpacks what libpng has looked at the beginning of. */
static int unpack_png (nn_image *self, const char *path, png_image *png)
{
    png->format = PNG_FORMAT_RGBA;
    png->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    int status = nn_image_check (path, png->height, png->width);
    if (status == NN_OK)
        status = nn_image_fit (self, png->height, png->width, 3);
    if (status < 0)
        return status;
    unsigned char *rgba = malloc (PNG_IMAGE_SIZE (*png) + 1); // never none
    if (!rgba)
        return nn_fail (NN_EMEMORY, "%s: no memory to unpack it", path);
    if (png_image_finish_read (png, NULL, rgba, 0, NULL))
        on_white (self->x, rgba, (size_t) self->h * self->w);
    else
        status =
            nn_fail (NN_EFORMAT, "%s is a damaged PNG: %s", path, png->message);
    free (rgba);
    return status;
}

static int load_png (nn_image *self, const char *path, const unsigned char *bytes,
                     size_t size)
{
    png_image png = { .version = PNG_IMAGE_VERSION };
    int status;
    if (png_image_begin_read_from_memory (&png, bytes, size))
        status = unpack_png (self, path, &png);
    else
        status =
            nn_fail (NN_EFORMAT, "%s is a damaged PNG: %s", path, png.message);
    png_image_free (&png);
    return status;
}

/*  What the file is that is none of ours: its first bytes say it. */
static const char *other (const unsigned char *bytes, size_t size)
{
    static const struct {
        size_t at;
        const char *mark, *is;
    } kinds[] = {
        { 0, "GIF8", "a GIF, " },      { 8, "WEBP", "a WebP, " },
        { 4, "ftypheic", "a HEIC, " }, { 4, "ftypavif", "an AVIF, " },
        { 0, "II*", "a TIFF, " },      { 0, "MM", "a TIFF, " },
        { 0, "BM", "a BMP, " },
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const size_t letters = strlen (kinds[k].mark);
        if (size >= kinds[k].at + letters &&
            memcmp (bytes + kinds[k].at, kinds[k].mark, letters) == 0)
            return kinds[k].is;
    }
    return "";
}

/*  Reads a PNG or a JPEG, whatever its name, as red, green and blue, upright. A
 *  JPEG of many more than h x w dots may come smaller, but not as small as that;
 *  0 x 0: as it is. On failure the image keeps its memory, and its values are
 *  anything. */
int nn_image_load_about (nn_image *self, const char *path, int h, int w)
{
    unsigned char *bytes;
    size_t size;
    int status = nn_file_read (path, &bytes, &size);
    if (status < 0)
        return status;
    if (size >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
        status = load_png (self, path, bytes, size);
    else if (size >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
        status = nn_jpeg_unpack (self, path, bytes, size, h, w);
    else
        status = nn_fail (NN_EFORMAT, "%s is %s%s", path, other (bytes, size),
                          size ? "neither a PNG nor a JPEG" : "an empty file");
    free (bytes);
    return status;
}

/*  The same, whole: every dot that the file has. */
int nn_image_load (nn_image *self, const char *path)
{
    return nn_image_load_about (self, path, 0, 0);
}

/*  0 to 1 becomes 0 to 255, to the nearest; what lies outside is cut off. */
static unsigned char to_byte (float x)
{
    return x >= 1 ? 255 : x > 0 ? (unsigned char) lroundf (x * 255) : 0;
}

/*  Packs the image as a PNG of 8 bits a value into memory that the caller
 *  frees. */
int nn_image_encode (const nn_image *self, unsigned char **png, size_t *size)
{
    static const png_uint_32 formats[] = { PNG_FORMAT_GRAY, PNG_FORMAT_GA,
                                           PNG_FORMAT_RGB, PNG_FORMAT_RGBA };
    nn_require (self->c >= 1 && self->c <= 4 && self->h > 0 && self->w > 0,
                "no picture has %d x %d dots of %d channels", self->h, self->w,
                self->c);
    png_image info = { .version = PNG_IMAGE_VERSION,
                       .width = self->w,
                       .height = self->h,
                       .format = formats[self->c - 1] };
    const size_t values = (size_t) self->h * self->w * self->c;
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX (info); // at most
    unsigned char *pixels = malloc (values);
    *png = malloc (bytes);
    bool packed = false;
    if (pixels && *png) {
        for (size_t i = 0; i < values; i++)
            pixels[i] = to_byte (self->x[i]);
        packed =
            png_image_write_to_memory (&info, *png, &bytes, 0, pixels, 0, NULL);
    }
    free (pixels);
    *size = bytes;
    if (packed)
        return NN_OK;
    free (*png);
    *png = NULL;
    return nn_fail (NN_EMEMORY, "no memory to pack a picture of %d x %d dots",
                    self->h, self->w);
}

/*  Writes the image as a PNG, whole or not at all. */
int nn_image_save (const nn_image *self, const char *path)
{
    unsigned char *png;
    size_t size;
    int status = nn_image_encode (self, &png, &size);
    if (status == NN_OK)
        status = nn_file_write (path, png, size);
    free (png);
    return status;
}
