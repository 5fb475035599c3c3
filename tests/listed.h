/*  listed.h - results of PyTorch that are written down whole: a line for each, its
 *  name and all its numbers
 *
 *  tests/data/torch/listed.py writes such files. Where results are large, recorded.h
 *  has every so manieth number.
 */
#ifndef NN_LISTED_H
#define NN_LISTED_H

#include "near.h"

/*  From -1 to 1, the same here and in listed.py. */
static void numbers (float *x, int seed, int size)
{
    for (int i = 0; i < size; i++)
        x[i] = (float) ((37 * i + 3 * i * i + 61 * seed) % 101) / 50 - 1;
}

static char line[40][20000]; // as they are in the file
static int lines;

/*  Compares with the line of this name. */
static void same (const char *name, const float *x, size_t size)
{
    const size_t length = strlen (name);
    float *right = zeros (size);
    bool found = false;
    for (int k = 0; k < lines && !found; k++) {
        found = strncmp (line[k], name, length) == 0 && line[k][length] == ' ';
        char *at = line[k] + length;
        for (size_t i = 0; i < size && found; i++)
            right[i] = strtof (at, &at);
        found = found && *at == '\n';
    }
    check (found && apart (x, right, size) < 1e-5, name, "off by %.2g%s",
           apart (x, right, size), found ? "" : ": nothing recorded");
    free (right);
}

/*  Reads the lines that `same` compares with. */
static void read_listed (const char *path)
{
    FILE *listed = fopen (path, "r");
    check (listed, "PyTorch's results are there",
           "no %s: run this from the top of the tree", path);
    while (listed && lines < 40 && fgets (line[lines], sizeof line[0], listed))
        lines++;
    if (listed)
        fclose (listed);
}

#endif
