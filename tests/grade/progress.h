/*  progress.h - what a learner has reached, in one text file  */
#ifndef NN_GRADE_PROGRESS_H
#define NN_GRADE_PROGRESS_H

#include "engine.h"

typedef struct {
    char id[16];       // "01-1"
    int points, hints; // the best so far; how many hints were shown
    char when[24];     // it was last graded
} progress_row;
typedef struct {
    progress_row *row;
    int count;
} progress;

int progress_read (progress *p); // 0, or -1 and a sentence on stderr
void progress_free (progress *p);
const progress_row *progress_of (const progress *p, const char *id); // or NULL
bool progress_done (const progress *p, const course_exercise *e);
int progress_next (const progress *p, const course_exercise *list,
                   int count); // the first that is not done, or -1
/*  Keeps what was reached: points only if they are more than before; -1 for points, or for
 *  hints, leaves them as they are. 0, or -1 and a sentence on stderr. */
int progress_note (const course_exercise *e, int points, int hints);

#endif
