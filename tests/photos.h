/*  photos.h - folders of pictures as people have them, for tests and benchmarks
 *
 *  The pictures are those of Shapes-10, drawn larger, each as large as it happens to
 *  be, as JPEG: the same files everywhere, without a download.
 */
#ifndef NN_PHOTOS_H
#define NN_PHOTOS_H

#include "nn.h"
#include "test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/*  A new folder in TMPDIR. */
static inline void photos_folder (char path[400])
{
    const char *where = getenv ("TMPDIR");
    snprintf (path, 400, "%s/photos-XXXXXX", where ? where : "/tmp");
    if (!mkdtemp (path))
        check (false, "a folder for pictures", "%s cannot be made", path);
}

static inline int photos_remove_one (const char *path, const struct stat *about,
                                     int kind, struct FTW *at)
{
    (void) about, (void) kind, (void) at;
    return remove (path);
}

static inline void photos_remove (const char *path)
{
    nftw (path, photos_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/*  Writes `each` JPEGs of every class into folder/NAME, 0.jpg, 1.jpg …, the sides of
 *  which are from `least` to twice that. */
static inline void photos_make (const char *folder, const char *const *names,
                                int classes, int each, int least)
{
    nn_data *shapes = nn_shapes10 (10 * each, 3);
    nn_image image = { 0 };
    int made[10] = { 0 };
    char path[500];
    for (int k = 0; k < classes; k++) {
        snprintf (path, sizeof path, "%s/%s", folder, names[k]);
        mkdir (path, 0777);
    }
    for (int i = 0; shapes && i < shapes->count; i++) {
        const int k = shapes->label (shapes, i);
        if (k >= classes || made[k] >= each)
            continue;
        nn_random random = nn_random_from (3, NN_FOR_TEST, (uint32_t) i, 0);
        const int h = least + (int) nn_random_below (&random, (uint32_t) least);
        const int w = least + (int) nn_random_below (&random, (uint32_t) least);
        snprintf (path, sizeof path, "%s/%s/%d.jpg", folder, names[k], made[k]++);
        if (shapes->read (shapes, i, &image) < 0 ||
            nn_resize_image (&image, h, w, NN_BICUBIC) < 0 ||
            nn_jpeg_save (&image, path, 85) < 0)
            check (false, "a picture is made", "%s", nn_error ());
    }
    nn_image_free (&image);
    nn_data_free (&shapes);
}

#endif
