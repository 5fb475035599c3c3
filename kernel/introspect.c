/*  introspect.c - what the reader is typing: completion, a name explained, is it
 *  complete
 *
 *  Names come from the cells so far and from the headers that they see, and from
 *  libclang (typing.c), which also knows the fields of any expression and what is
 *  declared in the function that is being typed. Without it, the fields of a
 *  variable come from the debugging information of the cell that made it.
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
    char *name, *kind, *prototype; // the last two may be NULL
} match;
typedef struct {
    match *match;
    int count;
    const char *prefix;
    size_t size;
} matches;

static void add_match (matches *self, const char *name, const char *kind,
                       const char *prototype)
{
    if (strncmp (name, self->prefix, self->size) != 0 ||
        self->count >= MOST_MATCHES)
        return;
    const bool hidden = name[0] == '_' || strncmp (name, "nnk_tag_", 8) == 0;
    if (hidden && self->prefix[0] != name[0])
        return;
    self->match = realloc (self->match, (self->count + 1) * sizeof *self->match);
    if (!self->match)
        abort ();
    self->match[self->count++] =
        (match){ nnk_copy (name, strlen (name)),
                 kind ? nnk_format ("%s", kind) : NULL,
                 prototype ? nnk_format ("%s", prototype) : NULL };
}

/*  By name; of two alike the one that says more comes first. */
static int by_name (const void *a, const void *b)
{
    const match *x = a, *y = b;
    const int order = strcmp (x->name, y->name);
    return order ? order : (y->prototype != NULL) - (x->prototype != NULL);
}

/*  What libclang knows to stand at `from`. False: it cannot be asked. */
static bool match_parsed (nnk_session *self, matches *found, const char *code,
                          int from)
{
    nnk_text answer = { 0 };
    const bool good =
        nnk_ask_clang (self, 'c', code, from, found->prefix, &answer);
    char *line = answer.s ? answer.s : "";
    while (*line) {
        char *next = line + strcspn (line, "\n"), *save;
        *next++ = 0;
        const char *name = strtok_r (line, "\t", &save),
                   *kind = strtok_r (NULL, "\t", &save);
        if (name && kind)
            add_match (found, name, kind, strtok_r (NULL, "\t", &save));
        line = next;
    }
    nnk_text_free (&answer);
    return good;
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
        add_match (found, at, NULL, NULL);
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
            add_match (found, space ? space + 1 : name, NULL, NULL);
        }
    for (int i = 0; i < self->index.count; i++)
        add_match (found, self->index.known[i].name, NULL, NULL);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        add_match (found, keywords[i], NULL, NULL);
}

/*  The names, and what JupyterLab shows beside them. */
static void write_matches (const matches *found, int start, int end, cJSON *reply)
{
    cJSON *list = cJSON_AddArrayToObject (reply, "matches"),
          *metadata = cJSON_AddObjectToObject (reply, "metadata"),
          *types =
              cJSON_AddArrayToObject (metadata, "_jupyter_types_experimental");
    for (int i = 0; i < found->count; i++) {
        const match *m = &found->match[i];
        if (i && strcmp (m->name, found->match[i - 1].name) == 0)
            continue;
        cJSON_AddItemToArray (list, cJSON_CreateString (m->name));
        cJSON *type = cJSON_CreateObject ();
        cJSON_AddStringToObject (type, "text", m->name);
        cJSON_AddStringToObject (type, "type", m->kind ? m->kind : "");
        cJSON_AddStringToObject (type, "signature",
                                 m->prototype ? m->prototype : "");
        cJSON_AddNumberToObject (type, "start", start);
        cJSON_AddNumberToObject (type, "end", end);
        cJSON_AddItemToArray (types, type);
    }
    cJSON_AddNumberToObject (reply, "cursor_start", start);
    cJSON_AddNumberToObject (reply, "cursor_end", end);
}

/*  Whether a field is wanted at `at`: after a dot or an arrow. */
static bool wants_field (const char *code, int at)
{
    while (at > 0 && isspace ((unsigned char) code[at - 1]))
        at--;
    return at > 0 && (code[at - 1] == '.' ||
                      (at > 1 && code[at - 1] == '>' && code[at - 2] == '-'));
}

void nnk_complete (nnk_session *self, const char *whole, int at, cJSON *reply)
{
    const int end = byte_of (whole, at);
    char *code = nnk_copy (whole, end); // what comes later does not matter
    int from = end;
    while (from > 0 && is_word (code[from - 1]))
        from--;
    if (from > 0 && code[from - 1] == '#')
        from--;
    matches found = { .prefix = code + from, .size = end - from };
    if (wants_field (code, from)) {
        char *variable = owner (code, from);
        if (!match_parsed (self, &found, code, from) && variable)
            match_fields (self, &found, variable);
        free (variable);
    } else if (found.size && !isdigit ((unsigned char) code[from])) {
        if (code[from] != '#')
            match_parsed (self, &found, code, from);
        match_names (self, &found);
    }
    if (found.count)
        qsort (found.match, found.count, sizeof *found.match, by_name);
    write_matches (&found, code_points (code, from), code_points (code, end),
                   reply);
    for (int i = 0; i < found.count; i++) {
        free (found.match[i].name);
        free (found.match[i].kind);
        free (found.match[i].prototype);
    }
    free (found.match);
    free (code);
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

/*  The comment that stands right above this line of a cell, as it was run. */
static void add_comment_above (nnk_session *self, nnk_text *out, const char *file,
                               int line)
{
    nnk_text text = { 0 };
    char *path = nnk_format ("%s/%s", self->build.folder, file);
    nnk_read_file (path, &text);
    free (path);
    nnk_cell cell = { .source = nnk_copy (nnk_text_string (&text), text.size) };
    nnk_text_free (&text);
    nnk_lex (&cell);
    int first = 0, before = 0; // the line's first token; where the one before ends
    while (first < cell.tokens && cell.token[first].line < line)
        before = cell.token[first++].end;
    if (first < cell.tokens) {
        char *gap = cell.source + before,
             *end = cell.source + cell.token[first].at;
        while (gap < end && isspace ((unsigned char) *gap))
            gap++;
        while (end > gap && isspace ((unsigned char) end[-1]))
            end--;
        if (end > gap)
            nnk_addf (out, "%.*s\n", (int) (end - gap), gap);
    }
    nnk_cell_free (&cell);
}

/*  The byte range of the name at the cursor, or of the function whose call it has
 *  just passed. */
static void find_word (const char *code, int *from, int *end)
{
    while (*from > 0 && is_word (code[*from - 1]))
        --*from;
    while (is_word (code[*end]))
        ++*end;
    if (*from < *end)
        return;
    *end = *from - (*from > 0);
    while (*end > 0 && strchr (" (", code[*end]) && !is_word (code[*end - 1]))
        --*end;
    *from = *end;
    while (*from > 0 && is_word (code[*from - 1]))
        --*from;
}

/*  libclang's answer first where the name lives in a function or a struct, or is
 *  no name of a cell or a header; else their text, which shows the whole. */
static void explain (nnk_session *self, const char *word, const char *parsed,
                     nnk_text *out)
{
    const nnk_item *item = nnk_items_find (&self->items, word);
    const nnk_known *known = nnk_index_find (&self->index, word, strlen (word));
    if (parsed[0] == 'l' || (parsed[0] && !item && !known)) {
        const char *comment = parsed + strcspn (parsed, "\n");
        nnk_addf (out, "%.*s", (int) (comment - parsed - 1), parsed + 1);
        if (comment[0] && comment[1])
            nnk_addf (out, "\n%s", comment + 1);
    } else if (item) {
        add_comment_above (self, out, item->file, item->line);
        add_declaration (out, item->text);
        nnk_addf (out, "\n\ndefined in %s, line %d", item->file, item->line);
        if (item->body)
            nnk_addf (out, "\n\n%s", item->body);
    } else if (known) {
        add_declaration (out, known->text);
    }
}

char *nnk_inspect (nnk_session *self, const char *code, int at)
{
    int from = byte_of (code, at), end = from;
    find_word (code, &from, &end);
    if (from == end)
        return NULL;
    char *word = nnk_copy (code + from, end - from);
    nnk_text parsed = { 0 }, out = { 0 };
    nnk_ask_clang (self, 'h', code, from, "", &parsed);
    explain (self, word, nnk_text_string (&parsed), &out);
    nnk_text_free (&parsed);
    free (word);
    return out.s;
}

/* --- Is it complete? --------------------------------------------------------- */

void nnk_is_complete (nnk_session *self, const char *code, cJSON *reply)
{
    nnk_cell cell;
    // what is said to the kernel and not to the compiler is never continued
    const bool magic = strchr ("%!?", code[strspn (code, " \t\r\n")]) != NULL;
    nnk_cell_cut (&cell, magic ? "" : code, nnk_is_type_name, self);
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
