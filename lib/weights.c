/*  weights.c - a net's weights, to a file and back
 *
 *  An array in the file belongs to the parameter of the same name:
 *  "conv2d_1.weight". Names and shapes must agree, all of them, before a single
 *  weight is copied; so a file that does not fit leaves the net as it was.
 *
 *  Convolutions are kept as we have them, rows x columns x in x out, and dense
 *  layers in x out. A note in the file says so: "layout": "HWIO".
 */
#include "nn.h"

#include <stdlib.h>
#include <string.h>

static const char layout[] = "HWIO";

/*  The parameters of a net one after the other; NULL after the last. Begins with l
 *  = k = 0. */
static nn_param *next_param (const nn_net *net, int *l, int *k)
{
    for (; *l < net->layers; ++*l, *k = 0)
        if (*k < net->layer[*l]->params)
            return &net->layer[*l]->param[(*k)++];
    return NULL;
}

static int count_params (const nn_net *net)
{
    int count = 0;
    for (int i = 0; i < net->layers; i++)
        count += net->layer[i]->params;
    return count;
}

/*  Writes all parameters of a built net, and a note for people; NULL for none. */
int nn_weights_save (const nn_net *net, const char *path, const char *note)
{
    nn_require (net && net->batch > 0, "the net must be built before it is saved");
    nn_array *arrays = calloc (count_params (net) + 1, sizeof *arrays);
    if (!arrays)
        return nn_fail (NN_EMEMORY, "%s: no memory to save the weights", path);
    int count = 0, l = 0, k = 0;
    for (const nn_param *p; (p = next_param (net, &l, &k)); count++) {
        arrays[count] = (nn_array){ .name = p->name, .size = p->size, .at = p->w };
        memcpy (arrays[count].dim, p->dim, sizeof p->dim);
        arrays[count].dims = p->dims;
    }
    const nn_note notes[] = { { "layout", layout },
                              { note ? "note" : NULL, note },
                              { 0 } };
    const int status = nn_arrays_save (arrays, count, notes, path);
    free (arrays);
    return status;
}

/*  Sizes as people write them: "3 x 3 x 32". */
void nn_shape_text (char text[80], const int *dim, int dims)
{
    int at = snprintf (text, 80, dims ? "" : "one number");
    for (int i = 0; i < dims && at < 80; i++)
        at += snprintf (text + at, 80 - at, i ? " x %d" : "%d", dim[i]);
}

/*  Adds a name to a list in which the first three are named and the others
 *  counted. */
void nn_list_name (char text[256], int *count, const char *name)
{
    const size_t at = strlen (text);
    if (++*count <= 3)
        snprintf (text + at, 256 - at, "%s%.64s", *count > 1 ? ", " : "", name);
    else if (*count == 4)
        snprintf (text + at, 256 - at, ", …");
}

/*  Has the file all that the net has, and nothing else? */
static int same_names (const nn_net *net, const nn_arrays *file, const char *path)
{
    char missing[256] = "", extra[256] = "";
    int lacks = 0, extras = 0, l = 0, k = 0;
    for (const nn_param *p; (p = next_param (net, &l, &k));)
        if (!nn_arrays_find (file, p->name))
            nn_list_name (missing, &lacks, p->name);
    for (int i = 0; i < file->count; i++) {
        bool known = false;
        l = k = 0;
        for (const nn_param *p; !known && (p = next_param (net, &l, &k));)
            known = strcmp (p->name, file->array[i].name) == 0;
        if (!known)
            nn_list_name (extra, &extras, file->array[i].name);
    }
    if (!lacks && !extras)
        return NN_OK;
    return nn_fail (
        NN_EFORMAT,
        "%s does not fit the net: %d of its %d arrays are missing%s%s%s; %d "
        "belong to another net%s%s%s",
        path, lacks, count_params (net), lacks ? " (" : "", missing,
        lacks ? ")" : "", extras, extras ? " (" : "", extra, extras ? ")" : "");
}

static int same_shapes (const nn_net *net, const nn_arrays *file, const char *path)
{
    int l = 0, k = 0;
    for (const nn_param *p; (p = next_param (net, &l, &k));) {
        const nn_array *a = nn_arrays_find (file, p->name);
        if (a->dims == p->dims &&
            memcmp (a->dim, p->dim, p->dims * sizeof *p->dim) == 0)
            continue;
        char theirs[80], ours[80];
        nn_shape_text (theirs, a->dim, a->dims);
        nn_shape_text (ours, p->dim, p->dims);
        return nn_fail (NN_ESHAPE, "%s: '%s' is %s there and %s in the net", path,
                        p->name, theirs, ours);
    }
    return NN_OK;
}

/*  Copies a file's weights into a built net. If the file cannot be read, or its
 *  names, shapes or layout are not the net's, the net stays as it was. */
int nn_weights_load (nn_net *net, const char *path)
{
    nn_require (net && net->batch > 0,
                "the net must be built before weights are loaded");
    nn_arrays file;
    int status = nn_arrays_open (&file, path);
    const char *order = status == NN_OK ? nn_arrays_note (&file, "layout") : NULL;
    if (order && strcmp (order, layout) != 0)
        status =
            nn_fail (NN_EFORMAT, "%s keeps its weights in the order %.16s, not %s",
                     path, order, layout);
    if (status == NN_OK)
        status = same_names (net, &file, path);
    if (status == NN_OK)
        status = same_shapes (net, &file, path);
    int l = 0, k = 0;
    for (nn_param *p; status == NN_OK && (p = next_param (net, &l, &k));)
        nn_array_read (nn_arrays_find (&file, p->name), p->w);
    nn_arrays_close (&file);
    return status;
}
