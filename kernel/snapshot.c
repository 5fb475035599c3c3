/*  snapshot.c - the copy that stands still
 *
 *  Before a cell runs, the executor forks. The child is the snapshot: it stands
 *  still in a read and holds every variable as it is. If the cell's process dies,
 *  the kernel wakes the snapshot, and it becomes the executor. So a crash costs
 *  the cell and nothing else.
 *
 *  A snapshot must be able to go on. OpenMP's threads do not survive a fork, so
 *  they are ended first; file positions are shared between parent and child, so
 *  they are written down and put back; unwritten output would appear twice, so it
 *  is flushed.
 *
 *  The snapshots of the last cells are kept: that is how %undo goes back.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <omp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec.h"

enum { MOST_FILES = 200 };

static pid_t self;
static pid_t snapshot[NNK_UNDO + 1]; // the oldest first; some may be gone
static int snapshots;

bool nnk_is_executor (void)
{
    return getpid () == self;
}

bool nnk_is_snapshot (pid_t pid)
{
    for (int i = 0; i < snapshots; i++)
        if (snapshot[i] == pid)
            return true;
    return false;
}

static void write_score (const char *score)
{
    const int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (syscall (SYS_write, fd, score, strlen (score)) < 0)
            errno = 0; // only advice for the day when memory runs out
        close (fd);
    }
}

static struct {
    int fd;
    off_t at;
} position[MOST_FILES];
static int positions;

static void keep_positions (void)
{
    positions = 0;
    for (int fd = 3; fd < MOST_FILES; fd++) {
        const off_t at = lseek (fd, 0, SEEK_CUR);
        if (at >= 0) {
            position[positions].fd = fd;
            position[positions++].at = at;
        }
    }
}

/*  The kernel was killed: its folder goes, and everything that its cells have
 *  started. */
_Noreturn static void clean_up (void)
{
    DIR *all = opendir (nnk_folder ());
    const pid_t leader = atomic_load (&nnk_shared ()->executor);
    for (struct dirent *entry; all && (entry = readdir (all));)
        unlinkat (dirfd (all), entry->d_name, 0);
    rmdir (nnk_folder ());
    if (leader > 1)
        kill (-leader, SIGKILL);
    _exit (0);
}

/*  Whoever asks for it is this process from now on, with its own group. */
void nnk_become_executor (void)
{
    self = getpid ();
    atomic_store (&nnk_shared ()->executor, self);
    prctl (PR_SET_NAME, "nn-exec");
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    write_score ("900");
}

/*  A descriptor and the pipe behind it in one number, or 0. The number of the descriptor
 *  alone means nothing to another process, which may have something else there. */
static uint64_t name_pipe (int fd)
{
    struct stat what;
    const bool pipe = fstat (fd, &what) == 0 && S_ISFIFO (what.st_mode);
    return pipe ? (uint64_t) what.st_ino << 32 | (uint64_t) fd : 0;
}

/*  Stands still until the kernel says that it is to take over. */
static void stand_still (const sigset_t *wake)
{
    struct signalfd_siginfo told = { .ssi_int = 0 };
    char order; // its first byte; the rest goes with it
    struct pollfd fds[2] = { { NNK_FD_LIFE, POLLIN, 0 },
                             { signalfd (-1, wake, SFD_CLOEXEC), POLLIN, 0 } };
    setpgid (0, 0); // what ends the cell's processes must not end us
    prctl (PR_SET_NAME, "nn-snapshot");
    write_score ("0");
    for (bool awake = false; !awake;) {
        fds[1].revents = 0;
        if (poll (fds, 2, -1) < 0)
            continue;
        if (fds[0].revents)
            clean_up ();
        if (syscall (SYS_read, fds[1].fd, &told, sizeof told) != sizeof told)
            continue;
        const int fd = (int) (told.ssi_ptr & INT_MAX);
        awake = told.ssi_ptr == 0;
        if (!awake && name_pipe (fd) == told.ssi_ptr)
            close (fd);
    }
    close (fds[1].fd);
    while (recv (NNK_FD_CONTROL, &order, sizeof order, MSG_DONTWAIT) >= 0)
        continue; // an order to the one that died
    for (int i = 0; i < positions; i++)
        lseek (position[i].fd, position[i].at, SEEK_SET);
    nnk_become_executor ();
}

/*  A pipe ends when nobody holds it any more: the snapshots let go of it as well. */
void nnk_tell_snapshots (int fd)
{
    const uint64_t pipe = name_pipe (fd);
    union sigval told;
    memcpy (&told, &pipe, sizeof told);
    for (int i = 0; i < snapshots && pipe && nnk_is_executor (); i++)
        sigqueue (snapshot[i], NNK_WAKE, told);
}

/*  Ends one that is not needed any more, and takes it from the list. */
static void end_snapshot (pid_t old)
{
    int kept = 0;
    if (old > 0) {
        kill (old, SIGKILL);
        waitpid (old, NULL, 0); // the kernel, if it is its child and not ours
    }
    for (int i = 0; i < snapshots; i++)
        if (snapshot[i] != old)
            snapshot[kept++] = snapshot[i];
    snapshots = kept;
    if (snapshots > NNK_UNDO) // the oldest is long gone
        memmove (snapshot, snapshot + 1, --snapshots * sizeof *snapshot);
}

/*  Forks it; `old` is wanted no more. Returns true in the snapshot, once it has
 *  become the executor. */
bool nnk_take_snapshot (pid_t old)
{
    sigset_t wake, before;
    sigemptyset (&wake);
    sigaddset (&wake, NNK_WAKE);
    end_snapshot (old);
    fflush (NULL);
    omp_pause_resource_all (omp_pause_hard);
    keep_positions ();
    sigprocmask (SIG_BLOCK, &wake, &before); // it may be woken before it stands
    const pid_t pid = nnk_fork ();
    if (pid == 0)
        stand_still (&wake);
    sigprocmask (SIG_SETMASK, &before, NULL);
    if (pid == 0)
        return true;
    setpgid (pid, pid); // whoever of the two comes first
    if (pid > 0)
        snapshot[snapshots++] = pid;
    static nnk_message stands;
    stands = (nnk_message){ .word = NNK_SNAPSHOT, .pid = pid };
    nnk_send (&stands);
    return false;
}
