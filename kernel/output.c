/*  output.c - the kernel's end of the ring and of the pipes
 *
 *  While a cell runs, what it writes is fetched a hundred times a second. Records
 *  of the same stream become one text. A stream's text is cut only between
 *  characters, for a message holds whole ones; bytes that are no UTF-8 become the
 *  replacement character.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "kernel.h"

enum { MOST = 256 << 10 }; // bytes of one stream message

/* --- Text -------------------------------------------------------------------- */

/*  The length of the character at `s`: 0 if it is none, -1 if it is cut off. */
static int utf8_length (const unsigned char *s, size_t size)
{
    const int length = s[0] < 0x80   ? 1
                       : s[0] < 0xC2 ? 0
                       : s[0] < 0xE0 ? 2
                       : s[0] < 0xF0 ? 3
                       : s[0] < 0xF5 ? 4
                                     : 0;
    for (int i = 1; i < length; i++) {
        if ((size_t) i >= size)
            return -1;
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xE0 && length == 3 && s[1] < 0xA0) ||
        (s[0] == 0xED && length == 3 && s[1] > 0x9F) ||
        (s[0] == 0xF0 && length == 4 && s[1] < 0x90) ||
        (s[0] == 0xF4 && length == 4 && s[1] > 0x8F))
        return 0;
    return length;
}

/*  Appends bytes as UTF-8 without zeros. Returns how many were used: a character
 *  whose end has not come is left, unless `all`. */
size_t nnk_utf8 (nnk_text *out, const char *bytes, size_t size, bool all)
{
    size_t at = 0, from = 0;
    while (at < size) {
        const int length =
            utf8_length ((const unsigned char *) bytes + at, size - at);
        if (length > 0 && bytes[at]) {
            at += length;
            continue;
        }
        if (length < 0 && !all)
            break;
        nnk_add (out, bytes + from, at - from);
        nnk_add_string (out, "\xEF\xBF\xBD");
        from = ++at;
    }
    nnk_add (out, bytes + from, at - from);
    return at;
}

/*  Remembers the last line if it is unfinished: it is the prompt when input is
 *  asked for. */
static void keep_line (nnk_executor *self, const char *text, size_t size)
{
    const char *end = memrchr (text, '\n', size);
    if (end)
        nnk_text_clear (&self->line);
    const char *from = end ? end + 1 : text;
    if (self->line.size < 4096)
        nnk_add (&self->line, from, text + size - from);
}

typedef struct {
    nnk_executor *self;
    nnk_sink *sink;
    bool silent;
    char letter;   // of the text that is being gathered
    nnk_text text; // not sent yet
} gathering;

/*  A front end keeps what it is sent, so a cell may send only so much. Returns how
 *  many of `size` bytes are still allowed. */
static size_t allow (gathering *self, size_t size)
{
    nnk_executor *executor = self->self;
    const size_t most = (size_t) executor->limits.output << 20;
    const size_t left = executor->cut ? 0 : most - executor->printed;
    if (size > left)
        executor->cut = true;
    const size_t part = size < left ? size : left;
    executor->printed += part;
    return part;
}

static void say_cut (gathering *self)
{
    char *sentence = nnk_format ("\n[This cell has shown %ld MB, which is the "
                                 "limit; it runs on, but the rest "
                                 "of what it prints is not shown. nn-kernel "
                                 "--output MB changes the limit.]\n",
                                 self->self->limits.output);
    if (!self->silent)
        self->sink->stream (self->sink, "stdout", sentence, strlen (sentence));
    free (sentence);
}

static void flush (gathering *self)
{
    const bool before = self->self->cut;
    size_t size = allow (self, self->text.size);
    while (size && size < self->text.size && (self->text.s[size] & 0xC0) == 0x80)
        size--; // not within a character
    if (size && !self->silent)
        self->sink->stream (self->sink, self->letter == 'O' ? "stdout" : "stderr",
                            self->text.s, size);
    if (self->self->cut && !before)
        say_cut (self);
    nnk_text_clear (&self->text);
}

static void gather (gathering *self, char letter, const char *bytes, size_t size,
                    bool all)
{
    if (letter != self->letter || self->text.size > MOST)
        flush (self);
    self->letter = letter;
    if (self->self->cut)
        return;
    nnk_text *half = &self->self->half[letter == 'E'];
    nnk_text whole = { 0 };
    nnk_add (&whole, nnk_text_string (half), half->size);
    nnk_add (&whole, bytes, size);
    nnk_text_clear (half);
    const size_t before = self->text.size;
    const size_t used = nnk_utf8 (&self->text, whole.s, whole.size, all);
    nnk_add (half, whole.s + used, whole.size - used);
    if (letter == 'O')
        keep_line (self->self, self->text.s + before, self->text.size - before);
    nnk_text_free (&whole);
}

/* --- Displays ---------------------------------------------------------------- */

static bool ends_with (const char *word, const char *end)
{
    const size_t size = strlen (word), tail = strlen (end);
    return size >= tail && strcmp (word + size - tail, end) == 0;
}

/*  One part as the protocol wants it: JSON as itself, text as a string, bytes as
 *  base64. */
static cJSON *read_part (const char *mime, bool string, const char *bytes,
                         size_t size)
{
    nnk_text text = { 0 };
    cJSON *item = NULL;
    const bool json =
        strcmp (mime, "application/json") == 0 || ends_with (mime, "+json");
    if (json)
        item = cJSON_ParseWithLength (bytes, size);
    if (item)
        return item;
    if (string || json || strncmp (mime, "text/", 5) == 0 ||
        ends_with (mime, "+xml") || ends_with (mime, "javascript")) {
        nnk_utf8 (&text, bytes, size, true);
        item = cJSON_CreateString (nnk_text_string (&text));
        nnk_text_free (&text);
    } else {
        char *encoded = nnk_allocate (4 * (size / 3 + 1) + 1);
        EVP_EncodeBlock ((unsigned char *) encoded, (const unsigned char *) bytes,
                         (int) size);
        item = cJSON_CreateString (encoded);
        free (encoded);
    }
    return item;
}

/*  A display record (display.c) as the `data` of a message; id is the caller's to
 *  free. */
cJSON *nnk_bundle_read (const char *bytes, size_t size, char **id)
{
    const char *at = bytes, *end = bytes + size;
    cJSON *data = cJSON_CreateObject ();
    *id = nnk_copy (at, strnlen (at, size));
    at += strlen (*id) + 1;
    while (at < end) {
        const char *mime = at;
        uint32_t length;
        at += strnlen (at, end - at) + 1;
        if (at + 1 + sizeof length > end)
            break;
        const bool string = *at++;
        memcpy (&length, at, sizeof length);
        at += sizeof length;
        if (length > (size_t) (end - at))
            break;
        cJSON_DeleteItemFromObjectCaseSensitive (data, mime);
        cJSON_AddItemToObject (data, mime, read_part (mime, string, at, length));
        at += length;
    }
    return data;
}

/*  What UBSan has found, as gcc would show it: "cell[3]:2:7: ..." and the line. */
static char *describe (const char *found, const char *folder)
{
    const size_t size = strcspn (found, ":");
    char *file = nnk_copy (found, size), *end;
    const long line = strtol (found + size + 1, &end, 10),
               column = strtol (end + 1, &end, 10);
    const char *sentence = end + strspn (end, ": ");
    nnk_text out = { 0 };
    nnk_addf (&out, "%s:%ld:%ld: warning: undefined behaviour: %c%s\n", file, line,
              column, tolower ((unsigned char) sentence[0]), sentence + 1);
    if (nnk_add_source_line (&out, folder, file, (int) line))
        nnk_addf (&out, "      | %*s^\n", (int) column - 1, "");
    free (file);
    return out.s;
}

static void take_display (gathering *self, char letter, const nnk_text *record)
{
    nnk_executor *executor = self->self;
    flush (self);
    if (letter == 'C') {
        executor->printed = 0; // the front end forgets it too
        executor->cut = false;
        if (!self->silent)
            self->sink->clear (self->sink, record->size && record->s[0]);
        return;
    }
    if (letter == 'N') {
        if (self->sink->offer && !self->silent)
            self->sink->offer (self->sink, nnk_text_string (record));
        return;
    }
    if (letter == 'W') {
        cJSON *data = cJSON_CreateObject ();
        char *text = describe (nnk_text_string (record), executor->folder);
        cJSON_AddStringToObject (data, "text/plain", text);
        if (self->silent)
            cJSON_Delete (data);
        else
            self->sink->display (self->sink, NNK_DISPLAY_DATA, data, NULL);
        free (text);
        return;
    }
    const bool before = executor->cut;
    const size_t size = letter == 'U' ? 0 : record->size; // U replaces another
    if (allow (self, size) < size) {
        if (!before)
            say_cut (self);
        return;
    }
    if (self->silent)
        return;
    nnk_display_kind kind = letter == 'U' ? NNK_UPDATE : NNK_DISPLAY_DATA;
    if (letter == 'R' &&
        !executor->result) { // one result a cell; what follows is displayed
        kind = NNK_RESULT;
        executor->result = true;
    }
    char *id;
    cJSON *data = nnk_bundle_read (record->s, record->size, &id);
    self->sink->display (self->sink, kind, data, id[0] ? id : NULL);
    free (id);
}

/* --- The ring and the pipes -------------------------------------------------- */

static void copy_out (const nnk_ring *ring, uint64_t at, void *out, size_t size)
{
    const size_t from = at % NNK_RING, room = NNK_RING - from;
    const size_t first = size < room ? size : room;
    memcpy (out, ring->bytes + from, first);
    memcpy ((char *) out + first, ring->bytes, size - first);
}

/*  Takes the records that stand in the ring now, up to a P. Returns whether there
 *  was one. A cell that prints without end must not keep us here. */
static bool take_records (gathering *self)
{
    nnk_executor *executor = self->self;
    nnk_ring *ring = executor->ring;
    uint64_t tail = atomic_load_explicit (&ring->tail, memory_order_relaxed);
    const uint64_t head = atomic_load_explicit (&ring->head, memory_order_acquire);
    while (tail < head) {
        nnk_record record;
        copy_out (ring, tail, &record, sizeof record);
        if (record.size > NNK_RING)
            record.size = 0; // a cell has written over the ring
        char *bytes = nnk_allocate (record.size);
        copy_out (ring, tail + sizeof record, bytes, record.size);
        tail += sizeof record + record.size;
        if (tail > head)
            tail = head;
        atomic_store_explicit (&ring->tail, tail, memory_order_release);
        const bool text = record.letter == 'O' || record.letter == 'E';
        if (text) {
            gather (self, record.letter, bytes, record.size, false);
        } else if (record.letter != 'P') {
            nnk_add (&executor->record, bytes, record.size);
            if (!record.more) {
                take_display (self, record.letter, &executor->record);
                nnk_text_clear (&executor->record);
            }
        }
        free (bytes);
        if (record.letter == 'P')
            return true;
    }
    return false;
}

/*  What stands in the two pipes. Returns whether there was anything. */
static bool take_pipes (const nnk_executor *self, nnk_text out[2])
{
    char bytes[65536];
    const size_t before = out[0].size + out[1].size;
    for (int i = 0; i < 2; i++) {
        const ssize_t size = read (self->pipe[i], bytes, sizeof bytes);
        if (size > 0)
            nnk_add (&out[i], bytes, size);
    }
    return out[0].size + out[1].size > before;
}

static void gather_pipes (gathering *self, nnk_text from[2])
{
    for (int i = 0; i < 2; i++) {
        if (from[i].size)
            gather (self, i ? 'E' : 'O', from[i].s, from[i].size, false);
        nnk_text_clear (&from[i]);
    }
}

/*  Keeps the unfinished last line of stdout for a moment. If input is asked for
 *  meanwhile, it becomes the prompt and is not published. */
static void hold_back (gathering *self, nnk_drain how)
{
    nnk_executor *executor = self->self;
    const char *end =
        self->text.size ? memrchr (self->text.s, '\n', self->text.size) : NULL;
    const size_t whole = end ? end + 1 - self->text.s : 0;
    const double now = nnk_now ();
    if (self->letter != 'O' || whole == self->text.size)
        executor->held_since = now;
    else if (how == NNK_DRAIN_ASKING) {
        self->text.size = whole;
    } else if (now - executor->held_since < 0.05) {
        nnk_add (&executor->held, self->text.s + whole, self->text.size - whole);
        self->text.size = whole;
    }
}

/*  Everything that has come so far. What stands in the pipes was written after
 *  what stood in the ring before we looked; a P marks where a child has certainly
 *  ended. */
void nnk_output_drain (nnk_executor *self, nnk_sink *sink, bool silent,
                       nnk_drain how)
{
    gathering all = {
        .self = self, .sink = sink, .silent = silent, .letter = 'O'
    };
    nnk_add (&all.text, nnk_text_string (&self->held), self->held.size);
    nnk_text_clear (&self->held);
    nnk_text pipes[2] = { { 0 }, { 0 } };
    bool more = true;
    for (int turn = 0; more && turn < 16; turn++) {
        more = take_pipes (self, pipes);
        const bool mark = take_records (&all);
        gather_pipes (&all, pipes);
        for (int k = 0; mark && k < 64 && take_pipes (self, pipes); k++)
            gather_pipes (&all, pipes);
        more |= mark;
    }
    if (how != NNK_DRAIN_ALL)
        hold_back (&all, how);
    flush (&all);
    nnk_text_free (&all.text);
    nnk_text_free (&pipes[0]);
    nnk_text_free (&pipes[1]);
}
