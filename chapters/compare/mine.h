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

typedef struct mine_place mine_place;
typedef struct mine_kind mine_kind;
typedef void mine_function (void); // of whatever type
enum { MINE_FUNCTIONS = 3, MINE_HOOKS = 12, MINE_EPOCHS = 6 };

/*  What a function made of the trained net, and what the library makes of it. */
typedef struct {
    char what[64];
    double yours, book, near; // near: how far they may lie apart
} mine_figure;
typedef struct { // a function that is called when the training is over
    int (*run) (mine_place *to, mine_function *const f[]);
    mine_function *f[MINE_FUNCTIONS];
} mine_hook;

struct mine_place { // what a function can be put into
    nn_net *net;    // built, not yet trained
    nn_optimiser optimiser;
    const nn_schedule *schedule;
    int batch; // most images in a pass
    uint64_t seed;
    nn_data *all, *training, *validation;
    nn_transform transform[NN_TRANSFORMS];
    int transforms;
    nn_callback callback[MINE_HOOKS];
    int callbacks;
    nn_history history;
    // the weights after each epoch, if mine_keep_epochs () was called
    float *kept[MINE_EPOCHS];
    mine_hook after[MINE_HOOKS];
    int hooks;
    mine_figure figure[MINE_HOOKS];
    int figures;
    mine_kind *kinds; // all that were made, the last one first
};

/*  A row for each exercise that a net can use. */
typedef struct {
    const char *id;                            // "06-1"
    const char *functions[MINE_FUNCTIONS + 1]; // their names; ends with NULL
    const char *where; // in words: "the way back through each batch norm"
    int (*plug) (mine_place *to, mine_function *const f[]);
    bool draws; // other numbers than the library's: the curve is another one
} mine_row;
#define MINE_ROW(number, put, place, ...)                                         \
    {                                                                             \
        .id = number, .functions = { __VA_ARGS__ }, .where = place, .plug = put   \
    }
#define MINE_DRAWS(number, put, place, ...)                                       \
    {                                                                             \
        .id = number, .functions = { __VA_ARGS__ }, .where = place, .plug = put,  \
        .draws = true                                                             \
    }
#define MINE_END                                                                  \
    {                                                                             \
        .id = NULL                                                                \
    }
extern const mine_row *const mine_tables[]; // each ends with a row of NULL

const mine_row *mine_find (const char *id); // NULL: no net uses that function
/*  Loads the functions of an exercise from an object and puts them in. A status and a
 *  sentence in nn_error () if the object lacks one. */
int mine_put (const mine_row *row, const char *object, mine_place *to);

/* --- For the plugs ------------------------------------------------------------------------
 * A layer may have several: each kind lies over the one before it, and a verb finds its own by
 * the number of its exercise. */
struct mine_kind {
    nn_kind kind; // first: a layer's kind can be asked for the rest
    nn_whole whole;
    const nn_kind *own;      // the library's, or that of the plug before
    const char *id;          // of the exercise
    mine_kind *under, *next; // the plug before, or NULL; in mine_place's list
    mine_function *f[MINE_FUNCTIONS];
    float *kept; // memory for the whole batch, where a plug needs it
    int *passed;
    const nn_layer *part[2]; // other layers whose weights it reads
    mine_kind *last;         // who has kept what this one needs
};
/*  A copy of the layer's kind, already in its place; NULL without memory. */
mine_kind *mine_take (mine_place *to, nn_layer *layer, const char *id,
                      mine_function *const f[]);
const mine_kind *mine_of (const nn_layer *layer, const char *id);
/*  Images lo .. hi - 1 of a tensor's values or gradients without gaps; free them. */
float *mine_gather (const nn_tensor *t, const float *from, int lo, int hi);
/*  And back, set or added. */
void mine_scatter (const nn_tensor *t, float *to, const float *x, int lo, int hi,
                   bool add);
int mine_put_layers (mine_place *to, const char *kind, const char *id,
                     mine_function *const f[],
                     int (*change) (mine_kind *mine, nn_layer *layer,
                                    const mine_place *to));
/*  Before the library's own way back: what it will add to, for a plug that puts the
 *  learner's gradient in the place of its. */
float *mine_gradient_before (const nn_layer *self, int lo, int hi);
nn_conv_shape mine_shape_of (const nn_layer *self); // of a convolution
int mine_slow_weights (mine_place *to); // chapter 18's, the library's own
void mine_after (mine_place *to,
                 int (*run) (mine_place *to, mine_function *const f[]),
                 mine_function *const f[]);
void mine_tell (mine_place *to, const char *what, double yours, double book,
                double near);
int mine_keep_epochs (mine_place *to);
/*  What an exercise says of the trained net: asks for run_NN_k () when that is over. */
#define MINE_AFTER(id, epochs)                                                    \
    static int plug_##id (mine_place *to, mine_function *const f[])               \
    {                                                                             \
        mine_after (to, run_##id, f);                                             \
        return (epochs) ? mine_keep_epochs (to) : NN_OK;                          \
    }
// all weights of a net, in a row; and back
size_t mine_weights (const nn_net *net, float *to);
void mine_put_weights (nn_net *net, const float *from);
extern const mine_row mine_layers[], mine_steps[], mine_blocks[], mine_pictures[],
    mine_results[], mine_answers[];

#endif
