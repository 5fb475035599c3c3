/*  history.c - the cells that were run, kept across restarts
 *
 *  One line of JSON a cell, in $XDG_DATA_HOME/nn-c/history.jsonl. A session has a
 *  number; each start takes the next. A home that cannot be written costs the
 *  memory, nothing else.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

enum { MOST = 5000 }; // cells that are remembered

static char *find_path (void)
{
    const char *data = getenv ("XDG_DATA_HOME"), *home = getenv ("HOME");
    if (data && data[0] == '/')
        return nnk_format ("%s/nn-c", data);
    return home && home[0] == '/' ? nnk_format ("%s/.local/share/nn-c", home)
                                  : NULL;
}

static void remember (nnk_history *self, int session, int line, const char *in,
                      const char *out)
{
    if ((self->entries & (self->entries - 1)) == 0) {
        const int room = self->entries ? 2 * self->entries : 1;
        self->entry = realloc (self->entry, room * sizeof *self->entry);
        if (!self->entry)
            abort ();
    }
    self->entry[self->entries++] =
        (nnk_entry){ nnk_copy (in, strlen (in)), nnk_copy (out, strlen (out)),
                     session, line };
}

static int number (const cJSON *object, const char *key, int otherwise)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (object, key);
    return cJSON_IsNumber (item) ? item->valueint : otherwise;
}

static void read_line (nnk_history *self, const char *line, size_t size)
{
    cJSON *entry = cJSON_ParseWithLength (line, size);
    if (cJSON_IsObject (entry)) {
        const int session = number (entry, "session", 0);
        remember (self, session, number (entry, "line", 0),
                  nnk_string (entry, "in"), nnk_string (entry, "out"));
        if (session >= self->session)
            self->session = session + 1;
    }
    cJSON_Delete (entry);
}

static void add_line (nnk_text *out, const nnk_entry *entry)
{
    cJSON *object = cJSON_CreateObject ();
    cJSON_AddNumberToObject (object, "session", entry->session);
    cJSON_AddNumberToObject (object, "line", entry->line);
    cJSON_AddStringToObject (object, "in", entry->in);
    cJSON_AddStringToObject (object, "out", entry->out);
    char *line = cJSON_PrintUnformatted (object);
    nnk_addf (out, "%s\n", line);
    cJSON_free (line);
    cJSON_Delete (object);
}

/*  A file that has grown long is written anew with its last cells. */
static void shorten (nnk_history *self)
{
    nnk_text text = { 0 };
    const int first = self->entries - MOST;
    for (int i = 0; i < first; i++) {
        free (self->entry[i].in);
        free (self->entry[i].out);
    }
    memmove (self->entry, self->entry + first, MOST * sizeof *self->entry);
    self->entries = MOST;
    for (int i = 0; i < MOST; i++)
        add_line (&text, &self->entry[i]);
    nnk_write_file (self->path, text.s, text.size);
    nnk_text_free (&text);
}

void nnk_history_open (nnk_history *self)
{
    nnk_text text = { 0 };
    char *folder = find_path ();
    *self = (nnk_history){ .session = 1 };
    if (folder && nnk_make_folders (folder))
        self->path = nnk_format ("%s/history.jsonl", folder);
    free (folder);
    if (self->path)
        nnk_read_file (self->path, &text);
    for (const char *line = nnk_text_string (&text); *line;) {
        const size_t size = strcspn (line, "\n");
        read_line (self, line, size);
        line += size + (line[size] == '\n');
    }
    nnk_text_free (&text);
    if (self->entries > 2 * MOST)
        shorten (self);
}

void nnk_history_close (nnk_history *self)
{
    for (int i = 0; i < self->entries; i++) {
        free (self->entry[i].in);
        free (self->entry[i].out);
    }
    free (self->entry);
    free (self->path);
    *self = (nnk_history){ 0 };
}

void nnk_history_add (nnk_history *self, int line, const char *in, const char *out)
{
    remember (self, self->session, line, in, out);
    FILE *file = self->path ? fopen (self->path, "ae") : NULL;
    if (!file)
        return;
    nnk_text text = { 0 };
    add_line (&text, &self->entry[self->entries - 1]);
    fwrite (text.s, 1, text.size, file);
    fclose (file);
    nnk_text_free (&text);
}

static cJSON *make_row (const nnk_entry *entry, bool output)
{
    cJSON *row = cJSON_CreateArray ();
    cJSON_AddItemToArray (row, cJSON_CreateNumber (entry->session));
    cJSON_AddItemToArray (row, cJSON_CreateNumber (entry->line));
    if (output) {
        cJSON *pair = cJSON_CreateArray ();
        cJSON_AddItemToArray (pair, cJSON_CreateString (entry->in));
        cJSON_AddItemToArray (pair, cJSON_CreateString (entry->out));
        cJSON_AddItemToArray (row, pair);
    } else {
        cJSON_AddItemToArray (row, cJSON_CreateString (entry->in));
    }
    return row;
}

static bool is_repeated (const nnk_history *self, const int *pick, int picked,
                         int i)
{
    for (int k = 0; k < picked; k++)
        if (strcmp (self->entry[pick[k]].in, self->entry[i].in) == 0)
            return true;
    return false;
}

/*  Whether the entry is in the range or fits the pattern that is asked for. */
static bool is_wanted (const nnk_history *self, const cJSON *request,
                       const nnk_entry *entry)
{
    const char *kind = nnk_string (request, "hist_access_type");
    if (strcmp (kind, "search") == 0) {
        const char *pattern = nnk_string (request, "pattern");
        return fnmatch (*pattern ? pattern : "*", entry->in, 0) == 0;
    }
    if (strcmp (kind, "range") != 0)
        return true;
    int session = number (request, "session", 0);
    if (session <= 0)
        session += self->session;
    return entry->session == session &&
           entry->line >= number (request, "start", 0) &&
           entry->line < number (request, "stop", 1 << 30);
}

/*  The `history` of a history_reply: the last n that fit, oldest first. */
cJSON *nnk_history_ask (const nnk_history *self, const cJSON *request)
{
    const bool range =
        strcmp (nnk_string (request, "hist_access_type"), "range") == 0;
    const bool unique =
        cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (request, "unique"));
    const bool output =
        cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (request, "output"));
    const int most = range ? 1 << 30 : number (request, "n", 1000);
    int *pick = nnk_allocate ((self->entries + 1) * sizeof *pick), picked = 0;
    for (int i = self->entries - 1; i >= 0 && picked < most; i--)
        if (is_wanted (self, request, &self->entry[i]) &&
            !(unique && is_repeated (self, pick, picked, i)))
            pick[picked++] = i;
    cJSON *rows = cJSON_CreateArray ();
    while (picked > 0)
        cJSON_AddItemToArray (rows,
                              make_row (&self->entry[pick[--picked]], output));
    free (pick);
    return rows;
}
