/*  variable.c - the variables of a cell
 *
 *  A variable becomes a global with a symbol of its own (x$3_1). It is declared
 *  `extern` for this cell and the later ones, defined unless its predecessor has
 *  the same type (then it lives on in the same place), and given its value among
 *  the statements, in its turn.
 *
 *  `double v[n]` stays an error. Its type would have to be known to the functions
 *  below it and to later cells, at file level, before the statements have run that
 *  give n its value. As a pointer sizeof would lie, and as a macro the name would
 *  mean something in every struct that has a v.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$"

/*  Whether something that the declaration of `old` mentions has been defined anew. */
static bool is_stale (const nnk_lowerer *self, const nnk_item *old)
{
    const nnk_items *lists[] = { self->before->items, &self->out->fresh };
    const char *text = old->text;
    while (*(text += strcspn (text, LETTERS))) {
        const size_t size = strspn (text, LETTERS);
        for (int n = 0; n < 2; n++) {
            unsigned walk = 0;
            int i;
            while ((i = nnk_items_each (lists[n], text, size, &walk)) >= 0)
                if (lists[n]->item[i]->serial > old->serial &&
                    strcmp (lists[n]->item[i]->name[0], old->name[0]) != 0)
                    return true;
        }
        text += size;
    }
    return false;
}

/*  How long `int v[] = { ... }` is: as the compiler has measured it, else a guess
 *  that is right when nothing is designated and no brace left out. */
static long length_of (const nnk_lowerer *self, const nnk_declarator *d,
                       const char *name)
{
    char key[300];
    snprintf (key, sizeof key, " %.250s=", name);
    const char *known =
        self->before->lengths ? strstr (self->before->lengths, key) : NULL;
    if (known)
        return strtol (known + strlen (key), NULL, 10);
    if (d->value < 0)
        return 1;
    const nnk_token *t = nnk_token_at (self, d->value);
    if (!nnk_word_is (self, d->value, "{"))
        return t->end - t->at - 1; // a string, with its 0
    long length = 0;
    for (int i = d->value + 1; i < d->value_last - 1;) {
        length++;
        while (i < d->value_last - 1 && !nnk_word_is (self, i, ","))
            i = nnk_word_is (self, i, "{") || nnk_word_is (self, i, "(")
                    ? nnk_token_match (self->cell, i)
                    : i + 1;
        i++;
    }
    return length;
}

/*  Gives the variable its symbol: that of its predecessor if the type is the same. */
static void choose_symbol (nnk_lowerer *self, nnk_item *item, const char *name)
{
    const nnk_item *old = nnk_find_fresh (self, name);
    if (!old)
        old = nnk_find_old (self, name);
    if (old && old->kind == NNK_ITEM_VARIABLE && old->length == item->length &&
        strcmp (old->shape, item->shape) == 0 && !is_stale (self, old)) {
        item->symbol = nnk_copy (old->symbol, strlen (old->symbol));
        item->reused = true;
    } else {
        item->symbol = nnk_format ("%s$%d_%d", name, self->before->serial,
                                   self->out->fresh.items);
    }
}

/*  `{0}` and `{}` need no copy. */
static bool is_zero (const nnk_lowerer *self, const nnk_declarator *d)
{
    return nnk_word_is (self, d->value, "{") &&
           (nnk_word_is (self, d->value + 1, "}") ||
            (nnk_word_is (self, d->value + 1, "0") &&
             nnk_word_is (self, d->value + 2, "}")));
}

/*  What a variable is set to, or a cell's value. A compound literal, `(int[]) { 1, 2 }`,
 *  lives as long as the block around it, which is here one of our own; a cell's is to
 *  live as long as the variable that may point to it, as it does at file level in C,
 *  and until it is shown. So it is moved into memory that lasts. Those that are handed
 *  to a function are its own affair. */
void nnk_add_lasting (const nnk_lowerer *self, nnk_text *out, int first, int last)
{
    int from = first;
    for (int i = first; i < last; i++) {
        if (!nnk_word_is (self, i, "("))
            continue;
        const int brace = nnk_token_match (self->cell, i);
        const bool call = i > first &&
                          nnk_token_at (self, i - 1)->kind == NNK_WORD &&
                          !nnk_word_is (self, i - 1, "sizeof");
        if (call || nnk_word_is (self, i + 1, "{")) {
            i = brace - 1;
            continue;
        }
        if (brace >= last || !nnk_word_is (self, brace, "{"))
            continue;
        const int end = nnk_token_match (self->cell, brace);
        nnk_add_source (self, out, from, i);
        nnk_add_string (out, " (*({ __typeof__ ");
        nnk_add_source (self, out, i, brace);
        nnk_add_string (out, " nnk_literal = ");
        nnk_add_lasting (self, out, brace, end);
        nnk_add_string (out,
                        "; (__typeof__ (nnk_literal) *) __builtin_memcpy ("
                        "__builtin_malloc (sizeof nnk_literal), (const void *) "
                        "&nnk_literal, sizeof nnk_literal); }))");
        from = end;
        i = end - 1;
    }
    nnk_add_source (self, out, from, last);
}

/*  The statement that gives the variable its value, in its turn. What decides the
 *  length of an array is compiled here alone: at file level C wants constants. */
static void add_value (nnk_lowerer *self, const nnk_declarator *d,
                       const nnk_item *item)
{
    const char *name = item->name[0];
    nnk_text *run = &self->run;
    if (d->value < 0 ? item->reused : is_zero (self, d) && !item->growing) {
        nnk_addf (run, "\n__builtin_memset ((void *) &%s, 0, sizeof %s);\n", name,
                  name);
    } else if (d->value >= 0) {
        nnk_addf (run, "\n{ __typeof__ (%s%s) nnk_new%s =", name,
                  item->growing ? "[0]" : "", item->growing ? "[]" : "");
        nnk_add_lasting (self, run, d->value, d->value_last);
        if (item->growing)
            nnk_addf (run,
                      "; static __typeof__ (nnk_new) *nnk_length_%s "
                      "__attribute__ ((used))",
                      name);
        nnk_addf (run,
                  "; __builtin_memcpy ((void *) &%s, &nnk_new, sizeof nnk_new); "
                  "}\n",
                  name);
    }
}

/*  The declaration itself: as the reader wrote it, but with the length of an array
 *  and the type of an __auto_type. */
static void add_declaration (nnk_lowerer *self, nnk_text *out,
                             const nnk_declaration *all, const nnk_declarator *d,
                             const nnk_item *item, const char *tag, bool writable)
{
    if (all->is_auto && d->value >= 0) {
        nnk_add_string (out, "\n__typeof__ (");
        nnk_add_source (self, out, d->value, d->value_last);
        nnk_addf (out, ") %s", item->name[0]);
        return;
    }
    const size_t start = out->size;
    nnk_add_declarator (self, out, all, d, tag, writable);
    char *hole = item->growing ? strrchr (out->s + start, '[') : NULL;
    while (hole && hole > out->s + start &&
           !(hole[0] == '[' && hole[1 + strspn (hole + 1, " ")] == ']'))
        hole--;
    if (hole) {
        char *rest = nnk_copy (hole + 1, strlen (hole + 1));
        out->size = hole + 1 - out->s;
        nnk_addf (out, "%ld%s", item->length, rest);
        free (rest);
    }
}

/*  What later cells read, and what this one does: `extern` with the symbol, then
 *  (unless it lives where an older one lived) the variable itself. */
static void declare (nnk_lowerer *self, const nnk_declaration *all,
                     const nnk_declarator *d, nnk_item *item, const char *tag)
{
    nnk_text attributes = { 0 }, text = { 0 };
    nnk_add_source (self, &attributes, d->attributes, d->last);
    nnk_add_string (&text, "\nextern");
    add_declaration (self, &text, all, d, item, tag, false);
    nnk_addf (&text, " __asm__ (\"%s\") %s;\n", item->symbol,
              nnk_text_string (&attributes));
    item->text = text.s;
    for (int turn = 0; turn < (item->reused ? 1 : 2); turn++) {
        nnk_add_string (&self->file, turn ? "\n" : "\nextern");
        add_declaration (self, &self->file, all, d, item, tag, true);
        if (!turn)
            nnk_addf (&self->file, " __asm__ (\"%s\")", item->symbol);
        nnk_addf (&self->file, " %s;\n", nnk_text_string (&attributes));
    }
    nnk_text_free (&attributes);
}

void nnk_lower_variable (nnk_lowerer *self, const nnk_declaration *all,
                         const nnk_declarator *d, const char *tag)
{
    nnk_item *item =
        nnk_item_new (NNK_ITEM_VARIABLE, self->before->label,
                      nnk_token_at (self, d->name)->line, self->before->serial);
    char *name = nnk_word_of (self, d->name);
    nnk_claim_name (self, name, item->line);
    nnk_item_name (item, "%s", name);
    char *left = nnk_shape_of (self, all->first, all->last);
    char *right = nnk_shape_of (self, d->first, d->last);
    item->shape = all->is_auto ? nnk_format ("auto %d", self->before->serial)
                               : nnk_format ("%s%s", tag ? tag : left, right);
    self->growing |= item->growing = d->growing;
    item->length = d->growing ? length_of (self, d, name) : 0;
    choose_symbol (self, item, name);
    const nnk_item *twin = nnk_find_fresh (self, name);
    if (twin && item->reused)
        item->text = nnk_copy (twin->text, strlen (twin->text));
    else
        declare (self, all, d, item, tag);
    add_value (self, d, item);
    if (!twin)
        nnk_add_item (self, item);
    free (left);
    free (right);
    free (name);
}

/*  A variable that lives in a library. */
void nnk_lower_extern (nnk_lowerer *self, const nnk_declaration *all,
                       const nnk_declarator *d)
{
    nnk_text text = { 0 };
    nnk_add_string (&text, "\nextern");
    nnk_add_declarator (self, &text, all, d, NULL, false);
    nnk_add_string (&text, ";\n");
    nnk_add_string (&self->file, text.s);
    char *name = nnk_word_of (self, d->name);
    if (!nnk_find_old (self, name)) {
        nnk_item *item = nnk_item_new (NNK_ITEM_TYPE, self->before->label,
                                       nnk_token_at (self, d->name)->line,
                                       self->before->serial);
        nnk_item_name (item, "%s", name);
        item->shape = nnk_shape_of (self, all->first, all->last);
        item->text = text.s;
        nnk_add_item (self, item);
    } else {
        nnk_text_free (&text);
    }
    free (name);
}
