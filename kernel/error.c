/*  error.c - why a cell has failed, as the reader is told
 *
 *  A name ("SIGSEGV"), one sentence, and below it the lines that explain: the line of
 *  the cell, the calls, what became of the variables. gcc's text speaks for itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

void nnk_error_set (nnk_error *self, const char *name, const char *format, ...)
{
    va_list list;
    va_start (list, format);
    char *sentence = nnk_format_list (format, list);
    va_end (list);
    nnk_error_free (self);
    self->name = nnk_copy (name, strlen (name));
    self->value = sentence;
}

void nnk_error_free (nnk_error *self)
{
    free (self->name);
    free (self->value);
    nnk_text_free (&self->trace);
    *self = (nnk_error){ 0 };
}

/*  What the reader sees of an error, line by line. gcc's text speaks for itself. */
cJSON *nnk_error_lines (const nnk_error *self)
{
    cJSON *lines = cJSON_CreateArray ();
    nnk_text text = { 0 };
    if (!self->name || strcmp (self->name, "CompileError") != 0)
        nnk_addf (&text, "%s: %s\n", self->name ? self->name : "Error",
                  self->value ? self->value : "");
    nnk_add_string (&text, nnk_text_string (&self->trace));
    for (const char *at = nnk_text_string (&text); *at;) {
        const size_t size = strcspn (at, "\n");
        char *line = nnk_copy (at, size);
        cJSON_AddItemToArray (lines, cJSON_CreateString (line));
        free (line);
        at += size + (at[size] == '\n');
    }
    nnk_text_free (&text);
    return lines;
}

/*  gcc's text as an error: its first line is the sentence. */
void nnk_compile_error (nnk_error *self, const char *text)
{
    const char *at = strstr (text, "error: ");
    while (at && at > text && at[-1] != '\n')
        at--;
    if (!at)
        at = text;
    nnk_error_set (self, "CompileError", "%.*s", (int) strcspn (at, "\n"), at);
    nnk_add_string (&self->trace, text);
}

/*  The text of a line of a cell. False: there is none. */
bool nnk_add_source_line (nnk_text *out, const char *folder, const char *cell,
                          int number)
{
    nnk_text source = { 0 };
    nnk_store_find (folder, cell, &source);
    const char *line = nnk_text_string (&source);
    for (int i = 1; i < number && line; i++) {
        line = strchr (line, '\n');
        line = line ? line + 1 : NULL;
    }
    const bool found = line && *line;
    if (found)
        nnk_addf (out, "%5d | %.*s\n", number, (int) strcspn (line, "\n"), line);
    nnk_text_free (&source);
    return found;
}
