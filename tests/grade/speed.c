/*  speed.c - checks of time: the learner's function against another, in turns, on one case
 *
 *  Seconds say little: machines differ, and other programs run beside ours. A ratio says
 *  more. Both functions get the same case, one after the other, and the best time of each
 *  counts: time of computing, not time in which others had the processor. Where the mark is
 *  near, they get more turns: what others leave in the caches slows one or the other. A fast wrong
 *  answer is worth nothing: the result is compared as well. Nor is one that was computed
 *  while the file was loaded, or by a thread after the call had returned.
 */
#include "engine.h"

#include <string.h>

enum { ROUNDS = 5, MOST = 25 };

/*  Is another round wanted? Not once it is far above the mark, nor far below it. */
static bool doubtful (double ratio, double floor, int round)
{
    const bool near = ratio > 0.5 * floor && ratio < floor;
    return ratio <= 1.5 * floor && round < (near ? MOST : ROUNDS);
}

/*  The learner's result must be what the rival computed. */
static bool agrees (const grade_case *c)
{
    const double tolerance = c->check->tolerance > 0 ? c->check->tolerance : 1e-4;
    size_t at;
    for (int i = 0; i < c->arrays; i++)
        if (case_output (&c->array[i]) &&
            values_differ (&c->array[i], c->array[i].at, c->array[i].want,
                           tolerance, &at))
            return false;
    return true;
}

check_result check_speed (const grade_task *task, const grade_check *check,
                          int index)
{
    check_result result = { 0 };
    grade_case c;
    case_make (&c, check, index, task->seed, 0, NULL);
    double rival = 1e30, theirs = 1e30, aside = 1e30;
    for (int round = 1;; round++) {
        case_reset (&c);
        call_result r =
            call_in_child (&c, task->reference, check->against, OWN_LIMIT);
        nn_require (r.end == RETURNED, "the rival of a speed check failed");
        rival = r.cpu < rival ? r.cpu : rival;
        aside = r.aside < aside ? r.aside : aside;
        case_expected (&c);
        case_reset (&c);
        r = call_in_child (&c, task->object, check->call, task->limit);
        if (r.end != RETURNED) {
            call_explain (&r, &c, task->object, result.detail,
                          sizeof result.detail);
            result.todo = r.end == TODO;
            break;
        }
        if (!agrees (&c)) {
            snprintf (result.detail, sizeof result.detail,
                      "not measured: the result is wrong");
            break;
        }
        // -- loading takes each its time; what is done there besides counts as well
        const double more = r.aside - 3 * aside,
                     took = r.cpu + (more > 0 ? more : 0);
        theirs = took < theirs ? took : theirs;
        result.ratio = rival / theirs;
        if (round > 1 && !doubtful (result.ratio, check->floor, round)) {
            char shape[256];
            case_shape (&c, shape, sizeof shape);
            result.points = result.ratio >= check->floor ? check->points : 0;
            snprintf (result.detail, sizeof result.detail,
                      "%.1f times as fast as %s; the mark is %g (%s)",
                      result.ratio, check->rival, check->floor, shape);
            break;
        }
    }
    case_free (&c);
    return result;
}
