/*  introspect.c - what the reader is typing: a name explained, and is it complete
 *
 *  A name is explained by its declaration and the comment above it: that of a cell,
 *  of a header, or what libclang (typing.c) knows of fields and of what is declared
 *  in the function that is being typed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

/*  The byte at which the code point number `at` begins. */
int nnk_byte_of (const char *code, int at)
{
    int byte = 0;
    while (code[byte] && at > 0)
        do
            byte++;
        while (at-- && (code[byte] & 0xC0) == 0x80 && ++at);
    return byte;
}

/*  A declaration as one reads it: no #line, no symbol, no gaps. */
void nnk_add_declaration (nnk_text *out, const char *text)
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
    nnk_store_find (self->build.folder, file, &text);
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
    while (*from > 0 && nnk_is_word (code[*from - 1]))
        --*from;
    while (nnk_is_word (code[*end]))
        ++*end;
    if (*from < *end)
        return;
    *end = *from - (*from > 0);
    while (*end > 0 && strchr (" (", code[*end]) && !nnk_is_word (code[*end - 1]))
        --*end;
    *from = *end;
    while (*from > 0 && nnk_is_word (code[*from - 1]))
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
        nnk_add_declaration (out, item->text);
        nnk_addf (out, "\n\ndefined in %s, line %d", item->file, item->line);
        if (item->body)
            nnk_addf (out, "\n\n%s", item->body);
    } else if (known) {
        nnk_add_declaration (out, known->text);
    }
}

char *nnk_inspect (nnk_session *self, const char *code, int at)
{
    int from = nnk_byte_of (code, at), end = from;
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
    nnk_cell_cut (&cell, magic ? "" : code, nnk_session_means, self);
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
