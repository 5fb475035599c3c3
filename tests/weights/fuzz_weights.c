/*  fuzz_weights.c - any bytes as a safetensors file, read in every way
 *
 *  A target of libFuzzer. The bytes are listed, each array is read, and a net of a
 *  convolution, a batch norm and a dense layer tries to borrow them, under PyTorch's
 *  names and under Keras's, strictly and leniently. A net that refuses must be as it
 *  was.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const nn_kind nn_input_kind = { .name = "input" };
const nn_kind nn_conv2d_kind = { .name = "conv2d" };
const nn_kind nn_batchnorm_kind = { .name = "batchnorm" };
const nn_kind nn_dense_kind = { .name = "dense" };

size_t nn_net_parameters (const nn_net *net, bool learnt_only)
{
    (void) net, (void) learnt_only;
    return 0;
}

static const struct {
    const char *name;
    int layer, dim[4], dims;
} parts[] = {
    { "features.0.0.weight", 1, { 2, 2, 1, 3 }, 4 },
    { "features.0.1.weight", 2, { 3 }, 1 },
    { "features.0.1.bias", 2, { 3 }, 1 },
    { "features.0.1.running_mean", 2, { 3 }, 1 },
    { "features.0.1.running_var", 2, { 3 }, 1 },
    { "fc.weight", 3, { 3, 2 }, 2 },
    { "fc.bias", 3, { 2 }, 1 },
};
enum { PARTS = sizeof parts / sizeof *parts, LAYERS = 4, ROOM = 64 };

typedef struct {
    nn_net net;
    nn_layer layer[LAYERS], *list[LAYERS], *in[LAYERS];
    nn_batchnorm_args args;
    float w[ROOM];
} small;

/*  A net made by hand: the reader looks at parameters, inputs and outputs. */
static void make_net (small *s)
{
    *s = (small){ .net = { .layer = s->list, .layers = LAYERS, .batch = 1 },
                  .args = { .epsilon = 1e-5f } };
    const nn_kind *const kinds[LAYERS] = { &nn_input_kind, &nn_conv2d_kind,
                                           &nn_batchnorm_kind, &nn_dense_kind };
    for (int i = 0; i < LAYERS; i++) {
        s->list[i] = &s->layer[i];
        s->in[i] = i ? &s->layer[i - 1] : NULL;
        s->layer[i] = (nn_layer){ .kind = kinds[i],
                                  .net = &s->net,
                                  .index = i,
                                  .in = &s->in[i],
                                  .ins = i > 0,
                                  .args = &s->args,
                                  .out = { .h = 1, .w = 1, .c = 3 } };
        snprintf (s->layer[i].name, sizeof s->layer[i].name, "%s",
                  i == 1   ? "features.0.0"
                  : i == 2 ? "features.0.1"
                           : "fc");
    }
    float *at = s->w;
    for (int i = 0; i < PARTS; i++) {
        nn_layer *l = &s->layer[parts[i].layer];
        nn_param *p = &l->param[l->params++];
        snprintf (p->name, sizeof p->name, "%s", parts[i].name);
        p->size = 1;
        p->dims = parts[i].dims;
        for (int k = 0; k < p->dims; k++)
            p->size *= p->dim[k] = parts[i].dim[k];
        p->w = at;
        at += p->size;
    }
    for (int i = 0; i < ROOM; i++)
        s->w[i] = (float) i;
}

static void borrow (const char *path, const char *layout, bool lenient)
{
    static const char *const rules[][2] = { { "^Conv#.", "features.#-1.0." },
                                            { "^bn_Conv#.", "features.#-1.1." },
                                            { NULL, NULL } };
    static small s;
    make_net (&s);
    nn_import_report report;
    const int status = nn_import (&s.net, path, .names = rules, .layout = layout,
                                  .lenient = lenient, .report = &report);
    nn_import_free (&report);
    for (int i = 0; i < ROOM && status != NN_OK; i++)
        if (s.w[i] != (float) i)
            abort (); // a net was changed by a file that it refused
}

int LLVMFuzzerTestOneInput (const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput (const unsigned char *bytes, size_t size)
{
    char path[64];
    const int file = memfd_create ("weights", MFD_CLOEXEC);
    if (file < 0 || write (file, bytes, size) != (ssize_t) size)
        abort ();
    snprintf (path, sizeof path, "/proc/self/fd/%d", file);
    nn_arrays arrays;
    const bool good = nn_arrays_open (&arrays, path) == NN_OK;
    for (int i = 0; good && i < arrays.count; i++) {
        float *x = malloc (arrays.array[i].size * sizeof *x + 1);
        nn_array_read (&arrays.array[i], x);
        free (x);
    }
    nn_arrays_close (&arrays);
    borrow (path, NULL, false);
    borrow (path, "OIHW", true);
    borrow (path, "HWIO", true);
    close (file);
    return 0;
}
