/*  compile.c - from a cell's text to its object
 *
 *  Cut, lowered, compiled: and once more after all that earlier cells have defined, if
 *  what the cell seemed to need was not enough; once more if its value is a field of
 *  bits; and again until the lengths of its arrays are those that the compiler has
 *  measured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

void nnk_compiled_free (nnk_compiled *self)
{
    nnk_cell_free (&self->cell);
    nnk_lowered_free (&self->lowered);
    nnk_dwarf_close (self->dwarf);
    nnk_text_free (&self->diagnostics);
    nnk_text_free (&self->arguments);
}

/*  A cell that breaks off: in a comment, or before the statement that a `for` repeats. A
 *  declaration without its ; is left to the compiler. */
static bool check_end (nnk_compiled *self)
{
    const nnk_cell *cell = &self->cell;
    const nnk_chunk *last = cell->chunks ? &cell->chunk[cell->chunks - 1] : NULL;
    if (last && last->open && last->kind == NNK_DECLARATION)
        return true;
    int line = cell->token[cell->tokens].line;
    if (last && last->open)
        line = cell->token[cell->tokens - 1].line;
    if (last && nnk_token_is (cell, last->first, "else"))
        nnk_addf (&self->diagnostics,
                  "%s:%d: error: 'else' without an 'if' before it\n", self->label,
                  cell->token[last->first].line);
    else
        nnk_addf (&self->diagnostics,
                  "%s:%d: error: the cell breaks off here, %s\n", self->label,
                  line,
                  last && last->open
                      ? "before the end of a statement (is a ';' missing?)"
                      : "in a comment or a line that goes on");
    return false;
}

/*  Brackets that do not fit together: said here, as the compiler would speak of
 *  code that the reader has not written. */
static bool check_brackets (nnk_compiled *self)
{
    if (self->cell.state == NNK_COMPLETE)
        return true;
    if (!self->cell.depth && self->cell.state == NNK_INCOMPLETE)
        return check_end (self);
    const nnk_cell *cell = &self->cell;
    const nnk_token *t = &cell->token[cell->wrong];
    int from = t->at;
    while (from > 0 && cell->source[from - 1] != '\n')
        from--;
    nnk_addf (
        &self->diagnostics, "%s:%d:%d: error: %s '%c'\n%5d | %.*s\n      | %*s^\n",
        self->label, t->line, t->at - from + 1,
        cell->state == NNK_INVALID ? "nothing before opens this"
                                   : "nothing closes this",
        cell->source[t->at], t->line, (int) strcspn (cell->source + from, "\n"),
        cell->source + from, t->at - from, "");
    return false;
}

/*  Arrays like `int v[] = { ... }`: the cell was compiled with guesses of their
 *  lengths, and in it the compiler has measured them. False: a guess was wrong. */
static bool measure_arrays (const nnk_compiled *cell, nnk_text *lengths)
{
    bool right = !cell->lowered.again;
    nnk_text_clear (lengths);
    nnk_add_string (lengths, " ");
    for (int i = 0; i < cell->lowered.fresh.items; i++) {
        const nnk_item *item = cell->lowered.fresh.item[i];
        const long length =
            item->growing ? nnk_dwarf_length (cell->dwarf, item->name[0]) : -1;
        if (length < 0)
            continue;
        right &= length == item->length;
        nnk_addf (lengths, "%s=%ld ", item->name[0], length);
    }
    return right;
}

/*  Of the pieces between #if and #endif, later cells see those that were compiled. */
static void drop_inactive (nnk_compiled *cell)
{
    int *marks, count;
    if (!cell->lowered.conditional ||
        !nnk_dwarf_active (cell->dwarf, &marks, &count))
        return;
    nnk_lowered *lowered = &cell->lowered;
    for (int i = 0; i < lowered->fresh.items; i++) {
        nnk_text name = { 0 };
        bool marked = false, active = false;
        nnk_addf (&name, "\"nnk_marks\"), used)) = %d;", i);
        marked = strstr (lowered->c.s, name.s) != NULL;
        for (int k = 0; k < count; k++)
            active |= marks[k] == i;
        if (marked && !active)
            nnk_items_remove (&lowered->after, lowered->fresh.item[i]);
        nnk_text_free (&name);
    }
    free (marks);
}

static bool compile_after (nnk_session *self, nnk_compiled *cell,
                           const char *lengths, bool everything)
{
    const nnk_before before = {
        cell->label,     cell->serial, &self->items,
        &self->index,    lengths,      nnk_text_string (&cell->arguments),
        self->next_stub, everything,   cell->bits
    };
    nnk_lowered_free (&cell->lowered);
    nnk_text_clear (&cell->diagnostics);
    nnk_lower (&cell->lowered, &cell->cell, &before);
    if (cell->lowered.trouble.size) {
        nnk_add_string (&cell->diagnostics, cell->lowered.trouble.s);
        return false;
    }
    if (!nnk_build_cell (&self->build, cell->serial, cell->lowered.c.s,
                         cell->label,
                         self->shown ? self->shown : cell->cell.source, self->sink,
                         &cell->diagnostics))
        return false;
    nnk_dwarf_close (cell->dwarf);
    cell->dwarf = nnk_dwarf_open (self->build.folder, cell->serial);
    return true;
}

/*  Compiles after what the cell seems to need and, should that fail, after all that
 *  there is. */
static bool compile_once (nnk_session *self, nnk_compiled *cell,
                          const char *lengths)
{
    const int before = self->sink->interrupts;
    return compile_after (self, cell, lengths, false) ||
           (cell->lowered.selected && !cell->lowered.trouble.size &&
            self->sink->interrupts == before && !self->sink->quit &&
            compile_after (self, cell, lengths, true));
}

bool nnk_compile (nnk_session *self, nnk_compiled *cell, const char *code,
                  int count)
{
    enum { MOST_TURNS = 8 };
    nnk_text lengths = { 0 };
    cell->serial = ++self->serial;
    cell->count = count;
    snprintf (cell->label, sizeof cell->label, "cell[%d]", count);
    nnk_cell_cut (&cell->cell, code, nnk_session_means, self);
    bool good = check_brackets (cell) && compile_once (self, cell, NULL);
    cell->bits = !good && strstr (nnk_text_string (&cell->diagnostics),
                                  "applied to a bit-field");
    if (cell->bits)
        good = compile_once (self, cell, NULL);
    for (int turn = 0; good && !measure_arrays (cell, &lengths); turn++) {
        good = turn < MOST_TURNS && compile_once (self, cell, lengths.s);
        if (turn == MOST_TURNS)
            nnk_addf (&cell->diagnostics,
                      "%s: error: the length of an array depends on itself\n",
                      cell->label);
    }
    if (good)
        drop_inactive (cell);
    nnk_text_free (&lengths);
    return good;
}
