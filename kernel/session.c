/*  session.c - the way of a cell: cut, lowered, compiled, run, shown, remembered */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

/*  What a word means after the cells so far. */
const char *nnk_session_means (void *session, const char *name, size_t size)
{
    const nnk_session *self = session;
    char word[256];
    const nnk_known *known = nnk_index_find (&self->index, name, size);
    if (size >= sizeof word)
        return NULL;
    memcpy (word, name, size);
    word[size] = 0;
    const nnk_item *item = nnk_items_find (&self->items, word);
    if (item) {
        const bool means =
            item->kind == NNK_ITEM_LINE ||
            (item->kind == NNK_ITEM_TYPE && strstr (item->shape, "typedef"));
        return means ? item->shape : NULL;
    }
    return known && strchr ("tm", known->kind) ? known->text : NULL;
}

/*  Whether every line of the preprocessor in it defines a macro. */
static bool only_defines (const nnk_items *items)
{
    bool only = true;
    for (int i = 0; i < items->items && only; i++)
        only = items->item[i]->kind != NNK_ITEM_LINE || items->item[i]->names;
    return only;
}

/*  The names that a cell's preprocessor lines have brought. Of a macro, the line
 *  says all; what a header declares, the preprocessor must say. */
static void read_names (nnk_session *self, const nnk_items *fresh)
{
    nnk_text text = { 0 }, lines = { 0 };
    const bool headers = !fresh || !only_defines (fresh);
    const nnk_items *from = headers ? &self->items : fresh;
    for (int i = 0; i < from->items; i++)
        if (from->item[i]->kind == NNK_ITEM_LINE)
            nnk_add_string (&lines, from->item[i]->text);
    if (!headers)
        nnk_index_read (&self->index, nnk_text_string (&lines));
    else if (nnk_build_preprocess (&self->build, nnk_text_string (&lines),
                                   self->sink, &text))
        nnk_index_read (&self->index, nnk_text_string (&text));
    nnk_text_free (&lines);
    nnk_text_free (&text);
}

bool nnk_session_open (nnk_session *self, const nnk_options *options,
                       nnk_sink *sink, nnk_text *trouble)
{
    *self = (nnk_session){ .sink = sink };
    self->executor.library = (char **) options->library;
    self->executor.libraries = options->libraries;
    self->executor.limits = options->limits;
    self->executor.preload = options->preload;
    self->executor.other = options->other;
    self->executor.compiler = &self->build.waiting.program.pid;
    self->options = options;
    if (!nnk_executor_begin (&self->executor, trouble))
        return false;
    char *header = nnk_beside ("nnk.h");
    const bool built = nnk_build_open (&self->build, options->flag, options->flags,
                                       header, options->prelude, sink, trouble);
    free (header);
    if (!built)
        return false;
    read_names (self, NULL);
    return nnk_executor_await (&self->executor, trouble);
}

/* --- What can be undone ------------------------------------------------------ */

/*  Forgets the oldest steps. */
static void drop_steps (nnk_session *self, int count)
{
    for (int i = 0; i < count; i++)
        nnk_items_free (&self->step[i].items);
    self->steps -= count;
    memmove (self->step, self->step + count, self->steps * sizeof *self->step);
}

/*  The names are as they were before the last step. */
static void step_back (nnk_session *self)
{
    const nnk_step *last = &self->step[--self->steps];
    nnk_items_free (&self->items);
    self->items = last->items;
    self->past.size = last->past;
}

void nnk_session_close (nnk_session *self)
{
    nnk_typing_close (self);
    nnk_executor_stop (&self->executor);
    nnk_build_close (&self->build);
    nnk_index_free (&self->index);
    nnk_text_free (&self->folders);
    nnk_text_free (&self->past);
    nnk_items_free (&self->items);
    drop_steps (self, self->steps);
    *self = (nnk_session){ 0 };
}

void nnk_outcome_free (nnk_outcome *self)
{
    nnk_error_free (&self->error);
    cJSON_Delete (self->page);
    free (self->text);
    *self = (nnk_outcome){ 0 };
}

/* --- Running ----------------------------------------------------------------- */

static void add_string (nnk_text *order, const char *string)
{
    nnk_add (order, string, strlen (string) + 1);
}

static void make_order (nnk_session *self, nnk_compiled *cell, nnk_text *order)
{
    char *object = nnk_format ("%s/cell_%d.so", self->build.folder, cell->serial);
    char *serial = nnk_format ("%d", cell->serial);
    char shower[256] = "";
    bool pointer = false;
    if (!nnk_dwarf_shower (cell->dwarf, cell->serial, shower, sizeof shower,
                           &pointer))
        shower[0] = 0;
    const nnk_item *own = nnk_items_find (&cell->lowered.after, shower);
    if (own &&
        own->kind == NNK_ITEM_FUNCTION) // of a cell: called through its stub
        snprintf (shower, sizeof shower, "nnk_stub_%d", own->stub);
    add_string (order, object);
    add_string (order, serial);
    add_string (order, shower);
    add_string (order, pointer ? "p" : "v");
    nnk_add (order, nnk_text_string (&cell->lowered.stubs),
             cell->lowered.stubs.size);
    free (object);
    free (serial);
}

static void show_text (nnk_sink *sink, nnk_display_kind kind, const char *text)
{
    cJSON *data = cJSON_CreateObject ();
    cJSON_AddStringToObject (data, "text/plain", text);
    sink->display (sink, kind, data, NULL);
}

static void show_value (nnk_session *self, nnk_compiled *cell,
                        const nnk_message *done, nnk_outcome *out, bool silent)
{
    if (done->shown)
        return;
    cJSON *data = nnk_dwarf_value (cell->dwarf, cell->serial, done->address,
                                   nnk_executor_peek, &self->executor);
    if (!data)
        return;
    out->text = nnk_copy (nnk_string (data, "text/plain"),
                          strlen (nnk_string (data, "text/plain")));
    if (silent)
        cJSON_Delete (data);
    else
        self->sink->display (self->sink, NNK_RESULT, data, NULL);
}

/*  A cell that has ended well, or was interrupted: what it defined is known from
 *  now on. */
static void remember (nnk_session *self, nnk_compiled *cell, bool silent)
{
    if (silent) {
        nnk_items_free (&self->items);
    } else {
        if (self->steps == NNK_UNDO)
            drop_steps (self, 1);
        self->step[self->steps++] =
            (nnk_step){ self->items, self->past.size, cell->count };
    }
    self->items = cell->lowered.after;
    cell->lowered.after = (nnk_items){ 0 };
    self->next_stub = cell->lowered.next_stub;
    read_names (self, &cell->lowered.fresh);
}

/*  The executor is gone, and no snapshot stands for it: a new one, empty. */
static void start_anew (nnk_session *self, nnk_outcome *out)
{
    nnk_text trouble = { 0 };
    nnk_executor_stop (&self->executor);
    nnk_items_free (&self->items);
    drop_steps (self, self->steps);
    nnk_text_clear (&self->past);
    nnk_add_string (&out->error.trace,
                    "The executor was lost with every variable; it has been "
                    "started anew. Run your cells again.\n");
    if (!nnk_executor_begin (&self->executor, &trouble) ||
        !nnk_executor_await (&self->executor, &trouble))
        nnk_add_string (&out->error.trace, nnk_text_string (&trouble));
    nnk_text_free (&trouble);
}

/*  Back to before the last `steps` cells. False: that is not possible any more. */
bool nnk_session_undo (nnk_session *self, int steps, nnk_outcome *out)
{
    if (steps > self->steps)
        return false;
    const bool done = nnk_executor_undo (&self->executor, steps);
    if (!self->executor.pid)
        start_anew (self, out);
    while (done && steps-- > 0)
        step_back (self);
    return done;
}

static void run (nnk_session *self, nnk_compiled *cell, nnk_outcome *out,
                 bool silent)
{
    static nnk_message done;
    nnk_text order = { 0 };
    make_order (self, cell, &order);
    done.size = snprintf (done.text, sizeof done.text,
                          "it has too many functions at once");
    const nnk_ran ran =
        order.size > NNK_TEXT
            ? NNK_UNLOADED
            : nnk_executor_run (&self->executor, &order, self->sink,
                                self->build.folder, silent, &done, &out->error);
    out->ok = ran == NNK_RAN;
    out->interrupted = ran == NNK_STOPPED;
    const bool stays = ran == NNK_RAN || ran == NNK_STOPPED;
    if (stays)
        remember (self, cell, silent);
    else
        nnk_build_forget (&self->build, cell->serial, cell->label);
    if (stays && !self->options->preload) // libasan reads the files by name
        nnk_build_keep (&self->build, cell->serial, cell->label);
    if (ran == NNK_RAN)
        show_value (self, cell, &done, out, silent);
    if (ran == NNK_UNLOADED) {
        done.text[done.size] = 0;
        const char *why = strstr (done.text, "undefined symbol: ");
        if (why)
            nnk_error_set (&out->error, "LinkError",
                           "%s: '%s' is used but defined nowhere; "
                           "define it in a cell or load its library",
                           cell->label, why + strlen ("undefined symbol: "));
        else
            nnk_error_set (&out->error, "LinkError", "%s: %s", cell->label,
                           done.text);
    }
    if (ran == NNK_SET_BACK) {
        step_back (self);
        nnk_addf (
            &out->error.trace,
            "This happened before the cell began, so every variable is as it "
            "was before cell[%d]. Run that cell and this one again.\n",
            self->step[self->steps].count);
    }
    if (ran == NNK_LOST && !self->sink->quit)
        start_anew (self, out);
    nnk_text_free (&order);
}

/*  A zero byte would end the text where it stands. */
static bool holds_zero (const char *code, int count, nnk_outcome *out)
{
    const char *zero = strstr (code, NNK_ZERO);
    if (!zero)
        return false;
    int line = 1;
    for (const char *at = code; at < zero; at++)
        line += *at == '\n';
    char *text =
        nnk_format ("cell[%d]:%d: error: a zero byte (\\u0000) stands in "
                    "this line, which no C text can hold; take it out, or "
                    "write \\0 in a string\n",
                    count, line);
    nnk_compile_error (&out->error, text);
    free (text);
    out->ok = false;
    return true;
}

void nnk_session_run (nnk_session *self, const char *code, int count, bool silent,
                      nnk_outcome *out)
{
    *out = (nnk_outcome){ .ok = true };
    if (holds_zero (code, count, out) ||
        nnk_magic (self, code, count, silent, out) ||
        !code[strspn (code, " \t\r\n")])
        return;
    nnk_compiled cell = { .serial = 0 };
    const int before = self->sink->interrupts,
              own = self->build.flags - self->build.lasting;
    char *source = nnk_copy (code, strlen (code));
    if (!nnk_directives (self, source, &cell.arguments, out)) {
        // said
    } else if (nnk_compile (self, &cell, source, count)) {
        if (cell.diagnostics.size && !silent)
            show_text (self->sink, NNK_DISPLAY_DATA, cell.diagnostics.s);
        run (self, &cell, out, silent);
        if (out->ok && count && !silent) { // to be run again by %%sanitize
            nnk_addf (&self->past, "%d ", count);
            nnk_add (&self->past, code, strlen (code) + 1);
        }
        if (out->ok && cell.lowered.notes.size && !silent)
            show_text (self->sink, NNK_DISPLAY_DATA, cell.lowered.notes.s);
    } else {
        out->ok = false;
        nnk_build_forget (&self->build, cell.serial, cell.label);
        if (self->sink->interrupts != before)
            nnk_error_set (&out->error, "Interrupt",
                           "interrupted while the cell was compiled");
        else
            nnk_compile_error (&out->error, nnk_text_string (&cell.diagnostics));
        if (cell.lowered.notes.size) // perhaps it fails because of them
            nnk_addf (&out->error.trace, "If it is compiled: %s",
                      cell.lowered.notes.s);
    }
    nnk_build_drop (&self->build, own);
    free (source);
    nnk_compiled_free (&cell);
}
