/*  wire.h - messages of Jupyter over ZeroMQ */
#ifndef NNK_WIRE_H
#define NNK_WIRE_H

#include "kernel.h"

typedef struct {
    void *context, *shell, *control, *input, *iopub, *heartbeat;
    char *key;
    uint64_t *seen; // signatures of the messages that came, to know them again
    char session[40];
    bool stalled; // a reader of iopub has stood still
} nnk_wire;
typedef struct {
    void *socket;   // on which it came
    nnk_text route; // the frames before <IDS|MSG>, each after its length
    char *header_text;
    cJSON *header, *content;
    const char *type;
} nnk_request;
cJSON *nnk_connection_read (const char *path, nnk_text *trouble); // connection.c
bool nnk_wire_open (nnk_wire *self, const char *connection, nnk_text *trouble);
void nnk_wire_close (nnk_wire *self);
nnk_request *nnk_wire_read (nnk_wire *self, const nnk_text *frame, int count,
                            void *socket); // NULL: it is to be dropped
nnk_request *nnk_wire_receive (nnk_wire *self,
                               void *socket); // NULL: nothing to heed
void nnk_request_free (nnk_request *self);
void nnk_wire_send (nnk_wire *self, void *socket, const nnk_request *parent,
                    const char *type, cJSON *content); // takes content
void nnk_wire_welcome (nnk_wire *self);                // answers a new subscriber
void nnk_wire_beat (nnk_wire *self);

#endif
