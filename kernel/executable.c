/*  executable.c - %%executable: a program of its own
 *
 *  What the cells so far have defined goes into one C file, the cell's main into
 *  another. Both are lowered like cells, the second after the items of the first,
 *  and linked. The program begins with giving the variables their values, in the
 *  order of the cells; other statements of earlier cells are not in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

/*  What stands behind the second file: the real main. */
static const char ending[] =
    "\n#line 1 \"nnk\"\n"
    "static int nnk_words;\nstatic char **nnk_word;\n"
    "void nnk_main (int (*entry) (int, char **), int words, char **word, int "
    "returns)\n"
    "{ (void) words, (void) word; words = entry (nnk_words, nnk_word); "
    "exit (returns ? words : 0); }\n"
    "int nnk_program (int words, char **word) __asm__ (\"main\");\n"
    "int nnk_program (int words, char **word)\n"
    "{ extern void nnk_entry_1 (void); nnk_words = words; nnk_word = word;\n"
    "nnk_entry_1 (); nnk_entry_2 (); return 0; }\n";

typedef struct {
    const nnk_items *items; // of the session
    const char *label;      // of the cell that is read
    const nnk_cell *cell;
    bool wanted, is_main, promise;
} reading;

/*  Is this the definition that counts? A variable that was set again lives on in its
 *  place, so both are wanted. */
static void judge (void *to, const char *kind, const nnk_token *name)
{
    reading *self = to;
    char *word = nnk_format ("%s%.*s", kind[1] ? kind : "", name->end - name->at,
                             self->cell->source + name->at);
    const nnk_item *item = nnk_items_find (self->items, word);
    self->is_main |= kind[0] == 'f' && strcmp (word, "main") == 0;
    self->wanted |=
        item && (strcmp (item->file, self->label) == 0 || item->reused);
    self->promise |= item && item->kind == NNK_ITEM_FUNCTION;
    free (word);
}

/*  Appends the chunk if it defines what still counts. Of a function that was defined
 *  anew its prototype stays, for those who call it before. */
static void take_chunk (reading *self, const nnk_chunk *chunk, nnk_text *out)
{
    const nnk_token *token = self->cell->token;
    int last = chunk->last, pragma = 0;
    sscanf (self->cell->source + token[chunk->first].at, " # pragma cling%n",
            &pragma);
    if (pragma) // for the kernel, which has done it
        return;
    if (chunk->kind != NNK_PREPROCESSOR) {
        nnk_declaration all;
        nnk_declaration_read (&all, self->cell, chunk);
        self->wanted = all.is_assert;
        self->is_main = self->promise = false;
        nnk_declaration_names (&all, self->cell, judge, self);
        nnk_declaration_free (&all);
        if (!self->wanted && chunk->kind == NNK_FUNCTION && self->promise)
            last = chunk->body;
        else if (!self->wanted)
            return;
    }
    if (self->is_main)
        return;
    const int from = token[chunk->first].at;
    nnk_add (out, self->cell->source + from, token[last - 1].end - from);
    nnk_add_string (out, last < chunk->last ? ";\n" : "\n");
}

/*  The definitions of the cells so far, as the text of one cell. */
static void gather (const nnk_session *session, nnk_text *out)
{
    const nnk_text *past = &session->past;
    char label[40], *code;
    for (const char *at = nnk_text_string (past); at < past->s + past->size;) {
        const int count = (int) strtol (at, &code, 10);
        nnk_cell cell;
        at = code + strlen (code) + 1;
        snprintf (label, sizeof label, "cell[%d]", count);
        nnk_cell_cut (&cell, code + 1, nnk_session_means, (void *) session);
        reading self = { .items = &session->items, .label = label, .cell = &cell };
        for (int i = 0; i < cell.chunks; i++)
            if (cell.chunk[i].kind == NNK_PREPROCESSOR ||
                cell.chunk[i].kind == NNK_DECLARATION ||
                cell.chunk[i].kind == NNK_FUNCTION)
                take_chunk (&self, &cell.chunk[i], out);
        nnk_cell_free (&cell);
    }
}

static bool has_main (const char *code)
{
    nnk_cell cell;
    bool found = false;
    nnk_cell_cut (&cell, code, NULL, NULL);
    for (int i = 0; i < cell.chunks; i++)
        for (int k = cell.chunk[i].first; k < cell.chunk[i].body; k++)
            found |= nnk_token_is (&cell, k, "main");
    nnk_cell_free (&cell);
    return found;
}

/*  How long the arrays are that grow with their values: " v=3 w=6 ". */
static void add_lengths (const nnk_items *items, nnk_text *out)
{
    nnk_add_string (out, " ");
    for (int i = 0; i < items->items; i++)
        if (items->item[i]->growing)
            nnk_addf (out, "%s=%ld ", items->item[i]->name[0],
                      items->item[i]->length);
}

/*  The options: what was asked, less xeus-cling's "--", and where libraries lie. */
static char *make_flags (const nnk_session *self, const char *asked)
{
    nnk_text flags = { 0 };
    asked += strspn (asked, " \t");
    if (strncmp (asked, "-- ", 3) == 0)
        asked += 3;
    nnk_add_string (&flags, asked);
    for (const char *at = nnk_text_string (&self->folders); *at;) {
        const int size = (int) strcspn (at, "\n");
        nnk_addf (&flags, " -L%.*s -Wl,-rpath,%.*s", size, at, size, at);
        at += size + 1;
    }
    return flags.s;
}

typedef struct {
    nnk_cell cell[2];
    nnk_lowered lowered[2];
} program;

/*  Lowers the cells before, and `source` after them. */
static void lower_both (program *self, nnk_session *session, const char *source,
                        const char *label)
{
    nnk_text past = { 0 }, lengths = { 0 };
    const nnk_items none = { 0 };
    gather (session, &past);
    add_lengths (&session->items, &lengths);
    nnk_before before = { .label = "cells",
                          .serial = 1,
                          .items = &none,
                          .index = &session->index,
                          .lengths = lengths.s,
                          .arguments = "",
                          .everything = true };
    nnk_cell_cut (&self->cell[0], nnk_text_string (&past), nnk_session_means,
                  session);
    nnk_lower (&self->lowered[0], &self->cell[0], &before);
    before = (nnk_before){ .label = label,
                           .serial = 2,
                           .items = &self->lowered[0].after,
                           .index = &session->index,
                           .next_stub = self->lowered[0].next_stub,
                           .everything = true };
    nnk_cell_cut (&self->cell[1], source, nnk_session_means, session);
    nnk_lower (&self->lowered[1], &self->cell[1], &before);
    char *header = nnk_beside ("nnk.h"); // whole: a program has no executor
    nnk_addf (&self->lowered[1].c, "%s#undef NNK_CELL\n#include \"%s\"\n", ending,
              header);
    free (header);
    nnk_text_free (&past);
    nnk_text_free (&lengths);
}

static void free_program (program *self)
{
    for (int i = 0; i < 2; i++) {
        nnk_lowered_free (&self->lowered[i]);
        nnk_cell_free (&self->cell[i]);
    }
}

/*  `line` is "NAME FLAG...", and the body is the whole program, or what its main
 *  does. */
void nnk_make_executable (nnk_session *self, const char *line, const char *body,
                          int count, bool silent, nnk_outcome *out)
{
    const int name = (int) strcspn (line, " \t");
    char *here = line[0] == '/' ? NULL : getcwd (NULL, 0);
    char *path = nnk_format ("%s%s%.*s", here ? here : "", here ? "/" : "", name,
                             line); // gcc runs in another folder
    char *flags = make_flags (self, line + name), label[40];
    const bool whole = has_main (body);
    char *source =
        nnk_format ("%s%s%s", whole ? "" : "int main (int argc, char **argv) {",
                    body, whole ? "" : "\n;return 0; }");
    nnk_text findings = { 0 };
    program both;
    snprintf (label, sizeof label, "cell[%d]", count);
    lower_both (&both, self, source, label);
    const char *const c[] = { nnk_text_string (&both.lowered[0].c),
                              nnk_text_string (&both.lowered[1].c) };
    nnk_add_string (&findings, nnk_text_string (&both.lowered[1].trouble));
    out->ok =
        !findings.size && nnk_build_program (&self->build, c, label, body, path,
                                             flags, self->sink, &findings);
    if (!out->ok)
        nnk_compile_error (&out->error, nnk_text_string (&findings));
    else if (!silent) {
        const char *dot = memchr (line, '/', name) ? "" : "./";
        nnk_addf (&findings, "%.*s is ready: !%s%.*s runs it\n", name, line, dot,
                  name, line);
        self->sink->stream (self->sink, "stdout", findings.s, findings.size);
    }
    free_program (&both);
    nnk_text_free (&findings);
    free (source);
    free (flags);
    free (path);
    free (here);
}
