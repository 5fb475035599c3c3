/*  judge.c - checks that compare: draw a case, call, hold the result against what is right
 *
 *  When a case fails, three more things happen, for the learner's sake. The sizes are made
 *  smaller as long as it still fails, so that the report shows a case that can be done by
 *  hand. The first wrong value is named. And the known mistakes are tried on the same cases:
 *  one that gives the learner's numbers wherever it differs from the truth is named.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LIKENESS = 6,
    SHRINKS = 60
}; // cases to compare with mistakes; tries to shrink

double values_at (const grade_values *v, const unsigned char *at, size_t i)
{
    if (v->type == 'd')
        return ((const double *) (const void *) at)[i];
    if (v->type == 'f')
        return (double) ((const float *) (const void *) at)[i];
    return ((const int *) (const void *) at)[i];
}

static double largest (const grade_values *v, const unsigned char *at)
{
    double most = 0;
    for (size_t i = 0; i < v->count; i++) {
        const double size = fabs (values_at (v, at, i));
        most = size > most && isfinite (size) ? size : most;
    }
    return most;
}

double values_room (const grade_values *v, const unsigned char *right,
                    double tolerance)
{
    return v->type == 'i' ? 0 : tolerance * largest (v, right);
}

/*  Does `a` differ from `b` anywhere by more than the tolerance, measured against the largest
 *  value of b? Whole numbers must be equal. Not-a-number equals itself, and so does infinity. */
bool values_differ (const grade_values *v, const unsigned char *a,
                    const unsigned char *b, double tolerance, size_t *first)
{
    const double room = values_room (v, b, tolerance);
    for (size_t i = 0; i < v->count; i++) {
        const double x = values_at (v, a, i), y = values_at (v, b, i);
        if (fabs (x - y) <= room || x == y || (isnan (x) && isnan (y)))
            continue;
        *first = i;
        return true;
    }
    return false;
}

static bool case_differs (const grade_case *c, unsigned char *const a[ARRAYS],
                          unsigned char *const b[ARRAYS], double tolerance)
{
    size_t first;
    for (int i = 0; i < c->arrays; i++)
        if (case_output (&c->array[i]) &&
            values_differ (&c->array[i], a[i], b[i], tolerance, &first))
            return true;
    return false;
}

/*  "dx[2][0][1]" */
static void index_name (const grade_values *v, size_t at, char *text, size_t size)
{
    size_t used = snprintf (text, size, "%s", v->name), block = v->count;
    for (int k = 0; k < v->dims && used < size; k++) {
        block /= v->dim[k];
        used += snprintf (text + used, size - used, "[%zu]", at / block);
        at %= block;
    }
}

static void number_text (const grade_values *v, const unsigned char *at, size_t i,
                         char *text, size_t size)
{
    const double x = values_at (v, at, i);
    if (v->type != 'd' && memcmp (at + 4 * i, v->initial + 4 * i, 4) == 0 &&
        v->role == GRADE_OUT)
        snprintf (text, size, "was never written");
    else if (isnan (x))
        snprintf (text, size, "is not a number");
    else
        snprintf (text, size, "is %.7g", x);
}

static void compare (grade_case *c, double tolerance)
{
    for (int i = 0; i < c->arrays && !c->failed; i++) {
        const grade_values *v = &c->array[i];
        size_t at;
        if (!case_output (v) || !values_differ (v, v->at, v->want, tolerance, &at))
            continue;
        char name[64], is[64], shape[256];
        index_name (v, at, name, sizeof name);
        number_text (v, v->at, at, is, sizeof is);
        case_shape (c, shape, sizeof shape);
        grade_fail (c, "value", "%s %s and should be %.7g%s%s", name, is,
                    values_at (v, v->want, at), *shape ? " where " : "", shape);
    }
}

static double tolerance_of (const grade_check *check)
{
    return check->tolerance > 0 ? check->tolerance : 1e-4;
}

/*  A call of an object's function on a case: made, or known. */
static call_result call (const grade_task *task, grade_case *c, const char *object)
{
    if (known_load (task->known, c, object))
        return (call_result){ .end = RETURNED };
    return call_in_child (c, object, c->check->call,
                          object == task->object ? task->limit : OWN_LIMIT);
}

static void compute_expected (const grade_task *task, grade_case *c)
{
    if (c->check->expect) {
        c->check->expect (c);
        return;
    }
    const call_result r = call (task, c, task->reference);
    if (r.end != RETURNED) {
        char why[TEXT];
        call_explain (&r, c, task->reference, why, sizeof why);
        nn_panic ("grade", "the reference solution failed: %s", why);
    }
}

/*  Puts the right outputs into c's `want`, without disturbing what the outputs hold. */
static void find_expected (const grade_task *task, grade_case *c)
{
    unsigned char *copy[ARRAYS];
    case_save (c, copy);
    case_reset (c);
    if (!known_load (task->known, c, NULL))
        compute_expected (task, c);
    known_save (task->known, c, NULL);
    case_expected (c);
    case_load (c, copy);
}

/*  One case with one object. Leaves the verdict in c, and the outputs as the object left
 *  them. */
static call_end try_case (const grade_task *task, const char *object,
                          grade_case *c)
{
    const call_result r = call (task, c, object);
    snprintf (c->printed, sizeof c->printed, "%s", call_printed ());
    if (r.end != RETURNED) {
        char why[TEXT];
        call_explain (&r, c, task->quick ? NULL : object, why, sizeof why);
        const char *const key[] = { "",        "todo", "panic", "crash",
                                    "missing", "left", "late" };
        char touched[TEXT] = "";
        if (r.end == CRASHED)
            case_touched (c, r.address, touched, sizeof touched);
        grade_fail (c, *touched ? touched : key[r.end], "%s", why);
        return r.end;
    }
    char why[TEXT];
    if (case_overrun (c, why, sizeof why)) {
        grade_fail (c, "before", "%s", why);
        return CRASHED; // as it would have, had a page ended there
    }
    // -- only memory.c can count: there malloc has no cache
    if (r.kept > 0 && r.kept < SIZE_MAX / 2 && getenv ("GRADE_COUNTS"))
        grade_fail (c, "kept", "%zu bytes were taken by malloc and not given back",
                    r.kept);
    if (c->check->judge)
        c->check->judge (c);
    else {
        find_expected (task, c);
        compare (c, tolerance_of (c->check));
    }
    return RETURNED;
}

/*  Tries smaller sizes, one after the other, as long as the case still fails. On return c is
 *  the smallest found, tried and failed. */
static void shrink (const grade_task *task, grade_case *c)
{
    const grade_check *check = c->check;
    const int index = c->index, number = c->number, sizes = c->size_count;
    const double until = now () + 2;
    int best[SIZES], tries = 0;
    for (int i = 0; i < sizes; i++)
        best[i] = c->size[i].value;
    for (int i = 0; i < sizes; i++)
        for (int value = c->size[i].low; value < best[i];
             value += c->size[i].step) {
            if (tries++ >= SHRINKS || now () > until)
                return;
            int force[SIZES];
            memcpy (force, best, sizeof force);
            force[i] = value;
            grade_case smaller;
            case_make (&smaller, check, index, task->seed, number, force);
            try_case (task, task->object, &smaller);
            if (smaller.failed) {
                best[i] = value;
                case_free (c);
                *c = smaller;
                c->force = NULL;
                i = -1; // begin again: another size may now be smaller too
                break;
            }
            case_free (&smaller);
        }
}

/*  Does mistake k fail in this case too, and with the same key? */
static bool same_key (const grade_task *task, const grade_case *theirs, int k,
                      bool *fails)
{
    grade_case c;
    grade_task quick = *task; // nobody reads its sentence
    quick.quick = true;
    case_make (&c, theirs->check, theirs->index, task->seed, theirs->number, NULL);
    try_case (&quick, task->mistake[k], &c);
    *fails = c.failed;
    const bool same = c.failed && strcmp (c.key, theirs->key) == 0;
    case_free (&c);
    return same;
}

/*  Is case c, whose outputs are the learner's, what mistake k does? Tells whether that says
 *  anything: a mistake that does not show in this case is no evidence. */
static bool same_values (const grade_task *task, grade_case *c, int k, bool *shows)
{
    const double tolerance = tolerance_of (c->check);
    unsigned char *theirs[ARRAYS], *mistaken[ARRAYS], *right[ARRAYS];
    case_save (c, theirs);
    case_reset (c);
    const call_result r = call (task, c, task->mistake[k]);
    case_save (c, mistaken);
    for (int i = 0; i < c->arrays; i++)
        right[i] = c->array[i].want;
    *shows = case_differs (c, mistaken, right, tolerance);
    const bool same =
        r.end == RETURNED && !case_differs (c, theirs, mistaken, tolerance);
    case_load (c, mistaken);
    case_load (c, theirs);
    return same;
}

/*  What one case says about each mistake: a bit in `same` if it did what the learner's code
 *  did and that was wrong, a bit in `other` if it did something else. */
static void weigh (const grade_task *task, grade_case *c, call_end end,
                   unsigned *same, unsigned *other, unsigned *fails)
{
    for (int k = 1; k <= task->mistakes; k++) {
        const unsigned bit = 1u << k;
        bool wrong = c->failed;
        if (*other & bit)
            continue;
        if (end == CRASHED) // where it crashes depends on the order of its loops
            *same |= same_key (task, c, k, &wrong) ? bit : 0;
        else if (c->check->judge) { // there are many ways to draw, right and wrong
            const bool like = c->failed && same_key (task, c, k, &wrong);
            if (c->failed && wrong) {
                *(like ? same : other) |= bit;
                *fails |= bit;
            }
        } else if ((c->check->like && c->check->like (c, k)) ||
                   same_values (task, c, k, &wrong))
            *same |= wrong ? bit : 0;
        else
            *other |= bit;
    }
}

static bool single (unsigned bits)
{
    return bits && (bits & (bits - 1)) == 0;
}

/*  Which mistake does what the learner's code does, on this case and on those after it? A few
 *  cases are enough, unless several mistakes still look alike. */
static void name_mistakes (const grade_task *task, const grade_check *check,
                           int index, int number, check_result *result)
{
    unsigned same = 0, other = 0, fails = 0;
    bool returned = true;
    const int cases = check->cases ? check->cases : 20;
    for (int n = number; n < cases; n++) {
        grade_case c;
        case_make (&c, check, index, task->seed, n, NULL);
        const call_end end = try_case (task, task->object, &c);
        if (end == RETURNED || end == CRASHED)
            weigh (task, &c, end, &same, &other, &fails);
        returned &= end == RETURNED;
        case_free (&c);
        if (n - number + 1 >= LIKENESS && single (same & ~other))
            break;
    }
    result->named = same & ~other;
    result->spared = check->judge && returned ? ~fails : 0;
}

/*  The map of a failing case: this one's or, where it is so small that no pattern can be
 *  seen, one of those after it. */
static void find_map (const grade_task *task, const grade_case *failed,
                      grade_map *map)
{
    const grade_check *check = failed->check;
    map_of (map, failed, tolerance_of (check));
    for (int n = failed->number + 1, tried = 1;
         map_possible (failed) && n < failed->cases && !map_shows (map, tried);
         n++, tried++) {
        grade_case c;
        case_make (&c, check, failed->index, task->seed, n, NULL);
        if (try_case (task, task->object, &c) == RETURNED && c.failed)
            map_of (map, &c, tolerance_of (check));
        case_free (&c);
    }
}

check_result check_cases (const grade_task *task, const grade_check *check,
                          int index)
{
    check_result result = { .points = check->points };
    const int cases = check->cases ? check->cases : 20;
    for (int number = 0; number < cases; number++) {
        grade_case c;
        case_make (&c, check, index, task->seed, number, NULL);
        const call_end end = try_case (task, task->object, &c);
        if (c.failed) {
            result.points = 0;
            result.todo = end == TODO;
            result.late = end == LATE;
            if (end == RETURNED || end == CRASHED)
                name_mistakes (task, check, index, number, &result);
            if (end == RETURNED && !task->quick)
                find_map (task, &c, &result.map);
            if (end != TODO && end != NO_FUNCTION && end != LATE && !task->quick)
                shrink (task, &c);
            snprintf (result.detail, sizeof result.detail, "%s", c.text);
            snprintf (result.printed, sizeof result.printed, "%s", c.printed);
            case_free (&c);
            return result;
        }
        case_free (&c);
    }
    return result;
}
