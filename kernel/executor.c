/*  executor.c - starting and ending the executor
 *
 *  nn-exec gets its descriptors under fixed numbers (channel.h), its limits and its
 *  libraries on the command line. It and everything that its cells start are one
 *  group of processes, which one signal ends however fast they multiply; who leaves
 *  the group is still our descendant, as the kernel is a subreaper.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

enum { THEIRS = 6 }; // descriptors that nn-exec is given

/* --- Starting ---------------------------------------------------------------- */

/*  In the child, after the fork: only calls that are safe there. */
static void become_executor (char *const *argv, const int *fds, pid_t parent,
                             char *preload)
{
    static const int place[THEIRS] = { NNK_FD_CONTROL, NNK_FD_RING, NNK_FD_LIFE,
                                       NNK_FD_BELL,    1,           2 };
    sigset_t none;
    int high[THEIRS];
    setsid ();
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent)
        _exit (1);
    for (int i = 0; i < THEIRS; i++)
        high[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 300);
    for (int i = 0; i < THEIRS; i++)
        dup2 (high[i], place[i]);
    close (0);
    open ("/dev/null", O_RDONLY);
    sigemptyset (&none);
    sigprocmask (SIG_SETMASK, &none, NULL);
    signal (SIGPIPE, SIG_DFL);
    if (preload)
        putenv (preload);
    // -- huge pages for what is large: a snapshot copies 512 times fewer entries
    setenv ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 0);
    execv (argv[0], argv);
    static const char why[] =
        "nn-exec cannot be started; it must lie beside nn-kernel\n";
    _exit (write (2, why, sizeof why - 1) < 0 ? 126 : 127);
}

/*  Waits for a message of the executor. False: none came in time, or it is gone. */
bool nnk_executor_receive (nnk_executor *self, nnk_message *message,
                           int milliseconds)
{
    struct pollfd fd = { self->control, POLLIN, 0 };
    while (poll (&fd, 1, milliseconds) < 0 && errno == EINTR)
        continue;
    if (!fd.revents)
        return false;
    const ssize_t size =
        recv (self->control, message, sizeof *message, MSG_DONTWAIT);
    return size >= (ssize_t) NNK_HEAD &&
           size == (ssize_t) (NNK_HEAD + message->size);
}

bool nnk_executor_send (nnk_executor *self, const nnk_message *message)
{
    return send (self->control, message, NNK_HEAD + message->size, MSG_NOSIGNAL) >=
           0;
}

void nnk_executor_watch (nnk_executor *self, pid_t pid)
{
    if (self->pidfd >= 0)
        close (self->pidfd);
    self->pid = pid;
    self->pidfd = (int) syscall (SYS_pidfd_open, pid, 0);
}

/*  What cells may take when nothing else was said, in MB: most of what there is,
 *  so that malloc fails in the cell before the machine runs out. */
static long default_memory (void)
{
    nnk_text text = { 0 };
    long most = sysconf (_SC_PHYS_PAGES) / 1024 * sysconf (_SC_PAGESIZE) / 1024;
    if (nnk_read_file ("/sys/fs/cgroup/memory.max",
                       &text)) { // a container's share
        const long share = strtol (nnk_text_string (&text), NULL, 10) >> 20;
        if (share > 0 && share < most)
            most = share;
    }
    nnk_text_free (&text);
    return most * 9 / 10;
}

static char **arguments (const nnk_executor *self)
{
    const long memory = self->limits.memory;
    char **argv = nnk_allocate ((self->libraries + 5) * sizeof *argv);
    argv[0] = nnk_beside ("nn-exec");
    argv[1] = nnk_format ("%ld", memory ? memory : default_memory ());
    argv[2] = nnk_format (self->limits.offline ? "offline" : "online");
    argv[3] = nnk_format ("%d", self->limits.processes);
    for (int i = 0; i < self->libraries; i++)
        argv[4 + i] = nnk_copy (self->library[i], strlen (self->library[i]));
    return argv;
}

static void close_all (const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        if (fds[i] >= 0)
            close (fds[i]);
}

/*  Starts nn-exec. It loads its libraries while we do something else. */
bool nnk_executor_begin (nnk_executor *self, nnk_text *trouble)
{
    int socket[2] = { -1, -1 }, life[2] = { -1, -1 }, out[2] = { -1, -1 },
        err[2] = { -1, -1 };
    prctl (PR_SET_CHILD_SUBREAPER, 1);
    const int bell = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
    const int ring = memfd_create ("nnk-ring", MFD_CLOEXEC);
    if (bell < 0 || ring < 0 || ftruncate (ring, sizeof (nnk_ring)) != 0 ||
        socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket) != 0 ||
        pipe2 (life, O_CLOEXEC) != 0 || pipe2 (out, O_CLOEXEC) != 0 ||
        pipe2 (err, O_CLOEXEC) != 0) {
        nnk_addf (trouble, "no channel to the executor: %s\n", strerror (errno));
        return false;
    }
    self->ring = mmap (NULL, sizeof *self->ring, PROT_READ | PROT_WRITE,
                       MAP_SHARED, ring, 0);
    char **argv = arguments (self);
    char *preload =
        self->preload ? nnk_format ("LD_PRELOAD=%s", self->preload) : NULL;
    const pid_t parent = getpid ();
    const int theirs[THEIRS] = { socket[1], ring, life[0], bell, out[1], err[1] };
    const pid_t pid = fork ();
    if (pid == 0)
        become_executor (argv, theirs, parent, preload);
    self->bell = fcntl (bell, F_DUPFD_CLOEXEC, 0);
    close_all (theirs, THEIRS);
    free (preload);
    for (int i = 0; argv[i]; i++)
        free (argv[i]);
    free (argv);
    fcntl (out[0], F_SETFL, O_NONBLOCK);
    fcntl (err[0], F_SETFL, O_NONBLOCK);
    self->control = socket[0];
    self->life = life[1];
    self->pipe[0] = out[0];
    self->pipe[1] = err[0];
    self->pidfd = -1;
    nnk_executor_watch (self, pid);
    return true;
}

/*  Waits until it has loaded the libraries. */
bool nnk_executor_await (nnk_executor *self, nnk_text *trouble)
{
    nnk_message *ready = nnk_allocate (sizeof *ready);
    const bool good = nnk_executor_receive (self, ready, 20000);
    if (good && ready->size)
        nnk_addf (trouble, "%.*s", (int) ready->size, ready->text);
    if (!good) {
        char why[512];
        const ssize_t size = read (self->pipe[1], why, sizeof why);
        nnk_addf (trouble, "the executor does not start. %.*s\n",
                  size > 0 ? (int) size : 0, why);
    }
    free (ready);
    return good;
}

/* --- Ending ------------------------------------------------------------------ */

static bool is_needed (const nnk_executor *self, pid_t pid)
{
    bool needed = pid == self->pid || pid == self->helper ||
                  (self->compiler && pid == *self->compiler);
    for (int i = 0; i < self->snapshots; i++)
        needed |= pid == self->snapshot[i];
    return needed;
}

/*  Ends every child that is not needed any more: what cells have left behind. */
void nnk_executor_end_strays (const nnk_executor *self)
{
    for (int turn = 0; turn < 50; turn++) {
        nnk_text children = { 0 };
        int found = 0;
        char *path = nnk_format ("/proc/self/task/%d/children", (int) getpid ());
        nnk_read_file (path, &children);
        free (path);
        char *at = children.s;
        for (pid_t pid; at && (pid = (pid_t) strtol (at, &at, 10)) > 0;)
            if (!is_needed (self, pid) &&
                !(self->other && is_needed (self->other, pid))) {
                found++;
                kill (pid, SIGKILL);
                waitpid (pid, NULL, 0);
            }
        nnk_text_free (&children);
        if (!found)
            return;
    }
}

void nnk_executor_stop (nnk_executor *self)
{
    if (!self->ring)
        return;
    if (self->pid > 0)
        kill (-self->pid, SIGKILL);
    for (int i = 0; i < self->snapshots; i++)
        kill (self->snapshot[i], SIGKILL);
    self->pid = self->unwanted = self->snapshots = 0;
    nnk_executor_end_strays (self);
    close_all ((int[]){ self->control, self->life, self->pipe[0], self->pipe[1],
                        self->pidfd, self->bell },
               6);
    munmap (self->ring, sizeof *self->ring);
    self->ring = NULL;
    nnk_text_free (&self->line);
    nnk_text_free (&self->held);
    nnk_text_free (&self->half[0]);
    nnk_text_free (&self->half[1]);
    nnk_text_free (&self->record);
}
