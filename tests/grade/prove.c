/*  prove.c - a grader held against what it must give, in many seeds
 *
 *  The reference all points; each known mistake fewer, and its own name and no other. All of
 *  it in one process: what checks of time and of memory say does not hang on the seed, and
 *  those are left to the ordinary way, as the smallest case and the map are.
 */
#include "engine.h"

#include <stdio.h>

typedef struct {
    const grade_task *task;
    const grade_exercise *checks;
    const course_exercise *exercise;
} proof;

/*  What is wrong with the answer `object`, which should be named as that mistake, or as none:
 *  false, and a sentence. */
static bool holds (const proof *p, const char *object, int mistake, char *why,
                   size_t size)
{
    check_result result[CHECKS] = { { 0 } };
    grade_task task = *p->task;
    task.object = object;
    for (int i = 0; i < p->checks->count; i++) {
        const grade_check *check = &p->checks->checks[i];
        if (check->against)
            result[i].points = check->points;
        else
            result[i] = check_cases (&task, check, i);
    }
    const grade_report report = { .exercise = p->exercise,
                                  .grade = p->checks,
                                  .task = &task,
                                  .result = result };
    const int points = report_points (&report), most = p->exercise->points;
    const unsigned named = report_named (&report);
    if ((mistake ? points < most : points == most) &&
        named == (mistake ? 1u << mistake : 0))
        return true;
    int used = snprintf (why, size, "seed %llu: %d of %d points, named:",
                         (unsigned long long) task.seed, points, most);
    for (int k = 1; k <= task.mistakes; k++)
        if (named & 1u << k && (size_t) used < size)
            used += snprintf (why + used, size - used, " %d", k);
    for (int i = 0; i < p->checks->count && (size_t) used < size; i++)
        if (result[i].points < p->checks->checks[i].points)
            used += snprintf (why + used, size - used, "; %s", result[i].detail);
    return false;
}

static int say (const proof *p, const char *what, int seeds, const char *why)
{
    if (*why)
        printf ("not ok %s: %s, %s\n", p->exercise->name, what, why);
    else
        printf ("ok %s: %s, %d seeds\n", p->exercise->name, what, seeds);
    return *why != 0;
}

int prove (const grade_task *asked, const grade_exercise *checks,
           const course_exercise *e, const char *file, int mistake, int seeds)
{
    char why[MISTAKES + 1][TEXT * 2] = { "" };
    grade_task task = *asked;
    const proof p = { &task, checks, e };
    case_reuse ();
    task.known = known_new ();
    task.quick = true;
    for (int s = 0; s < seeds; s++) {
        task.seed = asked->seed + s;
        known_forget (task.known, task.seed);
        known_fill (task.known, &task, checks, task.reference, -1);
        for (int k = 1; k <= task.mistakes; k++)
            known_fill (task.known, &task, checks, task.mistake[k], -1);
        if (file)
            known_fill (task.known, &task, checks, file, -1);
        for (int k = 0; k <= (file ? 0 : task.mistakes); k++)
            if (!*why[k])
                holds (&p,
                       file ? file
                       : k  ? task.mistake[k]
                            : task.reference,
                       file ? mistake : k, why[k], sizeof why[k]);
    }
    known_free (task.known);
    if (file)
        return say (&p,
                    mistake ? "the mistake made in another way is named"
                            : "right in another way",
                    seeds, why[0]);
    int bad = say (&p, "the reference gets everything", seeds, why[0]);
    for (int k = 1; k <= task.mistakes; k++) {
        char what[64];
        snprintf (what, sizeof what, "mistake %d loses points and is named", k);
        bad |= say (&p, what, seeds, why[k]);
    }
    return bad;
}
