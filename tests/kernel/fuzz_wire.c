/*  fuzz_wire.c - libFuzzer on what reads a message: frames, signature, JSON
 *
 *  The bytes are cut into frames at each form feed. They are read as they are, which
 *  almost always means dropped for their signature, and once more behind a right
 *  one. What is taken must be a request whose fields are there, and its questions
 *  about the history must have answers.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "wire.h"

enum { MOST = 32 };

static const char key[] = "a key";

static void need (bool holds)
{
    if (!holds)
        abort ();
}

/*  Reads the frames, and looks at all that a request has. */
static void read_frames (nnk_wire *wire, const nnk_text *frame, int count)
{
    static const nnk_entry past[] = { { "int x = 1;", "", 1, 1 },
                                      { "x", "1", 1, 2 },
                                      { "x", "1", 2, 1 } };
    const nnk_history history = { .entry = (nnk_entry *) past,
                                  .entries = 3,
                                  .session = 3 };
    memset (wire->seen, 0, (1 << 16) * sizeof *wire->seen); // nothing came before
    nnk_request *request = nnk_wire_read (wire, frame, count, wire);
    if (!request)
        return;
    need (cJSON_IsObject (request->header) && cJSON_IsObject (request->content) &&
          request->type[0] && request->socket == wire);
    cJSON *rows = nnk_history_ask (&history, request->content);
    char *text = cJSON_PrintUnformatted (rows);
    need (text[0] == '[');
    cJSON_free (text);
    cJSON_Delete (rows);
    need (nnk_wire_read (wire, frame, count, wire) == NULL); // it came before
    nnk_request_free (request);
}

/*  Signs the four frames after the second. */
static void sign (nnk_text *frame)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    nnk_text all = { 0 };
    for (int i = 2; i < 6; i++)
        nnk_add (&all, nnk_text_string (&frame[i]), frame[i].size);
    HMAC (EVP_sha256 (), key, (int) strlen (key),
          (const unsigned char *) nnk_text_string (&all), all.size, digest,
          &length);
    nnk_text_clear (&frame[1]);
    for (unsigned i = 0; i < length; i++)
        nnk_addf (&frame[1], "%02x", digest[i]);
    nnk_text_free (&all);
}

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
    static nnk_wire wire;
    if (!wire.seen) {
        wire.key = nnk_copy (key, strlen (key));
        wire.seen = nnk_allocate ((1 << 16) * sizeof *wire.seen);
    }
    nnk_text frame[MOST] = { { 0 } };
    int count = 0;
    for (size_t at = 0; at <= size && count < MOST; count++) {
        const unsigned char *end = memchr (data + at, '\f', size - at);
        const size_t length = end ? (size_t) (end - data) - at : size - at;
        nnk_add (&frame[count], data + at, length);
        at += length + 1;
    }
    read_frames (&wire, frame, count);
    if (count >= 6) {
        nnk_text_clear (&frame[0]);
        nnk_add_string (&frame[0], "<IDS|MSG>");
        sign (frame);
        read_frames (&wire, frame, count);
    }
    for (int i = 0; i < MOST; i++)
        nnk_text_free (&frame[i]);
    return 0;
}
