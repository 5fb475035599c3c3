/*  child.c - one call of one function, in a process of its own
 *
 *  The child loads the learner's file, locks itself in, says that it is ready and waits; the
 *  parent starts its clock and says go. What the child computed lies in the shared outputs.
 *  How it ended lies in a shared record, which is used for messages only: whatever the child
 *  writes there, points come from the outputs alone, and the parent holds those against
 *  values that the child has never seen.
 */
#include "engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 16, STACK = 1 << 16 };
static call_result *shared; // written by the child
static bool sanitised;      // a sanitizer sees to memory and crashes
static int printed = -1;    // a file in memory that takes the learner's output

double now (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* --- In the child ------------------------------------------------------------------------ */
static _Noreturn void leave (call_end end)
{
    shared->end = end;
    shared->frames = backtrace (shared->frame, FRAMES);
    _exit (1);
}

static void on_signal (int signal, siginfo_t *info, void *context)
{
    (void) context;
    shared->signal = signal;
    shared->address = info->si_addr;
    leave (CRASHED);
}

static void on_panic (const char *sentence)
{
    const bool todo = strncmp (sentence, "nn_todo: ", 9) == 0;
    snprintf (shared->sentence, sizeof shared->sentence, "%s",
              sentence + (todo ? 9 : 0));
    leave (todo ? TODO : PANIC);
}

void (*grade_function (grade_case *c, const char *name)) (void)
{
    void *found = grade_symbol (c, name);
    void (*function) (void);
    memcpy (&function, &found, sizeof function);
    return function;
}

void *grade_symbol (grade_case *c, const char *name)
{
    void *found = dlsym (c->object, name);
    if (!found) {
        snprintf (shared->sentence, sizeof shared->sentence,
                  "your file does not define %s", name);
        leave (NO_FUNCTION);
    }
    return found;
}

static void set_limits (double seconds)
{
    const struct rlimit none = { 0, 0 }, file = { ROOM, ROOM },
                        memory = { (rlim_t) 4 << 30, (rlim_t) 4 << 30 },
                        cpu = { (rlim_t) (4 * seconds) + 2,
                                (rlim_t) (4 * seconds) + 3 };
    setrlimit (RLIMIT_CORE, &none);
    setrlimit (RLIMIT_FSIZE, &file);
    if (!sanitised) // which reserves more than there is
        setrlimit (RLIMIT_AS, &memory);
    setrlimit (RLIMIT_CPU, &cpu);
}

static void catch_signals (void)
{
    static unsigned char stack[STACK];
    void *frame[2];
    backtrace (frame, 2); // loads what it needs while files can be opened
    sigaltstack (&(stack_t){ .ss_sp = stack, .ss_size = STACK }, NULL);
    const struct sigaction action = { .sa_sigaction = on_signal,
                                      .sa_flags = SA_SIGINFO | SA_ONSTACK };
    const int caught[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        sigaction (caught[i], &action, NULL);
    signal (SIGXFSZ, SIG_IGN); // too much printed is cut off
}

/*  The object and libraries can be read from here on, and nothing else: not the reference,
 *  not the grader's memory. */
static bool may_load (const char *object)
{
    return jail_reading ((const char *const[]){ object, "/usr/lib", "/usr/lib64",
                                                "/usr/local/lib", "/lib", "/lib64",
                                                "/etc/ld.so.cache", NULL });
}

static _Noreturn void child (grade_case *c, const char *object, grade_verb *verb,
                             double limit, int ready, int go)
{
    const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    for (int i = 0; i < 3; i++)
        signal (stops[i], SIG_DFL); // the grader tidies up, not its child
    setsid ();
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    dup2 (open ("/dev/null", O_RDONLY), 0);
    dup2 (printed, 1);
    dup2 (printed, 2);
    ready = fcntl (ready, F_DUPFD, 100);
    go = fcntl (go, F_DUPFD, 100);
    close_range (3, 99, 0);
    set_limits (limit);
    if (!sanitised)
        catch_signals ();
    nn_on_panic = on_panic;
    if (c->check) // which is one case, and not all of them: known.c
        forget_all_but (verb);
    shared->jailed = (sanitised || may_load (object)) && jail_lock ();
    shared->end = LEFT;
    c->object = dlopen (object, RTLD_NOW | RTLD_LOCAL);
    if (!c->object) {
        const char *why = dlerror (), *colon = strstr (why, ": ");
        snprintf (shared->sentence, sizeof shared->sentence,
                  "your file cannot be used: %s", colon ? colon + 2 : why);
        leave (NO_FUNCTION);
    }
    struct link_map *map;
    if (dlinfo (c->object, RTLD_DI_LINKMAP, &map) == 0)
        memcpy (&shared->base, &map->l_addr, sizeof shared->base);
    case_protect (c);
    if (!sanitised) // which reads the file when it has found something
        shared->jailed &= jail_shut ();
    char byte = 'r';
    if (write (ready, &byte, 1) != 1 || read (go, &byte, 1) != 1)
        _exit (1);
    const size_t before = mallinfo2 ().uordblks;
    verb (c);
    shared->kept = mallinfo2 ().uordblks - before;
    shared->end = RETURNED;
    fflush (NULL);
    byte = 'd'; // and wait for the end, so that the time can still be read
    _exit (write (ready, &byte, 1) == 1 ? (int) read (go, &byte, 1) : 1);
}

/* --- In the parent ------------------------------------------------------------------------- */
/*  Waits for the child to say something: false if it is silent for so long, or has ended. */
static bool hear (int from, double seconds, bool *late)
{
    char byte;
    const double until = now () + seconds;
    struct pollfd wait = { .fd = from, .events = POLLIN };
    int n;
    do
        n = poll (&wait, 1, (int) ((until - now ()) * 1000) + 1);
    while (n < 0 && errno == EINTR && now () < until);
    *late = n <= 0;
    return n > 0 && read (from, &byte, 1) == 1;
}

static void prepare (void)
{
    if (shared)
        return;
    shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    printed = memfd_create ("printed", MFD_CLOEXEC);
    nn_require (shared != MAP_FAILED && printed >= 0,
                "no memory to share with a child");
}

/*  Seconds that a process has computed: not those in which others had the processor. */
static double computed (pid_t pid)
{
    clockid_t clock;
    struct timespec t = { 0 };
    if (clock_getcpuclockid (pid, &clock) == 0)
        clock_gettime (clock, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static double seconds_of (struct timeval t)
{
    return (double) t.tv_sec + 1e-6 * (double) t.tv_usec;
}

call_result call_in_child (grade_case *c, const char *object, grade_verb *verb,
                           double limit)
{
    prepare ();
    memset (shared, 0, sizeof *shared);
    shared->end = LEFT;
    int ready[2], go[2];
    nn_require (pipe (ready) == 0 && pipe (go) == 0, "no pipe to a child");
    nn_require (ftruncate (printed, 0) == 0 && lseek (printed, 0, SEEK_SET) == 0,
                "no memory for what is printed");
    fflush (NULL);
    const pid_t pid = fork ();
    nn_require (pid >= 0, "no child process: %s", strerror (errno));
    if (pid == 0)
        child (c, object, verb, limit, ready[1], go[0]);
    close (ready[1]);
    close (go[0]);
    bool late = false, done = false;
    double start = now (), before = 0;
    if (hear (ready[0], limit, &late)) {
        start = now ();
        before = computed (pid);
        if (write (go[1], "g", 1) == 1)
            done = hear (ready[0], limit, &late);
    }
    const double seconds = now () - start, cpu = computed (pid) - before;
    close (go[1]);
    int status = 0;
    bool gone = false;
    struct rusage used = { 0 };
    for (int i = 0; !late && !done && !gone && i < 100;
         i++) { // ended, or closed its pipe
        gone = wait4 (pid, &status, WNOHANG, &used) == pid;
        if (!gone)
            poll (NULL, 0, 1);
    }
    if (!gone) {
        kill (pid, SIGKILL);
        wait4 (pid, &status, 0, &used);
    }
    close (ready[0]);
    call_result r = *shared;
    r.sentence[sizeof r.sentence - 1] = 0;
    r.frames = r.frames < 0 || r.frames > FRAMES ? 0 : r.frames;
    r.seconds = seconds;
    r.cpu = cpu;
    r.aside = seconds_of (used.ru_utime) + seconds_of (used.ru_stime) - cpu;
    r.status = status;
    if (late)
        r.end = LATE;
    else if (done)
        r.end = RETURNED;
    else if (r.end == RETURNED || (unsigned) r.end > LATE)
        r.end = LEFT;
    if (r.end == LEFT && WIFSIGNALED (status) && WTERMSIG (status) != SIGKILL)
        r.end = CRASHED, r.signal = WTERMSIG (status);
    return r;
}

const char *call_printed (void)
{
    static char text[ROOM + 1];
    const ssize_t n = printed < 0 ? 0 : pread (printed, text, ROOM, 0);
    text[n > 0 ? n : 0] = 0;
    return text;
}

void call_sanitised (void)
{
    sanitised = true;
}

bool call_jailed (void)
{
    return shared && shared->jailed;
}

/*  The line of the learner's file at which it ended: the first frame that lies there. */
static int line_of (const call_result *r, const char *object)
{
    for (int i = 0; i < r->frames; i++) {
        Dl_info known;
        if (r->frame[i] < r->base || dladdr (r->frame[i], &known))
            continue; // the grader's own code, or a library's
        char address[32], *output = NULL;
        // a caller's address is that of what comes next; behind leave (), the handler and
        // its return stands the fault itself
        const size_t after = r->end != CRASHED || i > 3;
        snprintf (address, sizeof address, "0x%zx",
                  (size_t) ((char *) r->frame[i] - (char *) r->base) - after);
        const char *argv[] = { "addr2line", "-s", "-e", object, address, NULL };
        const int status = spawn (argv, &output, 5, 0, NULL);
        const char *colon = output ? strrchr (output, ':') : NULL;
        const int line =
            status == 0 && colon ? (int) strtol (colon + 1, NULL, 10) : 0;
        free (output);
        if (line > 0)
            return line;
    }
    return 0;
}

static void explain_crash (const call_result *r, const grade_case *c, char *text,
                           size_t size)
{
    if ((r->signal == SIGSEGV || r->signal == SIGBUS) &&
        case_touched (c, r->address, text, size))
        return;
    const char *what = r->signal == SIGSEGV || r->signal == SIGBUS
                           ? "used memory that is not its own (segmentation fault)"
                       : r->signal == SIGFPE  ? "divided an integer by zero"
                       : r->signal == SIGABRT ? "was aborted"
                       : r->signal == SIGILL || r->signal == SIGTRAP
                           ? "ran into an impossible instruction"
                           : "was ended by the system";
    snprintf (text, size, "%s", what);
}

/*  The sanitizer's finding, from what it has printed: "heap-buffer-overflow exercises/
 *  01-1-transpose.c:12 in ex_transpose". */
static bool sanitizer_says (char *text, size_t size)
{
    const char *mark[] = { "SUMMARY: AddressSanitizer: ", "runtime error: " };
    for (int i = 0; sanitised && i < 2; i++) {
        const char *at = strstr (call_printed (), mark[i]);
        if (!at)
            continue;
        while (i == 1 && at > call_printed () && at[-1] != '\n')
            at--; // from the name of the file on
        at += i == 0 ? strlen (mark[0]) : 0;
        snprintf (text, size, "the sanitizer says: %.*s", (int) strcspn (at, "\n"),
                  at);
        return true;
    }
    return false;
}

/*  Why a call that did not return did not. Without an object it does not say at which
 *  line, which takes another program to find. */
void call_explain (const call_result *r, const grade_case *c, const char *object,
                   char *text, size_t size)
{
    char what[TEXT], shape[256];
    case_shape (c, shape, sizeof shape);
    const bool stands = r->end == CRASHED || r->end == PANIC || r->end == TODO;
    const int line = stands && object ? line_of (r, object) : 0;
    char where[64] = "";
    if (line)
        snprintf (where, sizeof where, ", at line %d", line);
    const char *comma = *shape ? ", where " : "";
    switch (r->end) {
    case CRASHED:
        explain_crash (r, c, what, sizeof what);
        snprintf (text, size, "your code %s%s%s%s", what, where, comma, shape);
        break;
    case PANIC:
        snprintf (text, size, "%.300s%s%s%s", r->sentence, where, comma, shape);
        break;
    case TODO:
        snprintf (text, size, "%.300s%s%s", r->sentence,
                  line ? ": your code came to nn_todo" : "", where);
        break;
    case LATE:
        snprintf (text, size, "your code had not returned after %.0f s%s%s",
                  r->seconds, comma, shape);
        break;
    case LEFT:
        if (sanitizer_says (what, sizeof what))
            snprintf (text, size, "%s%s%s", what, comma, shape);
        else
            snprintf (text, size,
                      "your code ended the program instead of returning%s%s",
                      comma, shape);
        break;
    default:
        snprintf (text, size, "%s", r->sentence);
    }
}
