/*  store.c - what stays of the cells on the disk, in one file
 *
 *  Of each cell two things are wanted later: its text, for the lines below messages,
 *  and its object, whose debugging information turns the addresses of a crash into
 *  names and lines. As files of their own they would be twenty thousand after ten
 *  thousand cells, and there are disks that take minutes to remove so many. So they
 *  are moved into one file, one behind the other. What belongs to an entry stands after
 *  its bytes: whoever looks for a name begins at the end, where the newest cells are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"

typedef struct {
    char name[56];
    uint64_t size; // of the bytes before it
} entry;

static int open_store (const char *folder, int how)
{
    char *path = nnk_format ("%s/store", folder);
    const int fd = open (path, how | O_CLOEXEC, 0600);
    free (path);
    return fd;
}

/*  Moves the file `name` of the folder into the store. Where there is no room for
 *  that, it stays as it is. */
void nnk_store_add (const char *folder, const char *name)
{
    entry tail = { .size = 0 };
    nnk_text bytes = { 0 };
    struct stat before;
    char *path = nnk_format ("%s/%s", folder, name);
    const int fd = open_store (folder, O_WRONLY | O_CREAT | O_APPEND);
    if (fd >= 0 && strlen (name) < sizeof tail.name && fstat (fd, &before) == 0 &&
        nnk_read_file (path, &bytes)) {
        memcpy (tail.name, name, strlen (name));
        tail.size = bytes.size;
        nnk_add (&bytes, &tail, sizeof tail);
        if (write (fd, bytes.s, bytes.size) == (ssize_t) bytes.size)
            unlink (path);
        else if (ftruncate (fd, before.st_size) != 0)
            errno = 0; // then what is older is not found any more
    }
    if (fd >= 0)
        close (fd);
    nnk_text_free (&bytes);
    free (path);
}

/*  What was moved there last under this name, or what still lies beside the store. */
bool nnk_store_find (const char *folder, const char *name, nnk_text *out)
{
    char *path = nnk_format ("%s/%s", folder, name);
    bool found = nnk_read_file (path, out);
    free (path);
    const int fd = found ? -1 : open_store (folder, O_RDONLY);
    off_t at = fd < 0 ? 0 : lseek (fd, 0, SEEK_END);
    entry tail;
    while (!found && at >= (off_t) sizeof tail &&
           pread (fd, &tail, sizeof tail, at -= sizeof tail) == sizeof tail &&
           tail.size <= (uint64_t) at) {
        at -= (off_t) tail.size;
        if (strncmp (tail.name, name, sizeof tail.name) != 0)
            continue;
        char *bytes = nnk_allocate (tail.size + 1);
        found = pread (fd, bytes, tail.size, at) == (ssize_t) tail.size;
        if (found)
            nnk_add (out, bytes, tail.size);
        free (bytes);
        break;
    }
    if (fd >= 0)
        close (fd);
    return found;
}
