/*  confine.c - what the executor forbids itself before the first cell
 *
 *  Memory is a limit of the process: malloc returns NULL beyond it. The network is
 *  a filter that the system asks before each call: sockets are local ones or none.
 *  Whatever a cell starts inherits both, and neither can be taken off again. How
 *  many processes there may be is counted in children.c.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec.h"

/*  Calls of another processor's numbering, and io_uring, which could make a socket
 *  unseen, do not exist here; a socket that is not AF_UNIX is refused. */
static bool forbid_network (void)
{
    struct sock_filter rule[] = {
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, arch)),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 6),
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
        BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 4, 0), // x32
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 3, 0),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS,
                  offsetof (struct seccomp_data, args[0])),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 2, 1),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = { sizeof rule / sizeof *rule, rule };
    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static bool limit (int resource, rlim_t most)
{
    return setrlimit (resource, &(struct rlimit){ most, most }) == 0;
}

/*  False, and a sentence on fd 2: a limit that was asked for cannot be had. */
bool nnk_confine (const char *megabytes, const char *network)
{
    const rlim_t memory = (rlim_t) strtoll (megabytes, NULL, 10) << 20;
    const char *why = NULL;
    if (memory && !limit (RLIMIT_AS, memory))
        why = "the memory of cells cannot be limited here";
    if (!limit (RLIMIT_CORE, 0))
        why = "core files cannot be turned off here";
    if (strcmp (network, "offline") == 0 && !forbid_network ())
        why = "the network cannot be forbidden here (no seccomp)";
    return !why || syscall (SYS_write, 2, why, strlen (why)) < 0;
}
