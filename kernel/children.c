/*  children.c - the processes that a cell starts, and waits for
 *
 *  These stand before the C library's functions of the same names. fork () counts,
 *  and refuses what would be too many. wait () does not see the snapshots, which are
 *  children of the executor too. And after a child has ended, what it has written
 *  stands in the pipes: it comes before what the cell prints next, and is not taken
 *  for the next child's.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec.h"

static int most_processes;

void nnk_children_limit (const char *processes)
{
    most_processes = (int) strtol (processes, NULL, 10);
}

/* --- Starting ---------------------------------------------------------------- */

pid_t nnk_fork (void)
{
    static pid_t (*real) (void);
    if (!real)
        *(void **) &real = dlsym (RTLD_NEXT, "fork");
    return real ();
}

/*  What a cell and its children call. All of them count in the same place; they are
 *  counted one by one when it could be too many, for some have ended. */
pid_t fork (void)
{
    nnk_ring *ring = nnk_shared ();
    if (atomic_fetch_add (&ring->forks, 1) >= most_processes) {
        const int living = nnk_count_group (getpgrp ()) - 1;
        atomic_store (&ring->forks, living + 1);
        if (living >= most_processes) {
            atomic_store (&ring->crowded, true);
            errno = EAGAIN;
            return -1;
        }
    }
    return nnk_fork ();
}

pid_t vfork (void)
{
    return fork ();
}

/* --- Waiting ----------------------------------------------------------------- */

/*  Whether one of our threads has a child that lives and is no snapshot. */
static bool has_children (void)
{
    bool found = false;
    DIR *threads = opendir ("/proc/self/task");
    for (struct dirent *entry; threads && !found && (entry = readdir (threads));) {
        char path[300], pids[256];
        snprintf (path, sizeof path, "/proc/self/task/%s/children", entry->d_name);
        const int fd =
            entry->d_name[0] == '.' ? -1 : open (path, O_RDONLY | O_CLOEXEC);
        const ssize_t size =
            fd < 0 ? 0 : syscall (SYS_read, fd, pids, sizeof pids - 1);
        if (fd >= 0)
            close (fd);
        pids[size > 0 ? size : 0] = 0;
        char *at = pids;
        for (long pid; !found && (pid = strtol (at, &at, 10)) > 0;)
            found = !nnk_is_snapshot ((pid_t) pid);
    }
    if (threads)
        closedir (threads);
    return found;
}

/*  Any child but the snapshots. Each is in a group of its own, so one can wait for
 *  those of ours; who has left the group is asked for again and again. */
static pid_t wait_for_any (int *status, int options)
{
    for (;;) {
        pid_t ended =
            (pid_t) syscall (SYS_wait4, -1, status, options | WNOHANG, NULL);
        if (ended > 0 && nnk_is_snapshot (ended))
            continue; // ended by the system, for want of memory
        if (ended != 0)
            return ended;
        if (!has_children ()) {
            errno = ECHILD;
            return -1;
        }
        if (options & WNOHANG)
            return 0;
        ended = (pid_t) syscall (SYS_wait4, 0, status, options, NULL);
        if (ended >= 0 || errno != ECHILD)
            return ended;
        usleep (1000);
    }
}

pid_t waitpid (pid_t pid, int *stat_loc, int options)
{
    const pid_t ended =
        pid == -1 && nnk_is_executor ()
            ? wait_for_any (stat_loc, options)
            : (pid_t) syscall (SYS_wait4, pid, stat_loc, options, NULL);
    if (ended > 0)
        nnk_streams_mark ();
    return ended;
}

pid_t wait (int *stat_loc)
{
    return waitpid (-1, stat_loc, 0);
}

int system (const char *command)
{
    int (*real) (const char *);
    *(void **) &real = dlsym (RTLD_NEXT, "system");
    const int status = real (command);
    nnk_streams_mark ();
    return status;
}

int pclose (FILE *stream)
{
    int (*real) (FILE *);
    *(void **) &real = dlsym (RTLD_NEXT, "pclose");
    nnk_tell_snapshots (fileno (stream));
    const int status = real (stream);
    nnk_streams_mark ();
    return status;
}
