/*  lower.c - from the pieces of a cell to a C file
 *
 *  The file begins with what earlier cells have defined. Then come, in the order
 *  of the cell, its types, its functions and its variables as globals; its
 *  statements and the values of its variables are gathered in functions, which the
 *  entry calls one by one.
 *
 *  A function's symbol is the stub through which everyone calls it (stubs.S).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"

/* --- Types ------------------------------------------------------------------- */

typedef struct {
    nnk_item *item;
    const nnk_cell *cell;
} naming;

static void name_item (void *to, const char *kind, const nnk_token *name)
{
    const naming *self = to;
    if (kind[0] == 'v' || kind[0] == 'f')
        return;
    nnk_item_name (self->item, "%s%.*s", kind[1] ? kind : "", name->end - name->at,
                   self->cell->source + name->at);
}

/*  The type that a declaration defines: a whole typedef, or a tag with its body.
 *  Returns the name that was made up for a struct that has none, or NULL. */
static char *lower_type (nnk_lowerer *self, const nnk_chunk *chunk,
                         const nnk_declaration *d)
{
    const int last = d->is_typedef || !d->declarators ? chunk->last : d->body_last;
    nnk_item *item = nnk_item_new (NNK_ITEM_TYPE, self->before->label,
                                   nnk_token_at (self, chunk->first)->line,
                                   self->before->serial);
    naming names = { item, self->cell };
    nnk_declaration_names (d, self->cell, name_item, &names);
    item->shape = nnk_shape_of (self, chunk->first, last);
    char *made = NULL;
    if (!d->is_typedef && d->declarators && d->tag_name < 0)
        made = nnk_format (NNK_TAG "%d_%d", self->before->serial, ++self->tags);
    if (made)
        nnk_item_name (item, "%s", made);
    nnk_item *old = item->names ? nnk_find_old (self, item->name[0]) : NULL;
    if (old && !nnk_items_hold (&self->gone, old) &&
        strcmp (old->shape, item->shape) == 0)
        return made; // the same again
    nnk_text text = { 0 };
    int first = chunk->first;
    while (!d->is_typedef && first < d->tag)
        first++; // const and static belong to the variables
    nnk_add_source (self, &text, first, last);
    if (made) {
        const char *body = strchr (text.s, '{');
        nnk_text named = { 0 };
        nnk_add (&named, text.s, body - text.s);
        nnk_addf (&named, "%s %s", made, body);
        nnk_text_free (&text);
        text = named;
    }
    if (!nnk_word_is (self, last - 1, ";"))
        nnk_add_string (&text, ";\n");
    item->text = text.s;
    nnk_add_string (&self->file, item->text);
    nnk_add_item (self, item);
    return made;
}

/* --- Functions --------------------------------------------------------------- */

/*  The number of its stub: that of its predecessor, or a new one. If the function
 *  has another type now, those who were compiled before go on calling the old one. */
static int stub_of (nnk_lowerer *self, const char *name, const char *shape)
{
    const nnk_item *old = nnk_items_find (&self->out->fresh, name);
    if (!old || old->kind != NNK_ITEM_FUNCTION)
        old = nnk_find_old (self, name);
    if (old && old->kind == NNK_ITEM_FUNCTION && strcmp (old->shape, shape) == 0)
        return old->stub;
    if (self->out->next_stub == NNK_STUBS) {
        nnk_addf (&self->out->trouble,
                  "%s: error: no room for the function '%s': a notebook "
                  "can have %d functions; restart the kernel\n",
                  self->before->label, name, NNK_STUBS);
        return 0;
    }
    return self->out->next_stub++;
}

static void lower_function (nnk_lowerer *self, const nnk_chunk *chunk,
                            const nnk_declaration *all, const nnk_declarator *d)
{
    const bool defined = chunk->kind == NNK_FUNCTION;
    char *name = nnk_word_of (self, d->name);
    nnk_item *item =
        nnk_item_new (NNK_ITEM_FUNCTION, self->before->label,
                      nnk_token_at (self, d->name)->line, self->before->serial);
    nnk_claim_name (self, name, item->line);
    nnk_item_name (item, "%s", name);
    char *left = nnk_shape_of (self, all->first, all->last);
    char *right = nnk_signature_of (self, d->first, d->last);
    item->shape = nnk_format ("%s%s", left, right);
    item->stub = stub_of (self, name, item->shape);
    nnk_text text = { 0 };
    const nnk_known *known =
        nnk_index_find (self->before->index, name, strlen (name));
    if (known && known->kind == 'm') // of a header; the reader's own is an item
        nnk_addf (&text, "\n#undef %s\n", name);
    if (chunk
            ->old_style) { // its parameters are declared later: promise nothing of them
        nnk_declarator bare = *d;
        bare.last = bare.attributes = d->name + 1;
        nnk_add_declarator (self, &text, all, &bare, NULL, false);
        nnk_add_string (&text, "()");
    } else {
        nnk_add_declarator (self, &text, all, d, NULL, false);
    }
    nnk_addf (&text, " __asm__ (\"nnk_stub_%d\");\n", item->stub);
    item->text = text.s;
    nnk_add_string (&self->file, item->text);
    nnk_addf (&self->out->stubs, "%s%d %s", defined ? "" : "? ", item->stub, name);
    nnk_add (&self->out->stubs, "", 1);
    if (defined) {
        item->body =
            nnk_copy (self->cell->source + nnk_token_at (self, chunk->body)->at,
                      nnk_token_at (self, chunk->last - 1)->end -
                          nnk_token_at (self, chunk->body)->at);
        const size_t start = self->file.size;
        nnk_add_source (self, &self->file, chunk->first, chunk->last);
        const char *line =
            strchr (self->file.s + start + 1, '\n') + 1; // after the #line
        const size_t text_at = line + strspn (line, " \t") - self->file.s;
        for (int i = all->first; i < all->last; i++)
            if (nnk_is_storage (self->cell, i))
                nnk_blank (self, &self->file, text_at, chunk->first, i, i + 1);
    }
    nnk_add_item (self, item);
    free (left);
    free (right);
    free (name);
}

/*  A prototype. What a header or an earlier cell declares keeps its symbol. */
static void lower_prototype (nnk_lowerer *self, const nnk_chunk *chunk,
                             const nnk_declaration *all, const nnk_declarator *d)
{
    const nnk_token *name = nnk_token_at (self, d->name);
    const char *word = self->cell->source + name->at;
    char *copy = nnk_word_of (self, d->name);
    const nnk_known *known =
        nnk_index_find (self->before->index, word, name->end - name->at);
    const nnk_item *old = nnk_find_old (self, copy);
    if ((known && known->kind == 'f') || (old && old->kind == NNK_ITEM_FUNCTION)) {
        nnk_add_declarator (self, &self->file, all, d, NULL, false);
        nnk_add_string (&self->file, ";\n");
    } else {
        lower_function (self, chunk, all, d);
    }
    free (copy);
}

/* --- The cell ---------------------------------------------------------------- */

static void lower_declaration (nnk_lowerer *self, const nnk_chunk *chunk)
{
    nnk_declaration all;
    nnk_declaration_read (&all, self->cell, chunk);
    char *tag = NULL;
    if (chunk->open) {
        const nnk_token *last = nnk_token_at (self, chunk->last - 1);
        nnk_addf (&self->out->trouble,
                  "%s:%d: error: expected ';' after this declaration\n",
                  self->before->label, last->line);
    } else if (
        all.is_assert) { // it may speak of an array that is not measured yet
        self->out->again = !self->before->lengths && self->growing;
        if (!self->out->again)
            nnk_add_source (self, &self->file, chunk->first, chunk->last);
    } else if (all.is_typedef || all.body >= 0 || !all.declarators) {
        tag = lower_type (self, chunk, &all);
    }
    for (int i = 0; !chunk->open && !all.is_typedef && i < all.declarators; i++) {
        const nnk_declarator *d = &all.declarator[i];
        if (d->name < 0) // nothing that C knows: the compiler will say so
            nnk_add_source (self, &self->file, chunk->first, chunk->last);
        else if (chunk->kind == NNK_FUNCTION)
            lower_function (self, chunk, &all, d);
        else if (d->function)
            lower_prototype (self, chunk, &all, d);
        else if (all.is_extern && d->value < 0)
            nnk_lower_extern (self, &all, d);
        else
            nnk_lower_variable (self, &all, d, tag);
    }
    free (tag);
    nnk_declaration_free (&all);
}

/*  Ends the run: what stands at file level is complete, its statements become a
 *  function. */
static void close_run (nnk_lowerer *self)
{
    if (!self->run.size)
        return;
    const int serial = self->before->serial, run = ++self->runs;
    nnk_addf (&self->file,
              "\n#line 1 \"nnk\"\nstatic void nnk_run_%d_%d (void)\n{\n", serial,
              run);
    nnk_add (&self->file, self->run.s, self->run.size);
    nnk_addf (&self->file, "\n#line 1 \"nnk\"\n}\n#define NNK_RUN_%d_%d\n", serial,
              run);
    nnk_addf (&self->entry, "#ifdef NNK_RUN_%d_%d\nnnk_run_%d_%d ();\n#endif\n",
              serial, run, serial, run);
    nnk_text_clear (&self->run);
}

/*  The word after #, and after it the name: `#define N 3` is "define" and "N". */
static void read_line (const char *line, char word[32], char name[200])
{
    int at = 0, size = 0;
    sscanf (line, " # %31[a-z]%n", word, &at);
    line += at + strspn (line + at, " \t");
    while (size < 199 &&
           (isalnum ((unsigned char) line[size]) || line[size] == '_')) {
        name[size] = line[size];
        size++;
    }
    name[size] = 0;
}

static void lower_line (nnk_lowerer *self, const nnk_chunk *chunk)
{
    const nnk_token *t = nnk_token_at (self, chunk->first);
    const char *line = self->cell->source + t->at;
    char word[32] = "", name[200] = "";
    read_line (line, word, name);
    const bool opens = strncmp (word, "if", 2) == 0,
               closes = strcmp (word, "endif") == 0;
    const bool defines = strcmp (word, "define") == 0;
    nnk_text text = { 0 };
    if (strcmp (word, "include") != 0)
        close_run (self);
    if (defines && nnk_find_old (self, name))
        nnk_addf (&text, "\n#undef %s", name);
    nnk_add_source (self, &text, chunk->first, chunk->last);
    nnk_add_string (&self->file, text.s);
    self->conditions += opens - closes;
    self->out->conditional |= opens;
    const nnk_item *old = defines ? nnk_find_old (self, name) : NULL;
    const size_t size = t->end - t->at;
    const bool again =
        old && strncmp (old->shape, line, size) == 0 && !old->shape[size];
    if (opens || closes || again || strncmp (word, "el", 2) == 0 ||
        strcmp (word, "error") == 0) {
        nnk_text_free (&text);
        return;
    }
    nnk_item *item = nnk_item_new (NNK_ITEM_LINE, self->before->label, t->line,
                                   self->before->serial);
    item->shape = nnk_copy (line, size);
    item->text = text.s;
    if (defines)
        nnk_item_name (item, "%s", name);
    nnk_add_item (self, item);
}

/*  The trailing expression: evaluated once, its value and its type kept for the
 *  display. An array is kept as the pointer that it becomes; a void expression as
 *  nothing. */
static void lower_value (nnk_lowerer *self, const nnk_chunk *chunk)
{
    nnk_text *run = &self->run;
    const int first = chunk->first, last = chunk->last,
              serial = self->before->serial;
    const char *open = self->before->bits ? "(+(" : "((";
    nnk_addf (run, "\ntypedef __typeof__ %s", open);
    nnk_add_source (self, run, first, last);
    nnk_addf (
        run,
        ")) nnk_type;\nstatic nnk_type *nnk_type_%d __attribute__ ((used));\n"
        "__auto_type nnk_now = __builtin_choose_expr (\n"
        "__builtin_types_compatible_p (nnk_type, void), __extension__ ({ (void) (",
        serial);
    nnk_add_source (self, run, first, last);
    nnk_addf (run, "); (char) 0; }), %s", open);
    nnk_add_lasting (self, run, first, last);
    // -- an array may end with these statements: a small one is copied
    nnk_addf (
        run,
        "))); __asm__ volatile (\"\" : : \"m\" (nnk_now));\n"
        "static char nnk_keep[sizeof nnk_now] __attribute__ ((aligned (64)));\n"
        "__builtin_memcpy (nnk_keep, &nnk_now, sizeof nnk_now);\n"
        "enum { nnk_array = sizeof (nnk_type) > 1 && sizeof (nnk_type) <= %d &&\n"
        "__builtin_classify_type (nnk_now) == 5 && // a pointer\n"
        "!__builtin_types_compatible_p (nnk_type, // what it becomes\n"
        "__typeof__ ((void) 0, *(nnk_type *) 0)) };\n"
        "static char nnk_copy[nnk_array ? sizeof (nnk_type) : 1] __attribute__ "
        "((aligned (64)));\n"
        "if (nnk_array) { void *nnk_there; __builtin_memcpy (&nnk_there, "
        "nnk_keep, "
        "sizeof nnk_there);\n"
        "__builtin_memcpy (nnk_copy, nnk_there, sizeof nnk_copy);\n"
        "nnk_there = nnk_copy; __builtin_memcpy (nnk_keep, &nnk_there, sizeof "
        "nnk_there); }\n",
        NNK_TEXT);
    nnk_add_string (run, "extern void nnk_value (const void *);\n"
                         "if (!__builtin_types_compatible_p (nnk_type, void)) "
                         "nnk_value (nnk_keep);\n");
}

static bool is_nameless (const nnk_item *item)
{
    return item->kind == NNK_ITEM_LINE && !item->names;
}

/*  What later cells are compiled after: what stays of the old, and the new. A
 *  macro that was defined anew stays while a declaration before it still needs it. */
static void finish (nnk_lowerer *self)
{
    nnk_lowered *out = self->out;
    const nnk_items *old = self->before->items;
    for (int k = 0; k < out->fresh.items; k++)
        for (int i = 0; i < old->items && is_nameless (out->fresh.item[k]); i++)
            if (is_nameless (old->item[i]) &&
                strcmp (out->fresh.item[k]->shape, old->item[i]->shape) == 0)
                nnk_items_add (&self->gone, old->item[i]); // the same line again
    if (!self->gone.items)
        nnk_items_copy (&out->after, old);
    for (int i = 0; i < old->items && self->gone.items; i++)
        if (!nnk_items_hold (&self->gone, old->item[i]))
            nnk_items_add (&out->after, old->item[i]);
    for (int i = 0; i < out->fresh.items; i++)
        nnk_items_add (&out->after, out->fresh.item[i]);
    nnk_select (self);
    nnk_add (&out->c, self->file.s, self->file.size);
    nnk_addf (
        &out->c,
        "\n#line 1 \"nnk\"\nvoid nnk_entry_%d (void);\nvoid nnk_entry_%d (void)\n"
        "{\n%s}\n",
        self->before->serial, self->before->serial,
        nnk_text_string (&self->entry));
}

void nnk_lower (nnk_lowered *out, const nnk_cell *cell, const nnk_before *before)
{
    *out = (nnk_lowered){ .next_stub = before->next_stub };
    nnk_lowerer self = { .out = out, .cell = cell, .before = before };
    for (int i = 0; i < cell->chunks; i++) {
        const nnk_chunk *chunk = &cell->chunk[i];
        if (chunk->kind == NNK_PREPROCESSOR)
            lower_line (&self, chunk);
        else if (chunk->kind == NNK_DECLARATION || chunk->kind == NNK_FUNCTION)
            lower_declaration (&self, chunk);
        else if (chunk->kind == NNK_VALUE)
            lower_value (&self, chunk);
        else {
            while (i + 1 < cell->chunks &&
                   cell->chunk[i + 1].kind == NNK_STATEMENT)
                i++; // those that stand together stay together
            nnk_add_source (&self, &self.run, chunk->first, cell->chunk[i].last);
        }
    }
    const nnk_item *program = nnk_items_find (&out->fresh, "main");
    if (program) // a whole program: it runs at once
        nnk_addf (
            &self.run,
            "\n{ char *nnk_words[] = { \"cell\", %s(char *) 0 };\n"
            "extern void nnk_main (int (*) (int, char **), int, char **, int);\n"
            "nnk_main ((int (*) (int, char **)) main, "
            "sizeof nnk_words / sizeof *nnk_words - 1, nnk_words, %d); }\n",
            before->arguments ? before->arguments : "",
            strncmp (program->shape, "void main ", 10) != 0);
    close_run (&self);
    finish (&self);
    nnk_items_free (&self.gone);
    nnk_text_free (&self.file);
    nnk_text_free (&self.run);
    nnk_text_free (&self.entry);
}

void nnk_lowered_free (nnk_lowered *self)
{
    nnk_text_free (&self->c);
    nnk_text_free (&self->stubs);
    nnk_text_free (&self->notes);
    nnk_text_free (&self->trouble);
    nnk_items_free (&self->fresh);
    nnk_items_free (&self->after);
    *self = (nnk_lowered){ 0 };
}
