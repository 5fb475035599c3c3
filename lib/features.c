/*  features.c - what a frozen base says of each picture, computed once
 *
 *  A base that does not change gives the same numbers for the same picture in
 *  every epoch. So they are computed once and kept in a file; and a head is
 *  trained on them in seconds, as if they were the pictures.
 *
 *  Features are worth nothing unless they are those of this net, these pictures
 *  and these transforms. So they are told apart by a checksum over all weights and
 *  over what the net makes of a picture of noise, which also tells its paddings
 *  and whatever else no weight shows; by one over all labels and some pictures;
 *  and by the transforms as text.
 */
#include "nn.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 16, TEXT = NN_FEATURES_TEXT };

/* --- 16 bits ----------------------------------------------------------------- */

/*  The nearest number of 16 bits (IEEE 754 binary16), ties to even: five bits of
 *  exponent, ten of fraction. -1 for what is too large, or no number at all. */
int nn_half (float x)
{
    const double size = fabs ((double) x);
    if (!(size < 65520)) // halfway to what would be infinity
        return -1;
    const int e = size < 0x1p-14 ? -14 : ilogb (size);
    const int tenths =
        (int) nearbyint (ldexp (size, 10 - e)); // of 2^e, 1024 of them
    return (signbit (x) ? 0x8000 : 0) + (e + 14) * 1024 + tenths;
}

/* --- Which features are these? ----------------------------------------------- */

static uint64_t sum_weights (const nn_net *net)
{
    uint64_t sum = NN_CHECKSUM;
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            sum = nn_checksum (sum, p->dim, p->dims * sizeof *p->dim);
            sum = nn_checksum (sum, p->w, p->size * sizeof *p->w);
        }
    return sum;
}

/*  The checksum of a built net: over its weights, and over its answer to noise. */
static int identify_net (nn_features_key *self, nn_net *net)
{
    const nn_tensor *in = &net->layer[0]->out, *out = &net->output->out;
    const size_t size = nn_image_size (in);
    float *noise = malloc (size * sizeof *noise);
    if (!noise)
        return nn_fail (NN_EMEMORY, "no memory for a picture of noise");
    nn_random random = nn_random_from (1, NN_FOR_TEST, 0, 0);
    for (size_t i = 0; i < size; i++)
        noise[i] = nn_random_normal (&random);
    const nn_batch batch = {
        .n = 1, .h = in->h, .w = in->w, .c = in->c, .x = noise
    };
    const int status = nn_net_forward (net, &batch, false);
    free (noise);
    uint64_t sum = sum_weights (net);
    for (int row = 0; row < out->h; row++)
        sum = nn_checksum (sum, out->x + nn_at (out, 0, row, 0),
                           (size_t) out->w * out->c * sizeof *out->x);
    snprintf (self->net, sizeof self->net, "%016llx", (unsigned long long) sum);
    return status;
}

/*  The checksum of a data set: over all labels, and some pictures. */
static int identify_data (nn_features_key *self, const nn_data *data)
{
    uint64_t sum = NN_CHECKSUM;
    nn_image image = { 0 };
    int status = NN_OK;
    for (int i = 0; i < data->count; i++) {
        const int label = data->label (data, i);
        sum = nn_checksum (sum, &label, sizeof label);
    }
    for (int k = 0; k < SAMPLES && status == NN_OK; k++) {
        status =
            data->read (data, (int) ((long) data->count * k / SAMPLES), &image);
        if (status == NN_OK)
            sum = nn_checksum (sum, image.x,
                               (size_t) image.h * image.w * image.c *
                                   sizeof *image.x);
    }
    nn_image_free (&image);
    snprintf (self->data, sizeof self->data, "%016llx", (unsigned long long) sum);
    return status;
}

/*  The transforms as text. One that draws is refused. */
static int identify_transforms (nn_features_key *self,
                                const nn_features_args *args)
{
    size_t at = 0;
    self->transforms[0] = 0;
    for (int i = 0; i < args->transform_count; i++) {
        const nn_transform *t = &args->transforms[i];
        if (t->training)
            return nn_fail (NN_EVALUE,
                            "'%s' makes another picture in every epoch: there are "
                            "no features to keep; leave it out, or train with the "
                            "pictures themselves",
                            t->name);
        for (int k = -1; k < 8 && at < TEXT; k++)
            at += k < 0 ? snprintf (self->transforms + at, TEXT - at, "%s%s",
                                    i ? " " : "", t->name)
                        : snprintf (self->transforms + at, TEXT - at, ":%.9g",
                                    (double) t->value[k]);
    }
    return at < TEXT ? NN_OK
                     : nn_fail (NN_EVALUE, "too many transforms to be named");
}

static int identify (nn_features_key *self, nn_net *net, const nn_data *data,
                     const nn_features_args *args)
{
    const nn_tensor *out = &net->output->out;
    *self = (nn_features_key){
        .n = data->count, .h = out->h, .w = out->w, .c = out->c, .half = args->half
    };
    self->bytes =
        nn_image_size (out) * (self->half ? sizeof (uint16_t) : sizeof (float));
    int status = identify_transforms (self, args);
    if (status == NN_OK)
        status = identify_net (self, net);
    if (status == NN_OK)
        status = identify_data (self, data);
    return status == NN_OK ? nn_features_header (self) : status;
}

/* --- Making them ------------------------------------------------------------- */

/*  The net's output for one batch, in the form of the file, to `to`. */
static int pack (const nn_features_key *self, const nn_net *net, int n, void *to)
{
    const nn_tensor *out = &net->output->out;
    const size_t row = (size_t) out->w * out->c;
    float *numbers = to;
    uint16_t *halves = to;
    for (int i = 0; i < n * out->h; i++) {
        const float *x = out->x + nn_at (out, i / out->h, i % out->h, 0);
        for (size_t k = 0; k < row && self->half; k++) {
            const int bits = nn_half (x[k]);
            if (bits < 0)
                return nn_fail (NN_EVALUE,
                                "a feature of %g does not fit into 16 bits; keep "
                                "32",
                                (double) x[k]);
            *halves++ = (uint16_t) bits;
        }
        if (!self->half)
            memcpy (numbers + i * row, x, row * sizeof *x);
    }
    return NN_OK;
}

/*  Computes the features that are still missing and appends them. */
static int compute (const nn_features_key *self, nn_net *net, const nn_data *data,
                    const nn_features_args *args, int fd, const char *path)
{
    int images,
        status = nn_features_continue (self, fd, path, net->batch, &images);
    if (status != NN_OK || images == self->n)
        return status;
    if (images && args->say)
        fprintf (args->say, "%d of %d were there already\n", images, self->n);
    nn_loader *loader =
        nn_loader_new (data, .batch = net->batch, .transforms = args->transforms,
                       .transform_count = args->transform_count);
    void *bytes = malloc (net->batch * self->bytes);
    const nn_batch *batch;
    status = loader && bytes ? nn_loader_start (loader, 0, images / net->batch)
                             : NN_EMEMORY;
    while (status == NN_OK && (batch = nn_loader_next (loader, &status))) {
        nn_batch asked = *batch;
        asked.target = NULL; // there is no loss down here
        status = nn_net_forward (net, &asked, false);
        if (status == NN_OK)
            status = pack (self, net, batch->n, bytes);
        if (status == NN_OK)
            status = nn_features_append (fd, path, bytes, batch->n * self->bytes);
    }
    free (bytes);
    nn_loader_free (&loader);
    return status;
}

/*  Makes the file, unless another process has just done so; the open file, or a
 *  negative status. */
static int make (const nn_features_key *self, nn_net *net, const nn_data *data,
                 const nn_features_args *args, const char *path)
{
    char part[PATH_MAX + 8];
    bool there;
    snprintf (part, sizeof part, "%s.part", path);
    const int fd = nn_features_lock (part, args->say);
    if (fd < 0)
        return fd;
    int ready = nn_features_open (self, path, &there), status = NN_OK;
    if (ready >= 0)
        unlink (part);
    else {
        if (there && args->say)
            fprintf (args->say, "%s; they are made anew\n", nn_error ());
        status = compute (self, net, data, args, fd, part);
        if (status == NN_OK && (fsync (fd) != 0 || rename (part, path) != 0))
            status = nn_fail (NN_EFILE, "%s: cannot be written: %s", path,
                              strerror (errno));
        if (status == NN_OK)
            ready = nn_features_open (self, path, &there);
    }
    close (fd);
    if (status != NN_OK)
        return status;
    return ready >= 0
               ? ready
               : nn_fail (NN_EFILE, "%s was changed while it was made", path);
}

/* --- The features as a data set ---------------------------------------------- */

typedef struct {
    const nn_data *of; // whose features these are
    int file;
    size_t length, bytes; // of the header; of an image's features
    float value[1 << 16]; // of each 16 bits, if it is halves that are kept
    bool half;
} source;

static int label (const nn_data *self, int i)
{
    const source *s = self->source;
    return s->of->label (s->of, i);
}

static int read_features (const nn_data *self, int i, nn_image *image)
{
    const source *s = self->source;
    const int status = nn_image_hold (image, self->h, self->w, self->c);
    if (status < 0)
        return status;
    const size_t size = (size_t) self->h * self->w * self->c;
    if (pread (s->file, image->x, s->bytes, (off_t) (s->length + i * s->bytes)) !=
        (ssize_t) s->bytes)
        return nn_fail (
            NN_EFILE,
            "%s: the features of image %d cannot be read any more; did "
            "somebody change the file meanwhile?",
            self->name, i);
    for (size_t k = size; s->half && k-- > 0;) { // spread out, from the end
        uint16_t bits;
        memcpy (&bits, (const char *) image->x + k * sizeof bits, sizeof bits);
        image->x[k] = s->value[bits];
    }
    return NN_OK;
}

static void close_file (nn_data *self)
{
    close (((source *) self->source)->file);
}

static nn_data *open_data (const nn_features_key *self, const nn_data *of,
                           int file)
{
    nn_data like = *of;
    like.h = self->h;
    like.w = self->w;
    like.c = self->c;
    like.label = label;
    like.read = read_features;
    like.close = close_file;
    nn_data *data = nn_data_new (&like, sizeof (source));
    if (!data) {
        close (file);
        return NULL;
    }
    source *s = data->source;
    s->of = of;
    s->file = file;
    s->length = self->length;
    s->bytes = self->bytes;
    s->half = self->half;
    uint16_t bits[1 << 16];
    for (int i = 0; i < 1 << 16; i++)
        bits[i] = (uint16_t) i;
    nn_array_read (&(nn_array){ .type = "F16", .size = 1 << 16, .at = bits },
                   s->value);
    return data;
}

/*  What layer `top` of a built net says of each image of a data set, as a data
 *  set: the same labels, and features for pictures. They are computed if they are
 *  not there already. `data` must live as long, the net need not. NULL, with a
 *  sentence, when a transform draws, an image cannot be read, or the file cannot
 *  be written. */
nn_data *nn_features_with (const nn_net *net, const nn_layer *top,
                           const nn_data *data, nn_features_args args)
{
    char path[PATH_MAX];
    nn_features_key self;
    bool there;
    int file = -1;
    nn_net *below = nn_net_below (net, top);
    if (!below)
        return NULL;
    int status = nn_net_build (below, .batch = args.batch ? args.batch : 64,
                               .inference = true);
    if (status == NN_OK)
        status = identify (&self, below, data, &args);
    if (status == NN_OK)
        status = nn_features_name (path, &self, &args);
    if (status == NN_OK)
        file = nn_features_open (&self, path, &there);
    if (status == NN_OK && file < 0)
        file = make (&self, below, data, &args, path);
    nn_net_free (&below);
    if (status != NN_OK || file < 0)
        return NULL;
    if (args.say)
        fprintf (args.say, "features of %d images of %s are in %s\n", self.n,
                 data->name, path);
    return open_data (&self, data, file);
}
