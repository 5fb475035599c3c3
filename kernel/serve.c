/*  serve.c - one thread that serves everybody
 *
 *  While a cell is compiled or runs, the session calls our wait (), and there we
 *  answer the control channel, the heartbeat, and those questions of the shell
 *  channel that need no cell to end; further cells wait in a queue. Signals, and
 *  the death of the parent, arrive as descriptors like everything else.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <zmq.h>

#include "serve.h"

void nnk_enqueue (nnk_server *self, nnk_request *request)
{
    self->queue = realloc (self->queue, (self->queued + 1) * sizeof *self->queue);
    if (!self->queue)
        abort ();
    self->queue[self->queued++] = request;
}

/*  Cells wait for cells. While the session opens, no name is known: who asks for one
 *  waits as well. */
static bool must_wait (const nnk_server *self, const nnk_request *request)
{
    return self->queued > 0 || strcmp (request->type, "execute_request") == 0 ||
           (!self->session.index.count &&
            strcmp (request->type, "kernel_info_request") != 0);
}

static void on_signal (nnk_server *self)
{
    struct signalfd_siginfo info;
    if (read (self->signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGINT)
        self->sink.interrupts++;
    else
        self->sink.quit = true;
}

static void on_typed (nnk_server *self)
{
    nnk_request *answer = nnk_wire_receive (&self->wire, self->wire.input);
    if (answer && self->asking && strcmp (answer->type, "input_reply") == 0) {
        free (self->typed);
        self->typed = nnk_format ("%s", nnk_string (answer->content, "value"));
    }
    nnk_request_free (answer);
}

/*  Waits until one of `fds` is ready or the time is over, and serves everybody
 *  meanwhile. */
static int on_wait (nnk_sink *sink, struct pollfd *fds, int count,
                    int milliseconds)
{
    nnk_server *self = (nnk_server *) sink;
    zmq_pollitem_t item[16] = {
        { self->wire.control, 0, ZMQ_POLLIN, 0 },
        { self->wire.shell, 0, ZMQ_POLLIN, 0 },
        { self->wire.heartbeat, 0, ZMQ_POLLIN, 0 },
        { self->wire.iopub, 0, ZMQ_POLLIN, 0 },
        { self->wire.input, 0, ZMQ_POLLIN, 0 },
        { NULL, self->signals, ZMQ_POLLIN, 0 },
        { NULL, self->parent, ZMQ_POLLIN, 0 },
    };
    const int mine = 7;
    int used = mine;
    for (int i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd >= 0) // zmq takes no holes
            item[used++] =
                (zmq_pollitem_t){ NULL, fds[i].fd, ZMQ_POLLIN | ZMQ_POLLERR, 0 };
    }
    const int ready = zmq_poll (item, used, milliseconds);
    for (int i = 0, at = mine; i < count; i++)
        if (fds[i].fd >= 0 && item[at++].revents)
            fds[i].revents = POLLIN;
    if (ready <= 0)
        return 0;
    nnk_request *request;
    if (item[5].revents)
        on_signal (self);
    if (item[6].revents)
        sink->quit = true; // the parent is gone
    if (item[2].revents)
        nnk_wire_beat (&self->wire);
    if (item[3].revents)
        nnk_wire_welcome (&self->wire);
    if (item[4].revents)
        on_typed (self);
    if (item[0].revents &&
        (request = nnk_wire_receive (&self->wire, self->wire.control)))
        nnk_handle (self, request);
    if (item[1].revents &&
        (request = nnk_wire_receive (&self->wire, self->wire.shell))) {
        if (must_wait (self, request))
            nnk_enqueue (self, request);
        else
            nnk_handle (self, request);
    }
    return ready;
}

/* --- Serving ----------------------------------------------------------------- */

/*  Signals as a descriptor, and one that tells when the parent dies. */
static void watch_world (nnk_server *self)
{
    sigset_t set;
    sigemptyset (&set);
    sigaddset (&set, SIGINT);
    sigaddset (&set, SIGTERM);
    sigaddset (&set, SIGHUP);
    sigprocmask (SIG_BLOCK, &set, NULL);
    signal (SIGPIPE, SIG_IGN);
    self->signals = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    const pid_t parent = getppid ();
    self->parent = parent > 1 ? (int) syscall (SYS_pidfd_open, parent, 0) : -1;
    if (parent > 1 && getppid () != parent)
        self->sink.quit = true;
    if (self->parent < 0)
        self->parent = dup (self->signals); // no parent to watch
}

static void serve (nnk_server *self)
{
    while (!self->sink.quit) {
        if (!self->queued) {
            on_wait (&self->sink, NULL, 0, 60000);
            continue;
        }
        nnk_request *request = self->queue[0];
        memmove (self->queue, self->queue + 1,
                 --self->queued * sizeof *self->queue);
        nnk_handle (self, request);
    }
}

/*  Cells run as the same user: what they could use to learn our key is closed. The
 *  file is hidden by the executor (secret.c). */
static void keep_secret (const char *connection)
{
    char *path = nnk_absolute (connection);
    setenv ("NNK_HIDE", path, 1);
    free (path);
    prctl (PR_SET_DUMPABLE, 0);
}

int nnk_serve (const char *connection, const nnk_options *options)
{
    nnk_server *self = nnk_allocate (sizeof *self);
    nnk_text trouble = { 0 };
    nnk_sink_open (&self->sink);
    self->sink.wait = on_wait;
    watch_world (self);
    int status = 1;
    if (nnk_wire_open (&self->wire, connection, &trouble)) {
        keep_secret (connection);
        nnk_history_open (&self->history);
        nnk_publish_state (self, NULL, "starting");
        if (nnk_session_open (&self->session, options, &self->sink, &trouble)) {
            if (trouble.size)
                fprintf (stderr, "nn-kernel: %s", trouble.s);
            serve (self);
            status = 0;
        }
        nnk_session_close (&self->session);
        nnk_history_close (&self->history);
    }
    if (status && !self->sink.quit)
        fprintf (stderr, "nn-kernel: %s", nnk_text_string (&trouble));
    for (int i = 0; i < self->queued; i++)
        nnk_request_free (self->queue[i]);
    free (self->queue);
    nnk_wire_close (&self->wire);
    close (self->signals);
    close (self->parent);
    nnk_text_free (&trouble);
    free (self);
    return status;
}
