/*  cifar10.c - sixty thousand photographs of 32 x 32 dots
 *
 *  CIFAR-10 (Krizhevsky 2009) is six files of ten thousand records each: five to
 *  train with, one to test with. A record is 3,073 bytes: the class, from 0 to 9,
 *  then the picture, all its reds first, row by row, then all its greens, then all
 *  its blues.
 *
 *  The labels are kept. A picture is read when somebody asks for it, and becomes
 *  floats, its three colours side by side. That costs no memory of ours and little
 *  time: the system keeps what it has read while nobody else needs the room.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
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
    int files;
    int file[FILES]; // open, for reading
    uint8_t label[FILES * RECORDS];
} source;

static int label (const nn_data *self, int i)
{
    nn_require (i >= 0 && i < self->count, "there is no image %d in %s: it has %d",
                i, self->name, self->count);
    return ((const source *) self->source)->label[i];
}

static int read_image (const nn_data *self, int i, nn_image *image)
{
    const source *s = self->source;
    const int expected = label (self, i);
    uint8_t record[RECORD];
    const off_t at = (off_t) (i % RECORDS) * RECORD;
    if (pread (s->file[i / RECORDS], record, RECORD, at) != RECORD ||
        record[0] != expected)
        return nn_fail (
            NN_EFILE,
            "%s: image %d cannot be read any more; did somebody change "
            "the file meanwhile?",
            self->name, i);
    const int status = nn_image_fit (image, SIDE, SIDE, 3);
    if (status < 0)
        return status;
    const uint8_t *plane = record + 1;
    float *x = image->x;
    for (int place = 0; place < PLANE; place++)
        for (int k = 0; k < 3; k++)
            x[3 * place + k] = plane[k * PLANE + place] / 255.0f;
    return NN_OK;
}

static void close_files (nn_data *self)
{
    source *s = self->source;
    while (s->files > 0)
        close (s->file[--s->files]);
}

/*  Opens one file after a look at its size, and reads all its labels. */
static int open_file (source *s, const char *path)
{
    const int fd = open (path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat (fd, &about) < 0)
        return nn_fail (NN_EFILE,
                        "%s: %s; put the *.bin files of cifar-10-binary.tar.gz "
                        "(www.cs.toronto.edu/~kriz/cifar.html) into that folder",
                        path, strerror (errno));
    uint8_t *labels = s->label + s->files * RECORDS;
    s->file[s->files++] = fd; // from now on close_files () knows it
    if (!S_ISREG (about.st_mode) || about.st_size != RECORDS * RECORD)
        return nn_fail (NN_EFORMAT,
                        "%s has %lld bytes and not the %d (%d records of %d) of a "
                        "CIFAR-10 file; copy it again from cifar-10-binary.tar.gz",
                        path, (long long) about.st_size, RECORDS * RECORD, RECORDS,
                        RECORD);
    for (int i = 0; i < RECORDS; i++) {
        if (pread (fd, labels + i, 1, (off_t) i * RECORD) != 1)
            return nn_fail (NN_EFILE, "%s: record %d cannot be read", path, i);
        if (labels[i] > 9)
            return nn_fail (
                NN_EFORMAT,
                "%s: record %d has label %d and not one of 0 to 9; this "
                "is no CIFAR-10 file, or a damaged one: copy it again "
                "from cifar-10-binary.tar.gz",
                path, i, labels[i]);
    }
    return NN_OK;
}

/*  CIFAR-10 from a folder with data_batch_1.bin to data_batch_5.bin, 50,000
 *  images, or with test_batch.bin, 10,000. NULL, with a sentence, if any file is
 *  missing or not right. */
nn_data *nn_cifar10 (const char *folder, bool test)
{
    const int files = test ? 1 : FILES;
    nn_data *self = nn_data_new (
        &(nn_data){ test ? "CIFAR-10 test" : "CIFAR-10", files * RECORDS, 10, SIDE,
                    SIDE, 3, class_names, label, read_image, close_files, NULL },
        sizeof (source));
    for (int k = 0; self && k < files; k++) {
        char path[PATH_MAX];
        if (test)
            snprintf (path, sizeof path, "%s/test_batch.bin", folder);
        else
            snprintf (path, sizeof path, "%s/data_batch_%d.bin", folder, k + 1);
        if (open_file (self->source, path) < 0)
            nn_data_free (&self);
    }
    return self;
}
