/*  cifar10.c - sixty thousand photographs of 32 x 32 dots
 *
 *  CIFAR-10 (Krizhevsky 2009) is six files of ten thousand records each: five to
 *  train with, one to test with. A record is 3,073 bytes: the class, from 0 to 9,
 *  then the picture, all its reds first, row by row, then all its greens, then all
 *  its blues.
 *
 *  The files are mapped, not read: the system fetches a page when somebody looks
 *  at it and may drop it again, and many programs share one copy. A picture
 *  becomes floats, its three colours side by side, only when it is asked for.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SIDE = 32,
    PLANE = SIDE * SIDE,
    RECORD = 1 + 3 * PLANE,
    RECORDS = 10000,
    FILES = 5
};

static const char *const class_names[] = { "airplane", "automobile", "bird",
                                           "cat",      "deer",       "dog",
                                           "frog",     "horse",      "ship",
                                           "truck" };

typedef struct {
    const uint8_t *file[FILES];
} source;

static const uint8_t *record (const nn_data *self, int i)
{
    nn_require (i >= 0 && i < self->count, "there is no image %d in %s: it has %d",
                i, self->name, self->count);
    const source *s = self->source;
    return s->file[i / RECORDS] + (size_t) (i % RECORDS) * RECORD;
}

static int label (const nn_data *self, int i)
{
    return record (self, i)[0];
}

static int read_image (const nn_data *self, int i, nn_image *image)
{
    const uint8_t *plane = record (self, i) + 1;
    const int status = nn_image_fit (image, SIDE, SIDE, 3);
    if (status < 0)
        return status;
    float *x = image->x;
    for (int at = 0; at < PLANE; at++)
        for (int k = 0; k < 3; k++)
            x[3 * at + k] = plane[k * PLANE + at] / 255.0f;
    return NN_OK;
}

static void unmap (nn_data *self)
{
    source *s = self->source;
    for (int k = 0; k < FILES; k++)
        if (s->file[k])
            munmap ((void *) s->file[k], RECORDS * RECORD);
}

/*  Maps one file after a look at its size and all its labels. NULL if they are not
 *  right. */
static const uint8_t *map (const char *path)
{
    const int fd = open (path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat (fd, &about) < 0) {
        nn_fail (NN_EFILE,
                 "%s: %s; put the *.bin files of cifar-10-binary.tar.gz "
                 "(www.cs.toronto.edu/~kriz/cifar.html) into that folder",
                 path, strerror (errno));
        return NULL;
    }
    const long long size = about.st_size;
    const uint8_t *bytes = MAP_FAILED;
    if (!S_ISREG (about.st_mode) || size != RECORDS * RECORD)
        nn_fail (NN_EFORMAT,
                 "%s has %lld bytes and not the %d (%d records of %d) of a "
                 "CIFAR-10 file; copy it again from cifar-10-binary.tar.gz",
                 path, size, RECORDS * RECORD, RECORDS, RECORD);
    else if ((bytes = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0)) ==
             MAP_FAILED)
        nn_fail (NN_EFILE, "%s: cannot be mapped: %s", path, strerror (errno));
    close (fd);
    for (int i = 0; bytes != MAP_FAILED && i < RECORDS; i++)
        if (bytes[(size_t) i * RECORD] > 9) {
            nn_fail (NN_EFORMAT,
                     "%s: record %d has label %d and not one of 0 to 9; this is "
                     "no CIFAR-10 file, or a damaged one: copy it again from "
                     "cifar-10-binary.tar.gz",
                     path, i, bytes[(size_t) i * RECORD]);
            munmap ((void *) bytes, size);
            return NULL;
        }
    return bytes == MAP_FAILED ? NULL : bytes;
}

/*  CIFAR-10 from a folder with data_batch_1.bin to data_batch_5.bin, 50,000
 *  images, or with test_batch.bin, 10,000. NULL, with a sentence, if any file is
 *  missing or not right. */
nn_data *nn_cifar10 (const char *folder, bool test)
{
    const int files = test ? 1 : FILES;
    nn_data *self = nn_data_new (
        &(nn_data){ test ? "CIFAR-10 test" : "CIFAR-10", files * RECORDS, 10, SIDE,
                    SIDE, 3, class_names, label, read_image, unmap, NULL },
        sizeof (source));
    for (int k = 0; self && k < files; k++) {
        char path[PATH_MAX];
        if (test)
            snprintf (path, sizeof path, "%s/test_batch.bin", folder);
        else
            snprintf (path, sizeof path, "%s/data_batch_%d.bin", folder, k + 1);
        source *s = self->source;
        s->file[k] = map (path);
        if (!s->file[k])
            nn_data_free (&self);
    }
    return self;
}
