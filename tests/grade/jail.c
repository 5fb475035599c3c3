/*  jail.c - a process that may do nothing but compute
 *
 *  The learner's code can crash, loop, print and take memory; limits see to that. What it
 *  must not do is reach out: start processes, open files for writing, use the network, send
 *  signals to the grader, leave something for its next call. A list of the system calls that
 *  computing takes (seccomp) sees to that, and whatever is not on it is refused. Reading is
 *  another matter: a file must be loaded before it can be called, and then no more is opened.
 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined __x86_64__
#define JAIL_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define JAIL_ARCH AUDIT_ARCH_AARCH64
#endif

// clang-format off: a table
/*  Allowed whatever their arguments are. */
static const int allowed[] = {
    // memory
    __NR_mmap, __NR_munmap, __NR_mprotect, __NR_mremap, __NR_madvise, __NR_brk,
    __NR_mincore,
    // what is open
    __NR_read, __NR_write, __NR_readv, __NR_writev, __NR_pread64, __NR_lseek,
    __NR_close, __NR_fstat, __NR_newfstatat, __NR_statx, __NR_faccessat,
    __NR_readlinkat, __NR_getcwd, __NR_fcntl, __NR_dup, __NR_dup3, __NR_pipe2,
    __NR_ppoll,
#ifdef __NR_open
    __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_dup2, __NR_pipe,
    __NR_poll, __NR_time, __NR_arch_prctl,
#endif
    // threads, and the end
    __NR_futex, __NR_set_robust_list, __NR_set_tid_address, __NR_rseq,
    __NR_sched_yield, __NR_sched_getaffinity, __NR_sched_getparam,
    __NR_sched_getscheduler, __NR_getcpu, __NR_exit, __NR_exit_group,
    // signals to itself
    __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack,
    __NR_restart_syscall,
    // the time, and who one is
    __NR_nanosleep, __NR_clock_nanosleep, __NR_clock_gettime, __NR_clock_getres,
    __NR_gettimeofday, __NR_times, __NR_getrusage, __NR_getpid, __NR_gettid,
    __NR_getppid, __NR_getuid, __NR_geteuid, __NR_getgid, __NR_getegid, __NR_uname,
    __NR_sysinfo, __NR_getrandom
};
// clang-format on

#ifdef JAIL_ARCH
enum { COUNT = sizeof allowed / sizeof *allowed };
#define ARGUMENT(k) offsetof (struct seccomp_data, args[k]) // its low half
#define LOAD(at) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, at)
#define EQUAL(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANY(bits, yes, no) BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, bits, yes, no)
#define ANSWER(what) BPF_STMT (BPF_RET | BPF_K, what)
#define REFUSE(error) ANSWER (SECCOMP_RET_ERRNO | (error))

static bool filter (struct sock_filter *code, size_t n)
{
    const struct sock_fprog program = { .len = (unsigned short) n,
                                        .filter = code };
    return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/*  From here on the process can only compute, and read files. False if this system has no
 *  such filter. */
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
        ANSWER (SECCOMP_RET_ALLOW),
        // -- the lock may be made tighter: jail_shut ()
        EQUAL (__NR_prctl, 0, 4), LOAD (ARGUMENT (0)),
        EQUAL (PR_SET_SECCOMP, 0, 1), ANSWER (SECCOMP_RET_ALLOW), REFUSE (EPERM)
    };
    // clang-format on
    struct sock_filter code[sizeof head / sizeof *head + 2 * COUNT + 1];
    size_t n = 0;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        code[n++] = head[i];
    for (int i = 0; i < COUNT; i++) {
        code[n++] = (struct sock_filter) EQUAL ((unsigned) allowed[i], 0, 1);
        code[n++] = (struct sock_filter) ANSWER (SECCOMP_RET_ALLOW);
    }
    code[n++] = (struct sock_filter) REFUSE (EPERM);
    return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter (code, n);
}

/*  From here on no file is opened at all. */
bool jail_shut (void)
{
    struct sock_filter code[] = { LOAD (offsetof (struct seccomp_data, nr)),
                                  EQUAL (__NR_openat, 0, 1),
                                  REFUSE (EACCES),
#ifdef __NR_open
                                  EQUAL (__NR_open, 0, 1),
                                  REFUSE (EACCES),
#endif
                                  EQUAL (__NR_prctl, 0, 1),
                                  REFUSE (EPERM),
                                  ANSWER (SECCOMP_RET_ALLOW) };
    return filter (code, sizeof code / sizeof *code);
}
#else
bool jail_lock (void)
{
    (void) allowed;
    return false;
}

bool jail_shut (void)
{
    return false;
}
#endif

/* --- Which files can be read (Landlock) --------------------------------------------------- */
/*  From here on only those files can be read, and what lies below those folders; what does
 *  not exist is passed over. A folder that holds the whole course is none of them: the
 *  solutions lie in it. False if this system cannot. */
bool jail_reading (const char *const *paths)
{
    const struct landlock_ruleset_attr reading = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE
    };
    char course[PATH_MAX], path[PATH_MAX];
    const int rules =
        (int) syscall (__NR_landlock_create_ruleset, &reading, sizeof reading, 0);
    if (rules < 0 || !realpath (".", course))
        return false;
    for (int i = 0; paths[i]; i++) {
        const size_t length = realpath (paths[i], path) ? strlen (path) : 0;
        const bool holds = strncmp (path, course, length) == 0 &&
                           (course[length] == '/' || !course[length]);
        const int at = !length || holds ? -1 : open (path, O_PATH | O_CLOEXEC);
        if (at < 0)
            continue;
        const struct landlock_path_beneath_attr below = {
            .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = at
        };
        syscall (__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below,
                 0);
        close (at);
    }
    const bool locked = prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                        syscall (__NR_landlock_restrict_self, rules, 0) == 0;
    close (rules);
    return locked;
}
