/*  nn.h - convolutional networks on CPUs, layer by layer
 *
 *  One header for the whole library, one paragraph a subject, in the order in
 *  which the book brings them. Everything public begins with nn_. Every struct is
 *  open: print it.
 *
 *  Two kinds of trouble. When the world fails (a file, a format, memory, shapes
 *  that do not fit) a function returns a negative status, or NULL, and nn_error ()
 *  says in one sentence what happened. When a caller breaks a contract,
 *  nn_require () ends the program, or in a notebook the cell.
 */
#ifndef NN_H
#define NN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- What went wrong --------------------------------------------------------------- */
enum {
    NN_OK = 0,
    NN_EFILE = -1,   // a file cannot be opened, read or written
    NN_EFORMAT = -2, // its content is not what it should be
    NN_EMEMORY = -3, // not enough memory
    NN_ESHAPE = -4,  // sizes that do not fit together
    NN_EVALUE = -5,  // an option out of its range, an unknown name
    NN_ESYSTEM = -6  // a program or a service of the system is missing or fails
};
const char *nn_error (void); // the last failure of this thread, as a sentence
// keeps the sentence, returns the status
int nn_fail (int status, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
// a broken contract; by default: abort
extern void (*nn_on_panic) (const char *sentence);
_Noreturn void nn_panic (const char *function, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
#define nn_require(holds, ...)                                                    \
    ((holds) ? (void) 0 : nn_panic (__func__, __VA_ARGS__))
const char *nn_nearest (const char *word, const char *const *known, int count);

/* --- Memory: everything a net needs lies in its arenas ------------------------------ */
typedef struct nn_chunk nn_chunk;
typedef struct {
    nn_chunk *chunks;
    size_t used, reserved; // bytes
    size_t limit; // refuse to reserve more than this many bytes; 0: no limit
    bool scratch; // contents may be lost between passes: wiped in a forked child
} nn_arena;
nn_arena *nn_arena_new (bool scratch);
void *nn_arena_take (nn_arena *self, size_t bytes); // zeros, or NULL
// and all that was taken from it
void nn_arena_free (nn_arena **self_p);

/* --- Tensors: n images of h rows, w columns, c channels, channels innermost ------ */
typedef struct {
    int n, h, w, c;
    int halo;  // rows and columns of zeros that surround each image in memory
    float *x;  // values; points to row 0, column 0 of image 0
    float *dx; // how the loss changes with each value; laid out like x
} nn_tensor;
static inline size_t nn_image_size (const nn_tensor *t) // values in an image
{
    return (size_t) t->h * t->w * t->c;
}
static inline size_t nn_row_stride (const nn_tensor *t) // floats from row to row
{
    return (size_t) (t->w + 2 * t->halo) * t->c;
}
static inline size_t nn_image_stride (const nn_tensor *t) // from image to image
{
    return (t->h + 2 * t->halo) * nn_row_stride (t);
}
static inline size_t nn_at (const nn_tensor *t, int image, int row, int col)
{
    return image * nn_image_stride (t) + row * nn_row_stride (t) +
           (size_t) col * t->c;
}
int nn_tensor_new (nn_tensor *self, nn_arena *arena, int n, int h, int w, int c);
// takes the memory; the sizes are set already
int nn_tensor_lay (nn_tensor *self, nn_arena *arena, bool gradient);
void nn_tensor_clear_halo (const nn_tensor *self, int lo, int hi);
void nn_tensor_range (const nn_tensor *self, float *low, float *high, float *mean);
void nn_tensor_print (const nn_tensor *self, FILE *out);

/* --- Randomness: a counter, a key, and no state that hides -------------------------- */
typedef struct {
    uint32_t key[2], counter[4]; // the seed; where we are
    uint32_t block[4];           // the last four words drawn
    int left;                    // how many of them are unused
} nn_random;
enum {
    NN_FOR_INIT = 1,
    NN_FOR_ORDER,
    NN_FOR_SPLIT,
    NN_FOR_TRANSFORM,
    NN_FOR_LAYER,
    NN_FOR_SHAPES,
    NN_FOR_TEST
};
void nn_philox (uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);
nn_random nn_random_from (uint64_t seed, uint32_t purpose, uint32_t a, uint32_t b);
uint32_t nn_random_bits (nn_random *self);
uint32_t nn_random_below (nn_random *self, uint32_t n); // 0 .. n - 1, each alike
float nn_random_uniform (nn_random *self);              // 0 <= x < 1
float nn_random_normal (nn_random *self);               // mean 0, deviation 1
void nn_shuffle (int *order, int count, nn_random *random);

/* --- Products of matrices -------------------------------------------------
 * c = a b, all row by row: a is m x k, b is k x n, c is m x n. */
void nn_gemm_ijk (float *c, const float *a, const float *b, int m, int n, int k);
void nn_gemm_ikj (float *c, const float *a, const float *b, int m, int n, int k);
void nn_gemm_tiled (float *c, const float *a, const float *b, int m, int n, int k);
typedef struct {
    int m, n, k;
    const float *a, *b;
    float *c;
    int lda, ldb, ldc; // floats from row to row as stored; 0: as many as a row has
    bool ta, tb;       // a is stored as k x m, b as n x k
    bool add;          // c += a b
} nn_product;
typedef struct { // one who multiplies
    bool (*fits) (const nn_product *p);
    void (*multiply) (const nn_product *p); // with lda, ldb and ldc
} nn_multiplier;
extern const nn_multiplier *const nn_multipliers[]; // ends with NULL
void nn_gemm (nn_product p); // the first whom it fits, on the calling thread alone

/* --- Files, whole or not at all ------------------------------------------------------- */
// all of a file; free the bytes
int nn_file_read (const char *path, unsigned char **bytes, size_t *size);
int nn_file_write (const char *path, const void *bytes, size_t size);
bool nn_write_all (int fd, const void *bytes, size_t size);

/* --- Images: values from 0 to 1 ------------------------------------------------------ */
typedef struct {
    int h, w, c;
    float *x;
    size_t room; // floats that x can hold
} nn_image;
int nn_image_fit (nn_image *self, int h, int w, int c); // makes room
// also for what is no picture
int nn_image_hold (nn_image *self, int h, int w, int c);
void nn_image_free (nn_image *self);
int nn_image_load (nn_image *self, const char *path); // a PNG or JPEG, as RGB
// perhaps smaller, if it is much larger than h x w
int nn_image_load_about (nn_image *self, const char *path, int h, int w);
int nn_image_check (const char *path, size_t h, size_t w); // not too large?
int nn_jpeg_unpack (nn_image *self, const char *path, const unsigned char *bytes,
                    size_t size, int h, int w);
int nn_jpeg_save (const nn_image *self, const char *path, int quality); // 1 to 100
int nn_image_save (const nn_image *self, const char *path);             // PNG
// as the bytes of a PNG; free them
int nn_image_encode (const nn_image *self, unsigned char **png, size_t *size);

/* --- Data sets: so many labelled images ---------------------------------------------- */
typedef struct nn_data nn_data;
struct nn_data {
    const char *name;
    int count, classes;
    int h, w, c;              // of every image; 0 where they differ
    const char *const *names; // of the classes
    int (*label) (const nn_data *self, int i);
    // from any thread, and from several at once
    int (*read) (const nn_data *self, int i, nn_image *image);
    void (*close) (nn_data *self);
    void *source;
};
nn_data *nn_data_new (const nn_data *like, size_t source_bytes); // source: zeros
void nn_data_free (nn_data **self_p);
nn_data *nn_cifar10 (const char *folder, bool test); // the official binary layout
// drawn here, the same everywhere
nn_data *nn_shapes10 (int count, uint64_t seed);
void nn_shapes10_draw (uint8_t pixels[32 * 32 * 3], int label, uint64_t seed,
                       int i);

/* --- Views: a part of a data set, which must live as long as they do ------------------ */
nn_data *nn_subset (const nn_data *of, const int *index, int count);
// of what it is a view, and of which images; NULL if it is none
const nn_data *nn_subset_of (const nn_data *self, const int **index);
int nn_class_counts (const nn_data *data, int *counts); // classes numbers
// stratified: `share` of each class goes to the second
int nn_split (const nn_data *data, double share, uint64_t seed, nn_data **first,
              nn_data **second);

/* --- Transforms: what happens to an image between the data set and the net ------------ */
typedef struct nn_transform nn_transform;
struct nn_transform {
    const char *name;
    int (*apply) (const nn_transform *self, nn_image *image, nn_random *random);
    bool training; // only while training, never while measuring
    float value[8];
};
// of each channel
int nn_moments (const nn_data *data, float mean[4], float deviation[4]);
nn_transform nn_standardise (const float mean[4], const float deviation[4],
                             int channels);
int nn_transform_all (const nn_transform *list, int count, nn_image *image,
                      bool training, uint64_t seed, uint32_t epoch, uint32_t i);

/* --- Batches, read ahead on a thread -------------------------------------------------- */
typedef struct {
    int n, classes;
    int h, w, c;
    int *index; // which images of the data set
    int *label;
    float *x;      // n x h x w x c
    float *target; // n x classes: how much of each class an image is; sums to 1
    float *weight; // n: how much an image counts, usually 1
} nn_batch;
/*  Work in parts, for threads 0, 1 … that have nothing else to do. */
typedef struct {
    void *self;
    int parts;
    void (*part) (void *self, int part, int thread);
} nn_chore;
typedef struct nn_loader nn_loader;
typedef struct {
    int _;
    int batch;     // images; 0 means 32
    bool shuffle;  // a new order each epoch, by seed and epoch
    bool training; // apply the transforms meant for training
    uint64_t seed;
    const nn_transform *transforms;
    int transform_count;
    int ahead;   // batches that may wait, ready; 0 means 2
    int helpers; // threads that make them, by nn_loader_chore; 0: one of its own
    // what is done to a whole batch; or NULL
    int (*mix) (nn_batch *batch, nn_random *random, const void *with);
    const void *with;
} nn_loader_args;
#define nn_loader_new(data, ...)                                                  \
    nn_loader_open (data, (nn_loader_args){ 0, __VA_ARGS__ })
nn_loader *nn_loader_open (const nn_data *data, nn_loader_args args);
int nn_loader_batches (const nn_loader *self); // in an epoch
// from this batch on
int nn_loader_start (nn_loader *self, uint32_t epoch, int batch);
const nn_batch *nn_loader_next (nn_loader *self, int *status); // NULL at the end
nn_chore nn_loader_chore (nn_loader *self); // for the batch after this one
void nn_loader_free (nn_loader **self_p);

/* --- Pictures of numbers, by gnuplot --------------------------------------------------- */
typedef struct {
    const char *label;
    const float *x, *y; // x may be NULL: 1, 2, 3 …
    int count;
    bool dashed, points;
} nn_curve;
typedef struct {
    int _;
    const char *title, *x_label, *y_label;
    const char *file; // .svg or .png; NULL: shown where the program runs
    bool log_x, log_y;
    double y_low, y_high;     // both 0: as the data have it
    int width, height;        // pixels; 0 means 640 x 400
    const char *const *names; // of bars, rows, pictures
    int columns;              // of a sheet; 0: about as many as rows
    const char *const *cells; // what stands in a heat map's; NULL: their numbers
} nn_plot_args;
// where figures without a file go; or NULL
extern void (*nn_on_show) (const char *mime, const void *data, size_t size);
#define nn_plot_curves(curves, count, ...)                                        \
    nn_plot_curves_with (curves, count, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_bars(values, count, ...)                                          \
    nn_plot_bars_with (values, count, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_heat(values, rows, cols, ...)                                     \
    nn_plot_heat_with (values, rows, cols, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_images(images, count, ...)                                        \
    nn_plot_images_with (images, count, (nn_plot_args){ 0, __VA_ARGS__ })
int nn_plot_curves_with (const nn_curve *curves, int count, nn_plot_args args);
int nn_plot_bars_with (const float *values, int count, nn_plot_args args);
int nn_plot_heat_with (const float *values, int rows, int cols, nn_plot_args args);
int nn_plot_images_with (const nn_image *images, int count, nn_plot_args args);
int nn_gnuplot (const char *script, const void *input, size_t input_size,
                unsigned char **output, size_t *size); // free the output
// as a string that is only shown
void nn_gnuplot_text (FILE *script, const char *text);
int nn_letter_bytes (const char *from); // of a UTF-8 letter; 0: it is none
// 0: an SVG; negative: neither
int nn_plot_is_png (const char *file);
int nn_plot_show (const char *file, const void *bytes, size_t size);
enum { NN_COLOURS = 7 };
extern const char *const nn_plot_colours[NN_COLOURS]; // "#0072B2" …
typedef struct { // a picture of any other kind: begin, write to out, end
    FILE *out;
    char *text;
    size_t size;
} nn_script;
int nn_script_begin (nn_script *self, const nn_plot_args *args, int width,
                     int height);
int nn_script_end (nn_script *self, const nn_plot_args *args, int status);
// places 0, 1, 2 … of an axis; room in pixels
void nn_script_names (const nn_script *self, char axis, const char *const *names,
                      int count, int room);

/* --- Loops over numbers, for the widest vectors that there are ------------------------- */
// the function is compiled for several; a processor takes its own, and gets the
// same bits
#ifdef __x86_64__
#define NN_EACH_WIDTH                                                             \
    __attribute__ ((target_clones ("avx512f", "avx2", "default")))
#else
#define NN_EACH_WIDTH
#endif

/* --- Layers: a kind of layer is a few verbs -----------------------------------
 * forward and backward work on the images lo .. hi - 1, so that a chain of layers
 * can run over a few images while they are still in the cache, on one thread. They
 * may write only what belongs to these images, to the sums of pass->shard, and to
 * pass->work. */
typedef struct nn_net nn_net;
typedef struct nn_layer nn_layer;
typedef struct {
    const nn_batch *batch; // the images, targets and weights of this pass
    bool training;
    int shard;  // whose sums to add to
    long step;  // of training, for layers that draw
    void *work; // this thread's workspace
} nn_pass;

typedef struct { // for kinds that must see the whole batch before they go on
    void (*partial) (nn_layer *self, int lo, int hi, const nn_pass *pass);
    void (*reduce) (nn_layer *self, const nn_pass *pass); // sums the shards
    void (*partial_back) (nn_layer *self, int lo, int hi, const nn_pass *pass);
    void (*reduce_back) (nn_layer *self, const nn_pass *pass);
} nn_whole;

enum {
    NN_IN_PLACE = 1,  // may write its output over its input
    NN_NEEDS_OUT = 2, // backward reads its output: nobody may write over it
    NN_HALO_IN = 4,   // can read an input with a halo
    NN_HALO_OUT = 8,  // can write an output with a halo
    NN_WIDE = 16,     // wants as many images at a time as there are
    NN_IN_PLACE_AT_REST = 32, // in place where no gradient comes back
    NN_AGAIN = 64,            // forward may be done again on the way back
    NN_CARRIES = 128, // does what its reader would do to each row, while it is hot
    NN_CARRIES_BACK = 256, // the same for the way back of the layer that it reads
    NN_SUM = 512           // its output is the sum of its two inputs
};

typedef struct {
    const char *name;
    int (*shape) (nn_layer *self); // sizes, parameters, memory, from its inputs
    void (*forward) (nn_layer *self, int lo, int hi, const nn_pass *pass);
    void (*backward) (nn_layer *self, int lo, int hi, const nn_pass *pass);
    void (*describe) (const nn_layer *self, char *text, size_t size);
    // once a pass; or NULL
    void (*prepare) (nn_layer *self, int part, int parts);
    // the gradients of big weights, row by row; or NULL
    void (*rows) (nn_layer *self, int part, int parts, const nn_pass *pass);
    const nn_whole *whole; // or NULL
    // of kinds that do the same to each number, or NULL: y = f (x), perhaps over
    // it; and the gradient of x, or what is added to it, from that of y
    void (*row) (float *y, const float *x, size_t n);
    void (*row_back) (float *dx, const float *dy, const float *y, size_t n,
                      bool add);
    const float
        *limits; // of such kinds that only clamp: the lowest y, the highest
    unsigned flags;
} nn_kind;

/* --- Parameters: what a layer learns --------------------------------------------------- */
enum { NN_DIMS = 4, NN_SLOTS = 4, NN_PARAMS = 4, NN_PARTS = 16 };
typedef void nn_init (float *w, size_t size, int fan_in, int fan_out,
                      nn_random *random);
typedef struct {
    char name[64]; // "conv2d_1.weight"
    int dim[NN_DIMS], dims;
    size_t size;
    int fan_in, fan_out;
    nn_init *init;
    float *w, *dw; // values; gradient
    float *sums;   // shards x size: partial sums of dw, or NULL: rows () fills dw
    float *slot[NN_SLOTS]; // the optimiser's memory
    bool by_rows;          // dw is filled by the kind's rows (), not by shards
    bool decays;           // weight decay may shrink it
    bool constant; // kept with the weights but not learnt (running statistics)
    float rate;    // times the learning rate; 1 unless set
} nn_param;
void nn_init_zeros (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random);
void nn_init_ones (float *w, size_t size, int fan_in, int fan_out,
                   nn_random *random);
void nn_init_glorot (float *w, size_t size, int fan_in, int fan_out,
                     nn_random *random);
void nn_init_he (float *w, size_t size, int fan_in, int fan_out,
                 nn_random *random);

/* --- The net: an array of layers, each naming its inputs ------------------------------- */
struct nn_layer {
    const nn_kind *kind;
    nn_net *net;
    char name[48];
    int index; // in the net
    nn_layer **in;
    int ins;
    int users; // layers that read its output
    nn_tensor out;
    nn_param param[NN_PARAMS];
    int params;
    void *args; // a copy of what its maker was given
    size_t args_size;
    void *kept; // kept_size bytes an image, from forward for backward
    size_t kept_size;
    size_t work_size;  // bytes of workspace a thread
    size_t rows_size;  // the same for rows (), which only training calls
    void *state;       // anything else, taken in shape () from net->lasting
    int halo;          // that it would like around in[0]
    int block;         // images that go through it at a time
    bool wide;         // it wants as many at a time as there are, as NN_WIDE says
    bool finishes;     // NN_CARRIES for what clamps; at rest adds, writes a halo
    bool *overwrites;  // backward sets, not adds to, the gradient of in[k]
    bool *refreshes;   // before backward, the output of in[k] is made again
    bool in_place;     // shares the memory of in[0]
    bool again;        // its output is not kept, but made again on the way back
    bool waits;        // everybody waits here until the whole batch has come
    bool frozen;       // its parameters stay as they are
    bool wanted;       // something at or below it learns: its gradient is wanted
    bool carried_back; // its reader goes its way back as well
    nn_layer *carries; // the reader for whom it does so; or NULL
    // a few images of its output, of its gradient, if they live no longer than
    // those few take: in the first thread's own memory. Else NULL
    float *brief_x, *brief_dx;
};

typedef enum { NN_FORWARD, NN_BACKWARD, NN_LEARNING, NN_STAGES } nn_stage;
typedef struct nn_timer nn_timer;
struct nn_timer { // is told how long each thread works for each layer
    void (*took) (nn_timer *self, int thread, int layer, nn_stage stage,
                  double seconds);
};

struct nn_net {
    nn_arena *lasting, *scratch;
    nn_layer **layer;
    int layers, room;
    int status;        // of the first failure while building; kept
    char failure[256]; // and its sentence
    uint64_t seed;
    int batch;     // most images in a pass; 0: not yet built
    int shards;    // fixed when built, whatever the threads
    bool training; // built with gradients,
    bool sparing;  // and, if so, in less memory
    void **work;   // a workspace for each thread
    int threads;
    nn_layer *output; // the last layer
    float *loss;      // batch numbers: the loss of each image, set by a loss layer
    int slots;        // that the parameters have
    long step;        // training steps taken
    int seen;         // images of the last forward pass
    nn_chore chore;   // for a thread that has no shard left in a step; or nothing
    nn_timer *timer;  // who wants to know where the time goes; or NULL
    bool settled;     // built for weights that do not change,
    bool prepared;    // and what is made of them is there
    nn_layer **view; // threads x layers, as each thread sees them; NULL: all alike
    size_t own;      // floats of each thread's own memory
};

typedef struct {
    int _;
    uint64_t seed;
    size_t memory_limit; // bytes; 0: none
} nn_net_args;
#define nn_net_new(...) nn_net_open ((nn_net_args){ 0, __VA_ARGS__ })
nn_net *nn_net_open (nn_net_args args);
void nn_net_free (nn_net **self_p);
// keeps the first failure while a net is made; NULL
nn_layer *nn_net_give_up (nn_net *net, int status);
// NULL after the first failure
nn_layer *nn_layer_add (nn_net *net, const nn_kind *kind, nn_layer *const *in,
                        int ins, const void *args, size_t bytes);
// while shape () runs
nn_param *nn_param_add (nn_layer *layer, const char *name, int dims,
                        const int *dim, int fan_in, int fan_out, nn_init *init);
typedef struct {
    int _;
    int batch;           // most images in a pass; 0 means 32
    bool inference;      // no gradients
    bool input_gradient; // the gradient of the pictures as well
    int shards;          // 0 means 8
    bool sparing;        // less memory: makes again what need not be kept
    // for inference: the weights do not change until built again, and of the
    // outputs nobody wants any but the last
    bool settled;
} nn_build_args;
#define nn_net_build(net, ...) nn_net_lay (net, (nn_build_args){ 0, __VA_ARGS__ })
// again after freezing: weights stay
int nn_net_lay (nn_net *net, nn_build_args args);
// called by it
int nn_lives_lay (nn_net *net);
int nn_views_lay (nn_net *net);
size_t nn_net_parameters (const nn_net *net, bool learnt_only);
// then build (again)
void nn_net_freeze (nn_net *net, int first, int end, bool frozen);
nn_layer *nn_net_layer (const nn_net *net, const char *name); // or NULL
// a table of layers
void nn_net_summary (const nn_net *net, FILE *out);

/* --- Running a net: forward, backward, one step ---------------------------------------- */
typedef struct nn_optimiser nn_optimiser;
typedef struct nn_comm nn_comm;
int nn_net_forward (nn_net *net, const nn_batch *batch, bool training);
// after a forward in training
int nn_net_backward (nn_net *net, const nn_batch *batch);
// mean over the images of the last forward
double nn_net_loss (const nn_net *net);
// forward, backward, sums, update
int nn_net_step (nn_net *net, const nn_batch *batch, nn_optimiser *optimiser,
                 const nn_comm *comm);
static inline float *nn_sums (const nn_param *p, const nn_pass *pass)
{
    return p->sums + pass->shard * p->size;
}
static inline bool nn_gradient_wanted (const nn_layer *self, int k)
{
    return self->in[k]->wanted;
}
// do both take as many images at a time? So many
bool nn_together (const nn_layer *a, const nn_layer *b);
int nn_at_a_time (const nn_layer *self);
// the layers as this thread sees them; and with the images from `lo` on in its own
// memory, for layers first .. end - 1
nn_layer **nn_view (const nn_net *net);
void nn_view_move (nn_layer **view, int first, int end, int lo);
// is it done by the layer below?
static inline bool nn_carried (const nn_layer *self)
{
    return self->ins > 0 && self->in[0]->carries && self->in_place;
}
// with what must be made again
void nn_layer_forward (nn_layer *self, int lo, int hi, const nn_pass *pass);
void nn_layer_backward (nn_layer *self, int lo, int hi, const nn_pass *pass);
// of in[k], if it overwrites
void nn_clear_gradient (nn_layer *self, int k, int lo, int hi);

/* --- The plain layers -------------------------------------------------------------------- */
extern const nn_kind nn_input_kind, nn_dense_kind, nn_relu_kind,
    nn_cross_entropy_kind;
nn_layer *nn_input (nn_net *net, int h, int w, int c);
typedef struct {
    int _;
    int units;
    bool no_bias;
    nn_init *init; // NULL means Glorot
} nn_dense_args;
#define nn_dense(net, in, ...)                                                    \
    nn_dense_with (net, in, (nn_dense_args){ 0, __VA_ARGS__ })
nn_layer *nn_dense_with (nn_net *net, nn_layer *in, nn_dense_args args);
void nn_dense_forward (float *y, const float *x, const float *w, const float *b,
                       int n, int in, int out);
void nn_dense_backward_data (float *dx, const float *dy, const float *w, int n,
                             int in, int out, bool add);
// rows lo .. hi - 1 of dw
void nn_dense_backward_weights (float *dw, const float *x, const float *dy, int n,
                                int in, int out, int lo, int hi);
void nn_bias_backward (float *db, const float *dy, size_t n, int out); // adds
nn_layer *nn_relu (nn_net *net, nn_layer *in);
void nn_relu_forward (float *y, const float *x, size_t n);
void nn_relu_backward (float *dx, const float *dy, const float *y, size_t n,
                       bool add);
// softmax; its output: probabilities
nn_layer *nn_cross_entropy (nn_net *net, nn_layer *in);
void nn_softmax (float *p, const float *x, int n, int classes);
void nn_cross_entropy_forward (float *loss, const float *x, const float *target,
                               const float *weight, int n, int classes);
void nn_cross_entropy_backward (float *dx, const float *p, const float *target,
                                const float *weight, int n, int classes,
                                float scale, bool add);

/* --- Is that gradient right? -------------------------------------------------------------- */
typedef struct {
    double worst;   // the largest |measured - computed| / scale
    char where[96]; // "input[17]" or "conv2d_1.weight[3]"
    int checked;    // values shaken
    int kinks;      // and left out, as the loss has a kink there
} nn_gradient_report;
typedef nn_layer *nn_maker (nn_net *net, nn_layer *in, const void *with);
typedef struct {
    int _;
    nn_gradient_report *report;
    int n, h, w, c; // of the input; 0 means 3, 6, 6, 4
    uint64_t seed;
    double step; // how far to shake; 0 means 2e-3
    int most;    // values to shake in each tensor; 0 means 64
} nn_gradcheck_args;
#define nn_gradcheck(make, with, ...)                                             \
    nn_gradcheck_with (make, with, (nn_gradcheck_args){ 0, __VA_ARGS__ })
int nn_gradcheck_with (nn_maker *make, const void *with, nn_gradcheck_args args);

/* --- Optimisers: what to do with a gradient ------------------------------------------------ */
typedef struct {
    const char *name;
    int slots; // floats of memory for each weight
    void (*step) (float *w, const float *dw, float *const slot[], size_t size,
                  const nn_optimiser *self, float rate, float decay);
} nn_optimiser_kind;
struct nn_optimiser {
    const nn_optimiser_kind *kind;
    float rate;
    float momentum, beta1, beta2, epsilon, decay;
    long t; // steps taken
    // may change the gradients before they are used, on one thread; or NULL
    int (*before) (nn_optimiser *self, nn_net *net);
    float limit, found; // its own: what it allows, what it met in the last step
};
extern const nn_optimiser_kind nn_sgd_kind, nn_momentum_kind, nn_adam_kind;
extern const nn_optimiser_kind *const nn_optimisers[]; // ends with NULL
typedef struct {
    int _;
    float rate, momentum, decay;
} nn_sgd_args;
typedef struct {
    int _;
    float rate, beta1, beta2, epsilon, decay;
} nn_adam_args;
#define nn_sgd(...) nn_sgd_with ((nn_sgd_args){ 0, __VA_ARGS__ })    // rate 0.01
#define nn_adam(...) nn_adam_with ((nn_adam_args){ 0, __VA_ARGS__ }) // rate 1e-3
nn_optimiser nn_sgd_with (nn_sgd_args args);
nn_optimiser nn_adam_with (nn_adam_args args);

/* --- Schedules: the learning rate as a function of the step -------------------------------- */
typedef struct nn_schedule nn_schedule;
struct nn_schedule {
    const char *name;
    // times the rate
    float (*factor) (const nn_schedule *self, long step, long steps);
    float value[6];
};
extern const nn_schedule nn_constant;

/* --- Other machines: sums and copies over all ranks ----------------------------------------- */
struct nn_comm {
    int rank, ranks;
    // the same order everywhere
    int (*sum) (const nn_comm *self, float *x, size_t size);
    int (*broadcast) (const nn_comm *self, float *x, size_t size, int from);
    void *with;
};
extern const nn_comm nn_alone;

/* --- Convolution ------------------------------------------------------------------------------ */
typedef struct { // what is done to each output before it is written
    const float
        *plus;       // is added: n x oh x ow x o, with the output's halo; or NULL
    float low, high; // then what is below or above becomes these
} nn_after;
typedef struct {
    int h, w, c, o; // input rows, columns, channels; output channels
    int kh, kw, stride, dilation, groups;
    int top, left; // zeros before the first row and column
    int oh, ow;    // output rows and columns
    int halo;      // that the input and its gradient have in memory
    // only where the algorithm finishes: backward_data sets dx, and does not add;
    bool anew;
    // of the output, forward only:
    int halo_out;          // that it has in memory
    const nn_after *after; // or NULL: nothing
} nn_conv_shape;
typedef struct {
    const char *name;
    bool (*fits) (const nn_conv_shape *s);
    // the cheapest that fits is chosen
    double (*cost) (const nn_conv_shape *s);
    size_t (*work) (const nn_conv_shape *s); // bytes of workspace a thread
    void (*forward) (const nn_conv_shape *s, float *y, const float *x,
                     const float *w, const float *bias, int n, void *work);
    void (*backward_data) (const nn_conv_shape *s, float *dx, const float *dy,
                           const float *w, int n, void *work); // adds
    void (*backward_weights) (const nn_conv_shape *s, float *dw, const float *x,
                              const float *dy, int n, void *work); // adds
    // bytes that prepare () fills; or NULL
    size_t (*prepared) (const nn_conv_shape *s);
    void (*prepare) (const nn_conv_shape *s, void *to, const float *w, int part,
                     int parts);
    bool finishes; // heeds .anew, .halo_out and .after
    // what nn_conv_slice_work () and nn_conv_slice () do, if not as they do it
    size_t (*slice_work) (const nn_conv_shape *s);
    void (*slice) (const nn_conv_shape *s, float *dw, const float *x,
                   const float *dy, int n, int part, int parts, float *work);
} nn_conv_algorithm;
extern const nn_conv_algorithm nn_conv_naive, nn_conv_im2col;
extern const nn_conv_algorithm *const nn_conv_algorithms[]; // ends with NULL
const nn_conv_algorithm *nn_conv_choose (const nn_conv_shape *s, const char *name);
// the gradient of very many weights: all images, a part of the weights
bool nn_conv_sliced (const nn_conv_shape *s);
size_t nn_conv_slice_work (const nn_conv_shape *s); // bytes
void nn_conv_slice (const nn_conv_shape *s, float *dw, const float *x,
                    const float *dy, int n, int part, int parts, float *work);
typedef struct {
    int _;
    int filters, kernel;          // kernel 0 means 3
    int stride, dilation, groups; // 0 means 1
    bool same;                    // output as large as the input (over the stride)
    bool no_bias;
    nn_init *init;         // NULL means Glorot
    const char *algorithm; // NULL: chosen by shape
    int pad;               // on every side, instead of `same`
    int kernel_w;          // columns of the kernel; 0: as many as rows
} nn_conv2d_args;
extern const nn_kind nn_conv2d_kind;
#define nn_conv2d(net, in, ...)                                                   \
    nn_conv2d_with (net, in, (nn_conv2d_args){ 0, __VA_ARGS__ })
nn_layer *nn_conv2d_with (nn_net *net, nn_layer *in, nn_conv2d_args args);
int nn_conv_out (int in, int kernel, int stride, int dilation, int before,
                 int after);
void nn_im2col (const nn_conv_shape *s, float *col, const float *x, int from,
                int to);
void nn_col2im (const nn_conv_shape *s, float *dx, const float *col, int from,
                int to);

/* --- Max pooling --------------------------------------------------------------------------------- */
typedef struct {
    int _;
    int size, stride; // size 0 means 2; stride 0 means size
    int pad;          // rows and columns around the picture that never win
} nn_maxpool_args;
extern const nn_kind nn_maxpool_kind;
#define nn_maxpool(net, in, ...)                                                  \
    nn_maxpool_with (net, in, (nn_maxpool_args){ 0, __VA_ARGS__ })
nn_layer *nn_maxpool_with (nn_net *net, nn_layer *in, nn_maxpool_args args);
void nn_maxpool_forward (const nn_tensor *y, int *winner, const nn_tensor *x,
                         const nn_maxpool_args *args, int lo, int hi);
// adds to x->dx, or sets it, if no two windows overlap
void nn_maxpool_backward (const nn_tensor *x, const int *winner,
                          const nn_tensor *y, const nn_maxpool_args *args, int lo,
                          int hi, bool add);
// the output of a layer that looks through windows
int nn_window_shape (nn_layer *self, int size, int stride, int pad);

/* --- Training: the loop, what it remembers, who may interfere ------------------------------------- */
typedef struct {
    float loss, accuracy; // over the epoch's training images, as it went by
    float val_loss, val_accuracy; // NaN without validation data
    float rate;                   // the last learning rate
    float seconds, images_per_second;
} nn_epoch;
typedef struct {
    int epochs, room;
    nn_epoch *epoch;
} nn_history;
typedef struct { // what callbacks see and may change
    nn_net *net;
    nn_optimiser *optimiser;
    nn_history *history;
    uint64_t seed;
    int epoch, epochs;     // counted from 0
    int batch, batches;    // of this epoch, counted from 0
    long images;           // of this epoch, seen so far
    float rate;            // of the next step, before the schedule's factor
    double loss, accuracy; // mean over this epoch so far
    double seconds;        // since this epoch began
    bool stop;
    const char *reason; // why it stopped, for people
} nn_training;
typedef struct {
    const char *name;
    int (*begin) (void *self, nn_training *t);
    int (*batch) (void *self, nn_training *t); // after each step
    // after each epoch, history filled in
    int (*epoch) (void *self, nn_training *t);
    int (*end) (void *self, nn_training *t); // whatever happened
    void *self;
} nn_callback; // any verb may be NULL; a negative status ends training
nn_callback nn_progress (FILE *out); // a bar on a terminal, nothing elsewhere
nn_callback nn_epochs (FILE *out);   // a line an epoch, anywhere
typedef struct {
    int _;
    const nn_data *validation;
    nn_optimiser *optimiser;     // NULL means Adam, rate 1e-3
    int epochs;                  // 0 means 10
    const nn_schedule *schedule; // NULL means constant
    const nn_transform *transforms;
    int transform_count;
    const nn_callback *callbacks;
    int callback_count;
    const nn_comm *comm;
    uint64_t seed;                // order and transforms
    int first_epoch, first_batch; // where to go on
    int (*mix) (nn_batch *batch, nn_random *random, const void *with);
    const void *mix_with;
} nn_train_args;
#define nn_train(net, data, history, ...)                                         \
    nn_train_with (net, data, history, (nn_train_args){ 0, __VA_ARGS__ })
int nn_train_with (nn_net *net, const nn_data *data, nn_history *history,
                   nn_train_args args);
void nn_history_free (nn_history *self);
int nn_plot_history (const nn_history *history, const char *title,
                     const char *file);

/* --- Measuring ------------------------------------------------------------------------------------- */
typedef struct {
    int images;
    double loss, accuracy;
    double seconds;
} nn_scores;
int nn_evaluate (nn_net *net, const nn_data *data, const nn_transform *transforms,
                 int count, nn_scores *scores);
int nn_predict (nn_net *net, const nn_data *data, const nn_transform *transforms,
                int count,
                float *probabilities); // images x classes
double nn_accuracy (const float *probabilities, const int *label, int n,
                    int classes);
int nn_argmax (const float *values, int count); // of equals the first

/* --- Models by name, weights in files ---------------------------------------------------------------- */
typedef struct nn_model {
    const char *name, *about;
    int h, w, c; // the input that it expects; 0: any
    int usual;   // rows and columns that it was made for, if any will do
    float mean[4], deviation[4]; // of the pictures that it expects; 0: none
    nn_layer *(*body) (nn_net *net, nn_layer *in, const struct nn_model *model,
                       int classes);
    const char *const (*names)[2]; // rules: theirs and ours, of weights; or NULL
    bool bgr; // files of it have blue in front of green and red
    float value[4];
    // up to the features that a head reads; or NULL
    nn_layer *(*base) (nn_net *net, nn_layer *in, const struct nn_model *model);
} nn_model;
extern const nn_model *const nn_models[];         // ends with NULL
const char *nn_model_name (int i);                // NULL at the end
const nn_model *nn_model_find (const char *name); // or NULL and "did you mean"
// with its loss; not yet built
nn_net *nn_model_net (const nn_model *model, int h, int w, int c, int classes,
                      nn_init *init, uint64_t seed);
int nn_weights_save (const nn_net *net, const char *path, const char *note);
// every parameter, by name and shape
int nn_weights_load (nn_net *net, const char *path);
void nn_shape_text (char text[80], const int *dim, int dims); // "3 x 3 x 32"
// to a list of which three are named and the others counted
void nn_list_name (char text[256], int *count, const char *name);

/* --- Arrays in files: safetensors ---------------------------------------------------------------------- */
enum { NN_FILE_DIMS = 8 };
typedef struct {
    const char *name;
    const char *type; // "F32", "F16", "BF16", "F64", "I64" … in the file
    int dim[NN_FILE_DIMS], dims;
    size_t size;    // how many numbers
    const void *at; // the first of them
} nn_array;
typedef struct {
    const char *key, *text;
} nn_note;
typedef struct {
    nn_array *array; // in the order in which the file has them
    int count;
    struct cJSON *header;
    void *map; // the whole file
    size_t bytes;
} nn_arrays;
int nn_arrays_open (nn_arrays *self, const char *path);
void nn_arrays_close (nn_arrays *self);
// or NULL
const nn_array *nn_arrays_find (const nn_arrays *self, const char *name);
// or NULL
const char *nn_arrays_note (const nn_arrays *self, const char *key);
void nn_array_read (const nn_array *self, float *to); // numbers of any type
// floats; notes end with { 0 }
int nn_arrays_save (const nn_array *arrays, int count, const nn_note *notes,
                    const char *path);

/* --- Recipes: all that a training run depends on, as text ---------------------------------------------- */
enum { NN_TRANSFORMS = 16 };
typedef struct {
    char name[64];  // what the run is called
    char data[512]; // "cifar10", "shapes10:2000" or a folder
    int size;       // of photographs from a folder, in both directions
    double test;    // share of them that is put aside as a test
    uint64_t split; // seed of the validation images; 0: the recipe's seed
    char model[32], init[32], optimiser[32], schedule[32];
    char augment[256];            // words: "flip rotate:15"
    char transforms[256];         // words: "standardise"
    double mean[4], deviation[4]; // of the training images; 0: not yet measured
    double validation;            // share of the training images that is put aside
    int folds, fold; // of the training images; the one held back instead of a test
    int batch, epochs;
    double rate, momentum, decay;
    char decays[32];         // which weights do: "weights", "convolutions"
    double clip, smoothing;  // of the gradient, of the labels; 0: neither
    double mixup;            // alpha; 0: none
    char class_weights[512]; // numbers, "balanced", or nothing
    char sampling[32];       // "once", "oversample", "weighted"
    char weights[256];       // borrowed ones: a file, or its name; or "none"
    char head[32];           // "model": that of the model itself
    int pixels, images;      // rows of a picture; to train with; 0: as it is
    char freeze[64], unfreeze[256]; // "base"; "2:features.13 4:none"
    char rates[256];                // "base:0.1"
    char features[16];              // "kept", "half", "anew"
    double norms; // share of a batch in running statistics; 0: the model's
    char stop[32], plateau[32];     // what is watched: "never", "val_loss" …
    int patience, plateau_patience; // epochs without anything better
    double factor, floor;           // of the rate on a plateau
    uint64_t seed;
    double published;     // accuracy in percent as its source gives it; 0: none
    char search[512];     // what may be tuned: a search space
    int whiten;           // images by which the first layer whitens; 0: it learns
    double white_floor;   // is added to each variance that it takes out
    double norm_rates[4]; // times the rate: scales, biases of batch norms; 0: 1
    char views[16];       // in which a picture is shown that is measured
} nn_recipe;
typedef struct {
    const char *name;
    enum { NN_TEXT, NN_WORDS, NN_INTEGER, NN_NUMBER, NN_NUMBERS, NN_SEED } type;
    size_t place, room;   // of the value in nn_recipe
    const char *fallback; // if nobody says anything; NULL: somebody must
    double low, high;
    // the i-th thing that it can be; NULL at the end
    const char *(*choice) (int i);
    const char *about;
} nn_recipe_key;
extern const nn_recipe_key nn_recipe_keys[]; // ends with a name that is NULL
int nn_file_beside (char *path, size_t size, const char *name); // of this program
int nn_recipe_load (nn_recipe *self, const char *name);         // or a path
int nn_recipe_each (int (*tell) (void *self, const char *name, const char *path),
                    void *self);
int nn_recipe_save (const nn_recipe *self, const char *path);
int nn_recipe_set (nn_recipe *self, const char *name, const char *text);
int nn_recipe_get (const nn_recipe *self, const char *name, char *text,
                   size_t size);
nn_net *nn_recipe_net (const nn_recipe *self, int h, int w, int c, int classes);
int nn_recipe_optimiser (const nn_recipe *self, nn_optimiser *optimiser,
                         const nn_schedule **schedule);
int nn_recipe_transforms (nn_recipe *self, const nn_data *training,
                          nn_transform *list);
// of pictures of h x w x c, for the net
int nn_recipe_size (const nn_recipe *self, int *h, int *w, int c);
// a `mix`; with: the recipe
int nn_recipe_mix (nn_batch *batch, nn_random *random, const void *with);
// the i-th thing that a key may name; NULL at the end
const char *nn_init_name (int i);
const char *nn_optimiser_name (int i);
const char *nn_schedule_name (int i);
const char *nn_transform_name (int i);
// which of them the text is, or a negative status
int nn_recipe_choose (const char *what, const char *(*choice) (int i),
                      const char *text);
char *nn_recipe_word (char **rest); // the next of a list; NULL at the end

/* --- More first weights -------------------------------------------------------------- */
void nn_init_lecun (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random);
void nn_init_orthogonal (float *w, size_t size, int fan_in, int fan_out,
                         nn_random *random);

/* --- Dropout ---------------------------------------------------------------------------- */
typedef struct {
    int _;
    float rate; // the share that is dropped while training, 0 <= rate < 1
} nn_dropout_args;
extern const nn_kind nn_dropout_kind;
#define nn_dropout(net, in, ...)                                                  \
    nn_dropout_with (net, in, (nn_dropout_args){ 0, __VA_ARGS__ })
nn_layer *nn_dropout_with (nn_net *net, nn_layer *in, nn_dropout_args args);
void nn_dropout_pass (float *y, const float *x, size_t n, float rate,
                      nn_random *random, bool add);

/* --- More schedules: copy one and change its values, or use it as it is ------------------ */
extern const nn_schedule nn_step_down; // factor 0.1, 3 parts
extern const nn_schedule nn_cosine;    // down to 0
// from 0.04 up to 1 in 0.3 of the training, then down to 4e-6
extern const nn_schedule nn_one_cycle;
typedef struct {
    nn_schedule schedule; // this is what the training gets
    const nn_schedule *then;
    float share;
} nn_warm_up;
extern const nn_warm_up nn_warm_constant, nn_warm_step_down, nn_warm_cosine;
nn_warm_up nn_warm_up_to (const nn_schedule *then, float share);

/* --- Batch normalisation --------------------------------------------------------------------------------- */
typedef struct {
    nn_layer *in;
    float momentum; // share of the new batch in the running averages; 0 means 0.1
    float epsilon;  // is added to the variance; 0 means 1e-5
} nn_batchnorm_args;
extern const nn_kind nn_batchnorm_kind;
// (net, in), or (net, in, .momentum = 0.3)
#define nn_batchnorm(net, ...)                                                    \
    nn_batchnorm_with (net, (nn_batchnorm_args){ .in = __VA_ARGS__ })
nn_layer *nn_batchnorm_with (nn_net *net, nn_batchnorm_args args);
typedef struct { // of each of c channels
    int c;
    const float *weight, *bias; // learnt
    float *mean, *inverse;      // of x; 1 / sqrt (variance + epsilon)
    float *dy, *product; // means over the batch: of dy, of dy times normalised x
} nn_norm;
// these two add
void nn_batchnorm_sums (double *sum, double *square, const float *x, size_t places,
                        int c);
void nn_batchnorm_backward_sums (double *sum, double *product, const float *dy,
                                 const float *x, const nn_norm *by, size_t places);
void nn_batchnorm_forward (float *y, const float *x, const nn_norm *by,
                           size_t places, const float limits[2]);
void nn_batchnorm_backward (float *dx, const float *dy, const float *x,
                            const nn_norm *by, size_t places, bool add);

/* --- Global average pooling ------------------------------------------------------------------------------ */
extern const nn_kind nn_gap_kind;
nn_layer *nn_gap (nn_net *net, nn_layer *in);
void nn_gap_forward (const nn_tensor *y, const nn_tensor *x, int lo, int hi);
void nn_gap_backward (const nn_tensor *x, const nn_tensor *y, int lo, int hi,
                      bool add);

/* --- Folding: a batch norm disappears into the layer before it ------------------------------------------- */
void nn_fold (float *w, float *b, size_t rows, int filters, const float *weight,
              const float *bias, const float *mean, const float *variance,
              float epsilon);
// how many; then build again
int nn_net_fold (nn_net *net);

/* --- Remedies: decay of its own, shorter weights, softer labels, shorter steps -------------------------- */
extern const nn_optimiser_kind nn_adamw_kind, nn_sgdw_kind;
#define nn_adamw(...) nn_adamw_with ((nn_adam_args){ 0, __VA_ARGS__ })
#define nn_sgdw(...) nn_sgdw_with ((nn_sgd_args){ 0, __VA_ARGS__ })
nn_optimiser nn_adamw_with (nn_adam_args args);
nn_optimiser nn_sgdw_with (nn_sgd_args args);
typedef struct {
    float limit; // how long the weights of a unit or filter may be
    long cut;    // how often one was longer, since training began
} nn_unit_limit;
nn_callback nn_max_norm (nn_unit_limit *self);
// how many were longer
int nn_limit_columns (float *w, size_t rows, int columns, float limit);
// a `mix`; with: a double, the share of each label that all classes get
int nn_smooth (nn_batch *batch, nn_random *random, const void *with);
// a `before`; limit: how long the gradient may be
int nn_clip (nn_optimiser *self, nn_net *net);
double nn_gradient_norm (const nn_net *net);

/* --- Stopping: when nothing gets better any more ------------------------------------------------------- */
typedef struct {        // one figure of the history, and when it was best
    const char *metric; // "loss", "accuracy", "val_accuracy"; NULL: "val_loss"
    float min_delta;    // better by no more than this is no better
    float best;
    int best_epoch; // of this training, counted from 0; -1: none yet
    int looked;     // epochs seen
} nn_watch;
int nn_watch_begin (nn_watch *self);
int nn_watch_look (nn_watch *self, const nn_epoch *epoch); // 1: better than ever
typedef struct {
    nn_watch watch;
    int patience;      // epochs without anything better; then it stops
    bool restore_best; // at the end the net gets the weights of the best epoch
    float *kept;       // these weights
    char reason[128];
} nn_stopping;
nn_callback nn_early_stopping (nn_stopping *self);
int nn_plot_stopped (const nn_history *history, const nn_stopping *stopping,
                     const char *title, const char *file);
typedef struct {
    nn_watch watch;
    int patience; // epochs without anything better; then the rate is cut
    float factor; // the rate is multiplied by it; 0 means 0.1
    float floor;  // and never falls below this
    int cooldown; // epochs after a cut that count for nothing
    int waited, cooling, cuts;
} nn_plateau;
nn_callback nn_reduce_on_plateau (nn_plateau *self);
typedef struct {
    nn_watch watch;
    const char *path; // gets the weights whenever they are better than ever
} nn_best;
nn_callback nn_save_best (nn_best *self);
nn_callback nn_guard (void); // ends a training whose loss is no number

/* --- Checkpoints: a training that can be killed -------------------------------------------------------- */
typedef struct {             // where a training stands, besides what it has learnt
    uint64_t seed, net_seed; // of the training; of the net
    uint64_t epoch, batch, epochs, batches; // the next step, and how many
    uint64_t step, t;                       // taken by the net, the optimiser
    double rate, loss, accuracy, seconds;   // of this epoch so far
    uint64_t images;                        // over so many images
} nn_position;
// `at` is written and read with it
int nn_state_save (const char *path, const nn_training *t, const nn_position *at,
                   const nn_stopping *best);
int nn_state_load (const char *path, nn_net *net, nn_optimiser *optimiser,
                   nn_history *history, nn_stopping *stopping, nn_position *at);
#define NN_CHECKSUM UINT64_C (0xcbf29ce484222325)
uint64_t nn_checksum (uint64_t sum, const void *bytes, size_t size); // a checksum
typedef struct {
    const char *path;
    int every;             // steps; 0: after each epoch only
    nn_stopping *stopping; // whose best weights are kept as well; or NULL
    nn_position at;        // where nn_resume () found it
    char said[768];        // what nn_resume () did, as a sentence
} nn_checkpoint;
nn_callback nn_checkpoints (nn_checkpoint *self); // the last in the list
// 1: goes on; 0: there was nothing
int nn_resume (nn_checkpoint *self, nn_net *net, nn_optimiser *optimiser,
               nn_history *history);

/* --- Augmentation: other pictures of the same things ---------------------------------------------------- */
typedef enum { NN_FILL_NEAREST, NN_FILL_REFLECT, NN_FILL_CONSTANT } nn_fill;

// Which of n dots in a row stands for dot i, which may lie outside: the nearest,
// or its image between two mirrors; -1: none of them, but a constant.
static inline int nn_filled (int i, int n, nn_fill fill)
{
    if (i >= 0 && i < n)
        return i;
    if (fill == NN_FILL_CONSTANT)
        return -1;
    if (fill == NN_FILL_NEAREST)
        return i < 0 ? 0 : n - 1;
    i %= 2 * n;
    i += i < 0 ? 2 * n : 0;
    return i < n ? i : 2 * n - 1 - i;
}

typedef struct { // each draws between minus and plus this
    int _;
    float rotate; // degrees
    float shift;  // a share of the picture, in both directions
    float zoom;   // a share of the size, in both directions
    float shear;  // degrees
    nn_fill fill; // what lies outside
    float value;  // of NN_FILL_CONSTANT
} nn_warp_args;
#define nn_warp(...) nn_warp_with ((nn_warp_args){ 0, __VA_ARGS__ })
nn_transform nn_warp_with (nn_warp_args args);
nn_transform nn_flip (float share); // of the pictures
nn_transform nn_flip_vertical (float share);
typedef struct {
    int _;
    int h, w; // 0: as large as the picture
    int pad;  // dots around it first
    nn_fill fill;
    float value;
} nn_crop_args;
#define nn_crop(...) nn_crop_with ((nn_crop_args){ 0, __VA_ARGS__ })
nn_transform nn_crop_with (nn_crop_args args);
nn_transform nn_centre_crop (int h, int w);
nn_transform nn_cutout (int size, float value);
typedef enum { NN_BRIGHTNESS, NN_CONTRAST, NN_SATURATION } nn_quality;
nn_transform nn_brightness (float most);
nn_transform nn_contrast (float most);
nn_transform nn_saturation (float most);
nn_transform nn_blur (float low, float high);
typedef enum { NN_BILINEAR, NN_BICUBIC, NN_NEAREST } nn_filter;
nn_transform nn_resize (int h, int w, nn_filter filter);
// "flip rotate:15 shift:0.1"; how many, or a negative status
int nn_augment_read (const char *said, nn_transform *list, int room);
// of images of h x w x c
int nn_transform_size (const nn_transform *list, int count, int *h, int *w, int c);
// what the transforms do, without chance
void nn_warp_image (float *y, const float *x, int h, int w, int c,
                    const float m[6], nn_fill fill, float value);
void nn_flip_image (float *x, int h, int w, int c, bool upside_down);
void nn_crop_image (float *y, int rows, int columns, const float *x, int h, int w,
                    int c, int top, int left, nn_fill fill, float value);
void nn_colour_image (float *x, size_t places, int c, nn_quality quality,
                      float share);
void nn_window_means (float *y, const float *x, int n, int step,
                      const float *share, int window);
int nn_blur_image (nn_image *image, float sigma);
int nn_resize_image (nn_image *image, int h, int w, nn_filter filter);
float *nn_image_behind (nn_image *self, size_t first, size_t more);
// a `mix`; with: a double, alpha
int nn_mixup (nn_batch *batch, nn_random *random, const void *with);
float nn_random_beta (nn_random *random, float alpha);

/* --- Predictions: what a net said of each image, beside what is true ----------------------------------- */
typedef struct {
    const char *const *names; // of the classes; or NULL
    int n, classes;
    int *label; // n: what each image is
    float *p;   // n x classes: the scores that the net gave it
} nn_predictions;
int nn_predictions_of (nn_predictions *self, nn_net *net, const nn_data *data,
                       const nn_transform *transforms, int count);
int nn_predictions_check (const nn_predictions *self); // all scores are numbers
void nn_predictions_free (nn_predictions *self);
double nn_top_k (const nn_predictions *self, int k);
const char *nn_class_name (char text[32], const char *const *names, int k);

/* --- Confusion: which class was taken for which, and what follows from it ------------------------------- */
typedef struct nn_confusion {
    const char *const *names; // of the classes; or NULL
    int classes, images;
    int *count; // classes x classes: images of class i that were named k
} nn_confusion;
typedef struct { // from 0 to 1
    double precision, recall, f1;
    int images; // of the class
} nn_prf;
int nn_confusion_of (nn_confusion *self, const nn_predictions *p);
void nn_confusion_free (nn_confusion *self);
void nn_confusion_print (const nn_confusion *self, FILE *out);
nn_prf nn_class_prf (const nn_confusion *self, int k);
nn_prf nn_macro (const nn_confusion *self);
nn_prf nn_micro (const nn_confusion *self);
nn_prf nn_weighted (const nn_confusion *self);

/* --- ROC: one class against all others, at every threshold --------------------------------------------- */
typedef struct {
    int count; // points, from (0, 0) to (1, 1)
    double *fpr, *tpr, *threshold;
    double auc; // the area below it
} nn_roc_curve;
int nn_roc (nn_roc_curve *self, const nn_predictions *p, int k);
void nn_roc_free (nn_roc_curve *self);
int nn_roc_auc (const nn_predictions *p, bool weighted, double *auc);

/* --- Calibration: is it as sure as it may be? ---------------------------------------------------------- */
enum { NN_MOST_BINS = 64 };
typedef struct {
    int images;
    double confidence, accuracy; // means; 0 without images
} nn_bin;
typedef struct {
    int bins, images;
    double expected, worst; // calibration error: mean over the images; of a bin
    nn_bin bin[NN_MOST_BINS];
} nn_calibration;
int nn_calibration_of (nn_calibration *self, const nn_predictions *p, int bins);

/* --- When classes have few images: weights, repetition, sampling ---------------------------------------- */
enum { NN_MOST_CLASSES = 4096 };
typedef struct { // the `with` of nn_weigh ()
    int classes;
    const float *weight; // of each class
    // what is done to a batch before it is weighed; or NULL
    int (*mix) (nn_batch *batch, nn_random *random, const void *with);
    const void *with;
} nn_class_weights;
int nn_balanced_weights (const nn_data *data, float *weight);
int nn_weights_check (const float *weight, int count, const char *what);
// "1.5,1,2" or "balanced": how many; 0: balanced
int nn_weights_read (const char *said, float *weight, int room);
int nn_weigh (nn_batch *batch, nn_random *random, const void *with);
nn_data *nn_oversample (const nn_data *data, uint64_t seed);
nn_data *nn_sample (const nn_data *data, const float *weight, int count,
                    uint64_t seed);
nn_callback nn_sample_anew (nn_data *sample);
// what a recipe says of classes; 1: there they are, 0: it wants none
int nn_recipe_weights (const nn_recipe *self, const nn_data *data, float *weight);
int nn_recipe_sample (const nn_recipe *self, const nn_data *data, nn_data **view);

/* --- Pictures of how good it is, into a file or (NULL) where the program runs ----------------------------- */
int nn_plot_confusion (const nn_confusion *confusion, const char *title,
                       const char *file);
int nn_plot_classes (const nn_confusion *confusion, const char *title,
                     const char *file);
int nn_plot_roc (const nn_predictions *p, const char *title, const char *file);
int nn_plot_reliability (const nn_calibration *c, const char *title,
                         const char *file);

/* --- The report: every figure of the last sections, as text and as a page ------------------------------- */
typedef struct {
    nn_confusion confusion;
    nn_calibration calibration; // without images where scores are no probabilities
    double *auc;                // of each class; NaN where there is no curve
    double macro_auc, weighted_auc; // NaN where a class has none
    double top;                     // right within the first top_k names
    int top_k;
} nn_report;
int nn_report_of (nn_report *self, const nn_predictions *p);
void nn_report_free (nn_report *self);
void nn_report_text (const nn_report *self, FILE *out);
void nn_report_html (const nn_report *self, FILE *out); // tables, no page around
void nn_html_text (FILE *out, const char *text); // as it is, whatever is in it

/* --- Folds: every image is examined once ---------------------------------------------------------------- */
typedef struct {
    int folds, images;
    int *of; // the fold of each image, counted from 0
} nn_folds;
int nn_kfold (nn_folds *self, const nn_data *data, int folds, bool stratified,
              uint64_t seed);
int nn_fold_views (const nn_folds *self, const nn_data *data, int fold,
                   nn_data **learnt, nn_data **held);
void nn_folds_free (nn_folds *self);

/* --- Intervals: how sure are we? ------------------------------------------------------------------------ */
typedef struct { // what some measurements say about their true mean
    int count;
    double mean, deviation; // the latter over count - 1
    double error;           // the standard error of the mean
    double low, high;       // the interval that holds it
    double t, p; // Student's t for "it is 0", and how likely one as large
} nn_estimate;
int nn_estimate_mean (nn_estimate *self, const double *x, int n, double overlap,
                      double level);
double nn_beta_share (double x, double a, double b);
double nn_student_tails (double t, double freedom);
double nn_student_limit (double tails, double freedom);

/* --- Leaks: has it seen the question before? ------------------------------------------------------------ */
typedef struct {
    int image;     // of those learnt from the most alike; -1: there is none
    float alike;   // the correlation of the two, seen from afar; 1: the same
    bool exact;    // they agree in every value
    bool mirrored; // it is alike if one of the two is mirrored
} nn_twin;
int nn_find_twins (const nn_data *learnt, const nn_data *held, nn_twin *twins);
enum { NN_OF_LEARNT = 1, NN_OF_ALL, NN_OF_HELD, NN_OF_OTHERS };
int nn_moments_of (const nn_transform *standardise, const nn_data *learnt,
                   const nn_data *held);

/* --- Boxes: measurements side by side -------------------------------------------------------------------- */
typedef struct {
    const char *label;
    const double *values;
    int count;
    double low, high; // an interval of their mean, drawn beside; both 0: none
    bool paired;      // value i belongs to value i of the box before: joined
} nn_box;
#define nn_plot_boxes(boxes, count, ...)                                          \
    nn_plot_boxes_with (boxes, count, (nn_plot_args){ 0, __VA_ARGS__ })
int nn_plot_boxes_with (const nn_box *boxes, int count, nn_plot_args args);

/* --- Inner loops: one source, compiled for each kind of vectors ------------------------------ */
typedef struct {   // c = sums of products: what m places, in a row, see of a
    int m, n;      // places; columns of b and c
    int kh, kw, k; // a place sees kh rows of kw runs of k numbers
    const float *a;
    long a_place, a_row, a_col; // from place to place, row to row, run to run
    const float *b;             // packed by nn_pack_rows (),
    long b_row;                 // or, if not 0, with rows so far apart
    long b_skip;                // numbers of it left out after each row of runs
    float *c;
    long c_place;
    const float *bias; // n numbers, or NULL
    bool add;          // to what is in c
    // after `run` places c begins `skip` numbers later, and after `runs` runs
    // `jump` more. 0: never
    int run, runs;
    long skip, jump;
    const nn_after *after; // its .plus lies as c; or NULL
} nn_places;
typedef struct { // c += a' b, over all places of all rows
    int m, n, rows, places;
    const float *a, *b; // of b, all lanes of the last vector can be read
    long a_row, a_place, b_row, b_place;
    float *c; // m rows, c_row apart, of n
    long c_row;
} nn_outer;
typedef struct {    // y = sums of products, channel by channel: a place's x and w
    int rows, m, c; // rows of m places; channels
    int kh, kw;     // a place sees kh rows of kw others
    const float *x;
    long x_down, x_place, x_row, x_col; // from row to row, place to place; taps
    const float *w;
    long w_tap; // kh x kw times c numbers, so far apart
    float *y;
    long y_down, y_place;
    const float *bias;     // c numbers, or NULL
    bool add;              // to what is in y
    const nn_after *after; // without .plus; or NULL
} nn_each;
typedef struct {     // dw += x dy, channel by channel, over all places
    nn_each at;      // where x lies; w and y are not looked at
    const float *dy; // laid out as y says
    float *dw;       // as w_tap says
} nn_each_outer;
typedef struct {
    const char *name;
    int lanes; // floats in a vector
    void (*places) (const nn_places *p);
    void (*outer) (const nn_outer *p);
    void (*each) (const nn_each *p);
    void (*each_outer) (const nn_each_outer *p);
    // Winograd's F (4 x 4, 3 x 3): inner.h says which is which
    void (*input_transform) (const float *x, size_t row, int c, float *v,
                             size_t step);
    void (*output_transform) (const float *m, size_t step, int c,
                              const float *bias, bool add, float *y, size_t row,
                              int rows, int cols);
    void (*gradient_transform) (const float *y, size_t row, int c, float *d,
                                size_t step);
    void (*filter_transform) (const float *w, size_t tap, int count, float *u,
                              size_t step);
    void (*filter_gradient) (const float *du, size_t step, int count, float *dw);
} nn_inner;
extern const nn_inner nn_inner_plain, nn_inner_avx2, nn_inner_avx512,
    nn_inner_neon;
const nn_inner *nn_inner_choose (void); // the fastest of this processor, or NN_ISA
const nn_inner *nn_inner_here (void);   // the same, asked once
bool nn_inner_runs (const nn_inner *inner); // on this processor?
extern const nn_inner *const nn_inners[];   // the fastest first; ends with NULL
size_t nn_packed (const nn_inner *inner, int k, int n); // floats
int nn_strip (const nn_inner *inner, int at, int n);
void nn_pack_rows (const nn_inner *inner, float *to, int lo, int hi, int k, int n,
                   const float *b, long down, long step);

// products
extern const nn_multiplier nn_multiplier_thin;

/* --- Fast convolutions --------------------------------------------------------------------------- */
extern const nn_conv_algorithm nn_conv_direct, nn_conv_winograd, nn_conv_lanes,
    nn_conv_spots, nn_conv_grouped;
int nn_conv_reach (const nn_conv_shape *s, int kernel); // rows that it covers
nn_tensor nn_conv_frame (const nn_conv_shape *s); // an image with all its zeros
bool nn_conv_haloed (const nn_conv_shape *s);     // are they there already?
void nn_conv_put (const nn_tensor *frame, const float *x, const nn_tensor *t,
                  int top, int left, int stride);
size_t nn_conv_strips_work (const nn_conv_shape *s);
void nn_conv_strips (const nn_conv_shape *s, float *dw, const float *x,
                     const float *dy, int n, int part, int parts, float *work);
typedef struct { // of the inputs that met the same taps: rows, or columns
    int tap, taps, tap_step; // the first tap, how many, how far apart
    int first, inputs;       // the first input and how many; `stride` apart
    int sees;     // where in the frame the first begins to see gradients
    int dilation; // and from each to the next
} nn_conv_phase_side;
typedef struct {
    nn_conv_phase_side row, col;
} nn_conv_phase;
nn_tensor nn_conv_frame_back (const nn_conv_shape *s);
void nn_conv_put_back (const nn_conv_shape *s, const nn_tensor *frame,
                       const float *dy);
nn_conv_phase nn_conv_phase_of (const nn_conv_shape *s, int k);
int nn_conv_phase_tap (const nn_conv_shape *s, const nn_conv_phase *phase, int k);

/* --- Searching: a space of hyperparameters, and trials in it -------------------------------------------- */
enum { NN_HYPERS = 16, NN_CHOICES = 16, NN_FOR_SEARCH = 12 };
typedef struct {
    char name[32];
    enum { NN_REAL, NN_WHOLE, NN_CHOICE } type;
    double low, high; // both may be tried
    bool log;         // drawn so that each factor is as likely as any other
    int choices;
    char choice[NN_CHOICES][32];
    int when, is; // there only if hyperparameter `when` is choice `is`; -1: always
} nn_hyper;
typedef struct {
    int count;
    nn_hyper hyper[NN_HYPERS];
} nn_space;
typedef struct {
    int number; // from 0
    enum {
        NN_TRIAL_RUNNING,
        NN_TRIAL_DONE,
        NN_TRIAL_PRUNED,
        NN_TRIAL_FAILED
    } state;
    double value[NN_HYPERS]; // of a choice: its index; NaN: not there
    double result;           // the smaller the better; NaN: none
    int step;                // of the last report; -1: none
    int attempts;            // how often somebody has begun it
} nn_trial;
// the next to try, from those so far
typedef int nn_sampler (const nn_space *self, const nn_trial *trials, int count,
                        nn_random *random, double *value);
nn_sampler nn_random_search, nn_tpe;
nn_sampler *nn_sampler_find (const char *name);
int nn_space_read (nn_space *self, const char *text);
void nn_hyper_text (const nn_space *self, int i, char *text, size_t size);
void nn_hyper_show (const nn_hyper *self, double value, char text[32]);
bool nn_hyper_there (const nn_space *self, int i, const double *value);
double nn_hyper_scale (const nn_hyper *self, double value);
void nn_hyper_ends (const nn_hyper *self, double *low, double *high);
double nn_hyper_value (const nn_hyper *self, double place);

/* --- Halving: who is behind, stops ---------------------------------------------------------------------- */
typedef struct {
    int least, most; // steps: the first rung, the end; most 0: nobody is stopped
    int factor;      // only one in so many goes on
    int brackets;    // 0 or 1: successive halving; more: Hyperband
} nn_halving;
int nn_halving_check (const nn_halving *self);
int nn_halving_bracket (const nn_halving *self, int trial);
bool nn_halving_rung (const nn_halving *self, int bracket, int step);
bool nn_halving_stops (const nn_halving *self, double result, const double *others,
                       int count);

/* --- Studies: a search with a memory, in an SQLite database --------------------------------------------- */
typedef struct {
    int _;
    const nn_space *space; // NULL: the study must be there, and is only read
    nn_sampler *sampler;   // NULL: nn_tpe
    uint64_t seed;
    nn_halving halving;
    const nn_note *facts; // what must be the same at every visit; ends with { 0 }
    double wait;          // seconds, for others who write; 0 means 30
} nn_study_args;
struct sqlite3_stmt; // a statement of SQLite's
typedef struct {
    char path[4096];
    struct sqlite3 *db;
    int worker, lock; // our number; the file of locks that says who lives
    double wait;
    nn_space space;
    nn_sampler *sampler;
    uint64_t seed;
    nn_halving halving;
    const nn_note *facts;
} nn_study;
#define nn_study_open(path, ...)                                                  \
    nn_study_open_with (path, (nn_study_args){ 0, __VA_ARGS__ })
nn_study *nn_study_open_with (const char *path, nn_study_args args);
void nn_study_close (nn_study **self_p);
int nn_study_ask (nn_study *self, int most, nn_trial *next);
int nn_study_report (nn_study *self, nn_trial *trial, int step, double value);
int nn_study_tell (nn_study *self, const nn_trial *trial, const char *why);
int nn_study_run (nn_study *self, int most,
                  int (*objective) (void *with, nn_study *study, nn_trial *trial),
                  void *with);
int nn_study_trials (nn_study *self, nn_trial **trials);
const nn_trial *nn_study_best (const nn_trial *trials, int count);
int nn_study_fact (nn_study *self, const char *key, char text[1024]);
int nn_study_sql (nn_study *self, int (*row) (struct sqlite3_stmt *, void *),
                  void *with, const char *sql, const char *types, ...);
int nn_study_begin (nn_study *self);
int nn_study_end (nn_study *self, int status);
int nn_study_lives (const nn_study *self, int worker);

/* --- Pictures of a study -------------------------------------------------------------------------------- */
typedef struct { // of several runs: the middle one, and where most of them lie
    const char *label;
    const float *x, *low, *middle, *high; // x may be NULL: 1, 2, 3 …
    int count;
} nn_band;
#define nn_plot_search(trials, count, ...)                                        \
    nn_plot_search_with (trials, count, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_parallel(space, trials, count, ...)                               \
    nn_plot_parallel_with (space, trials, count, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_slice(space, i, trials, count, ...)                               \
    nn_plot_slice_with (space, i, trials, count, (nn_plot_args){ 0, __VA_ARGS__ })
#define nn_plot_bands(bands, count, ...)                                          \
    nn_plot_bands_with (bands, count, (nn_plot_args){ 0, __VA_ARGS__ })
int nn_plot_search_with (const nn_trial *trials, int count, nn_plot_args args);
int nn_plot_parallel_with (const nn_space *space, const nn_trial *trials,
                           int count, nn_plot_args args);
int nn_plot_slice_with (const nn_space *space, int i, const nn_trial *trials,
                        int count, nn_plot_args args);
int nn_plot_bands_with (const nn_band *bands, int count, nn_plot_args args);
int nn_importance (const nn_space *space, const nn_trial *trials, int count,
                   float *share);

/* --- Borrowed weights: names and layouts of other libraries ------------------------------------- */
enum { NN_LONG_NAME = 256 };
// what we call an array of theirs; the rules end with { NULL, NULL }, or none
int nn_rename (char ours[NN_LONG_NAME], const char *theirs,
               const char *const (*rules)[2]);
typedef struct {    // where the numbers of a parameter lie in another order
    int dim[4];     // as we count: rows, columns, in, out of a convolution
    size_t step[4]; // there, from one to the next
} nn_order;
void nn_order_gather (const nn_order *self, float *ours, const float *theirs);
void nn_order_scatter (const nn_order *self, float *theirs, const float *ours);
// and its shape there: in Keras's order, or else in PyTorch's
void nn_order_of (nn_order *order, int shape[4], const nn_layer *layer,
                  const nn_param *p, bool hwio);
typedef enum {
    NN_LOADED,
    NN_FOLDED,  // made of the bias of the convolution before it
    NN_LEFT,    // as the caller wished
    NN_MISSING, // in the file
    NN_EXTRA    // in the file
} nn_fate;
typedef struct {
    char name[NN_LONG_NAME]; // ours
    char *theirs;            // or NULL
    nn_fate fate;
} nn_import_line;
typedef struct { // what became of every parameter and of every array
    nn_import_line *line;
    int lines, count[NN_EXTRA + 1]; // of each fate
} nn_import_report;
typedef struct {
    const char *path;
    const char *const (*names)[2]; // theirs, ours; NULL: the names are the same
    const char *without; // leave alone whatever of ours begins like this; or NULL
    const char *layout;  // "OIHW", "HWIO"; NULL: as its note or its names say
    bool bgr;            // the first layer of theirs reads blue, green, red
    bool lenient;        // missing and extra ones are no failure
    nn_import_report *report; // filled; or NULL
} nn_import_args;
// (net, path), or (net, path, .without = "classifier")
#define nn_import(net, ...)                                                       \
    nn_import_with (net, (nn_import_args){ .path = __VA_ARGS__ })
int nn_import_with (nn_net *net, nn_import_args args);
void nn_import_print (const nn_import_report *self, FILE *out);
void nn_import_free (nn_import_report *self);
// the rules of well-known networks: what timm and Keras call their arrays
extern const char *const nn_names_mobilenetv2[][2],
    *const nn_names_mobilenetv3_small[][2],
        *const nn_names_mobilenetv3_large[][2],
            *const nn_names_vgg16[][2],
                *const nn_names_resnet50[][2],
                    *const nn_names_densenet121[][2],
                        *const nn_names_resnet50v2[][2],
                            *const nn_names_inception_v3[][2];
// OIHW, so that PyTorch can read it; a note for people, or NULL
int nn_export (const nn_net *net, const char *path, const char *note);

/* --- Where the time goes --------------------------------------------------------------------- */
typedef struct {
    nn_timer timer; // comes first: the net knows only this
    nn_net *net;
    double *seconds; // threads x layers x NN_STAGES
} nn_profile;
typedef struct {
    double operations, bytes; // of a layer, for an image
    bool products;            // or is nothing multiplied?
} nn_work;
typedef struct {
    double operations, bytes; // a second, that one core can do at most
} nn_roof;
int nn_profile_begin (nn_profile *self, nn_net *net);
void nn_profile_stop (nn_profile *self);
void nn_profile_free (nn_profile *self);
double nn_profile_seconds (const nn_profile *self, int layer, nn_stage stage);
nn_work nn_layer_work (const nn_layer *self, nn_stage stage);
int nn_roof_measure (nn_roof *roof);
double nn_roof_over (const nn_roof *roof, nn_work work); // operations a second
void nn_profile_print (const nn_profile *self, const nn_roof *roof, long images,
                       FILE *out);
int nn_plot_roof (const nn_profile *self, const nn_roof *roof, long images,
                  const char *title, const char *file);

/* --- Layers that are called as everybody calls them ------------------------------------------------------- */
nn_layer *nn_named (nn_layer *layer, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

/* --- Layers that look at each number by itself ------------------------------------------------------------ */
typedef void nn_row_forward (float *y, const float *x, size_t n);
typedef void nn_row_backward (float *dx, const float *dy, const float *known,
                              size_t n, bool add);
int nn_rows_shape (nn_layer *self);
void nn_rows_forward (nn_layer *self, int lo, int hi, nn_row_forward *f);
void nn_rows_backward (nn_layer *self, int lo, int hi, const nn_tensor *known,
                       nn_row_backward *f);
extern const nn_kind nn_relu6_kind;
nn_layer *nn_relu6 (nn_net *net, nn_layer *in);
nn_row_forward nn_relu6_forward;
nn_row_backward nn_relu6_backward;

/* --- Shortcuts: the sum of two layers --------------------------------------------------------------------- */
extern const nn_kind nn_add_kind;
nn_layer *nn_add (nn_net *net, nn_layer *a, nn_layer *b);
void nn_add_forward (float *y, const float *a, const float *b, size_t n);
void nn_add_backward (float *dx, const float *dy, size_t n, bool add);

/* --- Thin convolutions: one place, or one channel --------------------------------------------------------- */
extern const nn_conv_algorithm nn_conv_pointwise, nn_conv_depthwise;

/* --- MobileNetV2 ------------------------------------------------------------------------------------------ */
typedef struct {             // whose conventions a network follows
    bool keras;              // pads below and to the right first
    bool as_asked;           // pads only where a layer says so
    float epsilon, momentum; // of its batch norms
} nn_flavour;
extern const nn_flavour nn_as_torch, nn_as_keras;
nn_layer *nn_conv_norm (nn_net *net, nn_layer *x, const nn_flavour *flavour,
                        nn_conv2d_args conv, const char *name, const char *first,
                        const char *second);
int nn_channels (double channels); // as a multiple of 8
// of ImageNet's pictures, and what makes of 0 .. 1 a -1 .. 1
#define NN_IMAGENET                                                               \
    .mean = { 0.485f, 0.456f, 0.406f }, .deviation = { 0.229f, 0.224f, 0.225f }
// as Keras has them for its oldest networks: 0 .. 255, less the mean
#define NN_CAFFE                                                                  \
    .mean = { 0.48502f, 0.45796f, 0.40760f },                                     \
    .deviation = { 1 / 255.0f, 1 / 255.0f, 1 / 255.0f }, .bgr = true
#define NN_HALVES .mean = { 0.5f, 0.5f, 0.5f }, .deviation = { 0.5f, 0.5f, 0.5f }
extern const nn_model nn_mobilenetv2, nn_mobilenetv2_keras,
    nn_mobilenetv2_035_keras;

/* --- Heads: what is put on a borrowed base ----------------------------------------------------------------- */
typedef struct {
    const char *name, *about;
    nn_layer *(*make) (nn_net *net, nn_layer *features, int classes);
} nn_head;
extern const nn_head *const nn_heads[];         // ends with NULL
const nn_head *nn_head_find (const char *name); // or NULL and "did you mean"
// the model's base, this head, the loss; not yet built
nn_net *nn_headed_net (const nn_model *model, const nn_head *head, int h, int w,
                       int c, int classes, uint64_t seed);
int nn_base_layers (const nn_net *net); // those below the head

/* --- Parts of a net: below and above one of its layers ---------------------------------------------------- */
// nets of their own on the weights of the whole, which must live longer
nn_net *nn_net_below (const nn_net *whole, const nn_layer *top);
nn_net *nn_net_above (const nn_net *whole, const nn_layer *below);
// the highest layer that stays as it is, with all below it; or NULL
const nn_layer *nn_net_fixed (const nn_net *net);

/* --- Freezing: what stays as it is, and for how long ------------------------------------------------------ */
int nn_freeze_end (const nn_net *net, const char *where);
int nn_freeze_to (nn_net *net, const char *where); // then build (again)
int nn_rates_set (nn_net *net, const char *groups);
typedef struct {
    const char *first; // what is frozen in the beginning: "base"
    const char *plan;  // and later: "2:features.13 4:none"; or NULL
    char said[128];    // what the last change was, as a sentence
} nn_unfreezing;
nn_callback nn_unfreeze (nn_unfreezing *self);

/* --- Batch norms that were folded away -------------------------------------------------------------------- */
typedef struct {
    int _;
    int images; // that are looked at; 0 means 512
    const nn_transform *transforms;
    int transform_count;
    bool frozen_too; // frozen norms as well, as they will learn later
} nn_unfold_args;
// how many got statistics of their own again; then the net is built for training
#define nn_unfold(net, data, ...)                                                 \
    nn_unfold_with (net, data, (nn_unfold_args){ 0, __VA_ARGS__ })
int nn_unfold_with (nn_net *net, const nn_data *data, nn_unfold_args args);

/* --- Features: computed once, kept on disk ---------------------------------------------------------------- */
typedef struct {
    int _;
    const nn_transform
        *transforms; // of the pictures; those for training are refused
    int transform_count;
    const char *folder; // where features are kept, under a name of its own; or
    const char *file;   // the file itself
    bool half;          // in 16 bits instead of 32
    int batch;          // pictures at a time; 0 means 64
    FILE *say;          // gets a sentence on what was done; or NULL
} nn_features_args;
#define nn_features(net, top, data, ...)                                          \
    nn_features_with (net, top, data, (nn_features_args){ 0, __VA_ARGS__ })
nn_data *nn_features_with (const nn_net *net, const nn_layer *top,
                           const nn_data *data, nn_features_args args);
int nn_half (float x); // its 16 bits, or -1 if it has none
// their file
enum { NN_FEATURES_TEXT = 1024, NN_FEATURES_HEADER = 2048 };
typedef struct {            // which features these are
    char net[24], data[24]; // checksums
    char transforms[NN_FEATURES_TEXT];
    char header[NN_FEATURES_HEADER]; // all bytes before the first feature
    size_t length;                   // of it
    int n, h, w, c;
    size_t bytes; // of an image's features
    bool half;
} nn_features_key;
int nn_features_header (nn_features_key *self);
int nn_features_name (char *path, const nn_features_key *self,
                      const nn_features_args *args);
int nn_features_open (const nn_features_key *self, const char *path, bool *there);
int nn_features_lock (const char *part, FILE *say);
int nn_features_continue (const nn_features_key *self, int fd, const char *path,
                          int batch, int *images);
int nn_features_append (int fd, const char *path, const void *bytes, size_t size);

/* --- Borrowing in a recipe -------------------------------------------------------------------------------- */
const char *nn_head_name (int i); // NULL at the end
bool nn_recipe_has_head (const nn_recipe *self);
// the path of NAME with this ending, where weights lie; or what to put where
int nn_weights_find (char *path, size_t size, const char *name,
                     const char *ending);
// the weights of a recipe into its net, which is built
int nn_recipe_borrow (const nn_recipe *self, nn_net *net);
// a share of the images as it wishes; NULL: all of them, or a failure
int nn_recipe_images (const nn_recipe *self, const nn_data *all, nn_data **some);
// the layer whose output may be kept; NULL, and why not, if there is none
const nn_layer *nn_recipe_cut (const nn_recipe *self, const nn_net *net,
                               const nn_transform *transforms, int count);

/* --- Your own pictures: a folder for each class ---------------------------------------------------------- */
nn_data *nn_image_folder (const char *path, int side, FILE *say);
nn_data *nn_keep (const nn_data *of, FILE *say); // read once, kept as bytes
bool nn_has_folders (const char *path); // of pictures, one for each class?
int nn_photo_load (nn_image *image, const char *path, int h, int w);
int nn_class_table (const nn_data *data, FILE *out);

/* --- Side by side, louder and softer, hard curves, means -------------------------------------------------- */
extern const nn_kind nn_concat_kind, nn_scale_kind, nn_hard_sigmoid_kind,
    nn_hard_swish_kind, nn_avgpool_kind;
// the channels of `ins` layers of one size
nn_layer *nn_concat (nn_net *net, nn_layer *const *in, int ins);
void nn_concat_forward (float *y, int channels, const float *x, int c, int places);
void nn_concat_backward (float *dx, int c, const float *dy, int channels,
                         int places, bool add);
// each channel of x times its number in s
nn_layer *nn_scale (nn_net *net, nn_layer *x, nn_layer *s);
void nn_scale_forward (float *y, const float *x, const float *s, int places,
                       int c);
void nn_scale_backward (float *dx, const float *dy, const float *s, int places,
                        int c, bool add);
void nn_scale_backward_factors (float *ds, const float *dy, const float *x,
                                int places, int c); // adds
nn_layer *nn_hard_sigmoid (nn_net *net, nn_layer *in);
nn_layer *nn_hard_swish (nn_net *net, nn_layer *in);
nn_row_forward nn_hard_sigmoid_forward, nn_hard_swish_forward;
nn_row_backward nn_hard_sigmoid_backward, nn_hard_swish_backward;
typedef struct {
    int _;
    int size, stride; // size 0 means 2; stride 0 means size
    int pad;          // rows and columns of zeros around the picture
    bool inside;      // the mean is of the places inside the picture only
} nn_avgpool_args;
#define nn_avgpool(net, in, ...)                                                  \
    nn_avgpool_with (net, in, (nn_avgpool_args){ 0, __VA_ARGS__ })
nn_layer *nn_avgpool_with (nn_net *net, nn_layer *in, nn_avgpool_args args);
void nn_avgpool_forward (const nn_tensor *y, const nn_tensor *x,
                         const nn_avgpool_args *args, int lo, int hi);
// adds to x->dx
void nn_avgpool_backward (const nn_tensor *x, const nn_tensor *y,
                          const nn_avgpool_args *args, int lo, int hi);

/* --- The zoo ---------------------------------------------------------------------------------------------- */
// a batch norm and a ReLU, and a convolution without bias: "name" "part"
nn_layer *nn_norm_relu (nn_net *net, nn_layer *x, const char *name,
                        const char *part);
nn_layer *nn_bare_conv (nn_net *net, nn_layer *x, int filters, int kernel,
                        int stride, const char *name, const char *part);
// a frame of `by` zeros on each side, which a pooling sees
extern const nn_kind nn_zero_pad_kind;
nn_layer *nn_zero_pad (nn_net *net, nn_layer *in, int by);
void nn_zero_pad_forward (const nn_tensor *y, const nn_tensor *x, int by, int lo,
                          int hi);
void nn_zero_pad_backward (const nn_tensor *x, const nn_tensor *y, int by, int lo,
                           int hi, bool add);
extern const nn_model nn_mobilenetv3_small, nn_mobilenetv3_large,
    nn_mobilenetv3_small_keras, nn_mobilenetv3_large_keras, nn_resnet50,
    nn_resnet50v2, nn_resnet50v2_3, nn_resnet50_keras, nn_resnet50v2_keras,
    nn_vgg16, nn_vgg16_keras, nn_vgg16_bn, nn_densenet121, nn_inception_v3,
    nn_inception_v3_keras;

/* --- Ensembles: several networks, one answer -------------------------------------------------------------- */
enum { NN_MOST_MEMBERS = 32 };
// the mean of probabilities, or of their logarithms, which are the scores
typedef enum { NN_POOL_PROBABILITIES, NN_POOL_LOGITS } nn_pooling;
int nn_members_check (const nn_predictions *member, int count);
int nn_vote (nn_predictions *all, const nn_predictions *member, int count,
             const double *weight, nn_pooling how);
int nn_vote_fit (double *weight, const nn_predictions *member, int count,
                 nn_pooling how);
double nn_surprise (const nn_predictions *p); // mean of - log p (truth)
int nn_temper (nn_predictions *p, double temperature);
int nn_temperature_fit (const nn_predictions *p, double *temperature);
typedef struct { // counts of images
    int members, images;
    int any, all; // about which at least one, or each, is right
    int together[NN_MOST_MEMBERS][NN_MOST_MEMBERS]; // both are wrong
    int differ[NN_MOST_MEMBERS][NN_MOST_MEMBERS];   // they name other classes
} nn_diversity;
int nn_diversity_of (nn_diversity *self, const nn_predictions *member, int count);
void nn_diversity_print (const nn_diversity *self, const char *const *names,
                         FILE *out);
int nn_plot_diversity (const nn_diversity *self, const char *const *names,
                       const char *title, const char *file);

/* --- In minutes: what makes a network learn fast ---------------------------------------------------------- */
// a convolution that whitens patches, computed from pictures
typedef struct {
    int _;
    int images;   // that are looked at; 0 means 5000
    double least; // is added to each variance; 0 means 5e-4
    const nn_transform *transforms;
    int transform_count;
} nn_whiten_args;
#define nn_whiten(net, data, ...)                                                 \
    nn_whiten_with (net, data, (nn_whiten_args){ 0, __VA_ARGS__ })
int nn_whiten_with (nn_net *net, const nn_data *data, nn_whiten_args args);
int nn_whitening (float *w, float *b, int size, int pairs, const double *mean,
                  const double *product, double least);
void nn_init_dirac (float *w, size_t size, int fan_in, int fan_out,
                    nn_random *random);
void nn_init_dirac_quick (float *w, size_t size, int fan_in, int fan_out,
                          nn_random *random);
extern const nn_model nn_whitened, nn_whitened_half, nn_whitened_curve,
    nn_whitened_curve_half;
// steps
extern const nn_optimiser_kind nn_nesterov_kind, nn_lookahead_kind;
extern const nn_schedule nn_triangle; // from 0.2 up in 0.23 of it, down to 0.07
typedef struct {
    int every;  // steps between two calls back; 0 means 5
    float hold; // what a step holds back at the end; 0 means 0.95
} nn_slow_weights;
nn_callback nn_lookahead (nn_slow_weights *self);
void nn_call_back (float *w, float *ahead, size_t size, float share);
// pictures
nn_transform nn_flip_turns (float epochs);
const char *nn_views_name (int i); // NULL at the end
int nn_views_of (nn_predictions *self, nn_net *net, const nn_data *data,
                 const nn_transform *transforms, int count, const char *views);
// what a recipe says of all this
void nn_recipe_norm_rates (const nn_recipe *self, nn_net *net);

#endif
