/*  execution.c - carrying out a cell for Jupyter
 *
 *  What a cell shows becomes messages, published before the reply. When a cell
 *  fails, the cells that wait behind it are aborted.
 */
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "serve.h"

/* --- The sink: what a cell shows --------------------------------------------- */

static void on_stream (nnk_sink *sink, const char *name, const char *text,
                       size_t size)
{
    nnk_server *self = (nnk_server *) sink;
    char *copy = nnk_copy (text, size);
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "name", name);
    cJSON_AddStringToObject (content, "text", copy);
    nnk_publish (self, self->cell, "stream", content);
    free (copy);
}

static void on_display (nnk_sink *sink, nnk_display_kind kind, cJSON *data,
                        const char *id)
{
    nnk_server *self = (nnk_server *) sink;
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
    nnk_publish (self, self->cell, types[kind], content);
}

static void on_clear (nnk_sink *sink, bool wait)
{
    nnk_server *self = (nnk_server *) sink;
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddBoolToObject (content, "wait", wait);
    nnk_publish (self, self->cell, "clear_output", content);
}

static void on_offer (nnk_sink *sink, const char *code)
{
    nnk_server *self = (nnk_server *) sink;
    free (self->offered);
    self->offered = nnk_copy (code, strlen (code));
}

/*  Asks the reader for a line and waits for it, or for an interrupt. */
static char *on_input (nnk_sink *sink, const char *prompt)
{
    nnk_server *self = (nnk_server *) sink;
    const int before = sink->interrupts;
    if (!self->allow_input || !self->cell)
        return NULL;
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "prompt", prompt);
    cJSON_AddBoolToObject (content, "password", false);
    nnk_wire_send (&self->wire, self->wire.input, self->cell, "input_request",
                   content);
    self->asking = true;
    while (!self->typed && !sink->quit && sink->interrupts == before)
        sink->wait (sink, NULL, 0, 1000);
    self->asking = false;
    char *typed = self->typed;
    self->typed = NULL;
    return typed;
}

void nnk_sink_open (nnk_sink *self)
{
    self->stream = on_stream;
    self->display = on_display;
    self->clear = on_clear;
    self->offer = on_offer;
    self->input = on_input;
}

/* --- Carrying out a cell ----------------------------------------------------- */

static cJSON *error_content (const nnk_error *error)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "ename",
                             error->name ? error->name : "Error");
    cJSON_AddStringToObject (content, "evalue", error->value ? error->value : "");
    cJSON_AddItemToObject (content, "traceback", nnk_error_painted (error));
    return content;
}

/*  Each expression is a cell of its own, whose value goes into the reply. */
static cJSON *evaluate (nnk_server *self, const cJSON *expressions)
{
    cJSON *results = cJSON_CreateObject (), *expression;
    cJSON_ArrayForEach (expression, expressions)
    {
        if (!cJSON_IsString (expression))
            continue;
        nnk_outcome outcome;
        nnk_session_run (&self->session, expression->valuestring, self->count,
                         true, &outcome);
        cJSON *result =
            outcome.ok ? nnk_reply_ok () : error_content (&outcome.error);
        if (outcome.ok) {
            cJSON *data = cJSON_AddObjectToObject (result, "data");
            cJSON_AddStringToObject (data, "text/plain",
                                     outcome.text ? outcome.text : "");
            cJSON_AddObjectToObject (result, "metadata");
        } else {
            cJSON_AddStringToObject (result, "status", "error");
        }
        cJSON_AddItemToObject (results, expression->string, result);
        nnk_outcome_free (&outcome);
    }
    return results;
}

static void abort_one (nnk_server *self, nnk_request *request)
{
    cJSON *content = cJSON_CreateObject ();
    cJSON_AddStringToObject (content, "status", "aborted");
    cJSON_AddNumberToObject (content, "execution_count", self->count);
    nnk_publish_state (self, request, "busy");
    nnk_reply (self, request, "execute_reply", content);
    nnk_publish_state (self, request, "idle");
    nnk_request_free (request);
}

/*  Fetches the requests that have come already. */
static void gather_queue (nnk_server *self)
{
    nnk_request *request;
    zmq_pollitem_t item = { self->wire.shell, 0, ZMQ_POLLIN, 0 };
    while (zmq_poll (&item, 1, 0) > 0)
        if ((request = nnk_wire_receive (&self->wire, self->wire.shell)) != NULL)
            nnk_enqueue (self, request);
}

/*  Aborts the cells that wait; other requests keep their turn. */
static void abort_queue (nnk_server *self)
{
    int kept = 0;
    for (int i = 0; i < self->queued; i++)
        if (strcmp (self->queue[i]->type, "execute_request") == 0)
            abort_one (self, self->queue[i]);
        else
            self->queue[kept++] = self->queue[i];
    self->queued = kept;
}

/*  Code for a cell below this one, as front ends expect it. */
static cJSON *next_input (const char *code)
{
    cJSON *input = cJSON_CreateObject ();
    cJSON_AddStringToObject (input, "source", "set_next_input");
    cJSON_AddStringToObject (input, "text", code);
    cJSON_AddFalseToObject (input, "replace");
    return input;
}

void nnk_on_execute (nnk_server *self, nnk_request *request)
{
    const cJSON *content = request->content;
    const char *code = nnk_string (content, "code");
    const bool silent = nnk_flag (content, "silent", false);
    const bool store = nnk_flag (content, "store_history", true) && !silent;
    nnk_outcome outcome;
    self->cell = request;
    self->allow_input = nnk_flag (content, "allow_stdin", true);
    self->count += store;
    if (!silent) {
        cJSON *input = cJSON_CreateObject ();
        cJSON_AddStringToObject (input, "code", code);
        cJSON_AddNumberToObject (input, "execution_count", self->count);
        nnk_publish (self, request, "execute_input", input);
    }
    nnk_session_run (&self->session, code, self->count, silent, &outcome);
    if (!outcome.ok && !silent)
        nnk_publish (self, request, "error", error_content (&outcome.error));
    if (store)
        nnk_history_add (&self->history, self->count, code,
                         self->result ? self->result : "");
    cJSON *answer = outcome.ok ? nnk_reply_ok () : error_content (&outcome.error);
    if (outcome.ok)
        cJSON_AddItemToObject (answer, "user_expressions",
                               evaluate (self, cJSON_GetObjectItemCaseSensitive (
                                                   content, "user_expressions")));
    else
        cJSON_AddStringToObject (answer, "status", "error");
    cJSON_AddNumberToObject (answer, "execution_count", self->count);
    cJSON *payload =
        outcome.ok ? cJSON_AddArrayToObject (answer, "payload") : NULL;
    if (payload && outcome.page) {
        cJSON_AddItemToArray (payload, outcome.page);
        outcome.page = NULL;
    }
    if (payload && self->offered)
        cJSON_AddItemToArray (payload, next_input (self->offered));
    const bool aborts = !outcome.ok && nnk_flag (content, "stop_on_error", true);
    if (aborts)
        gather_queue (self); // who has seen the reply sends no cell to be aborted
    nnk_reply (self, request, "execute_reply", answer);
    free (self->result);
    free (self->offered);
    self->result = self->offered = NULL;
    self->cell = NULL;
    if (aborts)
        abort_queue (self);
    nnk_outcome_free (&outcome);
}
