/*  fuzz_cell.c - libFuzzer on what reads a cell: cutting it, and turning it into C
 *
 *  The bytes are two cells with a form feed between them: the second is lowered
 *  after what the first has defined. Whatever they are, the tokens must lie in the
 *  text in their order, the pieces must cover the tokens, and lowering must end.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static void need (bool holds)
{
    if (!holds)
        abort ();
}

static const char *means (void *self, const char *name, size_t size)
{
    (void) self;
    return name[0] == 'T' || (size == 6 && memcmp (name, "size_t", 6) == 0)
               ? "typedef"
           : name[0] == 'M' ? "#define M for (M; (M); )"
           : name[0] == 'N' ? "#define N M"
                            : NULL;
}

static void check_cell (const nnk_cell *cell)
{
    const int size = (int) strlen (cell->source);
    int at = 0, line = 1, token = 0;
    for (int i = 0; i < cell->tokens; i++) {
        const nnk_token *t = &cell->token[i];
        need (t->at >= at && t->end > t->at && t->end <= size && t->line >= line);
        at = t->end;
        line = t->line;
    }
    for (int i = 0; i < cell->chunks; i++) {
        const nnk_chunk *chunk = &cell->chunk[i];
        need (chunk->first == token && chunk->last > token);
        need (chunk->kind != NNK_FUNCTION ||
              (chunk->body > token && chunk->body < chunk->last));
        token = chunk->last;
    }
    need (token == cell->tokens);
}

static void on_name (void *self, const char *kind, const nnk_token *name)
{
    (void) kind;
    need (name->end <= *(int *) self);
}

static void read_declarations (const nnk_cell *cell)
{
    int size = (int) strlen (cell->source);
    for (int i = 0; i < cell->chunks; i++) {
        nnk_declaration declaration;
        if (cell->chunk[i].kind != NNK_DECLARATION &&
            cell->chunk[i].kind != NNK_FUNCTION)
            continue;
        nnk_declaration_read (&declaration, cell, &cell->chunk[i]);
        nnk_declaration_names (&declaration, cell, on_name, &size);
        nnk_declaration_free (&declaration);
    }
}

static void free_items (nnk_items *items)
{
    for (int i = 0; i < items->items; i++) {
        nnk_item *item = items->item[i];
        for (int k = 0; k < item->names; k++)
            free (item->name[k]);
        free (item->name);
        free (item->text);
        free (item->body);
        free (item->shape);
        free (item->symbol);
        free (item->file);
        free (item);
    }
    free (items->item);
    *items = (nnk_items){ 0 };
}

/*  One cell after `before`. Its own items are added to `all`, what is known now
 *  becomes `before`. */
static void lower (const char *source, int serial, const nnk_index *index,
                   nnk_items *before, nnk_items *all)
{
    nnk_cell cell;
    nnk_cell_cut (&cell, source, means, NULL);
    check_cell (&cell);
    read_declarations (&cell);
    if (cell.state == NNK_COMPLETE) { // the session asks no less
        const nnk_before known = {
            .label = "cell[1]", .serial = serial, .items = before, .index = index
        };
        nnk_lowered lowered;
        nnk_lower (&lowered, &cell, &known);
        nnk_items_copy (before, &lowered.after);
        for (int i = 0; i < lowered.fresh.items; i++)
            nnk_items_add (all, lowered.fresh.item[i]);
        nnk_lowered_free (&lowered);
    }
    nnk_cell_free (&cell);
}

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
    static nnk_index index;
    if (!index.buckets)
        nnk_index_read (&index,
                        "# 1 \"a.h\"\ntypedef unsigned long size_t;\n"
                        "extern double y1 (double);\nint printf (const char "
                        "*, ...);\nstruct T { int a; };\nint optind;\n");
    char *first = nnk_copy ((const char *) data, size);
    char *second = strchr (first, '\f');
    nnk_items before = { 0 }, all = { 0 };
    if (second)
        *second++ = 0;
    lower (first, 1, &index, &before, &all);
    if (second)
        lower (second, 2, &index, &before, &all);
    free_items (&all);
    free (before.item);
    free (first);
    return 0;
}
