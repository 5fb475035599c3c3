/*  features_file.c - the file in which features lie, whole or not at all
 *
 *  Its first bytes say which features these are: a safetensors header, with the
 *  checksums of the net and of the pictures and the transforms as text. Two sets
 *  of features are the same if these bytes are. A file that says anything else, or
 *  that is cut short, is made anew.
 *
 *  It grows under another name, and gets its own when it is whole. One process
 *  writes at a time, and others wait for what it writes. If it dies, the next one
 *  goes on where it was.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*  The file's first bytes: a safetensors header, which others can read too. */
int nn_features_header (nn_features_key *self)
{
    const char *type = self->half ? "F16" : sizeof (float) == 4 ? "F32" : "F64";
    char json[NN_FEATURES_HEADER];
    const int letters = snprintf (
        json, sizeof json,
        "{\"__metadata__\":{\"net\":\"%s\",\"data\":\"%s\",\"transforms\":\"%s\"},"
        "\"features\":{\"dtype\":\"%s\",\"shape\":[%d,%d,%d,%d],"
        "\"data_offsets\":[0,%zu]}}",
        self->net, self->data, self->transforms, type, self->n, self->h, self->w,
        self->c, self->n * self->bytes);
    const uint64_t length = ((uint64_t) letters + 63) / 64 * 64; // with blanks
    if (sizeof length + length >= sizeof self->header)
        return nn_fail (NN_EVALUE, "too many transforms to be named");
    memcpy (self->header, &length, sizeof length);
    memset (self->header + sizeof length, ' ', length);
    memcpy (self->header + sizeof length, json, letters);
    self->length = sizeof length + length;
    return NN_OK;
}

/*  The file that was asked for, or one in the folder whose name says what is in
 *  it. `path` has room for PATH_MAX letters. */
int nn_features_name (char *path, const nn_features_key *self,
                      const nn_features_args *args)
{
    const uint64_t sum = nn_checksum (NN_CHECKSUM, self->header, self->length);
    const int length = args->file
                           ? snprintf (path, PATH_MAX, "%s", args->file)
                           : snprintf (path, PATH_MAX, "%s/%016llx.safetensors",
                                       args->folder ? args->folder : ".",
                                       (unsigned long long) sum);
    if (length > PATH_MAX - 8)
        return nn_fail (NN_EFILE, "%.80s…: the name is too long", path);
    for (char *slash = path; !args->file && (slash = strchr (slash + 1, '/'));) {
        *slash = 0; // the folder, and those that it lies in
        const bool bad = mkdir (path, 0755) != 0 && errno != EEXIST;
        if (bad)
            return nn_fail (NN_EFILE, "%s cannot be made: %s", path,
                            strerror (errno));
        *slash = '/';
    }
    return NN_OK;
}

/*  Why the file at `path` is not what we want, as a sentence. */
static void explain (const nn_features_key *self, const char *path)
{
    nn_arrays file;
    const struct {
        const char *key, *ours, *about;
    } notes[] = { { "net", self->net, "with other weights" },
                  { "data", self->data, "from other pictures" },
                  { "transforms", self->transforms, "with other transforms" } };
    const char *about = "in another form";
    int status = nn_arrays_open (&file, path); // its sentence, if it is damaged
    for (int i = 2; status == NN_OK && i >= 0; i--) {
        const char *theirs = nn_arrays_note (&file, notes[i].key);
        if (!theirs || strcmp (theirs, notes[i].ours) != 0)
            about = notes[i].about;
    }
    if (status == NN_OK)
        nn_fail (NN_EVALUE, "the features in %s were made %s", path, about);
    nn_arrays_close (&file);
}

/*  Opens the features if they are there, whole, and ours. Else -1; *there says
 *  whether there is a file, and then nn_error () what is wrong with it. */
int nn_features_open (const nn_features_key *self, const char *path, bool *there)
{
    char header[NN_FEATURES_HEADER];
    struct stat about;
    const int fd = open (path, O_RDONLY | O_CLOEXEC);
    *there = fd >= 0;
    if (fd < 0)
        return -1;
    if (fstat (fd, &about) == 0 &&
        (size_t) about.st_size == self->length + self->n * self->bytes &&
        pread (fd, header, self->length, 0) == (ssize_t) self->length &&
        memcmp (header, self->header, self->length) == 0)
        return fd;
    close (fd);
    explain (self, path);
    return -1;
}

/*  The unfinished file, which is ours alone as long as it is open. Whoever has
 *  waited for it may hold a file that has got its own name meanwhile, and looks
 *  again. */
int nn_features_lock (const char *part, FILE *say)
{
    for (;;) {
        struct stat held, named;
        const int fd = open (part, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0)
            return nn_fail (NN_EFILE, "%s: cannot be written: %s", part,
                            strerror (errno));
        if (flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && say) {
            fprintf (say, "another process computes these features: waiting\n");
            fflush (say);
        }
        while (flock (fd, LOCK_EX) != 0 && errno == EINTR)
            continue;
        if (fstat (fd, &held) == 0 && stat (part, &named) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev)
            return fd;
        close (fd);
    }
}

/*  Adds what was computed last. */
int nn_features_append (int fd, const char *path, const void *bytes, size_t size)
{
    return nn_write_all (fd, bytes, size)
               ? NN_OK
               : nn_fail (NN_EFILE, "%s: cannot be written: %s", path,
                          strerror (errno));
}

/*  How many images an unfinished file holds, in whole batches; what is of no use
 *  is cut off. */
int nn_features_continue (const nn_features_key *self, int fd, const char *path,
                          int batch, int *images)
{
    char header[NN_FEATURES_HEADER];
    struct stat about;
    *images = 0;
    if (fstat (fd, &about) == 0 && (size_t) about.st_size >= self->length &&
        pread (fd, header, self->length, 0) == (ssize_t) self->length &&
        memcmp (header, self->header, self->length) == 0)
        *images = (int) (((size_t) about.st_size - self->length) / self->bytes);
    *images = *images >= self->n ? self->n : *images / batch * batch;
    const size_t size = *images ? self->length + *images * self->bytes : 0;
    if (ftruncate (fd, (off_t) size) != 0 || lseek (fd, 0, SEEK_END) < 0)
        return nn_fail (NN_EFILE, "%s: cannot be written: %s", path,
                        strerror (errno));
    return *images ? NN_OK
                   : nn_features_append (fd, path, self->header, self->length);
}
