/*  chunk.c - cutting a cell into pieces
 *
 *  A cell mixes what C keeps apart: preprocessor lines, types, variables,
 *  functions, statements, and at the end perhaps an expression whose value is
 *  wanted. A parser for C would reject the mixture; to cut it, it is enough to
 *  know strings, comments, brackets and how statements nest. What needs more is what a
 *  word means: `a * b;` declares b when a is the name of a type, and `EVER puts ("a");`
 *  is a loop when EVER is a macro that stands for one. The caller knows both.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    nnk_cell *cell;
    nnk_meaning *means;
    void *names;
} cutter;

static bool is (const cutter *self, int token, const char *word)
{
    return nnk_token_is (self->cell, token, word);
}

static bool is_kind (const cutter *self, int token, nnk_token_kind kind)
{
    return token < self->cell->tokens && self->cell->token[token].kind == kind;
}

static bool on_word (const cutter *self, int token,
                     bool (*test) (const char *word, size_t size))
{
    const nnk_token *t = &self->cell->token[token];
    return is_kind (self, token, NNK_WORD) &&
           test (self->cell->source + t->at, t->end - t->at);
}

/* --- What words mean --------------------------------------------------------- */

/*  Where this very cell says what the word is: a typedef, or the #define of a macro. */
static const char *find_here (const cutter *self, const char *word, size_t size)
{
    const char *found = NULL, *source = self->cell->source;
    for (int i = 0; i < self->cell->chunks; i++) {
        const nnk_chunk *chunk = &self->cell->chunk[i];
        const char *line = source + self->cell->token[chunk->first].at;
        size_t length;
        if (chunk->kind == NNK_PREPROCESSOR) {
            const char *name = nnk_defined_name (line, &length);
            if (name && length == size && !memcmp (name, word, size))
                found = line;
        } else if (is (self, chunk->first, "typedef")) {
            for (int k = chunk->first; k < chunk->last; k++) {
                const nnk_token *t = &self->cell->token[k];
                if ((size_t) (t->end - t->at) == size &&
                    !memcmp (source + t->at, word, size))
                    found = line;
            }
        }
    }
    return found;
}

/*  The line that says what a word is, if it is the name of a type or of a macro. */
static const char *find_meaning (const cutter *self, const char *word, size_t size)
{
    const char *known = self->means ? self->means (self->names, word, size) : NULL;
    const char *here =
        !known || known[0] == '#' ? find_here (self, word, size) : NULL;
    return here ? here : known;
}

/*  What the compiler sees in place of a word: of `#define EVER for (;;)`, "for (;;)". It
 *  is the word itself unless it is a macro without parameters. */
static const char *look_through (const cutter *self, int token)
{
    enum { DEEPEST = 8 };
    const nnk_token *t = &self->cell->token[token];
    const char *text = self->cell->source + t->at;
    size_t size = t->end - t->at;
    for (int turn = 0; size && turn < DEEPEST; turn++) {
        const char *line = find_meaning (self, text, size);
        const char *name =
            line && line[0] == '#' ? nnk_defined_name (line, &size) : NULL;
        if (!name || name[size] == '(')
            break;
        text = name + size + strspn (name + size, " \t\\\n");
        size = nnk_word_size (text);
    }
    return text;
}

/*  Whether a macro is all that stands before a statement which is repeated or chosen:
 *  `for (...)`, and nothing after it. */
static bool is_head (const char *text)
{
    const size_t size = nnk_word_size (text);
    int depth = 0;
    if (!nnk_takes_statement (text, size))
        return false;
    text += size + strspn (text + size, " \t\\\n");
    if (*text != '(')
        return false;
    do {
        depth += (*text == '(') - (*text == ')');
        text++;
    } while (*text && depth);
    text += strspn (text, " \t");
    return !depth && (!*text || *text == '\n' || *text == '/');
}

static bool is_type_name (const cutter *self, int token)
{
    if (!is_kind (self, token, NNK_WORD) || on_word (self, token, nnk_is_keyword))
        return false;
    const char *text = look_through (self, token);
    const char *line = find_meaning (self, text, nnk_word_size (text));
    return line && line[0] != '#';
}

/* --- Pieces ------------------------------------------------------------------ */

static bool is_declaration (const cutter *self, int i)
{
    if (on_word (self, i, nnk_begins_declaration))
        return true;
    if (!is_kind (self, i, NNK_WORD) || on_word (self, i, nnk_is_keyword))
        return false;
    const char *text = look_through (self, i);
    const size_t size = nnk_word_size (text);
    if (nnk_is_keyword (text, size))
        return nnk_begins_declaration (text, size);
    const bool plain = is_kind (self, i + 1, NNK_WORD);
    if (plain && !is (self, i + 1, "__attribute__"))
        return true; // two words: `tensor t`
    if (is_type_name (self, i))
        return is (self, i + 1, "*") || is (self, i + 1, "(") ||
               (plain && on_word (self, i + 1, nnk_is_qualifier));
    int k = i + 1;
    while (is (self, k, "*"))
        k++;
    return k > i + 1 && is_kind (self, k, NNK_WORD) && is (self, k + 1, "=") &&
           !is (self, k + 2, "="); // `a * b = 1` can be nothing else
}

/*  Past struct, union or enum, attributes and the tag; `body` says whether {
 *  follows. */
static int skip_tag (const cutter *self, int i, bool *body)
{
    for (i++; is (self, i, "__attribute__");)
        i = nnk_token_match (self->cell, i + 1);
    if (is_kind (self, i, NNK_WORD))
        i++;
    *body = is (self, i, "{");
    return i;
}

static bool is_tag_word (const cutter *self, int i)
{
    return is (self, i, "struct") || is (self, i, "union") || is (self, i, "enum");
}

/*  Whether the list at `i` holds only names: the parameters of an old-style
 *  function. */
static bool is_name_list (const cutter *self, int i)
{
    const int end = nnk_token_match (self->cell, i) - 1;
    if (end <= i + 1)
        return false;
    for (int k = i + 1; k < end; k++)
        if (!is (self, k, ",") &&
            (!is_kind (self, k, NNK_WORD) || on_word (self, k, nnk_is_keyword)))
            return false;
    return true;
}

static int cut_declaration (const cutter *self, nnk_chunk *chunk)
{
    int i = chunk->first, list = -1;
    bool assigned = false, body;
    chunk->kind = NNK_DECLARATION;
    while (i < self->cell->tokens) {
        if (is (self, i, ";"))
            return i + 1;
        if (is (self, i, "=")) {
            assigned = true;
            list = -1;
        } else if (is_tag_word (self, i)) {
            i = skip_tag (self, i, &body);
            if (body)
                i = nnk_token_match (self->cell, i);
            list = -1;
            continue;
        } else if (is (self, i, "(") || is (self, i, "[") || is (self, i, "{")) {
            if (is (self, i, "{") && list >= 0 && !assigned) {
                chunk->kind = NNK_FUNCTION;
                chunk->body = i;
                return nnk_token_match (self->cell, i);
            }
            const bool function =
                is (self, i, "(") && !is (self, i - 1, "__attribute__");
            if (function && list < 0)
                list = i;
            i = nnk_token_match (self->cell, i);
            if (function && !assigned && list >= 0 &&
                is_kind (self, i, NNK_WORD) && !is (self, i, "__attribute__") &&
                !is (self, i, "__asm__") && !is (self, i, "asm") &&
                is_name_list (self, list)) {
                chunk->old_style = true;
                while (i < self->cell->tokens && !is (self, i, "{"))
                    i++;
            }
            continue;
        }
        i++;
    }
    chunk->open = true;
    return i;
}

static int cut_statement (const cutter *self, int i, nnk_chunk *chunk);

/*  A statement in a statement. Where nobody would follow any more, the rest of the cell
 *  is taken as one: the compiler will say what it thinks of it. */
static int cut_inner (const cutter *self, int i, nnk_chunk *chunk)
{
    enum { DEEPEST = 1000 };
    if (chunk->depth == DEEPEST)
        return self->cell->tokens;
    chunk->depth++;
    i = cut_statement (self, i, chunk);
    chunk->depth--;
    return i;
}

/*  An expression, to its ;. A word with a list and then a body is a macro that
 *  loops. */
static int cut_expression (const cutter *self, int i, nnk_chunk *chunk)
{
    if (is_kind (self, i, NNK_WORD) && is (self, i + 1, "(") &&
        !on_word (self, i, nnk_is_keyword)) {
        const int next = nnk_token_match (self->cell, i + 1);
        if (is (self, next, "{") || is_kind (self, next, NNK_WORD))
            return cut_inner (self, next, chunk);
    }
    const int first = i;
    while (i < self->cell->tokens) {
        if (is (self, i, ";"))
            return i + 1;
        if (is (self, i, "(") || is (self, i, "[") || is (self, i, "{"))
            i = nnk_token_match (self->cell, i);
        else
            i++;
    }
    chunk->open = true;
    if (first == chunk->first && i > first && !is (self, first, "return") &&
        !is (self, first, "goto") && !is (self, first, "break") &&
        !is (self, first, "continue") && !is (self, first, "else"))
        chunk->kind = NNK_VALUE;
    return i;
}

static int cut_statement (const cutter *self, int i, nnk_chunk *chunk)
{
    while (is_kind (self, i, NNK_LINE))
        i++;
    if (is (self, i, "{"))
        return nnk_token_match (self->cell, i);
    const bool head = is_kind (self, i, NNK_WORD) &&
                      !on_word (self, i, nnk_is_keyword) &&
                      is_head (look_through (self, i));
    if (head || on_word (self, i, nnk_takes_statement)) {
        const bool choice = strncmp (look_through (self, i), "if", 2) == 0;
        if (!head && !is (self, i + 1, "("))
            return cut_expression (self, i, chunk);
        i = head ? i + 1 : nnk_token_match (self->cell, i + 1);
        i = cut_inner (self, i, chunk);
        if (choice && is (self, i, "else"))
            i = cut_inner (self, i + 1, chunk);
        return i;
    }
    if (is (self, i, "do")) {
        i = cut_inner (self, i + 1, chunk);
        while (i < self->cell->tokens && !is (self, i, ";"))
            i++;
        chunk->open |= i == self->cell->tokens;
        return i < self->cell->tokens ? i + 1 : i;
    }
    if (is_kind (self, i, NNK_WORD) && is (self, i + 1, ":"))
        return cut_inner (self, i + 2, chunk);
    if (i == self->cell->tokens) {
        chunk->open = true;
        return i;
    }
    return cut_expression (self, i, chunk);
}

/*  Pragmas that speak of the statement after them. */
static bool goes_with_next (const cutter *self, int i)
{
    const char *line = self->cell->source + self->cell->token[i].at + 1;
    line += strspn (line, " \t");
    if (strncmp (line, "pragma", 6) != 0)
        return false;
    line += 6 + strspn (line + 6, " \t");
    if (strncmp (line, "omp", 3) == 0) {
        line += 3 + strspn (line + 3, " \t");
        return strncmp (line, "declare", 7) != 0 &&
               strncmp (line, "threadprivate", 13) != 0;
    }
    return strncmp (line, "GCC unroll", 10) == 0 ||
           strncmp (line, "GCC ivdep", 9) == 0;
}

static int cut_one (const cutter *self, nnk_chunk *chunk)
{
    const int i = chunk->first;
    if (is_kind (self, i, NNK_LINE) && !goes_with_next (self, i)) {
        chunk->kind = NNK_PREPROCESSOR;
        return i + 1;
    }
    chunk->kind = NNK_STATEMENT;
    if (is_declaration (self, i))
        return cut_declaration (self, chunk);
    return cut_statement (self, i, chunk);
}

void nnk_cell_cut (nnk_cell *cell, const char *source, nnk_meaning *means,
                   void *names)
{
    *cell = (nnk_cell){ .source = nnk_copy (source, strlen (source)) };
    nnk_lex (cell);
    cell->chunk = nnk_allocate ((cell->tokens + 1) * sizeof *cell->chunk);
    const cutter self = { cell, means, names };
    for (int i = 0; i < cell->tokens;) {
        nnk_chunk chunk = { .first = i };
        chunk.last = cut_one (&self, &chunk);
        if (chunk.last <= i)
            chunk.last = i + 1;
        if (chunk.open && chunk.kind != NNK_VALUE && cell->state == NNK_COMPLETE)
            cell->state = NNK_INCOMPLETE;
        cell->chunk[cell->chunks++] = chunk;
        i = chunk.last;
    }
}

void nnk_cell_free (nnk_cell *self)
{
    free (self->source);
    free (self->token);
    free (self->chunk);
    *self = (nnk_cell){ 0 };
}
