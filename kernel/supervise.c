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
#include <poll.h>
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

/* --- Back to before the cell ------------------------------------------------- */

static bool lives (pid_t pid)
{
    const int fd = (int) syscall (SYS_pidfd_open, pid, 0);
    struct pollfd end = { fd, POLLIN, 0 }; // comes with its death
    if (fd < 0)
        return errno == ENOSYS && kill (pid, 0) == 0;
    const bool ended = poll (&end, 1, 0) > 0;
    close (fd);
    return !ended;
}

/*  The newest snapshot takes over from a process that is dead. */
static bool promote (nnk_executor *self)
{
    nnk_message *ready = nnk_allocate (sizeof *ready);
    const pid_t heir = self->snapshots ? self->snapshot[--self->snapshots] : 0;
    atomic_flag_clear (&self->ring->lock); // the dead may have held it
    nnk_text_clear (&self->record);
    bool good = heir > 0 && lives (heir) && kill (heir, NNK_WAKE) == 0;
    while (good && (good = nnk_executor_receive (self, ready, 10000)) &&
           ready->word != NNK_READY)
        continue;
    if (good)
        nnk_executor_watch (self, heir);
    free (ready);
    nnk_executor_end_strays (self);
    return good;
}

static int bury (nnk_executor *self)
{
    int status = 0;
    while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/*  Back to before the last `steps` cells. False: the system has ended that snapshot,
 *  and nothing has changed; or (pid is 0 then) it has done so in this moment, and
 *  there is no executor any more. */
bool nnk_executor_undo (nnk_executor *self, int steps)
{
    if (steps < 1 || steps > self->snapshots ||
        !lives (self->snapshot[self->snapshots - steps]))
        return false;
    self->snapshots -= steps - 1; // those between are strays from now on
    kill (-self->pid, SIGKILL);
    bury (self);
    self->pid = 0;
    return promote (self);
}

/*  This cell's snapshot stands. Those before it are only there to be undone: let the
 *  system take them first, should memory run out. */
static void on_snapshot (nnk_executor *self, pid_t pid)
{
    if (self->unwanted) // a child of ours, if its parent has died
        waitpid (self->unwanted, NULL, 0);
    self->unwanted = 0;
    self->safe = true;
    if (self->snapshots) {
        char *score = nnk_format ("/proc/%d/oom_score_adj",
                                  (int) self->snapshot[self->snapshots - 1]);
        FILE *file = fopen (score, "we");
        if (file)
            fputs ("1000", file);
        if (file)
            fclose (file);
        free (score);
    }
    if (pid > 0)
        self->snapshot[self->snapshots++] = pid;
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
    double began;
    bool late, many; // over the limit of time, of processes
    nnk_census census;
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
    nnk_executor_send (self, w->message);
}

static void take_message (watching *w)
{
    nnk_executor *self = w->self;
    switch (w->message->word) {
    case NNK_SNAPSHOT:
        on_snapshot (self, w->message->pid);
        break;
    case NNK_CRASH:
        nnk_crash_read (w->error, w->message, self->pid, w->folder);
        w->reported = true;
        *w->message = (nnk_message){ .word = NNK_ANSWER };
        nnk_executor_send (self, w->message);
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
    if (!self->safe || w->killed || w->done)
        return;
    const int requests = w->sink->interrupts - w->interrupts;
    w->late |= self->limits.seconds > 0 && now - w->began > self->limits.seconds;
    w->many = atomic_load (&self->ring->crowded) ||
              nnk_census_over (&w->census, self->limits.processes);
    if ((requests > 0 || w->late) && !w->asked)
        w->asked = now;
    if (w->sink->quit || requests > 1 || w->many ||
        (w->asked && now - w->asked > patience)) {
        kill (self->pid, SIGKILL);
        w->killed = true;
    } else if (w->asked && now - w->sent > 0.03) {
        kill (-self->pid, SIGINT); // and its children, as a terminal would
        w->sent = now;
    }
}

/*  Why it was interrupted, and `what` became of it. */
static void blame (const watching *w, const char *what)
{
    if (w->many)
        nnk_error_set (w->error, "ProcessLimit",
                       "the cell had more than %d processes at once, which is the "
                       "limit (--processes); %s",
                       w->self->limits.processes, what);
    else if (w->late)
        nnk_error_set (w->error, "TimeLimit",
                       "the cell took longer than %g s, which is the limit "
                       "(--time-limit); %s",
                       w->self->limits.seconds, what);
    else
        nnk_error_set (w->error, "Interrupt", "interrupted; %s", what);
}

/*  The cell's process is dead: says why, and goes back. */
static nnk_ran after_death (watching *w)
{
    nnk_executor *self = w->self;
    kill (-self->pid, SIGKILL); // its children
    const int status = bury (self);
    while (!w->done && nnk_executor_receive (self, w->message, 0))
        take_message (w);
    nnk_output_drain (self, w->sink, w->silent, NNK_DRAIN_ALL);
    if (w->killed && !w->reported)
        blame (w, w->many ? "every variable is as it was before the cell"
                          : "the cell did not stop by itself, so every variable "
                            "is as it was before the cell");
    else if (!w->reported && WIFSIGNALED (status))
        nnk_error_set (w->error,
                       sigabbrev_np (WTERMSIG (status)) ? "Signal" : "Crash",
                       "the process of the cell was ended by the signal SIG%s",
                       sigabbrev_np (WTERMSIG (status)));
    else if (!w->reported)
        nnk_error_set (w->error, "Exit",
                       "the cell ended its process with status %d",
                       WEXITSTATUS (status));
    return !promote (self) ? NNK_LOST : self->safe ? NNK_CRASHED : NNK_SET_BACK;
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
                   .interrupts = sink->interrupts,
                   .began = nnk_now () };
    self->safe = false;
    self->folder = folder;
    self->result = self->cut = false;
    self->printed = 0;
    atomic_store (&self->ring->crowded, false);
    nnk_census_begin (&w.census, self->pid);
    if (!self->unwanted && self->snapshots == NNK_UNDO) {
        self->unwanted = self->snapshot[0];
        memmove (self->snapshot, self->snapshot + 1,
                 --self->snapshots * sizeof *self->snapshot);
    }
    *done = (nnk_message){ .word = NNK_RUN,
                           .pid = self->unwanted,
                           .size = (uint32_t) order->size };
    memcpy (done->text, order->s, order->size);
    nnk_executor_send (self, done);
    while (!w.done) {
        struct pollfd fds[3] = { { self->control, POLLIN, 0 },
                                 { self->pidfd, POLLIN, 0 },
                                 { self->bell, POLLIN, 0 } };
        sink->wait (sink, fds, 3, w.asked ? 5 : 10);
        uint64_t rings;
        if (fds[2].revents && read (self->bell, &rings, sizeof rings) < 0)
            rings = 0; // it has been heard already
        if (fds[0].revents && nnk_executor_receive (self, done, 0))
            take_message (&w);
        else if (fds[1].revents || has_ended (self))
            return after_death (&w);
        else
            nnk_output_drain (self, sink, silent, NNK_DRAIN_LIVE);
        interrupt (&w);
    }
    nnk_output_drain (self, sink, silent, NNK_DRAIN_ALL);
    if (w.done && done->status == NNK_INTERRUPTED)
        blame (&w, "what the cell has done so far is kept");
    if ((silent || done->status == NNK_NOT_LOADED) && self->snapshots) // no step
        self->unwanted = self->snapshot[--self->snapshots];
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
    if (!nnk_executor_send (self, &message) ||
        !nnk_executor_receive (self, &message, 5000) ||
        message.word != NNK_PEEKED || message.status != 0)
        return false;
    memcpy (out, message.text, size);
    return true;
}
