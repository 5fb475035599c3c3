/*  symbols.c - what is known: the items that cells have defined, and the names of
 *  headers
 *
 *  An item is a macro, a type, a variable or a function of an earlier cell, kept
 *  as the text that later cells are compiled after, in the order of definition.
 *  Items are never changed and never freed while the kernel lives, so a table is a
 *  list of pointers: it is copied before a cell runs, and forgotten if the cell
 *  fails.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

nnk_item *nnk_item_new (nnk_item_kind kind, const char *file, int line, int serial)
{
    nnk_item *self = nnk_allocate (sizeof *self);
    self->kind = kind;
    self->file = nnk_copy (file, strlen (file));
    self->line = line;
    self->serial = serial;
    self->stub = -1;
    return self;
}

void nnk_item_name (nnk_item *self, const char *format, ...)
{
    va_list list;
    va_start (list, format);
    char *name = nnk_format_list (format, list);
    va_end (list);
    self->name = realloc (self->name, (self->names + 1) * sizeof *self->name);
    if (!self->name)
        abort ();
    self->name[self->names++] = name;
}

/* --- A table of items -------------------------------------------------------- */

static unsigned hash (const char *name, size_t size)
{
    unsigned h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char) name[i]) * 16777619u;
    return h;
}

/*  What a name is found by: P for "struct P". */
static const char *word_of (const char *name)
{
    const char *space = strchr (name, ' ');
    return space ? space + 1 : name + (name[0] == '#');
}

/*  Several places may lead by one word to several items. */
static void take_place (nnk_items *self, unsigned hash, int item)
{
    unsigned at = hash;
    while (self->place[at & (self->places - 1)].item)
        at++;
    self->place[at & (self->places - 1)] = (nnk_place){ hash, item };
}

static void add_place (nnk_items *self, const char *word)
{
    if (2 * self->taken >= self->places) {
        nnk_place *old = self->place;
        const int olds = self->places;
        self->places = olds ? 2 * olds : 16;
        self->place = nnk_allocate (self->places * sizeof *self->place);
        for (int i = 0; i < olds; i++)
            if (old[i].item)
                take_place (self, old[i].hash, old[i].item);
        free (old);
    }
    self->taken++;
    take_place (self, hash (word, strlen (word)), self->items);
}

void nnk_items_add (nnk_items *self, nnk_item *item)
{
    if ((self->items & (self->items - 1)) == 0) {
        const int room = self->items ? 2 * self->items : 1;
        self->item = realloc (self->item, room * sizeof *self->item);
        if (!self->item)
            abort ();
    }
    self->item[self->items++] = item;
    for (int i = 0; i < item->names; i++)
        add_place (self, word_of (item->name[i]));
}

void nnk_items_free (nnk_items *self)
{
    free (self->item);
    free (self->place);
    *self = (nnk_items){ 0 };
}

void nnk_items_copy (nnk_items *self, const nnk_items *from)
{
    int room = 1;
    while (room < from->items)
        room *= 2;
    nnk_items copy = *from;
    copy.item = nnk_allocate (room * sizeof *copy.item);
    copy.place = nnk_allocate (from->places * sizeof *copy.place);
    if (from->items)
        memcpy (copy.item, from->item, from->items * sizeof *copy.item);
    if (from->places)
        memcpy (copy.place, from->place, from->places * sizeof *copy.place);
    nnk_items_free (self);
    *self = copy;
}

/*  The items that define a word, one at each call, -1 at the end; `walk` begins
 *  with 0. */
int nnk_items_each (const nnk_items *self, const char *word, size_t size,
                    unsigned *walk)
{
    const unsigned from = hash (word, size);
    while (self->places) {
        const nnk_place *place =
            &self->place[(from + (*walk)++) & (self->places - 1)];
        if (!place->item)
            break;
        const nnk_item *item = self->item[place->item - 1];
        for (int k = 0; place->hash == from && k < item->names; k++) {
            const char *own = word_of (item->name[k]);
            if (strncmp (own, word, size) == 0 && !own[size])
                return place->item - 1;
        }
    }
    return -1;
}

/*  The place of the last item with this name; -1: none. */
int nnk_items_at (const nnk_items *self, const char *name)
{
    const char *word = word_of (name);
    unsigned walk = 0;
    int last = -1;
    for (int i; (i = nnk_items_each (self, word, strlen (word), &walk)) >= 0;)
        for (int k = 0; i > last && k < self->item[i]->names; k++)
            if (strcmp (self->item[i]->name[k], name) == 0)
                last = i;
    return last;
}

nnk_item *nnk_items_find (const nnk_items *self, const char *name)
{
    const int at = nnk_items_at (self, name);
    return at < 0 ? NULL : self->item[at];
}

/*  Takes it out of the table; the order of the others stays. */
void nnk_items_remove (nnk_items *self, const nnk_item *item)
{
    nnk_items rest = { 0 };
    for (int i = 0; i < self->items; i++)
        if (self->item[i] != item)
            nnk_items_add (&rest, self->item[i]);
    nnk_items_free (self);
    *self = rest;
}

/*  Whether its declaration needs `name` ("x" or "struct P"). */
bool nnk_item_mentions (const nnk_item *self, const char *name)
{
    const char *space = strchr (name, ' '), *word = space ? space + 1 : name;
    const size_t size = strlen (word);
    for (const char *at = self->text; (at = strstr (at, word)) != NULL;
         at += size) {
        const bool starts = at == self->text ||
                            !(isalnum ((unsigned char) at[-1]) || at[-1] == '_');
        if (starts && !(isalnum ((unsigned char) at[size]) || at[size] == '_'))
            return true;
    }
    return false;
}

/* --- The index of what headers declare --------------------------------------- */

static int *find_bucket (const nnk_index *self, const char *name, size_t size)
{
    unsigned at = hash (name, size) & (self->buckets - 1);
    for (;; at = (at + 1) & (self->buckets - 1)) {
        const int i = self->bucket[at];
        if (i < 0 || (strncmp (self->known[i].name, name, size) == 0 &&
                      self->known[i].name[size] == 0))
            return &self->bucket[at];
    }
}

static void grow (nnk_index *self)
{
    self->buckets = self->buckets ? 2 * self->buckets : 4096;
    free (self->bucket);
    self->bucket = nnk_allocate (self->buckets * sizeof *self->bucket);
    memset (self->bucket, -1, self->buckets * sizeof *self->bucket);
    for (int i = 0; i < self->count; i++)
        *find_bucket (self, self->known[i].name, strlen (self->known[i].name)) = i;
}

/*  Adds a name; a name that is known keeps its place and gets the new text. */
void nnk_index_add (nnk_index *self, const char *name, size_t size,
                    const char *text, size_t text_size, char kind)
{
    if (2 * self->count >= self->buckets)
        grow (self);
    int *bucket = find_bucket (self, name, size);
    if (*bucket < 0) {
        if (self->count == self->room) {
            self->room = 2 * self->room + 1024;
            self->known = realloc (self->known, self->room * sizeof *self->known);
            if (!self->known)
                abort ();
        }
        *bucket = self->count++;
        self->known[*bucket] = (nnk_known){ .name = nnk_copy (name, size) };
    }
    nnk_known *known = &self->known[*bucket];
    free (known->text);
    known->text = nnk_copy (text, text_size);
    known->kind = kind;
}

const nnk_known *nnk_index_find (const nnk_index *self, const char *name,
                                 size_t size)
{
    const int i = self->buckets ? *find_bucket (self, name, size) : -1;
    return i < 0 ? NULL : &self->known[i];
}

static const char *any_type (void *self, const char *name, size_t size)
{
    (void) self, (void) name, (void) size;
    return "typedef"; // in a header `a * b` is never a product
}

typedef struct {
    nnk_index *index;
    const nnk_cell *cell;
    const char *text;
    size_t size;
} adding;

static void add_name (void *to, const char *kind, const nnk_token *name)
{
    const adding *self = to;
    if (kind[1] == 0) // tags are found by the types made of them
        nnk_index_add (self->index, self->cell->source + name->at,
                       name->end - name->at, self->text, self->size, kind[0]);
}

/*  Widens the text to the comments that speak of it: one that ends on the line
 *  before, and one that begins on its last line. `from`: where the token before it
 *  ends. */
static void add_comments (adding *self, int from)
{
    const char *source = self->cell->source, *first = self->text;
    const char *after = first + self->size + strspn (first + self->size, " ;");
    if (after[0] == '/' && after[1] == '/')
        self->size = after + strcspn (after, "\n") - first;
    const char *end = first;
    while (end > source + from && isspace ((unsigned char) end[-1]))
        end--;
    if (first - end > 2 || end - source < from + 4 || end[-2] != '*' ||
        end[-1] != '/')
        return;
    const char *open = end - 2;
    while (open > source + from && strncmp (open, "/*", 2) != 0)
        open--;
    if (strncmp (open, "/*", 2) == 0) {
        self->size += first - open;
        self->text = open;
    }
}

static void add_macro (nnk_index *self, const char *line, size_t size)
{
    size_t length;
    const char *name = nnk_defined_name (line, &length);
    if (name)
        nnk_index_add (self, name, length, line, size, 'm');
}

/*  Reads preprocessed text in which the #define lines were kept. */
void nnk_index_read (nnk_index *self, const char *preprocessed)
{
    nnk_cell cell;
    nnk_cell_cut (&cell, preprocessed, any_type, NULL);
    for (int i = 0; i < cell.chunks; i++) {
        const nnk_chunk *chunk = &cell.chunk[i];
        const nnk_token *first = &cell.token[chunk->first];
        const int last =
            chunk->kind == NNK_FUNCTION ? chunk->body - 1 : chunk->last - 1;
        adding to = { self, &cell, cell.source + first->at,
                      cell.token[last].end - first->at };
        if (chunk->kind != NNK_PREPROCESSOR)
            add_comments (&to, i ? cell.token[chunk->first - 1].end : 0);
        if (chunk->kind == NNK_PREPROCESSOR) {
            add_macro (self, to.text, to.size);
        } else if (chunk->kind == NNK_DECLARATION || chunk->kind == NNK_FUNCTION) {
            nnk_declaration declaration;
            nnk_declaration_read (&declaration, &cell, chunk);
            nnk_declaration_names (&declaration, &cell, add_name, &to);
            nnk_declaration_free (&declaration);
        }
    }
    nnk_cell_free (&cell);
}

void nnk_index_free (nnk_index *self)
{
    for (int i = 0; i < self->count; i++) {
        free (self->known[i].name);
        free (self->known[i].text);
    }
    free (self->known);
    free (self->bucket);
    *self = (nnk_index){ 0 };
}
