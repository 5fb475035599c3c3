/*  install.c - making Jupyter know the kernel, or forget it
 *
 *  A kernel is a folder `kernels/nn-c` below Jupyter's data folder, with
 *  kernel.json and two logos. It is written under another name and then renamed,
 *  so that Jupyter never sees half of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"

static const char svg[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\n"
    "<rect width=\"64\" height=\"64\" rx=\"12\" fill=\"#204a87\"/>\n"
    "<path d=\"M32 36 8 47l24 11 24-11z\" fill=\"#729fcf\"/>\n"
    "<path d=\"M32 27 8 38l24 11 24-11z\" fill=\"#a8c5e6\"/>\n"
    "<path d=\"M45 14a15 15 0 1 0 0 17\" fill=\"none\" stroke=\"#fff\" "
    "stroke-width=\"7\"/>\n"
    "</svg>\n";

/*  Where Jupyter looks for this user's kernels; NULL: no home. */
static char *find_kernels (const char *data_dir)
{
    const char *jupyter = getenv ("JUPYTER_DATA_DIR"),
               *data = getenv ("XDG_DATA_HOME"), *home = getenv ("HOME");
    if (data_dir)
        return nnk_format ("%s/kernels", data_dir);
    if (jupyter && *jupyter)
        return nnk_format ("%s/kernels", jupyter);
    if (data && *data)
        return nnk_format ("%s/jupyter/kernels", data);
    return home && *home ? nnk_format ("%s/.local/share/jupyter/kernels", home)
                         : NULL;
}

static void add_word (cJSON *argv, const char *word)
{
    cJSON_AddItemToArray (argv, cJSON_CreateString (word));
}

static char *make_spec (const nnk_options *options)
{
    char *program = nnk_beside ("nn-kernel");
    cJSON *spec = cJSON_CreateObject (),
          *argv = cJSON_AddArrayToObject (spec, "argv");
    add_word (argv, program);
    add_word (argv, "{connection_file}");
    if (options->prelude) {
        add_word (argv, "--prelude");
        add_word (argv, options->prelude);
    }
    for (int i = 0; i < options->libraries; i++) {
        add_word (argv, "--library");
        add_word (argv, options->library[i]);
    }
    nnk_limits_write (&options->limits, argv);
    if (options->flags)
        add_word (argv, "--");
    for (int i = 0; i < options->flags; i++)
        add_word (argv, options->flag[i]);
    cJSON_AddStringToObject (spec, "display_name", "C (Layer by Layer)");
    cJSON_AddStringToObject (spec, "language", "c");
    cJSON_AddStringToObject (spec, "interrupt_mode", "message");
    cJSON_AddObjectToObject (spec, "metadata");
    char *text = cJSON_Print (spec);
    cJSON_Delete (spec);
    free (program);
    return text;
}

/* --- The logo as a PNG ------------------------------------------------------- */

static uint32_t crc_of (const unsigned char *bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void add_number (nnk_text *out, uint32_t value)
{
    const unsigned char bytes[4] = { value >> 24, value >> 16, value >> 8, value };
    nnk_add (out, bytes, 4);
}

static void add_chunk (nnk_text *out, const char *kind, const void *bytes,
                       size_t size)
{
    nnk_text body = { 0 };
    nnk_add (&body, kind, 4);
    nnk_add (&body, bytes, size);
    add_number (out, (uint32_t) size);
    nnk_add (out, body.s, body.size);
    add_number (out, crc_of ((unsigned char *) body.s, body.size));
    nnk_text_free (&body);
}

/*  The colour of the point (x, y), both 0 .. 1: a letter C above two layers. */
static int colour_at (double x, double y)
{
    const double dx = x - 0.5, dy = y - 0.36, r = dx * dx + dy * dy;
    const double across = dx < 0 ? -dx : dx;
    if (r < 0.085 && r > 0.034 && !(dx > 0 && dy < 0.62 * dx && dy > -0.62 * dx))
        return 3;
    if (across / 0.38 + (y > 0.62 ? y - 0.62 : 0.62 - y) / 0.17 < 1)
        return 2;
    return across / 0.38 + (y > 0.76 ? y - 0.76 : 0.76 - y) / 0.17 < 1 ? 1 : 0;
}

/*  A picture of `size` x `size` points in four colours; the rows are stored, not
 *  packed. */
static void draw_logo (int size, nnk_text *out)
{
    static const unsigned char palette[] = { 0x20, 0x4a, 0x87, 0x72, 0x9f, 0xcf,
                                             0xa8, 0xc5, 0xe6, 0xff, 0xff, 0xff };
    nnk_text rows = { 0 }, packed = { 0 }, head = { 0 };
    uint32_t a = 1, b = 0;
    for (int y = 0; y < size; y++) {
        nnk_add (&rows, "", 1);
        for (int x = 0; x < size; x++) {
            const char colour =
                (char) colour_at ((x + 0.5) / size, (y + 0.5) / size);
            nnk_add (&rows, &colour, 1);
        }
    }
    for (size_t i = 0; i < rows.size; i++) {
        a = (a + (unsigned char) rows.s[i]) % 65521;
        b = (b + a) % 65521;
    }
    const unsigned n = (unsigned) rows.size;
    const unsigned char start[] = { 0x78, 0x01, 1, n, n >> 8, ~n, ~n >> 8 };
    nnk_add (&packed, start, sizeof start);
    nnk_add (&packed, rows.s, rows.size);
    add_number (&packed, b << 16 | a);
    add_number (&head, size);
    add_number (&head, size);
    nnk_add (&head, "\x08\x03\0\0\0", 5); // eight bits, a palette
    nnk_add (out, "\x89PNG\r\n\x1a\n", 8);
    add_chunk (out, "IHDR", head.s, head.size);
    add_chunk (out, "PLTE", palette, sizeof palette);
    add_chunk (out, "IDAT", packed.s, packed.size);
    add_chunk (out, "IEND", "", 0);
    nnk_text_free (&rows);
    nnk_text_free (&packed);
    nnk_text_free (&head);
}

/* --- Writing it -------------------------------------------------------------- */

static bool write_in (const char *folder, const char *name, const void *bytes,
                      size_t size)
{
    char *path = nnk_format ("%s/%s", folder, name);
    const bool good = nnk_write_file (path, bytes, size);
    free (path);
    return good;
}

static bool write_folder (const char *folder, const nnk_options *options)
{
    nnk_text small = { 0 }, large = { 0 };
    char *spec = make_spec (options);
    draw_logo (32, &small);
    draw_logo (64, &large);
    const bool good = nnk_make_folders (folder) &&
                      write_in (folder, "kernel.json", spec, strlen (spec)) &&
                      write_in (folder, "logo-svg.svg", svg, sizeof svg - 1) &&
                      write_in (folder, "logo-32x32.png", small.s, small.size) &&
                      write_in (folder, "logo-64x64.png", large.s, large.size);
    cJSON_free (spec);
    nnk_text_free (&small);
    nnk_text_free (&large);
    return good;
}

static int add_kernel (const char *kernels, const char *place,
                       const nnk_options *options)
{
    char *part = nnk_format ("%s/.nn-c-%d", kernels, (int) getpid ());
    char *old = nnk_format ("%s/.nn-c-old-%d", kernels, (int) getpid ());
    bool good = write_folder (part, options);
    const bool there = good && rename (place, old) == 0;
    good = good && rename (part, place) == 0;
    const int why = errno;
    if (!good) {
        if (there && rename (old, place) != 0)
            fprintf (stderr, "nn-kernel: the old kernel lies in %s\n", old);
        nnk_remove_folder (part);
        fprintf (
            stderr,
            "nn-kernel: the kernel cannot be registered in %s: %s; name another "
            "folder with --data-dir\n",
            kernels, strerror (why));
    } else {
        nnk_remove_folder (old);
        printf ("Jupyter knows \"C (Layer by Layer)\" now: %s\n", place);
    }
    free (part);
    free (old);
    return good ? 0 : 1;
}

static int remove_kernel (const char *place)
{
    struct stat info;
    if (stat (place, &info) != 0) {
        printf ("No kernel was registered in %s\n", place);
        return 0;
    }
    nnk_remove_folder (place);
    if (stat (place, &info) == 0) {
        fprintf (stderr,
                 "nn-kernel: %s cannot be removed; is the folder read-only?\n",
                 place);
        return 1;
    }
    printf ("Jupyter has forgotten the kernel in %s\n", place);
    return 0;
}

int nnk_install (const char *data_dir, bool remove, const nnk_options *options)
{
    char *kernels = find_kernels (data_dir);
    if (!kernels) {
        fprintf (stderr,
                 "nn-kernel: HOME is not set; name Jupyter's data folder with "
                 "--data-dir\n");
        return 1;
    }
    char *place = nnk_format ("%s/nn-c", kernels);
    const int status =
        remove ? remove_kernel (place) : add_kernel (kernels, place, options);
    free (kernels);
    free (place);
    return status;
}
