/*  image.c - pictures of all kinds, damaged ones too, and files that are whole or
 *  not there */
#include "nn.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[400];
static nn_image image;

static const char *in_folder (const char *name)
{
    static char path[2][500];
    static int turn;
    turn = !turn;
    snprintf (path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static bool load (const char *name)
{
    char path[500];
    snprintf (path, sizeof path, "tests/data/images/%s", name);
    return nn_image_load (&image, path) == NN_OK;
}

/*  The largest distance from red = 50 col, green = 70 row, blue = 128, or 50 col
 *  if grey, in steps of 1/255; in a picture `times` as large, looked at in the
 *  middle of its squares. */
static float distance (bool grey, int times)
{
    float worst =
        image.h == 4 * times && image.w == 5 * times && image.c == 3 ? 0 : 1000;
    for (int row = 0; row < 4 && worst < 1000; row++)
        for (int col = 0; col < 5; col++) {
            const int y = row * times + times / 2, x = col * times + times / 2;
            const float *dot = image.x + (y * image.w + x) * 3;
            const float want[3] = { 50 * col, grey ? 50 * col : 70 * row,
                                    grey ? 50 * col : 128 };
            for (int k = 0; k < 3; k++)
                worst = fmaxf (worst, fabsf (dot[k] * 255 - want[k]));
        }
    return worst;
}

static void kinds (void)
{
    const struct {
        const char *name;
        bool grey;
        int times;
        float most;
    } list[] = {
        { "rgb.png", false, 1, 1e-4f },   { "grey.png", true, 1, 1e-4f },
        { "grey16.png", true, 1, 1e-4f }, { "palette.png", false, 1, 1e-4f },
        { "rgb.jpg", false, 8, 8 },       { "progressive.jpg", false, 8, 8 },
        { "grey.jpg", true, 8, 3 }
    };
    for (int k = 0; k < 7; k++)
        check (load (list[k].name) &&
                   distance (list[k].grey, list[k].times) <= list[k].most,
               list[k].name, "off by %g of 255: %s",
               distance (list[k].grey, list[k].times), nn_error ());
    check (load ("bits.png") && image.x[1 * 3] == 0 && image.x[2 * 3] == 1,
           "bits.png", "%s", nn_error ());
    load ("alpha.png");
    const float *a = image.x, *half = image.x + 3 * 1;
    check (a[0] == 1 && a[1] == 1 && a[2] == 1 && image.x[3 * 3] == 150 / 255.0f &&
               fabsf (half[0] - (50 * 51 + 255 * 204) / 65025.0f) < 1e-6f,
           "what is transparent shows white", "%g %g", a[0], half[0]);
    check (load ("cmyk.jpg") && distance (false, 8) <= 8,
           "a JPEG for printing (CMYK), in its own colours", "off by %g: %s",
           distance (false, 8), nn_error ());
    check (load ("animated.png") && distance (false, 1) <= 1e-4f,
           "of an animated PNG the first picture", "%s", nn_error ());
    check (!load ("animated.gif") &&
               strstr (nn_error (), "animated.gif is a GIF, neither a PNG nor a"),
           "a GIF is called one", "%s", nn_error ());
    check (load ("dot.png") && image.h == 1 && image.w == 1 &&
               image.x[0] == 50 / 255.0f && load ("dot.jpg") && image.h == 1 &&
               image.w == 1 && fabsf (image.x[0] * 255 - 50) < 8,
           "pictures of a single dot", "%d x %d: %s", image.h, image.w,
           nn_error ());
    check (!load ("make") && strstr (nn_error (), "neither"),
           "so is what is no picture", "%s", nn_error ());
    check (!load ("none.png") && strstr (nn_error (), "none.png"),
           "and what is not there", "%s", nn_error ());
    check (nn_image_load (&image, folder) == NN_EFILE, "and a folder", "%s",
           nn_error ());
}

/*  Reads bytes as a picture, from a file in memory. */
static int read_bytes (const unsigned char *bytes, size_t size)
{
    char path[50];
    const int fd = memfd_create ("damaged", 0);
    snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
    int status = write (fd, bytes, size) == (ssize_t) size ? NN_OK : 1;
    if (status == NN_OK)
        status = nn_image_load (&image, path);
    close (fd);
    return status;
}

static void damaged (const char *name, int tail)
{
    char path[500];
    unsigned char *bytes;
    size_t size;
    snprintf (path, sizeof path, "tests/data/images/%s", name);
    nn_file_read (path, &bytes, &size);
    bool refused = true, named = true;
    for (size_t cut = 0; cut + tail < size; cut++) {
        refused = refused && read_bytes (bytes, cut) < 0;
        named = named && strstr (nn_error (), "/proc/self/fd/");
    }
    char what[100];
    snprintf (what, sizeof what, "%s is refused wherever it is cut", name);
    check (refused && named, what, "%s", nn_error ());
    // -- any byte may be wrong: it is a picture or it is not, but nothing breaks
    nn_random random = nn_random_from (1, NN_FOR_TEST, size, 0);
    int survived = 0;
    for (int k = 0; k < 500; k++) {
        unsigned char copy[2000];
        memcpy (copy, bytes, size);
        for (int n = 1 + k % 3; n > 0; n--)
            copy[nn_random_below (&random, size)] = nn_random_bits (&random);
        survived += read_bytes (copy, size) == NN_OK;
    }
    snprintf (what, sizeof what, "%s with wrong bytes never breaks anything",
              name);
    check (survived < 500, what, "all were read");
    free (bytes);
}

static unsigned crc (const unsigned char *bytes, int size)
{
    unsigned sum = ~0u;
    for (int i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
    return ~sum;
}

static void put (unsigned char *at, int bytes, unsigned value)
{
    for (int k = 0; k < bytes; k++)
        at[k] = value >> 8 * (bytes - 1 - k);
}

/*  Files that claim to be enormous are refused before memory is asked for. */
static void enormous (void)
{
    unsigned char *bytes;
    size_t size;
    nn_file_read ("tests/data/images/rgb.png", &bytes, &size);
    const unsigned sides[3][2] = { { 40001, 1 },
                                   { 20000, 20000 },
                                   { 0x7FFFFFFF, 4 } };
    for (int k = 0; k < 3; k++) {
        put (bytes + 16, 4, sides[k][0]);
        put (bytes + 20, 4, sides[k][1]);
        put (bytes + 29, 4, crc (bytes + 12, 17));
        check (read_bytes (bytes, size) == NN_EFORMAT &&
                   (k == 2 || strstr (nn_error (), "refused")),
               "an enormous PNG is refused", "%s", nn_error ());
    }
    free (bytes);
    nn_file_read ("tests/data/images/rgb.jpg", &bytes, &size);
    for (size_t k = 0; k + 9 < size; k++)
        if (bytes[k] == 0xFF && bytes[k + 1] == 0xC0) {
            put (bytes + k + 5, 2, 60000);
            put (bytes + k + 7, 2, 60000);
        }
    check (read_bytes (bytes, size) == NN_EFORMAT && strstr (nn_error (), "60000"),
           "so is an enormous JPEG", "%s", nn_error ());
    free (bytes);
}

static int files_in (const char *path)
{
    int count = 0;
    DIR *list = opendir (path);
    for (struct dirent *entry; list && (entry = readdir (list));)
        count += entry->d_name[0] != '.';
    if (list)
        closedir (list);
    return count;
}

static void save (void)
{
    nn_image out = { 0 };
    nn_image_fit (&out, 16, 16, 3);
    for (int k = 0; k < 768; k++)
        out.x[k] = k % 256 / 255.0f;
    check (nn_image_save (&out, in_folder ("out.png")) == NN_OK,
           "a picture is saved", "%s", nn_error ());
    check (nn_image_load (&image, in_folder ("out.png")) == NN_OK &&
               memcmp (out.x, image.x, 768 * sizeof (float)) == 0,
           "and comes back bit for bit", "%s", nn_error ());
    struct stat about;
    check (stat (in_folder ("out.png"), &about) == 0 &&
               (about.st_mode & 0777) == 0644,
           "all may read it", "mode %o", about.st_mode);
    out.x[0] = -1, out.x[1] = 2, out.x[2] = NAN;
    nn_image_save (&out, in_folder ("out.png"));
    nn_image_load (&image, in_folder ("out.png"));
    check (image.x[0] == 0 && image.x[1] == 1 && image.x[2] == 0,
           "what is too dark or too bright is cut off", "%g %g", image.x[0],
           image.x[1]);
    // -- grey
    out.c = 1;
    nn_image_save (&out, in_folder ("grey.png"));
    check (nn_image_load (&image, in_folder ("grey.png")) == NN_OK &&
               image.c == 3 && image.x[9] == image.x[11] && image.x[9] == out.x[3],
           "one channel is grey", "%s", nn_error ());
    unlink (in_folder ("grey.png"));
    out.c = 3;
    // -- a disk that is full leaves the old file as it was
    nn_file_write (in_folder ("out.png"), "old", 3);
    const int files = files_in (folder);
    struct rlimit old, none = { 20, 20 };
    getrlimit (RLIMIT_FSIZE, &old);
    none.rlim_max = old.rlim_max;
    signal (SIGXFSZ, SIG_IGN);
    setrlimit (RLIMIT_FSIZE, &none);
    const int status = nn_image_save (&out, in_folder ("out.png"));
    setrlimit (RLIMIT_FSIZE, &old);
    unsigned char *bytes;
    size_t size;
    check (status == NN_EFILE && strstr (nn_error (), "out.png"),
           "a full disk: a sentence", "%s", nn_error ());
    nn_file_read (in_folder ("out.png"), &bytes, &size);
    check (size == 3 && memcmp (bytes, "old", 4) == 0 &&
               files_in (folder) == files,
           "and the old file stays, alone", "%zu bytes, %d files", size,
           files_in (folder));
    free (bytes);
    check (nn_file_write ("/dev/full", "x", 1) == NN_EFILE &&
               strstr (nn_error (), strerror (ENOSPC)) &&
               access ("/dev/full", W_OK) == 0,
           "a device is written to and not replaced", "%s", nn_error ());
    check (nn_image_save (&out, in_folder ("no/out.png")) == NN_EFILE,
           "no folder, no file", "%s", nn_error ());
    check (nn_file_write (folder, "x", 1) == NN_EFILE, "a folder is not replaced",
           "%s", nn_error ());
    unlink (in_folder ("out.png"));
    nn_image_free (&out);
}

static void room (void)
{
    nn_image i = { 0 };
    nn_image_fit (&i, 4, 4, 3);
    const float *x = i.x;
    check (nn_image_fit (&i, 3, 5, 3) == NN_OK && i.x == x && i.h == 3 &&
               i.w == 5 && i.room == 48,
           "room is kept", "%zu", i.room);
    check (nn_image_fit (&i, 0, 5, 3) == NN_ESHAPE &&
               nn_image_fit (&i, 5, 5, 5) < 0 &&
               nn_image_fit (&i, 40001, 1, 1) < 0 &&
               nn_image_fit (&i, 20000, 20000, 1) < 0 && i.h == 3 && i.w == 5,
           "impossible sizes are refused", "%s", nn_error ());
    nn_image_free (&i);
    check (!i.x && i.room == 0, "and given back", "not so");
}

int main (void)
{
    snprintf (folder, sizeof folder, "%s/image-XXXXXX",
              getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
    if (!mkdtemp (folder))
        return 1;
    // -- neither library may say anything on its own
    const int before = dup (2);
    const int said = open (in_folder ("said"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2 (said, 2);
    kinds ();
    damaged ("rgb.png", 12);
    damaged ("palette.png", 12);
    damaged ("rgb.jpg", 0);
    damaged ("progressive.jpg", 0);
    enormous ();
    save ();
    room ();
    dup2 (before, 2);
    check (lseek (said, 0, SEEK_END) == 0, "nothing was printed", "see %s/said",
           folder);
    nn_image_free (&image);
    unlink (in_folder ("said"));
    check (rmdir (folder) == 0, "no scraps are left behind", "in %s", folder);
    return nn_test_done ();
}
