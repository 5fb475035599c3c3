/*  loop.h - what the verbs of the learner's loop know of each other  */
#ifndef NN_GRADE_LOOP_H
#define NN_GRADE_LOOP_H

#include "grade/progress.h"

typedef struct {
    const course_exercise *list;
    int count;
    const char *parts; // where the grader and its checks are
} loop_course;

/*  Each says what there is to say and returns the exit status: 0, or 1 when it could not. */
int loop_next (const loop_course *c, int at);
int loop_hint (const loop_course *c, int at);
int loop_progress (const loop_course *c);
int loop_reset (const loop_course *c, int at);
int loop_diff (const loop_course *c, int at);
int loop_solution (const loop_course *c, int at);
int loop_watch (const loop_course *c, int at);

const char *loop_colour (
    const char *code); // or nothing, where colours are not wanted
/*  Whether a notebook shows what is said: then it is Markdown, and speaks of magics. */
bool loop_in_notebook (void);
/*  "make hint EX=01-1", or "%hint 01-1"; id may be "". */
const char *loop_way (char way[64], const char *verb, const char *id);
/*  Runs a program, its output to a file (NULL: ours). Its exit status, or -1. */
int loop_run (const char *const *argv, const char *output);

#endif
