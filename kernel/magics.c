/*  magics.c - the cells that are no C
 *
 *  `?name` and `name?` explain a name, `!command` runs a command of the shell,
 *  `%undo` returns to before the last cell.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static void explain (nnk_session *self, const char *name, nnk_outcome *out)
{
    char *text = nnk_inspect (self, name, 0);
    if (!text)
        text = nnk_format ("'%s' is not known", name);
    out->page = cJSON_CreateObject ();
    cJSON_AddStringToObject (out->page, "source", "page");
    cJSON_AddNumberToObject (out->page, "start", 0);
    cJSON_AddStringToObject (cJSON_AddObjectToObject (out->page, "data"),
                             "text/plain", text);
    free (text);
}

/*  The command as a C cell, so that its output comes in order and an interrupt
 *  ends it. */
static void run_shell (nnk_session *self, const char *command, nnk_outcome *out)
{
    nnk_text code = { 0 };
    nnk_add_string (&code, "(void) !system (\"");
    for (; *command; command++) {
        if (*command == '"' || *command == '\\')
            nnk_add_string (&code, "\\");
        if (*command == '\n')
            nnk_add_string (&code, "\\n");
        else
            nnk_add (&code, command, 1);
    }
    nnk_add_string (&code, "\");");
    nnk_session_run (self, code.s, 0, false, out);
    nnk_text_free (&code);
}

static void undo (nnk_session *self, nnk_outcome *out)
{
    out->ok = self->can_undo && nnk_executor_undo (&self->executor);
    if (out->ok)
        nnk_items_copy (&self->items, &self->before);
    else
        nnk_error_set (&out->error, "UndoError",
                       "there is no state before this one: only the "
                       "last cell can be undone, and only once");
    self->can_undo = false;
}

/*  Whether the cell was one of these; then it has been carried out. */
bool nnk_magic (nnk_session *self, const char *code, nnk_outcome *out)
{
    while (isspace ((unsigned char) *code))
        code++;
    size_t size = strlen (code), word = 0;
    while (size && isspace ((unsigned char) code[size - 1]))
        size--;
    while (isalnum ((unsigned char) code[word]) || code[word] == '_')
        word++;
    if (code[0] == '!') {
        run_shell (self, code + 1, out);
    } else if (code[0] == '?' || (word && word + 1 == size && code[word] == '?')) {
        char *name =
            code[0] == '?' ? nnk_copy (code + 1, size - 1) : nnk_copy (code, word);
        explain (self, name + strspn (name, " \t"), out);
        free (name);
    } else if (size == 5 && strncmp (code, "%undo", 5) == 0) {
        undo (self, out);
    } else if (code[0] == '%') {
        out->ok = false;
        nnk_error_set (&out->error, "MagicError",
                       "'%.*s' is not known; there is %%undo",
                       (int) strcspn (code, " \n"), code);
    } else {
        return false;
    }
    return true;
}
