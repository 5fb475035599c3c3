/*  known.c - what calls have come to, for a proof that asks many times
 *
 *  A proof tries the reference and every known mistake on the same cases, seed after seed,
 *  and each of them is held against all the others. So each calls its function once a case,
 *  and what it wrote is remembered. It is called for all cases in one child, since nearly all
 *  the time of a call goes into making the child; that is for the course's own code, which
 *  nobody distrusts, and for what a sanitizer watches after it has been right without one. A call that does not return is not remembered, and is made the ordinary
 *  way when it is asked for.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    CASES = 256,            // of a check; those behind are not remembered
    OBJECTS = MISTAKES + 3, // nobody's: the right outputs; the reference, a file
    LOST = 3                // calls that do not return, before nobody goes on
};
static const size_t ROOM = (size_t) 256 << 20; // taken as it is written to

struct grade_known {
    uint64_t seed;
    char *object[OBJECTS];
    int objects;
    unsigned char *output[OBJECTS][CHECKS][CASES];
};

grade_known *known_new (void)
{
    grade_known *k = calloc (1, sizeof *k);
    nn_require (k, "no memory for what is known");
    k->objects = 1; // NULL: the right outputs
    return k;
}

void known_forget (grade_known *k, uint64_t seed)
{
    for (int o = 0; o < k->objects; o++)
        for (int i = 0; i < CHECKS; i++)
            for (int n = 0; n < CASES; n++) {
                free (k->output[o][i][n]);
                k->output[o][i][n] = NULL;
            }
    k->seed = seed;
}

void known_free (grade_known *k)
{
    known_forget (k, 0);
    for (int o = 1; o < k->objects; o++)
        free (k->object[o]);
    free (k);
}

/*  Where the outputs of a case are remembered, or NULL where they cannot be. */
static unsigned char **place (grade_known *k, const char *object, int index,
                              int number)
{
    int o = 0;
    if (number >= CASES)
        return NULL;
    if (object)
        for (o = 1; o < k->objects && strcmp (k->object[o], object) != 0;)
            o++;
    if (o == OBJECTS)
        return NULL;
    if (object && o == k->objects) {
        k->object[o] = strdup (object);
        nn_require (k->object[o], "no memory for what is known");
        k->objects++;
    }
    return &k->output[o][index][number];
}

static unsigned char **place_of (grade_known *k, const grade_case *c,
                                 const char *object)
{
    if (!k || c->force || c->seed != k->seed)
        return NULL;
    return place (k, object, c->index, c->number);
}

static size_t bytes_of (const grade_case *c)
{
    size_t bytes = 0;
    for (int i = 0; i < c->arrays; i++)
        bytes += c->array[i].role == GRADE_IN ? 0 : c->array[i].bytes;
    return bytes;
}

/*  All outputs of a case, one behind the other, into `text` or out of it. */
static void copy (const grade_case *c, unsigned char *text, bool out)
{
    for (int i = 0; i < c->arrays; i++) {
        const grade_values *v = &c->array[i];
        if (v->role == GRADE_IN)
            continue;
        if (out)
            memcpy (text, v->at, v->bytes);
        else
            memcpy (v->at, text, v->bytes);
        text += v->bytes;
    }
}

bool known_load (grade_known *k, grade_case *c, const char *object)
{
    unsigned char **at = place_of (k, c, object);
    if (!at || !*at)
        return false;
    copy (c, *at, false);
    return true;
}

void known_save (grade_known *k, const grade_case *c, const char *object)
{
    unsigned char **at = place_of (k, c, object);
    if (!at || *at)
        return;
    *at = malloc (bytes_of (c) + 1);
    nn_require (*at, "no memory for what is known");
    copy (c, *at, true);
}

/* --- All cases of an exercise in one child ------------------------------------------------ */
typedef struct {       // written by the child
    int index, number; // of the case that it is at
    size_t used;
    unsigned char text[]; // a note, the outputs; again
} child_room;
typedef struct {
    int index, number; // of the check, of the case
    size_t bytes;      // of its outputs
} child_note;
typedef struct {
    grade_case c; // first, so that the verb finds the rest; has no arrays
    const grade_task *task;
    const grade_exercise *checks;
    child_room *room;
    int index, number; // where to begin
    int only;          // check, or -1 for all
} all_cases;

static void write_down (child_room *room, const grade_case *c)
{
    const child_note note = { c->index, c->number, bytes_of (c) };
    char why[TEXT];
    if (case_overrun (c, why, sizeof why) || // which is asked about later
        room->used + sizeof note + note.bytes > ROOM - sizeof *room)
        return;
    memcpy (room->text + room->used, &note, sizeof note);
    copy (c, room->text + room->used + sizeof note, true);
    room->used += sizeof note + note.bytes;
}

static void call_all (grade_case *c)
{
    const all_cases *all = (const all_cases *) (const void *) c;
    child_room *room = all->room;
    for (int i = all->index; i < all->checks->count; i++) {
        if (all->only >= 0 && i != all->only)
            continue;
        const grade_check *check = &all->checks->checks[i];
        const int cases = check->cases ? check->cases : 20;
        for (int n = i == all->index ? all->number : 0;
             !check->against && n < cases; n++) {
            grade_case one;
            room->index = i;
            room->number = n;
            case_make (&one, check, i, all->task->seed, n, NULL);
            one.object = c->object;
            case_protect (&one);
            check->call (&one);
            write_down (room, &one);
            case_free (&one);
        }
    }
}

/*  What the child has noted, remembered. */
static void take (grade_known *k, const all_cases *all, const char *object)
{
    const child_room *room = all->room;
    for (size_t at = 0; at < room->used;) {
        child_note note;
        memcpy (&note, room->text + at, sizeof note);
        at += sizeof note;
        unsigned char **to = place (k, object, note.index, note.number);
        if (to && !*to) {
            *to = malloc (note.bytes + 1);
            nn_require (*to, "no memory for what is known");
            memcpy (*to, room->text + at, note.bytes);
        }
        at += note.bytes;
    }
}

void known_fill (grade_known *k, const grade_task *task,
                 const grade_exercise *checks, const char *object, int only)
{
    all_cases all = { .task = task, .checks = checks, .only = only };
    for (int lost = 0; lost < LOST; lost++) {
        all.room = mmap (NULL, ROOM, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        nn_require (all.room != MAP_FAILED, "no memory to share with a child");
        const call_result r =
            call_in_child (&all.c, object, call_all, task->limit);
        take (k, &all, object);
        all.index = all.room->index;
        all.number = all.room->number + 1;
        munmap (all.room, ROOM);
        if (r.end == RETURNED)
            return;
    }
}
