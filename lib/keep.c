/*  keep.c - read once, and kept
 *
 *  To unpack a photograph takes longer than to look at it, and a training looks
 *  at each many times. So all are read once, by all threads, and what comes out
 *  is kept as bytes, in a file that has no name and is gone when the program is.
 *  As with CIFAR-10, the system keeps in memory what there is room for.
 *
 *  And of a few thousand files that people have collected, some are none: cut off
 *  while they were copied, a web page that is called .jpg. To know that, they
 *  must be read to the end. It is done before the training, and not found out in
 *  the middle of it.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SAID = 5 }; // broken pictures that are named; the others are counted

typedef struct {
    int file; // of records of h x w x c bytes
    char *name;
    char **names;
    int classes;
    int *label, *record; // of each picture that could be read
} source;

static int label (const nn_data *self, int i)
{
    nn_require (i >= 0 && i < self->count, "there is no image %d in %s: it has %d",
                i, self->name, self->count);
    return ((const source *) self->source)->label[i];
}

static int read_kept (const nn_data *self, int i, nn_image *image)
{
    const source *s = self->source;
    const size_t size = (size_t) self->h * self->w * self->c;
    (void) label (self, i); // is there such an image?
    const int status = nn_image_fit (image, self->h, self->w, self->c);
    if (status < 0)
        return status;
    // -- the bytes come to lie behind the last floats, and become them in turn
    unsigned char *bytes = (unsigned char *) (image->x + size) - size;
    if (pread (s->file, bytes, size, (off_t) (s->record[i] * size)) !=
        (ssize_t) size)
        return nn_fail (NN_EFILE, "%s: image %d cannot be read any more: %s",
                        self->name, i, strerror (errno));
    for (size_t k = 0; k < size; k++)
        image->x[k] = bytes[k] / 255.0f;
    return NN_OK;
}

static void close_kept (nn_data *self)
{
    source *s = self->source;
    if (s->file >= 0)
        close (s->file);
    for (int k = 0; s->names && k < s->classes; k++)
        free (s->names[k]);
    free (s->names);
    free (s->label);
    free (s->record);
    free (s->name);
}

/*  A file without a name; or -1. */
static int nameless (void)
{
    const char *folder = getenv ("TMPDIR");
    const int fd = open (folder && *folder ? folder : "/tmp",
                         O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    return fd >= 0 ? fd : memfd_create ("pictures", MFD_CLOEXEC);
}

/*  To the nearest of 256 steps from 0 to 1. */
NN_EACH_WIDTH
static void round_all (unsigned char *bytes, const float *x, size_t size)
{
    for (size_t k = 0; k < size; k++)
        bytes[k] = (unsigned char) (x[k] >= 1  ? 255
                                    : x[k] > 0 ? (int) (x[k] * 255 + 0.5f)
                                               : 0);
}

/*  Reads picture i and writes it into its record. */
static int keep_one (const nn_data *self, const nn_data *of, int i,
                     nn_image *image, unsigned char *bytes)
{
    const source *s = self->source;
    const size_t size = (size_t) self->h * self->w * self->c;
    const int status = of->read (of, i, image);
    if (status < 0)
        return status;
    if (image->h != self->h || image->w != self->w || image->c != self->c)
        return nn_fail (NN_ESHAPE,
                        "image %d has %d x %d x %d values, not %d x %d x %d", i,
                        image->h, image->w, image->c, self->h, self->w, self->c);
    round_all (bytes, image->x, size);
    if (pwrite (s->file, bytes, size, (off_t) (i * size)) != (ssize_t) size)
        return nn_fail (NN_ESYSTEM,
                        "no room to keep the pictures of %s: %s; TMPDIR "
                        "can name a folder on a larger disk",
                        of->name, strerror (errno));
    return NN_OK;
}

/*  All threads read; why[i] becomes what is wrong with picture i. */
static int keep_all (const nn_data *self, const nn_data *of, char **why)
{
    const size_t size = (size_t) self->h * self->w * self->c;
    int failure = NN_OK;
    char sentence[512] = "";
#pragma omp parallel
    {
        nn_image image = { 0 };
        unsigned char *bytes = malloc (size);
#pragma omp for schedule(dynamic, 4)
        for (int i = 0; i < of->count; i++) {
            int status = bytes ? keep_one (self, of, i, &image, bytes)
                               : nn_fail (NN_EMEMORY, "no memory for a picture");
            if (status < 0)
                why[i] = strdup (nn_error ());
            if (status == NN_ESYSTEM || status == NN_EMEMORY ||
                (status < 0 && !why[i])) {
#pragma omp critical
                {
                    failure = status;
                    snprintf (sentence, sizeof sentence, "%s", nn_error ());
                }
            }
        }
        free (bytes);
        nn_image_free (&image);
    }
    return failure < 0 ? nn_fail (failure, "%s", sentence) : NN_OK;
}

/*  The labels and records of those that could be read. Every class must have
 *  one. */
static int gather (nn_data *self, const nn_data *of, char *const *why)
{
    source *s = self->source;
    int broken[NN_MOST_CLASSES] = { 0 }, good[NN_MOST_CLASSES] = { 0 };
    for (int i = 0; i < of->count; i++) {
        const int k = of->label (of, i);
        if (why[i] && broken[k] == 0)
            broken[k] = i + 1; // the first of them
        if (why[i])
            continue;
        good[k]++;
        s->label[self->count] = k;
        s->record[self->count++] = i;
    }
    for (int k = 0; k < of->classes; k++)
        if (good[k] == 0 && broken[k] > 0)
            return nn_fail (
                NN_EFORMAT,
                "%s: not one picture of '%s' can be read; the first: %s", of->name,
                of->names[k], why[broken[k] - 1]);
    return NN_OK;
}

static void tell (FILE *say, const nn_data *of, int kept, char *const *why)
{
    int told = 0;
    if (!say || kept == of->count)
        return;
    fprintf (say, "%s: %d of %d pictures cannot be read and are left out\n",
             of->name, of->count - kept, of->count);
    for (int i = 0; i < of->count && told < SAID; i++)
        if (why[i]) {
            fprintf (say, "  %s\n", why[i]);
            told++;
        }
    if (of->count - kept > told)
        fprintf (say, "  and %d more\n", of->count - kept - told);
}

/*  Takes what will be needed, and copies the names: afterwards nothing of the
 *  other data set is used any more. */
static nn_data *prepare (const nn_data *of)
{
    nn_data like = *of;
    like.count = 0;
    like.label = label;
    like.read = read_kept;
    like.close = close_kept;
    nn_data *self = nn_data_new (&like, sizeof (source));
    if (!self)
        return NULL;
    source *s = self->source;
    s->file = nameless ();
    s->label = calloc (of->count + 1, sizeof *s->label);
    s->record = calloc (of->count + 1, sizeof *s->record);
    s->names = calloc (of->classes + 1, sizeof *s->names);
    s->name = strdup (of->name);
    bool whole = s->label && s->record && s->names && s->name;
    for (; whole && s->classes < of->classes; s->classes++)
        whole = (s->names[s->classes] = strdup (of->names[s->classes])) != NULL;
    self->name = s->name;
    self->names = (const char *const *) s->names;
    if (s->file < 0)
        nn_fail (NN_ESYSTEM, "no file to keep pictures in: %s", strerror (errno));
    else if (whole)
        return self;
    else
        nn_fail (NN_EMEMORY, "%s: no memory for %d images", of->name, of->count);
    nn_data_free (&self);
    return NULL;
}

/*  A data set with the same pictures, read once by all threads and rounded to
 *  bytes. All must have the same size. Those that cannot be read are left out,
 *  and said to `say`, or NULL. NULL, with a sentence, if a class has none left.
 *  The other data set is needed no more. */
nn_data *nn_keep (const nn_data *of, FILE *say)
{
    nn_require (of->h > 0 && of->w > 0 && of->names &&
                    of->classes <= NN_MOST_CLASSES,
                "nn_keep wants pictures of one size, and classes with names");
    nn_data *self = prepare (of);
    char **why = calloc (of->count + 1, sizeof *why);
    int status = self && why ? keep_all (self, of, why) : NN_EMEMORY;
    if (status == NN_OK)
        status = gather (self, of, why);
    if (status == NN_OK)
        tell (say, of, self->count, why);
    for (int i = 0; why && i < of->count; i++)
        free (why[i]);
    free (why);
    if (status != NN_OK)
        nn_data_free (&self);
    return self;
}
