/*  import.c - weights that somebody else has trained
 *
 *  A file from the hub has the right numbers under other names and in another
 *  order. Loading it is book-keeping: for each parameter find its array, see that
 *  shapes agree once the order is allowed for, and copy. The art is in the
 *  refusals. A file that fits nearly, read without complaint, gives a network that
 *  is nearly right: it answers, and nobody knows that it could be better. So every
 *  array must find its parameter and every parameter its array, and whatever does
 *  not is named.
 *
 *  Some files have no batch norms: they were folded into the convolutions. A net
 *  with batch norms takes these as well: the convolution's bias becomes the
 *  norm's, whose mean is set to 0 and whose variance to 1, so that it does nothing
 *  else. And Keras gives biases to convolutions in front of norms, where they
 *  change nothing: what is added to every value the norm takes off again, with the
 *  mean. So such a bias is taken off the mean at once. Others of its networks have
 *  norms without a scale, which the convolution behind can do as well.
 */
#include "nn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ARRAYS = 100000 };                // of a file; no net has so many
enum { WEIGHT, BIAS, MEAN, VARIANCE, PARTS }; // of a batch norm

typedef struct { // an array, under the name that we have for it
    const nn_array *array;
    char ours[NN_LONG_NAME];
    bool used;
} offer;

typedef struct { // from an array into a parameter
    nn_param *param;
    const nn_array *array;
    nn_order order;
    const nn_layer *norm; // the batch norm that a folded bias goes to; or NULL
    bool off;             // taken off what the parameter holds
    bool one;             // no array: all numbers become 1
} move;

typedef struct {
    nn_net *net;
    const char *path;
    nn_import_args args;
    nn_arrays file;
    bool hwio;
    bool scaleless; // norms have no scale
    offer *offer;   // by name
    move *move;     // the last has no parameter
    int moves;
    size_t largest; // numbers in an array that is read
    nn_import_report *report;
} job;

static int by_name (const void *a, const void *b)
{
    return strcmp (((const offer *) a)->ours, ((const offer *) b)->ours);
}

static offer *find (const job *self, const char *layer, const char *part)
{
    offer key = { 0 };
    snprintf (key.ours, sizeof key.ours, "%s%s", layer, part);
    return bsearch (&key, self->offer, self->file.count, sizeof key, by_name);
}

/*  Is it in the order of Keras? The file's note says so, or its names do. */
static int find_layout (job *self)
{
    const char *layout = self->args.layout
                             ? self->args.layout
                             : nn_arrays_note (&self->file, "layout");
    for (int i = 0; i < self->file.count && !layout; i++)
        if (strstr (self->file.array[i].name, "/kernel") ||
            strstr (self->file.array[i].name, "_kernel"))
            layout = "HWIO";
    self->hwio = layout && strcmp (layout, "HWIO") == 0;
    if (!layout || self->hwio || strcmp (layout, "OIHW") == 0)
        return NN_OK;
    return nn_fail (NN_EFORMAT,
                    "%s: layout '%.16s' is neither OIHW (PyTorch's) nor HWIO "
                    "(Keras's, and ours)",
                    self->path, layout);
}

/*  The number of a layer that Keras has called after its kind: 0 for "conv2d.", 7
 *  for "conv2d_7."; and where the name goes on. -1 if it is none of these. */
static int counted (const char *name, const char *kind, const char **part)
{
    const size_t letters = strlen (kind);
    char *after = NULL;
    if (strncmp (name, kind, letters) != 0)
        return -1;
    name += letters;
    const long number = *name == '_' ? strtol (name + 1, &after, 10) : 0;
    *part = after ? after : name;
    return **part == '.' && number >= 0 && number < MOST_ARRAYS ? (int) number
                                                                : -1;
}

/*  Layers that nobody has named Keras calls after their kinds, and counts them:
 *  not from 0 if it has made other networks before. The lowest is our first. */
static void count_off (job *self, const char *theirs, const nn_kind *kind)
{
    const char *part;
    int lowest = MOST_ARRAYS;
    for (int i = 0; i < self->file.count; i++) {
        const int at = counted (self->offer[i].ours, theirs, &part);
        lowest = at >= 0 && at < lowest ? at : lowest;
    }
    for (int i = 0; i < self->file.count; i++) {
        offer *o = &self->offer[i];
        int at = counted (o->ours, theirs, &part) - lowest;
        for (int l = 0; l < self->net->layers && at >= 0; l++)
            if (self->net->layer[l]->kind == kind && at-- == 0) {
                char name[NN_LONG_NAME];
                snprintf (name, sizeof name, "%s%.40s", self->net->layer[l]->name,
                          part);
                memcpy (o->ours, name, sizeof name);
            }
    }
}

/*  What is Keras's alone. */
static void read_as_keras (job *self)
{
    int means = 0, scales = 0, strokes = 0;
    for (int i = 0; i < self->file.count; i++) {
        const char *name = self->file.array[i].name;
        strokes += strchr (name, '/') != NULL;
        means += strstr (name, "/moving_mean") != NULL;
        scales += strstr (name, "/gamma") != NULL;
    }
    self->scaleless = means > 0 && scales == 0;
    if (strokes == 0)
        return;
    count_off (self, "conv2d", &nn_conv2d_kind);
    count_off (self, "batch_normalization", &nn_batchnorm_kind);
    count_off (self, "dense", &nn_dense_kind);
}

/*  All arrays under our names, sorted. */
static int read_offers (job *self)
{
    if (self->file.count > MOST_ARRAYS)
        return nn_fail (NN_EFORMAT, "%s has %d arrays; that is no network",
                        self->path, self->file.count);
    self->offer = calloc (self->file.count + 1, sizeof *self->offer);
    if (!self->offer)
        return nn_fail (NN_EMEMORY, "%s: no memory for its names", self->path);
    for (int i = 0; i < self->file.count; i++) {
        offer *o = &self->offer[i];
        o->array = &self->file.array[i];
        const int status = nn_rename (o->ours, o->array->name, self->args.names);
        if (status != NN_OK)
            return nn_fail (status, "%s: %s", self->path, nn_error ());
    }
    read_as_keras (self);
    qsort (self->offer, self->file.count, sizeof *self->offer, by_name);
    for (int i = 1; i < self->file.count; i++)
        if (by_name (&self->offer[i - 1], &self->offer[i]) == 0)
            return nn_fail (NN_EFORMAT,
                            "%s: '%.80s' and '%.80s' would both be '%.80s'",
                            self->path, self->offer[i - 1].array->name,
                            self->offer[i].array->name, self->offer[i].ours);
    return NN_OK;
}

/*  Has an array this shape? Two numbers will do where the kernel is 1 x 1 or the
 *  layer dense; and Keras writes the filters of a depthwise convolution as
 *  channels times filters of each. */
static bool has_shape (const nn_array *a, const nn_param *p, const int shape[4],
                       bool hwio)
{
    if (p->dims != 2 && p->dims != 4)
        return a->dims == p->dims &&
               memcmp (a->dim, p->dim, p->dims * sizeof *p->dim) == 0;
    const int *kernel = hwio ? shape : shape + 2;
    const int area = kernel[0] * kernel[1];
    const int out = hwio ? shape[3] : shape[0], in = area * shape[1 + hwio];
    if (a->dims == 2)
        return (p->dims == 2 || area == 1) && a->dim[!hwio] == in &&
               a->dim[hwio] == out;
    if (a->dims != 4 || memcmp (a->dim, shape, 4 * sizeof *shape) == 0)
        return a->dims == 4;
    return hwio && shape[2] == 1 && a->dim[0] == shape[0] &&
           a->dim[1] == shape[1] && (int64_t) a->dim[2] * a->dim[3] == out;
}

/*  Is this the layer in front of the loss, which a net for other classes has
 *  another of? */
static bool is_head (const nn_layer *layer)
{
    for (int i = layer->index + 1; i < layer->net->layers; i++)
        if (layer->net->layer[i]->params)
            return false;
    return true;
}

/*  May this array become this parameter? */
static int check (job *self, const nn_layer *layer, move *m)
{
    int shape[4];
    char theirs[80], ours[80];
    nn_order_of (&m->order, shape, layer, m->param, self->hwio);
    const bool list = m->param->dims != 2 && m->param->dims != 4;
    nn_shape_text (theirs, m->array->dim, m->array->dims);
    nn_shape_text (ours, list ? m->param->dim : shape, list ? m->param->dims : 4);
    if (!has_shape (m->array, m->param, shape, self->hwio))
        return nn_fail (
            NN_ESHAPE, "%s: '%.80s' is %s there, and '%s' of the net wants %s%s%s",
            self->path, m->array->name, theirs, m->param->name, ours,
            list         ? ""
            : self->hwio ? " (rows x columns x in x out)"
                         : " (out x in x rows x columns)",
            is_head (layer) ? "; for a head of your own leave it out: .without"
                            : "");
    if (strchr ("IU", *m->array->type) || strcmp (m->array->type, "BOOL") == 0)
        return nn_fail (NN_EFORMAT,
                        "%s: '%.80s' holds whole numbers (%s), and weights are "
                        "fractions; is the file quantised?",
                        self->path, m->array->name, m->array->type);
    self->largest =
        m->array->size > self->largest ? m->array->size : self->largest;
    return NN_OK;
}

/*  One line more in the report. */
static int note (job *self, nn_fate fate, const char *name, const nn_array *theirs)
{
    nn_import_report *report = self->report;
    nn_import_line *line = &report->line[report->lines];
    snprintf (line->name, sizeof line->name, "%s", name);
    line->fate = fate;
    line->theirs = theirs ? strdup (theirs->name) : NULL;
    if (theirs && !line->theirs)
        return nn_fail (NN_EMEMORY, "%s: no memory for the report", self->path);
    report->lines++;
    report->count[fate]++;
    return NN_OK;
}

static bool left_out (const job *self, const char *name)
{
    const char *without = self->args.without;
    return without && strncmp (name, without, strlen (without)) == 0;
}

/*  A batch norm of which the file knows nothing, behind a convolution without a
 *  bias, for which the file has one: that one. */
static offer *folded (const job *self, const nn_layer *norm)
{
    if (norm->kind != &nn_batchnorm_kind || norm->in[0]->params != 1)
        return NULL;
    for (int k = 0; k < PARTS; k++)
        if (find (self, norm->param[k].name, ""))
            return NULL;
    return find (self, norm->in[0]->name, ".bias");
}

/*  The bias of a convolution that has none with us, as this norm follows it. */
static int take_off (job *self, const nn_layer *norm, nn_param *mean)
{
    if (norm->kind != &nn_batchnorm_kind || norm->in[0]->params != 1)
        return NN_OK;
    offer *bias = find (self, norm->in[0]->name, ".bias");
    if (!bias || bias->used)
        return NN_OK;
    if (bias->array->dims != 1 || bias->array->size != mean->size)
        return nn_fail (
            NN_ESHAPE, "%s: '%.80s' has %zu numbers, and the norm behind it %zu",
            self->path, bias->array->name, bias->array->size, mean->size);
    bias->used = true;
    self->move[self->moves++] = (move){ mean, bias->array, .off = true };
    return note (self, NN_LOADED, bias->ours, bias->array);
}

/*  The scale of a norm that has none in the file, but a mean. */
static bool has_no_scale (const job *self, const nn_layer *layer, int k)
{
    return self->scaleless && k == WEIGHT && layer->kind == &nn_batchnorm_kind &&
           find (self, layer->param[MEAN].name, "");
}

/*  Finds the array of parameter k, and writes down what is to be done. */
static int match (job *self, nn_layer *layer, int k)
{
    nn_param *p = &layer->param[k];
    if (left_out (self, p->name))
        return note (self, NN_LEFT, p->name, NULL);
    offer *source = find (self, p->name, "");
    offer *bias = source ? NULL : folded (self, layer);
    if (!source && has_no_scale (self, layer, k)) {
        self->move[self->moves++] = (move){ .param = p, .one = true };
        return note (self, NN_FOLDED, p->name, NULL);
    }
    if (!source && !bias)
        return note (self, NN_MISSING, p->name, NULL);
    if (bias && k != BIAS) // goes with the bias
        return note (self, NN_FOLDED, p->name, NULL);
    source = source ? source : bias;
    source->used = true;
    move *m = &self->move[self->moves++];
    *m = (move){ p, source->array, .norm = bias ? layer : NULL };
    int status = check (self, layer, m);
    if (status == NN_OK && k == MEAN)
        status = take_off (self, layer, p);
    return status != NN_OK
               ? status
               : note (self, bias ? NN_FOLDED : NN_LOADED, p->name, source->array);
}

/*  Every parameter and every array finds its line in the report. PyTorch's
 *  counters of batches are of no use to anybody. */
static int match_all (job *self)
{
    int params = 0, status = NN_OK;
    for (int i = 0; i < self->net->layers; i++)
        params += self->net->layer[i]->params;
    self->move = calloc (params + self->file.count + 1, sizeof *self->move);
    self->report->line =
        calloc (params + self->file.count + 1, sizeof *self->report->line);
    if (!self->move || !self->report->line) {
        nn_fail (NN_EMEMORY, "%s: no memory to compare names", self->path);
        return NN_EMEMORY;
    }
    for (int i = 0; i < self->net->layers && status == NN_OK; i++)
        for (int k = 0; k < self->net->layer[i]->params && status == NN_OK; k++)
            status = match (self, self->net->layer[i], k);
    for (int i = 0; i < self->file.count && status == NN_OK; i++) {
        const offer *o = &self->offer[i];
        const char *part = strrchr (o->ours, '.');
        if (!o->used && !(part && strcmp (part, ".num_batches_tracked") == 0))
            status = note (self, left_out (self, o->ours) ? NN_LEFT : NN_EXTRA,
                           o->ours, o->array);
    }
    return status;
}

/*  Is anything left over that should not be? */
static int judge (const job *self)
{
    const int *count = self->report->count;
    char missing[256] = "", extra[256] = "";
    int lacks = 0, extras = 0;
    for (int i = 0; i < self->report->lines; i++) {
        const nn_import_line *line = &self->report->line[i];
        if (line->fate == NN_MISSING)
            nn_list_name (missing, &lacks, line->name);
        if (line->fate == NN_EXTRA)
            nn_list_name (extra, &extras, line->theirs);
    }
    if (self->moves && (self->args.lenient || (!lacks && !extras)))
        return NN_OK;
    return nn_fail (
        NN_EFORMAT,
        "%s does not fit the net: %d parameters found, %d missing%s%s%s; "
        "%d arrays too many%s%s%s",
        self->path, count[NN_LOADED] + count[NN_FOLDED], lacks, lacks ? " (" : "",
        missing, lacks ? ")" : "", extras, extras ? " (" : "", extra,
        extras ? ")" : "");
}

/*  The numbers of an array, in its own order: all of them finite, and no variance
 *  below 0. */
static int read_numbers (const job *self, const move *m, float *to)
{
    const bool variance = strstr (m->param->name, ".running_var") != NULL;
    nn_array_read (m->array, to);
    for (size_t i = 0; i < m->array->size; i++)
        if (!isfinite (to[i]) || (variance && to[i] < 0))
            return nn_fail (
                NN_EFORMAT,
                "%s: number %zu of '%.80s' is %g; the file is damaged, "
                "or the training went wrong",
                self->path, i, m->array->name, (double) to[i]);
    return NN_OK;
}

/*  All that is left of a folded batch norm is its bias. */
static void set_norm (const nn_layer *norm)
{
    const nn_batchnorm_args *args = norm->args;
    for (int k = 0; k < norm->out.c; k++) {
        norm->param[WEIGHT].w[k] = sqrtf (1 + args->epsilon);
        norm->param[MEAN].w[k] = 0;
        norm->param[VARIANCE].w[k] = 1;
    }
}

/*  Filters that have learnt blue, green, red are brought to red, green, blue. */
static void turn_colours (nn_net *net)
{
    int first = 0;
    while (first < net->layers && !net->layer[first]->params)
        first++;
    const nn_param *p = first < net->layers ? &net->layer[first]->param[0] : NULL;
    if (!p || p->dims != 4 || p->dim[2] != 3)
        return;
    const int places = p->dim[0] * p->dim[1], filters = p->dim[3];
    for (int at = 0; at < places; at++)
        for (int o = 0; o < filters; o++) {
            float *blue = p->w + (size_t) at * 3 * filters + o,
                  *red = blue + 2 * filters, held = *blue;
            *blue = *red;
            *red = held;
        }
}

/*  Reads everything once to see that it can be used, and then once more to use
 *  it. */
static int copy_all (const job *self)
{
    float *numbers = malloc ((self->largest + 1) * sizeof *numbers);
    if (!numbers)
        return nn_fail (NN_EMEMORY, "%s: no memory to read it", self->path);
    int status = NN_OK;
    for (const move *m = self->move; m->param && status == NN_OK; m++)
        status = m->one ? NN_OK : read_numbers (self, m, numbers);
    for (const move *m = self->move; m->param && status == NN_OK; m++) {
        if (!m->one)
            nn_array_read (m->array, numbers);
        if (m->one)
            for (size_t i = 0; i < m->param->size; i++)
                m->param->w[i] = 1;
        else if (m->off)
            for (size_t i = 0; i < m->param->size; i++)
                m->param->w[i] -= numbers[i];
        else
            nn_order_gather (&m->order, m->param->w, numbers);
        if (m->norm)
            set_norm (m->norm);
    }
    if (self->args.bgr && status == NN_OK)
        turn_colours (self->net);
    free (numbers);
    return status;
}

/*  Loads a file of another library into a built net. Fails, and leaves the net as
 *  it was, if the file is damaged, a shape differs, or names are left over on
 *  either side; the report, if one was asked for, is filled in any case. */
int nn_import_with (nn_net *net, nn_import_args args)
{
    nn_require (net && net->batch > 0,
                "the net must be built before weights are loaded");
    nn_import_report own = { 0 };
    job self = { .net = net,
                 .path = args.path,
                 .args = args,
                 .report = args.report ? args.report : &own };
    *self.report = own;
    int status = nn_arrays_open (&self.file, args.path);
    if (status == NN_OK)
        status = find_layout (&self);
    if (status == NN_OK)
        status = read_offers (&self);
    if (status == NN_OK)
        status = match_all (&self);
    if (status == NN_OK)
        status = judge (&self);
    if (status == NN_OK)
        status = copy_all (&self);
    nn_arrays_close (&self.file);
    free (self.offer);
    free (self.move);
    nn_import_free (&own);
    return status;
}
