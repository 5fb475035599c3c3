/*  mine.h - a learner's function in the place of the library's own
 *
 *  An exercise asks for a function with plain arguments; a net calls the verbs of a table.
 *  What stands between them is a plug: it takes the table's row (a kind of layer, a kind of
 *  optimiser, a schedule), copies it, and puts the learner's function where the row had the
 *  library's. Nothing of the library is changed, and no other net knows of it.
 */
#ifndef MINE_H
#define MINE_H

#include "nn.h"

typedef struct { // what a function can be put into
    nn_net *net; // built, not yet trained
    nn_optimiser *optimiser;
    const nn_schedule **schedule;
    int batch; // most images in a pass
    uint64_t seed;
} mine_place;

typedef void mine_function (void); // of whatever type

/*  A row for each exercise that a net can use. */
typedef struct {
    const char *id;           // "06-1"
    const char *functions[3]; // their names; ends with NULL
    const char *where;        // in words: "the way back through each batch norm"
    int (*plug) (mine_place *to, mine_function *const f[]);
} mine_row;

const mine_row *mine_find (const char *id); // NULL: no net uses that function
/*  Loads the functions of an exercise from an object and puts them in. A status and a
 *  sentence in nn_error () if the object lacks one. */
int mine_put (const mine_row *row, const char *object, mine_place *to);

/* --- For the plugs ------------------------------------------------------------------------ */
typedef struct mine_kind mine_kind;
struct mine_kind {
    nn_kind kind; // first: a layer's kind can be asked for the rest
    nn_whole whole;
    const nn_kind *own; // the library's
    mine_function *f[2];
    float *kept; // memory for the whole batch, where a plug needs it
    int *passed;
};
/*  A copy of the layer's kind, already in its place; NULL without memory. */
mine_kind *mine_take (nn_layer *layer, mine_function *const f[]);
static inline const mine_kind *mine_of (const nn_layer *layer)
{
    return (const void *) layer->kind;
}
/*  Images lo .. hi - 1 of a tensor's values or gradients without gaps; free them. */
float *mine_gather (const nn_tensor *t, const float *from, int lo, int hi);
/*  And back, set or added. */
void mine_scatter (const nn_tensor *t, float *to, const float *x, int lo, int hi,
                   bool add);
int mine_put_layers (mine_place *to, const char *kind, mine_function *const f[],
                     int (*change) (mine_kind *mine, nn_layer *layer,
                                    const mine_place *to));
extern const mine_row mine_layers[7], mine_steps[5];

#endif
