/*  engine.h - what the files of the grading engine know of each other  */
#ifndef NN_GRADE_ENGINE_H
#define NN_GRADE_ENGINE_H

#include "grade.h"

#include <signal.h>

enum {
    SIZES = 16,
    ARRAYS = 16,
    FRAMES = 24,
    TEXT = 600,
    MISTAKES = 16,
    PRINTED = 2048,
    CHECKS = 16,
    MAP = 2048,
    HINTS = 8,
    FUNCTIONS = 8,
    OWN_LIMIT =
        60 // seconds for a call of the course's own: the machine may be busy
};

/* --- A case: sizes, arrays, and what was found ------------------------------------------ */
typedef struct {
    const char *name;
    int value, low, high, step;
} grade_dim;

typedef struct {
    const char *name;
    char type; // f i d: float, int, double; s: structs, which nobody compares
    grade_role role;
    int dims, dim[4];
    size_t count, bytes;
    unsigned char *at;  // ends where a page that nobody may touch begins
    unsigned char *map; // with that page, and one before
    size_t mapped;
    unsigned char *initial, *want; // copies: before the call; the right values
} grade_values;

struct grade_case {
    const grade_check *check;
    uint64_t seed;
    int index, number, cases; // of the check; of the case, of so many
    const int *force;         // sizes to use instead of drawn ones, or NULL
    nn_random sizes, values;
    grade_dim size[SIZES];
    int size_count;
    grade_values array[ARRAYS];
    int arrays;
    void *object; // in the child: the loaded file
    bool failed;
    char key[32], text[TEXT], printed[PRINTED];
};

static inline bool case_output (const grade_values *v) // is it compared?
{
    return v->role == GRADE_OUT || v->role == GRADE_INOUT;
}
void case_make (grade_case *c, const grade_check *check, int index, uint64_t seed,
                int number, const int *force);
void case_free (grade_case *c);
void case_reuse (void);             // the memory of arrays, from now on
void case_reset (grade_case *c);    // outputs as before the call
void case_expected (grade_case *c); // outputs are right: keep them as `want`
void case_save (grade_case *c, unsigned char *copy[ARRAYS]); // of outputs
void case_load (grade_case *c, unsigned char *copy[ARRAYS]); // frees them
void case_shape (const grade_case *c, char *text, size_t size);
bool case_overrun (const grade_case *c, char *text, size_t size);
bool case_touched (const grade_case *c, const void *address, char *text,
                   size_t size);
void case_protect (const grade_case *c);

/* --- A call in a child process ------------------------------------------------------------ */
typedef enum { RETURNED, TODO, PANIC, CRASHED, NO_FUNCTION, LEFT, LATE } call_end;
typedef struct {
    call_end end;
    int signal, status;
    void *address, *frame[FRAMES], *base;
    int frames;
    char sentence[TEXT];
    bool jailed;
    double seconds, cpu; // on the clock, and of computing
    double aside;        // computing before the call and after it
    size_t kept;         // bytes taken by malloc and not given back
} call_result;
call_result call_in_child (grade_case *c, const char *object, grade_verb *verb,
                           double limit);
void call_explain (const call_result *r, const grade_case *c, const char *object,
                   char *text, size_t size);
const char *call_printed (void); // what the last child wrote
bool call_jailed (void);         // was the last child locked in?
void call_sanitised (void);      // from now on a sanitizer watches the children
bool jail_lock (void);           // nothing but computing from here on
bool jail_shut (void);           // and no file is opened any more
bool jail_reading (const char *const *paths); // or only what lies below those
void forget_prepare (void *handle, const char *path); // the checks, as loaded
void forget_all_but (grade_verb *kept); // in a child: nothing else of the checks

/* --- What calls have come to, for a proof ------------------------------------------------- */
typedef struct grade_known grade_known;
typedef struct grade_task grade_task;
grade_known *known_new (void);
void known_free (grade_known *k);
void known_forget (grade_known *k,
                   uint64_t seed); // what was known; now of that one
// calls the object's function on all cases, of one check or of all (-1), in one child
void known_fill (grade_known *k, const grade_task *task,
                 const grade_exercise *checks, const char *object, int only);
// a case's outputs as that object leaves them, or as is right (NULL)
bool known_load (grade_known *k, grade_case *c, const char *object);
void known_save (grade_known *k, const grade_case *c, const char *object);

/* --- The checks --------------------------------------------------------------------------- */
struct grade_task {
    const char *file;         // the learner's, as it was named
    const char *object;       // what it was compiled to
    const char *folder;       // for what is built on the way
    const char *define;       // "-DMISTAKE=2" where a solution is graded
    const char *as;           // what the file calls the functions: "f,g", or ""
    const char *parts, *name; // where the checks are; of the exercise
    const char *const *prototypes; // that the file is held to
    const char *reference;
    char mistake[MISTAKES + 1][512]; // objects, counted from 1
    int mistakes;
    bool brief, quick;  // stop at the first lost point; no smallest case, no map
    grade_known *known; // NULL: every call is made
    uint64_t seed;
    double limit, until; // seconds a call; when to stop altogether
};
typedef struct { // where an answer is wrong, see map.c
    char name[64], shape[256];
    int dims, dim[4], count; // 0: there is none
    char mark[MAP];          // . right, x wrong, - never written
    float yours[MAP], right[MAP];
} grade_map;
typedef struct {
    int points;
    bool todo, late;
    char detail[TEXT * 2], printed[PRINTED]; // of the case that is reported
    double ratio;
    unsigned named;  // bit k: looks like mistake k
    unsigned spared; // bit k: mistake k has a property that this lacks
    grade_map map;
} check_result;
check_result check_cases (const grade_task *task, const grade_check *check,
                          int index);
check_result check_speed (const grade_task *task, const grade_check *check,
                          int index);
check_result check_memory (const grade_task *task, const grade_check *check,
                           int index);
bool values_differ (const grade_values *v, const unsigned char *a,
                    const unsigned char *b, double tolerance, size_t *first);
double values_at (const grade_values *v, const unsigned char *at, size_t i);
double values_room (const grade_values *v, const unsigned char *right,
                    double tolerance); // how far off a value may be
// of a failed case, if its array shows more than what the map holds
void map_of (grade_map *map, const grade_case *c, double tolerance);
bool map_possible (const grade_case *c);          // are there values to compare?
void map_show (const grade_map *map, int margin); // on stdout
bool map_shows (const grade_map *map, int tried); // enough, after so many cases?
void map_panels (const grade_map *map, int *panels, int *rows, int *cols);
int map_index (const grade_map *map, int panel, int row, int col);
int map_place (const grade_map *map, int i); // of the i-th, panel by panel

/* --- The course, the compiler, the report ------------------------------------------------- */
typedef struct {
    char name[128], id[16], title[128];
    int points;
    char mistake[MISTAKES + 1][160];
    int mistakes;
} course_exercise;
int course_list (const char *root, course_exercise **list); // from solutions/
int course_hints (const course_exercise *e,
                  char *hint[HINTS]); // how many; free them
// the exercise that a word means, or -1 and a sentence on stderr
int course_find (const course_exercise *list, int count, const char *word);
int compile_object (const grade_task *task, const char *object,
                    const char *sanitizers, char **messages);
// exit status, or -1; files that it can read, or NULL for all
int spawn (const char *const *argv, char **output, double limit, size_t memory,
           const char *const *files);
extern volatile pid_t spawn_running; // for handlers of signals; 0: nothing runs

typedef struct {
    const course_exercise *exercise, *next;
    const grade_exercise *grade;
    const grade_task *task;
    const check_result *result; // NULL: the file did not compile
    const char *messages;       // of the compiler
    bool jailed;
} grade_report;
void report_wrapped (const char *text, int margin);
int report_text (const grade_report *r); // returns the points
int report_json (const grade_report *r);
int report_points (const grade_report *r);
unsigned report_named (const grade_report *r); // a bit for each mistake
// In so many seeds, the task's and those after it: the reference, all known mistakes; or a
// file, which is right or makes that mistake. Prints, and returns 1 if anything fails.
int prove (const grade_task *asked, const grade_exercise *checks,
           const course_exercise *e, const char *file, int mistake, int seeds);
double now (void);

#endif
