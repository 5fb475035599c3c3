/*  select.c - what a cell is compiled after
 *
 *  A notebook may have declared ten thousand things. A cell that uses three of them
 *  is compiled after these three, and after what their declarations use: its words
 *  are looked up, then the words of what was found, macros of headers included.
 *  What has no name comes along always (#include, #pragma), and so do the macros
 *  that stand before an #include, for a header may ask for them.
 *
 *  A word can be made of two by ##, and a header of the reader's own may use what a
 *  cell has declared. So nothing rests on this choice: where ## is met, everything is
 *  taken, and a cell that does not compile is compiled again after everything
 *  (session.c), before the reader hears of it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"

typedef struct {
    const nnk_lowerer *lowerer;
    const nnk_items *items;
    bool *wanted; // of the items
    int *queue;   // those that were found, in that order
    int queued;
    bool *seen; // of the names of headers
    bool everything;
} selection;

static bool is_line (const nnk_item *item)
{
    return item->kind == NNK_ITEM_LINE;
}

static void want (selection *self, int item)
{
    if (self->wanted[item] ||
        nnk_items_hold (&self->lowerer->gone, self->items->item[item]))
        return;
    self->wanted[item] = true;
    self->queue[self->queued++] = item;
}

/*  Past a literal or a comment that begins here, or where it was. */
static const char *skip (const char *at)
{
    if (at[0] == '/' && at[1] == '/')
        return at + strcspn (at, "\n");
    if (at[0] == '/' && at[1] == '*') {
        const char *end = strstr (at + 2, "*/");
        return end ? end + 2 : at + strlen (at);
    }
    if (*at != '"' && *at != '\'')
        return at;
    const char quote = *at++;
    while (*at && *at != quote && *at != '\n')
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return at + (*at == quote);
}

/*  Whether the macro joins words, by a ## that is not the one before __VA_ARGS__. */
static bool joins_words (const char *macro)
{
    for (const char *at = macro; (at = strstr (at, "##"));) {
        at += 2;
        if (strncmp (at + strspn (at, " \t"), "__VA_ARGS__", 11) != 0)
            return true;
    }
    return false;
}

static void read_words (selection *self, const char *text);

static void look_up (selection *self, const char *word, size_t size)
{
    const nnk_index *index = self->lowerer->before->index;
    unsigned walk = 0;
    for (int i; (i = nnk_items_each (self->items, word, size, &walk)) >= 0;)
        want (self, i);
    const nnk_known *known = nnk_index_find (index, word, size);
    if (!known || known->kind != 'm' || self->seen[known - index->known])
        return;
    self->seen[known - index->known] = true;
    self->everything |= joins_words (known->text);
    read_words (self, known->text);
}

static void read_words (selection *self, const char *text)
{
    for (const char *at = text; *at;) {
        const char *behind = skip (at);
        size_t size = 0;
        while (behind == at && (isalnum ((unsigned char) at[size]) ||
                                at[size] == '_' || at[size] == '$'))
            size++;
        if (size && !isdigit ((unsigned char) *at))
            look_up (self, at, size);
        at = behind > at ? behind : at + (size ? size : 1);
    }
}

/*  What comes along without being asked for. */
static void want_lasting (selection *self)
{
    bool include = false; // one follows
    for (int i = self->items->items - 1; i >= 0; i--) {
        const nnk_item *item = self->items->item[i];
        if (!item->names || (include && is_line (item)))
            want (self, i);
        include |= is_line (item) && strstr (item->text, "include");
    }
}

static bool is_used (const nnk_item *item)
{
    return !is_line (item) || !item->names;
}

/*  Of a macro that was defined again and again, those count after which something is
 *  declared. `users[i]`: how many declarations stand behind item i. */
static void drop_hidden (selection *self)
{
    int users = 0;
    int *behind = nnk_allocate ((self->items->items + 1) * sizeof *behind);
    for (int i = self->items->items - 1; i >= 0; i--) {
        const nnk_item *item = self->items->item[i];
        if (!self->wanted[i])
            continue;
        users += is_used (item);
        if (is_used (item))
            continue;
        const int last = nnk_items_at (self->items, item->name[0]);
        if (last != i && behind[last] == users + 1)
            self->wanted[i] = false;
        behind[last] = users + 1;
    }
    free (behind);
}

/*  The declarations of earlier cells that this one may need, in their order. */
void nnk_select (nnk_lowerer *self)
{
    const nnk_items *items = self->before->items;
    selection all = { .lowerer = self,
                      .items = items,
                      .wanted = nnk_allocate (items->items),
                      .queue = nnk_allocate (items->items * sizeof (int)),
                      .seen = nnk_allocate (self->before->index->count),
                      .everything = self->before->everything };
    read_words (&all, nnk_text_string (&self->file));
    want_lasting (&all);
    for (int i = 0; i < all.queued && !all.everything; i++) {
        const nnk_item *item = items->item[all.queue[i]];
        all.everything |=
            is_line (item) && item->names && joins_words (item->text);
        read_words (&all, item->text);
    }
    drop_hidden (&all);
    for (int i = 0; i < items->items; i++)
        if ((all.wanted[i] || all.everything) &&
            !nnk_items_hold (&self->gone, items->item[i]))
            nnk_add_string (&self->out->c, items->item[i]->text);
        else
            self->out->selected = true;
    free (all.wanted);
    free (all.queue);
    free (all.seen);
}
