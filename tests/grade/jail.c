/*  jail.c - a process that may do nothing but compute
 *
 *  The learner's code can crash, loop, print and take memory; limits see to that. What it
 *  must not do is reach out: start processes, open files for writing, use the network, or
 *  send signals to the grader. A list of forbidden system calls (seccomp) sees to that.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define JAIL_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define JAIL_ARCH AUDIT_ARCH_AARCH64
#endif

// clang-format off: tables
/*  Refused whatever their arguments are. */
static const int forbidden[] = {
#ifdef __NR_fork
    __NR_fork,
    __NR_vfork,
    __NR_creat,
    __NR_unlink,
    __NR_rename,
    __NR_mkdir,
    __NR_rmdir,
    __NR_link,
    __NR_symlink,
    __NR_chmod,
    __NR_chown,
    __NR_lchown,
    __NR_utime,
    __NR_utimes,
    __NR_mknod,
#endif
    __NR_execve,
    __NR_execveat,
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_socket,
    __NR_socketpair,
    __NR_kill,
    __NR_tkill,
    __NR_rt_sigqueueinfo,
    __NR_rt_tgsigqueueinfo,
    __NR_pidfd_send_signal,
    __NR_pidfd_open,
    __NR_setsid,
    __NR_setpgid,
    __NR_unlinkat,
    __NR_renameat2,
    __NR_mkdirat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_fchmod,
    __NR_fchmodat,
    __NR_fchown,
    __NR_fchownat,
    __NR_truncate,
    __NR_utimensat,
    __NR_mknodat,
    __NR_mount,
    __NR_umount2,
    __NR_chroot,
    __NR_pivot_root,
    __NR_setns,
    __NR_unshare,
    __NR_reboot,
    __NR_bpf,
    __NR_io_uring_setup,
    __NR_keyctl,
    __NR_init_module,
    __NR_finit_module,
    __NR_setrlimit,
    __NR_open_by_handle_at,
    __NR_shmget,
    __NR_prctl,
    __NR_sched_setaffinity,
    __NR_setpriority
};
// clang-format on

#ifdef JAIL_ARCH
enum { COUNT = sizeof forbidden / sizeof *forbidden };
#define ARGUMENT(k) offsetof (struct seccomp_data, args[k]) // its low half
#define LOAD(at) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, at)
#define EQUAL(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANY(bits, yes, no) BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)
#define ANSWER(what) BPF_STMT (BPF_RET | BPF_K, what)
#define REFUSE(error) ANSWER (SECCOMP_RET_ERRNO | (error))

/*  From here on the process can only compute. False if this system has no such filter. */
bool jail_lock (void)
{
    const unsigned writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
    // clang-format off: four instructions a line read as one
    const struct sock_filter head[] = {
        LOAD (offsetof (struct seccomp_data, arch)), EQUAL (JAIL_ARCH, 1, 0),
        ANSWER (SECCOMP_RET_KILL_PROCESS),
        LOAD (offsetof (struct seccomp_data, nr)),
        BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0,
                  1), // another set of numbers
        ANSWER (SECCOMP_RET_KILL_PROCESS),
        // -- a thread is welcome, a process is not; glibc falls back from clone3 to clone
        EQUAL (__NR_clone3, 0, 1), REFUSE (ENOSYS), EQUAL (__NR_clone, 0, 4),
        LOAD (ARGUMENT (0)), ANY (CLONE_THREAD, 0, 1), ANSWER (SECCOMP_RET_ALLOW),
        REFUSE (EPERM),
        // -- files are opened for reading only
        EQUAL (__NR_openat2, 0, 1), REFUSE (ENOSYS), EQUAL (__NR_openat, 0, 4),
        LOAD (ARGUMENT (2)), ANY (writing, 0, 1), REFUSE (EACCES),
        ANSWER (SECCOMP_RET_ALLOW),
#ifdef __NR_open
        EQUAL (__NR_open, 0, 4), LOAD (ARGUMENT (1)), ANY (writing, 0, 1),
        REFUSE (EACCES), ANSWER (SECCOMP_RET_ALLOW),
#endif
        // -- a signal to itself (abort) is no harm
        EQUAL (__NR_tgkill, 0, 4), LOAD (ARGUMENT (0)),
        EQUAL ((unsigned) getpid (), 0, 1), ANSWER (SECCOMP_RET_ALLOW),
        REFUSE (EPERM),
        // -- limits may be read, not changed
        EQUAL (__NR_prlimit64, 0, 6), LOAD (ARGUMENT (2)), EQUAL (0, 0, 2),
        LOAD (ARGUMENT (2) + 4), EQUAL (0, 1, 0), REFUSE (EPERM),
        ANSWER (SECCOMP_RET_ALLOW)
    };
    // clang-format on
    struct sock_filter code[sizeof head / sizeof *head + 2 * COUNT + 1];
    int n = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        code[n++] = head[i];
    for (int i = 0; i < COUNT; i++) {
        code[n++] = (struct sock_filter) EQUAL ((unsigned) forbidden[i], 0, 1);
        code[n++] = (struct sock_filter) REFUSE (EPERM);
    }
    code[n++] = (struct sock_filter) ANSWER (SECCOMP_RET_ALLOW);
    const struct sock_fprog program = { .len = (unsigned short) n,
                                        .filter = code };
    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
bool jail_lock (void)
{
    (void) forbidden;
    return false;
}
#endif
