/*  compare.h - what the files of compare know of each other  */
#ifndef COMPARE_H
#define COMPARE_H

#include "mine.h"

enum { IMAGES = 2500, EPOCHS = 6, PLUGS = 8, SEEDS = 3, FIRST_SEED = 7 };
#define BANDS "chapters/compare/bands.tsv"

typedef struct {
    int chapter;
    const char *recipe, *title;
    const char *const (*keys)[2]; // what differs from the recipe; ends with NULL
} chapter_net;
typedef struct {
    const mine_row *row;
    const char *object;
} plugged;
typedef struct { // what a training has come to; passed through a pipe
    int epochs;
    float loss[EPOCHS], accuracy[EPOCHS]; // of the validation images
    double seconds, megabytes;            // an epoch; at the peak
    char failure[400];
} outcome;
typedef struct {
    const chapter_net *net;
    plugged plug[PLUGS];
    int plugs, epochs;
    uint64_t seed;
    bool quiet;
} job;

/*  What was recorded of a chapter's net with the library's own functions, in percent. */
typedef struct {
    float low[EPOCHS], middle[EPOCHS], high[EPOCHS];
    int epochs;
} recorded;
recorded read_bands (int chapter);
// the curves in one picture; false, and a sentence on stderr
bool draw_both (const job *j, const outcome *mine, const recorded *book,
                const char *file);
// on stdout: `own` is one epoch of the library's on this machine; `file` may be NULL
void tell (const job *j, const outcome *mine, const outcome *own,
           const recorded *book, const char *file);
void tell_json (const job *j, const outcome *mine, const outcome *own,
                const recorded *book, const char *file);

#endif
