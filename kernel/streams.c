/*  streams.c - what a cell prints, shows and reads
 *
 *  Two pipes would lose the order of stdout, stderr and pictures. So all three
 *  write records into one ring of shared memory, which the kernel empties: the
 *  order is exact, nothing is lost when the cell crashes, and printing costs no
 *  system call. stdout and stderr are streams of our own over that ring,
 *  unbuffered, as a record costs only a copy.
 *
 *  File descriptors 1 and 2 stay pipes, for children and for libraries that write
 *  to them. stdin is a stream that asks the reader for a line.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec.h"

bool nnk_showing;

static FILE **const name[] = { &stdin, &stdout, &stderr };
static FILE *own[3];   // ours of these
static FILE *given[3]; // the files that a cell has put in their place

static nnk_ring *ring;
static struct stat pipes[3]; // what fds 1 and 2 were at the start
static char line[NNK_TEXT];  // the rest of what the reader has typed
static size_t line_size, line_at;

nnk_ring *nnk_shared (void)
{
    return ring;
}

static void copy_in (uint64_t at, const void *bytes, size_t size)
{
    const size_t from = at % NNK_RING, room = NNK_RING - from;
    const size_t first = size < room ? size : room;
    memcpy (ring->bytes + from, bytes, first);
    memcpy (ring->bytes, (const char *) bytes + first, size - first);
}

static void ring_bell (void)
{
    const uint64_t one = 1;
    if (syscall (SYS_write, NNK_FD_BELL, &one, sizeof one) < 0)
        sched_yield (); // it rings already
}

/*  Appends one record, in parts if it is long. Waits while the ring is full. */
void nnk_put (char letter, const void *bytes, size_t size)
{
    const char *at = bytes;
    const size_t most = NNK_RING / 4, half = NNK_RING / 2;
    while (atomic_flag_test_and_set_explicit (&ring->lock, memory_order_acquire))
        sched_yield ();
    do {
        const size_t part = size < most ? size : most;
        const nnk_record record = { (uint32_t) part, letter, size > part };
        const uint64_t head =
            atomic_load_explicit (&ring->head, memory_order_relaxed);
        while (head + part + sizeof record - atomic_load (&ring->tail) > NNK_RING)
            usleep (200);
        copy_in (head, &record, sizeof record);
        if (part)
            copy_in (head + sizeof record, at, part);
        atomic_store_explicit (&ring->head, head + sizeof record + part,
                               memory_order_release);
        const uint64_t tail = atomic_load (&ring->tail);
        if (head - tail <= half && head + sizeof record + part - tail > half)
            ring_bell ();
        at += part;
        size -= part;
    } while (size);
    atomic_flag_clear_explicit (&ring->lock, memory_order_release);
}

static ssize_t write_out (void *cookie, const char *bytes, size_t size)
{
    (void) cookie;
    nnk_put ('O', bytes, size);
    return size;
}

static ssize_t write_err (void *cookie, const char *bytes, size_t size)
{
    (void) cookie;
    nnk_put ('E', bytes, size);
    return size;
}

/*  Up to `size` bytes of what the reader types; asks when nothing is left of the
 *  last line. 0: end of file. */
static ssize_t ask (char *bytes, size_t size)
{
    if (line_at == line_size) {
        static nnk_message message;
        message = (nnk_message){ .word = NNK_ASK };
        line_at = line_size = 0;
        if (!nnk_send (&message) || !nnk_receive (&message) || message.status != 1)
            return 0;
        memcpy (line, message.text, message.size);
        line_size = message.size;
    }
    const size_t rest = line_size - line_at, part = rest < size ? rest : size;
    memcpy (bytes, line + line_at, part);
    line_at += part;
    return part;
}

void nnk_forget_input (void)
{
    __fpurge (stdin);
    clearerr (stdin);
    line_at = line_size;
}

static ssize_t read_in (void *cookie, char *bytes, size_t size)
{
    (void) cookie;
    return ask (bytes, size);
}

/*  Whether fd (1 or 2) is still the pipe that the kernel reads. */
static bool is_ours (int fd)
{
    struct stat now;
    return fstat (fd, &now) == 0 && now.st_ino == pipes[fd].st_ino &&
           now.st_dev == pipes[fd].st_dev;
}

/* --- The C library's functions that cells and libraries call by these names -- */

ssize_t read (int fd, void *buf, size_t nbytes)
{
    if (fd == 0 && nnk_is_executor ())
        return ask (buf, nbytes);
    return syscall (SYS_read, fd, buf, nbytes);
}

ssize_t write (int fd, const void *buf, size_t n)
{
    if ((fd == 1 || fd == 2) && ring && nnk_is_executor () && is_ours (fd)) {
        nnk_put (fd == 1 ? 'O' : 'E', buf, n);
        return n;
    }
    return syscall (SYS_write, fd, buf, n);
}

/*  Ours cannot be closed: the next cell prints too. */
int fclose (FILE *stream)
{
    int (*real) (FILE *);
    *(void **) &real = dlsym (RTLD_NEXT, "fclose");
    for (int k = 0; k < 3 && stream; k++)
        if (stream == own[k]) {
            return fflush (stream);
        } else if (stream == given[k]) {
            given[k] = NULL;
            *name[k] = own[k];
        }
    return real (stream);
}

/*  A file in the place of stdin, stdout or stderr stays there until the cell ends. */
FILE *freopen (const char *filename, const char *modes, FILE *stream)
{
    FILE *(*real) (const char *, const char *, FILE *);
    *(void **) &real = dlsym (RTLD_NEXT, "freopen");
    int k = 0;
    while (k < 3 && stream != own[k])
        k++;
    if (k == 3)
        return real (filename, modes, stream);
    fflush (stream);
    FILE *file = filename ? fopen (filename, modes) : NULL;
    if (file)
        *name[k] = given[k] = file;
    return file;
}

void nnk_streams_return (void)
{
    for (int k = 0; k < 3; k++)
        if (given[k])
            fclose (given[k]);
}

/*  A mark behind what has been written so far. We wait until the kernel has fetched
 *  what stands in the pipes too. */
void nnk_streams_mark (void)
{
    if (!ring || !nnk_is_executor ())
        return;
    nnk_put ('P', "", 0);
    ring_bell ();
    const uint64_t mark = atomic_load (&ring->head);
    while (atomic_load (&ring->tail) < mark && !nnk_interrupted ())
        usleep (200);
}

bool nnk_streams_open (void)
{
    void *memory = mmap (NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED,
                         NNK_FD_RING, 0);
    if (memory == MAP_FAILED)
        return false;
    close (NNK_FD_RING);
    ring = memory;
    fstat (1, &pipes[1]);
    fstat (2, &pipes[2]);
    stdout =
        fopencookie (NULL, "w", (cookie_io_functions_t){ .write = write_out });
    stderr =
        fopencookie (NULL, "w", (cookie_io_functions_t){ .write = write_err });
    stdin = fopencookie (NULL, "r", (cookie_io_functions_t){ .read = read_in });
    if (!stdout || !stderr || !stdin)
        return false;
    for (int k = 0; k < 3; k++)
        own[k] = *name[k];
    setvbuf (stdout, NULL, _IONBF, 0);
    setvbuf (stderr, NULL, _IONBF, 0);
    return true;
}
