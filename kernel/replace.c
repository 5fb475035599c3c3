/*  replace.c - what a cell replaces
 *
 *  A name that is defined anew takes the place of its predecessor. When a type
 *  changes, what was made with the old one would be misread, so it is forgotten
 *  and the reader is told; when the type of a function changes, its callers are
 *  named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"

bool nnk_items_hold (const nnk_items *items, const nnk_item *item)
{
    for (int i = 0; i < items->items; i++)
        if (items->item[i] == item)
            return true;
    return false;
}

/*  The item of an earlier cell that defines `name`, if it is still there. */
nnk_item *nnk_find_old (const nnk_lowerer *self, const char *name)
{
    return nnk_items_find (self->before->items, name);
}

/*  A type has changed: what was made of the old one would be misread. */
static void forget_users (nnk_lowerer *self, const nnk_item *old, nnk_text *names)
{
    for (int i = 0; i < self->before->items->items; i++) {
        nnk_item *user = self->before->items->item[i];
        if (user->kind == NNK_ITEM_LINE || user == old ||
            nnk_items_hold (&self->gone, user))
            continue;
        for (int k = 0; k < old->names; k++)
            if (nnk_item_mentions (user, old->name[k])) {
                nnk_items_add (&self->gone, user);
                for (int n = 0; n < user->names; n++)
                    if (strncmp (user->name[n], NNK_TAG, strlen (NNK_TAG)) != 0)
                        nnk_addf (names, "%s%s (%s)", names->size ? ", " : "",
                                  user->name[n], user->file);
                if (user->kind == NNK_ITEM_TYPE)
                    forget_users (self, user, names);
                break;
            }
    }
}

static void note_users (nnk_lowerer *self, const nnk_item *old)
{
    nnk_text names = { 0 };
    forget_users (self, old, &names);
    if (names.size)
        nnk_addf (&self->out->notes,
                  "%s has changed. These were made with the old one and are "
                  "forgotten: %s. "
                  "Run their cells again.\n",
                  old->name[0], names.s);
    nnk_text_free (&names);
}

/*  A function has another type now: functions compiled before still call it the
 *  old way. */
static void note_callers (nnk_lowerer *self, const nnk_item *old,
                          const nnk_item *fresh)
{
    nnk_text names = { 0 };
    for (int i = 0; i < self->before->items->items; i++) {
        const nnk_item *user = self->before->items->item[i];
        if (user == old || !user->body)
            continue;
        const nnk_item body = { .text = user->body };
        if (nnk_item_mentions (&body, old->name[0]))
            nnk_addf (&names, "%s%s (%s)", names.size ? ", " : "", user->name[0],
                      user->file);
    }
    if (names.size)
        nnk_addf (&self->out->notes,
                  "%s has another type than in %s. These still call it as it was: "
                  "%s. Run "
                  "their cells again.\n",
                  fresh->name[0], old->file, names.s);
    nnk_text_free (&names);
}

/*  Puts a new item into the cell's list; old ones of the same names go. */
void nnk_add_item (nnk_lowerer *self, nnk_item *item)
{
    for (int i = 0; i < item->names; i++) {
        nnk_item *old = nnk_find_old (self, item->name[i]);
        if (!old || nnk_items_hold (&self->gone, old) ||
            old->kind == NNK_ITEM_LINE)
            continue;
        nnk_items_add (&self->gone, old);
        if (old->kind == NNK_ITEM_TYPE && strcmp (old->shape, item->shape) != 0)
            note_users (self, old);
        if (old->kind == NNK_ITEM_FUNCTION && item->kind == NNK_ITEM_FUNCTION &&
            strcmp (old->shape, item->shape) != 0)
            note_callers (self, old, item);
    }
    nnk_items_add (&self->out->fresh, item);
    if (self->conditions) // which branch is active, the object will tell
        nnk_addf (&self->file,
                  "\nstatic const int nnk_mark_%d_%d __attribute__ ((section "
                  "(\"nnk_marks\"), "
                  "used)) = %d;\n",
                  self->before->serial, self->marks++, self->out->fresh.items - 1);
}

nnk_item *nnk_find_fresh (const nnk_lowerer *self, const char *name)
{
    return self->conditions ? NULL : nnk_items_find (&self->out->fresh, name);
}

/*  A reader may well call a variable y1 or index, which headers declare as
 *  functions. In cells the name then means the reader's own thing. */
void nnk_claim_name (nnk_lowerer *self, const char *name, int line)
{
    const nnk_known *known =
        nnk_index_find (self->before->index, name, strlen (name));
    if (!known || known->kind != 'f' || nnk_find_old (self, name) ||
        nnk_find_fresh (self, name))
        return;
    nnk_item *item = nnk_item_new (NNK_ITEM_LINE, self->before->label, line,
                                   self->before->serial);
    item->text = nnk_format (
        "\n# 1 \"nnk\" 3\n#define %s %s" NNK_OWN "\n# 1 \"nnk\"\n", name, name);
    item->shape = nnk_copy (item->text, strlen (item->text));
    nnk_item_name (item, "#%s", name);
    nnk_add_string (&self->file, item->text);
    nnk_add_item (self, item);
}
