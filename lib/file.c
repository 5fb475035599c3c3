/*  file.c - files are read whole, and written whole or not at all
 *
 *  A program may be stopped, a disk may be full. If a file is written over the old
 *  one, then at that moment both are lost. So we write a new file beside it, wait
 *  until the disk has it, and only then give it the old one's name, which the
 *  system does in one piece.
 */
#include "nn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*  Reads exactly this many bytes. */
static int read_all (int fd, const char *path, unsigned char *bytes, size_t size)
{
    for (size_t have = 0; have < size;) {
        const ssize_t more = read (fd, bytes + have, size - have);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            return nn_fail (NN_EFILE, "%s: %s after %zu of %zu bytes", path,
                            more < 0 ? strerror (errno) : "ends", have, size);
        have += more;
    }
    bytes[size] = 0;
    return NN_OK;
}

/*  The whole file, to be freed by the caller, and one zero more behind it, so that
 *  a text is a string. */
int nn_file_read (const char *path, unsigned char **bytes, size_t *size)
{
    struct stat about = { 0 };
    int status = NN_OK;
    *bytes = NULL;
    // -- O_NONBLOCK: a pipe into which nobody writes must not make us wait
    const int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat (fd, &about) < 0)
        status = nn_fail (NN_EFILE, "%s: %s", path, strerror (errno));
    else if (!S_ISREG (about.st_mode))
        status =
            nn_fail (NN_EFILE, "%s is not a file that can be read at once", path);
    else {
        *size = about.st_size;
        *bytes = malloc (*size + 1);
        status = *bytes ? read_all (fd, path, *bytes, *size)
                        : nn_fail (NN_EMEMORY, "%s: no memory for %zu bytes", path,
                                   *size);
    }
    if (fd >= 0)
        close (fd);
    if (status < 0) {
        free (*bytes);
        *bytes = NULL;
    }
    return status;
}

/*  Writes to an open file; false, and errno, unless all of it has gone there. */
bool nn_write_all (int fd, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        const ssize_t went = write (fd, from, size);
        if (went < 0 && errno != EINTR)
            return false;
        size -= went > 0 ? went : 0;
        from += went > 0 ? went : 0;
    }
    return true;
}

/*  Writes to an open file and closes it; false, and errno, unless all of it is
 *  there. */
static bool write_out (int fd, const void *bytes, size_t size, bool sync)
{
    const bool good = nn_write_all (fd, bytes, size) && (!sync || fsync (fd) == 0);
    const int why = errno;
    if (close (fd) == 0 && good)
        return true;
    errno = good ? errno : why;
    return false;
}

/*  Writes a file whole, or leaves what was there as it was. What is not a plain
 *  file, such as /dev/stdout, is simply written to. */
int nn_file_write (const char *path, const void *bytes, size_t size)
{
    char part[PATH_MAX];
    struct stat about;
    const bool device = stat (path, &about) == 0 && !S_ISREG (about.st_mode);
    const int length = snprintf (part, sizeof part, "%s.part-XXXXXX", path);
    if (length >= (int) sizeof part)
        return nn_fail (NN_EFILE, "%.80s…: the name is too long", path);
    const int fd = device ? open (path, O_WRONLY | O_CLOEXEC) : mkstemp (part);
    bool good = fd >= 0 && (device || fchmod (fd, 0644) == 0);
    good = fd >= 0 && write_out (fd, bytes, size, !device) && good;
    if (good && !device)
        good = rename (part, path) == 0;
    if (good)
        return NN_OK;
    const int why = errno;
    if (fd >= 0 && !device)
        unlink (part);
    return nn_fail (NN_EFILE, "%s: cannot be written: %s", path, strerror (why));
}
