/*  fuzz_safetensors.c - a weights file with random damage, thousands of times
 *
 *  fuzz_safetensors SEED ROUNDS FILE writes a good file, damages a copy of it, and
 *  reads that: the list, every array, and into a net. It is built with sanitizers,
 *  and may refuse whatever it likes, but must never touch what is not its own; and
 *  a net that refused a file must be as it was. Prints how many were refused.
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

enum { PARAMS = 2, ROOM = 1 << 16 };

static const int shapes[PARAMS][2] = { { 3, 5 }, { 5, 1 } };
static const char *const names[PARAMS] = { "conv2d_1.weight", "conv2d_1.bias" };

/*  A net of one layer, made by hand: the reader looks at its parameters and
 *  nothing else. */
static nn_net *make_net (nn_layer *layer, nn_layer **list, nn_net *net,
                         float values[15 + 5])
{
    float *at = values;
    *net = (nn_net){ .layer = list, .layers = 1, .batch = 1 };
    *list = layer;
    layer->params = PARAMS;
    for (int k = 0; k < PARAMS; k++) {
        nn_param *p = &layer->param[k];
        snprintf (p->name, sizeof p->name, "%s", names[k]);
        p->dims = 2 - k;
        p->size = 1;
        for (int d = 0; d < p->dims; d++)
            p->size *= p->dim[d] = shapes[k][d];
        p->w = at;
        at += p->size;
    }
    for (int i = 0; i < 20; i++)
        values[i] = (float) i;
    return net;
}

static size_t read_bytes (const char *path, unsigned char *bytes)
{
    FILE *in = fopen (path, "rb");
    const size_t size = in ? fread (bytes, 1, ROOM, in) : 0;
    if (in)
        fclose (in);
    return size;
}

/*  A few bytes changed, a digit of the header replaced, or the end cut off or made
 *  longer. */
static size_t damage (unsigned char *bytes, size_t size, nn_random *random)
{
    const uint32_t what = nn_random_below (random, 8);
    if (what == 0)
        return nn_random_below (random, (uint32_t) size + 1);
    if (what == 1) {
        memset (bytes + size, 'x', 100);
        return size + nn_random_below (random, 100);
    }
    static const char interesting[] = "0123456789-.eE[]{}\":,\\nF";
    for (uint32_t k = 0; k <= nn_random_below (random, 4); k++)
        if (what < 6)
            bytes[8 + nn_random_below (random, (uint32_t) size - 8)] =
                interesting[nn_random_below (random, sizeof interesting - 1)];
        else
            bytes[nn_random_below (random, (uint32_t) size)] =
                nn_random_bits (random) & 255;
    return size;
}

/*  Reads a damaged file in every way; was it refused? Fails loudly if a net that
 *  refused it was changed. */
static bool refused (const char *path)
{
    nn_arrays file;
    const bool bad = nn_arrays_open (&file, path) != NN_OK;
    for (int i = 0; !bad && i < file.count; i++) {
        float *x = malloc (file.array[i].size * sizeof *x + 1);
        nn_array_read (&file.array[i], x);
        free (x);
    }
    nn_arrays_close (&file);
    nn_layer layer = { 0 }, *list;
    nn_net net;
    float values[20];
    make_net (&layer, &list, &net, values);
    bool same = true;
    const int status = nn_weights_load (&net, path);
    for (int i = 0; i < 20; i++)
        same &= values[i] == (float) i;
    if (status != NN_OK && !same) {
        fprintf (stderr, "a net was changed by a file that it refused: %s\n",
                 nn_error ());
        exit (1);
    }
    return bad;
}

int main (int count, char **args)
{
    if (count != 4)
        return 2;
    static unsigned char good[ROOM], bytes[ROOM + 200];
    nn_random random =
        nn_random_from (strtoull (args[1], NULL, 10), NN_FOR_TEST, 0, 0);
    nn_layer layer = { 0 }, *list;
    nn_net net;
    float values[20];
    if (nn_weights_save (make_net (&layer, &list, &net, values), args[3],
                         "good") != NN_OK)
        return 1;
    const size_t size = read_bytes (args[3], good);
    const int rounds = (int) strtol (args[2], NULL, 10);
    int bad = 0;
    for (int i = 0; i < rounds; i++) {
        memcpy (bytes, good, size);
        const size_t now = damage (bytes, size, &random);
        FILE *out = fopen (args[3], "wb");
        if (!out || fwrite (bytes, 1, now, out) != now || fclose (out) != 0)
            return 1;
        bad += refused (args[3]);
    }
    printf ("%d of %d\n", bad, rounds);
    return bad == 0 ||
           bad == rounds; // all or none: the damage was not what it should be
}
