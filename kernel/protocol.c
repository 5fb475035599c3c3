/*  protocol.c - the kernel as Jupyter sees it: messaging protocol 5.4
 *
 *  One thread serves everything. While a cell is compiled or runs, the session calls our
 *  wait (), and there we answer the control channel, the heartbeat, and those questions of
 *  the shell channel that need no cell to end; further cells wait in a queue. Around every
 *  request stand the states busy and idle, and what a cell shows is published before its
 *  reply. When a cell fails, the cells that wait behind it are aborted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <zmq.h>

#include "wire.h"

typedef struct {
    nnk_sink sink; // first: the session's sink is this server
    nnk_wire wire;
    nnk_session session;
    nnk_history history;
    nnk_request **queue; // requests that wait for the cell to end
    int queued;
    nnk_request *cell; // the execute_request that is being carried out
    cJSON *bundle;     // where a value goes that is not to be published
    char *typed;       // what the reader has answered to our input_request
    char *result;      // text/plain of the cell's value
    bool asking, allow_input, stopped;
    int count, signals, parent;
} server;

static bool flag (const cJSON *content, const char *key, bool otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (content, key);
    return cJSON_IsBool (item) ? cJSON_IsTrue (item) : otherwise;
}

static int number (const cJSON *content, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (content, key);
    return cJSON_IsNumber (item) ? item->valueint : 0;
}

static cJSON *reply_ok (void)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "status", "ok");
    return content;
}

static void publish (server *self, const nnk_request *parent, const char *type,
                     cJSON *content)
{
    nnk_wire_send (&self->wire, self->wire.iopub, parent, type, content);
}

static void publish_state (server *self, const nnk_request *parent, const char *state)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "execution_state", state);
    publish (self, parent, "status", content);
}

static void reply (server *self, const nnk_request *request, const char *type,
                   cJSON *content)
{
    nnk_wire_send (&self->wire, request->socket, request, type, content);
}

/* --- The sink: what a cell shows ---------------------------------------------------------- */

static void on_stream (nnk_sink *sink, const char *name, const char *text, size_t size)
{
    server *self = (server *) sink;
    char *copy = nnk_copy (text, size);
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "name", name);
    cJSON_AddStringToObject (content, "text", copy);
    publish (self, self->cell, "stream", content);
    free (copy);
}

static void on_display (nnk_sink *sink, nnk_display_kind kind, cJSON *data, const char *id)
{
    server *self = (server *) sink;
    static const char *const types[] = { "display_data", "execute_result",
                                         "update_display_data" };
    cJSON *content = cJSON_CreateObject ();
    if (kind == NNK_RESULT) {
        free (self->result);
        self->result = nnk_format ("%s", nnk_string (data, "text/plain"));
        cJSON_AddNumberToObject (content, "execution_count", self->count);
    }
    cJSON_AddItemToObject (content, "data", data);
    cJSON_AddObjectToObject (content, "metadata");
    if (kind != NNK_RESULT || id) {
        cJSON *transient = cJSON_AddObjectToObject (content, "transient");
        if (id)
            cJSON_AddStringToObject (transient, "display_id", id);
    }
    publish (self, self->cell, types[kind], content);
}

static void on_clear (nnk_sink *sink, bool wait)
{
    server *self = (server *) sink;
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddBoolToObject (content, "wait", wait);
    publish (self, self->cell, "clear_output", content);
}

/*  Asks the reader for a line and waits for it, or for an interrupt. */
static char *on_input (nnk_sink *sink, const char *prompt)
{
    server *self = (server *) sink;
    const int before = sink->interrupts;
    if (!self->allow_input || !self->cell)
        return NULL;
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "prompt", prompt);
    cJSON_AddBoolToObject (content, "password", false);
    nnk_wire_send (&self->wire, self->wire.input, self->cell, "input_request", content);
    self->asking = true;
    while (!self->typed && !sink->quit && sink->interrupts == before)
        sink->wait (sink, NULL, 0, 1000);
    self->asking = false;
    char *typed = self->typed;
    self->typed = NULL;
    return typed;
}

/* --- Carrying out a cell -------------------------------------------------------------------- */

static cJSON *error_content (const nnk_error *error)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "ename", error->name ? error->name : "Error");
    cJSON_AddStringToObject (content, "evalue", error->value ? error->value : "");
    cJSON_AddItemToObject (content, "traceback", nnk_error_lines (error));
    return content;
}

/*  Each expression is a cell of its own, whose value goes into the reply. */
static cJSON *evaluate (server *self, const cJSON *expressions)
{
    cJSON *results = cJSON_CreateObject (), *expression;
    cJSON_ArrayForEach (expression, expressions)
    {
        if (!cJSON_IsString (expression))
            continue;
        nnk_outcome outcome;
        nnk_session_run (&self->session, expression->valuestring, self->count, true,
                         &outcome);
        cJSON *result = outcome.ok ? reply_ok () : error_content (&outcome.error);
        if (outcome.ok) {
            cJSON *data = cJSON_AddObjectToObject (result, "data");
            cJSON_AddStringToObject (data, "text/plain", outcome.text ? outcome.text : "");
            cJSON_AddObjectToObject (result, "metadata");
        } else {
            cJSON_AddStringToObject (result, "status", "error");
        }
        cJSON_AddItemToObject (results, expression->string, result);
        nnk_outcome_free (&outcome);
    }
    return results;
}

static void abort_one (server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "status", "aborted");
    cJSON_AddNumberToObject (content, "execution_count", self->count);
    publish_state (self, request, "busy");
    reply (self, request, "execute_reply", content);
    publish_state (self, request, "idle");
    nnk_request_free (request);
}

static void enqueue (server *self, nnk_request *request)
{
    self->queue = realloc (self->queue, (self->queued + 1) * sizeof *self->queue);
    if (!self->queue)
        abort ();
    self->queue[self->queued++] = request;
}

/*  Aborts the cells that have come already; other requests keep their turn. */
static void abort_queue (server *self)
{
    nnk_request *request;
    zmq_pollitem_t item = { self->wire.shell, 0, ZMQ_POLLIN, 0 };
    while (zmq_poll (&item, 1, 0) > 0)
        if ((request = nnk_wire_receive (&self->wire, self->wire.shell)) != NULL)
            enqueue (self, request);
    int kept = 0;
    for (int i = 0; i < self->queued; i++)
        if (strcmp (self->queue[i]->type, "execute_request") == 0)
            abort_one (self, self->queue[i]);
        else
            self->queue[kept++] = self->queue[i];
    self->queued = kept;
}

static void on_execute (server *self, nnk_request *request)
{
    const cJSON *content = request->content;
    const char *code = nnk_string (content, "code");
    const bool silent = flag (content, "silent", false);
    const bool store = flag (content, "store_history", true) && !silent;
    nnk_outcome outcome;
    self->cell = request;
    self->allow_input = flag (content, "allow_stdin", true);
    self->count += store;
    if (!silent) {
        cJSON *input = cJSON_CreateObject ();
        cJSON_AddStringToObject (input, "code", code);
        cJSON_AddNumberToObject (input, "execution_count", self->count);
        publish (self, request, "execute_input", input);
    }
    nnk_session_run (&self->session, code, self->count, silent, &outcome);
    if (!outcome.ok && !silent)
        publish (self, request, "error", error_content (&outcome.error));
    if (store)
        nnk_history_add (&self->history, self->count, code, self->result ? self->result : "");
    cJSON *answer = outcome.ok ? reply_ok () : error_content (&outcome.error);
    if (outcome.ok)
        cJSON_AddItemToObject (answer, "user_expressions",
                               evaluate (self, cJSON_GetObjectItemCaseSensitive (
                                                   content, "user_expressions")));
    else
        cJSON_AddStringToObject (answer, "status", "error");
    cJSON_AddNumberToObject (answer, "execution_count", self->count);
    cJSON *payload = outcome.ok ? cJSON_AddArrayToObject (answer, "payload") : NULL;
    if (payload && outcome.page) {
        cJSON_AddItemToArray (payload, outcome.page);
        outcome.page = NULL;
    }
    reply (self, request, "execute_reply", answer);
    free (self->result);
    self->result = NULL;
    self->cell = NULL;
    if (!outcome.ok && flag (content, "stop_on_error", true))
        abort_queue (self);
    nnk_outcome_free (&outcome);
}

/* --- Questions --------------------------------------------------------------------------------- */

static void on_info (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    cJSON_AddStringToObject (content, "protocol_version", "5.4");
    cJSON_AddStringToObject (content, "implementation", "nn-c");
    cJSON_AddStringToObject (content, "implementation_version", NNK_VERSION);
    cJSON_AddStringToObject (content, "banner", "C, layer by layer: every cell is compiled; "
                                                "a crash costs only its cell");
    cJSON *language = cJSON_AddObjectToObject (content, "language_info");
    cJSON_AddStringToObject (language, "name", "c");
    cJSON_AddStringToObject (language, "version", "11");
    cJSON_AddStringToObject (language, "mimetype", "text/x-csrc");
    cJSON_AddStringToObject (language, "file_extension", ".c");
    cJSON_AddStringToObject (language, "pygments_lexer", "c");
    cJSON_AddStringToObject (language, "codemirror_mode", "text/x-csrc");
    cJSON_AddFalseToObject (content, "debugger");
    cJSON_AddArrayToObject (content, "help_links");
    cJSON_AddArrayToObject (content, "supported_features");
    reply (self, request, "kernel_info_reply", content);
}

static void on_complete (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    nnk_complete (&self->session, nnk_string (request->content, "code"),
                  number (request->content, "cursor_pos"), content);
    reply (self, request, "complete_reply", content);
}

static void on_inspect (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    char *text = nnk_inspect (&self->session, nnk_string (request->content, "code"),
                              number (request->content, "cursor_pos"));
    cJSON_AddBoolToObject (content, "found", text != NULL);
    cJSON *data = cJSON_AddObjectToObject (content, "data");
    if (text)
        cJSON_AddStringToObject (data, "text/plain", text);
    cJSON_AddObjectToObject (content, "metadata");
    reply (self, request, "inspect_reply", content);
    free (text);
}

static void on_is_complete (server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    nnk_is_complete (&self->session, nnk_string (request->content, "code"), content);
    reply (self, request, "is_complete_reply", content);
}

static void on_history (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    cJSON_AddItemToObject (content, "history",
                           nnk_history_ask (&self->history, request->content));
    reply (self, request, "history_reply", content);
}

static void on_comm_info (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    cJSON_AddObjectToObject (content, "comms");
    reply (self, request, "comm_info_reply", content);
}

/*  No comm has a partner here; who opens one is told so. */
static void on_comm_open (server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "comm_id", nnk_string (request->content, "comm_id"));
    cJSON_AddObjectToObject (content, "data");
    publish (self, request, "comm_close", content);
}

static void on_interrupt (server *self, nnk_request *request)
{
    self->sink.interrupts++;
    reply (self, request, "interrupt_reply", reply_ok ());
}

static void on_shutdown (server *self, nnk_request *request)
{
    cJSON *content = reply_ok ();
    cJSON_AddBoolToObject (content, "restart", flag (request->content, "restart", false));
    publish (self, request, "shutdown_reply", cJSON_Duplicate (content, true));
    reply (self, request, "shutdown_reply", content);
    self->sink.quit = true;
}

static const struct {
    const char *type;
    void (*handle) (server *self, nnk_request *request);
    bool waits; // for the cell that runs to end
} handlers[] = {
    { "execute_request", on_execute, true },
    { "kernel_info_request", on_info, false },
    { "complete_request", on_complete, false },
    { "inspect_request", on_inspect, false },
    { "is_complete_request", on_is_complete, false },
    { "history_request", on_history, false },
    { "comm_info_request", on_comm_info, false },
    { "comm_open", on_comm_open, false },
    { "interrupt_request", on_interrupt, false },
    { "shutdown_request", on_shutdown, false },
};

/*  Takes the request. Unknown ones get their busy and idle and no reply. */
static void handle (server *self, nnk_request *request)
{
    publish_state (self, request, "busy");
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp (request->type, handlers[i].type) == 0)
            handlers[i].handle (self, request);
    publish_state (self, request, "idle");
    nnk_request_free (request);
}

static bool must_wait (const server *self, const nnk_request *request)
{
    return self->queued > 0 || strcmp (request->type, "execute_request") == 0;
}

/* --- Waiting --------------------------------------------------------------------------------------- */

static void on_signal (server *self)
{
    struct signalfd_siginfo info;
    if (read (self->signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGINT)
        self->sink.interrupts++;
    else
        self->sink.quit = true;
}

static void on_typed (server *self)
{
    nnk_request *answer = nnk_wire_receive (&self->wire, self->wire.input);
    if (answer && self->asking && strcmp (answer->type, "input_reply") == 0) {
        free (self->typed);
        self->typed = nnk_format ("%s", nnk_string (answer->content, "value"));
    }
    nnk_request_free (answer);
}

/*  Waits until one of `fds` is ready or the time is over, and serves everybody meanwhile. */
static int on_wait (nnk_sink *sink, struct pollfd *fds, int count, int milliseconds)
{
    server *self = (server *) sink;
    zmq_pollitem_t item[16] = {
        { self->wire.control, 0, ZMQ_POLLIN, 0 }, { self->wire.shell, 0, ZMQ_POLLIN, 0 },
        { self->wire.heartbeat, 0, ZMQ_POLLIN, 0 }, { self->wire.iopub, 0, ZMQ_POLLIN, 0 },
        { self->wire.input, 0, ZMQ_POLLIN, 0 }, { NULL, self->signals, ZMQ_POLLIN, 0 },
        { NULL, self->parent, ZMQ_POLLIN, 0 },
    };
    const int mine = 7;
    int used = mine;
    for (int i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd >= 0) // zmq takes no holes
            item[used++] = (zmq_pollitem_t) { NULL, fds[i].fd, ZMQ_POLLIN | ZMQ_POLLERR, 0 };
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
    if (item[0].revents && (request = nnk_wire_receive (&self->wire, self->wire.control)))
        handle (self, request);
    if (item[1].revents && (request = nnk_wire_receive (&self->wire, self->wire.shell))) {
        if (must_wait (self, request))
            enqueue (self, request);
        else
            handle (self, request);
    }
    return ready;
}

/* --- Serving ------------------------------------------------------------------------------------------ */

/*  Signals as a descriptor, and one that tells when the parent dies. */
static void watch_world (server *self)
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

static void serve (server *self)
{
    while (!self->sink.quit) {
        if (!self->queued) {
            on_wait (&self->sink, NULL, 0, 60000);
            continue;
        }
        nnk_request *request = self->queue[0];
        memmove (self->queue, self->queue + 1, --self->queued * sizeof *self->queue);
        handle (self, request);
    }
}

int nnk_serve (const char *connection, const nnk_options *options)
{
    server *self = nnk_allocate (sizeof *self);
    nnk_text trouble = { 0 };
    self->sink = (nnk_sink) { .stream = on_stream, .display = on_display, .clear = on_clear,
                              .input = on_input, .wait = on_wait };
    watch_world (self);
    int status = 1;
    if (nnk_wire_open (&self->wire, connection, &trouble)) {
        nnk_history_open (&self->history);
        publish_state (self, NULL, "starting");
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
