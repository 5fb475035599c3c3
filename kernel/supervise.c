/*  supervise.c - the executor's life
 *
 *  The kernel starts the executor, gives it cells to run, fetches its output
 *  meanwhile, and when it dies wakes the snapshot that the executor made before
 *  the cell. As a subreaper the kernel inherits every process that a cell leaves
 *  behind, so it can end them all.
 *
 *  An interrupt climbs a ladder: SIGINT, repeated because a cell may just be
 *  called back by a library; then, at the second request or after two seconds, the
 *  end of the process and the return to before the cell.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

static const double patience = 2.0; // seconds from the interrupt to the rollback

/* --- Starting ---------------------------------------------------------------- */

/*  In the child, after the fork: only calls that are safe there. */
static void become_executor (char *const *argv, const int fds[5], pid_t parent,
                             char *preload)
{
    static const int place[5] = { NNK_FD_CONTROL, NNK_FD_RING, NNK_FD_PROMOTE, 1,
                                  2 };
    sigset_t none;
    int high[5];
    setsid ();
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    if (getppid () != parent)
        _exit (1);
    for (int i = 0; i < 5; i++)
        high[i] = fcntl (fds[i], F_DUPFD_CLOEXEC, 300);
    for (int i = 0; i < 5; i++)
        dup2 (high[i], place[i]);
    close (0);
    open ("/dev/null", O_RDONLY);
    sigemptyset (&none);
    sigprocmask (SIG_SETMASK, &none, NULL);
    signal (SIGPIPE, SIG_DFL);
    if (preload)
        putenv (preload);
    execv (argv[0], argv);
    static const char why[] =
        "nn-exec cannot be started; it must lie beside nn-kernel\n";
    _exit (write (2, why, sizeof why - 1) < 0 ? 126 : 127);
}

/*  Waits for a message of the executor. False: none came in time, or it is gone. */
static bool receive (nnk_executor *self, nnk_message *message, int milliseconds)
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

static bool send_message (nnk_executor *self, const nnk_message *message)
{
    return send (self->control, message, NNK_HEAD + message->size, MSG_NOSIGNAL) >=
           0;
}

static void watch (nnk_executor *self, pid_t pid)
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
    char **argv = nnk_allocate ((self->libraries + 3) * sizeof *argv);
    argv[0] = nnk_beside ("nn-exec");
    argv[1] = nnk_format ("%ld", self->memory ? self->memory : default_memory ());
    for (int i = 0; i < self->libraries; i++)
        argv[2 + i] = nnk_copy (self->library[i], strlen (self->library[i]));
    return argv;
}

static void close_all (const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        if (fds[i] >= 0)
            close (fds[i]);
}

/*  Starts nn-exec and waits until it has loaded the libraries. */
bool nnk_executor_start (nnk_executor *self, nnk_sink *sink, nnk_text *trouble)
{
    int socket[2] = { -1, -1 }, promote[2] = { -1, -1 }, out[2] = { -1, -1 },
        err[2] = { -1, -1 };
    prctl (PR_SET_CHILD_SUBREAPER, 1);
    const int ring = memfd_create ("nnk-ring", MFD_CLOEXEC);
    if (ring < 0 || ftruncate (ring, sizeof (nnk_ring)) != 0 ||
        socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket) != 0 ||
        pipe2 (promote, O_CLOEXEC) != 0 || pipe2 (out, O_CLOEXEC) != 0 ||
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
    const int theirs[5] = { socket[1], ring, promote[0], out[1], err[1] };
    const pid_t pid = fork ();
    if (pid == 0)
        become_executor (argv, theirs, parent, preload);
    close_all (theirs, 5);
    free (preload);
    for (int i = 0; argv[i]; i++)
        free (argv[i]);
    free (argv);
    fcntl (out[0], F_SETFL, O_NONBLOCK);
    fcntl (err[0], F_SETFL, O_NONBLOCK);
    self->control = socket[0];
    self->promote = promote[1];
    self->pipe[0] = out[0];
    self->pipe[1] = err[0];
    self->pidfd = -1;
    self->group = pid;
    watch (self, pid);
    nnk_message *ready = nnk_allocate (sizeof *ready);
    const bool good = receive (self, ready, 20000);
    if (good && ready->size)
        nnk_addf (trouble, "%.*s", (int) ready->size, ready->text);
    if (!good) {
        char why[512];
        const ssize_t size = read (self->pipe[1], why, sizeof why);
        nnk_addf (trouble, "the executor does not start. %.*s\n",
                  size > 0 ? (int) size : 0, why);
    }
    free (ready);
    (void) sink;
    return good;
}

/* --- Ending ------------------------------------------------------------------ */

/*  Ends every child but these two: what cells have left behind. */
static void end_strays (pid_t keep, pid_t helper)
{
    for (int turn = 0; turn < 50; turn++) {
        nnk_text children = { 0 };
        int found = 0;
        char *path = nnk_format ("/proc/self/task/%d/children", (int) getpid ());
        nnk_read_file (path, &children);
        free (path);
        char *at = children.s;
        for (pid_t pid; at && (pid = (pid_t) strtol (at, &at, 10)) > 0;)
            if (pid != keep && pid != helper) {
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
    kill (-self->group, SIGKILL);
    if (self->pid > 0)
        kill (self->pid, SIGKILL);
    end_strays (0, self->helper);
    close_all ((int[]){ self->control, self->promote, self->pipe[0], self->pipe[1],
                        self->pidfd },
               5);
    munmap (self->ring, sizeof *self->ring);
    self->ring = NULL;
    self->pid = self->snapshot = 0;
    nnk_text_free (&self->line);
    nnk_text_free (&self->held);
    nnk_text_free (&self->half[0]);
    nnk_text_free (&self->half[1]);
    nnk_text_free (&self->record);
}

/* --- Back to before the cell ------------------------------------------------- */

/*  The snapshot takes over from a process that is dead. */
static bool promote (nnk_executor *self)
{
    nnk_message *ready = nnk_allocate (sizeof *ready);
    bool good = self->snapshot > 0;
    atomic_flag_clear (&self->ring->lock); // the dead may have held it
    nnk_text_clear (&self->record);
    good = good && kill (self->snapshot, 0) == 0 &&
           write (self->promote, "!", 1) == 1;
    while (good && (good = receive (self, ready, 10000)) &&
           ready->word != NNK_READY)
        continue;
    if (good)
        watch (self, self->snapshot);
    self->snapshot = 0;
    free (ready);
    end_strays (self->pid, self->helper);
    return good;
}

static int bury (nnk_executor *self)
{
    int status = 0;
    while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

bool nnk_executor_undo (nnk_executor *self)
{
    if (self->snapshot <= 0)
        return false;
    kill (self->pid, SIGKILL);
    bury (self);
    return promote (self);
}

/* --- Running a cell ---------------------------------------------------------- */

typedef struct {
    nnk_executor *self;
    nnk_sink *sink;
    const char *folder;
    nnk_error *error;
    nnk_message *message;
    bool silent, done, reported, killed;
    int interrupts;     // those that we have seen
    double asked, sent; // when the first came, when SIGINT was last sent
} watching;

/*  The next line of a script, shown behind its prompt as a terminal would. */
static char *next_line (watching *w)
{
    const char *script = w->sink->script;
    const size_t size = strcspn (script, "\n");
    if (!*script)
        return NULL;
    char *line = nnk_copy (script, size);
    char *shown = nnk_format ("%s%s\n", nnk_text_string (&w->self->line), line);
    if (!w->silent)
        w->sink->stream (w->sink, "stdout", shown, strlen (shown));
    w->sink->script += size + (script[size] == '\n');
    free (shown);
    return line;
}

static void answer_input (watching *w)
{
    nnk_executor *self = w->self;
    nnk_output_drain (self, w->sink, w->silent, NNK_DRAIN_ASKING);
    char *line = w->asked ? NULL
                 : w->sink->script
                     ? next_line (w)
                     : w->sink->input (w->sink, nnk_text_string (&self->line));
    nnk_text_clear (&self->line);
    if (w->sink->interrupts != w->interrupts) { // SIGINT will end its waiting
        free (line);
        return;
    }
    *w->message = (nnk_message){ .word = NNK_ANSWER, .status = line != NULL };
    if (line) {
        const size_t most = NNK_TEXT - 2, size = strlen (line);
        w->message->size = size < most ? size : most;
        memcpy (w->message->text, line, w->message->size);
        w->message->text[w->message->size++] = '\n';
    }
    free (line);
    send_message (self, w->message);
}

static void take_message (watching *w)
{
    nnk_executor *self = w->self;
    switch (w->message->word) {
    case NNK_SNAPSHOT:
        self->snapshot = w->message->pid;
        break;
    case NNK_CRASH:
        nnk_crash_read (w->error, w->message, self->pid, w->folder);
        w->reported = true;
        *w->message = (nnk_message){ .word = NNK_ANSWER };
        send_message (self, w->message);
        break;
    case NNK_ASK:
        answer_input (w);
        break;
    case NNK_DONE:
        w->done = true;
    }
}

/*  Climbs the ladder. Nothing is sent before the snapshot stands. */
static void interrupt (watching *w)
{
    nnk_executor *self = w->self;
    const double now = nnk_now ();
    if (self->snapshot <= 0 || w->killed || w->done)
        return;
    const int requests = w->sink->interrupts - w->interrupts;
    if (requests > 0 && !w->asked)
        w->asked = now;
    if (w->sink->quit || requests > 1 || (w->asked && now - w->asked > patience)) {
        kill (self->pid, SIGKILL);
        w->killed = true;
    } else if (w->asked && now - w->sent > 0.03) {
        kill (self->pid, SIGINT);
        w->sent = now;
    }
}

/*  The cell's process is dead: says why, and goes back. */
static nnk_ran after_death (watching *w)
{
    nnk_executor *self = w->self;
    const int status = bury (self);
    while (!w->done && receive (self, w->message, 0))
        take_message (w);
    nnk_output_drain (self, w->sink, w->silent, NNK_DRAIN_ALL);
    if (w->killed && !w->reported)
        nnk_error_set (w->error, "Interrupt",
                       "interrupted; the cell did not stop by itself, so "
                       "every variable is as it was before the cell");
    else if (!w->reported && WIFSIGNALED (status))
        nnk_error_set (w->error,
                       sigabbrev_np (WTERMSIG (status)) ? "Signal" : "Crash",
                       "the process of the cell was ended by the signal SIG%s",
                       sigabbrev_np (WTERMSIG (status)));
    else if (!w->reported)
        nnk_error_set (w->error, "Exit",
                       "the cell ended its process with status %d",
                       WEXITSTATUS (status));
    return promote (self) ? NNK_CRASHED : NNK_LOST;
}

/*  Whether the process has ended; for kernels of old, which give no descriptor for
 *  it. */
static bool has_ended (const nnk_executor *self)
{
    siginfo_t info = { .si_pid = 0 };
    return waitid (P_PID, self->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid;
}

nnk_ran nnk_executor_run (nnk_executor *self, const nnk_text *order,
                          nnk_sink *sink, const char *folder, bool silent,
                          nnk_message *done, nnk_error *error)
{
    watching w = { .self = self,
                   .sink = sink,
                   .folder = folder,
                   .error = error,
                   .message = done,
                   .silent = silent,
                   .interrupts = sink->interrupts };
    self->snapshot = 0; // the old one is ended by the executor
    self->result = false;
    *done = (nnk_message){ .word = NNK_RUN, .size = (uint32_t) order->size };
    memcpy (done->text, order->s, order->size);
    send_message (self, done);
    while (!w.done) {
        struct pollfd fds[2] = { { self->control, POLLIN, 0 },
                                 { self->pidfd, POLLIN, 0 } };
        sink->wait (sink, fds, 2, w.asked ? 5 : 10);
        if (fds[0].revents && receive (self, done, 0))
            take_message (&w);
        else if (fds[1].revents || has_ended (self))
            return after_death (&w);
        else
            nnk_output_drain (self, sink, silent, NNK_DRAIN_LIVE);
        interrupt (&w);
    }
    nnk_output_drain (self, sink, silent, NNK_DRAIN_ALL);
    if (w.done && done->status == NNK_INTERRUPTED)
        nnk_error_set (error, "Interrupt",
                       "interrupted; what the cell has done so far is kept");
    return done->status == NNK_ENDED         ? NNK_RAN
           : done->status == NNK_INTERRUPTED ? NNK_STOPPED
                                             : NNK_UNLOADED;
}

/*  Looks at the memory of the executor, which stands between two cells. */
bool nnk_executor_peek (void *executor, uint64_t address, void *out, size_t size)
{
    nnk_executor *self = executor;
    static nnk_message message;
    if (size > NNK_TEXT)
        return false;
    message = (nnk_message){ .word = NNK_PEEK,
                             .address = address,
                             .status = (int) size };
    if (!send_message (self, &message) || !receive (self, &message, 5000) ||
        message.word != NNK_PEEKED || message.status != 0)
        return false;
    memcpy (out, message.text, size);
    return true;
}
