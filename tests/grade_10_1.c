/*  grade_10_1.c - the checks of exercise 10.1, macro F1  */
#include "grade/grade.h"

GRADE_FUNCTION (double, ex_macro_f1, const int *label, const int *named, int n,
                int classes);

static struct {
    int n, classes, *label, *named;
    double *f1;
} k;

/*  Labels below `of`, and names that are right in about half of all cases. */
static void draw (grade_case *c, int least, int of)
{
    nn_random *random = grade_random (c);
    k.n = grade_size (c, "n", least, 60);
    k.label = grade_in_ints (c, "label", k.n);
    k.named = grade_in_ints (c, "named", k.n);
    k.f1 = grade_out_doubles (c, "macro F1", 1);
    for (int i = 0; i < k.n; i++) {
        k.label[i] = i < of ? i : (int) nn_random_below (random, of);
        k.named[i] = nn_random_below (random, 2)
                         ? k.label[i]
                         : (int) nn_random_below (random, of);
    }
}

static void all_present (grade_case *c)
{
    k.classes = grade_size (c, "classes", 2, 8);
    draw (c, k.classes, k.classes);
}

/*  Most images belong to class 0 and are named so. */
static void uneven (grade_case *c)
{
    all_present (c);
    for (int i = k.classes; i < k.n; i++)
        if (nn_random_below (grade_random (c), 4)) {
            k.label[i] = 0;
            k.named[i] = nn_random_below (grade_random (c), 5) ? 0 : 1;
        }
}

/*  The classes are renumbered with gaps; some gaps are named although no image belongs
 *  to them. */
static void empty (grade_case *c)
{
    const int present = grade_size (c, "classes with images", 1, 4);
    draw (c, present, present);
    k.classes = 2 * present + grade_size (c, "classes at the end", 0, 3);
    for (int i = 0; i < k.n; i++) {
        k.label[i] = 2 * k.label[i] + 1;
        k.named[i] = 2 * k.named[i] + 1;
    }
    if (grade_number (c) % 2)
        k.named[0] = 0;
}

static void call (grade_case *c)
{
    *k.f1 = GRADE_CALL (c, ex_macro_f1) (k.label, k.named, k.n, k.classes);
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 4,
      .title = "equals the reference, all classes have images",
      .make = all_present,
      .call = call,
      .tolerance = 1e-6,
      .cases = 40 },
    { .code = "O",
      .points = 2,
      .title = "and where one class has most of them",
      .make = uneven,
      .call = call,
      .tolerance = 1e-6 },
    { .code = "O",
      .points = 4,
      .title = "and where some classes have none",
      .make = empty,
      .call = call,
      .tolerance = 1e-6,
      .cases = 40 }
};

GRADE_EXERCISE (ex_macro_f1_prototype);
