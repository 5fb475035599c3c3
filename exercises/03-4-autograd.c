/*
 * ### Gradients of any formula (10 points)
 *
 * A formula is computed step by step, and every step can be written down on a *tape*: what
 * was done, to which earlier entries, and what came out. Reading the tape backwards gives
 * the gradient of the last entry with respect to all others. That is all there is to
 * automatic differentiation.
 *
 * An entry knows its operation, one of these:
 *
 * | `op`  | value                       | reads            |
 * |-------|-----------------------------|------------------|
 * | `'x'` | a number that is given      | nothing          |
 * | `'+'` | the sum of two entries      | `a` and `b`      |
 * | `'*'` | the product of two entries  | `a` and `b`      |
 * | `'t'` | the hyperbolic tangent      | `a`              |
 *
 * `a` and `b` are places on the tape, both before the entry itself. They may be the same
 * place: that is how a number is squared.
 *
 * Write `ex_forward`, which fills in `value` for everything but the given numbers, and
 * `ex_backward`, which fills in `grad`, the gradient of the *last* entry's value with
 * respect to each entry's value. What `grad` holds before is of no use. An entry that the
 * result does not depend on has the gradient 0.
 *
 * An example: the tape `x = 3`, `y = 4`, `p = x * y`, `s = p + x` has the values 3, 4, 12,
 * 15 and the gradients 5, 3, 1, 1. The gradient of x is 5: 4 by way of the product, and 1
 * by way of the sum.
 *
 * Checked on formulas drawn anew: the values (2 points), the gradients where each entry is
 * used once (4 points) and where entries are used many times, or not at all (4 points).
 */
#include "exercise.h"

typedef struct ex_entry {
    char op;
    int a, b;
    double value, grad;
} ex_entry;

void ex_forward (ex_entry *tape, int count)
{
    // your code here
    nn_todo ("03-4");
}

void ex_backward (ex_entry *tape, int count)
{
    // your code here
    nn_todo ("03-4");
}
