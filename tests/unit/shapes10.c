/*  shapes10.c - the same bytes everywhere, balanced labels, readable from any
 *  thread */
#include "nn.h"
#include "test.h"

#include <pthread.h>

enum { SIZE = 32 * 32 * 3 };

/*  Adds bytes to a CRC-32, as in PNG. */
static unsigned crc (unsigned sum, const unsigned char *bytes, int size)
{
    sum = ~sum;
    for (int i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
    return ~sum;
}

/*  The first 1,000 pictures of seed 1, their labels among them. */
static void same_bytes (void)
{
    nn_data *data = nn_shapes10 (1000, 1);
    unsigned sum = 0;
    nn_image image = { 0 };
    bool exact = true;
    for (int i = 0; i < 1000; i++) {
        unsigned char pixels[SIZE + 1];
        pixels[SIZE] = data->label (data, i);
        nn_shapes10_draw (pixels, pixels[SIZE], 1, i);
        sum = crc (sum, pixels, sizeof pixels);
        data->read (data, i, &image);
        for (int k = 0; k < SIZE; k++)
            exact = exact && image.x[k] == pixels[k] / 255.0f;
    }
    check (sum == 0xF1A0133B, "every machine draws these bytes",
           "their CRC is %08x", sum);
    check (exact && image.h == 32 && image.w == 32 && image.c == 3,
           "what is read is what is drawn", "it differs");
    // -- a picture does not depend on how many there are or which were read before
    nn_data *few = nn_shapes10 (8, 1);
    nn_image other = { 0 };
    data->read (data, 7, &image);
    few->read (few, 7, &other);
    check (memcmp (image.x, other.x, SIZE * sizeof (float)) == 0 &&
               data->label (data, 7) == few->label (few, 7),
           "a picture depends on its seed and number alone", "it does not");
    nn_data *second = nn_shapes10 (8, 2);
    second->read (second, 7, &other);
    check (memcmp (image.x, other.x, SIZE * sizeof (float)) != 0,
           "another seed, another picture", "the same");
    nn_image_free (&image);
    nn_image_free (&other);
    nn_data_free (&data);
    nn_data_free (&few);
    nn_data_free (&second);
}

static void labels (void)
{
    nn_data *data = nn_shapes10 (10000, 3);
    int counts[10], first[10] = { 0 };
    bool even = nn_class_counts (data, counts) == NN_OK && data->classes == 10;
    for (int k = 0; k < 10; k++)
        even = even && counts[k] == 1000 && strlen (data->names[k]) > 2;
    check (even, "classes are balanced", "%d of class 0", counts[0]);
    for (int i = 0; i < 10000; i += 10)
        first[data->label (data, i)]++;
    bool mixed = true;
    for (int k = 0; k < 10; k++)
        mixed = mixed && first[k] > 60 && first[k] < 140;
    check (mixed, "and in no order", "%d begin with class 0", first[0]);
    nn_data_free (&data);
    data = nn_shapes10 (0, 1);
    check (data && data->count == 0, "none are a data set too", "%s", nn_error ());
    nn_data_free (&data);
    check (!nn_shapes10 (-1, 1) && strstr (nn_error (), "-1"), "fewer are not",
           "%s", nn_error ());
}

/*  The class can be seen: far from the edge the pictures of two classes differ in
 *  the mean, and a shape is brighter than what is around it. */
static void visible (void)
{
    double middle = 0, edge = 0;
    for (int i = 0; i < 500; i++) {
        unsigned char pixels[SIZE];
        nn_shapes10_draw (pixels, i % 10, 5, i);
        for (int k = 0; k < 8 * 32 * 3; k++)
            edge += pixels[k] / 768.0;
        for (int row = 12; row < 20; row++)
            for (int k = 12 * 3; k < 20 * 3; k++)
                middle += pixels[row * 96 + k] / 192.0;
    }
    check (middle > 1.2 * edge, "the shape stands out in the middle",
           "%g against %g", middle / 500, edge / 500);
}

static void *read_all (void *data_)
{
    const nn_data *data = data_;
    nn_image image = { 0 };
    double sum = 0;
    for (int i = 0; i < data->count; i++) {
        data->read (data, i, &image);
        for (int k = 0; k < SIZE; k++)
            sum += image.x[k];
    }
    nn_image_free (&image);
    double *result = malloc (sizeof *result);
    *result = sum;
    return result;
}

static void threads (void)
{
    nn_data *data = nn_shapes10 (300, 4);
    pthread_t thread[4];
    void *result[4];
    for (int k = 0; k < 4; k++)
        pthread_create (&thread[k], NULL, read_all, data);
    for (int k = 0; k < 4; k++)
        pthread_join (thread[k], &result[k]);
    bool same = true;
    for (int k = 0; k < 4; k++) {
        same = same && *(double *) result[k] == *(double *) result[0];
        if (k > 0)
            free (result[k]);
    }
    check (same && *(double *) result[0] > 0, "four threads read the same",
           "they differ");
    free (result[0]);
    nn_data_free (&data);
}

int main (void)
{
    same_bytes ();
    labels ();
    visible ();
    threads ();
    return nn_test_done ();
}
