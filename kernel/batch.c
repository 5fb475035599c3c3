/*  batch.c - a notebook without Jupyter
 *
 *  `nn-kernel --run IN.ipynb -o OUT.ipynb` runs the code cells one after the
 *  other, as Jupyter would, and writes the notebook with what they gave.
 *  Everything else in the file stays as it is: ids, metadata, the other cells. The
 *  new file appears whole or not at all.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

typedef struct {
    nnk_sink sink; // first
    nnk_session session;
    cJSON *cells;
    cJSON *outputs; // of the cell that runs
    int count;
    bool clear;   // before the next output
    double limit; // seconds a cell may take; 0: no limit
    double began; // 0: no cell runs
    bool late;
} batch;

static volatile sig_atomic_t stops;

static void on_signal (int number)
{
    (void) number;
    stops++;
}

/*  A text as nbformat likes it: an array of lines, each with its end. */
static cJSON *lines_of (const char *text)
{
    cJSON *lines = cJSON_CreateArray ();
    while (*text) {
        const size_t size =
            strcspn (text, "\n") + (text[strcspn (text, "\n")] == '\n');
        char *line = nnk_copy (text, size);
        cJSON_AddItemToArray (lines, cJSON_CreateString (line));
        free (line);
        text += size;
    }
    return lines;
}

static void empty (batch *self)
{
    while (cJSON_GetArraySize (self->outputs))
        cJSON_DeleteItemFromArray (self->outputs, 0);
    self->clear = false;
}

static cJSON *add_output (batch *self, const char *type)
{
    if (self->clear)
        empty (self);
    cJSON *output = cJSON_CreateObject ();
    cJSON_AddStringToObject (output, "output_type", type);
    cJSON_AddItemToArray (self->outputs, output);
    return output;
}

/*  Text of the same stream that follows itself is one output. */
static void on_stream (nnk_sink *sink, const char *name, const char *text,
                       size_t size)
{
    batch *self = (batch *) sink;
    const int count = cJSON_GetArraySize (self->outputs);
    cJSON *last = count && !self->clear
                      ? cJSON_GetArrayItem (self->outputs, count - 1)
                      : NULL;
    nnk_text whole = { 0 };
    cJSON *output;
    if (last && strcmp (nnk_string (last, "name"), name) == 0) {
        nnk_add_string (&whole, nnk_string (last, "text"));
        output = last;
        cJSON_DeleteItemFromObjectCaseSensitive (output, "text");
    } else {
        output = add_output (self, "stream");
        cJSON_AddStringToObject (output, "name", name);
    }
    nnk_add (&whole, text, size);
    cJSON_AddStringToObject (output, "text", nnk_text_string (&whole));
    nnk_text_free (&whole);
}

/*  An update replaces the data of the displays of that name, in all cells. */
static void update (batch *self, cJSON *data, const char *id)
{
    cJSON *cell, *output;
    cJSON_ArrayForEach (cell, self->cells)
    {
        cJSON_ArrayForEach (output,
                            cJSON_GetObjectItemCaseSensitive (cell, "outputs"))
        {
            if (id && strcmp (nnk_string (output, "nnk_id"), id) == 0)
                cJSON_ReplaceItemInObjectCaseSensitive (
                    output, "data", cJSON_Duplicate (data, true));
        }
    }
    cJSON_Delete (data);
}

static void on_display (nnk_sink *sink, nnk_display_kind kind, cJSON *data,
                        const char *id)
{
    batch *self = (batch *) sink;
    if (kind == NNK_UPDATE) {
        update (self, data, id);
        return;
    }
    cJSON *output =
        add_output (self, kind == NNK_RESULT ? "execute_result" : "display_data");
    cJSON_AddItemToObject (output, "data", data);
    cJSON_AddObjectToObject (output, "metadata");
    if (kind == NNK_RESULT)
        cJSON_AddNumberToObject (output, "execution_count", self->count);
    if (id)
        cJSON_AddStringToObject (output, "nnk_id",
                                 id); // taken out at the end
}

static void on_clear (nnk_sink *sink, bool wait)
{
    batch *self = (batch *) sink;
    if (wait)
        self->clear = true;
    else
        empty (self);
}

static char *on_input (nnk_sink *sink, const char *prompt)
{
    (void) sink, (void) prompt;
    return NULL; // nobody is there
}

static int on_wait (nnk_sink *sink, struct pollfd *fds, int count,
                    int milliseconds)
{
    batch *self = (batch *) sink;
    const int ready = poll (fds, count, milliseconds);
    if (ready < 0) // a signal
        for (int i = 0; i < count; i++)
            fds[i].revents = 0;
    if (self->limit > 0 && self->began && nnk_now () - self->began > self->limit &&
        !self->late) {
        self->late = true;
        sink->interrupts++;
    }
    if (stops)
        sink->quit = true;
    return ready;
}

/*  The source of a cell, which is a string or an array of lines. */
static char *source_of (const cJSON *cell)
{
    const cJSON *source = cJSON_GetObjectItemCaseSensitive (cell, "source"), *line;
    nnk_text text = { 0 };
    if (cJSON_IsString (source))
        nnk_add_string (&text, source->valuestring);
    cJSON_ArrayForEach (line, source)
    {
        if (cJSON_IsString (line))
            nnk_add_string (&text, line->valuestring);
    }
    return text.s ? text.s : nnk_copy ("", 0);
}

static void add_error (batch *self, const nnk_error *error)
{
    cJSON *output = add_output (self, "error");
    cJSON_AddStringToObject (output, "ename", error->name ? error->name : "Error");
    cJSON_AddStringToObject (output, "evalue", error->value ? error->value : "");
    cJSON_AddItemToObject (output, "traceback", nnk_error_lines (error));
}

/*  Puts the texts of the outputs into the form of nbformat. */
static void finish_outputs (cJSON *outputs)
{
    cJSON *output, *part;
    cJSON_ArrayForEach (output, outputs)
    {
        cJSON *text = cJSON_GetObjectItemCaseSensitive (output, "text");
        cJSON *data = cJSON_GetObjectItemCaseSensitive (output, "data");
        cJSON *whole = cJSON_CreateObject ();
        cJSON_DeleteItemFromObjectCaseSensitive (output, "nnk_id");
        if (text)
            cJSON_ReplaceItemInObjectCaseSensitive (output, "text",
                                                    lines_of (text->valuestring));
        cJSON_ArrayForEach (part, data)
        {
            const bool lines = cJSON_IsString (part) &&
                               strcmp (part->string, "image/png") != 0 &&
                               strcmp (part->string, "image/jpeg") != 0;
            cJSON_AddItemToObject (whole, part->string,
                                   lines ? lines_of (part->valuestring)
                                         : cJSON_Duplicate (part, true));
        }
        if (data)
            cJSON_ReplaceItemInObjectCaseSensitive (output, "data", whole);
        else
            cJSON_Delete (whole);
    }
}

static bool has_tag (const cJSON *cell, const char *wanted)
{
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive (cell, "metadata"),
                *tag;
    cJSON_ArrayForEach (tag, cJSON_GetObjectItemCaseSensitive (metadata, "tags"))
    {
        if (cJSON_IsString (tag) && strcmp (tag->valuestring, wanted) == 0)
            return true;
    }
    return false;
}

/*  Runs one code cell. Returns whether it went well, or was to fail
 *  (raises-exception). */
static bool run_cell (batch *self, cJSON *cell)
{
    nnk_outcome outcome;
    char *code = source_of (cell);
    self->count++;
    cJSON_DeleteItemFromObjectCaseSensitive (cell, "outputs");
    cJSON_DeleteItemFromObjectCaseSensitive (cell, "execution_count");
    cJSON_AddNumberToObject (cell, "execution_count", self->count);
    self->outputs = cJSON_AddArrayToObject (cell, "outputs");
    self->clear = self->late = false;
    self->began = nnk_now ();
    nnk_session_run (&self->session, code, self->count, false, &outcome);
    self->began = 0;
    if (!outcome.ok && self->late)
        nnk_error_set (&outcome.error, "TimeLimit",
                       "the cell took longer than %g s", self->limit);
    if (!outcome.ok) {
        add_error (self, &outcome.error);
        if (!has_tag (cell, "raises-exception"))
            fprintf (stderr, "nn-kernel: cell %d failed: %s\n", self->count,
                     outcome.error.value ? outcome.error.value : "");
    }
    const bool good = outcome.ok || has_tag (cell, "raises-exception");
    nnk_outcome_free (&outcome);
    free (code);
    return good;
}

/*  Runs the code cells. 0, or 1 if one failed. */
static int run_cells (batch *self)
{
    int status = 0;
    cJSON *cell;
    cJSON_ArrayForEach (cell, self->cells)
    {
        if (strcmp (nnk_string (cell, "cell_type"), "code") == 0 &&
            !self->sink.quit && !run_cell (self, cell))
            status = 1;
    }
    cJSON_ArrayForEach (cell, self->cells)
    {
        if (strcmp (nnk_string (cell, "cell_type"), "code") == 0 &&
            !self->sink.quit)
            finish_outputs (cJSON_GetObjectItemCaseSensitive (cell, "outputs"));
    }
    return status;
}

static cJSON *read_notebook (const char *path)
{
    nnk_text text = { 0 };
    if (!nnk_read_file (path, &text)) {
        fprintf (stderr, "nn-kernel: '%s' cannot be read: %s\n", path,
                 strerror (errno));
        return NULL;
    }
    if (text.s)
        nnk_keep_zeros (text.s);
    cJSON *notebook = cJSON_Parse (nnk_text_string (&text));
    nnk_text_free (&text);
    if (!cJSON_IsArray (cJSON_GetObjectItemCaseSensitive (notebook, "cells"))) {
        fprintf (stderr, "nn-kernel: '%s' is no notebook of nbformat 4\n", path);
        cJSON_Delete (notebook);
        return NULL;
    }
    return notebook;
}

/*  cJSON indents with tabs; notebooks with one blank. */
static bool write_notebook (const cJSON *notebook, const char *path)
{
    char *text = cJSON_Print (notebook);
    nnk_text out = { 0 };
    bool margin = true;
    for (const char *at = text; *at; at++) {
        nnk_add (&out, margin && *at == '\t' ? " " : at, 1);
        margin = *at == '\n' || (margin && *at == '\t');
    }
    nnk_add_string (&out, "\n");
    cJSON_free (text);
    const bool good = nnk_write_file (path, out.s, out.size);
    if (!good)
        fprintf (stderr, "nn-kernel: '%s' cannot be written: %s\n", path,
                 strerror (errno));
    nnk_text_free (&out);
    return good;
}

/*  0: every cell went well; 1: one failed (the notebook is written all the same);
 *  2: the notebook cannot be read, run or written. */
int nnk_batch (const char *in, const char *out, double limit,
               const nnk_options *options)
{
    batch *self = nnk_allocate (sizeof *self);
    nnk_text trouble = { 0 };
    cJSON *notebook = read_notebook (in);
    int status = 2;
    self->sink = (nnk_sink){ .stream = on_stream,
                             .display = on_display,
                             .clear = on_clear,
                             .input = on_input,
                             .wait = on_wait };
    self->limit = limit;
    struct sigaction stop = { .sa_handler = on_signal };
    sigaction (SIGINT, &stop, NULL);
    sigaction (SIGTERM, &stop, NULL);
    signal (SIGPIPE, SIG_IGN);
    if (notebook &&
        nnk_session_open (&self->session, options, &self->sink, &trouble)) {
        self->cells = cJSON_GetObjectItemCaseSensitive (notebook, "cells");
        status = run_cells (self);
        if (self->sink.quit)
            fprintf (stderr,
                     "nn-kernel: stopped in cell %d; '%s' is not written\n",
                     self->count, out);
        if (self->sink.quit || !write_notebook (notebook, out))
            status = 2;
    }
    if (trouble.size)
        fprintf (stderr, "nn-kernel: %s", trouble.s);
    nnk_session_close (&self->session);
    cJSON_Delete (notebook);
    nnk_text_free (&trouble);
    free (self);
    return status;
}
