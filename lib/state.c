/*  state.c - all that the next step of a training depends on, in one file
 *
 *  Weights and running statistics, the optimiser's memory and its count of steps,
 *  the rate, the seeds, the history, the place in the data. Whatever is left out
 *  comes back different. There is no state of a random generator to keep, for ours
 *  have none.
 *
 *  The file is safetensors: arrays are arrays, and numbers stand in its notes as
 *  text. A checksum over all of it tells a damaged file from a whole one.
 */
#include "nn.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIGURES = sizeof (nn_epoch) / sizeof (float) };

/* --- The numbers, which go into the file's notes ----------------------------- */
static const struct {
    const char *key;
    size_t place;
    bool real;
} numbers[] = {
    { "seed", offsetof (nn_position, seed), false },
    { "net_seed", offsetof (nn_position, net_seed), false },
    { "epoch", offsetof (nn_position, epoch), false },
    { "batch", offsetof (nn_position, batch), false },
    { "epochs", offsetof (nn_position, epochs), false },
    { "batches", offsetof (nn_position, batches), false },
    { "step", offsetof (nn_position, step), false },
    { "optimiser_t", offsetof (nn_position, t), false },
    { "rate", offsetof (nn_position, rate), true },
    { "loss", offsetof (nn_position, loss), true },
    { "accuracy", offsetof (nn_position, accuracy), true },
    { "seconds", offsetof (nn_position, seconds), true },
    { "images", offsetof (nn_position, images), false },
};

enum { NUMBERS = sizeof numbers / sizeof *numbers, NOTES = NUMBERS + 3 };

/*  A position as text; 17 digits give back the same double. */
static void write_numbers (const nn_position *at, char text[NUMBERS][32])
{
    for (int i = 0; i < NUMBERS; i++) {
        const void *from = (const char *) at + numbers[i].place;
        if (numbers[i].real)
            snprintf (text[i], 32, "%.17g", *(const double *) from);
        else
            snprintf (text[i], 32, "%llu",
                      (unsigned long long) *(const uint64_t *) from);
    }
}

/*  And back. False if the place could not be one. */
static bool read_numbers (nn_position *at, const nn_arrays *file)
{
    for (int i = 0; i < NUMBERS; i++) {
        const char *text = nn_arrays_note (file, numbers[i].key);
        void *to = (char *) at + numbers[i].place;
        if (!text)
            return false;
        if (numbers[i].real)
            *(double *) to = strtod (text, NULL);
        else
            *(uint64_t *) to = strtoull (text, NULL, 10);
    }
    return at->epoch < INT_MAX && at->epochs < INT_MAX && at->batches < INT_MAX &&
           at->batch < at->batches && at->t <= LONG_MAX && at->step <= LONG_MAX &&
           at->images <= LONG_MAX;
}

/* --- The arrays -------------------------------------------------------------- */
typedef struct {
    nn_array *array;
    float **home; // where each lives in memory
    char (*name)[96];
    int count;
} parts;

static void add (parts *self, const nn_param *like, float *at, const char *before,
                 const char *after)
{
    nn_array *a = &self->array[self->count];
    *a = (nn_array){ .name = self->name[self->count],
                     .dims = like->dims,
                     .size = like->size,
                     .at = at };
    memcpy (a->dim, like->dim, sizeof like->dim);
    snprintf (self->name[self->count], sizeof *self->name, "%s%s%s", before,
              like->name, after);
    self->home[self->count++] = at;
}

static void free_parts (parts *self)
{
    free (self->array);
    free (self->home);
    free (self->name);
    *self = (parts){ 0 };
}

static const char *const slot_name[NN_SLOTS] = { "/slot0", "/slot1", "/slot2",
                                                 "/slot3" };

/*  All arrays that a training learns: weights, each with its slots, and the best
 *  weights if there are any. */
static int list_parts (parts *self, const nn_net *net, float *best)
{
    const int most =
        net->layers * NN_PARAMS * (NN_SLOTS + 2) + 1; // and the history
    *self = (parts){ .array = calloc (most, sizeof *self->array),
                     .home = calloc (most, sizeof *self->home),
                     .name = calloc (most, sizeof *self->name) };
    if (!self->array || !self->home || !self->name) {
        free_parts (self);
        return nn_fail (NN_EMEMORY, "no memory to list what a checkpoint holds");
    }
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            const nn_param *p = &net->layer[l]->param[k];
            add (self, p, p->w, "", "");
            for (int s = 0; s < NN_SLOTS; s++)
                if (p->slot[s])
                    add (self, p, p->slot[s], "", slot_name[s]);
        }
    for (int l = 0; l < net->layers && best; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            add (self, &net->layer[l]->param[k], best, "best/", "");
            best += net->layer[l]->param[k].size;
        }
    return NN_OK;
}

/* --- The checksum ------------------------------------------------------------ */

/*  One byte after the other is mixed into 64 bits (Fowler, Noll, Vo). Each step
 *  can be undone, so a single wrong byte never goes unseen. */
uint64_t nn_checksum (uint64_t sum, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ b[i]) * UINT64_C (0x100000001b3);
    return sum;
}

/*  Over names, shapes and numbers of all arrays, and over all notes. */
static void checksum (char text[32], const nn_array *array, int count,
                      const nn_note *notes)
{
    uint64_t sum = NN_CHECKSUM;
    for (int i = 0; i < count; i++) {
        sum = nn_checksum (sum, array[i].name, strlen (array[i].name) + 1);
        sum =
            nn_checksum (sum, array[i].dim, array[i].dims * sizeof *array[i].dim);
        sum = nn_checksum (sum, array[i].at, array[i].size * sizeof (float));
    }
    for (; notes->key; notes++)
        sum = nn_checksum (sum, notes->text, strlen (notes->text) + 1);
    snprintf (text, 32, "%016llx", (unsigned long long) sum);
}

/* --- Writing ----------------------------------------------------------------- */

/*  Weights that are not finite are worth nothing: the last good ones shall be kept
 *  instead. */
static int all_finite (const parts *list, const nn_training *t)
{
    for (int i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->array[i].size; k++)
            if (!isfinite (list->home[i][k]))
                return nn_fail (NN_EVALUE,
                                "%s is not finite after step %ld: no checkpoint "
                                "was written, the one before it is kept",
                                list->name[i], t->net->step);
    return NN_OK;
}

/*  Writes the training as it is, with `at` as its place. */
int nn_state_save (const char *path, const nn_training *t, const nn_position *at,
                   const nn_stopping *best)
{
    char text[NUMBERS][32], sum[32];
    nn_note notes[NOTES] = { 0 };
    parts list;
    int status = list_parts (
        &list, t->net, best && best->watch.best_epoch >= 0 ? best->kept : NULL);
    if (status != NN_OK)
        return status;
    status = all_finite (&list, t);
    list.array[list.count++] =
        (nn_array){ .name = "history",
                    .dim = { t->history->epochs, FIGURES },
                    .dims = 2,
                    .size = (size_t) t->history->epochs * FIGURES,
                    .at = t->history->epoch };
    write_numbers (at, text);
    for (int i = 0; i < NUMBERS; i++)
        notes[i] = (nn_note){ numbers[i].key, text[i] };
    notes[NUMBERS] = (nn_note){ "optimiser", t->optimiser->kind->name };
    checksum (sum, list.array, list.count, notes);
    notes[NUMBERS + 1] = (nn_note){ "checksum", sum };
    if (status == NN_OK)
        status = nn_arrays_save (list.array, list.count, notes, path);
    free_parts (&list);
    return status;
}

/* --- Reading ----------------------------------------------------------------- */

/*  Opens a checkpoint if every byte is what it was. */
static int open_whole (nn_arrays *file, nn_position *at, const char *path)
{
    const int status = nn_arrays_open (file, path);
    if (status != NN_OK)
        return status;
    char sum[32];
    nn_note notes[NOTES] = { 0 };
    for (int i = 0; i <= NUMBERS; i++) {
        const char *key = i < NUMBERS ? numbers[i].key : "optimiser";
        notes[i] = (nn_note){ key, nn_arrays_note (file, key) };
        if (!notes[i].text)
            return nn_fail (NN_EFORMAT, "%s is no checkpoint: it lacks '%s'", path,
                            key);
    }
    for (int i = 0; i < file->count; i++)
        if (strcmp (file->array[i].type, sizeof (float) == 4 ? "F32" : "F64") != 0)
            return nn_fail (NN_EFORMAT, "%s is damaged: '%.80s' is of type %s",
                            path, file->array[i].name, file->array[i].type);
    checksum (sum, file->array, file->count, notes);
    const char *said = nn_arrays_note (file, "checksum");
    if (!said || strcmp (said, sum) != 0)
        return nn_fail (NN_EFORMAT,
                        "%s is damaged: its checksum is %s and should be %.16s",
                        path, sum, said ? said : "there");
    return read_numbers (at, file)
               ? NN_OK
               : nn_fail (NN_EFORMAT, "%s: its place in the data cannot be", path);
}

/*  Is every array there, of the same shape? Names the first that is not. */
static int same_parts (const parts *list, const nn_arrays *file, const char *path)
{
    for (int i = 0; i < list->count; i++) {
        const nn_array *ours = &list->array[i],
                       *theirs = nn_arrays_find (file, ours->name);
        char here[80], there[80];
        nn_shape_text (here, ours->dim, ours->dims);
        if (!theirs)
            return nn_fail (NN_ESHAPE,
                            "%s is of another architecture: it has no '%s', "
                            "which is %s in the net",
                            path, ours->name, here);
        nn_shape_text (there, theirs->dim, theirs->dims);
        if (strcmp (here, there) != 0)
            return nn_fail (NN_ESHAPE,
                            "%s is of another architecture: '%s' is %s there and "
                            "%s in the net",
                            path, ours->name, there, here);
    }
    for (int i = 0; i < file->count; i++) {
        const char *name = file->array[i].name;
        bool known = strcmp (name, "history") == 0 || !strncmp (name, "best/", 5);
        for (int k = 0; k < list->count && !known; k++)
            known = strcmp (name, list->name[k]) == 0;
        if (!known)
            return nn_fail (
                NN_ESHAPE, "%s is of another architecture: the net has no '%.80s'",
                path, name);
    }
    return NN_OK;
}

/*  The epochs so far. */
static int read_history (nn_history *history, const nn_arrays *file,
                         const char *path)
{
    const nn_array *a = nn_arrays_find (file, "history");
    if (!a || a->dims != 2 || a->dim[1] != FIGURES)
        return nn_fail (NN_EFORMAT, "%s holds no history", path);
    const int room = a->dim[0] > history->room ? a->dim[0] : history->room;
    nn_epoch *epoch = room ? realloc (history->epoch, room * sizeof *epoch) : NULL;
    if (room && !epoch)
        return nn_fail (NN_EMEMORY, "%s: no memory for its history", path);
    *history = (nn_history){ a->dim[0], room, epoch };
    if (a->size)
        nn_array_read (a, &epoch->loss);
    return NN_OK;
}

/*  Does the file have what the optimiser remembers of this parameter? It may have
 *  been learnt at that time and be frozen now. */
static bool has_slot (const nn_arrays *file, const nn_param *p)
{
    char name[96];
    snprintf (name, sizeof name, "%s%s", p->name, slot_name[0]);
    return nn_arrays_find (file, name) != NULL;
}

/*  Memory for what the file brings: the optimiser's, and the best weights. */
static int make_room (const nn_arrays *file, nn_net *net,
                      const nn_optimiser *optimiser, nn_stopping *stopping,
                      bool best)
{
    for (int l = 0; l < net->layers; l++)
        for (int k = 0; k < net->layer[l]->params; k++) {
            nn_param *p = &net->layer[l]->param[k];
            const bool wanted = p->dw || has_slot (file, p);
            for (int s = 0; s < optimiser->kind->slots && wanted; s++)
                if (!p->slot[s] && !(p->slot[s] = nn_arena_take (
                                         net->lasting, p->size * sizeof (float))))
                    return NN_EMEMORY;
        }
    if (best && !stopping->kept)
        stopping->kept = malloc (nn_net_parameters (net, false) * sizeof (float));
    return !best || stopping->kept
               ? NN_OK
               : nn_fail (NN_EMEMORY, "no memory for the best weights");
}

/*  Copies all that an open file holds, once it is sure that it fits. */
static int take (const nn_arrays *file, const char *path, nn_net *net,
                 nn_optimiser *optimiser, nn_history *history,
                 nn_stopping *stopping)
{
    const char *kind = nn_arrays_note (file, "optimiser");
    if (strcmp (kind, optimiser->kind->name) != 0)
        return nn_fail (NN_EVALUE, "%s was trained with %.32s, and this is %s",
                        path, kind, optimiser->kind->name);
    bool best = false;
    for (int i = 0; i < file->count && stopping; i++)
        best |= strncmp (file->array[i].name, "best/", 5) == 0;
    parts list;
    int status = make_room (file, net, optimiser, stopping, best);
    if (status == NN_OK)
        status = list_parts (&list, net, best ? stopping->kept : NULL);
    if (status != NN_OK)
        return status;
    status = same_parts (&list, file, path);
    if (status == NN_OK)
        status = read_history (history, file, path);
    for (int i = 0; i < list.count && status == NN_OK; i++)
        nn_array_read (nn_arrays_find (file, list.name[i]), list.home[i]);
    free_parts (&list);
    return status;
}

/*  Puts net, optimiser, history and the best weights (stopping may be NULL) where
 *  the training was, and `at` to its next step. NN_EFILE or NN_EFORMAT: the file
 *  is not there or not whole. NN_ESHAPE or NN_EVALUE: it is another training's. In
 *  both cases the weights stay as they were. */
int nn_state_load (const char *path, nn_net *net, nn_optimiser *optimiser,
                   nn_history *history, nn_stopping *stopping, nn_position *at)
{
    nn_arrays file;
    nn_position found = { 0 };
    int status = open_whole (&file, &found, path);
    if (status == NN_OK)
        status = take (&file, path, net, optimiser, history, stopping);
    nn_arrays_close (&file);
    if (status != NN_OK)
        return status;
    net->seed = found.net_seed;
    net->step = (long) found.step;
    optimiser->t = (long) found.t;
    optimiser->rate = (float) found.rate;
    *at = found;
    return NN_OK;
}
