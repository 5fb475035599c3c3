/*  lex.c - the words of a cell
 *
 *  Tokens as the compiler sees them: words, numbers, strings, signs, and
 *  preprocessor lines whole. Comments and blanks are passed over. Whether the
 *  brackets fit together is found here too, as everything else depends on it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static bool in_list (const char *list, const char *word, size_t size)
{
    for (const char *at = list; (at = strstr (at, word)) != NULL; at++)
        if (at[-1] == ' ' && at[size] == ' ')
            return true;
    return false;
}

static bool is_one_of (const char *list, const char *word, size_t size)
{
    char copy[40];
    if (!size || size + 1 > sizeof copy)
        return false;
    memcpy (copy, word, size);
    copy[size] = 0;
    return in_list (list, copy, size);
}

bool nnk_is_qualifier (const char *word, size_t size)
{
    return is_one_of (" const volatile restrict __restrict __const __volatile__ "
                      "__restrict__ _Atomic __extension__ ",
                      word, size);
}

/*  The words that can only begin a declaration. */
bool nnk_begins_declaration (const char *word, size_t size)
{
    return nnk_is_qualifier (word, size) ||
           is_one_of (
               " void char short int long float double signed unsigned _Bool bool "
               "_Complex struct union enum typedef extern static inline __inline "
               "__inline__ register auto _Thread_local __thread _Noreturn "
               "_Alignas "
               "__auto_type __attribute__ _Static_assert typeof __typeof__ "
               "__typeof "
               "__int128 _Float128 _Float16 _Float32 _Float64 __signed__ ",
               word, size);
}

bool nnk_is_keyword (const char *word, size_t size)
{
    return nnk_begins_declaration (word, size) ||
           is_one_of (" if else for while do switch case default break continue "
                      "return goto "
                      "sizeof _Alignof _Generic asm __asm__ ",
                      word, size);
}

/*  Those before a statement that is chosen or repeated; parentheses stand between. */
bool nnk_takes_statement (const char *word, size_t size)
{
    return is_one_of (" if while for switch ", word, size);
}

bool nnk_is_word (char c)
{
    return isalnum ((unsigned char) c) || c == '_' || c == '$' || (c & 0x80);
}

size_t nnk_word_size (const char *text)
{
    size_t size = 0;
    while (nnk_is_word (text[size]))
        size++;
    return size;
}

/*  The name in a line of the preprocessor; NULL: it defines none. */
const char *nnk_defined_name (const char *line, size_t *size)
{
    line += 1 + strspn (line + 1, " \t");
    if (strncmp (line, "define", 6) != 0)
        return NULL;
    line += 6 + strspn (line + 6, " \t");
    *size = nnk_word_size (line);
    return *size ? line : NULL;
}

typedef struct {
    nnk_cell *cell;
    int at, line, room;
    bool fresh; // nothing but blanks so far on this line
} lexer;

static void add_token (lexer *self, nnk_token_kind kind, int at, int line)
{
    nnk_cell *cell = self->cell;
    if (cell->tokens + 1 >= self->room) {
        self->room = 2 * self->room + 64;
        cell->token = realloc (cell->token, self->room * sizeof *cell->token);
        if (!cell->token)
            abort ();
    }
    cell->token[cell->tokens++] = (nnk_token){ kind, at, self->at, line };
}

/*  Past a comment. False: it does not end. */
static bool skip_comment (lexer *self)
{
    const char *s = self->cell->source;
    if (s[self->at + 1] == '/') {
        while (s[self->at] && s[self->at] != '\n') {
            if (s[self->at] == '\\' && s[self->at + 1] == '\n')
                self->line++, self->at++;
            self->at++;
        }
        return true;
    }
    for (self->at += 2; s[self->at]; self->at++) {
        if (s[self->at] == '*' && s[self->at + 1] == '/') {
            self->at += 2;
            return true;
        }
        self->line += s[self->at] == '\n';
    }
    return false;
}

/*  Past a string or a character; it ends with its line, at the latest. */
static void skip_quoted (lexer *self)
{
    const char *s = self->cell->source;
    const char quote = s[self->at++];
    while (s[self->at] && s[self->at] != quote && s[self->at] != '\n') {
        if (s[self->at] == '\\' && s[self->at + 1]) {
            self->line += s[self->at + 1] == '\n';
            self->at++;
        }
        self->at++;
    }
    self->at += s[self->at] == quote;
}

/*  Past a preprocessor line with its continuations and the comments in it. */
static bool skip_line (lexer *self)
{
    const char *s = self->cell->source;
    while (s[self->at] && s[self->at] != '\n') {
        if (s[self->at] == '/' && s[self->at + 1] == '*') {
            if (!skip_comment (self))
                return false;
            continue;
        }
        if (s[self->at] == '/' && s[self->at + 1] == '/')
            return skip_comment (self);
        if (s[self->at] == '\\' && s[self->at + 1] == '\n')
            self->line++, self->at++;
        self->at++;
    }
    return self->at == 0 || s[self->at - 1] != '\\' || s[self->at];
}

/*  One token, or the blanks and comments before one. False: the cell breaks off. */
static bool lex_one (lexer *self)
{
    const char *s = self->cell->source;
    const char c = s[self->at];
    const int from = self->at, line = self->line;
    const bool fresh = self->fresh;
    if (isspace ((unsigned char) c) || (c == '\\' && s[self->at + 1] == '\n')) {
        self->fresh = c == '\n' || (fresh && c != '\\');
        self->line += c == '\n';
        self->at++;
        return true;
    }
    if (c == '/' && (s[self->at + 1] == '/' || s[self->at + 1] == '*'))
        return skip_comment (self);
    self->fresh = false;
    if (c == '#' && fresh) {
        const bool whole = skip_line (self);
        add_token (self, NNK_LINE, from, line);
        return whole;
    }
    if (c == '"' || c == '\'') {
        skip_quoted (self);
        add_token (self, NNK_QUOTED, from, line);
    } else if (isdigit ((unsigned char) c) ||
               (c == '.' && isdigit ((unsigned char) s[self->at + 1]))) {
        while (nnk_is_word (s[self->at]) || s[self->at] == '.' ||
               (strchr ("+-", s[self->at]) && s[self->at] &&
                strchr ("eEpP", s[self->at - 1]) && s[from + 1] != 'x'))
            self->at++;
        add_token (self, NNK_NUMBER, from, line);
    } else if (nnk_is_word (c)) {
        while (nnk_is_word (s[self->at]))
            self->at++;
        if (s[self->at] == '"' && self->at - from <= 2) // L"wide", u8"narrow"
            skip_quoted (self);
        add_token (self, s[self->at - 1] == '"' ? NNK_QUOTED : NNK_WORD, from,
                   line);
    } else {
        self->at++;
        add_token (self, NNK_PUNCTUATION, from, line);
    }
    return true;
}

char nnk_closing (char open)
{
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/*  Finds the first bracket that closes nothing, or the last that nothing closes. */
static void match_brackets (nnk_cell *cell)
{
    int *open = nnk_allocate ((cell->tokens + 1) * sizeof *open);
    for (int i = 0; i < cell->tokens && cell->state != NNK_INVALID; i++) {
        const char c = cell->source[cell->token[i].at];
        if (cell->token[i].kind != NNK_PUNCTUATION || !strchr ("()[]{}", c))
            continue;
        if (strchr ("([{", c)) {
            open[cell->depth++] = i;
        } else if (!cell->depth ||
                   nnk_closing (
                       cell->source[cell->token[open[cell->depth - 1]].at]) != c) {
            cell->state = NNK_INVALID;
            cell->wrong = i;
        } else {
            cell->depth--;
        }
    }
    if (cell->depth && cell->state != NNK_INVALID) {
        cell->state = NNK_INCOMPLETE;
        cell->wrong = open[cell->depth - 1];
    }
    free (open);
}

/*  All tokens, an NNK_END after them, and whether the brackets fit together. */
void nnk_lex (nnk_cell *cell)
{
    lexer self = { .cell = cell, .line = 1, .fresh = true };
    while (cell->source[self.at])
        if (!lex_one (&self)) {
            cell->state = NNK_INCOMPLETE;
            break;
        }
    add_token (&self, NNK_END, self.at, self.line);
    cell->tokens--;
    match_brackets (cell);
}

bool nnk_token_is (const nnk_cell *cell, int token, const char *word)
{
    if (token >= cell->tokens)
        return false;
    const nnk_token *t = &cell->token[token];
    const size_t size = strlen (word);
    return (size_t) (t->end - t->at) == size &&
           !memcmp (cell->source + t->at, word, size);
}

int nnk_token_match (const nnk_cell *cell, int token)
{
    int depth = 0;
    for (; token < cell->tokens; token++) {
        if (cell->token[token].kind != NNK_PUNCTUATION)
            continue;
        const char c = cell->source[cell->token[token].at];
        if (strchr ("([{", c))
            depth++;
        else if (strchr (")]}", c) && --depth == 0)
            return token + 1;
    }
    return token;
}
