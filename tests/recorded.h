/*  recorded.h - what PyTorch has computed, and whether a result is the same
 *
 *  A result passes when no number in it differs by more than a hundred-thousandth of
 *  the largest number of that result.
 */
#ifndef NN_RECORDED_H
#define NN_RECORDED_H

#include "near.h"

static const double CLOSE = 1e-5;

/*  Numbers from -1 to 1, the same here and in tests/data/torch. */
static void numbers (float *x, uint32_t seed, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint32_t h = (uint32_t) i * 2654435761u + seed * 40503u + 12345u;
        h = (h ^ (h >> 15)) * 2246822519u;
        h = (h ^ (h >> 13)) * 3266489917u;
        h ^= h >> 16;
        x[i] = (float) (h >> 8) / 8388608.0f - 1;
    }
}

static char line[200][8000]; // as they are in the file
static int lines;

/*  Compares with the line of this case and name. */
static void same (const char *test, const char *name, const float *x, size_t size)
{
    char label[80], start[80];
    snprintf (label, sizeof label, "%s: %s", test, name);
    snprintf (start, sizeof start, "%s %s ", test, name);
    for (int k = 0; k < lines; k++) {
        if (strncmp (line[k], start, strlen (start)) != 0)
            continue;
        char *at = line[k] + strlen (start);
        const size_t count = strtoul (at, &at, 10);
        const double largest = strtod (at, &at);
        const size_t step = strtoul (at, &at, 10);
        double most = 0;
        for (size_t i = 0; i < count && i < size; i += step) {
            const double d = fabs (x[i] - strtod (at, &at));
            most = !(d <= most) ? d : most;
        }
        check (count == size && *at == '\n' && most <= CLOSE * largest, label,
               "%zu numbers for %zu, off by %.2g of %.2g", size, count, most,
               largest);
        return;
    }
    check (false, label, "nothing recorded");
}

/*  A tensor without its halo. The caller frees it. */
static float *flat (const nn_tensor *t, const float *x)
{
    const size_t row = (size_t) t->w * t->c;
    float *all = zeros (t->n * nn_image_size (t));
    for (int r = 0; r < t->n * t->h; r++)
        memcpy (all + r * row, x + nn_at (t, r / t->h, r % t->h, 0),
                row * sizeof *all);
    return all;
}

static void same_tensor (const char *test, const char *name, const nn_tensor *t,
                         const float *x)
{
    float *all = flat (t, x);
    same (test, name, all, t->n * nn_image_size (t));
    free (all);
}

/*  Reads the lines that `same` compares with. */
static bool read_recorded (const char *path)
{
    FILE *recorded = fopen (path, "r");
    if (!recorded)
        return check (false, "PyTorch's results are there",
                      "no %s: run this from the top of the tree", path);
    while (lines < 200 && fgets (line[lines], sizeof line[0], recorded))
        lines++;
    fclose (recorded);
    return true;
}

#endif
