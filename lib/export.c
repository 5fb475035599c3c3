/*  export.c - our weights for other libraries, and what an import has to say
 *
 *  The way back is shorter. Names are the hub's already; the numbers go into
 *  PyTorch's order. So torch.nn.Module.load_state_dict () takes what we have
 *  trained, but for its counters of batches, which it does not need.
 */
#include "nn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*  A parameter as an array of PyTorch's: its shape and, behind `at`, its numbers.
 */
static nn_array turn (const nn_layer *layer, const nn_param *p, float *at)
{
    nn_order order;
    int shape[4];
    nn_order_of (&order, shape, layer, p, false);
    nn_order_scatter (&order, at, p->w);
    nn_array a = { .name = p->name, .size = p->size, .at = at, .dims = p->dims };
    memcpy (a.dim, p->dims == 4 ? shape : p->dim, p->dims * sizeof *a.dim);
    if (p->dims == 2) {
        a.dim[0] = p->dim[1];
        a.dim[1] = p->dim[0];
    }
    return a;
}

int nn_export (const nn_net *net, const char *path, const char *note)
{
    nn_require (net && net->batch > 0, "the net must be built before it is saved");
    const size_t numbers = nn_net_parameters (net, false);
    int params = 0, count = 0;
    for (int i = 0; i < net->layers; i++)
        params += net->layer[i]->params;
    nn_array *arrays = calloc (params + 1, sizeof *arrays);
    float *turned = malloc ((numbers + 1) * sizeof *turned), *at = turned;
    for (int i = 0; i < net->layers && arrays && turned; i++)
        for (int k = 0; k < net->layer[i]->params; k++) {
            const nn_param *p = &net->layer[i]->param[k];
            arrays[count++] = turn (net->layer[i], p, at);
            at += p->size;
        }
    const nn_note notes[] = { { "layout", "OIHW" },
                              { note ? "note" : NULL, note },
                              { 0 } };
    const int status =
        arrays && turned
            ? nn_arrays_save (arrays, count, notes, path)
            : nn_fail (NN_EMEMORY, "%s: no memory for its %zu numbers", path,
                       numbers);
    free (turned);
    free (arrays);
    return status;
}

/*  A name from a file may hold anything, and a terminal obeys some of it. */
static void print_name (const char *name, FILE *out)
{
    for (; *name; name++)
        fputc (iscntrl ((unsigned char) *name) ? '?' : *name, out);
}

/*  How much became of what; and every name that is not simply loaded. */
void nn_import_print (const nn_import_report *self, FILE *out)
{
    static const char *const fates[] = { "loaded", "from a folded bias",
                                         "left alone", "missing in the file",
                                         "extra in the file" };
    for (int f = NN_LOADED; f <= NN_EXTRA; f++)
        if (self->count[f] || f == NN_LOADED)
            fprintf (out, "%5d %s\n", self->count[f], fates[f]);
    for (int i = 0; i < self->lines; i++) {
        const nn_import_line *line = &self->line[i];
        if (line->fate <= NN_FOLDED)
            continue;
        fprintf (out, "      %s: ", fates[line->fate]);
        print_name (line->name, out);
        if (line->theirs && strcmp (line->theirs, line->name) != 0) {
            fprintf (out, ", there ");
            print_name (line->theirs, out);
        }
        fprintf (out, "\n");
    }
}

void nn_import_free (nn_import_report *self)
{
    for (int i = 0; i < self->lines; i++)
        free (self->line[i].theirs);
    free (self->line);
    *self = (nn_import_report){ 0 };
}
