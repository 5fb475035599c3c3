/*  scope.c - what is declared where the cursor stands
 *
 *  The text before the cursor is a nest of brackets that are still open. Between one
 *  { and the next stand whole pieces, which are cut like a cell and give their
 *  declarations, and at the end a head: the parameters of a function, or the
 *  variable of a for. So the names that live at the cursor are found without a
 *  parser, and in a fraction of its time.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    nnk_session *session;
    nnk_on_local *on_local;
    void *to;
} scope;

/*  A declarator, with what stands before it: `int *p` of `int v = 1, *p = &v`. */
static void tell_declarator (const scope *self, const nnk_cell *cell,
                             const nnk_declaration *all, const nnk_declarator *d)
{
    if (d->name < 0 || d->last <= d->first || all->last <= all->first)
        return;
    const nnk_token *name = &cell->token[d->name],
                    *from = &cell->token[all->first],
                    *to = &cell->token[all->last - 1],
                    *own = &cell->token[d->first],
                    *end = &cell->token[d->last - 1];
    char *word = nnk_copy (cell->source + name->at, name->end - name->at);
    char *whole =
        nnk_format ("%.*s %.*s", to->end - from->at, cell->source + from->at,
                    end->end - own->at, cell->source + own->at);
    self->on_local (self->to, word,
                    all->is_typedef ? "type"
                    : d->function   ? "function"
                                    : "variable",
                    whole);
    free (whole);
    free (word);
}

typedef struct {
    const scope *self;
    const nnk_cell *cell;
} telling;

/*  Tags and enumerators; the rest is told with its declarator. */
static void tell_name (void *to, const char *kind, const nnk_token *name)
{
    const telling *t = to;
    char *word = nnk_copy (t->cell->source + name->at, name->end - name->at);
    if (kind[0] == 'e' || kind[1])
        t->self->on_local (t->self->to, word, kind[1] ? "type" : "constant", NULL);
    free (word);
}

/*  The names that one piece of text declares. */
static void read_piece (const scope *self, const char *text, size_t size)
{
    nnk_cell cell;
    char *piece = nnk_copy (text, size);
    nnk_cell_cut (&cell, piece, nnk_session_means, self->session);
    free (piece);
    for (int i = 0; i < cell.chunks; i++) {
        const nnk_chunk *chunk = &cell.chunk[i];
        nnk_declaration all;
        if (chunk->kind != NNK_DECLARATION && chunk->kind != NNK_FUNCTION)
            continue;
        nnk_declaration_read (&all, &cell, chunk);
        for (int k = 0; k < all.declarators; k++)
            tell_declarator (self, &cell, &all, &all.declarator[k]);
        nnk_declaration_names (&all, &cell, tell_name, &(telling){ self, &cell });
        nnk_declaration_free (&all);
    }
    nnk_cell_free (&cell);
}

/*  The list at the end of a head: parameters, one by one, or what a for begins
 *  with. */
static void read_head (const scope *self, const nnk_cell *cell, int first,
                       int last)
{
    int depth = 0, open = last - 1, from;
    for (; open >= first; open--) {
        depth += nnk_token_is (cell, open, ")");
        depth -= nnk_token_is (cell, open, "(");
        if (!depth)
            break;
    }
    if (open <= first)
        return;
    const bool loop = nnk_token_is (cell, open - 1, "for");
    from = open + 1;
    for (int i = open + 1; i < last; i++) {
        depth += nnk_token_is (cell, i, "(") - nnk_token_is (cell, i, ")");
        const bool ends =
            i == last - 1 || nnk_token_is (cell, i, loop ? ";" : ",");
        if (!ends || (depth > 0 && i < last - 1) || from >= i)
            continue;
        const int at = cell->token[from].at;
        read_piece (self, cell->source + at, cell->token[i - 1].end - at);
        from = i + 1;
    }
}

/*  What stands between two open brackets, or between the last and the cursor. */
static void read_level (const scope *self, const nnk_cell *cell, int first,
                        int last)
{
    if (first >= last)
        return;
    const int at = cell->token[first].at;
    read_piece (self, cell->source + at, cell->token[last - 1].end - at);
    if (nnk_token_is (cell, last - 1, ")"))
        read_head (self, cell, first, last);
}

/*  Tells of every name that `code` has declared where it ends. */
void nnk_scope_read (nnk_session *session, const char *code,
                     nnk_on_local *on_local, void *to)
{
    enum { DEEPEST = 64 };
    const scope self = { session, on_local, to };
    int open[DEEPEST], depth = 0, first = 0;
    nnk_cell cell = { .source = nnk_copy (code, strlen (code)) };
    nnk_lex (&cell);
    for (int i = 0; i < cell.tokens; i++)
        if (nnk_token_is (&cell, i, "{") && depth < DEEPEST)
            open[depth++] = i;
        else if (nnk_token_is (&cell, i, "}") && depth)
            depth--;
    for (int i = 0; i < depth; i++) {
        read_level (&self, &cell, first, open[i]);
        first = open[i] + 1;
    }
    read_level (&self, &cell, first, cell.tokens);
    nnk_cell_free (&cell);
}
