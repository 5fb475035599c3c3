/*  trap.c - how a cell ends when it does not come to its own end
 *
 *  Crash. A handler on a stack of its own notes where the cell stood, tells the
 *  kernel, and waits until the kernel has looked at this process; then the process
 *  ends and the snapshot takes over. exit () and abort () in a cell come here too.
 *
 *  Interrupt. To jump out of printf or malloc would leave their locks taken, so we
 *  jump only when every function on the stack is the cell's own. If the cell is
 *  elsewhere, its code is made unexecutable: the library finishes what it does,
 *  the return into the cell faults, and there we jump. Code that is called back by
 *  a library, or by a thread of OpenMP, is let go on; but where the library will
 *  return into the cell, its return address is replaced by that of the way out, and
 *  after a parallel region we look again.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "exec.h"

extern const char __start_nnk_boundary[],
    __stop_nnk_boundary[]; // around nnk_enter

static sigjmp_buf boundary;
static volatile sig_atomic_t running, pending, trapped;
static nnk_message report;

static bool in_cell (const void *at)
{
    return nnk_find_code (at) != NULL;
}

/*  An address that came as a number. */
static void *pointer (uintptr_t number)
{
    void *address;
    memcpy (&address, &number, sizeof address);
    return address;
}

static bool is_main_thread (void)
{
    return syscall (SYS_gettid) == getpid ();
}

/* --- Interrupt --------------------------------------------------------------- */

/*  Threads may come here at once, one of them to allow and the main one to forbid:
 *  `trapped` stays set until the main one has allowed everything again. */
static void set_executable (bool on)
{
    if (!on)
        trapped = true;
    nnk_allow_code (on);
}

static void release (void)
{
    running = pending = 0;
    if (trapped)
        set_executable (true);
    trapped = false;
}

/*  Whether every function from `at` up to nnk_enter is a cell's. */
static bool only_cells (void *at)
{
    void *frame[NNK_FRAMES];
    const int frames = backtrace (frame, NNK_FRAMES);
    int i = 0;
    while (i < frames && frame[i] != at)
        i++;
    for (; i < frames; i++)
        if (!in_cell (frame[i]))
            return (const char *) frame[i] >= __start_nnk_boundary &&
                   (const char *) frame[i] < __stop_nnk_boundary;
    return false;
}

static _Noreturn void leave (int how)
{
    release ();
    siglongjmp (boundary, how);
}

/*  Where a library returns to when it is to return into an interrupted cell. */
extern char nnk_way_out[];
__asm__(".text\nnnk_way_out:\n  andq $-16, %rsp\n  call nnk_leave\n");
_Noreturn void nnk_leave (void);
_Noreturn void nnk_leave (void)
{
    leave (1);
}

typedef struct {
    bool inside, whole; // in a cell's function; as far as nnk_enter
    void **back;        // the return address by which a library comes back
} walk;

/*  A frame from the inside out. Its call's return address stands below what was the
 *  top of its stack then. */
static _Unwind_Reason_Code step (struct _Unwind_Context *frame, void *to)
{
    walk *self = to;
    void *at = pointer (_Unwind_GetIP (frame));
    void **back = (void **) pointer (_Unwind_GetCFA (frame)) - 1;
    const bool inside = in_cell (at);
    self->whole = (const char *) at >= __start_nnk_boundary &&
                  (const char *) at < __stop_nnk_boundary;
    if (self->whole)
        return _URC_END_OF_STACK;
    if (inside && !self->inside)
        self->back = *back == at ? back : NULL;
    self->inside = inside;
    return _URC_NO_REASON;
}

/*  A cell's function was called back by a library, which is to end in peace: when it
 *  returns into the cell's own code, it comes to the way out instead. */
static void turn_back (void)
{
    walk all = { .inside = true };
    _Unwind_Backtrace (step, &all);
    if (all.whole && all.back)
        *all.back = nnk_way_out;
}

static void on_interrupt (int number, siginfo_t *info, void *context)
{
    (void) info;
    const int saved = errno;
    if (!is_main_thread ()) {
        syscall (SYS_tgkill, getpid (), getpid (), number);
    } else if (running) {
        void *at = pointer (((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP]);
        pending = 1;
        if (in_cell (at) && only_cells (at))
            leave (1);
        set_executable (false);
    }
    errno = saved;
}

bool nnk_interrupted (void)
{
    return pending;
}

/*  libgomp's entry to a parallel region: the same, and afterwards the place to
 *  look. */
void GOMP_parallel (void (*body) (void *), void *data, unsigned threads,
                    unsigned flags);
void GOMP_parallel (void (*body) (void *), void *data, unsigned threads,
                    unsigned flags)
{
    static void (*real) (void (*) (void *), void *, unsigned, unsigned);
    if (!real)
        *(void **) &real = dlsym (RTLD_NEXT, "GOMP_parallel");
    real (body, data, threads, flags);
    void *back = __builtin_return_address (0);
    if (pending && running && is_main_thread () && omp_get_level () == 0 &&
        in_cell (back) && only_cells (back))
        leave (1);
}

/* --- Crash ------------------------------------------------------------------- */

static const char overwritten[] = "the stack of this function is overwritten: it "
                                  "has written beyond the end of a "
                                  "local array";

typedef struct {
    void **frame;
    volatile int frames; // -1: walk_stack () itself comes first
} chain;

static sigjmp_buf broken;     // where a walk over a broken stack ends
static volatile pid_t walker; // the thread that walks

static _Unwind_Reason_Code add_frame (struct _Unwind_Context *context, void *to)
{
    chain *self = to;
    if (self->frames >= 0)
        self->frame[self->frames] = pointer (_Unwind_GetIP (context));
    self->frames++;
    return self->frames < NNK_FRAMES ? _URC_NO_REASON : _URC_END_OF_STACK;
}

/*  Who has called whom, the innermost first, as far as the stack can be read: a cell may
 *  have written over it. Returns how many. */
__attribute__ ((noinline)) static int walk_stack (void *frame[NNK_FRAMES])
{
    chain self = { frame, -1 };
    walker = (pid_t) syscall (SYS_gettid);
    if (sigsetjmp (broken, 1) == 0)
        _Unwind_Backtrace (add_frame, &self);
    walker = 0;
    if (self.frames > 0 && !frame[self.frames - 1])
        self.frames--; // what called through a null pointer
    return self.frames;
}

/*  Tells the kernel and waits until it has looked. */
static void tell (int number, const char *sentence)
{
    report.word = NNK_CRASH;
    report.pid = getpid ();
    for (int i = 0; i < report.frames; i++) {
        const nnk_code *code = nnk_find_code (pointer (report.frame[i]));
        report.cell[i] = code ? code->serial : 0;
        report.frame[i] -= code ? (uint64_t) code->base : 0;
    }
    report.status = number;
    report.size = 0;
    while (sentence[report.size] && report.size < 4096) {
        report.text[report.size] = sentence[report.size];
        report.size++;
    }
    if (nnk_send (&report))
        while (recv (NNK_FD_CONTROL, &report, sizeof report, 0) < 0 &&
               errno == EINTR)
            continue;
}

static char asserted[1024];

/*  assert () of a cell: the line and the function are the crash's to tell. */
_Noreturn void __assert_fail (const char *assertion, // NOLINT: of <assert.h>
                              const char *file, unsigned line,
                              const char *function)
{
    const bool cell = nnk_is_executor ();
    snprintf (asserted, sizeof asserted, "Assertion '%s' failed", assertion);
    if (!cell)
        fprintf (stderr, "%s:%u: %s: %s.\n", file, line, function, asserted);
    abort ();
}

/*  What the C library said before it called abort (): that an assertion failed, or
 *  that the heap is damaged. */
static const char *last_words (void)
{
    typedef struct {
        unsigned size;
        char text[];
    } words;
    if (asserted[0])
        return asserted;
    words *const *said = dlsym (RTLD_DEFAULT, "__abort_msg");
    return said && *said ? (*said)->text : "";
}

static void on_crash (int number, siginfo_t *info, void *context)
{
    const int why = errno;
    const greg_t *registers = ((ucontext_t *) context)->uc_mcontext.gregs;
    void *at = pointer (registers[REG_RIP]);
    if (number == SIGSEGV && info->si_addr == at && in_cell (at)) {
        if (pending && is_main_thread ()) {
            if (only_cells (at))
                leave (1);
            turn_back ();
        }
        set_executable (true); // called back, or another thread: let it go on
        return;
    }
    const int me = (int) syscall (SYS_gettid);
    if (walker == me)
        siglongjmp (broken, 1);
    if (!nnk_is_executor ()) { // a child of the cell may die alone
        signal (number, SIG_DFL);
        return;
    }
    static atomic_int reporter;
    int nobody = 0;
    if (!atomic_compare_exchange_strong (&reporter, &nobody, me)) {
        if (nobody == me) // crashed while reporting
            syscall (SYS_exit_group, 128 + number);
        for (;;)
            pause (); // another thread reports already and will end us
    }
    void *frame[NNK_FRAMES];
    const int frames = walk_stack (frame);
    int first = 0;
    while (first < frames && frame[first] != at)
        first++;
    report.frames = 0;
    report.frame[report.frames++] = (uint64_t) at;
    if (number == SIGSEGV && info->si_addr == at) // a jump to nowhere: who called
        report.frame[report.frames++] =           // stands on the stack
            *(uint64_t *) pointer (registers[REG_RSP]);
    while (++first < frames)
        report.frame[report.frames++] = (uint64_t) frame[first];
    report.address = (uint64_t) info->si_addr;
    report.stack = registers[REG_RSP];
    report.shown = info->si_code;
    report.full = why == ENOMEM; // malloc has returned NULL to this thread
    // -- a ret that cannot return: where to stood on the stack
    const bool smashed = info->si_code == SI_KERNEL && in_cell (at) &&
                         *(const unsigned char *) at == 0xC3;
    tell (number, number == SIGABRT ? last_words () : smashed ? overwritten : "");
    syscall (SYS_exit_group, 128 + number);
}

/*  The end of a function finds its guard overwritten. */
_Noreturn void __stack_chk_fail (void); // NOLINT: gcc calls it so
_Noreturn void __stack_chk_fail (void)  // NOLINT
{
    nnk_die_in_cell (overwritten);
}

static bool hides; // what is no cell at the end of the chain

_Noreturn void nnk_die_in_cell (const char *sentence)
{
    hides = true;
    nnk_die (sentence);
}

_Noreturn void nnk_die (const char *sentence)
{
    if (nnk_is_executor ()) {
        void *frame[NNK_FRAMES];
        const int frames = walk_stack (frame);
        int first = 1;
        while (hides && first < frames && !in_cell (frame[first]))
            first++;
        report.frames = 0;
        for (int i = first; i < frames; i++)
            report.frame[report.frames++] = (uint64_t) frame[i];
        tell (0, sentence);
    }
    syscall (SYS_exit_group, 1);
    __builtin_unreachable ();
}

static bool program; // the main of a cell runs

static void (*at_exit[64]) (void);
static int at_exits;

/*  What a cell leaves to be done at the end is done when it calls exit (). */
int atexit (void (*func) (void))
{
    const int most = sizeof at_exit / sizeof *at_exit;
    if (at_exits == most)
        return -1;
    at_exit[at_exits++] = func;
    return 0;
}

/*  A cell with main is a program: its exit () ends it well. Another cell that calls
 *  exit () fails, and not the notebook. Children may exit. */
void exit (int status)
{
    while (at_exits > 0)
        at_exit[--at_exits]();
    if (running && program && nnk_is_executor () && is_main_thread ()) {
        char sentence[64];
        snprintf (sentence, sizeof sentence,
                  "the program ended with exit status %d", status & 0xFF);
        if (status & 0xFF) // no stderr, which a grader takes for a failure
            nnk_display ("text/plain", sentence, 0);
        leave (2);
    }
    if (running && nnk_is_executor ()) {
        char sentence[64];
        snprintf (sentence, sizeof sentence, "exit (%d) was called", status);
        nnk_die (sentence);
    }
    void (*real) (int);
    *(void **) &real = dlsym (RTLD_NEXT, "exit");
    real (status);
    __builtin_unreachable ();
}

/* --- Entering a cell --------------------------------------------------------- */

__attribute__ ((noinline, section ("nnk_boundary"))) static void nnk_enter (
    void (*entry) (void))
{
    entry ();
    __asm__ volatile("");
}

/*  A cell calls this with its main, which may be one that returns nothing. */
__attribute__ ((noinline, section ("nnk_boundary"))) void nnk_main (
    int (*entry) (int, char **), int words, char **word, int returns);
void nnk_main (int (*entry) (int, char **), int words, char **word, int returns)
{
    program = true;
    const int status = entry (words, word);
    exit (returns ? status : 0);
}

bool nnk_call (void (*entry) (void))
{
    const int how = sigsetjmp (boundary, 1); // 1: interrupted, 2: it was a program
    if (how)
        return how == 2;
    program = false;
    running = 1;
    errno = 0;
    nnk_enter (entry);
    release ();
    return true;
}

void nnk_trap_open (void)
{
    void *frame[4];
    backtrace (frame, 4); // loads libgcc now, not in a handler
    static char stack[1 << 16];
    sigaltstack (&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    struct sigaction crash = { .sa_sigaction = on_crash,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    const int fatal[] = {
        SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS
    };
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction (fatal[i], &crash, NULL);
    struct sigaction interrupt = { .sa_sigaction = on_interrupt,
                                   .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigaction (SIGINT, &interrupt, NULL);
    sigset_t none;
    sigemptyset (&none);
    sigprocmask (SIG_SETMASK, &none, NULL);
}
