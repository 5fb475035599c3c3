/*  serve.h - the server, as protocol.c, execution.c and serve.c know it */
#ifndef NNK_SERVE_H
#define NNK_SERVE_H

#include "wire.h"

typedef struct {
    nnk_sink sink; // first: the session's sink is this server
    nnk_wire wire;
    nnk_session session;
    nnk_history history;
    nnk_request **queue; // requests that wait for the cell to end
    int queued;
    nnk_request *cell; // the execute_request that is being carried out
    char *typed;       // what the reader has answered to our input_request
    char *offered;     // code for a cell below
    char *result;      // text/plain of the cell's value
    bool asking, allow_input;
    int count, signals, parent;
} nnk_server;

void nnk_publish (nnk_server *self, const nnk_request *parent, const char *type,
                  cJSON *content);
void nnk_publish_state (nnk_server *self, const nnk_request *parent,
                        const char *state);
void nnk_reply (nnk_server *self, const nnk_request *request, const char *type,
                cJSON *content);
cJSON *nnk_reply_ok (void);
bool nnk_flag (const cJSON *content, const char *key, bool otherwise);
void nnk_enqueue (nnk_server *self, nnk_request *request);
void nnk_handle (nnk_server *self,
                 nnk_request *request); // protocol.c: carries it out
void nnk_on_execute (nnk_server *self, nnk_request *request); // execution.c
void nnk_sink_open (nnk_sink *self);                          // execution.c
cJSON *nnk_error_painted (const nnk_error *self); // paint.c: its lines, in colours

#endif
