/*  weights.c - safetensors files, whole, foreign and damaged; weights into a net
 *  and back */
#include "nn.h"
#include "test.h"

#include <unistd.h>

static char path[4096];

/*  Writes a file with this header (its length in front) and so many bytes of
 *  data. */
static void make_file (const char *header, const void *data, size_t size)
{
    const uint64_t length = strlen (header);
    FILE *out = fopen (path, "wb");
    fwrite (&length, sizeof length, 1, out);
    fwrite (header, 1, length, out);
    fwrite (data, 1, size, out);
    fclose (out);
}

static nn_net *small_net (uint64_t seed, int units)
{
    nn_net *net = nn_net_new (.seed = seed);
    nn_layer *x = nn_input (net, 8, 8, 3);
    x = nn_relu (net, nn_conv2d (net, x, .filters = 5));
    nn_cross_entropy (net, nn_dense (net, x, .units = units));
    return nn_net_build (net, .batch = 2) == NN_OK ? net : NULL;
}

/*  Are all weights of two nets of one kind the same bits? */
static bool same_weights (const nn_net *a, const nn_net *b)
{
    bool same = true;
    for (int i = 0; i < a->layers; i++)
        for (int k = 0; k < a->layer[i]->params; k++)
            same &= memcmp (a->layer[i]->param[k].w, b->layer[i]->param[k].w,
                            a->layer[i]->param[k].size * sizeof (float)) == 0;
    return same;
}

static void test_round_trip (void)
{
    nn_net *one = small_net (1, 4), *two = small_net (2, 4);
    check (!same_weights (one, two), "two seeds, two nets", "they are the same");
    check (nn_weights_save (one, path, "a note") == NN_OK, "weights are saved",
           "%s", nn_error ());
    check (nn_weights_load (two, path) == NN_OK && same_weights (one, two),
           "and come back to the last bit", "%s", nn_error ());
    nn_arrays file;
    check (nn_arrays_open (&file, path) == NN_OK && file.count == 4,
           "a file lists its arrays", "%d of 4: %s", file.count, nn_error ());
    const nn_array *w = nn_arrays_find (&file, "conv2d_1.weight");
    check (w && w->dims == 4 && w->dim[0] == 3 && w->dim[2] == 3 && w->dim[3] == 5,
           "a convolution is kept rows x columns x in x out", "it is not");
    check (nn_arrays_find (&file, "conv2d_9.weight") == NULL,
           "what is not there is NULL", "it was found");
    const char *layout = nn_arrays_note (&file, "layout");
    const char *note = nn_arrays_note (&file, "note");
    check (layout && !strcmp (layout, "HWIO") && note && !strcmp (note, "a note"),
           "notes are kept", "layout %s, note %s", layout, note);
    check (*(const uint64_t *) file.map % 8 == 0,
           "the data begin at a multiple of 8", "at %llu",
           (unsigned long long) *(const uint64_t *) file.map);
    nn_arrays_close (&file);
    nn_net_free (&one);
    nn_net_free (&two);
}

/*  Saves one net and loads it into another, which must refuse and stay as it
 *  was. */
static void refuse (nn_net *from, nn_net *to, nn_net *like, const char *name,
                    const char *words)
{
    nn_weights_save (from, path, NULL);
    const int status = nn_weights_load (to, path);
    check (status < 0 && strstr (nn_error (), words) && same_weights (to, like),
           name, "%d: %s", status, nn_error ());
}

static void test_other_nets (void)
{
    nn_net *four = small_net (1, 4), *five = small_net (2, 5),
           *again = small_net (2, 5);
    refuse (four, five, again, "other shapes are refused, both named",
            "'dense_1.weight' is 180 x 4 there and 180 x 5 in the net");
    nn_net *more = nn_net_new (.seed = 3);
    nn_layer *x = nn_conv2d (more, nn_input (more, 8, 8, 3), .filters = 5);
    x = nn_dense (more, nn_dense (more, nn_relu (more, x), .units = 5),
                  .units = 5);
    nn_cross_entropy (more, x);
    nn_net_build (more, .batch = 2);
    refuse (more, five, again, "arrays too many are named", "dense_2.bias");
    nn_weights_save (five, path, NULL);
    check (
        nn_weights_load (more, path) == NN_EFORMAT &&
            strstr (nn_error (), "2 of its 6 arrays are missing (dense_2.weight"),
        "arrays that are missing are named", "%s", nn_error ());
    nn_net_free (&four);
    nn_net_free (&five);
    nn_net_free (&again);
    nn_net_free (&more);
}

/*  One array of one type; is it read as these numbers? */
static void reads (const char *type, const void *bytes, size_t size, int count,
                   const double *expected)
{
    char header[256], name[64];
    snprintf (header, sizeof header,
              "{\"x\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%zu]}}",
              type, count, size);
    snprintf (name, sizeof name, "%s is read", type);
    make_file (header, bytes, size);
    nn_arrays file;
    float x[8] = { 0 };
    const int status = nn_arrays_open (&file, path);
    bool same =
        status == NN_OK && file.count == 1 && file.array[0].size == (size_t) count;
    if (same)
        nn_array_read (&file.array[0], x);
    for (int i = 0; same && i < count; i++)
        same = isnan (expected[i]) ? isnan (x[i]) : x[i] == (float) expected[i];
    check (same, name, "%d: %s; %g %g %g %g", status, nn_error (), x[0], x[1],
           x[2], x[3]);
    nn_arrays_close (&file);
}

#define READS(type, c_type, count, bytes, ...)                                    \
    reads (type, (const c_type[]) bytes, count * sizeof (c_type), count,          \
           (const double[]) __VA_ARGS__)
#define LIST(...)                                                                 \
    {                                                                             \
        __VA_ARGS__                                                               \
    }

static void test_types (void)
{
    READS ("F32", uint32_t, 4,
           LIST (0x3fc00000, 0xff800000, 0x00000001, 0x7fc00000),
           { 1.5, -INFINITY, 0x1p-149, NAN });
    READS ("F16", uint16_t, 6,
           LIST (0x3c00, 0xc100, 0x0001, 0x7bff, 0x7c00, 0x7e01),
           { 1, -2.5, 0x1p-24, 65504, INFINITY, NAN });
    READS ("BF16", uint16_t, 4, LIST (0x3f80, 0xc020, 0x0001, 0x7f80),
           { 1, -2.5, 0x1p-133, INFINITY });
    READS ("F64", uint64_t, 3, LIST (0x3ff8000000000000, 0xc004000000000000, 1),
           { 1.5, -2.5, 0 });
    READS ("I64", int64_t, 3, LIST (-3, INT64_MIN, INT64_MAX),
           { -3, -0x1p63, 0x1p63 });
    READS ("I32", int32_t, 3, LIST (-1, 7, INT32_MIN), { -1, 7, -0x1p31 });
    READS ("I16", int16_t, 2, LIST (-300, 300), { -300, 300 });
    READS ("I8", int8_t, 3, LIST (-128, 127, -1), { -128, 127, -1 });
    READS ("U64", uint64_t, 2, LIST (UINT64_MAX, 5), { 0x1p64, 5 });
    READS ("U32", uint32_t, 2, LIST (0xffffffff, 0), { 0xffffffff, 0 });
    READS ("U16", uint16_t, 2, LIST (65535, 1), { 65535, 1 });
    READS ("U8", uint8_t, 2, LIST (255, 0), { 255, 0 });
    READS ("BOOL", uint8_t, 2, LIST (1, 0), { 1, 0 });
}

static void test_damage (void)
{
    static const struct {
        const char *what, *header;
    } cases[] = {
        { "no JSON", "{\"x\":" },
        { "a list", "[1,2]" },
        { "an array that is a number", "{\"x\":5}" },
        { "an unknown type",
          "{\"x\":{\"dtype\":\"F7\",\"shape\":[4],\"data_offsets\":[0,16]}}" },
        { "a type that is a number",
          "{\"x\":{\"dtype\":7,\"shape\":[4],\"data_offsets\":[0,16]}}" },
        { "no shape", "{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,16]}}" },
        { "no place", "{\"x\":{\"dtype\":\"F32\",\"shape\":[4]}}" },
        { "one offset",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[16]}}" },
        { "a negative size",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[-4],\"data_offsets\":[0,16]}}" },
        { "two negative sizes", "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2,-2],"
                                "\"data_offsets\":[0,16]}}" },
        { "half a size",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[3.5],\"data_offsets\":[0,14]}}" },
        { "a size beyond all integers", "{\"x\":{\"dtype\":\"F32\",\"shape\":["
                                        "1e300],\"data_offsets\":[0,16]}}" },
        { "sizes that overflow",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536,4],\"data_"
          "offsets\":[0,16]}}" },
        { "nine dimensions", "{\"x\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,"
                             "1,4],\"data_offsets\":[0,16]}}" },
        { "a negative offset",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[-16,0]}}" },
        { "offsets the wrong way round",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[16,0]}}" },
        { "an offset outside of the file",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}}" },
        { "more bytes than the shape says",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,16]}}" },
        { "arrays that overlap",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]},"
          "\"y\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]}}" },
        { "a gap",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
          "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}" },
        { "bytes left over",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}" },
        { "one name twice",
          "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
          "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}" },
    };
    const float data[4] = { 1, 2, 3, 4 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[96];
        snprintf (name, sizeof name, "%s is refused", cases[i].what);
        make_file (cases[i].header, data, sizeof data);
        nn_arrays file;
        const int status = nn_arrays_open (&file, path);
        check (status == NN_EFORMAT && strstr (nn_error (), path), name, "%d: %s",
               status, nn_error ());
        nn_arrays_close (&file);
    }
}

static void test_lengths (void)
{
    static const struct {
        const char *what;
        uint64_t length;
        int bytes; // of the file
    } cases[] = {
        { "an empty file", 0, 0 },
        { "five bytes", 0, 5 },
        { "a header of no bytes", 0, 100 },
        { "a header longer than the file", 93, 100 },
        { "a header longer than any", UINT64_MAX, 100 },
        { "a header that makes sums overflow", UINT64_MAX - 7, 100 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[100], name[96];
        memset (bytes, ' ', sizeof bytes);
        memcpy (bytes, &cases[i].length, 8);
        FILE *out = fopen (path, "wb");
        fwrite (bytes, 1, cases[i].bytes, out);
        fclose (out);
        snprintf (name, sizeof name, "%s is refused", cases[i].what);
        nn_arrays file;
        const int status = nn_arrays_open (&file, path);
        check (status == NN_EFORMAT, name, "%d: %s", status, nn_error ());
        nn_arrays_close (&file);
    }
    nn_arrays file;
    check (nn_arrays_open (&file, "/nowhere/x.safetensors") == NN_EFILE &&
               strstr (nn_error (), "No such file"),
           "a missing file is said to be", "%s", nn_error ());
    nn_arrays_close (&file);
    check (nn_arrays_open (&file, "/tmp") == NN_EFILE, "a folder is no file", "%s",
           nn_error ());
    nn_arrays_close (&file);
}

static void test_layout (void)
{
    nn_net *net = small_net (1, 4), *like = small_net (1, 4);
    make_file ("{\"__metadata__\":{\"layout\":\"OIHW\"}}", "", 0);
    check (nn_weights_load (net, path) == NN_EFORMAT &&
               strstr (nn_error (), "OIHW") && same_weights (net, like),
           "another layout is refused", "%s", nn_error ());
    nn_net_free (&net);
    nn_net_free (&like);
}

int main (void)
{
    const char *folder = getenv ("TMPDIR");
    snprintf (path, sizeof path, "%s/nn-weights-%d.safetensors",
              folder ? folder : "/tmp", (int) getpid ());
    test_round_trip ();
    test_other_nets ();
    test_types ();
    test_damage ();
    test_lengths ();
    test_layout ();
    unlink (path);
    return nn_test_done ();
}
