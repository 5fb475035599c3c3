/*  wire.c - messages of Jupyter over ZeroMQ
 *
 *  A message is a row of frames: the route back, <IDS|MSG>, a signature, and four
 *  JSON objects (header, parent's header, metadata, content). The signature is the
 *  HMAC-SHA256 of the four under the key of the connection file. What is not
 *  signed so, was received before, or is no message, is dropped without an answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zmq.h>

#include "wire.h"

enum { MOST_FRAMES = 32, MOST_BYTES = 64 << 20, SEEN = 1 << 16 };
static const char delimiter[] = "<IDS|MSG>";

static void make_id (char out[37])
{
    unsigned char bytes[16];
    if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
        memset (bytes, 0, sizeof bytes);
    for (int i = 0, at = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        at += sprintf (out + at, "%02x", bytes[i]);
    }
}

/* --- Sockets ----------------------------------------------------------------- */

static bool bind_one (nnk_wire *self, void **socket, int type, const cJSON *file,
                      const char *port, nnk_text *trouble)
{
    const int number = cJSON_GetObjectItemCaseSensitive (file, port)->valueint;
    const bool ipc = strcmp (nnk_string (file, "transport"), "ipc") == 0;
    const int linger = 1000, most = 1000, one = 1, patience = 2000;
    const int64_t size = MOST_BYTES;
    char *address = nnk_format ("%s://%s%s%d", nnk_string (file, "transport"),
                                nnk_string (file, "ip"), ipc ? "-" : ":", number);
    *socket = zmq_socket (self->context, type);
    zmq_setsockopt (*socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt (*socket, ZMQ_MAXMSGSIZE, &size, sizeof size);
    if (type ==
        ZMQ_XPUB) { // a slow reader slows the cell; one that stands still does not
        zmq_setsockopt (*socket, ZMQ_XPUB_VERBOSE, &one, sizeof one);
        zmq_setsockopt (*socket, ZMQ_XPUB_NODROP, &one, sizeof one);
        zmq_setsockopt (*socket, ZMQ_SNDTIMEO, &patience, sizeof patience);
        zmq_setsockopt (*socket, ZMQ_SNDHWM, &most, sizeof most);
    }
    if (type == ZMQ_ROUTER)
        zmq_setsockopt (*socket, ZMQ_ROUTER_HANDOVER, &one, sizeof one);
    const bool good = zmq_bind (*socket, address) == 0;
    if (!good)
        nnk_addf (trouble, "%s: cannot listen at %s: %s\n", port, address,
                  zmq_strerror (errno));
    free (address);
    return good;
}

bool nnk_wire_open (nnk_wire *self, const char *connection, nnk_text *trouble)
{
    *self = (nnk_wire){ 0 };
    cJSON *file = nnk_connection_read (connection, trouble);
    if (!file)
        return false;
    self->context = zmq_ctx_new ();
    self->key =
        nnk_copy (nnk_string (file, "key"), strlen (nnk_string (file, "key")));
    self->seen = nnk_allocate (SEEN * sizeof *self->seen);
    make_id (self->session);
    const bool good =
        bind_one (self, &self->shell, ZMQ_ROUTER, file, "shell_port", trouble) &&
        bind_one (self, &self->control, ZMQ_ROUTER, file, "control_port",
                  trouble) &&
        bind_one (self, &self->input, ZMQ_ROUTER, file, "stdin_port", trouble) &&
        bind_one (self, &self->iopub, ZMQ_XPUB, file, "iopub_port", trouble) &&
        bind_one (self, &self->heartbeat, ZMQ_REP, file, "hb_port", trouble);
    cJSON_Delete (file);
    return good;
}

void nnk_wire_close (nnk_wire *self)
{
    void *sockets[] = { self->shell, self->control, self->input, self->iopub,
                        self->heartbeat };
    for (int i = 0; i < 5; i++)
        if (sockets[i])
            zmq_close (sockets[i]);
    if (self->context)
        zmq_ctx_term (self->context);
    free (self->key);
    free (self->seen);
    *self = (nnk_wire){ 0 };
}

/* --- Frames ------------------------------------------------------------------ */

/*  All frames of one message; their number, or -1 when there is none. Frames
 *  beyond the most, in number or in bytes, are read and forgotten. */
static int receive_frames (void *socket, nnk_text *frame)
{
    int count = 0;
    size_t bytes = 0;
    for (bool more = true; more; count++) {
        zmq_msg_t part;
        zmq_msg_init (&part);
        if (zmq_msg_recv (&part, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close (&part);
            return -1;
        }
        more = zmq_msg_more (&part);
        bytes += zmq_msg_size (&part);
        if (count < MOST_FRAMES && bytes <= MOST_BYTES)
            nnk_add (&frame[count], zmq_msg_data (&part), zmq_msg_size (&part));
        zmq_msg_close (&part);
    }
    return bytes <= MOST_BYTES ? count : MOST_FRAMES + 1;
}

/*  The signature of four parts, 64 hexadecimal digits. */
static void sign (const nnk_wire *self, const char *const part[4],
                  const size_t size[4], char out[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    nnk_text all = { 0 };
    for (int i = 0; i < 4; i++)
        nnk_add (&all, part[i], size[i]);
    out[0] = 0;
    if (self->key[0] && HMAC (EVP_sha256 (), self->key, (int) strlen (self->key),
                              (unsigned char *) all.s, all.size, digest, &length))
        for (unsigned i = 0; i < length; i++)
            sprintf (out + 2 * i, "%02x", digest[i]);
    nnk_text_free (&all);
}

static bool is_signed (const nnk_wire *self, const nnk_text *frame)
{
    const char *part[4];
    size_t size[4];
    char wanted[65];
    if (!self->key[0])
        return true;
    for (int i = 0; i < 4; i++) {
        part[i] = nnk_text_string (&frame[1 + i]);
        size[i] = frame[1 + i].size;
    }
    sign (self, part, size, wanted);
    return frame[0].size == 64 && CRYPTO_memcmp (frame[0].s, wanted, 64) == 0;
}

/*  Whether a message with this signature came before. Of old ones some are
 *  forgotten: each has one place in a table that does not grow. */
static bool is_repeated (nnk_wire *self, const nnk_text *signature)
{
    uint64_t half[2] = { 0 };
    if (!self->key[0])
        return false;
    for (int i = 0; i < 32; i++) {
        const char c = signature->s[i];
        half[i / 16] = half[i / 16] << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    uint64_t *place = &self->seen[half[0] % SEEN];
    const bool repeated = *place == half[1];
    *place = half[1];
    return repeated;
}

/*  A frame as JSON, NULL if it is none: whole, in UTF-8, an object. */
static cJSON *read_object (const nnk_text *frame)
{
    nnk_text clean = { 0 };
    nnk_utf8 (&clean, nnk_text_string (frame), frame->size, true);
    const bool good = clean.size == frame->size; // what is wrong would be longer
    nnk_text_free (&clean);
    char *json = nnk_copy (nnk_text_string (frame), frame->size);
    nnk_keep_zeros (json);
    cJSON *object =
        good ? cJSON_ParseWithLengthOpts (json, frame->size + 1, NULL, true)
             : NULL;
    free (json);
    if (cJSON_IsObject (object))
        return object;
    cJSON_Delete (object);
    return NULL;
}

/*  The request that the frames after the delimiter make, or NULL. */
static nnk_request *read_parts (const nnk_text *frame, void *socket)
{
    nnk_request *request = nnk_allocate (sizeof *request);
    request->socket = socket;
    request->header = read_object (&frame[1]);
    request->content = read_object (&frame[4]);
    request->header_text = nnk_copy (nnk_text_string (&frame[1]), frame[1].size);
    request->type = nnk_string (request->header, "msg_type");
    if (request->header && request->content && request->type[0])
        return request;
    nnk_request_free (request);
    return NULL;
}

/*  The request that these frames of a message make, the route back in front, or
 *  NULL: it is to be dropped. */
nnk_request *nnk_wire_read (nnk_wire *self, const nnk_text *frame, int count,
                            void *socket)
{
    nnk_request *request = NULL;
    int at = 0;
    while (at < count && at < MOST_FRAMES &&
           (frame[at].size != 9 || memcmp (frame[at].s, delimiter, 9) != 0))
        at++;
    if (count <= MOST_FRAMES && at + 5 < count &&
        is_signed (self, &frame[at + 1]) && !is_repeated (self, &frame[at + 1]))
        request = read_parts (&frame[at + 1], socket);
    for (int i = 0; request && i < at; i++) {
        nnk_add (&request->route, &frame[i].size, sizeof frame[i].size);
        nnk_add (&request->route, nnk_text_string (&frame[i]), frame[i].size);
    }
    return request;
}

nnk_request *nnk_wire_receive (nnk_wire *self, void *socket)
{
    nnk_text frame[MOST_FRAMES] = { { 0 } };
    const int count = receive_frames (socket, frame);
    nnk_request *request = nnk_wire_read (self, frame, count, socket);
    for (int i = 0; i < MOST_FRAMES; i++)
        nnk_text_free (&frame[i]);
    return request;
}

void nnk_request_free (nnk_request *self)
{
    if (!self)
        return;
    cJSON_Delete (self->header);
    cJSON_Delete (self->content);
    free (self->header_text);
    nnk_text_free (&self->route);
    free (self);
}

/* --- Sending ----------------------------------------------------------------- */

static char *make_header (const nnk_wire *self, const char *type)
{
    char id[37], date[64];
    struct timespec now;
    struct tm parts;
    make_id (id);
    clock_gettime (CLOCK_REALTIME, &now);
    gmtime_r (&now.tv_sec, &parts);
    const size_t size = strftime (date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf (date + size, sizeof date - size, ".%06ldZ", now.tv_nsec / 1000);
    return nnk_format (
        "{\"msg_id\":\"%s\",\"username\":\"kernel\",\"session\":\"%s\","
        "\"date\":\"%s\",\"msg_type\":\"%s\",\"version\":\"5.4\"}",
        id, self->session, date, type);
}

/*  The first frame. A reader who is slow slows the cell down; one who has stood
 *  still for two seconds does so once: from then on what he misses is dropped, until
 *  he reads again. */
static void send_first (nnk_wire *self, void *socket, const char *bytes,
                        size_t size)
{
    const int on = 1, off = 0, patience = 2000;
    const bool sent = zmq_send (socket, bytes, size, ZMQ_SNDMORE) >= 0;
    if (socket != self->iopub)
        return;
    if (sent == self->stalled) {
        self->stalled = !sent;
        zmq_setsockopt (socket, ZMQ_SNDTIMEO, sent ? &patience : &off, sizeof off);
    }
    if (sent)
        return;
    zmq_setsockopt (socket, ZMQ_XPUB_NODROP, &off, sizeof off);
    zmq_send (socket, bytes, size, ZMQ_SNDMORE);
    zmq_setsockopt (socket, ZMQ_XPUB_NODROP, &on, sizeof on);
}

void nnk_wire_send (nnk_wire *self, void *socket, const nnk_request *parent,
                    const char *type, cJSON *content)
{
    char *header = make_header (self, type),
         *body = cJSON_PrintUnformatted (content);
    const char *part[4] = { header, parent ? parent->header_text : "{}", "{}",
                            body };
    size_t size[4];
    char signature[65];
    for (int i = 0; i < 4; i++)
        size[i] = strlen (part[i]);
    sign (self, part, size, signature);
    if (socket == self->iopub) {
        const char *topic = strcmp (type, "iopub_welcome") == 0
                                ? nnk_string (content, "subscription")
                                : type;
        send_first (self, socket, topic, strlen (topic));
    } else {
        for (size_t at = 0, length; parent && at < parent->route.size;
             at += sizeof length + length) {
            memcpy (&length, parent->route.s + at, sizeof length);
            zmq_send (socket, parent->route.s + at + sizeof length, length,
                      ZMQ_SNDMORE);
        }
    }
    zmq_send (socket, delimiter, 9, ZMQ_SNDMORE);
    zmq_send (socket, signature, strlen (signature), ZMQ_SNDMORE);
    for (int i = 0; i < 4; i++)
        zmq_send (socket, part[i], size[i], i < 3 ? ZMQ_SNDMORE : 0);
    cJSON_free (body);
    free (header);
    cJSON_Delete (content);
}

/*  A subscription arrives at the publisher as a byte 1 and the topic. A topic that
 *  is no text is not greeted. */
void nnk_wire_welcome (nnk_wire *self)
{
    nnk_text frame[MOST_FRAMES] = { { 0 } }, topic = { 0 };
    const int count = receive_frames (self->iopub, frame);
    if (count > 0 && frame[0].size && frame[0].s[0] == 1)
        nnk_utf8 (&topic, frame[0].s + 1, frame[0].size - 1, true);
    if (count > 0 && frame[0].size && topic.size == frame[0].size - 1) {
        cJSON *content = cJSON_CreateObject ();
        cJSON_AddStringToObject (content, "subscription",
                                 nnk_text_string (&topic));
        nnk_wire_send (self, self->iopub, NULL, "iopub_welcome", content);
    }
    nnk_text_free (&topic);
    for (int i = 0; i < MOST_FRAMES; i++)
        nnk_text_free (&frame[i]);
}

void nnk_wire_beat (nnk_wire *self)
{
    nnk_text frame[MOST_FRAMES] = { { 0 } };
    int count = receive_frames (self->heartbeat, frame);
    if (count > MOST_FRAMES)
        count = MOST_FRAMES;
    for (int i = 0; i < count; i++)
        zmq_send (self->heartbeat, frame[i].s, frame[i].size,
                  i + 1 < count ? ZMQ_SNDMORE : 0);
    for (int i = 0; i < MOST_FRAMES; i++)
        nnk_text_free (&frame[i]);
}
