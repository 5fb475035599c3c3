/*  cifar10.c - the official files, and all that may stand in their place */
#include "nn.h"
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD = 3073, SIZE = 10000 * RECORD };
static char folder[500];

static const char *path_of (const char *name)
{
    static char path[600];
    snprintf (path, sizeof path, "%s/%s", folder, name);
    return path;
}

/*  A file of zeros that takes no room on the disk. */
static void make (const char *name, long size)
{
    const int fd = open (path_of (name), O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (fd < 0 || ftruncate (fd, size) < 0)
        printf ("not ok cannot make %s\n", path_of (name));
    close (fd);
}

static void put (const char *name, long at, int byte)
{
    const int fd = open (path_of (name), O_WRONLY);
    const unsigned char c = byte;
    if (pwrite (fd, &c, 1, at) != 1)
        printf ("not ok cannot write %s\n", path_of (name));
    close (fd);
}

static void refused (bool test, const char *what, const char *word1,
                     const char *word2)
{
    nn_data *data = nn_cifar10 (folder, test);
    check (!data && strstr (nn_error (), word1) && strstr (nn_error (), word2),
           what, "%s", data ? "opened" : nn_error ());
    nn_data_free (&data);
}

static void layout (void)
{
    make ("test_batch.bin", SIZE);
    put ("test_batch.bin", 7L * RECORD, 9);            // label of record 7
    put ("test_batch.bin", 7L * RECORD + 1 + 33, 255); // red, row 1, column 1
    put ("test_batch.bin", 7L * RECORD + 1 + 1024 + 2,
         51); // green, row 0, column 2
    put ("test_batch.bin", 7L * RECORD + 1 + 2048 + 1023, 102); // blue, the last
    nn_data *data = nn_cifar10 (folder, true);
    check (data && data->count == 10000 && data->classes == 10 && data->h == 32 &&
               data->w == 32 && data->c == 3,
           "a test file opens", "%s", nn_error ());
    if (!data)
        return;
    nn_image image = { 0 };
    check (data->read (data, 7, &image) == NN_OK && image.h == 32 &&
               image.w == 32 && image.c == 3,
           "a record is read", "%s", nn_error ());
    float sum = 0;
    for (int k = 0; k < 3072; k++)
        sum += image.x[k];
    check (image.x[33 * 3] == 1 && image.x[2 * 3 + 1] == 0.2f &&
               image.x[1023 * 3 + 2] == 0.4f && fabsf (sum - 1.6f) < 1e-6f,
           "planes become interleaved values from 0 to 1", "sum %g", sum);
    check (data->label (data, 7) == 9 && data->label (data, 6) == 0 &&
               strcmp (data->names[9], "truck") == 0,
           "labels and names", "label %d", data->label (data, 7));
    nn_image_free (&image);
    nn_data_free (&data);
    check (data == NULL, "freeing forgets the pointer", "kept");
}

static void trouble (void)
{
    refused (false, "no files: says which and where from", "data_batch_1.bin",
             "cifar-10-binary.tar.gz");
    for (int k = 1; k <= 5; k++) {
        char name[32];
        snprintf (name, sizeof name, "data_batch_%d.bin", k);
        make (name, SIZE);
    }
    put ("data_batch_4.bin", 123L * RECORD, 6);
    nn_data *data = nn_cifar10 (folder, false);
    check (data && data->count == 50000 && data->label (data, 30123) == 6,
           "five files make 50,000", "%s", nn_error ());
    nn_data_free (&data);
    make ("data_batch_3.bin", SIZE - 1);
    refused (false, "a file cut short", "data_batch_3.bin", "30729999");
    make ("data_batch_3.bin", SIZE + RECORD);
    refused (false, "a file too long", "data_batch_3.bin", "30733073");
    make ("data_batch_3.bin", 0);
    refused (false, "an empty file", "data_batch_3.bin", "0 bytes");
    make ("data_batch_3.bin", SIZE);
    put ("data_batch_3.bin", 9999L * RECORD, 10);
    refused (false, "a label out of range", "record 9999", "label 10");
    unlink (path_of ("data_batch_3.bin"));
    mkdir (path_of ("data_batch_3.bin"), 0755);
    refused (false, "a folder in a file's place", "data_batch_3.bin", "CIFAR-10");
    rmdir (path_of ("data_batch_3.bin"));
    refused (false, "one file missing", "data_batch_3.bin", "No such file");
}

/*  The development copy, where there is one; unpacked once, under build/. */
static void real (void)
{
    char command[1200], where[400];
    const char *shared = getenv ("NN_SHARED"), *build = getenv ("BUILD");
    snprintf (where, sizeof where, "%s/data/cifar10", build ? build : "build");
    snprintf (command, sizeof command,
              "test -x '%s/data/unpack' && '%s/data/unpack' '%s'", shared, shared,
              where);
    nn_data *data =
        shared && system (command) == 0 ? nn_cifar10 (where, true) : NULL;
    if (!data) {
        skip ("the real files",
              "no development data: NN_SHARED names no folder with them");
        return;
    }
    int counts[10];
    bool even = nn_class_counts (data, counts) == NN_OK;
    for (int k = 0; k < 10; k++)
        even = even && counts[k] == 1000;
    check (even, "the real test set has 1,000 of each class", "%d airplanes",
           counts[0]);
    float mean[4], deviation[4];
    nn_moments (data, mean, deviation);
    check (
        fabsf (mean[0] - 0.494f) < 0.01f && fabsf (deviation[0] - 0.247f) < 0.01f,
        "its reds have the known mean", "%g, deviation %g", mean[0], deviation[0]);
    nn_data_free (&data);
}

int main (void)
{
    snprintf (folder, sizeof folder, "%s/cifar10-XXXXXX",
              getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
    if (!mkdtemp (folder))
        return 1;
    layout ();
    trouble ();
    real ();
    for (int k = 1; k <= 5; k++) {
        char name[32];
        snprintf (name, sizeof name, "data_batch_%d.bin", k);
        unlink (path_of (name));
    }
    unlink (path_of ("test_batch.bin"));
    rmdir (folder);
    return nn_test_done ();
}
