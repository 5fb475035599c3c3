/*  grade_03_4.c - the checks of exercise 3.4, gradients of any formula
 *
 *  A formula is drawn as a tape: first the given numbers, then operations on earlier ones.
 *  What its gradient should be is measured: an entry is shaken, and all that comes after it
 *  is computed again.  */
#include "grade/grade.h"

#include <math.h>
#include <string.h>

typedef struct ex_entry {
    char op;
    int a, b;
    double value, grad;
} ex_entry;
GRADE_FUNCTION (void, ex_forward, ex_entry *tape, int count);
GRADE_FUNCTION (void, ex_backward, ex_entry *tape, int count);

enum { MOST = 40 };
static const int operation[] = { '+', '*', 't' };
static struct {
    int count, given, *op, *a, *b;
    double *x, *value, *grad;
    ex_entry *tape;
} k;

GRADE_HANDED static void compute (double *value, int from)
{
    for (int i = from; i < k.count; i++) {
        const double a = value[k.a[i]], b = value[k.b[i]];
        if (k.op[i] != 'x')
            value[i] = k.op[i] == '+' ? a + b : k.op[i] == '*' ? a * b : tanh (a);
    }
}

static void arrays (grade_case *c)
{
    k.op = grade_in_ints (c, "op", k.count);
    k.a = grade_in_ints (c, "a", k.count);
    k.b = grade_in_ints (c, "b", k.count);
    k.x = grade_in_doubles (c, "x", k.count);
    k.tape = grade_structs (c, "tape", sizeof *k.tape, k.count);
    for (int i = 0; i < k.given; i++)
        k.op[i] = 'x';
}

/*  Every entry is used once: the oldest that is unused, or the oldest two. */
static void tree (grade_case *c)
{
    k.given = grade_size (c, "given numbers", 1, 10);
    int tanhs = grade_size (c, "tanhs", k.given > 1 ? 0 : 1, 6), next = 0;
    k.count = 2 * k.given - 1 + tanhs;
    arrays (c);
    for (int i = k.given; i < k.count; i++) {
        const bool single =
            i - next < 2 || (tanhs && nn_random_below (grade_random (c), 2));
        tanhs -= single;
        k.op[i] = single ? 't' : operation[nn_random_below (grade_random (c), 2)];
        k.a[i] = next++;
        k.b[i] = single ? 0 : next++;
    }
}

/*  Entries are used as often as it happens; no product grows beyond 100. */
static void graph (grade_case *c)
{
    double value[MOST];
    k.given = grade_size (c, "given numbers", 1, 6);
    const int operations = grade_size (c, "operations", 1, 16);
    k.count = k.given + operations;
    arrays (c);
    memcpy (value, k.x, k.count * sizeof *value);
    for (int i = k.given; i < k.count; i++) {
        k.a[i] = (int) nn_random_below (grade_random (c), i);
        k.b[i] = (int) nn_random_below (grade_random (c), i);
        k.op[i] = operation[nn_random_below (grade_random (c), 3)];
        if (fabs (value[k.a[i]]) + fabs (value[k.b[i]]) > 10)
            k.op[i] = 't';
        const int count = k.count;
        k.count = i + 1;
        compute (value, i);
        k.count = count;
    }
}

static void make_values (grade_case *c)
{
    graph (c);
    k.value = grade_out_doubles (c, "value", k.count);
}

static void make_tree (grade_case *c)
{
    tree (c);
    k.grad = grade_out_doubles (c, "grad", k.count);
}

static void make_graph (grade_case *c)
{
    graph (c);
    k.grad = grade_out_doubles (c, "grad", k.count);
}

/*  The tape as the learner gets it. Gradients are absurd, and so are values to be found. */
static void write_tape (const double *value)
{
    for (int i = 0; i < k.count; i++)
        k.tape[i] = (ex_entry){ (char) k.op[i], k.a[i], k.b[i], value[i], 7 };
}

static void call_forward (grade_case *c)
{
    write_tape (k.x);
    GRADE_CALL (c, ex_forward) (k.tape, k.count);
    for (int i = 0; i < k.count; i++)
        k.value[i] = k.tape[i].value;
}

static void call_backward (grade_case *c)
{
    double value[MOST];
    memcpy (value, k.x, k.count * sizeof *value);
    compute (value, 0);
    write_tape (value);
    GRADE_CALL (c, ex_backward) (k.tape, k.count);
    for (int i = 0; i < k.count; i++)
        k.grad[i] = k.tape[i].grad;
}

static void measure (grade_case *c)
{
    (void) c;
    const double step = 1e-6;
    for (int i = 0; i < k.count; i++) {
        double value[MOST], last[2];
        for (int up = 0; up < 2; up++) {
            memcpy (value, k.x, k.count * sizeof *value);
            compute (value, 0);
            value[i] += up ? step : -step;
            compute (value, i + 1);
            last[up] = value[k.count - 1];
        }
        k.grad[i] = (last[1] - last[0]) / (2 * step);
    }
}

static const grade_check checks[] = {
    { .code = "O",
      .points = 2,
      .title = "the values of a formula",
      .make = make_values,
      .call = call_forward },
    { .code = "G",
      .points = 4,
      .title = "gradients, where each entry is used once",
      .make = make_tree,
      .call = call_backward,
      .expect = measure },
    { .code = "G",
      .points = 4,
      .title = "gradients, where entries are used at will",
      .make = make_graph,
      .call = call_backward,
      .expect = measure }
};

GRADE_EXERCISE ("typedef struct ex_entry ex_entry;", ex_forward_prototype,
                ex_backward_prototype);
