/*  secret.c - what a cell must not see: the key of the connection file
 *
 *  Whoever knows the key can send cells in the reader's name. The kernel that holds
 *  it runs as the same user as its cells, so file modes do not help. Instead the
 *  executor, before any cell, takes a view of the file system of its own in which
 *  /dev/null lies over the file, and gives up the rights to take it away again and
 *  to look into other processes. Where the system allows no such view, the file
 *  stays readable, and the kernel's log says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec.h"

static bool write_line (const char *path, const char *line)
{
    const int fd = open (path, O_WRONLY | O_CLOEXEC);
    const bool good = fd >= 0 && syscall (SYS_write, fd, line, strlen (line)) ==
                                     (long) strlen (line);
    if (fd >= 0)
        close (fd);
    return good;
}

/*  A view of the mounts of our own. An administrator may simply have one and keeps his
 *  rights to files; others get it with a user namespace in which they are
 *  themselves. */
static bool leave_mounts (void)
{
    char user[64], group[64];
    if (unshare (CLONE_NEWNS) == 0)
        return true;
    snprintf (user, sizeof user, "%u %u 1", geteuid (), geteuid ());
    snprintf (group, sizeof group, "%u %u 1", getegid (), getegid ());
    return geteuid () && unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_line ("/proc/self/uid_map", user) &&
           write_line ("/proc/self/setgroups", "deny") &&
           write_line ("/proc/self/gid_map", group);
}

/*  Gives up what would bring the file back. With fewer rights than the kernel we may
 *  not read its memory either. */
static bool drop_rights (void)
{
    static const int gone[] = { CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SETPCAP };
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct set[2];
    if (syscall (SYS_capget, &head, set) != 0)
        return false;
    for (int i = 0; i < 3; i++) {
        prctl (PR_CAPBSET_DROP, gone[i], 0, 0, 0); // not ours: nothing to drop
        set[gone[i] / 32].effective &= ~(1u << gone[i] % 32);
        set[gone[i] / 32].permitted &= ~(1u << gone[i] % 32);
        set[gone[i] / 32].inheritable &= ~(1u << gone[i] % 32);
    }
    return syscall (SYS_capset, &head, set) == 0;
}

/*  Hides the file that NNK_HIDE names, for good. Returns the size of the sentence that
 *  says why that did not work, or 0. */
int nnk_hide_secret (char *why, size_t room)
{
    char *path = getenv ("NNK_HIDE");
    int size = 0;
    if (!path || !*path)
        return 0;
    errno = 0;
    const bool hidden = leave_mounts () &&
                        mount (NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
                        mount ("/dev/null", path, NULL, MS_BIND, NULL) == 0;
    const int reason = errno;
    const bool dropped = drop_rights ();
    prctl (PR_SET_DUMPABLE, 1); // our own /proc/self is ours again
    if (!hidden || !dropped)
        size = snprintf (why, room,
                         "warning: cells can read the connection file '%.500s': "
                         "this system allows no mount namespace (%s)\n",
                         path, strerror (reason));
    unsetenv ("NNK_HIDE");
    return size;
}
