/*  decode.c - how fast are folders of photographs read?
 *
 *  Photographs of a few sizes lie in folders. libjpeg-turbo alone unpacks each of them
 *  from memory, whole, on all cores: nothing can read photographs faster than that
 *  without leaving something out. nn_keep () finds them, reads the files, unpacks them,
 *  turns bytes into numbers, brings them to 128 x 128 and writes them into its file. Both
 *  are done in turn, so that other work on the machine slows down both. The goal is a
 *  rate of 0.9 of libjpeg's own.
 */
#include "../photos.h"

#include <omp.h>
#include <time.h>

#include <jpeglib.h>

enum { FILES = 12, TIMES = 10, ROUNDS = 5, SIDE = 128, ALL = FILES * TIMES };

static const char *const classes[] = { "near", "far" };
static struct {
    unsigned char *bytes;
    size_t size;
} file[FILES];

/*  Something as restless as a photograph: blobs of all sizes, and some noise. */
static int draw (nn_image *image, int h, int w, uint32_t number)
{
    nn_random random = nn_random_from (11, NN_FOR_TEST, number, 0);
    float wave[24][5];
    const int status = nn_image_fit (image, h, w, 3);
    for (int k = 0; k < 24 && status == NN_OK; k++) {
        const float high = powf (2, -(float) k / 4);
        wave[k][0] = 0.002f * (nn_random_uniform (&random) - 0.5f) / high * 3;
        wave[k][1] = 0.002f * (nn_random_uniform (&random) - 0.5f) / high * 3;
        wave[k][2] = 6 * nn_random_uniform (&random);
        wave[k][3] = 0.5f * high;
        wave[k][4] = nn_random_uniform (&random);
    }
    for (int at = 0; at < h * w && status == NN_OK; at++) {
        const int row = at / w, col = at % w;
        const float noise = 0.08f * (nn_random_uniform (&random) - 0.5f);
        for (int c = 0; c < 3; c++) {
            float x = 0.5f + noise;
            for (int k = 0; k < 24; k++)
                x += 0.3f * wave[k][3] *
                     sinf (6.28f *
                               (wave[k][0] * (float) col +
                                wave[k][1] * (float) row) *
                               10 +
                           wave[k][2] + wave[k][4] * (float) c);
            image->x[at * 3 + c] = x < 0 ? 0 : x > 1 ? 1 : x;
        }
    }
    return status;
}

/*  As Animals-10 has them, about 300 x 225, and some twice as large; each a few times. */
static bool make_files (const char *top, double *megapixels)
{
    nn_image image = { 0 };
    char path[500];
    bool good = true;
    for (int i = 0; i < FILES && good; i++) {
        const int large = i % 4 == 3 ? 2 : 1;
        const int h = large * (200 + i * 7 % 60), w = large * (280 + i * 13 % 60);
        snprintf (path, sizeof path, "%s/%s", top, classes[i % 2]);
        mkdir (path, 0777);
        snprintf (path, sizeof path, "%s/%s/0-%d.jpg", top, classes[i % 2], i);
        good = draw (&image, h, w, (uint32_t) i) == NN_OK &&
               nn_jpeg_save (&image, path, 88) == NN_OK &&
               nn_file_read (path, &file[i].bytes, &file[i].size) == NN_OK;
        for (int k = 1; k < TIMES && good; k++) {
            snprintf (path, sizeof path, "%s/%s/%d-%d.jpg", top, classes[i % 2], k,
                      i);
            good = nn_file_write (path, file[i].bytes, file[i].size) == NN_OK;
        }
        *megapixels += 1e-6 * TIMES * h * w;
    }
    nn_image_free (&image);
    return good;
}

/*  libjpeg alone, into one row over and over. */
static void unpack (const unsigned char *bytes, size_t size)
{
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr calls;
    info.err = jpeg_std_error (&calls);
    jpeg_create_decompress (&info);
    jpeg_mem_src (&info, bytes, size);
    jpeg_read_header (&info, TRUE);
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress (&info);
    JSAMPARRAY line = info.mem->alloc_sarray ((j_common_ptr) &info, JPOOL_IMAGE,
                                              info.output_width * 3, 1);
    while (info.output_scanline < info.output_height)
        jpeg_read_scanlines (&info, line, 1);
    jpeg_finish_decompress (&info);
    jpeg_destroy_decompress (&info);
}

/*  Seconds on the wall, and of all processors. */
static void now (double t[2])
{
    struct timespec processor;
    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &processor);
    t[0] = omp_get_wtime ();
    t[1] = (double) processor.tv_sec + 1e-9 * (double) processor.tv_nsec;
}

static void measure (const char *top, double best[2][2])
{
    double from[2], to[2];
    for (int ours = 0; ours < 2; ours++) {
        now (from);
        if (ours) {
            nn_data *list = nn_image_folder (top, SIDE, stderr);
            nn_data *kept = list ? nn_keep (list, stderr) : NULL;
            if (!kept || kept->count != ALL)
                check (false, "all are read", "%s", nn_error ());
            nn_data_free (&kept);
            nn_data_free (&list);
        } else {
#pragma omp parallel for schedule(dynamic, 4)
            for (int i = 0; i < ALL; i++)
                unpack (file[i % FILES].bytes, file[i % FILES].size);
        }
        now (to);
        for (int k = 0; k < 2; k++)
            best[ours][k] = fmin (best[ours][k], to[k] - from[k]);
    }
}

int main (void)
{
    char top[400];
    double best[2][2] = { { 1e9, 1e9 }, { 1e9, 1e9 } }, megapixels = 0;
    photos_folder (top);
    if (!make_files (top, &megapixels))
        check (false, "photographs are made", "%s", nn_error ());
    else {
        for (int round = 0; round < ROUNDS; round++)
            measure (top, best);
        printf (
            "image folders, %d threads: %.0f pictures/s, libjpeg-turbo alone "
            "%.0f (%.0f megapixels/s); %.2f of it, by processor time %.2f; goal "
            "0.90\n",
            omp_get_max_threads (), ALL / best[1][0], ALL / best[0][0],
            megapixels / best[0][0], best[0][0] / best[1][0],
            best[0][1] / best[1][1]);
    }
    for (int i = 0; i < FILES; i++)
        free (file[i].bytes);
    photos_remove (top);
    return nn_test_bad > 0;
}
