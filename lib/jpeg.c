/*  jpeg.c - photographs
 *
 *  A JPEG holds no dots. It holds how strongly each square of 8 x 8 dots ripples,
 *  in 64 ways from not at all to from dot to dot, and the dots are computed from
 *  that. Who wants a smaller picture need not compute all and throw most away:
 *  libjpeg leaves the finest ripples out, and squares of 4 x 4, 2 x 2 or one dot
 *  come out at once.
 *
 *  And a camera does not turn the picture that it takes. It notes how it was
 *  held, in a corner of the file that is called Exif, and leaves the turning to
 *  whoever looks. A network that learns from such files without turning them
 *  learns from dogs that lie on their sides.
 */
#include "nn.h"

#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/*  libjpeg speaks through calls, and expects the one for errors not to come
 *  back. */
typedef struct {
    struct jpeg_error_mgr calls; // first: libjpeg knows only this
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
} jpeg_trouble;

_Noreturn static void jpeg_fails (j_common_ptr info)
{
    jpeg_trouble *trouble = (jpeg_trouble *) info->err;
    info->err->format_message (info, trouble->message);
    longjmp (trouble->back, 1);
}

/*  Warnings are silent, but a picture of which a part is missing is no picture. */
static void jpeg_warns (j_common_ptr info, int level)
{
    const int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER ||
                      code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC))
        jpeg_fails (info);
}

/*  A number of 2 or 4 bytes, of which the first weighs most or least. */
static size_t number (const unsigned char *at, int bytes, bool most)
{
    size_t value = 0;
    for (int k = 0; k < bytes; k++)
        value |= (size_t) at[k] << 8 * (most ? bytes - 1 - k : k);
    return value;
}

/*  How the camera was held, 1 to 8 as Exif (CIPA DC-008) counts; 1, upright,
 *  where it does not say so or lies. x are the bytes of an APP1 marker. */
static int held (const unsigned char *x, size_t size)
{
    enum { ORIENTATION = 0x0112, ENTRY = 12 };
    if (size < 16 || memcmp (x, "Exif\0", 6) != 0)
        return 1;
    x += 6;
    size -= 6;
    const bool most = *x == 'M'; // "MM" or "II"
    size_t at = number (x + 4, 4, most);
    if (at > size - 2)
        return 1;
    size_t entries = number (x + at, 2, most);
    for (at += 2; entries > 0 && at + ENTRY <= size; entries--, at += ENTRY)
        if (number (x + at, 2, most) == ORIENTATION) {
            const size_t value = number (x + at + 8, 2, most);
            return value >= 1 && value <= 8 ? (int) value : 1;
        }
    return 1;
}

/*  Turns and mirrors the picture so that it stands as it was seen. */
static int turn (nn_image *self, int held)
{
    if (held == 1)
        return NN_OK;
    const int h = self->h, w = self->w, c = self->c;
    const size_t size = (size_t) h * w * c;
    float *from = malloc (size * sizeof *from);
    if (!from)
        return nn_fail (NN_EMEMORY, "no memory to turn a picture of %d x %d", h,
                        w);
    memcpy (from, self->x, size * sizeof *from);
    const bool lies = held >= 5; // its rows are columns
    const bool up = held == 3 || held == 4 || held == 6 || held == 7;
    const bool left = held == 2 || held == 3 || held == 7 || held == 8;
    self->h = lies ? w : h;
    self->w = lies ? h : w;
    float *to = self->x;
    for (int row = 0; row < self->h; row++)
        for (int col = 0; col < self->w; col++, to += c) {
            const int r = lies ? col : row, k = lies ? row : col;
            memcpy (to,
                    from + ((size_t) (up ? h - 1 - r : r) * w +
                            (left ? w - 1 - k : k)) *
                               c,
                    c * sizeof *to);
        }
    free (from);
    return NN_OK;
}

/*  How many eighths of its size the picture may shrink to and still have h x w
 *  dots. libjpeg knows others; these are the quick ones. */
static int eighths (const struct jpeg_decompress_struct *info, int h, int w)
{
    int n = 1;
    if (h < 1 || w < 1)
        return 8;
    while (n < 8 && ((size_t) info->image_height * n / 8 < (size_t) h ||
                     (size_t) info->image_width * n / 8 < (size_t) w))
        n *= 2;
    return n;
}

/*  Reads what stands before the dots, and looks at it. Returns how the camera was
 *  held. */
static int read_head (struct jpeg_decompress_struct *info, const char *path)
{
    jpeg_save_markers (info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header (info, TRUE);
    if (nn_image_check (path, info->image_height, info->image_width) < 0)
        return NN_EFORMAT;
    int way = 1;
    for (jpeg_saved_marker_ptr m = info->marker_list; m && way == 1; m = m->next)
        way = held (m->data, m->data_length);
    return way;
}

/*  A row of bytes becomes numbers. In a picture for printing (CMYK) there are four
 *  a dot: what each ink leaves of the white paper, as Adobe writes it and
 *  everybody since. */
NN_EACH_WIDTH
static void spread (float *x, const JSAMPLE *line, size_t values, bool inks)
{
    for (size_t k = 0; k < values && !inks; k++)
        x[k] = line[k] / 255.0f;
    for (size_t k = 0; k < values && inks; k += 3, line += 4)
        for (int colour = 0; colour < 3; colour++)
            x[k + colour] = line[colour] * line[3] / 65025.0f;
}

/*  Unpacks what libjpeg has been given, row after row through `line`. */
static int unpack (nn_image *self, const char *path,
                   struct jpeg_decompress_struct *info, int h, int w)
{
    const int way = read_head (info, path);
    if (way < 0)
        return way;
    info->scale_denom = 8;
    info->scale_num = way >= 5 ? eighths (info, w, h) : eighths (info, h, w);
    const bool inks = info->num_components == 4;
    info->out_color_space = inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress (info);
    const int status =
        nn_image_fit (self, info->output_height, info->output_width, 3);
    if (status < 0)
        return status;
    const size_t values = (size_t) info->output_width * 3;
    JSAMPARRAY line = info->mem->alloc_sarray ((j_common_ptr) info, JPOOL_IMAGE,
                                               info->output_width * (3 + inks), 1);
    for (float *x = self->x; info->output_scanline < info->output_height;
         x += values) {
        jpeg_read_scanlines (info, line, 1);
        spread (x, line[0], values, inks);
    }
    jpeg_finish_decompress (info);
    return turn (self, way);
}

/*  Unpacks a JPEG: upright, as red, green and blue. If it is much larger than h x
 *  w it may come smaller, but with no fewer dots than that; 0 x 0: as it is. */
int nn_jpeg_unpack (nn_image *self, const char *path, const unsigned char *bytes,
                    size_t size, int h, int w)
{
    struct jpeg_decompress_struct info;
    jpeg_trouble trouble;
    info.err = jpeg_std_error (&trouble.calls);
    trouble.calls.error_exit = jpeg_fails;
    trouble.calls.emit_message = jpeg_warns;
    jpeg_create_decompress (&info);
    int status;
    if (setjmp (trouble.back) == 0) {
        jpeg_mem_src (&info, bytes, size);
        status = unpack (self, path, &info, h, w);
    } else
        status = nn_fail (NN_EFORMAT, "%s is a damaged JPEG: %s", path,
                          trouble.message);
    jpeg_destroy_decompress (&info);
    return status;
}

/*  Packs red, green and blue into what libjpeg has been given. */
static void pack (struct jpeg_compress_struct *info, const nn_image *self,
                  int quality)
{
    info->image_width = self->w;
    info->image_height = self->h;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults (info);
    jpeg_set_quality (info, quality, TRUE);
    jpeg_start_compress (info, TRUE);
    const size_t values = (size_t) self->w * 3;
    JSAMPARRAY line = info->mem->alloc_sarray ((j_common_ptr) info, JPOOL_IMAGE,
                                               (JDIMENSION) values, 1);
    for (const float *x = self->x; info->next_scanline < info->image_height;
         x += values) {
        for (size_t k = 0; k < values; k++)
            line[0][k] = (JSAMPLE) (x[k] >= 1  ? 255
                                    : x[k] > 0 ? x[k] * 255 + 0.5f
                                               : 0);
        jpeg_write_scanlines (info, line, 1);
    }
    jpeg_finish_compress (info);
}

/*  Writes a picture of three channels as a JPEG, whole or not at all. Quality
 *  goes from 1 to 100. */
int nn_jpeg_save (const nn_image *self, const char *path, int quality)
{
    nn_require (self->c == 3 && self->h > 0 && self->w > 0,
                "a JPEG of %d x %d dots of %d channels; it takes three", self->h,
                self->w, self->c);
    struct jpeg_compress_struct info;
    jpeg_trouble trouble;
    struct {
        unsigned char *at;
        unsigned long size;
    } volatile bytes = { NULL, 0 }; // libjpeg's, whatever was jumped over
    info.err = jpeg_std_error (&trouble.calls);
    trouble.calls.error_exit = jpeg_fails;
    jpeg_create_compress (&info);
    int status;
    if (setjmp (trouble.back) == 0) {
        jpeg_mem_dest (&info, (unsigned char **) &bytes.at,
                       (unsigned long *) &bytes.size);
        pack (&info, self, quality);
        status = nn_file_write (path, bytes.at, bytes.size);
    } else
        status = nn_fail (NN_EFORMAT, "%s: no JPEG can hold it: %s", path,
                          trouble.message);
    jpeg_destroy_compress (&info);
    free (bytes.at);
    return status;
}
