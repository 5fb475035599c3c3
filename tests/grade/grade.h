/*  grade.h - what the checks of an exercise are made of
 *
 *  A file tests/grade_NN_k.c is a table of checks. Each says how a case is made (sizes and
 *  arrays, drawn anew from the seed), how the learner's function is called on it, and what
 *  its result is held against: by default what the reference solution does on the same case.
 *  The engine does the rest: it calls every function in a child process that may do nothing
 *  but compute, compares in the parent, shrinks a failing case, and asks which of the known
 *  mistakes gives the same numbers.
 *
 *  make () and the other verbs keep what they drew in static variables of their file.
 */
#ifndef NN_GRADE_H
#define NN_GRADE_H

#include "nn.h"

typedef struct grade_case grade_case;

/*  Declares a function of the exercise: its type, and the prototype that the learner's file
 *  is held to when it is compiled. */
#define GRADE_FUNCTION(result, name, ...)                                         \
    typedef result name##_t (__VA_ARGS__);                                        \
    static const char name##_prototype[] = #result " " #name " (" #__VA_ARGS__ ");"
#define GRADE_CALL(c, name) ((name##_t *) grade_function (c, #name))
void (*grade_function (grade_case *c, const char *name)) (void);
void *grade_symbol (grade_case *c, const char *name); // a variable or a function

/*  Before a function of the checks that `call` calls, or hands to the learner's: it is
 *  there in the child, which forgets all others. */
#define GRADE_HANDED_SECTION "grade_handed"
#define GRADE_HANDED __attribute__ ((noinline, section (GRADE_HANDED_SECTION)))

typedef void grade_verb (grade_case *c);
typedef struct {
    const char *code;   // the kind of check: O G P F R B M, as chapters call them
    const char *title;  // "equals the reference on unseen shapes"
    int points, cases;  // cases 0 means 20
    grade_verb *make;   // draws the case
    grade_verb *call;   // in the child: writes nothing but the outputs
    grade_verb *expect; // writes the right outputs; NULL: `call` on the reference
    grade_verb *judge;  // calls grade_fail () if it must; NULL: compares outputs
    // -- is this that mistake? NULL: same numbers
    bool (*like) (grade_case *c, int mistake);
    double tolerance; // over the largest value that is expected; 0 means 1e-4
    // -- speed
    grade_verb *against; // what the learner's time is compared with
    const char *rival;   // and its name: "two plain loops"
    double floor;        // how many times as fast as that
} grade_check;

typedef struct {
    const char *const *prototypes; // of what the file must define; ends with NULL
    const grade_check *checks;
    int count;
} grade_exercise;
/*  The checks of a layer that is written in both directions: each draws its case and calls
 *  the function; `measured` writes what backward should give, by grade_numeric (). */
#define GRADE_BOTH_WAYS(draw, forward, draw_back, backward, measured)             \
    {                                                                             \
        { .code = "O",                                                            \
          .points = 4,                                                            \
          .title = "forward equals the reference",                                \
          .make = draw,                                                           \
          .call = forward,                                                        \
          .cases = 40 },                                                          \
            { .code = "O",                                                        \
              .points = 2,                                                        \
              .title = "backward equals the reference",                           \
              .make = draw_back,                                                  \
              .call = backward,                                                   \
              .cases = 40 },                                                      \
        {                                                                         \
            .code = "G", .points = 4,                                             \
            .title = "backward equals a measured gradient", .make = draw_back,    \
            .call = backward, .expect = measured, .tolerance = 5e-3, .cases = 40  \
        }                                                                         \
    }
/*  The checks of a layer's way back that shall be quick as well: `slow` does the same one
 *  channel after the other. The points are those of the first two checks. */
#define GRADE_WAY_BACK(equal, gradient, draw, large, backward, measured, slow)    \
    {                                                                             \
        { .code = "O",                                                            \
          .points = equal,                                                        \
          .title = "equals the reference",                                        \
          .make = draw,                                                           \
          .call = backward,                                                       \
          .cases = 40 },                                                          \
            { .code = "G",                                                        \
              .points = gradient,                                                 \
              .title = "equals a measured gradient",                              \
              .make = draw,                                                       \
              .call = backward,                                                   \
              .expect = measured,                                                 \
              .tolerance = 2e-3 },                                                \
        {                                                                         \
            .code = "F", .points = 3,                                             \
            .title = "at least 3 times as fast as channel by channel",            \
            .make = large, .call = backward, .against = slow,                     \
            .rival = "channel by channel", .floor = 3                             \
        }                                                                         \
    }
#define GRADE_EXERCISE(...)                                                       \
    const grade_exercise grade_this = {                                           \
        .prototypes = (const char *const[]){ __VA_ARGS__, NULL },                 \
        .checks = checks,                                                         \
        .count = sizeof checks / sizeof *checks                                   \
    }

/* --- In make (): sizes and arrays ------------------------------------------------------
 * Sizes grow from case to case, and may be set smaller to find the smallest failing case,
 * so make () must cope with any size between low and high. */
int grade_size (grade_case *c, const char *name, int low, int high);
int grade_steps (grade_case *c, const char *name, int low, int high, int step);
nn_random *grade_random (grade_case *c); // for values
int grade_number (const grade_case *c);  // of the case, from 0

typedef enum { GRADE_IN, GRADE_OUT, GRADE_INOUT, GRADE_SCRATCH } grade_role;
#define GRADE_DIMS(...)                                                           \
    sizeof ((int[]){ __VA_ARGS__ }) / sizeof (int), (const int[])                 \
    {                                                                             \
        __VA_ARGS__                                                               \
    }
/*  Inputs are drawn from -1 .. 1 and cannot be written to. Outputs hold values that no
 *  correct result has. An array that is both is drawn like an input, and so is scratch, of
 *  which nobody asks what becomes of it. */
#define grade_in(c, name, ...)                                                    \
    ((float *) grade_array (c, name, 'f', GRADE_IN, GRADE_DIMS (__VA_ARGS__)))
#define grade_out(c, name, ...)                                                   \
    ((float *) grade_array (c, name, 'f', GRADE_OUT, GRADE_DIMS (__VA_ARGS__)))
#define grade_inout(c, name, ...)                                                 \
    ((float *) grade_array (c, name, 'f', GRADE_INOUT, GRADE_DIMS (__VA_ARGS__)))
#define grade_scratch(c, name, ...)                                               \
    ((float *) grade_array (c, name, 'f', GRADE_SCRATCH, GRADE_DIMS (__VA_ARGS__)))
#define grade_in_ints(c, name, ...)                                               \
    ((int *) grade_array (c, name, 'i', GRADE_IN, GRADE_DIMS (__VA_ARGS__)))
#define grade_out_ints(c, name, ...)                                              \
    ((int *) grade_array (c, name, 'i', GRADE_OUT, GRADE_DIMS (__VA_ARGS__)))
#define grade_in_doubles(c, name, ...)                                            \
    ((double *) grade_array (c, name, 'd', GRADE_IN, GRADE_DIMS (__VA_ARGS__)))
#define grade_out_doubles(c, name, ...)                                           \
    ((double *) grade_array (c, name, 'd', GRADE_OUT, GRADE_DIMS (__VA_ARGS__)))
int *grade_result (grade_case *c, const char *name); // one number that is returned
void *grade_structs (grade_case *c, const char *name, size_t size,
                     int count); // scratch
void *grade_array (grade_case *c, const char *name, char type, grade_role role,
                   int dims, const int *dim);

/* --- In judge () and expect () ---------------------------------------------------------- */
/*  What is wrong, as a sentence; only the first counts. The key is a word for the kind of
 *  fault: a known mistake that fails with the same key is named. */
void grade_fail (grade_case *c, const char *key, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));
bool grade_failed (const grade_case *c);
bool grade_unwritten (float x); // is it what outputs hold before the call?
const void *grade_before (const grade_case *c,
                          const void *output); // what it held then
const void *grade_right (const grade_case *c,
                         const void *output); // what it should hold
/*  The gradient of loss () by central differences: x, an input as well, is shaken value by
 *  value, and each is put back. */
void grade_numeric (float *gradient, double (*loss) (void), float *x, size_t count,
                    float step);

#endif
