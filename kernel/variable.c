/*  variable.c - the variables of a cell
 *
 *  A variable becomes a global with a symbol of its own (x$3_1). It is declared
 *  `extern` for this cell and the later ones, defined unless its predecessor has
 *  the same type (then it lives on in the same place), and given its value among
 *  the statements, in its turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"

/*  Whether something that the declaration of `old` mentions has been defined anew. */
static bool is_stale (const nnk_lowerer *self, const nnk_item *old)
{
    const nnk_items *lists[] = { self->before->items, &self->out->fresh };
    for (int n = 0; n < 2; n++)
        for (int i = 0; i < lists[n]->items; i++) {
            const nnk_item *item = lists[n]->item[i];
            for (int k = 0; item->serial > old->serial && k < item->names; k++)
                if (strcmp (item->name[k], old->name[0]) != 0 &&
                    nnk_item_mentions (old, item->name[k]))
                    return true;
        }
    return false;
}

/*  Gives the variable its symbol: that of its predecessor if the type is the same. */
static void choose_symbol (nnk_lowerer *self, nnk_item *item, const char *name)
{
    const nnk_item *old = nnk_find_fresh (self, name);
    char keep[300];
    snprintf (keep, sizeof keep, " %.250s ", name);
    if (!old)
        old = nnk_find_old (self, name);
    if (old && old->kind == NNK_ITEM_VARIABLE &&
        strcmp (old->shape, item->shape) == 0 && !is_stale (self, old) &&
        (!item->growing ||
         strstr (self->before->keep ? self->before->keep : "", keep))) {
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

/*  The statement that gives the variable its value, in its turn. */
static void add_value (nnk_lowerer *self, const nnk_declarator *d,
                       const nnk_item *item)
{
    const char *name = item->name[0];
    if (d->value < 0 ? item->reused : is_zero (self, d)) {
        nnk_addf (&self->run, "\n__builtin_memset ((void *) &%s, 0, sizeof %s);\n",
                  name, name);
    } else if (d->value >= 0) {
        nnk_addf (&self->run, "\n{ __typeof__ (%s) nnk_new =", name);
        nnk_add_source (self, &self->run, d->value, d->value_last);
        nnk_addf (
            &self->run,
            "; __builtin_memcpy ((void *) &%s, &nnk_new, sizeof nnk_new); }\n",
            name);
    }
}

/*  The type of an array whose length its value decides, or of an __auto_type. */
static void add_deduced (nnk_lowerer *self, nnk_text *out,
                         const nnk_declaration *all, const nnk_declarator *d,
                         const char *tag)
{
    nnk_add_string (out, "\n__typeof__ (");
    if (!all->is_auto) {
        nnk_add_string (out, "(");
        nnk_add_declarator (self, out, all, d, tag, true, false);
        nnk_add_string (out, nnk_word_is (self, d->value, "{") ? ")" : ") {");
    }
    nnk_add_source (self, out, d->value, d->value_last);
    if (!all->is_auto && !nnk_word_is (self, d->value, "{"))
        nnk_add_string (out, "}");
    nnk_add_string (out, ")");
}

/*  What later cells read, and what this one does: `extern` with the symbol, then
 *  (unless it lives where an older one lived) the variable itself. */
static void declare (nnk_lowerer *self, const nnk_declaration *all,
                     const nnk_declarator *d, nnk_item *item, const char *tag)
{
    const bool deduced = (all->is_auto || item->growing) && d->value >= 0;
    nnk_text attributes = { 0 }, text = { 0 };
    nnk_add_source (self, &attributes, d->attributes, d->last);
    nnk_add_string (&text, "\nextern");
    if (all->is_auto && d->value >= 0) {
        add_deduced (self, &text, all, d, tag);
        nnk_addf (&text, " %s", item->name[0]);
    } else {
        const size_t start = text.size;
        nnk_add_declarator (self, &text, all, d, tag, false, true);
        char *hole = item->growing ? strrchr (text.s + start, '[') : NULL;
        while (hole && hole > text.s &&
               !strchr ("]", hole[1 + strspn (hole + 1, " ")]))
            hole--;
        if (hole) {
            char *rest = nnk_copy (hole + 1, strlen (hole + 1));
            text.size = hole + 1 - text.s;
            nnk_addf (&text, "NNK_LENGTH%s", rest);
            free (rest);
        }
    }
    nnk_addf (&text, " __asm__ (\"%s\") %s;\n", item->symbol,
              nnk_text_string (&attributes));
    item->text = text.s;
    for (int turn = 0; turn < (item->reused ? 1 : 2); turn++) {
        nnk_add_string (&self->file, turn ? "\n" : "\nextern");
        if (deduced) {
            add_deduced (self, &self->file, all, d, tag);
            nnk_addf (&self->file, " %s", item->name[0]);
        } else {
            nnk_add_declarator (self, &self->file, all, d, tag, true, true);
        }
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
    item->growing = d->growing;
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
    nnk_add_declarator (self, &text, all, d, NULL, false, true);
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
