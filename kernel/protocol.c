/*  protocol.c - the requests of Jupyter: messaging protocol 5.4
 *
 *  A table says for each request who answers it. Around every request stand the
 *  states busy and idle.
 */
#include <stdlib.h>
#include <string.h>

#include "serve.h"

bool nnk_flag (const cJSON *content, const char *key, bool otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (content, key);
    return cJSON_IsBool (item) ? cJSON_IsTrue (item) : otherwise;
}

cJSON *nnk_reply_ok (void)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "status", "ok");
    return content;
}

void nnk_publish (nnk_server *self, const nnk_request *parent, const char *type,
                  cJSON *content)
{
    nnk_wire_send (&self->wire, self->wire.iopub, parent, type, content);
}

void nnk_publish_state (nnk_server *self, const nnk_request *parent,
                        const char *state)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "execution_state", state);
    nnk_publish (self, parent, "status", content);
}

void nnk_reply (nnk_server *self, const nnk_request *request, const char *type,
                cJSON *content)
{
    nnk_wire_send (&self->wire, request->socket, request, type, content);
}

static int number (const cJSON *content, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (content, key);
    return cJSON_IsNumber (item) ? item->valueint : 0;
}

static void on_info (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    cJSON_AddStringToObject (content, "protocol_version", "5.4");
    cJSON_AddStringToObject (content, "implementation", "nn-c");
    cJSON_AddStringToObject (content, "implementation_version", NNK_VERSION);
    cJSON_AddStringToObject (content, "banner",
                             "C, layer by layer: every cell is compiled; "
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
    nnk_reply (self, request, "kernel_info_reply", content);
}

static void on_complete (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    nnk_complete (&self->session, nnk_string (request->content, "code"),
                  number (request->content, "cursor_pos"), content);
    nnk_reply (self, request, "complete_reply", content);
}

static void on_inspect (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    char *text =
        nnk_inspect (&self->session, nnk_string (request->content, "code"),
                     number (request->content, "cursor_pos"));
    cJSON_AddBoolToObject (content, "found", text != NULL);
    cJSON *data = cJSON_AddObjectToObject (content, "data");
    if (text)
        cJSON_AddStringToObject (data, "text/plain", text);
    cJSON_AddObjectToObject (content, "metadata");
    nnk_reply (self, request, "inspect_reply", content);
    free (text);
}

static void on_is_complete (nnk_server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    nnk_is_complete (&self->session, nnk_string (request->content, "code"),
                     content);
    nnk_reply (self, request, "is_complete_reply", content);
}

static void on_history (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    cJSON_AddItemToObject (content, "history",
                           nnk_history_ask (&self->history, request->content));
    nnk_reply (self, request, "history_reply", content);
}

static void on_comm_info (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    cJSON_AddObjectToObject (content, "comms");
    nnk_reply (self, request, "comm_info_reply", content);
}

/*  No comm has a partner here; who opens one is told so. */
static void on_comm_open (nnk_server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "comm_id",
                             nnk_string (request->content, "comm_id"));
    cJSON_AddObjectToObject (content, "data");
    nnk_publish (self, request, "comm_close", content);
}

static void on_interrupt (nnk_server *self, nnk_request *request)
{
    self->sink.interrupts++;
    nnk_reply (self, request, "interrupt_reply", nnk_reply_ok ());
}

static void on_shutdown (nnk_server *self, nnk_request *request)
{
    cJSON *content = nnk_reply_ok ();
    cJSON_AddBoolToObject (content, "restart",
                           nnk_flag (request->content, "restart", false));
    nnk_publish (self, request, "shutdown_reply", cJSON_Duplicate (content, true));
    nnk_reply (self, request, "shutdown_reply", content);
    self->sink.quit = true;
}

static const struct {
    const char *type;
    void (*handle) (nnk_server *self, nnk_request *request);
    bool waits; // for the cell that runs to end
} handlers[] = {
    { "execute_request", nnk_on_execute, true },
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
void nnk_handle (nnk_server *self, nnk_request *request)
{
    nnk_publish_state (self, request, "busy");
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp (request->type, handlers[i].type) == 0)
            handlers[i].handle (self, request);
    nnk_publish_state (self, request, "idle");
    nnk_request_free (request);
}
