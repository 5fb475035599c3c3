/*  place.c - the reader's text, at its own line and column
 *
 *  Every piece stands behind a #line, after blanks up to its column; what must not
 *  be compiled there (a storage class, another declarator, a value) becomes
 *  blanks. So the compiler speaks of the reader's lines and columns only.
 */
#include <stdlib.h>
#include <string.h>

#include "lower.h"

enum { MOST_COLUMNS = 1000 };

const nnk_token *nnk_token_at (const nnk_lowerer *self, int i)
{
    return &self->cell->token[i];
}

/*  #line, and blanks up to the column of `at`. */
void nnk_add_place (const nnk_lowerer *self, nnk_text *out, int at, int line)
{
    const char *source = self->cell->source;
    int from = at;
    while (from > 0 && source[from - 1] != '\n')
        from--;
    nnk_addf (out, "\n#line %d \"%s\"\n", line, self->before->label);
    if (at - from > MOST_COLUMNS) // nobody counts them there
        from = at - MOST_COLUMNS;
    for (; from < at; from++)
        if ((source[from] & 0xC0) != 0x80)
            nnk_add (out, source[from] == '\t' ? "\t" : " ", 1);
}

/*  The text of tokens first .. last-1 at its place. */
void nnk_add_source (const nnk_lowerer *self, nnk_text *out, int first, int last)
{
    if (first >= last)
        return;
    const int at = nnk_token_at (self, first)->at;
    nnk_add_place (self, out, at, nnk_token_at (self, first)->line);
    nnk_add (out, self->cell->source + at,
             nnk_token_at (self, last - 1)->end - at);
    nnk_add_string (out, "\n#line 1 \"nnk\"\n");
}

/*  Turns tokens first .. last-1 into blanks in `out`, which begins with token
 *  `origin`. */
void nnk_blank (const nnk_lowerer *self, nnk_text *out, size_t start, int origin,
                int first, int last)
{
    const int shift = nnk_token_at (self, origin)->at;
    if (first >= last)
        return;
    for (int i = nnk_token_at (self, first)->at;
         i < nnk_token_at (self, last - 1)->end; i++)
        if (self->cell->source[i] != '\n')
            out->s[start + i - shift] = ' ';
}

bool nnk_word_is (const nnk_lowerer *self, int i, const char *word)
{
    return nnk_token_is (self->cell, i, word);
}

/*  Whether token i is a const of the object itself, not of what it points to. */
static bool is_own_const (const nnk_lowerer *self, const nnk_declarator *d, int i)
{
    return (nnk_word_is (self, i, "const") || nnk_word_is (self, i, "__const")) &&
           (d->star < 0 || (i > d->star && i < d->name));
}

/*  One declarator of a declaration as a declaration of its own, without its
 *  storage class and its value; `writable`: without its own const. The rest of the
 *  declaration becomes blanks, so that what stays keeps its column. */
void nnk_add_declarator (const nnk_lowerer *self, nnk_text *out,
                         const nnk_declaration *all, const nnk_declarator *d,
                         const char *tag, bool writable)
{
    const int last = d->attributes;
    nnk_add_place (self, out, nnk_token_at (self, all->first)->at,
                   nnk_token_at (self, all->first)->line);
    const size_t start = out->size;
    const int at = nnk_token_at (self, all->first)->at;
    nnk_add (out, self->cell->source + at,
             nnk_token_at (self, last - 1)->end - at);
    nnk_blank (self, out, start, all->first, all->last, d->first);
    for (int i = all->first; i < last; i++) {
        if (i == all->last)
            i = d->first;
        if ((i < all->last && nnk_is_storage (self->cell, i)) ||
            (writable && is_own_const (self, d, i)))
            nnk_blank (self, out, start, all->first, i, i + 1);
    }
    if (all->body >= 0)
        nnk_blank (self, out, start, all->first, all->body, all->body_last);
    if (tag) { // a struct without a name has been given one
        nnk_text rest = { 0 };
        const size_t after = start + nnk_token_at (self, all->tag)->end - at;
        nnk_add_string (&rest, out->s + after);
        out->size = after;
        nnk_addf (out, " %s%s", tag, rest.s);
        nnk_text_free (&rest);
    }
    nnk_add_string (out, "\n#line 1 \"nnk\"\n");
}

/*  Its tokens with one blank between, to compare declarations. */
char *nnk_shape_of (const nnk_lowerer *self, int first, int last)
{
    nnk_text shape = { 0 };
    for (int i = first; i < last; i++) {
        if (nnk_is_storage (self->cell, i))
            continue;
        nnk_add (&shape, self->cell->source + nnk_token_at (self, i)->at,
                 nnk_token_at (self, i)->end - nnk_token_at (self, i)->at);
        nnk_add (&shape, " ", 1);
    }
    return shape.s ? shape.s : nnk_copy ("", 0);
}

/*  The same for a function, without the names of its parameters: what a caller must
 *  know. A parameter's name is the word after its type. */
char *nnk_signature_of (const nnk_lowerer *self, int first, int last)
{
    nnk_text shape = { 0 };
    bool typed = false;
    for (int i = first; i < last; i++) {
        const nnk_token *t = nnk_token_at (self, i);
        const char *word = self->cell->source + t->at;
        const size_t size = t->end - t->at;
        bool name = false;
        if (word[0] == ',' || (word[0] == '(' && !nnk_word_is (self, i + 1, "*")))
            typed = false;
        else if (t->kind == NNK_WORD && !nnk_is_qualifier (word, size)) {
            const bool tag = i > first && (nnk_word_is (self, i - 1, "struct") ||
                                           nnk_word_is (self, i - 1, "union") ||
                                           nnk_word_is (self, i - 1, "enum"));
            name = typed && !tag && !nnk_is_keyword (word, size);
            typed = true;
        }
        if (!name) {
            nnk_add (&shape, word, size);
            nnk_add (&shape, " ", 1);
        }
    }
    return shape.s ? shape.s : nnk_copy ("", 0);
}

char *nnk_word_of (const nnk_lowerer *self, int i)
{
    return nnk_copy (self->cell->source + nnk_token_at (self, i)->at,
                     nnk_token_at (self, i)->end - nnk_token_at (self, i)->at);
}
