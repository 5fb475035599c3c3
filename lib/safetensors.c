/*  safetensors.c - arrays with names, in a file
 *
 *  The format is as plain as can be. Eight bytes say how long the header is. The
 *  header is JSON and says of each array its name, type and shape and where its
 *  bytes begin and end. Then come the bytes. There is nothing in such a file that
 *  could be run, and an array is found without reading any other: we map the file
 *  into memory and look only at what we want.
 *
 *  A file comes from anywhere, so nothing in it is believed. Every number is
 *  checked before it is used.
 */
#include "nn.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "files are little-endian");

enum { LONGEST_HEADER = 100000000 };
#define OURS                                                                      \
    (sizeof (float) == 4 ? "F32" : "F64") // the tests' second library has doubles

typedef struct {
    const char *name;
    int bytes;
    int exponent, fraction; // bits of a float; 0: an integer
    bool negative;          // an integer that can be
} coding;

static const coding types[] = {
    { "F32", 4, 8, 23, true },  { "F16", 2, 5, 10, true },
    { "BF16", 2, 8, 7, true },  { "F64", 8, 11, 52, true },
    { "I64", 8, 0, 0, true },   { "I32", 4, 0, 0, true },
    { "I16", 2, 0, 0, true },   { "I8", 1, 0, 0, true },
    { "U64", 8, 0, 0, false },  { "U32", 4, 0, 0, false },
    { "U16", 2, 0, 0, false },  { "U8", 1, 0, 0, false },
    { "BOOL", 1, 0, 0, false },
};

static const coding *type_named (const char *name)
{
    for (size_t i = 0; name && i < sizeof types / sizeof *types; i++)
        if (strcmp (types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

/*  The value of a number that is stored in these bits. */
static double value (uint64_t bits, const coding *type)
{
    const int width = 8 * type->bytes;
    const bool minus = type->negative && bits >> (width - 1) & 1;
    if (!type->exponent) { // two's complement: -x is what is missing to 2^width
        const uint64_t rest = (~bits + 1) << (64 - width) >> (64 - width);
        return minus ? -(double) rest : (double) bits;
    }
    const int all = (1 << type->exponent) - 1, bias = all / 2;
    const int e = bits >> type->fraction & all;
    const double f = (double) (bits & (((uint64_t) 1 << type->fraction) - 1));
    const double size =
        e == all ? (f != 0 ? NAN : INFINITY)
        : e      ? ldexp (f + ldexp (1, type->fraction), e - bias - type->fraction)
                 : ldexp (f, 1 - bias - type->fraction);
    return minus ? -size : size;
}

/*  The numbers of an array as floats, whatever they are in the file. */
void nn_array_read (const nn_array *self, float *to)
{
    const coding *type = type_named (self->type);
    nn_require (type, "an array cannot be of type '%s'", self->type);
    if (strcmp (type->name, OURS) == 0) { // as they are
        memcpy (to, self->at, self->size * sizeof *to);
        return;
    }
    for (size_t i = 0; i < self->size; i++) {
        uint64_t bits = 0;
        memcpy (&bits, (const char *) self->at + i * type->bytes, type->bytes);
        to[i] = (float) value (bits, type);
    }
}

/*  Is this a whole number from 0 to `most`? */
static bool counts (const cJSON *number, double most)
{
    return cJSON_IsNumber (number) && number->valuedouble >= 0 &&
           number->valuedouble <= most &&
           number->valuedouble == floor (number->valuedouble);
}

/*  What the header calls the type of an array. */
static const char *type_of (const cJSON *entry)
{
    return cJSON_GetStringValue (
        cJSON_GetObjectItemCaseSensitive (entry, "dtype"));
}

/*  Reads what the header says of one array. False if it makes no sense: a size
 *  below zero, a shape that does not go with the number of bytes, bytes that lie
 *  outside of the file. */
static bool read_entry (nn_array *a, const cJSON *entry, const char *data,
                        size_t bytes)
{
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive (entry, "shape");
    const cJSON *place = cJSON_GetObjectItemCaseSensitive (entry, "data_offsets");
    const coding *type = type_named (type_of (entry));
    if (!type || !cJSON_IsArray (shape) || cJSON_GetArraySize (place) != 2 ||
        !counts (cJSON_GetArrayItem (place, 0), (double) bytes) ||
        !counts (cJSON_GetArrayItem (place, 1), (double) bytes))
        return false;
    *a = (nn_array){ .name = entry->string, .type = type->name, .size = 1 };
    const cJSON *dim;
    cJSON_ArrayForEach (dim, shape)
    {
        if (a->dims == NN_FILE_DIMS || !counts (dim, INT32_MAX))
            return false;
        a->dim[a->dims++] = dim->valueint;
        if (dim->valueint && a->size > bytes / dim->valueint)
            return false;
        a->size *= dim->valueint;
    }
    const size_t begin = (size_t) cJSON_GetArrayItem (place, 0)->valuedouble;
    const size_t end = (size_t) cJSON_GetArrayItem (place, 1)->valuedouble;
    a->at = data + begin;
    return begin <= end && end - begin == a->size * type->bytes;
}

static int by_name (const void *a, const void *b)
{
    return strcmp (((const nn_array *) a)->name, ((const nn_array *) b)->name);
}

static int by_place (const void *a, const void *b)
{
    const nn_array *p = a, *q = b;
    return p->at != q->at ? (p->at > q->at) - (p->at < q->at)
                          : (p->size > q->size) - (p->size < q->size);
}

/*  All arrays of the header, in the order of their bytes, which must follow each
 *  other without a gap or an overlap up to the end of the file. */
static int read_header (nn_arrays *self, const char *path, const char *data,
                        size_t bytes)
{
    if (!cJSON_IsObject (self->header))
        return nn_fail (NN_EFORMAT,
                        "%s is not a safetensors file: its header is no JSON",
                        path);
    self->array =
        calloc (cJSON_GetArraySize (self->header) + 1, sizeof *self->array);
    if (!self->array)
        return nn_fail (NN_EMEMORY, "%s: no memory for its header", path);
    const cJSON *entry;
    cJSON_ArrayForEach (entry, self->header)
    {
        if (strcmp (entry->string, "__metadata__") == 0)
            continue;
        if (type_of (entry) && !type_named (type_of (entry)))
            return nn_fail (
                NN_EFORMAT,
                "%s: '%.80s' is of type '%.16s', which nobody here can "
                "read; there is F32, F16, BF16, F64 and whole numbers",
                path, entry->string, type_of (entry));
        if (!read_entry (&self->array[self->count++], entry, data, bytes))
            return nn_fail (
                NN_EFORMAT,
                "%s: type, shape and place of '%.80s' do not go together with "
                "the %zu bytes of data in the file; it is damaged or cut short",
                path, entry->string, bytes);
    }
    qsort (self->array, self->count, sizeof *self->array, by_name);
    for (int i = 1; i < self->count; i++)
        if (by_name (&self->array[i - 1], &self->array[i]) == 0)
            return nn_fail (NN_EFORMAT, "%s has two arrays named '%.80s'", path,
                            self->array[i].name);
    qsort (self->array, self->count, sizeof *self->array, by_place);
    const char *expected = data;
    for (int i = 0; i < self->count; i++) {
        const nn_array *a = &self->array[i];
        if (a->at != expected)
            return nn_fail (
                NN_EFORMAT, "%s: '%.80s' %s the array before it", path, a->name,
                (const char *) a->at < expected ? "overlaps" : "does not follow");
        expected += a->size * type_named (a->type)->bytes;
    }
    return expected == data + bytes
               ? NN_OK
               : nn_fail (NN_EFORMAT, "%s has %td bytes after its last array",
                          path, data + bytes - expected);
}

/*  Maps a file; its size goes to self->bytes. */
static int map_file (nn_arrays *self, const char *path)
{
    const int file = open (path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat (file, &about) != 0 || !S_ISREG (about.st_mode)) {
        const int why = errno;
        const bool opened = file >= 0;
        if (opened)
            close (file);
        return nn_fail (NN_EFILE, "%s cannot be read: %s", path,
                        opened ? "it is not a file" : strerror (why));
    }
    self->bytes = (size_t) about.st_size;
    self->map = self->bytes
                    ? mmap (NULL, self->bytes, PROT_READ, MAP_PRIVATE, file, 0)
                    : NULL;
    const int why = errno;
    close (file);
    if (self->map != MAP_FAILED)
        return NN_OK;
    self->map = NULL;
    return nn_fail (NN_EFILE, "%s cannot be mapped: %s", path, strerror (why));
}

/*  Opens a safetensors file: afterwards self->array lists what it holds. Close it
 *  whatever the answer was. */
int nn_arrays_open (nn_arrays *self, const char *path)
{
    *self = (nn_arrays){ 0 };
    const int status = map_file (self, path);
    if (status != NN_OK)
        return status;
    uint64_t length = 0;
    if (self->map && self->bytes >= sizeof length)
        memcpy (&length, self->map, sizeof length);
    if (length < 2 || length > LONGEST_HEADER ||
        length > self->bytes - sizeof length)
        return nn_fail (
            NN_EFORMAT,
            "%s is not a safetensors file, or cut short: its first eight bytes "
            "speak of a header of %llu bytes, and the file has %zu",
            path, (unsigned long long) length, self->bytes);
    const char *text = (const char *) self->map + sizeof length;
    self->header = cJSON_ParseWithLength (text, length);
    return read_header (self, path, text + length,
                        self->bytes - sizeof length - length);
}

void nn_arrays_close (nn_arrays *self)
{
    if (self->map)
        munmap (self->map, self->bytes);
    cJSON_Delete (self->header);
    free (self->array);
    *self = (nn_arrays){ 0 };
}

const nn_array *nn_arrays_find (const nn_arrays *self, const char *name)
{
    for (int i = 0; i < self->count; i++)
        if (strcmp (self->array[i].name, name) == 0)
            return &self->array[i];
    return NULL;
}

/*  What the file's notes ("__metadata__") say under this key, or NULL. */
const char *nn_arrays_note (const nn_arrays *self, const char *key)
{
    return cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (
        cJSON_GetObjectItemCaseSensitive (self->header, "__metadata__"), key));
}

/*  The header of a file with these arrays, as JSON; NULL if there is no memory for
 *  it. */
static char *write_header (const nn_array *arrays, int count, const nn_note *notes)
{
    cJSON *header = cJSON_CreateObject ();
    cJSON *about = notes ? cJSON_AddObjectToObject (header, "__metadata__") : NULL;
    bool whole = header && (about || !notes);
    for (; about && notes->key; notes++)
        whole &= cJSON_AddStringToObject (about, notes->key, notes->text) != NULL;
    double at = 0;
    for (int i = 0; i < count; i++) {
        const double place[2] = { at, at + (double) (arrays[i].size *
                                                     sizeof (float)) };
        cJSON *entry = cJSON_AddObjectToObject (header, arrays[i].name);
        whole &= cJSON_AddStringToObject (entry, "dtype", OURS) &&
                 cJSON_AddItemToObject (
                     entry, "shape",
                     cJSON_CreateIntArray (arrays[i].dim, arrays[i].dims)) &&
                 cJSON_AddItemToObject (entry, "data_offsets",
                                        cJSON_CreateDoubleArray (place, 2));
        at = place[1];
    }
    char *text = whole ? cJSON_PrintUnformatted (header) : NULL;
    cJSON_Delete (header);
    return text;
}

/*  Writes arrays of floats, and notes for people (they end with a key that is
 *  NULL; or no notes at all). The file is whole, or it is as it was before. */
int nn_arrays_save (const nn_array *arrays, int count, const nn_note *notes,
                    const char *path)
{
    char *header = write_header (arrays, count, notes);
    const uint64_t letters = header ? strlen (header) : 0;
    const uint64_t length = (letters + 7) / 8 * 8; // filled up with blanks
    size_t size = sizeof length + length;
    for (int i = 0; i < count; i++)
        size += arrays[i].size * sizeof (float);
    char *bytes = header ? malloc (size + 1) : NULL;
    if (!bytes) {
        cJSON_free (header);
        return nn_fail (NN_EMEMORY, "%s: no memory for its %zu bytes", path, size);
    }
    memcpy (bytes, &length, sizeof length);
    snprintf (bytes + sizeof length, length + 1, "%-*s", (int) length, header);
    char *to = bytes + sizeof length + length;
    for (int i = 0; i < count; i++) {
        memcpy (to, arrays[i].at, arrays[i].size * sizeof (float));
        to += arrays[i].size * sizeof (float);
    }
    const int status = nn_file_write (path, bytes, size);
    cJSON_free (header);
    free (bytes);
    return status;
}
