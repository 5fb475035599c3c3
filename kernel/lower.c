/*  lower.c - from the pieces of a cell to a C file
 *
 *  The file begins with what earlier cells have defined. Then come, in the order of the
 *  cell, its types, its functions and its variables as globals; its statements and the
 *  values of its variables are gathered in functions, which the entry calls one by one.
 *
 *  Every piece of the reader's text stands behind a #line and at its own column, so that
 *  the compiler speaks of the reader's lines only. A variable's symbol carries a version
 *  (x$3), because a variable that is declared anew with another type is another variable. A
 *  function's symbol is the stub through which everyone calls it (stubs.S).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    nnk_lowered *out;
    const nnk_cell *cell;
    const nnk_before *before;
    nnk_items gone;  // items that this cell replaces
    nnk_text file;   // what stands at file level, so far
    nnk_text run;    // the statements of the run that is open
    nnk_text entry;  // the calls of the runs
    int runs, marks, tags;
    int conditions;  // how many #if are open
} lowerer;

/* --- Writing the reader's text ---------------------------------------------------------- */

static const nnk_token *token (const lowerer *self, int i)
{
    return &self->cell->token[i];
}

/*  #line, and blanks up to the column of `at`. */
static void add_place (const lowerer *self, nnk_text *out, int at, int line)
{
    const char *source = self->cell->source;
    int from = at;
    while (from > 0 && source[from - 1] != '\n')
        from--;
    nnk_addf (out, "\n#line %d \"%s\"\n", line, self->before->label);
    for (; from < at; from++)
        if ((source[from] & 0xC0) != 0x80)
            nnk_add (out, source[from] == '\t' ? "\t" : " ", 1);
}

/*  The text of tokens first .. last-1 at its place. */
static void add_source (const lowerer *self, nnk_text *out, int first, int last)
{
    if (first >= last)
        return;
    const int at = token (self, first)->at;
    add_place (self, out, at, token (self, first)->line);
    nnk_add (out, self->cell->source + at, token (self, last - 1)->end - at);
    nnk_add_string (out, "\n#line 1 \"nnk\"\n");
}

/*  Turns tokens first .. last-1 into blanks in `out`, which begins with token `origin`. */
static void blank (const lowerer *self, nnk_text *out, size_t start, int origin, int first,
                   int last)
{
    const int shift = token (self, origin)->at;
    if (first >= last)
        return;
    for (int i = token (self, first)->at; i < token (self, last - 1)->end; i++)
        if (self->cell->source[i] != '\n')
            out->s[start + i - shift] = ' ';
}

static bool is (const lowerer *self, int i, const char *word)
{
    return nnk_token_is (self->cell, i, word);
}

/*  Whether token i is a const of the object itself, not of what it points to. */
static bool is_own_const (const lowerer *self, const nnk_declarator *d, int i)
{
    return (is (self, i, "const") || is (self, i, "__const")) &&
           (d->star < 0 || (i > d->star && i < d->name));
}

/*  One declarator of a declaration as a declaration of its own, without its storage class
 *  and its value; `writable`: without its own const; `named`: false blanks the name. The
 *  rest of the declaration becomes blanks, so that what stays keeps its column. */
static void add_declarator (const lowerer *self, nnk_text *out, const nnk_declaration *all,
                            const nnk_declarator *d, const char *tag, bool writable,
                            bool named)
{
    const int last = d->attributes;
    add_place (self, out, token (self, all->first)->at, token (self, all->first)->line);
    const size_t start = out->size;
    const int at = token (self, all->first)->at;
    nnk_add (out, self->cell->source + at, token (self, last - 1)->end - at);
    blank (self, out, start, all->first, all->last, d->first);
    for (int i = all->first; i < last; i++) {
        if (i == all->last)
            i = d->first;
        if ((i < all->last && nnk_is_storage (self->cell, i)) ||
            (writable && is_own_const (self, d, i)) || (!named && i == d->name))
            blank (self, out, start, all->first, i, i + 1);
    }
    if (all->body >= 0)
        blank (self, out, start, all->first, all->body, all->body_last);
    if (tag) { // a struct without a name has been given one
        nnk_text rest = { 0 };
        const size_t after = start + token (self, all->tag)->end - at;
        nnk_add_string (&rest, out->s + after);
        out->size = after;
        nnk_addf (out, " %s%s", tag, rest.s);
        nnk_text_free (&rest);
    }
    nnk_add_string (out, "\n#line 1 \"nnk\"\n");
}

/*  Its tokens with one blank between, to compare declarations. */
static char *shape_of (const lowerer *self, int first, int last)
{
    nnk_text shape = { 0 };
    for (int i = first; i < last; i++) {
        if (nnk_is_storage (self->cell, i))
            continue;
        nnk_add (&shape, self->cell->source + token (self, i)->at,
                 token (self, i)->end - token (self, i)->at);
        nnk_add (&shape, " ", 1);
    }
    return shape.s ? shape.s : nnk_copy ("", 0);
}

static char *word_of (const lowerer *self, int i)
{
    return nnk_copy (self->cell->source + token (self, i)->at,
                     token (self, i)->end - token (self, i)->at);
}

/* --- What replaces what ------------------------------------------------------------------ */

static bool holds (const nnk_items *items, const nnk_item *item)
{
    for (int i = 0; i < items->items; i++)
        if (items->item[i] == item)
            return true;
    return false;
}

/*  The item of an earlier cell that defines `name`, if it is still there. */
static nnk_item *find_old (const lowerer *self, const char *name)
{
    return nnk_items_find (self->before->items, name);
}

/*  A type has changed: what was made of the old one would be misread. */
static void forget_users (lowerer *self, const nnk_item *old, nnk_text *names)
{
    for (int i = 0; i < self->before->items->items; i++) {
        nnk_item *user = self->before->items->item[i];
        if (user->kind == NNK_ITEM_LINE || user == old || holds (&self->gone, user))
            continue;
        for (int k = 0; k < old->names; k++)
            if (nnk_item_mentions (user, old->name[k])) {
                nnk_items_add (&self->gone, user);
                for (int n = 0; n < user->names; n++)
                    nnk_addf (names, "%s%s (%s)", names->size ? ", " : "", user->name[n],
                              user->file);
                if (user->kind == NNK_ITEM_TYPE)
                    forget_users (self, user, names);
                break;
            }
    }
}

static void note_users (lowerer *self, const nnk_item *old)
{
    nnk_text names = { 0 };
    forget_users (self, old, &names);
    if (names.size)
        nnk_addf (&self->out->notes,
                  "%s has changed. These were made with the old one and are forgotten: %s. "
                  "Run their cells again.\n",
                  old->name[0], names.s);
    nnk_text_free (&names);
}

/*  A function has another type now: functions compiled before still call it the old way. */
static void note_callers (lowerer *self, const nnk_item *old, const nnk_item *fresh)
{
    nnk_text names = { 0 };
    for (int i = 0; i < self->before->items->items; i++) {
        const nnk_item *user = self->before->items->item[i];
        if (user == old || !user->body)
            continue;
        const nnk_item body = { .text = user->body };
        if (nnk_item_mentions (&body, old->name[0]))
            nnk_addf (&names, "%s%s (%s)", names.size ? ", " : "", user->name[0], user->file);
    }
    if (names.size)
        nnk_addf (&self->out->notes,
                  "%s has another type than in %s. These still call it as it was: %s. Run "
                  "their cells again.\n",
                  fresh->name[0], old->file, names.s);
    nnk_text_free (&names);
}

/*  Puts a new item into the cell's list; old ones of the same names go. */
static void add_item (lowerer *self, nnk_item *item)
{
    for (int i = 0; i < item->names; i++) {
        nnk_item *old = find_old (self, item->name[i]);
        if (!old || holds (&self->gone, old) || old->kind == NNK_ITEM_LINE)
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
                  "\nstatic const int nnk_mark_%d_%d __attribute__ ((section (\"nnk_marks\"), "
                  "used)) = %d;\n",
                  self->before->serial, self->marks++, self->out->fresh.items - 1);
}

/* --- Types -------------------------------------------------------------------------------- */

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

/*  The type that a declaration defines: a whole typedef, or a tag with its body. Returns the
 *  name that was made up for a struct that has none, or NULL. */
static char *lower_type (lowerer *self, const nnk_chunk *chunk, const nnk_declaration *d)
{
    const int last = d->is_typedef || !d->declarators ? chunk->last : d->body_last;
    nnk_item *item = nnk_item_new (NNK_ITEM_TYPE, self->before->label,
                                   token (self, chunk->first)->line, self->before->serial);
    naming names = { item, self->cell };
    nnk_declaration_names (d, self->cell, name_item, &names);
    item->shape = shape_of (self, chunk->first, last);
    char *made = NULL;
    if (!d->is_typedef && d->declarators && d->tag_name < 0)
        made = nnk_format ("nnk_tag_%d_%d", self->before->serial, ++self->tags);
    nnk_item *old = item->names ? find_old (self, item->name[0]) : NULL;
    if (old && !holds (&self->gone, old) && strcmp (old->shape, item->shape) == 0)
        return made; // the same again
    nnk_text text = { 0 };
    int first = chunk->first;
    while (!d->is_typedef && first < d->tag)
        first++; // const and static belong to the variables
    add_source (self, &text, first, last);
    if (made) {
        const char *body = strchr (text.s, '{');
        nnk_text named = { 0 };
        nnk_add (&named, text.s, body - text.s);
        nnk_addf (&named, "%s %s", made, body);
        nnk_text_free (&text);
        text = named;
    }
    if (!is (self, last - 1, ";"))
        nnk_add_string (&text, ";\n");
    item->text = text.s;
    nnk_add_string (&self->file, item->text);
    add_item (self, item);
    return made;
}

/* --- Variables ------------------------------------------------------------------------------ */

/*  Whether something that the declaration of `old` mentions has been defined anew. */
static bool is_stale (const lowerer *self, const nnk_item *old)
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

static nnk_item *find_fresh (const lowerer *self, const char *name)
{
    return self->conditions ? NULL : nnk_items_find (&self->out->fresh, name);
}

/*  Gives the variable its symbol: that of its predecessor if the type is the same. */
static void choose_symbol (lowerer *self, nnk_item *item, const char *name)
{
    const nnk_item *old = find_fresh (self, name);
    char keep[300];
    snprintf (keep, sizeof keep, " %.250s ", name);
    if (!old)
        old = find_old (self, name);
    if (old && old->kind == NNK_ITEM_VARIABLE && strcmp (old->shape, item->shape) == 0 &&
        !is_stale (self, old) &&
        (!item->growing || strstr (self->before->keep ? self->before->keep : "", keep))) {
        item->symbol = nnk_copy (old->symbol, strlen (old->symbol));
        item->reused = true;
    } else {
        item->symbol = nnk_format ("%s$%d_%d", name, self->before->serial,
                                   self->out->fresh.items);
    }
}

/*  `{0}` and `{}` need no copy. */
static bool is_zero (const lowerer *self, const nnk_declarator *d)
{
    return is (self, d->value, "{") &&
           (is (self, d->value + 1, "}") ||
            (is (self, d->value + 1, "0") && is (self, d->value + 2, "}")));
}

/*  The statement that gives the variable its value, in its turn. */
static void add_value (lowerer *self, const nnk_declarator *d, const nnk_item *item)
{
    const char *name = item->name[0];
    if (d->value < 0 ? item->reused : is_zero (self, d)) {
        nnk_addf (&self->run, "\n__builtin_memset ((void *) &%s, 0, sizeof %s);\n", name,
                  name);
    } else if (d->value >= 0) {
        nnk_addf (&self->run, "\n{ __typeof__ (%s) nnk_new =", name);
        add_source (self, &self->run, d->value, d->value_last);
        nnk_addf (&self->run, "; __builtin_memcpy ((void *) &%s, &nnk_new, sizeof nnk_new); }\n",
                  name);
    }
}

/*  The type of an array whose length its value decides, or of an __auto_type. */
static void add_deduced (lowerer *self, nnk_text *out, const nnk_declaration *all,
                         const nnk_declarator *d, const char *tag)
{
    nnk_add_string (out, "\n__typeof__ (");
    if (!all->is_auto) {
        nnk_add_string (out, "(");
        add_declarator (self, out, all, d, tag, true, false);
        nnk_add_string (out, is (self, d->value, "{") ? ")" : ") {");
    }
    add_source (self, out, d->value, d->value_last);
    if (!all->is_auto && !is (self, d->value, "{"))
        nnk_add_string (out, "}");
    nnk_add_string (out, ")");
}

/*  What later cells read, and what this one does: `extern` with the symbol, then (unless it
 *  lives where an older one lived) the variable itself. */
static void declare (lowerer *self, const nnk_declaration *all, const nnk_declarator *d,
                     nnk_item *item, const char *tag)
{
    const bool deduced = all->is_auto || (item->growing && d->value >= 0);
    nnk_text attributes = { 0 }, text = { 0 };
    add_source (self, &attributes, d->attributes, d->last);
    nnk_add_string (&text, "\nextern");
    if (all->is_auto) {
        add_deduced (self, &text, all, d, tag);
        nnk_addf (&text, " %s", item->name[0]);
    } else {
        const size_t start = text.size;
        add_declarator (self, &text, all, d, tag, false, true);
        char *hole = item->growing ? strrchr (text.s + start, '[') : NULL;
        while (hole && hole > text.s && !strchr ("]", hole[1 + strspn (hole + 1, " ")]))
            hole--;
        if (hole) {
            char *rest = nnk_copy (hole + 1, strlen (hole + 1));
            text.size = hole + 1 - text.s;
            nnk_addf (&text, "NNK_LENGTH%s", rest);
            free (rest);
        }
    }
    nnk_addf (&text, " __asm__ (\"%s\") %s;\n", item->symbol, nnk_text_string (&attributes));
    item->text = text.s;
    for (int turn = 0; turn < (item->reused ? 1 : 2); turn++) {
        nnk_add_string (&self->file, turn ? "\n" : "\nextern");
        if (deduced) {
            add_deduced (self, &self->file, all, d, tag);
            nnk_addf (&self->file, " %s", item->name[0]);
        } else {
            add_declarator (self, &self->file, all, d, tag, true, true);
        }
        if (!turn)
            nnk_addf (&self->file, " __asm__ (\"%s\")", item->symbol);
        nnk_addf (&self->file, " %s;\n", nnk_text_string (&attributes));
    }
    nnk_text_free (&attributes);
}

/*  A reader may well call a variable y1 or index, which headers declare as functions. In
 *  cells the name then means the reader's own thing. */
static void claim_name (lowerer *self, const char *name, int line)
{
    const nnk_known *known = nnk_index_find (self->before->index, name, strlen (name));
    if (!known || known->kind != 'f' || find_old (self, name) || find_fresh (self, name))
        return;
    nnk_item *item = nnk_item_new (NNK_ITEM_LINE, self->before->label, line,
                                   self->before->serial);
    item->text = nnk_format ("\n# 1 \"nnk\" 3\n#define %s %s" NNK_OWN "\n# 1 \"nnk\"\n", name, name);
    item->shape = nnk_copy (item->text, strlen (item->text));
    nnk_item_name (item, "#%s", name);
    nnk_add_string (&self->file, item->text);
    add_item (self, item);
}

static void lower_variable (lowerer *self, const nnk_declaration *all,
                            const nnk_declarator *d, const char *tag)
{
    nnk_item *item = nnk_item_new (NNK_ITEM_VARIABLE, self->before->label,
                                   token (self, d->name)->line, self->before->serial);
    char *name = word_of (self, d->name);
    claim_name (self, name, item->line);
    nnk_item_name (item, "%s", name);
    char *left = shape_of (self, all->first, all->last);
    char *right = shape_of (self, d->first, d->last);
    item->shape = all->is_auto ? nnk_format ("auto %d", self->before->serial)
                               : nnk_format ("%s%s", tag ? tag : left, right);
    item->growing = d->growing;
    choose_symbol (self, item, name);
    const nnk_item *twin = find_fresh (self, name);
    if (twin && item->reused)
        item->text = nnk_copy (twin->text, strlen (twin->text));
    else
        declare (self, all, d, item, tag);
    add_value (self, d, item);
    if (!twin)
        add_item (self, item);
    free (left);
    free (right);
    free (name);
}

/* --- Functions --------------------------------------------------------------------------------- */

/*  The number of its stub: that of its predecessor, or a new one. */
static int stub_of (lowerer *self, const char *name)
{
    const nnk_item *old = nnk_items_find (&self->out->fresh, name);
    if (!old || old->kind != NNK_ITEM_FUNCTION)
        old = find_old (self, name);
    if (old && old->kind == NNK_ITEM_FUNCTION)
        return old->stub;
    if (self->out->next_stub == NNK_STUBS) {
        nnk_addf (&self->out->trouble, "%s: error: no room for the function '%s': a notebook "
                  "can have %d functions; restart the kernel\n", self->before->label, name,
                  NNK_STUBS);
        return 0;
    }
    return self->out->next_stub++;
}

static void lower_function (lowerer *self, const nnk_chunk *chunk,
                            const nnk_declaration *all, const nnk_declarator *d)
{
    const bool defined = chunk->kind == NNK_FUNCTION;
    char *name = word_of (self, d->name);
    nnk_item *item = nnk_item_new (NNK_ITEM_FUNCTION, self->before->label,
                                   token (self, d->name)->line, self->before->serial);
    claim_name (self, name, item->line);
    nnk_item_name (item, "%s", name);
    char *left = shape_of (self, all->first, all->last);
    char *right = shape_of (self, d->first, d->last);
    item->shape = nnk_format ("%s%s", left, right);
    item->stub = stub_of (self, name);
    nnk_text text = { 0 };
    if (chunk->old_style) { // its parameters are declared later: promise nothing of them
        nnk_declarator bare = *d;
        bare.last = bare.attributes = d->name + 1;
        add_declarator (self, &text, all, &bare, NULL, false, true);
        nnk_add_string (&text, "()");
    } else {
        add_declarator (self, &text, all, d, NULL, false, true);
    }
    nnk_addf (&text, " __asm__ (\"nnk_stub_%d\");\n", item->stub);
    item->text = text.s;
    nnk_add_string (&self->file, item->text);
    nnk_addf (&self->out->stubs, "%s%d %s", defined ? "" : "? ", item->stub, name);
    nnk_add (&self->out->stubs, "", 1);
    if (defined) {
        item->body = nnk_copy (self->cell->source + token (self, chunk->body)->at,
                               token (self, chunk->last - 1)->end -
                                   token (self, chunk->body)->at);
        const size_t start = self->file.size;
        add_source (self, &self->file, chunk->first, chunk->last);
        const char *line = strchr (self->file.s + start + 1, '\n') + 1; // after the #line
        const size_t text_at = line + strspn (line, " \t") - self->file.s;
        for (int i = all->first; i < all->last; i++)
            if (nnk_is_storage (self->cell, i))
                blank (self, &self->file, text_at, chunk->first, i, i + 1);
    }
    add_item (self, item);
    free (left);
    free (right);
    free (name);
}

/*  A prototype. What a header or an earlier cell declares keeps its symbol. */
static void lower_prototype (lowerer *self, const nnk_chunk *chunk,
                             const nnk_declaration *all, const nnk_declarator *d)
{
    const nnk_token *name = token (self, d->name);
    const char *word = self->cell->source + name->at;
    char *copy = word_of (self, d->name);
    const nnk_known *known = nnk_index_find (self->before->index, word, name->end - name->at);
    const nnk_item *old = find_old (self, copy);
    if ((known && known->kind == 'f') || (old && old->kind == NNK_ITEM_FUNCTION)) {
        add_declarator (self, &self->file, all, d, NULL, false, true);
        nnk_add_string (&self->file, ";\n");
    } else {
        lower_function (self, chunk, all, d);
    }
    free (copy);
}

/*  A variable that lives in a library. */
static void lower_extern (lowerer *self, const nnk_declaration *all, const nnk_declarator *d)
{
    nnk_text text = { 0 };
    nnk_add_string (&text, "\nextern");
    add_declarator (self, &text, all, d, NULL, false, true);
    nnk_add_string (&text, ";\n");
    nnk_add_string (&self->file, text.s);
    char *name = word_of (self, d->name);
    if (!find_old (self, name)) {
        nnk_item *item = nnk_item_new (NNK_ITEM_TYPE, self->before->label,
                                       token (self, d->name)->line, self->before->serial);
        nnk_item_name (item, "%s", name);
        item->shape = shape_of (self, all->first, all->last);
        item->text = text.s;
        add_item (self, item);
    } else {
        nnk_text_free (&text);
    }
    free (name);
}

/* --- The cell ---------------------------------------------------------------------------------- */

static void lower_declaration (lowerer *self, const nnk_chunk *chunk)
{
    nnk_declaration all;
    nnk_declaration_read (&all, self->cell, chunk);
    char *tag = NULL;
    if (chunk->open) {
        const nnk_token *last = token (self, chunk->last - 1);
        nnk_addf (&self->out->trouble, "%s:%d: error: expected ';' after this declaration\n",
                  self->before->label, last->line);
    } else if (all.is_assert) {
        add_source (self, &self->file, chunk->first, chunk->last);
    } else if (all.is_typedef || all.body >= 0 || !all.declarators) {
        tag = lower_type (self, chunk, &all);
    }
    for (int i = 0; !chunk->open && !all.is_typedef && i < all.declarators; i++) {
        const nnk_declarator *d = &all.declarator[i];
        if (d->name < 0) // nothing that C knows: the compiler will say so
            add_source (self, &self->file, chunk->first, chunk->last);
        else if (chunk->kind == NNK_FUNCTION)
            lower_function (self, chunk, &all, d);
        else if (d->function)
            lower_prototype (self, chunk, &all, d);
        else if (all.is_extern && d->value < 0)
            lower_extern (self, &all, d);
        else
            lower_variable (self, &all, d, tag);
    }
    free (tag);
    nnk_declaration_free (&all);
}

/*  Ends the run: what stands at file level is complete, its statements become a function. */
static void close_run (lowerer *self)
{
    if (!self->run.size)
        return;
    const int serial = self->before->serial, run = ++self->runs;
    nnk_addf (&self->file, "\n#line 1 \"nnk\"\nstatic void nnk_run_%d_%d (void)\n{\n", serial,
              run);
    nnk_add (&self->file, self->run.s, self->run.size);
    nnk_addf (&self->file, "\n#line 1 \"nnk\"\n}\n#define NNK_RUN_%d_%d\n", serial, run);
    nnk_addf (&self->entry, "#ifdef NNK_RUN_%d_%d\nnnk_run_%d_%d ();\n#endif\n", serial, run,
              serial, run);
    nnk_text_clear (&self->run);
}

/*  The word after #, and after it the name: `#define N 3` is "define" and "N". */
static void read_line (const char *line, char word[32], char name[200])
{
    int at = 0, size = 0;
    sscanf (line, " # %31[a-z]%n", word, &at);
    line += at + strspn (line + at, " \t");
    while (size < 199 && (isalnum ((unsigned char) line[size]) || line[size] == '_')) {
        name[size] = line[size];
        size++;
    }
    name[size] = 0;
}

static void lower_line (lowerer *self, const nnk_chunk *chunk)
{
    const nnk_token *t = token (self, chunk->first);
    const char *line = self->cell->source + t->at;
    char word[32] = "", name[200] = "";
    read_line (line, word, name);
    const bool opens = strncmp (word, "if", 2) == 0, closes = strcmp (word, "endif") == 0;
    const bool defines = strcmp (word, "define") == 0;
    nnk_text text = { 0 };
    if (strcmp (word, "include") != 0)
        close_run (self);
    if (defines && find_old (self, name))
        nnk_addf (&text, "\n#undef %s", name);
    add_source (self, &text, chunk->first, chunk->last);
    nnk_add_string (&self->file, text.s);
    self->conditions += opens - closes;
    self->out->conditional |= opens;
    const nnk_item *old = defines ? find_old (self, name) : NULL;
    const size_t size = t->end - t->at;
    const bool again = old && strncmp (old->shape, line, size) == 0 && !old->shape[size];
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
    add_item (self, item);
}

/*  The trailing expression: evaluated once, its value and its type kept for the display. An
 *  array is kept as the pointer that it becomes; a void expression as nothing. */
static void lower_value (lowerer *self, const nnk_chunk *chunk)
{
    nnk_text *run = &self->run;
    const int first = chunk->first, last = chunk->last, serial = self->before->serial;
    nnk_add_string (run, "\ntypedef __typeof__ (");
    add_source (self, run, first, last);
    nnk_addf (run,
              ") nnk_type;\nstatic nnk_type *nnk_type_%d __attribute__ ((used));\n"
              "__auto_type nnk_now = __builtin_choose_expr (\n"
              "__builtin_types_compatible_p (nnk_type, void), __extension__ ({ (void) (",
              serial);
    add_source (self, run, first, last);
    nnk_add_string (run, "); (char) 0; }), (");
    add_source (self, run, first, last);
    nnk_add_string (run,
                    "));\nstatic char nnk_keep[sizeof nnk_now] __attribute__ ((aligned (64)));\n"
                    "__builtin_memcpy (nnk_keep, &nnk_now, sizeof nnk_now);\n"
                    "extern void nnk_value (const void *);\n"
                    "if (!__builtin_types_compatible_p (nnk_type, void)) "
                    "nnk_value (nnk_keep);\n");
}

/*  What later cells are compiled after: what stays of the old, and the new. A macro that was
 *  defined anew stays while a declaration before it still needs it. */
static void finish (lowerer *self)
{
    nnk_lowered *out = self->out;
    const nnk_items *old = self->before->items;
    for (int i = 0; i < old->items; i++) {
        nnk_item *item = old->item[i];
        bool gone = holds (&self->gone, item);
        for (int k = 0; item->kind == NNK_ITEM_LINE && k < out->fresh.items && !gone; k++)
            gone = strcmp (out->fresh.item[k]->shape, item->shape) == 0 && !item->names;
        if (!gone) {
            nnk_items_add (&out->after, item);
            nnk_add_string (&out->c, item->text);
        }
    }
    for (int i = 0; i < out->fresh.items; i++)
        nnk_items_add (&out->after, out->fresh.item[i]);
    nnk_add (&out->c, self->file.s, self->file.size);
    nnk_addf (&out->c, "\n#line 1 \"nnk\"\nvoid nnk_entry_%d (void);\nvoid nnk_entry_%d (void)\n"
              "{\n%s}\n", self->before->serial, self->before->serial,
              nnk_text_string (&self->entry));
}

void nnk_lower (nnk_lowered *out, const nnk_cell *cell, const nnk_before *before)
{
    *out = (nnk_lowered) { .next_stub = before->next_stub };
    lowerer self = { .out = out, .cell = cell, .before = before };
    for (int i = 0; i < cell->chunks; i++) {
        const nnk_chunk *chunk = &cell->chunk[i];
        if (chunk->kind == NNK_PREPROCESSOR)
            lower_line (&self, chunk);
        else if (chunk->kind == NNK_DECLARATION || chunk->kind == NNK_FUNCTION)
            lower_declaration (&self, chunk);
        else if (chunk->kind == NNK_STATEMENT)
            add_source (&self, &self.run, chunk->first, chunk->last);
        else
            lower_value (&self, chunk);
    }
    if (nnk_items_find (&out->fresh, "main")) // a whole program: it runs at once
        nnk_add_string (&self.run, "\n((int (*) (int, char **)) main) "
                                   "(1, (char *[]) { \"cell\", (char *) 0 });\n");
    close_run (&self);
    finish (&self);
    free (self.gone.item);
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
    free (self->fresh.item);
    free (self->after.item);
    *self = (nnk_lowered) { 0 };
}
