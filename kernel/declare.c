/*  declare.c - the parts of a declaration
 *
 *  `static const struct P { int x; } p = { 1 }, *pp;` has specifiers (with a tag
 *  and a body) and declarators, each with a name, perhaps a value. This finds
 *  where each stands; it changes nothing and judges nothing, for that is the
 *  compiler's work.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static bool is (const nnk_cell *cell, int token, const char *word)
{
    return nnk_token_is (cell, token, word);
}

static bool is_word (const nnk_cell *cell, int token)
{
    return token < cell->tokens && cell->token[token].kind == NNK_WORD;
}

static bool on_word (const nnk_cell *cell, int token,
                     bool (*test) (const char *word, size_t size))
{
    const nnk_token *t = &cell->token[token];
    return is_word (cell, token) && test (cell->source + t->at, t->end - t->at);
}

static bool is_any (const nnk_cell *cell, int token, const char *const *words)
{
    for (; *words; words++)
        if (is (cell, token, *words))
            return true;
    return false;
}

bool nnk_is_storage (const nnk_cell *cell, int token)
{
    static const char *const words[] = { "static",     "inline", "__inline",
                                         "__inline__", "extern", "register",
                                         "auto",       NULL };
    return is_any (cell, token, words);
}

static bool is_attribute (const nnk_cell *cell, int token)
{
    static const char *const words[] = { "__attribute__", "_Alignas", "alignas",
                                         "asm",           "__asm__",  NULL };
    return is_any (cell, token, words);
}

static bool is_typeof (const nnk_cell *cell, int token)
{
    static const char *const words[] = { "typeof", "__typeof__", "__typeof",
                                         NULL };
    return is_any (cell, token, words);
}

/*  struct, union or enum with attributes, tag and body. Returns the token after
 *  it. */
static int read_tag (nnk_declaration *self, const nnk_cell *cell, int i)
{
    self->tag = i++;
    while (is_attribute (cell, i))
        i = nnk_token_match (cell, i + 1);
    if (is_word (cell, i))
        self->tag_name = i++;
    if (is (cell, i, "{")) {
        self->body = i;
        i = self->body_last = nnk_token_match (cell, i);
    }
    return i;
}

/*  The specifiers. Returns where the first declarator begins. */
static int read_specifiers (nnk_declaration *self, const nnk_cell *cell, int i,
                            int end)
{
    static const char *const silent[] = { "_Thread_local", "__thread", "_Noreturn",
                                          NULL };
    bool typed = false;
    while (i < end) {
        const bool before_name = is_word (cell, i + 1) && i + 1 < end;
        if (is_attribute (cell, i)) {
            i = nnk_token_match (cell, i + 1);
        } else if (is_typeof (cell, i) ||
                   (is (cell, i, "_Atomic") && is (cell, i + 1, "("))) {
            i = nnk_token_match (cell, i + 1);
            typed = true;
        } else if (self->tag < 0 && // of two, the second is an error
                   (is (cell, i, "struct") || is (cell, i, "union") ||
                    is (cell, i, "enum"))) {
            i = read_tag (self, cell, i);
            typed = true;
        } else if (is (cell, i, "typedef") || nnk_is_storage (cell, i) ||
                   is_any (cell, i, silent) ||
                   on_word (cell, i, nnk_is_qualifier)) {
            self->is_typedef |= is (cell, i, "typedef");
            self->is_extern |= is (cell, i, "extern");
            i++;
        } else if (on_word (cell, i, nnk_is_keyword)) {
            self->is_auto |= is (cell, i, "__auto_type");
            typed = true;
            i++;
        } else if (is_word (cell, i) &&
                   (!typed || (is (cell, i, "complex") && before_name))) {
            typed = true; // complex is a macro of complex.h
            i++;
        } else {
            break;
        }
    }
    return i;
}

/*  The name of a declarator: its first word that says nothing else. */
static void find_name (nnk_declarator *d, const nnk_cell *cell)
{
    int i = d->first;
    d->name = d->star = -1;
    while (i < d->last) {
        if (is_attribute (cell, i)) {
            i = nnk_token_match (cell, i + 1);
            continue;
        }
        if (is (cell, i, "*"))
            d->star = i;
        if (is_word (cell, i) && !on_word (cell, i, nnk_is_qualifier)) {
            d->name = i;
            break;
        }
        i++;
    }
    if (d->name < 0)
        return;
    d->function = is (cell, d->name + 1, "(");
    d->array = is (cell, d->name + 1, "[");
    d->growing = d->array && is (cell, d->name + 2, "]");
}

/*  One declarator from `i`; returns the , or ; after it. */
static int read_declarator (nnk_declarator *d, const nnk_cell *cell, int i,
                            int end)
{
    *d = (nnk_declarator){ .first = i, .value = -1, .attributes = -1 };
    while (i < end && !is (cell, i, ",") && !is (cell, i, ";") &&
           !is (cell, i, "=")) {
        if (is_attribute (cell, i)) {
            if (d->attributes < 0 && i > d->first)
                d->attributes = i;
            i = nnk_token_match (cell, i + 1);
        } else if (is (cell, i, "(") || is (cell, i, "[") || is (cell, i, "{")) {
            i = nnk_token_match (cell, i);
        } else {
            i++;
        }
    }
    d->last = i > end ? end : i;
    if (d->attributes < 0)
        d->attributes = d->last;
    if (is (cell, i, "=") && i < end) {
        d->value = ++i;
        while (i < end && !is (cell, i, ",") && !is (cell, i, ";"))
            i = is (cell, i, "(") || is (cell, i, "[") || is (cell, i, "{")
                    ? nnk_token_match (cell, i)
                    : i + 1;
        d->value_last = i;
    }
    find_name (d, cell);
    return i;
}

void nnk_declaration_read (nnk_declaration *self, const nnk_cell *cell,
                           const nnk_chunk *chunk)
{
    *self = (nnk_declaration){
        .first = chunk->first, .tag = -1, .tag_name = -1, .body = -1
    };
    const int end = chunk->kind == NNK_FUNCTION ? chunk->body : chunk->last;
    if (is (cell, chunk->first, "_Static_assert") ||
        is (cell, chunk->first, "static_assert")) {
        self->is_assert = true;
        self->last = end;
        return;
    }
    int i = self->last = read_specifiers (self, cell, chunk->first, end);
    while (i < end && !is (cell, i, ";")) {
        self->declarator = realloc (
            self->declarator, (self->declarators + 1) * sizeof *self->declarator);
        if (!self->declarator)
            abort ();
        i = read_declarator (&self->declarator[self->declarators++], cell, i, end);
        if (is (cell, i, ","))
            i++;
        else
            break;
    }
}

void nnk_declaration_free (nnk_declaration *self)
{
    free (self->declarator);
    *self = (nnk_declaration){ 0 };
}

/*  Every name that it makes known: `kind` is "struct ", "union ", "enum " for a
 *  tag, "e" for an enumerator, "t", "f" or "v" for a type, a function or a
 *  variable. */
void nnk_declaration_names (const nnk_declaration *self, const nnk_cell *cell,
                            nnk_on_name *on_name, void *to)
{
    if (self->tag >= 0 && self->tag_name >= 0 && self->body >= 0)
        on_name (to,
                 is (cell, self->tag, "struct")  ? "struct "
                 : is (cell, self->tag, "union") ? "union "
                                                 : "enum ",
                 &cell->token[self->tag_name]);
    if (self->body >= 0 && is (cell, self->tag, "enum"))
        for (int i = self->body + 1; i < self->body_last - 1;) {
            if (is_word (cell, i))
                on_name (to, "e", &cell->token[i]);
            while (i < self->body_last - 1 && !is (cell, i, ","))
                i = is (cell, i, "(") ? nnk_token_match (cell, i) : i + 1;
            i++;
        }
    for (int i = 0; i < self->declarators; i++) {
        const nnk_declarator *d = &self->declarator[i];
        if (d->name >= 0)
            on_name (to,
                     self->is_typedef ? "t"
                     : d->function    ? "f"
                                      : "v",
                     &cell->token[d->name]);
    }
}
