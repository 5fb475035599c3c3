/*  peer.c - one of our networks, for a comparison with PyTorch
 *
 *  peer MODEL[:HEAD] SIDE IMAGES CLASSES WEIGHTS INPUT OUTPUT [GIVEN]: builds the model, loads the
 *  weights, reads "pictures" and "target" from a safetensors file, and writes one of
 *  what it computed: the output of every convolution and dense layer in training
 *  ("train.NAME"), the scores in inference ("rest"), the loss, the gradient of each
 *  parameter ("d.NAME") and of the pictures ("d.input"), and the running statistics
 *  after the pass ("after.NAME").
 *
 *  With a file GIVEN every convolution and dense layer is asked by itself: what it
 *  said in training is kept, and then replaced by the "train.NAME" of that file, from
 *  which the layers behind it go on. So nothing adds up that was rounded before.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 4000 };
static nn_array array[MOST];
static int arrays;

/*  Keeps a copy of these numbers for the file. */
static void keep (const char *name, const float *x, size_t size)
{
    if (arrays == MOST)
        exit (3);
    nn_array *a = &array[arrays++];
    float *copy = malloc (size * sizeof *copy);
    memcpy (copy, x, size * sizeof *copy);
    *a = (nn_array){ .name = strdup (name),
                     .size = size,
                     .dim = { (int) size },
                     .dims = 1,
                     .at = copy };
}

/*  A tensor without its halo. */
static void keep_tensor (const char *name, const nn_tensor *t, int n,
                         const float *x)
{
    const size_t row = (size_t) t->w * t->c;
    float *tight = malloc (n * nn_image_size (t) * sizeof *tight), *to = tight;
    for (int i = 0; i < n; i++)
        for (int r = 0; r < t->h; r++, to += row)
            memcpy (to, x + nn_at (t, i, r, 0), row * sizeof *to);
    keep (name, tight, n * nn_image_size (t));
    free (tight);
}

static void must (int status)
{
    if (status == NN_OK)
        return;
    fprintf (stderr, "%s\n", nn_error ());
    exit (1);
}

static bool compared (const nn_layer *l)
{
    return l->kind == &nn_conv2d_kind || l->kind == &nn_dense_kind;
}

/* --- Each layer by itself ------------------------------------------------------- */
static nn_arrays given;
static nn_kind asked[2]; // convolution and dense, after which comes what was given

static int which (const nn_layer *l)
{
    return l->kind == &nn_dense_kind || l->kind == &asked[1];
}

/*  The layer's own forward pass over images lo .. hi - 1; then what it said goes
 *  into its array of `train`, and what was given takes its place. */
static void ask (nn_layer *self, int lo, int hi, const nn_pass *pass)
{
    (which (self) ? &nn_dense_kind : &nn_conv2d_kind)
        ->forward (self, lo, hi, pass);
    if (!pass->training)
        return;
    char name[80];
    snprintf (name, sizeof name, "train.%s", self->name);
    const nn_array *right = nn_arrays_find (&given, name);
    nn_array *said = array;
    while (said < array + arrays && strcmp (said->name, name) != 0)
        said++;
    const nn_tensor *out = &self->out;
    const size_t image = nn_image_size (out), row = (size_t) out->w * out->c;
    float *all = malloc (right->size * sizeof *all);
    nn_array_read (right, all);
    for (int i = lo; i < hi; i++)
        for (int r = 0; r < out->h; r++) {
            float *at = out->x + nn_at (out, i, r, 0);
            memcpy ((float *) said->at + i * image + r * row, at,
                    row * sizeof *at);
            memcpy (at, all + i * image + r * row, row * sizeof *at);
        }
    free (all);
}

/*  Opens what is given and makes room for what will be said. */
static void ask_each (nn_net *net, const char *path, int n)
{
    must (nn_arrays_open (&given, path));
    asked[0] = nn_conv2d_kind;
    asked[1] = nn_dense_kind;
    asked[0].forward = asked[1].forward = ask;
    for (int i = 0; i < net->layers; i++) {
        nn_layer *l = net->layer[i];
        char name[80];
        snprintf (name, sizeof name, "train.%s", l->name);
        if (!compared (l))
            continue;
        const nn_array *right = nn_arrays_find (&given, name);
        if (!right || right->size != n * nn_image_size (&l->out)) {
            fprintf (stderr, "%s does not give %s as it should\n", path, name);
            exit (1);
        }
        float *none = calloc (right->size, sizeof *none);
        keep (name, none, right->size);
        free (none);
        l->kind = &asked[which (l)];
    }
}

static void gradients (const nn_net *net, int n)
{
    char name[80];
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < net->layer[i]->params; k++) {
            const nn_param *p = &net->layer[i]->param[k];
            snprintf (name, sizeof name, "d.%s", p->name);
            if (p->dw)
                keep (name, p->dw, p->size);
            snprintf (name, sizeof name, "after.%s", p->name);
            if (p->constant)
                keep (name, p->w, p->size);
        }
    keep_tensor ("d.input", &net->layer[0]->out, n, net->layer[0]->out.dx);
}

int main (int argc, char **argv)
{
    if (argc != 8 && argc != 9)
        return 2;
    const int side = (int) strtol (argv[2], NULL, 10),
              n = (int) strtol (argv[3], NULL, 10),
              classes = (int) strtol (argv[4], NULL, 10);
    char *colon = strchr (argv[1], ':');
    if (colon)
        *colon = 0;
    const nn_model *model = nn_model_find (argv[1]);
    const nn_head *head = colon ? nn_head_find (colon + 1) : NULL;
    nn_net *net = NULL;
    if (model && colon && head)
        net = nn_headed_net (model, head, side, side, 3, classes, 1);
    else if (model && !colon)
        net = nn_model_net (model, side, side, 3, classes, NULL, 1);
    if (!net) {
        fprintf (stderr, "%s\n", nn_error ());
        return 1;
    }
    for (int i = 0; i < net->layers; i++) // a draw cannot be compared
        if (net->layer[i]->kind == &nn_dropout_kind)
            ((nn_dropout_args *) net->layer[i]->args)->rate = 0;
    for (int i = 0; i < net->layers; i++) // nobody writes over what is compared
        if (compared (net->layer[i]))
            net->layer[i]->users++;
    if (argc == 9)
        ask_each (net, argv[8], n);
    must (nn_net_build (net, .batch = n, .input_gradient = true));
    must (nn_weights_load (net, argv[5]));
    float *x = malloc ((size_t) n * side * side * 3 * sizeof *x);
    float *target = malloc ((size_t) n * classes * sizeof *target);
    nn_arrays file;
    must (nn_arrays_open (&file, argv[6]));
    nn_array_read (nn_arrays_find (&file, "pictures"), x);
    nn_array_read (nn_arrays_find (&file, "target"), target);
    nn_arrays_close (&file);
    const nn_batch batch = { .n = n,
                             .h = side,
                             .w = side,
                             .c = 3,
                             .classes = classes,
                             .x = x,
                             .target = target };
    must (nn_net_forward (net, &batch, false));
    keep_tensor ("rest", &net->output->in[0]->out, n, net->output->in[0]->out.x);
    must (nn_net_forward (net, &batch, true));
    for (int i = 0; i < net->layers; i++) {
        const nn_layer *l = net->layer[i];
        char name[80];
        snprintf (name, sizeof name, "train.%s", l->name);
        if (compared (l))
            keep_tensor (name, &l->out, n, l->out.x);
    }
    must (nn_net_backward (net, &batch));
    const float loss = (float) nn_net_loss (net);
    keep ("loss", &loss, 1);
    gradients (net, n);
    must (nn_arrays_save (array, arrays, (nn_note[]){ { 0 } }, argv[7]));
    nn_net_free (&net);
    return 0;
}
