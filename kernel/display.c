/*  display.c - nnk.h: pictures, tables and other things that a cell shows
 *
 *  A display is a record of the ring: its name, then each part as type, size and
 *  bytes. The kernel makes the message of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NNK_EXECUTOR // the weak definitions of nnk.h, but for those that are here
#include "exec.h"

enum { MOST = 64 << 20 }; // bytes of one display

static size_t part_size (const nnk_part *part)
{
    return part->size ? part->size : strlen (part->data);
}

/*  id 0 | mime 0 | u8 is a string | u32 size | bytes | mime 0 | ... */
static void put_bundle (char letter, const char *id, const nnk_part *parts,
                        size_t count)
{
    if (!id)
        id = "";
    size_t size = strlen (id) + 1;
    for (size_t i = 0; i < count; i++) {
        if (!parts[i].mime || !parts[i].data)
            nnk_raise ("nnk_display: a part without its type or its data (NULL)");
        size += strlen (parts[i].mime) + 1 + 1 + sizeof (uint32_t) +
                part_size (&parts[i]);
    }
    if (size > MOST)
        nnk_raise (
            "nnk_display: more than 64 MB in one display; show a smaller picture");
    char *record = malloc (size), *at = record;
    if (!record)
        nnk_raise ("nnk_display: no memory to show this");
    at = stpcpy (at, id) + 1;
    for (size_t i = 0; i < count; i++) {
        const uint32_t bytes = (uint32_t) part_size (&parts[i]);
        at = stpcpy (at, parts[i].mime) + 1;
        *at++ = parts[i].size == 0;
        memcpy (at, &bytes, sizeof bytes);
        at += sizeof bytes;
        memcpy (at, parts[i].data, bytes);
        at += bytes;
    }
    nnk_put (letter, record, size);
    free (record);
}

void nnk_display_bundle (const char *id, const nnk_part *parts, size_t count)
{
    put_bundle (nnk_showing && !id ? 'R' : 'D', id, parts, count);
}

void nnk_update_bundle (const char *id, const nnk_part *parts, size_t count)
{
    put_bundle ('U', id, parts, count);
}

void nnk_clear_output (bool wait)
{
    const char byte = wait;
    nnk_put ('C', &byte, 1);
}

void nnk_offer_cell (const char *code)
{
    nnk_put ('N', code, strlen (code));
}

_Noreturn void nnk_raise (const char *sentence)
{
    nnk_die (sentence ? sentence : "nnk_raise was called without a sentence");
}

bool nnk_in_notebook (void)
{
    return true;
}
