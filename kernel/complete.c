/*  complete.c - what can stand at the cursor
 *
 *  Names come from the cells so far, from the headers that they see, and from the
 *  cell that is being typed (scope.c): to ask libclang for them would take ten times
 *  as long. libclang (typing.c) knows the fields of any expression. Without it, the
 *  fields of a variable come from the debugging information of the cell that made it.
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

static int code_points (const char *code, int bytes)
{
    int count = 0;
    for (int i = 0; i < bytes; i++)
        count += (code[i] & 0xC0) != 0x80;
    return count;
}

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
static bool match_parsed (nnk_session *self, matches *found, const char *whole,
                          int end, int from)
{
    nnk_text answer = { 0 };
    char *code = nnk_copy (whole, end);
    const bool good =
        nnk_ask_clang (self, 'c', code, from, found->prefix, &answer);
    free (code);
    char *line = answer.s ? answer.s : "";
    while (*line) {
        char *next = line + strcspn (line, "\n"), *save;
        *next++ = 0;
        const char *name = strtok_r (line, "\t", &save),
                   *word = strtok_r (NULL, "\t", &save);
        if (name && word)
            add_match (found, name, word, strtok_r (NULL, "\t", &save));
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
    while (from > 0 && nnk_is_word (code[from - 1]))
        from--;
    return from < at ? nnk_copy (code + from, at - from) : NULL;
}

static void match_fields (nnk_session *self, matches *found, const char *variable)
{
    const nnk_item *item = nnk_items_find (&self->items, variable);
    if (!item || item->kind != NNK_ITEM_VARIABLE)
        return;
    nnk_dwarf *dwarf = nnk_dwarf_open (self->build.folder, item->serial);
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
}

/*  A name that the kernel knows itself, with its declaration as its prototype. */
static void match_known (matches *found, const char *name, const char *kind,
                         const char *text)
{
    nnk_text prototype = { 0 };
    const bool whole =
        strcmp (kind, "type") != 0 && strcmp (kind, "constant") != 0;
    if (strncmp (name, found->prefix, found->size) != 0)
        return;
    while (whole && text && (text += strspn (text, " \t\r\n"), text[0] == '/') &&
           text[1] == '*') { // the comment above it
        const char *end = strstr (text, "*/");
        text = end ? end + 2 : NULL;
    }
    if (whole && text && strncmp (text, "extern ", 7) == 0)
        text += 7;
    if (whole && text)
        nnk_add_declaration (&prototype, text);
    add_match (found, name, kind, prototype.size ? prototype.s : NULL);
    nnk_text_free (&prototype);
}

static const char *known_kind (char letter)
{
    static const char letters[] = "tsfvem";
    static const char *const words[] = { "type",     "type",     "function",
                                         "variable", "constant", "macro" };
    const char *at = strchr (letters, letter);
    return at && letter ? words[at - letters] : "";
}

static void match_names (nnk_session *self, matches *found)
{
    static const char *const kinds[] = { "macro", "type", "variable", "function" };
    for (int i = 0; i < self->items.items; i++) {
        const nnk_item *item = self->items.item[i];
        for (int k = 0; k < item->names; k++) {
            const char *space = strchr (item->name[k], ' ');
            if (strncmp (item->name[k], NNK_TAG, strlen (NNK_TAG)) != 0)
                match_known (found, space ? space + 1 : item->name[k],
                             kinds[item->kind], item->text);
        }
    }
    for (int i = 0; i < self->index.count; i++) {
        const nnk_known *known = &self->index.known[i];
        match_known (found, known->name, known_kind (known->kind), known->text);
    }
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        add_match (found, keywords[i], "keyword", NULL);
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

static void on_local (void *found, const char *name, const char *kind,
                      const char *declaration)
{
    match_known (found, name, kind, declaration);
}

/*  Whether the word at `at` is that of a header: libclang knows their folders. */
static bool is_included (const char *code, int at)
{
    while (at > 0 && code[at - 1] != '\n')
        at--;
    at += (int) strspn (code + at, " \t");
    return strncmp (code + at, "#include", 8) == 0;
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
    const int end = nnk_byte_of (whole, at);
    int from = end;
    while (from > 0 && nnk_is_word (whole[from - 1]))
        from--;
    if (from > 0 && whole[from - 1] == '#')
        from--;
    char *before = nnk_copy (whole, from), // what comes later does not matter
        *prefix = nnk_copy (whole + from, end - from);
    matches found = { .prefix = prefix, .size = end - from };
    if (wants_field (before, from)) {
        char *variable = owner (before, from);
        if (!match_parsed (self, &found, whole, end, from) && variable)
            match_fields (self, &found, variable);
        free (variable);
    } else if (is_included (before, from)) {
        match_parsed (self, &found, whole, end, from);
    } else if (found.size && !isdigit ((unsigned char) prefix[0])) {
        nnk_scope_read (self, before, on_local, &found);
        match_names (self, &found);
    }
    if (found.count)
        qsort (found.match, found.count, sizeof *found.match, by_name);
    write_matches (&found, code_points (whole, from), code_points (whole, end),
                   reply);
    for (int i = 0; i < found.count; i++) {
        free (found.match[i].name);
        free (found.match[i].kind);
        free (found.match[i].prototype);
    }
    free (found.match);
    free (before);
    free (prefix);
}
