/*  compare.h - what the files of compare know of each other  */
#ifndef COMPARE_H
#define COMPARE_H

#include "mine.h"

enum {
    IMAGES = 2500,
    EPOCHS = MINE_EPOCHS,
    PLUGS = MINE_HOOKS,
    SEEDS = 3,
    FIRST_SEED = 7
};
#define BANDS "chapters/compare/bands.tsv"

typedef struct {
    int chapter, record; // record: the chapter under which its curves are kept
    const char *recipe, *title;
    const char *const (*keys)[2]; // what differs from the recipe; ends with NULL
    const nn_model *model;        // NULL: the recipe's
    int (*prepare) (mine_place *to); // or NULL
} chapter_net;
extern const chapter_net *const chapter_nets;   // ends with chapter 0
const chapter_net *find_net (const char *word); // or NULL and a sentence on stderr
typedef struct {
    const mine_row *row;
    const char *object;
} plugged;
typedef struct { // what a training has come to; passed through a pipe
    int epochs;
    float loss[EPOCHS], accuracy[EPOCHS]; // of the validation images
    double seconds, megabytes;            // an epoch; at the peak
    mine_figure figure[MINE_HOOKS];
    int figures;
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
