/*  introspect.c - what the reader is typing: completion, a name explained, is it
 *  complete
 *
 *  Names come from the cells so far and from the headers that they see; the fields
 *  after a dot or an arrow from the debugging information of the cell that made
 *  the variable.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

enum { MOST_MATCHES = 500 };

static const char *const keywords[] = {
    "auto",          "break",
    "case",          "char",
    "const",         "continue",
    "default",       "do",
    "double",        "else",
    "enum",          "extern",
    "float",         "for",
    "goto",          "if",
    "inline",        "int",
    "long",          "register",
    "restrict",      "return",
    "short",         "signed",
    "sizeof",        "static",
    "struct",        "switch",
    "typedef",       "union",
    "unsigned",      "void",
    "volatile",      "while",
    "_Alignas",      "_Alignof",
    "_Atomic",       "_Bool",
    "_Complex",      "_Generic",
    "_Noreturn",     "_Static_assert",
    "_Thread_local", "#define",
    "#include",      "#pragma omp parallel for"
};

static bool is_word (char c)
{
    return isalnum ((unsigned char) c) || c == '_';
}

/*  The byte at which the code point number `at` begins. */
static int byte_of (const char *code, int at)
{
    int byte = 0;
    while (code[byte] && at > 0)
        do
            byte++;
        while (at-- && (code[byte] & 0xC0) == 0x80 && ++at);
    return byte;
}

static int code_points (const char *code, int bytes)
{
    int count = 0;
    for (int i = 0; i < bytes; i++)
        count += (code[i] & 0xC0) != 0x80;
    return count;
}

/* --- Completion -------------------------------------------------------------- */

typedef struct {
    char **name;
    int count;
    const char *prefix;
    size_t size;
} matches;

static void match (matches *self, const char *name)
{
    if (strncmp (name, self->prefix, self->size) != 0 ||
        self->count >= MOST_MATCHES)
        return;
    const bool hidden = name[0] == '_' || strncmp (name, "nnk_tag_", 8) == 0;
    if (hidden && self->prefix[0] != name[0])
        return;
    self->name = realloc (self->name, (self->count + 1) * sizeof *self->name);
    if (!self->name)
        abort ();
    self->name[self->count++] = nnk_copy (name, strlen (name));
}

static int by_name (const void *a, const void *b)
{
    return strcmp (*(char *const *) a, *(char *const *) b);
}

/*  The variable before the . or -> that ends at `at`, or NULL. */
static char *owner (const char *code, int at)
{
    if (at >= 2 && code[at - 1] == '>' && code[at - 2] == '-')
        at -= 2;
    else if (at >= 1 && code[at - 1] == '.')
        at -= 1;
    else
        return NULL;
    while (at > 0 && code[at - 1] == ']') { // v[i].x: the elements of v
        while (at > 0 && code[at - 1] != '[')
            at--;
        at -= at > 0;
    }
    int from = at;
    while (from > 0 && is_word (code[from - 1]))
        from--;
    return from < at ? nnk_copy (code + from, at - from) : NULL;
}

static void match_fields (nnk_session *self, matches *found, const char *variable)
{
    const nnk_item *item = nnk_items_find (&self->items, variable);
    if (!item || item->kind != NNK_ITEM_VARIABLE)
        return;
    char *path = nnk_format ("%s/cell_%d.so", self->build.folder, item->serial);
    nnk_dwarf *dwarf = nnk_dwarf_open (path);
    nnk_text fields = { 0 };
    nnk_dwarf_members (dwarf, variable, &fields);
    for (char *at = fields.s; at && *at;) {
        char *end = strchr (at, '\n');
        *end = 0;
        match (found, at);
        at = end + 1;
    }
    nnk_text_free (&fields);
    nnk_dwarf_close (dwarf);
    free (path);
}

static void match_names (nnk_session *self, matches *found)
{
    for (int i = 0; i < self->items.items; i++)
        for (int k = 0; k < self->items.item[i]->names; k++) {
            const char *name = self->items.item[i]->name[k],
                       *space = strchr (name, ' ');
            match (found, space ? space + 1 : name);
        }
    for (int i = 0; i < self->index.count; i++)
        match (found, self->index.known[i].name);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        match (found, keywords[i]);
}

void nnk_complete (nnk_session *self, const char *code, int at, cJSON *reply)
{
    const int end = byte_of (code, at);
    int from = end;
    while (from > 0 && is_word (code[from - 1]))
        from--;
    if (from > 0 && code[from - 1] == '#')
        from--;
    matches found = { .prefix = code + from, .size = end - from };
    char *variable = owner (code, from);
    if (variable)
        match_fields (self, &found, variable);
    else if (found.size && !isdigit ((unsigned char) code[from]))
        match_names (self, &found);
    free (variable);
    if (found.count)
        qsort (found.name, found.count, sizeof *found.name, by_name);
    cJSON *list = cJSON_AddArrayToObject (reply, "matches");
    for (int i = 0; i < found.count; i++) {
        if (!i || strcmp (found.name[i], found.name[i - 1]) != 0)
            cJSON_AddItemToArray (list, cJSON_CreateString (found.name[i]));
    }
    for (int i = 0; i < found.count; i++)
        free (found.name[i]);
    free (found.name);
    cJSON_AddNumberToObject (reply, "cursor_start", code_points (code, from));
    cJSON_AddNumberToObject (reply, "cursor_end", code_points (code, end));
    cJSON_AddObjectToObject (reply, "metadata");
}

/* --- A name explained -------------------------------------------------------- */

/*  A declaration as one reads it: no #line, no symbol, no gaps. */
static void add_declaration (nnk_text *out, const char *text)
{
    bool gap = true;
    for (const char *at = text; *at;) {
        if (strncmp (at, "#line", 5) == 0 || strncmp (at, "#undef", 6) == 0 ||
            strncmp (at, "# 1 ", 4) == 0) {
            at += strcspn (at, "\n");
        } else if (strncmp (at, "__asm__ (\"", 10) == 0) {
            const char *end = strchr (at, ')');
            at = end ? end + 1 : at + strlen (at);
        } else if (strncmp (at, "\nextern", 7) == 0) {
            at += 7;
        } else if (isspace ((unsigned char) *at)) {
            if (!gap)
                nnk_add (out, *at == '\n' ? "\n" : " ", 1);
            gap = true;
            at++;
        } else {
            if (*at == ';' && gap && out->size)
                out->size--;
            gap = false;
            nnk_add (out, at++, 1);
        }
    }
    while (out->size && isspace ((unsigned char) out->s[out->size - 1]))
        out->s[--out->size] = 0;
}

char *nnk_inspect (nnk_session *self, const char *code, int at)
{
    int from = byte_of (code, at), end = from;
    while (from > 0 && is_word (code[from - 1]))
        from--;
    while (is_word (code[end]))
        end++;
    if (from == end) { // just behind a call: the function before the bracket
        end = from - (from > 0);
        while (end > 0 && strchr (" (", code[end]) && !is_word (code[end - 1]))
            end--;
        from = end;
        while (from > 0 && is_word (code[from - 1]))
            from--;
    }
    if (from == end)
        return NULL;
    char *word = nnk_copy (code + from, end - from);
    const nnk_item *item = nnk_items_find (&self->items, word);
    const nnk_known *known = nnk_index_find (&self->index, word, end - from);
    nnk_text out = { 0 };
    if (item) {
        add_declaration (&out, item->text);
        nnk_addf (&out, "\n\ndefined in %s, line %d", item->file, item->line);
        if (item->body)
            nnk_addf (&out, "\n\n%s", item->body);
    } else if (known) {
        add_declaration (&out, known->text);
    }
    free (word);
    return out.s;
}

/* --- Is it complete? --------------------------------------------------------- */

void nnk_is_complete (nnk_session *self, const char *code, cJSON *reply)
{
    nnk_cell cell;
    nnk_cell_cut (&cell, code, nnk_is_type_name, self);
    const char *state = cell.state == NNK_INVALID      ? "invalid"
                        : cell.state == NNK_INCOMPLETE ? "incomplete"
                                                       : "complete";
    const int depth = cell.depth < 32 ? cell.depth : 32;
    char *indent = nnk_format ("%*s", 4 * depth, "");
    cJSON_AddStringToObject (reply, "status", state);
    if (cell.state == NNK_INCOMPLETE)
        cJSON_AddStringToObject (reply, "indent", indent);
    free (indent);
    nnk_cell_free (&cell);
}
