/*  folder.c - photographs in folders: what is found, what is read, what is left out;
 *  everything that may lie in such folders and is no picture */
#include "photos.h"

#include <fcntl.h>
#include <omp.h>

static const char *const three[] = { "cane", "gatto", "ragno" };
static char top[400], path[800];

static const char *in (const char *name)
{
    snprintf (path, sizeof path, "%s/%s", top, name);
    return path;
}

static void write_file (const char *name, const void *bytes, size_t size)
{
    if (nn_file_write (in (name), bytes, size) < 0)
        check (false, "a file for a test", "%s", nn_error ());
}

/*  What nn_image_folder () or nn_keep () say, as text; free it. */
static char *said;
static size_t letters;
static FILE *listen (void)
{
    free (said);
    said = NULL;
    return open_memstream (&said, &letters);
}

static nn_data *open_all (int side, bool keep)
{
    FILE *say = listen ();
    nn_data *list = nn_image_folder (top, side, say), *kept = NULL;
    if (list && keep)
        kept = nn_keep (list, say);
    if (keep)
        nn_data_free (&list);
    fclose (say);
    return keep ? kept : list;
}

static void found (void)
{
    nn_data *data = open_all (16, false);
    check (data && data->count == 15 && data->classes == 3 && data->h == 16,
           "pictures are found in folders", "%s",
           data ? "another number" : nn_error ());
    check (strcmp (data->names[0], "dog") == 0 &&
               strcmp (data->names[1], "cat") == 0 &&
               strcmp (data->names[2], "spider") == 0,
           "Animals-10's Italian is translated", "%s", data->names[0]);
    int counts[3];
    check (nn_class_counts (data, counts) == NN_OK && counts[0] == 5 &&
               counts[1] == 5 && counts[2] == 5 && data->label (data, 14) == 2,
           "each belongs to the class of its folder", "%d %d %d", counts[0],
           counts[1], counts[2]);
    check (letters == 0, "nothing is left out, and nothing said", "%s", said);
    nn_image image = { 0 }, whole = { 0 };
    check (data->read (data, 0, &image) == NN_OK && image.h == 16 &&
               image.w == 16 && image.c == 3,
           "a picture is read in the size that was asked for", "%s", nn_error ());
    nn_image_load (&whole, in ("cane/0.jpg"));
    nn_resize_image (&whole, 16, 16, NN_BILINEAR);
    double far = 0;
    for (int k = 0; k < 768; k++)
        far += fabsf (image.x[k] - whole.x[k]) / 768;
    check (far < 2.0 / 255, "it is what the whole picture shrinks to",
           "%.2f levels off in the mean", 255 * far);
    nn_data_free (&data);
    data = open_all (0, false);
    check (data && data->read (data, 0, &image) == NN_OK && image.h >= 40 &&
               data->h == 0,
           "size 0: as large as it is", "%s", nn_error ());
    nn_data_free (&data);
    // -- one more folder, and it is not Animals-10 any more
    mkdir (in ("Hund"), 0777);
    write_file ("Hund/a.png", "", 0);
    data = open_all (16, false);
    check (data && data->classes == 4 && strcmp (data->names[0], "Hund") == 0 &&
               strcmp (data->names[1], "cane") == 0,
           "other names stay, in the order of their bytes", "%s",
           data ? data->names[1] : nn_error ());
    nn_data_free (&data);
    photos_remove (in ("Hund"));
    nn_image_free (&image);
    nn_image_free (&whole);
}

static void kept (void)
{
    nn_data *list = open_all (20, false), *one = NULL, *many;
    nn_image a = { 0 }, b = { 0 };
    double far = 0;
    bool same = true;
    omp_set_num_threads (1);
    one = list ? nn_keep (list, NULL) : NULL;
    omp_set_num_threads (3);
    many = list ? nn_keep (list, NULL) : NULL;
    check (one && many && one->count == 15 && many->count == 15, "all are kept",
           "%s", nn_error ());
    if (!one || !many)
        return;
    for (int i = 0; i < 15; i++) {
        list->read (list, i, &a);
        one->read (one, i, &b);
        for (int k = 0; k < 1200; k++)
            far = fmax (far, fabs (a.x[k] - (double) b.x[k]));
        many->read (many, i, &a);
        same = same && memcmp (a.x, b.x, 1200 * sizeof *a.x) == 0 &&
               one->label (one, i) == list->label (list, i);
    }
    check (far <= 0.5 / 255 + 1e-6, "to the nearest of 256 levels", "%g",
           255 * far);
    check (same, "the same with one thread and with three", "not so");
    nn_data_free (&list);
    check (many->read (many, 3, &a) == NN_OK &&
               strcmp (many->names[1], "cat") == 0,
           "and without the list", "%s", nn_error ());
    nn_data_free (&one);
    nn_data_free (&many);
    nn_image_free (&a);
    nn_image_free (&b);
}

/*  All that may lie in a folder and is no picture. */
static void litter (void)
{
    unsigned char *jpeg;
    size_t size;
    if (nn_file_read (in ("cane/0.jpg"), &jpeg, &size) < 0)
        return;
    write_file ("cane/zero.jpg", "", 0);
    write_file ("cane/page.jpg", "<!doctype html>", 15);
    write_file ("cane/half.jpg", jpeg, size / 2);
    write_file ("cane/.hidden", "x", 1);
    write_file ("gatto/\xff\xfe.jpg", jpeg, size);
    write_file ("beside.txt", "x", 1);
    // -- 60,000 x 60,000
    for (size_t k = 0; k + 9 < size; k++)
        if (jpeg[k] == 0xFF && jpeg[k + 1] == 0xC0)
            memcpy (jpeg + k + 5, (unsigned char[]){ 0xEA, 0x60, 0xEA, 0x60 }, 4);
    write_file ("ragno/huge.jpg", jpeg, size);
    free (jpeg);
    nn_image dot = { 0 };
    nn_image_fit (&dot, 1, 1, 3);
    dot.x[0] = dot.x[1] = dot.x[2] = 0.5f;
    nn_image_save (&dot, in ("ragno/dot.png"));
    nn_image_free (&dot);
    bool made = mkdir (in ("gatto/more"), 0777) == 0;
    made &= mkfifo (in ("gatto/pipe.jpg"), 0666) == 0;
    made &= symlink ("circle.jpg", in ("gatto/circle.jpg")) == 0;
    made &= symlink ("..", in ("gatto/up")) == 0;
    made &= symlink ("nowhere.jpg", in ("gatto/nowhere.jpg")) == 0;
    check (made, "litter is made", "not all of it");
    nn_data *data = open_all (16, true);
    check (data && data->count == 17, "what is a picture is kept", "%d: %s",
           data ? data->count : 0, nn_error ());
    if (!data)
        return;
    check (strstr (said, "(1) and what is no file in them (5)") != NULL,
           "what is no file is left out, and counted", "%s", said);
    check (strstr (said, "4 of 21 pictures cannot be read") &&
               strstr (said, "zero.jpg is an empty file") &&
               strstr (said, "page.jpg is neither a PNG nor a JPEG") &&
               strstr (said, "half.jpg is a damaged JPEG") &&
               strstr (said, "60000 x 60000 dots"),
           "what cannot be read is named, and counted", "%s", said);
    nn_image image = { 0 };
    bool read = true;
    for (int i = 0; i < data->count; i++)
        read = read && data->read (data, i, &image) == NN_OK;
    check (read, "and all that is left can be read", "%s", nn_error ());
    nn_image_free (&image);
    nn_data_free (&data);
    check (nn_file_read (in ("gatto/pipe.jpg"), &jpeg, &size) == NN_EFILE &&
               strstr (nn_error (), "pipe.jpg"),
           "a pipe does not make us wait", "%s", nn_error ());
    for (int i = 0; i < 9; i++) {
        char name[40];
        snprintf (name, sizeof name, "cane/broken%d.jpg", i);
        write_file (name, "x", 1);
    }
    data = open_all (16, true);
    check (data && data->count == 17 && strstr (said, "13 of 30") &&
               strstr (said, "and 8 more"),
           "of many, five are named and the others counted", "%s", said);
    nn_data_free (&data);
}

static void refused (void)
{
    nn_data *data;
    mkdir (in ("leer"), 0777);
    data = open_all (16, false);
    check (!data && strstr (nn_error (), "leer has no pictures in it"),
           "an empty class is no class", "%s", nn_error ());
    write_file ("leer/x.jpg", "x", 1);
    data = open_all (16, true);
    check (!data && strstr (nn_error (), "not one picture of 'leer'") &&
               strstr (nn_error (), "x.jpg"),
           "nor is one without a picture that can be read", "%s", nn_error ());
    photos_remove (in ("leer"));
    data = nn_image_folder (in ("cane"), 16, NULL);
    check (!data && strstr (nn_error (), "has 0 folders"),
           "pictures lie in folders of their own", "%s", nn_error ());
    data = nn_image_folder (in ("nowhere"), 16, NULL);
    check (!data && strstr (nn_error (), "nowhere: No such file"),
           "a folder that is not there", "%s", nn_error ());
    mkdir (in ("\xfftier"), 0777);
    write_file ("\xfftier/x.jpg", "x", 1);
    data = open_all (16, false);
    check (data && strcmp (data->names[3], "?tier") == 0,
           "a class whose name is no UTF-8 gets one that is", "%s",
           data ? data->names[3] : nn_error ());
    nn_data_free (&data);
    photos_remove (in ("\xfftier"));
    setenv ("TMPDIR", "/dev/null", 1); // no folder for files
    data = open_all (16, true);
    check (data && data->count == 17, "without TMPDIR they stay in memory", "%s",
           nn_error ());
    nn_data_free (&data);
    unsetenv ("TMPDIR");
}

/*  A note of how the camera was held, as a file has it: in both orders of bytes. */
static size_t note (unsigned char *to, int how, bool most)
{
    static const unsigned char words[2][32] = {
        { 'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
          0x12, 1,   3,   0,   1, 0, 0,   0,   0,  0, 0, 0, 0, 0, 0, 0 },
        { 'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
          1,   0x12, 0,   3,   0, 0, 0,   1,   0, 0,  0, 0, 0, 0, 0, 0 }
    };
    memcpy (to, (unsigned char[]){ 0xFF, 0xD8, 0xFF, 0xE1, 0, 34 }, 6);
    memcpy (to + 6, words[most], 32);
    to[6 + (most ? 25 : 24)] = (unsigned char) how;
    return 38;
}

static void held (void)
{
    // -- top left is red, top right green, bottom left blue
    nn_image image = { 0 };
    nn_image_fit (&image, 32, 48, 3);
    for (int at = 0; at < 32 * 48; at++) {
        const int row = at / 48, col = at % 48;
        image.x[at * 3] = row < 16 && col < 24;
        image.x[at * 3 + 1] = row < 16 && col >= 24;
        image.x[at * 3 + 2] = row >= 16 && col < 24;
    }
    nn_jpeg_save (&image, in ("held.jpg"), 95);
    unsigned char *jpeg, noted[8000];
    size_t size;
    nn_file_read (in ("held.jpg"), &jpeg, &size);
    // -- the corners (top left, top right, bottom left, bottom right) once upright,
    // as Exif's table of the eight ways has them; k is the black one
    static const char *const upright[] = { "rgbk", "grkb", "kbgr", "bkrg",
                                           "rbgk", "brkg", "kgbr", "gkrb" };
    for (int how = 1; how <= 8; how++) {
        bool right = true;
        for (int most = 0; most < 2; most++) {
            const size_t more = note (noted, how, most);
            memcpy (noted + more, jpeg + 2, size - 2);
            write_file ("held.jpg", noted, more + size - 2);
            right = right && nn_image_load (&image, path) == NN_OK &&
                    image.h == (how < 5 ? 32 : 48);
            for (int k = 0; k < 4 && right; k++) {
                const int row = k / 2 ? image.h - 6 : 5,
                          col = k % 2 ? image.w - 6 : 5;
                const float *dot = image.x + (row * image.w + col) * 3;
                const char seen = dot[0] > 0.7f   ? 'r'
                                  : dot[1] > 0.7f ? 'g'
                                  : dot[2] > 0.7f ? 'b'
                                                  : 'k';
                right = seen == upright[how - 1][k];
            }
        }
        char name[60];
        snprintf (name, sizeof name, "a camera held in way %d of 8", how);
        check (right, name, "turned wrongly: %d x %d", image.h, image.w);
    }
    size += note (noted, 9, true) - 2;
    write_file ("held.jpg", noted, size);
    check (nn_image_load (&image, path) == NN_OK && image.h == 32,
           "a ninth way does not exist: upright", "%s", nn_error ());
    free (jpeg);
    nn_image_free (&image);
}

static void smaller (void)
{
    nn_image image = { 0 };
    nn_image_fit (&image, 200, 300, 3);
    for (int at = 0; at < 200 * 300 * 3; at++) {
        const int row = at / 900, col = at / 3 % 300;
        image.x[at] =
            0.5f + 0.4f * sinf ((float) row / 15) * cosf ((float) col / 20);
    }
    nn_jpeg_save (&image, in ("wave.jpg"), 95);
    static const int cases[][4] = { { 25, 25, 25, 38 },    { 26, 30, 50, 75 },
                                    { 100, 75, 100, 150 }, { 101, 1, 200, 300 },
                                    { 0, 0, 200, 300 },    { 9, 150, 100, 150 } };
    bool right = true;
    for (int k = 0; k < 6; k++)
        right = right &&
                nn_image_load_about (&image, path, cases[k][0], cases[k][1]) ==
                    NN_OK &&
                image.h == cases[k][2] && image.w == cases[k][3];
    check (right, "a JPEG comes smaller, and not too small", "%d x %d: %s",
           image.h, image.w, nn_error ());
    check (nn_jpeg_save (&image, in ("no/wave.jpg"), 90) == NN_EFILE,
           "a JPEG is not written where there is no folder", "%s", nn_error ());
    nn_image_free (&image);
}

int main (void)
{
    photos_folder (top);
    photos_make (top, three, 3, 5, 40);
    found ();
    kept ();
    litter ();
    refused ();
    held ();
    smaller ();
    photos_remove (top);
    free (said);
    return nn_test_done ();
}
